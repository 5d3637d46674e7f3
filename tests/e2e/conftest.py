"""What the tests of the tab share: where pictures of what they saw go."""

import os
from pathlib import Path

SHOTS = Path(os.environ.get("HIDDEN_SCREENSHOTS", Path(__file__).parents[2] / "test-results"))
SLIDER = "document.querySelector('.timeline [role=slider]')"


def save(tab, name):
    """Saves a picture of the whole page, for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    tab.page.screenshot(path=SHOTS / f"{name}.png")


def still(tab):
    """The picture once nothing fades or glides any more, however slow this machine is."""
    before = None
    for _ in range(20):
        tab.page.wait_for_timeout(700)
        now = tab.picture()
        if before is not None and (now == before).all():
            return now
        before = now
    raise AssertionError("the picture never rests")
