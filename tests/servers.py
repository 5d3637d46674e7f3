"""Real TensorBoard processes for tests and benchmarks."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LOADERS = {"fast": "true", "slow": "false"}
"""Values of ``--load_fast`` for TensorBoard's two loaders."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class TensorBoard:
    """A running TensorBoard."""

    url: str
    pid: int

    def get(self, route: str, **query: object) -> Answer:
        """Asks a route of the plugin."""
        return self.fetch(f"data/plugin/hidden/{route}", **query)

    def fetch(self, path: str, **query: object) -> Answer:
        suffix = "?" + urllib.parse.urlencode(query) if query else ""
        request = urllib.request.Request(self.url + path + suffix)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), dict(error.headers))

    def index(self, run: str, ready: Callable[[Any], bool] = lambda index: True, timeout: float = 60) -> Any:
        """The index of a run, once the loader has read enough of it."""
        deadline = time.monotonic() + timeout
        while True:
            answer = self.get("index", run=run)
            if answer.status == 200 and ready(answer.json()):
                return answer.json()
            if time.monotonic() > deadline:
                raise AssertionError(f"index of {run} not ready: {answer.status} {answer.text[:500]}")
            time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def until_it_answers(process: subprocess.Popen[str], url: str) -> None:
    """Waits for a TensorBoard that was started."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise AssertionError(f"TensorBoard did not start: {process.communicate()[0]}") from None
            time.sleep(0.1)


def _started(command: Sequence[str], prefix: str, tries: int = 3) -> tuple[subprocess.Popen[str], str]:
    """A TensorBoard that answers, and where. Another test's server may take a free port before this one does."""
    for left in reversed(range(tries)):
        port = free_port()
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        url = f"http://127.0.0.1:{port}{prefix}/"
        try:
            until_it_answers(process, url)
            break
        except AssertionError as error:
            if not left or "already in use" not in str(error):
                raise
    return process, url


@contextlib.contextmanager
def tensorboard(
    arguments: Sequence[str],
    loader: str = "fast",
    prefix: str = "",
    reload_interval: int | None = 1,
    python: str = sys.executable,
) -> Iterator[TensorBoard]:
    """Runs TensorBoard on a free port of this machine and ends it by its pid."""
    command = [python, "-m", "tensorboard.main", "--host", "127.0.0.1", *arguments]
    if loader != "auto":
        command += [f"--load_fast={LOADERS[loader]}"]
    if prefix:
        command += ["--path_prefix", prefix]
    if reload_interval is not None:
        command += ["--reload_interval", str(reload_interval)]
    process, url = _started(command, prefix)
    try:
        yield TensorBoard(url, process.pid)
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
        # The server must not have tripped over anything it was asked.
        assert "Error on request" not in output, output
