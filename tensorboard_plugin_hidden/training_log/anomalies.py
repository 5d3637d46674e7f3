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
from tensorboard_plugin_hidden.training_log.flips import Flips


class FlipCounts(NamedTuple):
    """Images that fulfil the rules.

    Attributes:
        left: int64 [snapshots, classes].
        right: int64 [snapshots, classes].
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]


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
