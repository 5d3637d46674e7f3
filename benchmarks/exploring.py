"""What exploring costs the reader: script after a gesture, and the memory of the tab, in a real browser."""

from __future__ import annotations

import dataclasses
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator

from benchmarks.result import Result
from benchmarks.runs import journal, write_learning
from tests.browser import Tab, chromium, open_tab
from tests.servers import tensorboard

_COUNT = """
window.frames_drawn = 0;
window.uploads = 0;
window.gpu_bytes = 0;
window.contexts = 0;
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = callback => request(at => { callback(at); window.frames_drawn += 1; });
const getContext = HTMLCanvasElement.prototype.getContext;
const known = new WeakSet();
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  const context = getContext.call(this, kind, ...rest);
  if (kind === "webgl2" && context !== null && !known.has(context)) window.contexts += known.add(context) ? 1 : 0;
  return context;
};
const gl = WebGL2RenderingContext.prototype;
for (const name of ["bufferData", "bufferSubData", "texImage2D", "texSubImage2D", "texSubImage3D"]) {
  const original = gl[name];
  gl[name] = function (...args) {
    window.uploads += 1;
    if (name === "bufferData") window.gpu_bytes += typeof args[1] === "number" ? args[1] : args[1].byteLength;
    return original.apply(this, args);
  };
}
for (const [name, depth] of [["texStorage2D", false], ["texStorage3D", true]]) {
  const original = gl[name];
  gl[name] = function (target, levels, format, width, height, ...rest) {
    window.gpu_bytes += 4 * width * height * (depth ? rest[0] : 1);
    return original.call(this, target, levels, format, width, height, ...rest);
  };
}
"""
"""Counts frames, uploads, contexts, and bytes that were asked of the graphics card; what is freed is not taken off."""

_PLACES = 60
"""Places on the time axis that a sweep stops at."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the page's main thread, TensorBoard's own part included.

    Attributes:
        script: What the browser counts as script: events and pictures, without what promises run.
        all: Everything but style and layout: painting, too, and what the page does when nobody does anything.
    """

    script: float
    all: float


class Explorer:
    """A tab that is explored by hand, and what that costs.

    Args:
        tab: On a run whose map is drawn.
        patience: Times as long as usual is waited for what follows a gesture; small runs need less.
    """

    def __init__(self, tab: Tab, patience: float = 1.0) -> None:
        self.tab = tab
        self._patience = patience
        self._devtools = tab.page.context.new_cdp_session(tab.page)
        # Time that the thread ran: what else the machine does at the same time is left out.
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    @property
    def field(self) -> Locator:
        """Where queries are typed."""
        return self.tab.frame.get_by_role("combobox", name="Find samples")

    def wait(self, milliseconds: float) -> None:
        """For what follows a gesture."""
        self.tab.page.wait_for_timeout(self._patience * milliseconds)

    def leave_field(self) -> None:
        """Lets keys mean what they mean on the map."""
        self.field.evaluate("field => field.blur()")

    def cost(self, act: Callable[[], object], settled: int = 1500) -> Cost:
        """What an action costs the page's main thread until it is quiet.

        Args:
            act: What the reader does.
            settled: Milliseconds that are waited for what follows.
        """
        before = self._counters()
        act()
        self.wait(settled)
        script, task, layout, style = (1000 * (now - then) for now, then in zip(self._counters(), before, strict=True))
        return Cost(script, task - layout - style)

    def per_frame(self, act: Callable[[], object]) -> tuple[float, int]:
        """Milliseconds of script for each picture while something goes on, and how many pictures there were."""
        inner = self.tab.inner()
        inner.evaluate("frames_drawn = 0; uploads = 0")
        spent = self.cost(act, settled=300).script
        frames = inner.evaluate("frames_drawn")
        return spent / max(1, frames), frames

    def lasso(self, share: float) -> Cost:
        """Of letting a round lasso go around a share of the map's width."""
        box = self.tab.canvas.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        reach = share * min(box["width"], box["height"]) / 2
        mouse = self.tab.page.mouse
        mouse.move(x + reach, y)
        mouse.down()
        for corner in range(1, 24):
            angle = 2 * math.pi * corner / 24
            mouse.move(x + reach * math.cos(angle), y + reach * math.sin(angle))
        self.wait(1000)
        return self.cost(mouse.up)

    def hover(self, moves: int = 30) -> tuple[float, int]:
        """Script for each picture while the pointer wanders over the map."""
        box = self.tab.canvas.bounding_box()
        assert box is not None

        def wander() -> None:
            for k in range(moves):
                angle, reach = 0.37 * k, 0.05 + 0.3 * k / moves
                self.tab.page.mouse.move(
                    box["x"] + box["width"] * (0.5 + reach * math.cos(angle)),
                    box["y"] + box["height"] * (0.5 + reach * math.sin(angle)),
                )
                self.tab.page.wait_for_timeout(30)

        return self.per_frame(wander)

    def query(self, text: str) -> tuple[Cost, float]:
        """Of asking a query, and milliseconds until its answer is there."""
        self.field.fill("")
        self.wait(500)
        self.tab.inner().evaluate(_TIME_ANSWER)
        # As the keyboard sends it: what a test's own script sets off is not counted as script of the page.
        spent = self.cost(lambda: self.tab.page.keyboard.insert_text(text))
        return spent, self.tab.inner().evaluate("answered")

    def scrub(self) -> Result:
        """Script for each picture of a second sweep over the time axis, beyond what the page does at rest as long."""
        box = self.tab.frame.locator(".axis-area").bounding_box()
        assert box is not None
        middle, mouse = box["y"] + box["height"] * 0.7, self.tab.page.mouse

        def sweep() -> None:
            for place in range(_PLACES + 1):
                mouse.move(box["x"] + 2 + (box["width"] - 4) * place / _PLACES, middle)
                self.tab.page.wait_for_timeout(16)

        mouse.move(box["x"] + 2, middle)
        mouse.down()
        sweep()
        self.wait(3000)
        begun = time.monotonic()
        each, pictures = self.per_frame(sweep)
        lasted = time.monotonic() - begun
        uploads = self.tab.inner().evaluate("uploads")
        mouse.up()
        resting = self.cost(lambda: None, settled=10_000).script / (10 * self._patience)
        detail = f"mean of {pictures} pictures in {lasted:.0f} s; {each:.2f} ms with what the page does at rest"
        return Result("scrubbing", each - resting * lasted / pictures, "ms", 1, f"{detail}; {uploads} uploads")

    def memory(self) -> tuple[float, str]:
        """Megabytes that the tab holds: script's heap, array buffers, and what was asked of the graphics card.

        Returns:
            Their sum, and what it is made of, with the resident memory of the processes behind it.
        """
        for _ in range(2):
            # What the first finds unused is given back beside it, and is gone for the second.
            self._devtools.send("HeapProfiler.collectGarbage")
            self.wait(1000)
        usage = self._devtools.send("Runtime.getHeapUsage")
        heap, buffers = usage["usedSize"] / 1e6, usage.get("backingStorageSize", 0) / 1e6
        graphics = self.tab.inner().evaluate("gpu_bytes") / 1e6
        browser = self.tab.page.context.browser
        assert browser is not None
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        kept = {kind: max((_pss(p["id"]) for p in processes if p["type"] == kind), default=0.0) for kind in _KINDS}
        parts = f"heap {heap:.0f}, array buffers {buffers:.0f}, graphics {graphics:.0f} MB"
        resident = ", ".join(f"{kind} process {value:.0f}" for kind, value in kept.items())
        return heap + buffers + graphics, f"{parts}; proportional resident: {resident} MB"

    def _counters(self) -> list[float]:
        metrics = {one["name"]: one["value"] for one in self._devtools.send("Performance.getMetrics")["metrics"]}
        return [float(metrics[f"{name}Duration"]) for name in ("Script", "Task", "Layout", "RecalcStyle")]


