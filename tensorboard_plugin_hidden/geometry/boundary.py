"""Whether a map keeps samples as near to the decision boundary as they are among the activations.

The boundary is given as points on it. They must have taken no part in the fit: a map can put the points that it
knows wherever they score best. Imports numpy and the package's own measures only.
"""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.neighbours import BLOCK_ENTRIES, overlap, smallest, squared_distances


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
