"""Runs and flips: the history of every sample's answers as the few places where something happens.

A history of 50,000 samples over 750 snapshots is 37 million entries and two million flips; every anomaly rule needs the
flips alone. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray

States = npt.NDArray[Any]
"""bool or int [snapshots, samples], such as correctness or predicted class; negative: not seen at this snapshot."""

UNSEEN = -1


class Flips(NamedTuple):
    """Changes from one snapshot to the next, in order of (snapshot, sample).

    A sample that is not seen at a snapshot is neither equal nor unequal to anything: there is no flip into or out of
    such a snapshot, and runs end there. ``before`` and ``after`` are also cut at the ends of the log.

    Attributes:
        sample: int32 [F].
        snapshot: int32 [F], the first one with the new state, from 1.
        before: int32 [F], length of the run that ended at ``snapshot - 1``, at least 1.
        after: int32 [F], length of the run that starts at ``snapshot``, at least 1.
    """

    sample: IntArray
    snapshot: IntArray
    before: IntArray
    after: IntArray


@dataclass(frozen=True, slots=True)
class Runs:
    """A history, run-length encoded: lossless, sparse, and growing at its end only.

    Attributes:
        snapshots: Length of the log, T.
        sample: int32 [R]; runs are in order of (start, sample).
        start: int32 [R], first snapshot of the run.
        length: int32 [R], at least 1.
        before: int32 [R], length of the run that this one ended; 0 where the sample was not seen just before.
        state: int32 [R], at least 0.
        last: int32 [samples], each sample's latest run; -1 for a sample never seen.
        current: int32 [samples], state at the last snapshot; -1 for not seen then.
    """

    snapshots: int
    sample: IntArray
    start: IntArray
    length: IntArray
    before: IntArray
    state: IntArray
    last: IntArray
    current: IntArray

    @property
    def samples(self) -> int:
        """Number of samples, seen or not."""
        return len(self.current)

    def flips(self) -> Flips:
        """The runs that ended another one. Those of a longer log start with these, but for ``after`` of open runs."""
        flipped = np.flatnonzero(self.before)
        return Flips(self.sample[flipped], self.start[flipped], self.before[flipped], self.length[flipped])

    def history(self) -> IntArray:
        """The states that were encoded, int32 [T, samples], -1 where not seen."""
        times = np.arange(self.snapshots + 1)
        end = self.start + self.length
        by_end = np.argsort(end, kind="stable")
        ended, started = np.searchsorted(end[by_end], times), np.searchsorted(self.start, times)
        gone = self.sample[by_end]
        row = np.full(self.samples, UNSEEN, np.int32)
        history = np.empty((self.snapshots, self.samples), np.int32)
        for snapshot in range(self.snapshots):
            # Those of a run that is followed at once come back with the next line.
            row[gone[ended[snapshot] : ended[snapshot + 1]]] = UNSEEN
            new = slice(started[snapshot], started[snapshot + 1])
            row[self.sample[new]] = self.state[new]
            history[snapshot] = row
        return history


def correctness(answers: States, labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int8]:
    """Whether each answer is the sample's label.

    Args:
        answers: int [snapshots, samples], predicted classes; negative where not seen.
        labels: int [samples]; negative for none.

    Returns:
        int8 [snapshots, samples]: 1 right, 0 wrong, -1 not seen or without a label.

    Raises:
        HiddenError: There is not one label for every sample.

    >>> correctness(np.array([[3, 1, -1, 2]]), np.array([3, 2, 0, -1])).tolist()
    [[1, 0, -1, -1]]
    """
    _check(answers)
    if labels.shape != answers.shape[1:]:
        raise HiddenError(
            "labels do not match the answers",
            expected=f"{answers.shape[1]} labels",
            got=f"shape {labels.shape}",
            fix="Pass one label for every sample, -1 for none.",
        )
    right: npt.NDArray[np.int8] = (answers == labels).view(np.int8)
    right[(answers < 0) | (labels < 0)] = UNSEEN
    return right


def encode(states: States) -> Runs:
    """Runs of a whole history.

    Args:
        states: See ``States``. For flips between right and wrong, ``correctness``; for any change of mind, the answers.

    Raises:
        HiddenError: ``states`` is no matrix of whole numbers.

    >>> runs = encode(np.array([[0], [0], [1], [1], [1]]))
    >>> [column.tolist() for column in runs.flips()]
    [[0], [2], [2], [3]]
    """
    _check(states)
    none = np.empty(0, np.int32)
    nobody = np.full(states.shape[1], UNSEEN, np.int32)
    return extend(Runs(0, none, none, none, none, none, nobody, nobody), states)


def extend(runs: Runs, rows: States) -> Runs:
    """Runs of a longer history. Only the new rows are compared; of the old runs only those still open change.

    Args:
        runs: Of the history so far; left as it is.
        rows: The snapshots that follow, as in ``States``. Samples that have joined since have the numbers that follow.

    Returns:
        What ``encode`` gives for the history and the rows together.

    Raises:
        HiddenError: ``rows`` is no matrix of whole numbers, or has fewer samples than the history.
    """
    _check(rows)
    joined = rows.shape[1] - runs.samples
    if joined < 0:
        raise HiddenError(
            "the new snapshots lack samples",
            expected=f"at least {runs.samples} samples",
            got=str(rows.shape[1]),
            fix="Say -1 for a sample that is not seen any more.",
        )
    current, last = (np.pad(column, (0, joined), constant_values=UNSEEN) for column in (runs.current, runs.last))
    started = np.zeros(rows.shape[1], np.int32)
    known = last >= 0
    started[known] = runs.start[last[known]]

    found: list[tuple[IntArray, int, IntArray, IntArray]] = []
    closed: list[tuple[IntArray, IntArray]] = []
    count = len(runs.sample)
    for snapshot, row in enumerate(rows, runs.snapshots):
        changed = np.flatnonzero(row != current)
        now, was = row[changed].astype(np.int32), current[changed]
        now[now < 0] = UNSEEN
        ended = changed[was >= 0]
        closed.append((last[ended], snapshot - started[ended]))
        new = changed[now >= 0]
        before = np.where(was >= 0, snapshot - started[changed], 0)[now >= 0].astype(np.int32)
        found.append((new.astype(np.int32), snapshot, before, now[now >= 0]))
        current[changed] = now
        last[new] = np.arange(count, count + len(new), dtype=np.int32)
        started[new] = snapshot
        count += len(new)

    total = runs.snapshots + len(rows)
    sample = np.concatenate([runs.sample, *(new for new, _, _, _ in found)])
    starts = [np.full(len(new), snapshot, np.int32) for new, snapshot, _, _ in found]
    length = np.zeros(count, np.int32)
    length[: len(runs.length)] = runs.length
    for which, lasted in closed:
        length[which] = lasted
    still = current >= 0
    length[last[still]] = total - started[still]
    return Runs(
        snapshots=total,
        sample=sample,
        start=np.concatenate([runs.start, *starts]),
        length=length,
        before=np.concatenate([runs.before, *(before for _, _, before, _ in found)]),
        state=np.concatenate([runs.state, *(now for _, _, _, now in found)]),
        last=last,
        current=current,
    )


def _check(states: States) -> None:
    if states.ndim != 2 or states.dtype.kind not in "bui":
        raise HiddenError(
            "a history is a matrix of states",
            expected="bool or whole numbers [snapshots, samples]",
            got=f"{states.dtype} {states.shape}",
            fix="Stack one row for each snapshot, with -1 where a sample was not seen.",
        )
