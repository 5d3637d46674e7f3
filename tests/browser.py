"""A real headless Chromium on a real TensorBoard, for tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, Route, sync_playwright

from tests.servers import TensorBoard

ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--disable-background-networking",
]

FIRST_PICTURE = "hidden:first-picture"
"""The mark that the front end sets when it has drawn samples for the first time."""

IGNORED = re.compile(r"Multiple instances of Three\.js")
"""What TensorBoard's own pages say to the console."""


_running: list[Browser] = []


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; ``CHROMIUM`` names another.

    Within another one's block it is that one: a second cannot be started in a thread that drives one already.
    """
    if _running:
        yield _running[0]
        return
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        _running.append(browser)
        try:
            yield browser
        finally:
            _running.remove(browser)
            browser.close()


@dataclass
class Tab:
    """The HIDDEN tab, and everything that went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def canvas(self) -> Locator:
        return self.frame.locator("canvas.map")

    @property
    def slider(self) -> Locator:
        return self.frame.locator(".timeline [role=slider]")

    def last_step(self) -> int:
        return int(float(self.slider.get_attribute("aria-valuemax") or -1))

    def time(self) -> float:
        return float(self.slider.get_attribute("aria-valuenow") or -1)

    def picture(self) -> npt.NDArray[np.uint8]:
        """The canvas as uint8 [height, width, 3]."""
        return np.asarray(Image.open(BytesIO(self.canvas.screenshot())).convert("RGB"))

    def wait_for_map(self, timeout: float = 60) -> None:
        """Until the first picture is drawn, which the page marks on its timeline, and keys are the tab's."""
        self.canvas.wait_for(timeout=1000 * timeout)
        self.when(f"performance.getEntriesByName('{FIRST_PICTURE}').length > 0", timeout)
        self.when("document.hasFocus()", timeout)

    def inner(self) -> Frame:
        """The plugin's own document."""
        return next(frame for frame in self.page.frames if "plugin_entry.html" in frame.url)

    def when(self, condition: str, timeout: float = 60) -> None:
        """Waits until a JavaScript expression holds in the plugin's document.

        Asked again and again from here: where the policy forbids eval, a page cannot repeat a condition itself.
        """
        deadline = time.monotonic() + timeout
        while not self.inner().evaluate(condition):
            assert time.monotonic() < deadline, f"not within {timeout} s: {condition}"
            self.page.wait_for_timeout(50)

    def __enter__(self) -> Tab:
        return self

    def __exit__(self, kind: Any, *error: Any) -> None:
        self.page.close()
        if kind is None:
            assert not self.problems, self.problems


def open_tab(
    browser: Browser,
    server: TensorBoard,
    *,
    size: tuple[int, int] = (1280, 800),
    dark: bool = False,
    without_eval: bool = False,
    reduced_motion: bool = False,
    deep_link: str = "",
    script: str = "",
) -> Tab:
    """Opens the tab as a user does, and from then on notes console errors, CSP violations and failed requests.

    Args:
        browser: From ``chromium``.
        server: A running TensorBoard.
        size: Of the window, in pixels.
        dark: TensorBoard's dark mode.
        without_eval: Serves the page with a policy that TensorBoard has announced: no ``unsafe-eval``.
        reduced_motion: What glides and fades elsewhere is there at once.
        deep_link: What follows ``#hidden`` in the URL.
        script: Run in every document before its own.
    """
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce" if reduced_motion else None
    )
    tab = Tab(page)

    def noted(text: str) -> None:
        if not IGNORED.search(text):
            tab.problems.append(text)

    page.on("console", lambda message: noted(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: noted(str(error)))
    # What the page calls off itself, because the user went on meanwhile, has not failed.
    page.on(
        "requestfailed",
        lambda request: (
            noted(f"{request.url}: {request.failure}")
            if "hidden" in request.url and "ERR_ABORTED" not in str(request.failure)
            else None
        ),
    )
    page.on("response", lambda answer: noted(f"{answer.url}: {answer.status}") if answer.status >= 400 else None)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
    )
    page.add_init_script(script)
    if without_eval:
        page.route("**/plugin_entry.html*", _strict)
    page.goto(f"{server.url}{'?darkMode=true' if dark else ''}#hidden{deep_link}")
    return tab


def _strict(route: Route) -> None:
    answer = route.fetch()
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-eval'" in policy, policy
    route.fulfill(
        response=answer, headers=answer.headers | {"content-security-policy": policy.replace("'unsafe-eval'", "")}
    )
