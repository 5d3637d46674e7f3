"""Classes whose errors go together over time, as DeepTracker summarises a validation set by four strips.

k-means (Lloyd 1982) on standardised class error histories, seeded as k-means++ (Arthur & Vassilvitskii 2007), the best
of several starts. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray

Matrix = npt.NDArray[np.float64]

PUBLISHED_CLUSTERS = 4

_STARTS = 10
_ROUNDS = 300
"""Starts and rounds that scikit-learn's k-means has by default, with which the published clusters were computed."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups of classes, those with the least error first.

    Attributes:
        cluster: int32 [classes], which group each class is in.
        error: float64 [snapshots, clusters], mean error of the group's classes; NaN where none of them was seen.
        inertia: Sum of squared distances to the groups' centres, of the standardised histories.
    """

    cluster: IntArray
    error: Matrix
    inertia: float


def error_clusters(error: npt.NDArray[np.floating], clusters: int = PUBLISHED_CLUSTERS, *, seed: int = 0) -> Clusters:
    """Group classes by their error histories, standardised over classes at each snapshot as published.

    Args:
        error: float [snapshots, classes] in [0, 1]; NaN where the class was not seen, which counts as the mean.
        clusters: How many, at least 1. Fewer come where fewer classes differ.
        seed: Of the starts.

    Returns:
        Clusters in ascending order of their mean error summed over snapshots, then of their first class.

    Raises:
        HiddenError: ``error`` is no matrix, or no cluster is asked for.
    """
    if error.ndim != 2 or clusters < 1:
        raise HiddenError(
            "classes cannot be grouped",
            expected="errors [snapshots, classes] and at least 1 cluster",
            got=f"errors {error.shape} and {clusters} clusters",
            fix="Pass one column for each class.",
        )
    points = _standardised(error.astype(np.float64))
    if not len(points):
        return Clusters(np.empty(0, np.int32), np.empty((len(error), 0)), 0.0)
    rng = np.random.default_rng(seed)
    starts = [_lloyd(points, _plus_plus(points, clusters, rng)) for _ in range(_STARTS)]
    group, inertia = min(starts, key=lambda start: start[1])
    known, values = ~np.isnan(error), np.nan_to_num(error).astype(np.float64)
    one_hot = (group[:, None] == np.unique(group)).astype(np.float64)
    seen = known @ one_hot
    mean = np.divide(values @ one_hot, seen, out=np.full(seen.shape, np.nan), where=seen > 0)
    # Sorted by rounded totals, so that rounding does not order what is equal.
    order = np.lexsort((one_hot.argmax(axis=0), np.nansum(mean, axis=0).round(9)))
    return Clusters(one_hot[:, order].argmax(axis=1).astype(np.int32), mean[:, order], inertia)


def _standardised(error: Matrix) -> Matrix:
    """Classes as rows: every snapshot with mean 0 and standard deviation 1 over classes, missing values 0."""
    known = ~np.isnan(error)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    centred = np.where(known, error - np.nansum(error, axis=1, keepdims=True) / count, 0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / count)
    # Means of equal values are off by rounding, which must not be scaled up.
    scaled: Matrix = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)
    return scaled.T


def _plus_plus(points: Matrix, clusters: int, rng: np.random.Generator) -> Matrix:
    """Centres drawn from the points, each with probability in proportion to the squared distance to those before."""
    centres = [points[rng.integers(len(points))]]
    nearest = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < clusters and nearest.max() > 1e-12:
        reach = nearest.cumsum()
        chosen = np.searchsorted(reach, rng.random() * reach[-1], side="right")
        centres.append(points[min(chosen, len(points) - 1)])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _lloyd(points: Matrix, centres: Matrix) -> tuple[npt.NDArray[np.int64], float]:
    """Groups to which no point is nearer than its own, and their inertia. A group that loses all its points is gone."""
    squares = (points**2).sum(axis=1)
    group = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        before, group = group, ((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1)
        if (group == before).all():
            break
        present, group = np.unique(group, return_inverse=True)
        one_hot = (group[:, None] == np.arange(len(present))).astype(np.float64)
        centres = (one_hot.T @ points) / one_hot.sum(axis=0)[:, None]
    inertia = squares - 2 * (points * centres[group]).sum(axis=1) + (centres[group] ** 2).sum(axis=1)
    return group, float(np.maximum(inertia, 0).sum())
