"""What tests share: runs made by the package itself."""

from __future__ import annotations

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from filelock import FileLock
from xdist.scheduler import LoadFileScheduling

import tensorboard_plugin_hidden as hidden

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What numba compiles is run on a few samples here: a fifth of the compiling is not worth its speed.
os.environ.setdefault("NUMBA_OPT", "0")

# The key that proves programs one's own: tests have one of theirs, and so have the processes that they start.
os.environ["XDG_STATE_HOME"] = str(Path(tempfile.gettempdir(), f"hidden-tests-{os.getuid()}"))

# A shell that starts tests in the background has them ignore interrupts, and so would every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


FILE_SECONDS = 40
"""What the tests of one file may take together on a quiet machine of two cores; more is pointed out, not failed."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The files that take longest, so that nobody has to look for what makes everybody wait."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    longest = [(file, taken) for file, taken in seconds.most_common(12) if taken > FILE_SECONDS / 4]
    if longest:
        terminalreporter.section(
            f"seconds by file, of {sum(seconds.values()):.0f}; the budget of each is {FILE_SECONDS}"
        )
        for file, taken in longest:
            terminalreporter.line(f"{taken:6.1f}  {file}{'  over its budget' if taken > FILE_SECONDS else ''}")


TOGETHER = {
    **dict.fromkeys(("test_candidates.py", "test_graph.py", "test_baselines.py"), "what numba compiles"),
    **dict.fromkeys(("test_explore.py", "test_story.py"), "runs with wrong labels"),
}
"""Files whose tests share something that takes longer than they do."""

FIRST = (
    "what numba compiles",
    "runs with wrong labels",
    "tests/cli/test_project.py",
    "tests/projection/test_fanout.py",
    "tests/packaging/test_wheel.py",
)
"""What takes longest: begun last, it would leave one of two processes without work for minutes."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """A file's tests run in one process, for its fixtures, and so do files that belong together; the longest first."""

    class Scheduling(LoadFileScheduling):
        def _assign_work_unit(self, node: Any) -> None:
            for scope in reversed(FIRST):
                if scope in self.workqueue:
                    self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return TOGETHER.get(Path(file).name, file)

    return Scheduling(config, log)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def log_maps(run_dir: Path, steps: range, samples: int = 30, **writer_options: object) -> None:
    """Logs one small map for every step, through the public interface."""
    rng = np.random.default_rng(1)
    start, labels = rng.normal(size=(samples, 2)), np.arange(samples) % 3
    with hidden.SummaryWriter(str(run_dir), **writer_options) as writer:
        for step in steps:
            logits = np.eye(3, dtype=np.float32)[labels] * step
            writer.add_projection(
                "space", start + 0.01 * step, step, logits=logits, labels=labels if step == steps[0] else None
            )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests, and for the benchmarks that they run."""
    from tests.browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The log directory of a short demo, for reading only; the run is ``digits``. All processes have the same one."""
    from tensorboard_plugin_hidden.demo import train_digits

    own = tmp_path_factory.getbasetemp()
    logdir = (own if worker_id == "master" else own.parent) / "digits_run"
    with FileLock(f"{logdir}.lock"):
        if not logdir.exists():
            training = tmp_path_factory.mktemp("digits_run")
            train_digits(str(training / "digits"), epochs=3)
            training.rename(logdir)
    return logdir
