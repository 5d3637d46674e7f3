"""A run with wrong labels from first sight to what is taken away, by clicks and keys alone.

Nothing that is looked for is told to the tab: the truth that the test compares with is in the table it downloads.
"""

import csv
import re
import time
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tensorboard_plugin_hidden.cli import cli
from tests.browser import open_tab
from tests.e2e.conftest import NOISE_EPOCHS as EPOCHS
from tests.e2e.conftest import SLIDER, save, still
from tests.e2e.test_explore import FLIPPED, SAMPLES, picture, selected
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

TRAINED = 1000
WINDOW = (1280, 800)
HEADER = 64
"""Height of TensorBoard's own bar, in pixels, which an exported page lacks."""


def test_wrong_labels_are_found_followed_compared_and_taken_away(browser, noise_runs, tmp_path):
    with tensorboard(["--logdir", str(noise_runs)]) as server:
        for seed in (0, 1):
            server.index(f"noise-{seed}", lambda index: index["closed"])
        with open_tab(browser, server, size=WINDOW) as tab:
            tab.wait_for_map()
            tab.frame.get_by_role("list", name="Runs").get_by_text("noise-0").click()
            tab.when("document.querySelector('.map-title') !== null")
            picks_the_suspicious(tab)
            chosen = takes_away(tab)
            follows_a_flip(tab, chosen)
            compares_the_runs(tab)
            shown = goes_back_to_the_bare_map(tab)
    path = tmp_path / "noise-0.html"
    outcome = CliRunner().invoke(cli, ["export", str(noise_runs / "noise-0"), "--html", "--out", str(path)])
    assert outcome.exit_code == 0, outcome.output
    finds_the_same_picture(browser, path, shown)


def scope(tab):
    return tab.frame.locator(".ranking-scope p").text_content()


def recall(rows):
    """Share of the labels that were changed on purpose among the samples of a table."""
    return len({row["id"] for row in rows if row["class"] != row["meta_original_label"]}) / FLIPPED


def picks_the_suspicious(tab):
    """From the views' own ranking: first all samples, then those that were trained with."""
    tab.frame.get_by_role("button", name="rank", exact=True).click()
    tab.frame.get_by_role("listbox", name=re.compile("^Ranked")).wait_for()
    tab.when("document.querySelector('.ranking-scope p')?.textContent.includes('waiting') === false")
    assert scope(tab) == f"{SAMPLES:,} samples"
    tab.frame.get_by_role("spinbutton", name="How many of the first").click()
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type("200")
    tab.page.keyboard.press("Enter")
    tab.when("document.querySelector('.selection-bar').textContent.includes('200 selected')")
    assert recall(table(tab)) >= 0.8
    tab.frame.get_by_role("combobox", name="Find samples").click()
    tab.page.keyboard.type("split=train")
    tab.when(f"document.querySelector('.ranking-scope')?.textContent.startsWith('{TRAINED:,} found by')")
    for _ in ("the list of what can be typed", "the field"):
        tab.page.keyboard.press("Escape")


def takes_away(tab):
    """As many as the ranking offers, as a table; returns its rows."""
    suspicious = re.match(
        r"(\d+) are below .5", tab.frame.locator(".ranking-first").text_content().partition("first")[2]
    )
    count = int(suspicious[1])
    assert 0.8 * FLIPPED <= count <= 200
    tab.frame.get_by_role("spinbutton", name="How many of the first").fill(str(count))
    tab.frame.get_by_role("button", name="Select the first").click()
    tab.when(f"document.querySelector('.selection-bar').textContent.includes('{count} selected')")
    picture(tab, "ranking")
    rows = table(tab)
    assert len(rows) == count * (EPOCHS + 1)
    assert {row["meta_split"] for row in rows} == {"train"}
    assert recall(rows) >= 0.9
    return rows


def table(tab):
    """Downloads the selection as a table."""
    tab.frame.get_by_role("button", name="share").click()
    menu = tab.frame.get_by_role("dialog", name="Take away")
    menu.get_by_text(f"With their history over {EPOCHS + 1} epochs").wait_for()
    with tab.page.expect_download() as waiting:
        menu.get_by_role("button", name="CSV").click()
    tab.page.keyboard.press("Escape")
    return list(csv.DictReader(StringIO(Path(waiting.value.path()).read_text())))


def follows_a_flip(tab, rows):
    """A flip in the list of events is one in the table, and the keys go on from there."""
    tab.frame.get_by_role("tab", name="Events").click()
    line = tab.frame.locator(".event", has_text="flips").first
    line.click()
    id_, step = re.search(r"sample (\d+) flips.*epoch (\d+)$", line.text_content()).groups()
    tab.when(f"{SLIDER}.ariaValueNow == {step}")
    predictions = {int(row["step"]): row["prediction"] for row in rows if row["id"] == id_}
    changes = [now for now in range(1, EPOCHS + 1) if predictions[now] != predictions[now - 1]]
    assert int(step) in changes
    tab.page.keyboard.press("Home")
    tab.when(f"{SLIDER}.ariaValueNow == 0")
    reached = []
    nothing_more = "document.querySelector('.explore-more').textContent.includes('Nothing happens')"
    while not tab.inner().evaluate(nothing_more):
        before = tab.time()
        tab.page.keyboard.press("]")
        tab.when(f"Number({SLIDER}.ariaValueNow) > {before} || {nothing_more}")
        reached.append(int(tab.time()))
    assert set(changes) <= set(reached)


def compares_the_runs(tab):
    """The other seed beside this one: the selection is of the same digits there."""
    count = selected(tab)
    tab.frame.get_by_role("button", name="rank", exact=True).click()
    tab.frame.locator(".ranking").wait_for(state="detached")
    tab.page.keyboard.press("v")
    second = tab.frame.get_by_role("region", name="Panel B")
    second.wait_for()
    tab.frame.get_by_role("combobox", name="Run of panel B").select_option("noise-1")
    tab.frame.get_by_role("combobox", name="Epoch of panel B").select_option("same clock")
    second.get_by_text("aligned by Procrustes").wait_for()
    assert selected(tab) == count
    assert re.search(r"\d+ labels differ from A's", second.text_content())
    save(tab, "story-two-seeds")
    tab.frame.get_by_role("button", name="Close panel B").click()
    second.wait_for(state="detached")


def goes_back_to_the_bare_map(tab):
    tab.frame.get_by_role("button", name="Clear the query").click()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    tab.frame.get_by_role("button", name="clear", exact=True).click()
    tab.page.keyboard.press("End")
    tab.when(f"{SLIDER}.ariaValueNow == {EPOCHS}")
    return still(tab)


def finds_the_same_picture(browser, path, shown):
    """The exported page, opened from disk, shows the map that the tab showed."""
    page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1] - HEADER})
    problems = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri())
    page.locator("canvas.map").wait_for()
    page.get_by_text(f"epoch {EPOCHS}", exact=True).wait_for()
    assert (shown != shown[0, 0]).any(axis=2).mean() > 0.2, "there is a map to be compared"
    deadline = time.monotonic() + 60
    while (differs := differing(page, shown)) >= 0.02:
        assert time.monotonic() < deadline, differs
        page.wait_for_timeout(500)
    assert problems == []
    page.close()


def differing(page, shown):
    """Share of the map's pixels that an eye would call different."""
    there = np.asarray(Image.open(BytesIO(page.locator("canvas.map").screenshot())).convert("RGB"))
    assert there.shape == shown.shape
    return (np.abs(there.astype(int) - shown) > 8).any(axis=2).mean()
