"""What logits say of each sample: predictions, and how sure the network is of them. numpy only; a block at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.outcomes import Outcomes
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray

_BLOCK_ENTRIES = 400_000
"""Logits held at once: 1.6 MB of float32 for each of a few temporaries, which stay in a core's cache."""

_UNDERFLOW = np.float32(-200)
"""A logarithm whose exponential is 0 in float32, in place of minus infinity, which times 0 is NaN."""


def outcomes(logits: FloatArray, labels: IntArray | None = None) -> Outcomes:
    """Predictions, runners-up and how sure the network is of them. Equal logits go to the lower class.

    Args:
        logits: float32 [N, C]; minus infinity is a probability of 0.
        labels: int32 [N], -1 for none; None: no sample has one.

    >>> found = outcomes(np.log(np.array([[0.5, 0.25, 0.25]], np.float32)), np.array([1], np.int32))
    >>> found.prediction.item(), found.runner_up.item(), found.confidence.item(), round(found.loss.item(), 3)
    (0, 1, 0.5, 1.386)
    """
    count = len(logits)
    if labels is None:
        labels = np.full(count, -1, np.int32)
    classes, shares = np.empty((2, count), np.int32), np.empty((4, count), np.float32)
    result = Outcomes(classes[0], classes[1], shares[0], shares[1], shares[2], shares[3])
    block = max(1, _BLOCK_ENTRIES // max(1, logits.shape[1]))
    for start in range(0, count, block):
        _fill(result, slice(start, start + block), logits[start : start + block], labels[start : start + block])
    return result


def certainty(logits: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Class, confidence and entropy alone, as in ``Outcomes``, of logits float32 [N, C] that are all finite.

    >>> [values.tolist() for values in certainty(np.zeros((1, 4), np.float32))]
    [[0], [0.25], [1.0]]
    """
    first = logits.argmax(axis=1)
    found = _weigh(logits, first)
    confidence: FloatArray = np.reciprocal(1 + found.rest)
    return first.astype(np.int32), confidence, found.entropy()


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities float32 [N, C] of logits [N, C]; NaN in rows where a logit is NaN or plus infinity.

    >>> softmax(np.array([[0.0, 0.0, -np.inf]], np.float32)).tolist()
    [[0.5, 0.5, 0.0]]
    """
    known = _known(logits)
    shares: FloatArray = _shares(np.where(known[:, None], logits, 0)).astype(np.float32)
    shares[~known] = np.nan
    return shares


def likeliest(logits: FloatArray, count: int) -> tuple[list[list[int]], list[list[float]]]:
    """The most probable classes of each sample.

    Args:
        logits: float32 [M, C].
        count: How many, at most C come.

    Returns:
        Class numbers and softmax probabilities, in descending order; empty lists where logits are NaN or plus infinity.
    """
    known = _known(logits)
    values = np.where(known[:, None], logits, 0)
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    # float64, because these are read as digits.
    shares = np.take_along_axis(_shares(values.astype(np.float64)), order, axis=1).round(6)
    return (
        [row if ok else [] for row, ok in zip(order.tolist(), known, strict=True)],
        [row if ok else [] for row, ok in zip(shares.tolist(), known, strict=True)],
    )


def _known(logits: FloatArray) -> BoolArray:
    """Which rows are a distribution: a NaN or infinity anywhere shows in the largest."""
    known: BoolArray = np.isfinite(logits.max(axis=1))
    return known


def _shares(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Softmax of rows that are distributions, in their own precision."""
    weights = np.exp(values - values.max(axis=1, keepdims=True))
    shares: npt.NDArray[Any] = weights / weights.sum(axis=1, keepdims=True)
    return shares


class _Weights(NamedTuple):
    """Rows relative to their largest value, of place ``first``: p = weights / (1 + rest), but for the largest itself.

    Attributes:
        shifted: float32 [m, C], logits minus the largest.
        weights: float32 [m, C], their exponentials; 0 in place of the largest's 1.
        rest: float32 [m], sum of the weights.
        log_total: float32 [m], log(1 + rest), which of a sum that holds the 1 would be lost where rest is small.
    """

    shifted: FloatArray
    weights: FloatArray
    rest: FloatArray
    log_total: FloatArray

    def entropy(self) -> FloatArray:
        """Entropy over its largest value, float32 [m]: log p = shifted - log_total; 0 log 0 = 0."""
        classes = self.shifted.shape[1]
        weighted = (self.weights * np.maximum(self.shifted, _UNDERFLOW)).sum(axis=1)
        entropy: FloatArray = (self.log_total - weighted / (1 + self.rest)) / np.float32(np.log(max(classes, 2)))
        return entropy


def _weigh(values: FloatArray, first: npt.NDArray[np.intp]) -> _Weights:
    rows = np.arange(len(values))
    shifted = values - values[rows, first][:, None]
    weights = np.exp(shifted)
    weights[rows, first] = 0
    rest = weights.sum(axis=1)
    return _Weights(shifted, weights, rest, np.log1p(rest))


def _fill(result: Outcomes, block: slice, logits: FloatArray, labels: IntArray) -> None:
    known, classes, rows = _known(logits), logits.shape[1], np.arange(len(logits))
    values = np.where(known[:, None], logits, 0)
    first = values.argmax(axis=1)
    found = _weigh(values, first)
    shifted, total = found.shifted, 1 + found.rest
    labelled = known & (labels >= 0) & (labels < classes)
    nan = np.float32(np.nan)
    result.loss[block] = np.where(labelled, found.log_total - shifted[rows, np.where(labelled, labels, 0)], nan)
    result.entropy[block] = np.where(known, found.entropy(), nan)
    shifted[rows, first] = -np.inf
    second = shifted.argmax(axis=1)
    possible = known & np.isfinite(shifted[rows, second])
    result.prediction[block] = np.where(known, first, -1)
    result.runner_up[block] = np.where(possible, second, -1)
    result.confidence[block] = np.where(known, 1 / total, nan)
    result.margin[block] = np.where(known, (1 - found.weights[rows, second]) / total, nan)
