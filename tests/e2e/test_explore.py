"""Exploring a run as a person does: find samples, select them, follow them, compare maps, and take the findings away.

With ``HIDDEN_GUIDE_IMAGES`` set to a folder, these tests write the pictures of docs/user_guide.md there.
"""

import csv
import json
import os
import shutil
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser import open_tab
from tests.e2e.conftest import FOUND, SLIDER, save
from tests.e2e.conftest import NOISE_EPOCHS as EPOCHS
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

SAMPLES = 1797
FLIPPED = 150
GUIDE = os.environ.get("HIDDEN_GUIDE_IMAGES")


@pytest.fixture(scope="module")
def server(tmp_path_factory, noise_runs):
    logdir = tmp_path_factory.mktemp("explored")
    shutil.copytree(noise_runs / "noise-0", logdir / "label-noise")
    with tensorboard(["--logdir", str(logdir)]) as running:
        running.index("label-noise", lambda index: index["closed"])
        yield running


@pytest.fixture
def tab(browser, server):
    with open_tab(browser, server) as opened:
        opened.wait_for_map()
        yield opened


def picture(tab, name):
    """Saves a picture for people to look at, and for the guide where that is asked for."""
    save(tab, f"explore-{name}")
    if GUIDE:
        tab.page.wait_for_timeout(1000)
        shot = Image.open(BytesIO(tab.page.locator("iframe").screenshot())).convert("RGB")
        Path(GUIDE).mkdir(parents=True, exist_ok=True)
        shot.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
            Path(GUIDE) / f"guide-{name}.png", optimize=True
        )


def find(tab, query):
    """Types a query as a person does, and waits until everything that it asks for is there."""
    field = tab.frame.get_by_role("combobox", name="Find samples")
    field.fill(query)
    tab.frame.locator(".found b").wait_for()
    tab.when(FOUND)
    return int(tab.frame.locator(".found b").text_content().replace(",", ""))


def selected(tab):
    words = tab.frame.locator(".selection-bar b")
    return int(words.text_content().replace(",", "")) if words.count() else 0


def drag(tab, corners):
    """Drags the pointer over the map along corners, which are shares of its width and height."""
    box = tab.canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    tab.page.mouse.move(*places[0])
    tab.page.mouse.down()
    for place in places[1:]:
        tab.page.mouse.move(*place, steps=4)
    tab.page.mouse.up()


def outcomes(server, step):
    """Predictions of a snapshot, uint16 [N], as the server has them."""
    layer = server.index("label-noise")["layers"][0]
    version = layer["versions"][layer["steps"].index(step)]
    body = server.get("outcomes", run="label-noise", layer=layer["name"], step=step, v=version).body
    length = int.from_bytes(body[8:12], "little")
    array = next(one for one in json.loads(body[16 : 16 + length])["arrays"] if one["name"] == "prediction")
    return np.frombuffer(body, "<u2", SAMPLES, 16 + length + array["offset"])


def labels(server):
    version = server.index("label-noise")["probe"]["version"]
    return np.array(server.get("samples", run="label-noise", v=version).json()["labels"])


def test_a_query_counts_what_the_log_holds(server, tab):
    assert find(tab, "label!=original_label") == FLIPPED
    wrong = int((outcomes(server, EPOCHS) != labels(server)).sum())
    assert find(tab, "pred!=label") == wrong
    tab.page.keyboard.press("Enter")
    tab.when(f"document.querySelector('.selection-bar').textContent.includes('{wrong} selected')")
    picture(tab, "query")


def test_a_lasso_selects_what_it_encloses(tab):
    tab.page.keyboard.press("2")
    drag(tab, [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)])
    tab.when("document.querySelector('.selection-bar b') !== null")
    everything = selected(tab)
    assert everything == SAMPLES
    drag(tab, [(0.3, 0.2), (0.6, 0.2), (0.6, 0.55), (0.3, 0.55)])
    tab.when(f"!document.querySelector('.selection-bar').textContent.includes('{everything:,}')")
    assert 0 < selected(tab) < everything
    picture(tab, "lasso")


