"""How far a map may be believed: each measure is one function of arrays, with its source.

No measure here is satisfied by construction: neighbours never include the point itself, and what an
inverse is asked to reproduce must be points that it has not seen. Imports numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.neighbours import claimed_blocks, overlap

NEIGHBOURS = 15
"""Neighbours counted per sample, as in the published evaluations (DeepVisualInsight, AAAI 2022)."""

EXACT_ROWS = 1_000
"""Up to this many samples the rank measures take every sample."""

ANCHORS = 400
"""Above ``EXACT_ROWS``, samples drawn to measure ranks from.

The standard error of trust and continuity is then at most .0046 (an early step of ten classes, where one anchor's
share varies by .092), and .001 where a map is good.
"""

RANKED = 20_000
"""Most samples among which anchors rank: of more, an even sample, whose ranks count for all.

A rank among a million is then known to a few hundred, and the measures weigh ranks by the number of samples.
"""

STEADY_SHARE = 0.2
"""Share of samples, those whose neighbourhoods changed least, over which displacement is measured."""


def usable_neighbours(count: int, wanted: int = NEIGHBOURS) -> int:
    """Neighbours that can be counted among ``count`` samples: fewer than half of them, and at least one.

    Trustworthiness is not defined from half of the samples on.
    """
    return max(1, min(wanted, (count - 1) // 2))


def neighbour_preservation(high: IntArray, low: IntArray) -> FloatArray:
    """Share of each sample's high-dimensional neighbours that are its neighbours in the map.

    Args:
        high: int32 [N, k] neighbours among the activations, without self.
        low: int32 [N, k] neighbours in the map, without self.

    Returns:
        float32 [N] in [0, 1]. A random map scores k / (N - 1) on average, see ``random_floor``.

    >>> neighbour_preservation(np.array([[1, 2]]), np.array([[2, 3]])).tolist()
    [0.5]
    """
    return overlap(high, low)


def random_floor(count: int, k: int) -> float:
    """What a random map of ``count`` samples scores: k of the other samples hit k by chance, k / (N - 1)."""
    return k / (count - 1)


def trustworthiness(points: FloatArray, neighbours: IntArray, seed: int = 0) -> float:
    """One minus the rank-weighted share of intruders among the neighbours claimed for each sample.

    T(k) = 1 - 2 / (n k (2N - 3k - 1)) Σ_i Σ_{j claimed, not among i's k nearest} (r(i, j) - k), where r is the
    rank of j by distance from i (Venna & Kaski, ICANN 2001). With the activations as ``points`` and the map's
    neighbours it is *trustworthiness*; with the map as ``points`` and the activations' neighbours it is
    *continuity*.

    Above ``EXACT_ROWS`` samples the outer sum runs over n = ``ANCHORS`` seeded ones. Each is ranked against all, or
    above ``RANKED`` samples against a seeded sample of so many, in which each stands for N / ``RANKED``.

    Args:
        points: float32 [N, D], where ranks are taken.
        neighbours: int32 [N, k], the neighbours claimed by the other space, without self.
        seed: Chooses the anchors.

    Returns:
        In [0, 1]; 1 when no neighbour is false.

    Raises:
        HiddenError: k is not below N / 2, where the measure is not defined.
    """
    count, k = neighbours.shape
    if 2 * k >= count:
        raise HiddenError(
            "trustworthiness is not defined for so many neighbours",
            expected=f"fewer than {count / 2:g} for {count} samples",
            got=str(k),
            fix="Count fewer neighbours, see usable_neighbours.",
        )
    rng, anchors, judges = np.random.default_rng(seed), np.arange(count), np.arange(count)
    if count > EXACT_ROWS:
        anchors = np.sort(rng.choice(count, ANCHORS, replace=False))
    if count > RANKED:
        judges = np.sort(rng.choice(count, RANKED, replace=False))
    ranks = np.empty((len(anchors), k))
    for rows, distances, claimed in claimed_blocks(points, anchors, judges, neighbours):
        for row, (others, own) in enumerate(zip(np.sort(distances, axis=1), claimed, strict=True), rows.start):
            ranks[row] = np.searchsorted(others, own)
    ranks *= count / len(judges)
    penalty = float(np.maximum(ranks + 1 - k, 0).sum())
    return 1 - 2 * penalty / float(len(anchors) * k * (2 * count - 3 * k - 1))


def prediction_preserving_rate(prediction: IntArray, mapped: IntArray) -> float:
    """Share of samples whose class is the same before the map and after going through it and back.

    PPR = mean [argmax head(inverse(project(x))) = argmax head(x)], the inverse property of
    DeepVisualInsight (AAAI 2022). Meaningful on samples that took no part in the fit only.

    Args:
        prediction: int32 [M], the network's classes; negative where unknown, which are not counted.
        mapped: int32 [M], classes at the samples' places in the map.

    Returns:
        In [0, 1]; NaN when no class is known.
    """
    known = prediction >= 0
    return float((prediction == mapped)[known].mean()) if known.any() else float("nan")


def confidence_error(confidence: FloatArray, mapped: FloatArray) -> float:
    """Mean absolute difference between the network's confidence and the map's at the samples' places.

    Args:
        confidence: float32 [M], softmax probability that the network gives its predicted class.
        mapped: float32 [M], softmax probability of that same class in the map.

    Returns:
        In [0, 1]; NaN when no pair is finite.
    """
    difference = np.abs(confidence.astype(np.float64) - mapped)
    difference = difference[np.isfinite(difference)]
    return float(difference.mean()) if len(difference) else float("nan")


def majority_share(prediction: IntArray) -> float:
    """Share of the commonest class: what a landscape of one single class would score as prediction-preserving rate.

    Args:
        prediction: int32 [M]; negative where unknown, which are not counted.

    Returns:
        In [0, 1]; NaN when no class is known.
    """
    known = prediction[prediction >= 0]
    return float(np.bincount(known).max() / len(known)) if len(known) else float("nan")


def displacement(positions: FloatArray, before: FloatArray, kept: FloatArray) -> float:
    """How far samples moved in the map although their neighbourhoods stayed: the fifth most steady of them.

    Mean |y_t - y_{t-1}| over the samples with the largest neighbourhood overlap between the two steps, in units of
    the map's root-mean-square radius, so that the measure has no scale. The maps are compared as drawn, without
    alignment.

    Args:
        positions: float32 [N, 2]; NaN where missing.
        before: float32 [N, 2] at the earlier step; NaN where missing.
        kept: float32 [N] in [0, 1], share of high-dimensional neighbours common to both steps.

    Returns:
        At least 0; NaN when no sample is in both maps.
    """
    both = placed(positions) & placed(before)
    if not both.any():
        return float("nan")
    now, then = positions[both].astype(np.float64), before[both].astype(np.float64)
    radius = rms_radius(now)
    if radius == 0:
        return float("nan")
    steady = np.argsort(-kept[both], kind="stable")[: max(1, round(STEADY_SHARE * int(both.sum())))]
    return float(np.linalg.norm(now[steady] - then[steady], axis=1).mean() / radius)


def rms_radius(positions: npt.NDArray[np.floating]) -> float:
    """Root-mean-square distance of positions [N, 2] from their mean."""
    centred = positions - positions.mean(axis=0)
    return float(np.sqrt((centred.astype(np.float64) ** 2).sum(axis=1).mean()))


def placed(positions: FloatArray) -> BoolArray:
    """Which rows of positions [N, 2] hold a place rather than NaN: bool [N]."""
    return np.asarray(np.isfinite(positions).all(axis=1))