_KINDS = ("renderer", "GPU")

_TIME_ANSWER = """
{
  window.answered = -1;
  const start = () => { window.asked = performance.now(); };
  document.querySelector(".query-input").addEventListener("input", start, { once: true, capture: true });
  const look = new MutationObserver(() => {
    const words = document.querySelector(".found p")?.textContent ?? "";
    if (window.asked === undefined || !/\\d/.test(words) || words.includes("loading")) return;
    window.answered = performance.now() - window.asked;
    look.disconnect();
  });
  window.asked = undefined;
  look.observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""
"""Notes how long after the next change of the query its count is written."""


def measure(samples: int = 100_000, epochs: int = 100, repeats: int = 5, patience: float = 1.0) -> list[Result]:
    """A long run, and all that one may do with it."""
    with _exploring(samples, epochs, patience) as explorer:
        size = f"{samples:,} × {epochs}"
        explorer.tab.page.keyboard.press("2")
        results = [_median(f"lasso, {size}", 20, [explorer.lasso(0.7) for _ in range(repeats)])]
        results += _queries(explorer, size, 50, repeats)
        spent, moves = explorer.hover()
        results.append(Result(f"hover, {size}", spent, "ms", 2, f"script a picture, mean of {moves}"))
        results += [_trails(explorer, size, repeats), *_filtered(explorer, size, repeats)]
        held, parts = explorer.memory()
        results.append(Result(f"memory of the tab, {size}", held, "MB", None, parts))
        results.append(_panels(explorer))
    return results


def measure_million(
    samples: int = 1_000_000, epochs: int = 20, repeats: int = 5, patience: float = 1.0
) -> list[Result]:
    """A run of very many samples, and what one does most with it."""
    with _exploring(samples, epochs, patience) as explorer:
        size = f"{samples:,} × {epochs}"
        scrubbing = explorer.scrub()
        results = [dataclasses.replace(scrubbing, name=f"scrubbing, {size}")]
        explorer.tab.page.keyboard.press("2")
        results.append(_median(f"lasso, {size}", 80, [explorer.lasso(0.7) for _ in range(repeats)]))
        spent, moves = explorer.hover()
        results.append(Result(f"hover, {size}", spent, "ms", None, f"script a picture, mean of {moves}"))
        held, parts = explorer.memory()
        results.append(Result(f"memory of the tab, {size}", held, "MB", 600, parts))
        results += _queries(explorer, size, None, repeats)
    return results


def _median(what: str, limit: float | None, costs: Sequence[Cost]) -> Result:
    times = [cost.script for cost in costs]
    everything = statistics.median(cost.all for cost in costs)
    spread = f"median of {len(times)}, {min(times):.1f}–{max(times):.1f} ms; main thread in all {everything:.1f} ms"
    return Result(what, statistics.median(times), "ms", limit, f"script: {spread}")


def _queries(explorer: Explorer, size: str, limit: float | None, repeats: int) -> list[Result]:
    explorer.tab.page.keyboard.press("Escape")
    explorer.field.focus()
    results = []
    for text in ("conf<0.5 and not correct", "ever(conf<0.3)", "always(correct)", "flips>=3", "4242"):
        runs = [explorer.query(text) for _ in range(min(3, repeats))]
        # Promises run the answer: what the browser counts as script would lack it.
        times, waits = [cost.all for cost, _ in runs], [wait for _, wait in runs]
        spread = f"median of {len(runs)}, first {times[0]:.1f}, {min(times):.1f}–{max(times):.1f} ms"
        detail = f"main thread in all: {spread}; answered after {min(waits):.0f}–{max(waits):.0f} ms of a clock"
        results.append(Result(f"query {text}, {size}", statistics.median(times), "ms", limit, detail))
    explorer.field.fill("")
    explorer.leave_field()
    return results


def _trails(explorer: Explorer, size: str, repeats: int) -> Result:
    """From asking for trails of a selection of 1,000 or more to the picture, at the last epoch."""
    page, times = explorer.tab.page, []
    for k in range(repeats):
        explorer.field.fill(f"4{k} and not correct")
        explorer.wait(700)
        explorer.field.press("Enter")
        explorer.leave_field()
        explorer.wait(1500)
        times.append(explorer.cost(lambda: page.keyboard.press("t")))
        page.keyboard.press("t")
    page.keyboard.press("Escape")
    explorer.field.fill("")
    return _median(f"trails of 1,000, {size}", 30, times)


def _filtered(explorer: Explorer, size: str, repeats: int) -> list[Result]:
    """One epoch on, with a query that fades what it does not find."""
    results = []
    page, frame = explorer.tab.page, explorer.tab.frame
    for text in ("conf<0.5", "flips>=3"):
        explorer.field.fill(text)
        frame.locator(".found b").wait_for()
        button = frame.get_by_role("button", name="Filter", exact=True)
        button.click()
        explorer.wait(1500)
        keys = [
            "Home",
            *["ArrowRight"] * repeats,
            *["Shift+ArrowRight"] * 4,
            *["ArrowLeft"] * repeats,
            *["Shift+ArrowLeft"] * 4,
        ]
        explorer.leave_field()
        page.keyboard.press("End")
        explorer.wait(1000)
        times = [explorer.cost(lambda key=key: page.keyboard.press(key), settled=600) for key in keys]
        results.append(_median(f"another epoch under the filter {text}, {size}", 16, times))
        button.click()
        explorer.field.fill("")
    return results


def _panels(explorer: Explorer) -> Result:
    """How many WebGL contexts four maps take."""
    explorer.leave_field()
    for _ in range(3):
        explorer.tab.page.keyboard.press("v")
        explorer.wait(500)
    explorer.wait(3000)
    titles = explorer.tab.frame.locator(".compare-title").count()
    contexts = explorer.tab.inner().evaluate("contexts")
    return Result("WebGL contexts", contexts, "", 1, f"of {titles} maps")


@contextmanager
def _exploring(samples: int, epochs: int, patience: float) -> Iterator[Explorer]:
    """A tab on a run of which everything that the tab keeps has arrived."""
    with tempfile.TemporaryDirectory() as logdir:
        with journal(f"{logdir}/run") as writing:
            write_learning(writing, "fc", samples, epochs)
        with tensorboard(["--logdir", logdir], loader="auto") as server, chromium() as browser:
            server.index("run", lambda index: len(index["layers"][0]["steps"]) == epochs)
            with open_tab(browser, server, script=_COUNT) as tab:
                tab.wait_for_map(timeout=300)
                _wait_until_quiet(tab, patience)
                yield Explorer(tab, patience)


def _wait_until_quiet(tab: Tab, patience: float) -> None:
    """Until no payload came for five seconds, or as much longer as ``patience`` says."""
    payloads = (
        "performance.getEntriesByType('resource').filter(one => /hidden.(frame|land|outc)/.test(one.name)).length"
    )
    tab.inner().evaluate("performance.setResourceTimingBufferSize(5000)")
    before = -1
    while (now := tab.inner().evaluate(payloads)) != before:
        before = now
        tab.page.wait_for_timeout(5000 * patience)


def _pss(pid: int) -> float:
    """Megabytes that a process holds, shared pages by share; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6
