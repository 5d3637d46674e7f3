"""What a snapshot's logits say of each sample, as the arrays that travel. numpy only; a block of samples at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.constants import NO_CLASS
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

_BLOCK_ENTRIES = 400_000
"""Logits held at once: 1.6 MB of float32 for each of a few temporaries, which stay in a core's cache."""


def outcomes(logits: FloatArray, labels: IntArray | None) -> dict[str, npt.NDArray[Any]]:
    """Prediction, runner-up and how sure the network is of them.

    With p = softmax(z) in descending order: confidence p1, margin p1 - p2, entropy -sum(p log p) / log C, and
    cross-entropy -log p(label) in nats. Equal logits go to the lower class.

    Args:
        logits: float32 [N, C]; minus infinity is a probability of 0.
        labels: int32 [N], -1 for none; None: no sample has one.

    Returns:
        ``prediction`` and ``runner_up``, u2 [N], ``NO_CLASS`` where logits are NaN or plus infinity, and for the
        runner-up also where no other class is possible. ``confidence``, ``margin``, ``entropy``, u1 [N], times 255, 0
        where there is no prediction. ``loss``, f2 [N], NaN without prediction or without a label among the C classes.

    >>> found = outcomes(np.log(np.array([[0.5, 0.25, 0.25]], np.float32)), np.array([1], np.int32))
    >>> found["prediction"].item(), found["runner_up"].item(), found["confidence"].item(), found["loss"].item()
    (0, 1, 128, 1.38671875)
    """
    count = len(logits)
    if labels is None:
        labels = np.full(count, -1, np.int32)
    result: dict[str, npt.NDArray[Any]] = {
        "prediction": np.empty(count, np.uint16),
        "runner_up": np.empty(count, np.uint16),
        "confidence": np.empty(count, np.uint8),
        "margin": np.empty(count, np.uint8),
        "entropy": np.empty(count, np.uint8),
        "loss": np.empty(count, np.float16),
    }
    block = max(1, _BLOCK_ENTRIES // max(1, logits.shape[1]))
    for start in range(0, count, block):
        rows = slice(start, start + block)
        for name, values in _block(logits[rows], labels[rows]).items():
            result[name][rows] = values
    return result


def likeliest(logits: FloatArray, count: int) -> tuple[list[list[int]], list[list[float]]]:
    """The most probable classes of each sample.

    Args:
        logits: float32 [M, C].
        count: How many, at most C come.

    Returns:
        Class numbers and softmax probabilities, in descending order; empty lists where logits are NaN or plus infinity.
    """
    known = _known(logits)
    shifted = np.where(known[:, None], logits, 0)
    # float64, because these are read as digits.
    weights = np.exp(shifted - shifted.max(axis=1, keepdims=True), dtype=np.float64)
    order = np.argsort(-shifted, axis=1, kind="stable")[:, :count]
    shares = np.take_along_axis(weights / weights.sum(axis=1, keepdims=True), order, axis=1).round(6)
    return (
        [row if ok else [] for row, ok in zip(order.tolist(), known, strict=True)],
        [row if ok else [] for row, ok in zip(shares.tolist(), known, strict=True)],
    )


def _known(logits: FloatArray) -> npt.NDArray[np.bool_]:
    """Which rows are a distribution: a NaN or infinity anywhere shows in the largest."""
    known: npt.NDArray[np.bool_] = np.isfinite(logits.max(axis=1))
    return known


def _block(logits: FloatArray, labels: IntArray) -> dict[str, npt.NDArray[Any]]:
    known, classes, rows = _known(logits), logits.shape[1], np.arange(len(logits))
    first = np.where(known, logits.argmax(axis=1), 0)
    shifted = np.where(known[:, None], logits, 0)
    shifted -= shifted[rows, first][:, None]
    weights = np.exp(shifted)
    total = weights.sum(axis=1)
    # log p = z - log(total), so the entropy is log(total) - sum(p z); 0 log 0 = 0.
    log_total = np.log(total)
    weighted = np.multiply(weights, shifted, out=np.zeros_like(shifted), where=weights > 0).sum(axis=1)
    entropy = (log_total - weighted / total) / np.float32(np.log(max(classes, 2)))
    labelled = known & (labels >= 0) & (labels < classes)
    loss = np.where(labelled, log_total - shifted[rows, np.where(labelled, labels, 0)], np.float32(np.nan))
    shifted[rows, first] = -np.inf
    second = shifted.argmax(axis=1)
    possible = known & np.isfinite(shifted[rows, second])
    confidence = 1 / total
    runner_up = np.where(possible, weights[rows, second] / total, 0)
    with np.errstate(over="ignore"):  # beyond 65504 nats
        half = loss.astype(np.float16)
    return {
        "prediction": np.where(known, np.minimum(first, NO_CLASS), NO_CLASS),
        "runner_up": np.where(possible, np.minimum(second, NO_CLASS), NO_CLASS),
        "confidence": _bytes(confidence * known),
        "margin": _bytes((confidence - runner_up) * known),
        "entropy": _bytes(entropy * known),
        "loss": half,
    }


def _bytes(share: FloatArray) -> npt.NDArray[np.uint8]:
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
