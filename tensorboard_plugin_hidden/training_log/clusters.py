"""Classes whose errors go together over time, as DeepTracker summarises a validation set by four strips.

k-means on standardised class error histories, seeded as k-means++ (Arthur & Vassilvitskii 2007), the best of several
starts. scipy's, which the orders of classes need anyway; scikit-learn's would cost TensorBoard's process more memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import kmeans2

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray

Matrix = npt.NDArray[np.float64]

PUBLISHED_CLUSTERS = 4

_STARTS = 10
_ROUNDS = 100
"""Starts, and rounds of each: scikit-learn, with which the published clusters were computed, needs few of its 300."""


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
    # k-means++ cannot draw more different centres than there are different points.
    distinct = min(clusters, len(np.unique(points.round(9), axis=0)))
    starts = [_grouped(points, distinct, rng) for _ in range(_STARTS)]
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


def _grouped(points: Matrix, clusters: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int32], float]:
    """The groups of one start, and their inertia."""
    if not points.size:  # classes without a snapshot
        return np.zeros(len(points), np.int32), 0.0
    centres, group = kmeans2(points, clusters, _ROUNDS, minit="++", seed=rng)
    return group, float(((points - centres[group]) ** 2).sum())
