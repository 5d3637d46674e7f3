"""The tab for those who see no colours, use no mouse or want nothing to move.

axe-core must find nothing serious in any of its states. A canvas says nothing to a screen reader: what is on it is
told by its summary, the table of the selection and live regions, and these are tested here on the real page.
"""

from __future__ import annotations

import pytest

from tests.browser import open_tab
from tests.e2e.conftest import FOUND, SLIDER, save, serious, still
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

SELECTED = "Number(document.querySelector('.selection-bar b').textContent.replace(',', ''))"


@pytest.fixture(scope="module")
def server(digits_run):
    with tensorboard(["--logdir", str(digits_run)]) as running:
        running.index("digits", lambda index: index["closed"])
        yield running


def leave(tab):
    """Takes the focus out of fields, so that keys are the map's again."""
    tab.inner().evaluate("document.activeElement.blur()")


def select_wrong(tab):
    keys = tab.page.keyboard
    keys.press("/")
    keys.type("flips>=1")
    tab.frame.locator(".found b").wait_for()
    tab.when(FOUND)
    keys.press("Enter")
    tab.when("document.querySelector('.selection-bar b') !== null")
    keys.press("Escape")
    leave(tab)


def plain(tab):
    tab.frame.locator(".badge").wait_for()


def samples_open(tab):
    select_wrong(tab)
    tab.frame.locator(".detail .neighbours").first.wait_for()


def table_open(tab):
    tab.frame.get_by_role("button", name="table", exact=True).click()
    tab.frame.get_by_role("table", name="Selected samples").wait_for()


def events_open(tab):
    tab.page.keyboard.press("e")
    tab.frame.get_by_role("tabpanel", name="Events").wait_for()
    tab.when("document.querySelector('.inspector-body').textContent.length > 40")


def help_open(tab):
    tab.page.keyboard.press("?")
    tab.frame.get_by_role("dialog", name="Help").wait_for()


def share_open(tab):
    tab.page.keyboard.press("Escape")
    leave(tab)
    tab.page.keyboard.press("s")
    tab.frame.get_by_role("dialog", name="Take away").get_by_role("button", name="CSV").wait_for()


def badge_open(tab):
    tab.page.keyboard.press("Escape")
    tab.frame.locator(".badge").click()
    tab.frame.get_by_role("dialog", name="How faithful this map is").wait_for()


def difference_open(tab):
    tab.page.keyboard.press("Escape")
    leave(tab)
    tab.page.keyboard.press("v")
    tab.page.keyboard.press("d")
    tab.when("document.querySelector('.changes li') !== null")


def coloured(tab):
    tab.frame.get_by_label("colour", exact=True).select_option("conf")
    tab.frame.locator(".ramp").wait_for()


STATES = (plain, coloured, samples_open, table_open, events_open, help_open, share_open, badge_open, difference_open)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state(browser, server, dark):
    grave = {}
    with open_tab(browser, server, dark=dark) as tab:
        tab.wait_for_map()
        for state in STATES:
            state(tab)
            grave[state.__name__] = serious(tab)
            save(tab, f"accessible-{state.__name__}-{'dark' if dark else 'light'}")
    assert not any(grave.values()), grave


FOCUS = """
() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const box = element.closest(".query-box") ?? element;
  const style = getComputedStyle(box);
  element.dataset.reached = "yes";
  return { what: element.outerHTML.slice(0, 120), seen: style.outlineStyle !== "none" || style.boxShadow !== "none" };
}
"""
MISSED = """
() => [...document.querySelectorAll("button, select, input, a[href], [tabindex]")]
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility())
  .filter((element) => element.dataset.reached !== "yes")
  .map((element) => element.outerHTML.slice(0, 120))
"""


def test_the_tab_key_reaches_every_control_and_one_sees_where_it_is(browser, server):
    with open_tab(browser, server) as tab:
        tab.wait_for_map()
        samples_open(tab)
        tab.inner().evaluate("document.querySelector('.rail input').focus()")
        unseen = []
        while (focus := tab.inner().evaluate(FOCUS)) is not None:
            if not focus["seen"]:
                unseen.append(focus["what"])
            tab.page.keyboard.press("Tab")
        assert not unseen
        assert tab.inner().evaluate(MISSED) == []


