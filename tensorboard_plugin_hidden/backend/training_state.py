"""What is kept of training logs between requests: of the last two runs, what every question needs.

A version of a log never changes, so a question about a version that is kept is answered without asking TensorBoard what
there is, which takes longer than the answer.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.backend.memory import release
from tensorboard_plugin_hidden.backend.records import RunRecords
from tensorboard_plugin_hidden.backend.training_answers import correctness_runs, narrowed, same_beginning
from tensorboard_plugin_hidden.backend.training_filters import Usual, sampled_rows, usual
from tensorboard_plugin_hidden.backend.training_series import Anchors, filter_offsets
from tensorboard_plugin_hidden.format.answers import PROBE, AnswerLog, Samples, read_answers
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.parameter_levels import FILTER_CHANGE
from tensorboard_plugin_hidden.format.parameter_series import Clock, Stretch, read_clocks, read_rows, stretches
from tensorboard_plugin_hidden.format.schema import AnswersRecord, ParametersRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.training_log.flips import Runs

T = TypeVar("T")

_RUNS = 2
"""Runs that are kept: a comparison."""

_ANSWERS = 4
"""Answers of a version that are kept because they take long: matrices above all, a megabyte each."""


class RunLog:
    """One version of the training log of one run. Safe to call from several threads.

    Args:
        found: The run's records.
        store: Of the run.
        probe: Gives the samples of a probe's record.
        before: An earlier version of the same run, so that only what is new is read and computed.

    Attributes:
        version: Names this version.
        store: Of the run.
        stretches: Rows with the same layers.
        answers: What was answered, by set.
    """

    def __init__(
        self, found: RunRecords, store: StoreReader, probe: Callable[[Record], Samples], before: RunLog | None = None
    ) -> None:
        history = current(found.records)
        self.version = version_of(history)
        self.store = store
        self.stretches: list[Stretch] = stretches(history.parameters, store)
        answers = read_answers(
            history.answers,
            store,
            None if before is None else before.answers,
            probe=probe(history.probe) if history.probe is not None and _asks_probe(history) else None,
        )
        self.answers: dict[str, AnswerLog] = {name: narrowed(log) for name, log in answers.items()}
        self._moments = _moments(history, found)
        self._lock, self._computing = threading.RLock(), threading.Lock()
        self._clocks: list[Clock] = []
        self._usual: dict[int, tuple[Usual, npt.NDArray[np.uint16]]] = {}
        self._runs: dict[str, Runs] = {}
        self._texts: OrderedDict[Hashable, Any] = OrderedDict()
        if before is not None:
            self._take_over(before)
        release()

    def clock(self, stretch: int) -> Clock:
        """When the rows of a stretch were."""
        with self._lock:
            if not self._clocks:
                self._clocks = read_clocks(self.store, self.stretches)
            return self._clocks[stretch]

    def runs(self, name: str) -> Runs:
        """Runs of right and wrong answers of a set."""
        with self._lock:
            log, known = self.answers[name], self._runs.get(name)
            if known is None or known.snapshots < len(log.steps) or known.samples < len(log.labels):
                self._runs[name] = correctness_runs(log, known)
                release()
            return self._runs[name]

    def usual(self, stretch: int) -> Usual:
        """What is usual for the filters of a stretch."""
        with self._lock:
            there = self.stretches[stretch]
            wanted = sampled_rows(there.rows)
            known = self._usual.get(stretch)
            if known is None or not np.array_equal(known[0].rows, wanted):
                codes = self._sample(stretch, wanted, known)
                self._usual[stretch] = (usual(codes, wanted, filter_offsets(there)), codes)
                release()
            return self._usual[stretch][0]

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What takes long, computed once, by one request; the last few are kept."""
        with self._computing:
            if key not in self._texts:
                self._texts[key] = compute()
                release()
                if len(self._texts) > _ANSWERS:
                    self._texts.popitem(last=False)
            self._texts.move_to_end(key)
            result: T = self._texts[key]
            return result

    def anchors(self) -> Anchors:
        """Moments of which both the wall time and the clock are known.

        The last row of what was written at once was logged just before; without weights, the snapshots say it.
        """
        ends = np.cumsum([0, *(stretch.rows for stretch in self.stretches)])
        found = []
        for wall, row, step in self._moments:
            if row < 0:
                found.append((wall, float(step)))
            else:
                stretch = int(np.searchsorted(ends, row, side="right")) - 1
                found.append((wall, float(self.clock(stretch).times[row - ends[stretch]])))
        return found

    def _sample(
        self,
        stretch: int,
        wanted: npt.NDArray[np.int64],
        known: tuple[Usual, npt.NDArray[np.uint16]] | None,
    ) -> npt.NDArray[np.uint16]:
        there = self.stretches[stretch]
        have = {} if known is None else {row: i for i, row in enumerate(known[0].rows.tolist())}
        codes = np.empty((len(wanted), int(filter_offsets(there)[-1])), np.uint16)
        for line, row in zip(codes, wanted.tolist(), strict=True):
            if known is not None and row in have:
                line[:] = known[1][have[row]]
            else:
                line[:] = read_rows(self.store, there, [FILTER_CHANGE], row, row + 1)[FILTER_CHANGE][0]
        return codes

    def _take_over(self, before: RunLog) -> None:
        """What the earlier version knows, where it is still so."""
        for name, log in self.answers.items():
            if name in before._runs and same_beginning(before.answers[name], log):
                self._runs[name] = before._runs[name]
        for place, (old, new) in enumerate(zip(before.stretches, self.stretches, strict=False)):
            # A stretch goes on with its rows as they were, unless a resumed training has hidden some.
            if place in before._usual and _goes_on(old, new):
                self._usual[place] = before._usual[place]


