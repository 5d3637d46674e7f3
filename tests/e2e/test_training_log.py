"""Three things happen to a network in training, and each is found through the views: what, where and when."""

import re
import runpy
from pathlib import Path

import pytest

import tensorboard_plugin_hidden as hidden
from tests.browser import open_tab
from tests.e2e.conftest import SLIDER, save, serious
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "three_faults.py"))
RUN = "three-faults"
EPOCHS = EXAMPLE["RATE_DROPS"] + 2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    logdir = tmp_path_factory.mktemp("faults")
    whole = hidden.Probe
    with pytest.MonkeyPatch.context() as patch:
        # Half of the test images, so that maps are drawn in no time.
        patch.setattr(hidden, "Probe", lambda data, **options: whole(data, **{"size": 400, **options}))
        EXAMPLE["main"](str(logdir / RUN), epochs=EPOCHS)
    with tensorboard(["--logdir", str(logdir)]) as running:
        running.index(RUN, lambda index: index["closed"])
        yield running


def view(tab, name):
    tab.frame.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_story_is_found_without_help(browser, server, dark):
    grave = {}
    with open_tab(browser, server, size=(1440, 900), dark=dark) as tab:
        tab.wait_for_map()
        for find in (finds_the_rate, finds_the_dead_block, finds_the_class, looks_at_what_goes_together):
            find(tab)
            grave[find.__name__] = serious(tab)
            save(tab, f"training-{find.__name__}-{'dark' if dark else 'light'}")
    assert not any(grave.values()), grave


def finds_the_rate(tab):
    """Above every view, with the epoch at which it drops."""
    view(tab, "Layers")
    said = tab.frame.get_by_role("img", name=re.compile(r"^Learning rate: \d")).get_attribute("aria-label")
    (first, _), (second, drop) = re.findall(r"([\d.e-]+) from (-?[\d.]+)", said)
    assert (float(first), float(second)) == (0.02, 0.002)
    assert abs(float(drop) - EXAMPLE["RATE_DROPS"]) <= 1


def finds_the_dead_block(tab):
    """It is the first of what stands out; a press goes there."""
    finding = tab.frame.locator(".layers-finding").first
    said = finding.text_content()
    assert re.match(rf"\W*{EXAMPLE['DEAD_BLOCK']}\S*: all gradients are zero from here on", said), said
    finding.click()
    tab.when(f"Math.abs({EXAMPLE['DIES_AT']} - {SLIDER}.ariaValueNow) <= 1")
    tab.when("document.querySelector('.layers-row[data-wanted=true]') !== null")


def finds_the_class(tab):
    """The first of what stands out is the class at its first wrong epoch; a press opens its samples."""
    view(tab, "Classes")
    anomaly = tab.frame.locator(".anomaly").first
    said = anomaly.text_content()
    first, name = EXAMPLE["WRONG_EPOCHS"].start, EXAMPLE["MISLABELLED"]
    assert f"epoch {first}: " in said, said
    assert f"'{name}'" in said, said
    anomaly.click()
    tab.when(f"Number({SLIDER}.ariaValueNow) === {first}")
    wrong = tab.frame.get_by_role("button", name=re.compile(rf"^select [1-9]\d* samples wrong at epoch {first}"))
    many = int(re.search(r"\d+", wrong.text_content()).group())
    assert many >= 30
    wrong.click()
    tab.when(f"document.querySelector('.selection-bar').textContent.includes('{many} selected')")


def looks_at_what_goes_together(tab):
    """So few snapshots prove nothing, and the cube says so; its layers are the model's."""
    view(tab, "Cube")
    assert re.search(r"of \d+ cells", tab.frame.locator(".cube-summary strong").text_content())
    block = f"{EXAMPLE['DEAD_BLOCK']}.conv.weight"
    assert tab.frame.locator(".cube-view").get_by_text(block, exact=True).count() > 0
