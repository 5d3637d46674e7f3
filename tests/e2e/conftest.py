"""What the tests of the tab share: runs with wrong labels, and where pictures of what was seen go."""

import os
import runpy
import time
from pathlib import Path

import pytest

SHOTS = Path(os.environ.get("HIDDEN_SCREENSHOTS", Path(__file__).parents[2] / "test-results"))
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SLIDER = "(document.querySelector('.timeline [role=slider]') ?? {})"
EXAMPLE = Path(__file__).parents[2] / "examples" / "label_noise.py"
NOISE_EPOCHS = 4
FOUND = "!/loading|over/.test(document.querySelector('.found').textContent)"
"""A query is answered for all that it asks of, not only for the epochs that are here by now."""


@pytest.fixture(scope="session")
def noise_runs(tmp_path_factory):
    """The log directory of two short runs of the example, named by their seeds; ``noise-0`` is the newer."""
    logdir = tmp_path_factory.mktemp("noise")
    main = runpy.run_path(str(EXAMPLE))["main"]
    for seed in (1, 0):
        main(str(logdir / f"noise-{seed}"), epochs=NOISE_EPOCHS, seed=seed)
    return logdir


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


def comes_to(tab, holds):
    """The picture once it rests and a condition holds, however long its data is on its way."""
    deadline = time.monotonic() + 60
    while not holds(now := still(tab)):
        assert time.monotonic() < deadline
    return now


def maps_are_here(tab, count):
    """Waits until so many maps and as many landscapes have come."""
    tab.when(
        "new Set(performance.getEntriesByType('resource').map(({ name }) => name)"
        f".filter((name) => /hidden\\/(frame|landscape)\\?/.test(name))).size >= {2 * count}"
    )


GRAVE = ("serious", "critical")
RUN_AXE = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
  }));
}
"""


def serious(tab):
    """What axe-core finds that is serious or worse."""
    # Nothing fades in any more: what is half transparent has another contrast.
    tab.page.wait_for_timeout(300)
    tab.inner().evaluate(AXE.read_text())
    return [one for one in tab.inner().evaluate(RUN_AXE) if one["impact"] in GRAVE]
