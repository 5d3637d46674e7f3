"""What a reader waits for: the first picture, and scrubbing through time."""

from __future__ import annotations

import statistics
import tempfile

from playwright.sync_api import CDPSession

from benchmarks.result import Result
from benchmarks.runs import journal, write_epoch, write_probe
from tests.browser import FIRST_PICTURE, chromium, open_tab
from tests.servers import tensorboard

_COUNT_UPLOADS = """
for (const name of ["bufferData", "bufferSubData", "texImage2D", "texSubImage2D", "texImage3D", "texSubImage3D"]) {
  const original = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...args) {
    window.uploads = (window.uploads ?? 0) + 1;
    return original.apply(this, args);
  };
}
"""

_COUNT_FRAMES = """
window.frames_drawn = 0;
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = callback => request(at => { callback(at); window.frames_drawn += 1; });
"""


def measure_first_picture(samples: int = 10_000, epochs: int = 100, repeats: int = 5) -> list[Result]:
    """From the plugin's own navigation start to the first picture of a run's last epoch."""
    times, whole = [], []
    with tempfile.TemporaryDirectory() as logdir:
        with journal(f"{logdir}/run") as writing:
            probe = write_probe(writing, samples)
            for step in range(epochs):
                write_epoch(writing, probe, "fc", step, samples)
        with tensorboard(["--logdir", logdir], loader="auto") as server, chromium() as browser:
            server.index("run", lambda index: len(index["layers"][0]["steps"]) == epochs)
            for _ in range(repeats):
                with open_tab(browser, server) as tab:
                    tab.wait_for_map()
                    mark = f"performance.getEntriesByName('{FIRST_PICTURE}')[0].startTime"
                    times.append(tab.inner().evaluate(mark))
                    whole.append(
                        tab.inner().evaluate(f"performance.timeOrigin + {mark} - parent.performance.timeOrigin")
                    )
    return [
        Result(
            f"first picture, {samples:,} samples × {epochs} epochs",
            statistics.median(times) / 1000,
            "s",
            1.5,
            f"median of {repeats}; with TensorBoard's own page {statistics.median(whole) / 1000:.1f} s; software drew",
        )
    ]


def measure_scrubbing(samples: int = 100_000, epochs: int = 6, rest: float = 8) -> list[Result]:
    """Script time and uploads while time moves over epochs that are loaded; ``rest``: seconds for them to arrive."""
    with tempfile.TemporaryDirectory() as logdir:
        with journal(f"{logdir}/run") as writing:
            probe = write_probe(writing, samples)
            for step in range(epochs):
                write_epoch(writing, probe, "fc", step, samples)
        with tensorboard(["--logdir", logdir], loader="auto") as server, chromium() as browser:
            server.index("run", lambda index: len(index["layers"][0]["steps"]) == epochs)
            with open_tab(browser, server, script=_COUNT_UPLOADS + _COUNT_FRAMES) as tab:
                tab.wait_for_map()
                tab.page.wait_for_timeout(1000 * rest)
                devtools = tab.page.context.new_cdp_session(tab.page)
                devtools.send("Performance.enable")
                before = 0.0
                box = tab.frame.locator(".axis-area").bounding_box()
                assert box is not None
                middle = box["y"] + box["height"] * 0.7
                tab.page.mouse.move(box["x"] + 2, middle)
                tab.page.mouse.down()
                for sweep in range(2):
                    # The first sweep loads whatever was not yet; the second is measured.
                    if sweep == 1:
                        tab.page.wait_for_timeout(400 * rest)
                        tab.inner().evaluate("uploads = 0; frames_drawn = 0")
                        before = _script_seconds(devtools)
                    for place in range(121):
                        tab.page.mouse.move(box["x"] + 2 + (box["width"] - 4) * place / 120, middle)
                        tab.page.wait_for_timeout(16)
                script = 1000 * (_script_seconds(devtools) - before)
                uploads, frames = tab.inner().evaluate("[uploads, frames_drawn]")
                tab.page.mouse.up()
    return [
        Result(
            f"script per frame while scrubbing, {samples:,} samples",
            script / frames,
            "ms",
            1,
            f"all script of the page, TensorBoard's too; mean of {frames} frames over {epochs} epochs",
        ),
        Result("uploads to the graphics card while scrubbing", uploads, "calls", 0, "over epochs that were visited"),
    ]


def _script_seconds(devtools: CDPSession) -> float:
    """Seconds of script that the page's process has run: animation, pointer events, rendering of components."""
    metrics = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ScriptDuration"])
