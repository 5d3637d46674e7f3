"""Whether a map keeps samples as near to the decision boundary as they are among the activations.

The boundary is given as points on it. They must have taken no part in the fit: a map can put the points that it
knows wherever they score best. Imports numpy and the package's own measures only.
"""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.neighbours import BLOCK_ENTRIES, overlap, smallest, squared_distances
from tensorboard_plugin_hidden.geometry.ranks import auroc


def nearest_others(points: FloatArray, others: FloatArray, k: int) -> IntArray:
    """The k members of another set that are nearest to each point.

    Args:
        points: float32 [M, D].
        others: float32 [N, D].
        k: How many, 1 ≤ k ≤ N.

    Returns:
        Rows of ``others``, int32 [M, k], nearest first.

    Raises:
        HiddenError: k is not between 1 and N.
    """
    if not 1 <= k <= len(others):
        raise HiddenError(
            "there are not as many neighbours",
            expected=f"1 to {len(others)} neighbours among {len(others)} points",
            got=str(k),
            fix="Ask for fewer neighbours or give more points.",
        )
    middle = others.mean(axis=0, dtype=np.float64).astype(np.float32)
    points, others = points - middle, others - middle
    found = np.empty((len(points), k), np.int32)
    block = max(1, BLOCK_ENTRIES // len(others))
    for start in range(0, len(points), block):
        rows = slice(start, start + block)
        found[rows] = smallest(squared_distances(points[rows], others), k)[0]
    return found


def boundary_overlap(
    activations: FloatArray, boundary: FloatArray, places: FloatArray, boundary_places: FloatArray, k: int
) -> FloatArray:
    """Share of each sample's k nearest boundary points by activation that are among its k nearest in the map.

    The boundary property of DeepVisualInsight (AAAI 2022), as a share instead of a count.

    Args:
        activations: float32 [N, D], of samples.
        boundary: float32 [b, D], of points on the decision boundary.
        places: float32 [N, 2], of the samples in the map.
        boundary_places: float32 [b, 2], of the boundary points in the map.
        k: Neighbours counted, at most b.

    Returns:
        float32 [N] in [0, 1]. A random map scores k / b on average, see ``boundary_floor``.

    Raises:
        HiddenError: k is not between 1 and b.
    """
    return overlap(nearest_others(activations, boundary, k), nearest_others(places, boundary_places, k))


def boundary_floor(count: int, k: int) -> float:
    """What a random map scores with ``count`` boundary points: k of them hit k by chance, k / b."""
    return k / count


def top_two_gap(logits: FloatArray) -> FloatArray:
    """How decided a classifier is: (z1 - z2) / (z1 - zmin) of the largest, second and smallest logit.

    DeepVisualInsight (AAAI 2022) calls a sample a boundary sample where this is below .1.

    Args:
        logits: float32 [N, C], finite.

    Returns:
        float32 [N] in [0, 1]; 0 when all logits are equal. NaN for fewer than three classes, of which the second is
        the smallest.
    """
    if logits.shape[1] < 3:
        return np.full(len(logits), np.nan, np.float32)
    ordered = np.partition(logits, (0, -2), axis=1)
    first, second, least = logits.max(axis=1), ordered[:, -2], ordered[:, 0]
    span = first - least
    return np.asarray(np.where(span > 0, (first - second) / np.where(span > 0, span, 1), 0), np.float32)


def boundary_auroc(boundary_logits: FloatArray, sample_logits: FloatArray) -> float:
    """How well the boundary is told from samples after a way through the map and back.

    The area under the receiver operating characteristic of -``top_two_gap``: unlike the share of boundary points
    that stay undecided, it is not won by an inverse that is undecided everywhere.

    Args:
        boundary_logits: float32 [b, C], head(inverse(project(x))) of points on the boundary.
        sample_logits: float32 [N, C], the same of samples.

    Returns:
        In [0, 1], .5 for a map that cannot tell; NaN for fewer than three classes and when one side is empty.
    """
    if boundary_logits.shape[1] < 3:
        return float("nan")
    return auroc(-top_two_gap(boundary_logits), -top_two_gap(sample_logits))
