"""What speaks for a model's output being logits, probabilities or no classifier's output at all. Pure, on arrays.

A width alone proves little: an encoder of 128 outputs may be watched over ten classes, and an autoencoder over as many
as it has inputs. What a classifier does and others do not is to answer, where a class prevails, with that class's own
column.
"""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

FEWEST = 3
"""Samples of a class whose answers are looked at."""

CHANCE = 2e-3
"""Probability up to which agreement of columns and labels is not taken for chance."""

RECONSTRUCTED = 0.5
"""Share of the inputs' variance from which on outputs are taken for reconstructions."""

ROUNDING = 1e-2
"""How far probabilities may be from [0, 1] and their sum from 1: bfloat16 rounds that much over many classes."""


def finite_rows(values: FloatArray) -> FloatArray:
    """The rows [n, C] without NaN or Inf."""
    return values[np.isfinite(values).all(axis=1)]


def are_shares(values: FloatArray) -> bool:
    """Whether numbers may be probabilities: at least one row is finite, and all that are lie in [0, 1].

    Args:
        values: float32 [N, C].
    """
    rows = finite_rows(values)
    return bool(len(rows)) and bool((rows >= -ROUNDING).all() and (rows <= 1 + ROUNDING).all())


def are_distributions(values: FloatArray) -> bool:
    """Whether each row is a distribution over two or more classes: numbers in [0, 1] whose sum is 1.

    Args:
        values: float32 [N, C].
    """
    if values.shape[1] < 2 or not are_shares(values):
        return False
    return bool((np.abs(finite_rows(values).sum(axis=1) - 1) <= ROUNDING).all())


def are_alike(values: FloatArray) -> bool:
    """Whether all rows that are finite are equal.

    Args:
        values: float32 [N, C].
    """
    rows = finite_rows(values)
    return bool((rows == rows[:1]).all())


def have_unit_length(values: FloatArray) -> bool:
    """Whether rows are normalised, as embeddings are whose cosines are compared.

    Args:
        values: float32 [N, C].
    """
    rows = finite_rows(values)
    return len(rows) > 1 and bool((np.abs(np.linalg.norm(rows, axis=1) - 1) <= ROUNDING).all())


def own_columns(values: FloatArray, labels: IntArray) -> tuple[int, int]:
    """In how many classes the column of the class is the one that is most often the largest; and of how many.

    Args:
        values: float32 [N, C].
        labels: int32 [N], -1 for none. Classes of fewer than ``FEWEST`` samples are left out.

    >>> own_columns(np.eye(4, dtype=np.float32)[[0, 0, 0, 3, 3, 3]], np.array([0, 0, 0, 1, 1, 1], np.int32))
    (1, 2)
    """
    usable = np.isfinite(values).all(axis=1) & (labels >= 0)
    answers, known = values[usable].argmax(axis=1), labels[usable]
    classes = [c for c, n in zip(*np.unique(known, return_counts=True), strict=True) if n >= FEWEST]
    own = sum(int(np.bincount(answers[known == c]).argmax() == c) for c in classes)
    return own, len(classes)


def agree(values: FloatArray, labels: IntArray) -> bool:
    """Whether the columns are those of the classes: in at least half of them, and two, and not by chance.

    An encoder that separates K classes sends each to some of C columns; that m of them are their own has the
    probability P(X ≥ m), X ~ Binomial(K, 1 / C), of which ``CHANCE`` is too little to believe in.

    Args:
        values: float32 [N, C].
        labels: int32 [N], -1 for none.
    """
    own, classes = own_columns(values, labels)
    return own >= max(2, classes / 2) and _tail(classes, own, 1 / values.shape[1]) <= CHANCE


def reconstruct(values: FloatArray, inputs: FloatArray) -> bool:
    """Whether outputs are near the inputs: 1 - Σ (output - input)² / Σ (input - mean)² ≥ ``RECONSTRUCTED``.

    Args:
        values: float32 [N, C].
        inputs: float32 [N, C], each sample's flattened.
    """
    usable = np.isfinite(values).all(axis=1) & np.isfinite(inputs).all(axis=1)
    if usable.sum() < FEWEST:
        return False
    given, made = inputs[usable].astype(np.float64), values[usable].astype(np.float64)
    spread = ((given - given.mean(axis=0)) ** 2).sum()
    return bool(spread > 0 and ((made - given) ** 2).sum() <= (1 - RECONSTRUCTED) * spread)


def _tail(trials: int, least: int, chance: float) -> float:
    """P(X ≥ least) of X ~ Binomial(trials, chance)."""
    if chance >= 1:
        return 1.0
    several = range(least, trials + 1)
    logs = [
        math.lgamma(trials + 1) - math.lgamma(m + 1) - math.lgamma(trials - m + 1)
        + m * math.log(chance) + (trials - m) * math.log1p(-chance)
        for m in several
    ]  # fmt: skip
    return math.fsum(math.exp(log) for log in logs)
