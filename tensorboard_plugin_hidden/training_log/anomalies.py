"""Anomaly iterations: snapshots at which many of a class's images leave, or enter, a long stable state together.

DeepTracker's rule, as its authors' programs compute it. Of the right or wrong v(t) of an image at snapshot t, the image
counts

- on the **left** at t when v(t) ≠ v(t-1) and v(t-1) = … = v(t-k): stable for k snapshots, then a flip;
- on the **right** at t when v(t) ≠ v(t-1) and v(t) = … = v(t+k-1): a flip, then stable for k snapshots.

At a flip the left rule holds for every k up to the length of the run that ended, the right rule for every k up to the
length of the run that starts. So any k and any threshold is one pass over the flips, which is what makes both a slider.
Imports numpy only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import BoolArray, IntArray
from tensorboard_plugin_hidden.training_log.flips import Flips, Runs

PUBLISHED_K = 31
"""DeepTracker's window, in snapshots, for the classes; 50 for the whole set."""

PUBLISHED_THRESHOLD = 5
"""Images of a class with which it is an anomaly: of ImageNet's 50 validation images per class, a tenth."""

PUBLISHED_IMMEDIATE = (1, 30)
"""Window and threshold of its "immediate change": more than half of a class's 50 images flip at once."""

_PUBLISHED_SHARE = 31 / 757
"""The window over the snapshots of the run that it was published with: about 4 %."""

_LEAST_K = 3
"""Below this, nothing was stable. The published rule for k = 1 has a threshold six times as high."""


class FlipCounts(NamedTuple):
    """Images that fulfil the rules.

    Attributes:
        left: int64 [snapshots, classes].
        right: int64 [snapshots, classes].
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]

    def whole(self) -> FlipCounts:
        """Those of all classes together, [snapshots, 1]."""
        return FlipCounts(self.left.sum(axis=1, keepdims=True), self.right.sum(axis=1, keepdims=True))


def default_window(snapshots: int) -> int:
    """A k for a log of any length: the published share of it, and no more than half.

    >>> [default_window(length) for length in (2, 20, 200, 757, 5000)]
    [1, 3, 8, 31, 205]
    """
    return max(1, min(max(_LEAST_K, round(_PUBLISHED_SHARE * snapshots)), snapshots // 2))


def default_threshold(size: int) -> int:
    """A tenth of a class, as published, but never one image alone.

    >>> [default_threshold(size) for size in (5, 50, 1000)]
    [2, 5, 100]
    """
    return max(2, -(-size * PUBLISHED_THRESHOLD // 50))


def flip_counts(flips: Flips, labels: npt.NDArray[np.integer], *, k: int, snapshots: int, classes: int) -> FlipCounts:
    """Count both rules, for every snapshot and class.

    Args:
        flips: Between right and wrong, as of ``encode(correctness(answers, labels)).flips()``.
        labels: int [samples], each sample's class; outside [0, ``classes``): in none.
        k: Window in snapshots, at least 1. At k = 1 both rules count every flip.
        snapshots: Length of the log.
        classes: Number of classes.

    Raises:
        HiddenError: k is below 1, or a flip's sample has no entry in ``labels``.

    >>> flips = Flips(*(np.array([value], np.int32) for value in (0, 5, 5, 2)))
    >>> left, right = flip_counts(flips, np.array([0]), k=3, snapshots=7, classes=1)
    >>> left.ravel().tolist(), right.ravel().tolist()
    ([0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0])
    """
    if k < 1:
        raise HiddenError("a window has no length", expected="k of at least 1", got=str(k), fix="Use a larger k.")
    cell = _cells(flips.sample, flips.snapshot, labels, classes)

    def count(long: BoolArray) -> npt.NDArray[np.int64]:
        chosen = cell if k == 1 else cell[long]
        return _table(chosen, snapshots, classes)

    return FlipCounts(count(flips.before >= k), count(flips.after >= k))


def comparable(runs: Runs, labels: npt.NDArray[np.integer], classes: int) -> npt.NDArray[np.int64]:
    """How many samples could have flipped: those seen at the snapshot and at the one before.

    Args:
        runs: Of the history that the counts come from.
        labels: int [samples], as for ``flip_counts``.
        classes: Number of classes.

    Returns:
        int64 [snapshots, classes]; the first row is 0.
    """
    length = runs.snapshots
    cell = _cells(runs.sample, runs.start, labels, classes)
    appeared = _table(cell[runs.before == 0], length, classes)
    flipped = _table(cell[runs.before > 0], length, classes)
    # Every run's end is either the start of the run that follows at once, or a disappearance.
    ended = _table(_cells(runs.sample, runs.start + runs.length, labels, classes), length + 1, classes)[:-1]
    seen = (appeared - (ended - flipped)).cumsum(axis=0)
    both: npt.NDArray[np.int64] = seen - appeared
    return both


def rates(counts: npt.NDArray[np.int64], of: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Counts as shares of those who could have flipped, so that classes of any size compare.

    Args:
        counts: int64 [snapshots, classes], one side of ``FlipCounts``.
        of: int64 of the same shape, from ``comparable``; for the whole set, its sum over classes.

    Returns:
        float64 of the same shape, in [0, 1]; NaN where nobody could have flipped.
    """
    result = np.full(counts.shape, np.nan)
    np.divide(counts, of, out=result, where=of > 0)
    return result


def anomalous(left: npt.NDArray[Any], right: npt.NDArray[Any], threshold: npt.ArrayLike) -> BoolArray:
    """Where one of the rules reaches the threshold.

    Args:
        left: Counts, or rates, [snapshots, classes].
        right: Likewise.
        threshold: In the same unit, above 0: one number, or one for each class.

    Returns:
        bool [snapshots, classes]; False where the rate is NaN.

    Raises:
        HiddenError: A threshold of 0 or less, which silence would reach.
    """
    if not (np.asarray(threshold) > 0).all():
        raise HiddenError(
            "every snapshot would be an anomaly",
            expected="a threshold above 0",
            got=str(threshold),
            fix="Raise the threshold.",
        )
    found: BoolArray = (left >= threshold) | (right >= threshold)
    return found


def _cells(
    sample: IntArray, snapshot: IntArray, labels: npt.NDArray[np.integer], classes: int
) -> npt.NDArray[np.int64]:
    """Place of each event in a table [snapshots, classes], -1 for samples of no class."""
    if len(sample) and len(labels) <= sample.max():
        raise HiddenError(
            "labels do not match the flips",
            expected=f"at least {sample.max() + 1} labels",
            got=str(len(labels)),
            fix="Pass one label for every sample of the history.",
        )
    base = np.where((labels >= 0) & (labels < classes), labels, np.iinfo(np.int64).min // 2).astype(np.int64)
    cell = base[sample]
    cell += snapshot.astype(np.int64) * classes
    return cell


def _table(cell: npt.NDArray[np.int64], snapshots: int, classes: int) -> npt.NDArray[np.int64]:
    if len(cell) and cell.min() < 0:
        cell = cell[cell >= 0]
    return np.bincount(cell, minlength=snapshots * classes).reshape(snapshots, classes)