def test_a_field_without_a_query_lets_the_focus_go_on(browser, server):
    with open_tab(browser, server) as tab:
        tab.wait_for_map()
        tab.page.keyboard.press("/")
        tab.frame.get_by_role("listbox").wait_for()
        tab.page.keyboard.press("Tab")
        assert tab.inner().evaluate("document.activeElement.tagName") == "BUTTON"


FIRST_FLIPS = """
[...document.querySelectorAll(".sample-table tbody tr[aria-rowindex]")]
  .slice(0, 8).map((line) => Number(line.querySelectorAll("td")[4].textContent))
"""


def test_the_selection_is_read_as_a_table_and_its_line_in_focus_is_marked_on_the_map(browser, server):
    with open_tab(browser, server) as tab:
        tab.wait_for_map()
        samples_open(tab)
        count = tab.inner().evaluate(SELECTED)
        table_open(tab)
        table = tab.frame.get_by_role("table", name="Selected samples")
        assert table.get_attribute("aria-rowcount") == str(count + 1)
        assert "flips" in table.get_by_role("row").first.text_content()
        head = table.get_by_role("button", name="flips")
        head.focus()
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Enter")
        table.locator("th[aria-sort=descending]").wait_for()
        # All at once: the list scrolls to the line in focus meanwhile.
        flips = tab.inner().evaluate(FIRST_FLIPS)
        assert flips == sorted(flips, reverse=True)
        assert flips[0] >= 1
        before = still(tab)
        tab.page.keyboard.press("Tab")
        first = tab.inner().evaluate("document.activeElement.dataset.row")
        tab.page.keyboard.press("ArrowDown")
        tab.when(f"document.activeElement.dataset.row !== '{first}'")
        assert tab.inner().evaluate("document.activeElement.dataset.row") is not None
        # Another place is marked: a ring with its ticks is some hundred pixels.
        assert (still(tab) != before).any(axis=2).sum() > 300
        assert tab.time() == tab.last_step(), "up and down do not move in time"


def test_epochs_and_counts_are_told_once_they_rest(browser, server):
    with open_tab(browser, server) as tab:
        tab.wait_for_map()
        select_wrong(tab)
        told = tab.frame.get_by_role("status")
        tab.page.keyboard.press("Home")
        tab.frame.get_by_role("status").filter(has_text="epoch 0, ").wait_for(state="attached")
        words = told.all_text_contents()
        for part in (" selected", " of ", "epoch 0, "):
            assert any(part in text for text in words), (part, words)


def test_maps_are_read_without_a_pointer(browser, server):
    with open_tab(browser, server) as tab:
        tab.wait_for_map()
        keys = tab.page.keyboard
        keys.press("m")
        assert tab.inner().evaluate("document.activeElement.tagName") == "CANVAS"
        for key in ("+", "+", "ArrowRight", "ArrowUp"):
            keys.press(key)
        tab.page.wait_for_function("location.hash.includes('p.hidden.camera=')")
        assert tab.time() == tab.last_step(), "the arrow keys move the map and not the time"
        keys.press("Enter")
        tab.when("document.querySelector('.selection-bar b') !== null")
        some = tab.inner().evaluate(SELECTED)
        assert 0 < some < 1797
        # Classes of the legend, with what Shift and Alt mean on the map.
        sizes = [some]
        for name, press in (("Select 3", "Enter"), ("Select 5", "Shift+Enter"), ("Select 3", "Alt+Enter")):
            tab.frame.get_by_role("button", name=name).focus()
            keys.press(press)
            tab.when(f"{SELECTED} !== {sizes[-1]}")
            sizes.append(tab.inner().evaluate(SELECTED))
        three, both, five = sizes[1:]
        assert both == three + five
        leave(tab)
        keys.press("Escape")
        tab.when("document.querySelector('.selection-bar b') === null")


def test_nothing_glides_for_those_who_ask_for_less_motion(browser, server):
    with open_tab(browser, server) as tab:
        tab.page.emulate_media(reduced_motion="reduce")
        tab.wait_for_map()
        select_wrong(tab)
        for key in ("t", "p", "Home"):
            tab.page.keyboard.press(key)
        tab.when(f"{SLIDER}.ariaValueNow == 0")
        tab.page.keyboard.press(" ")
        seen = set()
        while tab.time() < tab.last_step():
            seen.add(tab.time())
            assert tab.inner().evaluate("document.getAnimations().filter((a) => a instanceof CSSAnimation).length") == 0
        assert all(time == int(time) for time in seen), seen
        assert len(seen) > 1, "it still plays"