class TrainingLogs:
    """Keeps the logs that were asked for last. Safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[RunRecords | None, RunLog]] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def known(self, experiment: str, run: str, version: str) -> RunLog | None:
        """A version of a log, if it is kept."""
        with self._lock:
            kept = self._kept.get((experiment, run))
        return kept[1] if kept is not None and kept[1].version == version else None

    def current(self, experiment: str, run: str, found: RunRecords, load: Callable[[RunLog | None], RunLog]) -> RunLog:
        """The log as of now, from memory or read; by one request at a time.

        Args:
            experiment: TensorBoard's experiment.
            run: The run's name.
            found: Its records; the same object as before when nothing was logged since.
            load: Reads it, given an earlier version.
        """
        with self._loading:
            with self._lock:
                kept = self._kept.get((experiment, run))
            if kept is not None and (kept[0] is found or kept[1].version == version_of(current(found.records))):
                log = kept[1]
            else:
                log = load(None if kept is None else kept[1])
            with self._lock:
                self._kept[experiment, run] = (found, log)
                self._kept.move_to_end((experiment, run))
                if len(self._kept) > _RUNS:
                    self._kept.popitem(last=False)
        return log


def version_of(history: History) -> str:
    """Names what a training log says: all records that count for it."""
    records = [*history.parameters, *history.answers, *([] if history.probe is None else [history.probe])]
    names = "\n".join(str(record.version) for record in records)
    return hashlib.blake2b(names.encode(), digest_size=8).hexdigest()


def _asks_probe(history: History) -> bool:
    """Whether there are answers of the probe's samples."""
    return any(isinstance(record.body, AnswersRecord) and record.body.set == PROBE for record in history.answers)


def _goes_on(old: Stretch, new: Stretch) -> bool:
    """Whether the rows of ``old`` are the first of ``new``."""
    *before, last = old.segments
    if old.layout != new.layout or len(new.segments) < len(old.segments):
        return False
    longer = new.segments[len(before)]
    same = longer._replace(rows=last.rows, stored=last.stored) == last and longer.rows >= last.rows
    return same and tuple(before) == new.segments[: len(before)]


def _moments(history: History, found: RunRecords) -> list[tuple[float, int, int]]:
    """Wall time, the row it belongs to, and -1; or, where no weights were logged, -1 and the step of a snapshot."""
    moments: list[tuple[float, int, int]] = []
    rows = 0
    for record in history.parameters:
        assert isinstance(record.body, ParametersRecord)
        rows += record.body.count
        moments.append((found.wall_times.get(record.version, 0.0), rows - 1, -1))
    if moments:
        return moments
    snapshots = [record for by_step in history.snapshots.values() for record in by_step.values()]
    for record in [*snapshots, *history.answers]:
        assert isinstance(record.body, SnapshotRecord | AnswersRecord)
        moments.append((found.wall_times.get(record.version, 0.0), -1, record.body.step))
    return moments
