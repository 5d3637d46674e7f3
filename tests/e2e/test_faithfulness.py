"""What a user sees of how far a map may be believed, and of the methods that drew it."""

import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from tests.browser import open_tab
from tests.e2e.conftest import SLIDER, comes_to, maps_are_here, save, still
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

COUNT_UPLOADS = """
window.uploads = 0;
for (const name of ["bufferData", "bufferSubData", "texSubImage3D"]) {
  const original = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...given) { uploads += 1; return original.apply(this, given); };
}
"""


@pytest.fixture(scope="module")
def server(digits_run, tmp_path_factory):
    """A run whose layer was mapped by two methods."""
    from tensorboard_plugin_hidden.cli import cli

    logdir = tmp_path_factory.mktemp("two_methods")
    shutil.copytree(digits_run / "digits", logdir / "digits")
    outcome = CliRunner().invoke(cli, ["project", str(logdir / "digits"), "--method", "pca"])
    assert outcome.exit_code == 0, outcome.output
    with tensorboard(["--logdir", str(logdir)]) as running:
        running.index("digits", lambda index: len(index["layers"][0]["frames"].get("pca", {}).get("steps", ())) == 4)
        yield running


def differing(picture, other):
    """Share of the pixels that an eye would call different."""
    return (np.abs(picture.astype(int) - other) > 6).any(axis=2).mean()


def test_methods_are_switched_where_one_is_in_time(browser, server):
    with open_tab(browser, server, deep_link="&p.hidden.epoch=2") as tab:
        tab.wait_for_map()
        before = still(tab)
        methods = tab.frame.get_by_role("group", name="Method")
        assert methods.get_by_role("button").all_text_contents() == ["hidden", "pca"]
        methods.get_by_role("button", name="pca").click()
        comes_to(tab, lambda now: differing(now, before) > 0.1)
        assert tab.time() == 2
        tab.page.wait_for_function("location.hash.includes('p.hidden.method=pca')")
        link = tab.page.url.partition("#hidden")[2]
    with open_tab(browser, server, deep_link=link) as tab:
        tab.wait_for_map()
        assert tab.frame.get_by_role("button", name="pca").get_attribute("aria-pressed") == "true"
        tab.frame.get_by_role("button", name="hidden", exact=True).click()
        # the same map, fitted as it was
        comes_to(tab, lambda now: differing(now, before) < 0.01)


def test_a_map_that_decides_otherwise_than_the_model_says_so(browser, server):
    with open_tab(browser, server, deep_link="&p.hidden.method=pca") as tab:
        tab.wait_for_map()
        badge = tab.frame.locator("button.badge")
        assert "background wrong on" in badge.text_content()
        save(tab, "badge-doubts")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_panel_names_the_method_and_leads_through_time(browser, server, dark):
    with open_tab(browser, server, dark=dark) as tab:
        tab.wait_for_map()
        tab.frame.locator("button.badge").click()
        panel = tab.frame.get_by_role("dialog")
        text = panel.text_content()
        assert "hidden · " in text
        assert "warm iterations 10 to 70" in text
        assert "of processor time" in text
        # the floor is a mark on the track, left of the value's end
        track = panel.locator(".measure-track").first
        floor = float(track.locator(".track-floor").get_attribute("x1"))
        assert 0 < floor < float(track.locator(".track-value").get_attribute("width"))
        history = panel.get_by_role("img", name="Neighbours kept over training")
        box = history.bounding_box()
        tab.page.mouse.click(box["x"] + 0.35 * box["width"], box["y"] + box["height"] / 2)
        tab.when(f"{SLIDER}.ariaValueNow == 1")
        assert "epoch 1" in panel.text_content()
        save(tab, f"panel-{'dark' if dark else 'light'}")


def test_where_the_map_lies_is_marked_without_an_upload(browser, server):
    with open_tab(browser, server, deep_link="&p.hidden.method=pca", script=COUNT_UPLOADS) as tab:
        tab.wait_for_map()
        maps_are_here(tab, 4)
        plain = still(tab)
        uploads = tab.inner().evaluate("uploads")
        assert uploads > 0
        switch = tab.frame.get_by_role("button", name="drawn among strangers")
        count = int(switch.text_content().split("(")[1].split(" ")[0])
        assert count > 20
        tab.page.keyboard.press("l")
        hollow = still(tab)
        assert switch.get_attribute("aria-pressed") == "true"
        changed = (np.abs(hollow.astype(int) - plain) > 40).any(axis=2)
        # a disc of three pixels' radius each, some of them on top of another
        assert 8 * count < changed.sum() < 80 * count
        save(tab, "lies")
        for key in ("Home", "ArrowRight", "ArrowRight"):
            tab.slider.focus()
            tab.page.keyboard.press(key)
            tab.page.wait_for_timeout(300)
        assert tab.inner().evaluate("uploads") == uploads, "scrubbing uploads nothing"
        tab.page.keyboard.press("End")
        tab.page.keyboard.press("l")
        tab.page.mouse.move(2, 2)
        # but for the words in the key
        comes_to(tab, lambda now: differing(now, plain) < 0.01)


def test_the_card_of_a_sample_among_strangers_says_so(browser, server):
    with open_tab(browser, server, deep_link="&p.hidden.method=pca") as tab:
        tab.wait_for_map()
        plain = still(tab)
        tab.page.keyboard.press("l")
        changed = (np.abs(still(tab).astype(int) - plain) > 60).any(axis=2)
        # the key below the map has changed its words
        rows, columns = np.nonzero(changed[:-60])
        box = tab.canvas.bounding_box()
        said = []
        for place in np.linspace(0, len(rows) - 1, 24).astype(int):
            tab.page.mouse.move(box["x"] + int(columns[place]), box["y"] + int(rows[place]))
            card = tab.frame.locator(".hover-card")
            card.wait_for()
            said.append("its true neighbours are elsewhere" in card.text_content())
        # where samples overlap, the nearest to the pointer need not be the one whose ring is seen
        assert np.mean(said) > 0.3
