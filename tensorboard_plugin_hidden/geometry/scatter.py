"""How far classes lie apart, compared with how far their samples spread; imports numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

LOG_LIMIT = 20.0
"""Largest absolute logarithm of a ratio of scatters: e²⁰ ≈ 5e8, the square of what float32 tells apart.

Classes that have shrunk to a point each (within-class scatter 0) have this separation rather than an infinite one.
"""


@dataclass(frozen=True)
class Scatter:
    """Centroids and scatter of classes.

    Attributes:
        counts: int [C], samples of each class.
        centroids: float64 [C, D]; not-a-number for classes of fewer than two samples.
        spread: float64 [C], s², mean squared distance of a class's samples to its centroid; NaN likewise.
    """

    counts: npt.NDArray[np.intp]
    centroids: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]

    @cached_property
    def squared_distances(self) -> npt.NDArray[np.float64]:
        """Squared distances of centroids, float64 [C, C]; NaN for classes of fewer than two samples."""
        squares = np.einsum("cd,cd->c", self.centroids, self.centroids)
        result: npt.NDArray[np.float64] = self.centroids @ self.centroids.T
        result *= -2
        result += squares[:, None]
        result += squares[None, :]
        return np.maximum(result, 0, out=result)


def scatter(points: FloatArray, labels: IntArray, classes: int) -> Scatter:
    """Centroids and scatter of the classes that have at least two samples.

    Args:
        points: float32 [N, D], finite, of magnitude near 1 and centred.
        labels: int [N], class numbers; negative for none.
        classes: Number of classes C.
    """
    counts = np.bincount(labels[labels >= 0], minlength=classes)
    centroids = np.full((classes, points.shape[1]), np.nan)
    spread = np.full(classes, np.nan)
    order = np.argsort(labels, kind="stable")
    stops = np.searchsorted(labels[order], np.arange(classes), side="right")
    for label in np.flatnonzero(counts >= 2):
        own = points[order[stops[label] - counts[label] : stops[label]]]
        # Sums in double precision: the centroid of equal rows is that row, and their scatter exactly 0.
        centroids[label] = own.mean(axis=0, dtype=np.float64)
        own -= centroids[label].astype(np.float32)
        spread[label] = np.einsum("nd,nd->n", own, own).mean(dtype=np.float64)
    return Scatter(counts, centroids, spread)


def separation(of: Scatter) -> float:
    """Log of the scatter between classes over the scatter within them.

    log(Σ_c n_c |c_c - c|² / Σ_c n_c s_c²), with c the mean of all samples of these classes: the traces of Fisher's
    between- and within-class scatter (Fukunaga, Introduction to Statistical Pattern Recognition, 1990, §10.2).

    Args:
        of: From ``scatter``.

    Returns:
        In [-20, 20]; 0 where the two are equal. NaN with fewer than two classes, and when nothing is scattered.
    """
    there = np.flatnonzero(of.counts >= 2)
    if len(there) < 2:
        return float("nan")
    weights = of.counts[there] / of.counts[there].sum()
    apart = of.centroids[there] - weights @ of.centroids[there]
    between = float(weights @ np.einsum("cd,cd->c", apart, apart))
    return float(_log_ratio(np.array(between), np.array(weights @ of.spread[there])))


def gaps(of: Scatter) -> FloatArray:
    """Log of the squared distance of each two centroids over the scatter of the two classes.

    log(|c_a - c_b|² / (s_a² + s_b²)); a half of e to it is the squared distance in units of the classes' mean scatter.

    Args:
        of: From ``scatter``.

    Returns:
        float32 [C, C] in [-20, 20], symmetric; NaN on the diagonal, for classes of fewer than two samples, and for two
        that are one and the same point.
    """
    result = _log_ratio(of.squared_distances, of.spread[:, None] + of.spread[None, :])
    np.fill_diagonal(result, np.nan)
    return result.astype(np.float32)


def class_separation(of: Scatter) -> tuple[FloatArray, FloatArray]:
    """How far each class is from the nearest other one, and which that is.

    Args:
        of: From ``scatter``.

    Returns:
        ``gaps`` to the class with the nearest centroid, float32 [C], and its number, float32 [C]; NaN for classes of
        fewer than two samples, and when there is no other.
    """
    distances = np.where(np.isnan(of.squared_distances), np.inf, of.squared_distances)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1) if len(distances) else np.zeros(0, np.intp)
    rows = np.arange(len(nearest))
    known = np.isfinite(distances[rows, nearest])
    gap = _log_ratio(distances[rows, nearest], of.spread + of.spread[nearest])
    return np.where(known, gap, np.nan).astype(np.float32), np.where(known, nearest, np.nan).astype(np.float32)


def _log_ratio(above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """log(above / below) within ±``LOG_LIMIT``; NaN where both are 0 or one is NaN."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(np.clip(np.log(above / below), -LOG_LIMIT, LOG_LIMIT))
