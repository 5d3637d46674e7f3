"""How well a straight line can still tell classes apart in a layer, whatever the network's own head does with it.

Accuracy falls when the head forgets and when the representation does; a linear probe (Alain & Bengio 2016) falls in the
second case only. Imports numpy only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray

RIDGE = 0.01
"""Weight of the penalty, in units of the mean eigenvalue of XᵀX: for standardised units, of the number of samples."""

FEWEST = 4
"""Samples below which no accuracy is given."""


def majority_share(labels: IntArray) -> float:
    """Share of the most frequent class: the accuracy of someone who always names it, which a probe has to beat.

    Args:
        labels: int32 [n]; -1, no label, is left out.

    Returns:
        In (0, 1]; NaN without labels.

    >>> majority_share(np.array([4, 4, 9, -1], np.int32)) == 2 / 3
    True
    """
    known = labels[labels >= 0]
    return float(np.unique(known, return_counts=True)[1].max() / len(known)) if len(known) else float("nan")


def learning_half(labels: IntArray, rows: npt.NDArray[Any], seed: int = 0) -> BoolArray:
    """Which samples a probe learns from; it is tested on the others.

    Every class is halved; of an odd number one more is learned from. The order is a seeded hash of the row numbers, so
    that the halves are the same at every snapshot and in every layer, and independent of the order of the rows.

    Args:
        labels: int32 [n].
        rows: int [n], row numbers in the probe, all different.
        seed: Of the hash.

    Returns:
        bool [n].

    >>> learning_half(np.array([0, 0, 1, 1], np.int32), np.arange(4)).reshape(2, 2).sum(axis=1).tolist()
    [1, 1]
    """
    order = np.lexsort((_hashed(rows, seed), labels))
    ordered = labels[order]
    start = np.searchsorted(ordered, ordered)  # where each one's class begins
    result = np.zeros(len(labels), np.bool_)
    result[order] = (np.arange(len(labels)) - start) % 2 == 0
    return result


def probe_accuracy(activations: FloatArray, labels: IntArray, rows: npt.NDArray[Any], seed: int = 0) -> float:
    """Accuracy of a linear classifier of one half of the samples on the other half.

    Ridge regression (Hoerl & Kennard 1970) of the one-hot classes Y on the standardised activations X, both centred:
    W = (XᵀX + λI)⁻¹ XᵀY, or the same as Xᵀ(XXᵀ + λI)⁻¹Y where there are fewer samples than units (Saunders et al.
    1998), with λ = ``RIDGE`` · tr(XᵀX) / D, D the units that are not constant. The class is the largest output.
    Multiplying the activations by a number, or one unit by another number, changes nothing.

    Args:
        activations: float32 [n, D]. Rows with NaN or infinities are left out; the halves are drawn before that.
        labels: int32 [n]; samples of label -1 are left out.
        rows: int [n], row numbers in the probe, see ``learning_half``.
        seed: Of the halves.

    Returns:
        In [0, 1]; NaN with fewer than 4 samples, fewer than two classes to learn from, or none to be tested on.
    """
    learned = learning_half(labels, rows, seed)
    usable = np.isfinite(activations).all(axis=1) & (labels >= 0)
    train, test = np.flatnonzero(learned & usable), np.flatnonzero(~learned & usable)
    names, column = np.unique(labels[train], return_inverse=True)
    if len(train) + len(test) < FEWEST or len(names) < 2 or not len(test):
        return float("nan")
    x, others = _standardised(activations[train], activations[test])
    targets = np.zeros((len(train), len(names)), np.float32)
    targets[np.arange(len(train)), column] = 1
    middle = targets.mean(axis=0)
    targets -= middle
    ridge = np.float32(RIDGE * len(x))  # the trace of XᵀX over D, as every unit's variance is 1
    if not x.shape[1]:  # every sample looks alike, and the most frequent class is the best guess
        outputs = np.broadcast_to(middle, (len(others), len(names)))
    elif len(x) < x.shape[1]:
        gram = x @ x.T
        gram.flat[:: len(x) + 1] += ridge
        outputs = (others @ x.T) @ np.linalg.solve(gram, targets) + middle
    else:
        gram = x.T @ x
        gram.flat[:: x.shape[1] + 1] += ridge
        outputs = others @ np.linalg.solve(gram, x.T @ targets) + middle
    return float((names[outputs.argmax(axis=1)] == labels[test]).mean())


def _standardised(learned: FloatArray, tested: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both halves, each unit with the first's mean taken off and its variance 1; without those that are constant there.

    Values of the tested half far outside what was learned from are cut.
    """
    # Squares of large activations overflow in float32, and those of small ones vanish.
    largest = np.abs(learned).max(axis=0, initial=0)
    scale = np.where(largest > 0, largest, 1).astype(np.float32)
    with np.errstate(over="ignore"):  # an infinity is cut like any other
        first, second = learned / scale, tested / scale
    middle = first.mean(axis=0)
    first -= middle
    second -= middle
    deviation = np.sqrt(np.einsum("nd,nd->d", first, first) / len(first))
    varies = deviation > 1e-6  # of values up to 1: below this a difference is rounding
    first, second = first[:, varies] / deviation[varies], np.clip(second[:, varies], -1e6, 1e6) / deviation[varies]
    return first, second


def _hashed(rows: npt.NDArray[Any], seed: int) -> npt.NDArray[np.uint64]:
    """SplitMix64 (Steele et al. 2014) of row numbers: as good as random, and each one's own."""
    with np.errstate(over="ignore"):
        z = rows.astype(np.uint64) + np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))