def test_a_sample_is_followed_from_flip_to_flip(server, tab):
    predictions = np.stack([outcomes(server, step) for step in range(EPOCHS + 1)])
    flips = (predictions[1:] != predictions[:-1]).sum(axis=0)
    assert find(tab, "flips>=2") == int((flips >= 2).sum()) > 0
    row = int(np.flatnonzero(flips >= 2)[0])
    assert find(tab, f"id={row}") == 1
    tab.page.keyboard.press("Enter")
    tab.frame.get_by_role("complementary", name="Selected samples").wait_for()
    tab.inner().evaluate("document.activeElement.blur()")
    tab.page.keyboard.press("t")
    tab.page.keyboard.press("Home")
    tab.when(f"{SLIDER}.ariaValueNow == 0")
    # What happens to it is worked out while one looks; then it is marked below the timeline.
    tab.when("document.querySelector('.event-tick') !== null")
    seen = []
    nothing_more = "document.querySelector('.explore-more').textContent.includes('Nothing happens')"
    while not tab.inner().evaluate(nothing_more):
        before = tab.time()
        tab.page.keyboard.press("]")
        tab.when(f"Number({SLIDER}.ariaValueNow) > {before} || {nothing_more}")
        seen.append(int(tab.time()))
    changed = [step for step in range(1, EPOCHS + 1) if predictions[step, row] != predictions[step - 1, row]]
    assert set(changed) <= set(seen), "every flip is an event"
    picture(tab, "sample")


def test_two_epochs_are_compared_and_the_link_brings_them_back(browser, server, tab):
    tab.page.keyboard.press("v")
    second = tab.frame.get_by_role("region", name="Panel B")
    second.wait_for()
    for words in ("epoch 0", "same map"):
        assert words in second.text_content()
    picture(tab, "compare")
    tab.page.keyboard.press("d")
    changes = tab.frame.get_by_role("region", name="Samples whose neighbours differ most")
    first = changes.get_by_role("listitem").first
    first.wait_for()
    shares = [int(text.split()[0]) for text in changes.locator(".changed-share").all_text_contents()]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 50
    picture(tab, "difference")
    first.click()
    tab.when("document.querySelector('.selection-bar').textContent.includes('1 selected')")
    tab.page.wait_for_function(
        "location.hash.includes('p.hidden.panels=') && location.hash.includes('p.hidden.select=')"
    )
    link = tab.page.url.partition("#hidden")[2]
    with open_tab(browser, server, deep_link=link) as again:
        again.wait_for_map()
        again.frame.get_by_role("region", name="Panel B").wait_for()
        again.when("document.querySelector('.changes li') !== null")
        assert again.frame.get_by_role("combobox", name="Epoch of panel B").input_value() == "0"
        assert again.page.url.partition("#hidden")[2] == link
    gone = link.replace("panels=label-noise", "panels=gone")
    with open_tab(browser, server, deep_link=gone) as lost:
        lost.wait_for_map()
        lost.frame.get_by_text("Run gone is not in this log directory").wait_for()
        lost.problems = [said for said in lost.problems if "404" not in said]


def test_a_selection_is_taken_away_as_a_table(server, tab):
    assert find(tab, "label!=original_label") == FLIPPED
    tab.page.keyboard.press("Enter")
    tab.inner().evaluate("document.activeElement.blur()")
    tab.page.keyboard.press("s")
    menu = tab.frame.get_by_role("dialog", name="Take away")
    menu.get_by_text(f"The selection, {FLIPPED} samples").wait_for()
    menu.get_by_text(f"With their history over {EPOCHS + 1} epochs").wait_for()
    picture(tab, "share")
    with tab.page.expect_download() as waiting:
        menu.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(StringIO(Path(waiting.value.path()).read_text())))
    assert len(rows) == FLIPPED * (EPOCHS + 1)
    assert all(row["class"] != row["meta_original_label"] for row in rows)
    last = outcomes(server, EPOCHS)
    told = {int(row["id"]): int(row["prediction"]) for row in rows if row["step"] == str(EPOCHS)}
    assert told == {row: int(last[row]) for row in told}
    with tab.page.expect_download() as waiting:
        menu.get_by_role("button", name="PNG").click()
    shot = np.asarray(Image.open(waiting.value.path()).convert("RGB"))
    box = tab.canvas.bounding_box()
    assert shot.shape[1] == 2 * round(box["width"])
    assert (shot != shot[0, 0]).any(axis=2).mean() > 0.05


def test_everything_is_within_reach_of_the_keyboard(tab):
    keys = tab.page.keyboard
    keys.press("/")
    keys.type("pred!=label")
    keys.press("Enter")
    tab.when("/[1-9]\\d* selected/.test(document.querySelector('.selection-bar').textContent)")
    keys.press("Escape")  # out of the field
    keys.press("Home")
    tab.when(f"{SLIDER}.ariaValueNow == 0")
    keys.press("v")
    keys.press("d")
    tab.when("document.querySelector('.changes li') !== null")
    keys.press("s")
    tab.frame.get_by_role("dialog", name="Take away").wait_for()
    keys.press("Escape")
    tab.inner().evaluate("document.activeElement.blur()")
    keys.press("?")
    help_text = tab.frame.get_by_role("dialog", name="Help").text_content()
    for does in ("put a map beside", "difference", "take pictures", "find samples"):
        assert does in help_text
    keys.press("Escape")
