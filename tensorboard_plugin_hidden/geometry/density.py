"""How densely a subset of samples covers what all of them cover, and so how many are enough to look at.

The relative density of a subset is the mean distance to the k-th neighbour in the whole set over that in the subset.
It comes from SentryCam (arXiv 2405.15135), whose code counts a point as its own first neighbour; here it is none.
Imports numpy and the package's errors only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.neighbours import BLOCK_ENTRIES, squared_distances

NEIGHBOUR = 20
"""k, as published: far enough that one odd neighbour says little, near enough to be local."""

SIZES = 8
"""Subsets of the curve, their sizes evenly spaced in the logarithm."""

LEAST = 200
"""Samples of the smallest subset: ten times k. Below, the k-th neighbour is no longer a near one."""

QUERIES = 512
"""Samples whose neighbours are sought at most; the mean of so many distances is known to a few parts in a thousand."""

ENOUGH = 0.8
"""Relative density at which a subset is called dense enough: neighbours are a quarter farther than in the whole set."""

RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5)
STEEPEST = 0.25
"""SentryCam's ratios, and the slope of the relative density towards the whole set that it calls flat."""


@dataclass(frozen=True, slots=True)
class Density:
    """The curve of relative density against the size of a subset, and the sizes read off it.

    Attributes:
        sizes: int32 [S], ascending; the last is all samples.
        relative: float32 [S] in [0, 1], ascending; the last is 1.
        knee: Samples at which the curve reaches ``ENOUGH``.
        published_ratio: What SentryCam's rule would take, a share of all samples.
    """

    sizes: IntArray
    relative: FloatArray
    knee: int
    published_ratio: float


def density(points: FloatArray, labels: IntArray | None = None, seed: int = 0) -> Density:
    """Measures how relative density grows with the size of a subset, and where it is enough.

    The knee is where the curve reaches ``ENOUGH``, between two sizes by the power law that holds there: k-th neighbours
    of n samples on d dimensions are n^(-1/d) apart, so that relative density is a line in log-log. The corner
    farthest from the chord is no use: it moves with the smallest subset, on scikit-learn's digits from 228 samples to
    762 where that has 100 or 400, while the knee stays within 490 and 497. Of digits, so many keep .90 of the share of
    neighbours of the same class that all 1,797 have, and .985 of their effective rank.

    Args:
        points: [N, D], one row for each sample; rows that are not finite are left out.
        labels: int [N], so that subsets are stratified; None: they are plain random ones.
        seed: Of the subsets.

    Returns:
        The curve. Fewer than ``LEAST`` samples are one subset, and all of them the knee.

    Raises:
        HiddenError: No row is finite.

    >>> line = np.linspace(0, 1, 1000, dtype=np.float32)[:, None]
    >>> 700 < density(line).knee < 900
    True
    """
    finite = np.isfinite(points).all(axis=1)
    if not finite.any():
        raise HiddenError(
            "the samples have no density",
            expected="at least one sample with finite activations",
            got=f"{len(points)} samples, none of them finite",
            fix="Measure an earlier step, or another layer.",
        )
    points = points[finite].astype(np.float32)
    count = len(points)
    order = stratified_order(np.zeros(count, np.int32) if labels is None else labels[finite], seed)
    least = min(LEAST, count)
    sizes = np.unique(np.geomspace(least, count, SIZES).round().astype(np.int32))
    shares = [max(1, round(ratio * count)) for ratio in RATIOS]
    reach = kth_distances(points[order], [*sizes.tolist(), *shares, count])
    relative = _shares(reach[-1], reach)
    curve = relative[: len(sizes)]
    return Density(sizes, curve, knee(sizes, curve), published_ratio(relative[len(sizes) : -1]))


def stratified_order(labels: IntArray, seed: int) -> npt.NDArray[np.intp]:
    """All samples in an order whose every beginning is a random sample with each class's share.

    The i-th of a class of m, in random order, stands at (i + u) / m, with u uniform in [0, 1) for each.

    Args:
        labels: int [N]; any value is a class.
        seed: Of the order.

    Returns:
        [N], a permutation.
    """
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(len(labels))
    by_class = mixed[np.argsort(labels[mixed], kind="stable")]
    _, first, counts = np.unique(labels[by_class], return_index=True, return_counts=True)
    place = np.arange(len(labels)) - first.repeat(counts)
    return by_class[np.argsort((place + rng.random(len(labels))) / counts.repeat(counts))]


def kth_distances(points: FloatArray, sizes: Sequence[int]) -> FloatArray:
    """Mean distance to the k-th neighbour among the first n points, for each n.

    The same at most ``QUERIES`` points are asked for every n, so that what differs is the subset and not who is asked.

    Args:
        points: float32 [N, D].
        sizes: Each at most N.

    Returns:
        float32, one for each size. Of fewer than k others the farthest counts, and of none 0.
    """
    points = points - points.mean(axis=0, dtype=np.float64).astype(np.float32)
    asked = np.arange(min(QUERIES, len(points)))
    total = np.zeros(len(sizes))
    for rows in np.array_split(asked, max(1, len(asked) * len(points) // BLOCK_ENTRIES)):
        apart = squared_distances(points[rows], points)
        apart[np.arange(len(rows)), rows] = np.inf
        for place, size in enumerate(sizes):
            near = np.partition(apart[:, :size], min(NEIGHBOUR, size) - 1, axis=1)[:, : min(NEIGHBOUR, size)]
            total[place] += np.sqrt(np.where(np.isfinite(near), near, 0).max(axis=1)).sum(dtype=np.float64)
    return (total / len(asked)).astype(np.float32)


def knee(sizes: IntArray, relative: FloatArray) -> int:
    """The size at which relative density reaches ``ENOUGH``, interpolated in log-log.

    Args:
        sizes: int [S], ascending.
        relative: float [S], ascending, the last 1.

    Returns:
        Between the smallest and the largest size.
    """
    above = int(np.argmax(relative >= ENOUGH))
    if above == 0:
        return int(sizes[0])
    ends = slice(above - 1, above + 1)
    levels = np.log(np.maximum(relative[ends], np.finfo(np.float32).tiny))
    return round(float(np.exp(np.interp(np.log(ENOUGH), levels, np.log(sizes[ends])))))


def published_ratio(relative: FloatArray) -> float:
    """SentryCam's rule: the smallest ratio r at which (RD - 1) / (r - 1) is at most ``STEEPEST``, else the largest.

    Args:
        relative: float [5], relative densities at ``RATIOS``.
    """
    flat = (ratio for ratio, value in zip(RATIOS, relative, strict=True) if (value - 1) / (ratio - 1) <= STEEPEST)
    return next(flat, RATIOS[-1])


def _shares(whole: np.float32, reach: FloatArray) -> FloatArray:
    """Whole over reach; where samples coincide a subset covers all that the whole set does: 1."""
    shares: FloatArray = np.divide(whole, reach, out=np.ones_like(reach), where=reach > 0)
    return np.minimum(shares, 1)
