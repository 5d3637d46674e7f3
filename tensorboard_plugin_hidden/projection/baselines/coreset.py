"""Which samples TimeVis fits: few that cover the rest, chosen step by step."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray


def covering(
    points: FloatArray, first: IntArray, radius: float, share: float = 1.0, most: int | None = None
) -> IntArray:
    """k-center-greedy (Sener & Savarese 2018): adds the farthest point until enough lie near a chosen one.

    Args:
        points: float32 [n, D].
        first: Chosen already, at least one.
        radius: What counts as near.
        share: Share of points that must be near.
        most: Most points to add; None for all.

    Returns:
        int32, the first ones and then those added, in order.
    """
    chosen = [int(point) for point in first]
    gaps = np.full(len(points), np.inf, np.float32)
    for point in chosen:
        np.minimum(gaps, _distances(points, point), out=gaps)
    limit = len(points) if most is None else len(chosen) + most
    while len(chosen) < min(limit, len(points)) and np.quantile(gaps, share) > radius:
        chosen.append(int(gaps.argmax()))
        np.minimum(gaps, _distances(points, chosen[-1]), out=gaps)
    return np.array(chosen, np.int32)


def covering_radius(points: FloatArray, chosen: IntArray) -> float:
    """Largest distance of a point [n, D] to its nearest chosen one."""
    gaps = np.full(len(points), np.inf, np.float32)
    for point in chosen:
        np.minimum(gaps, _distances(points, int(point)), out=gaps)
    return float(gaps.max())


def intrinsic_dimension(distances: FloatArray) -> float:
    """TwoNN: n / Σ log(r₂ / r₁) over the rows whose two nearest neighbours are apart from them (Facco et al. 2017).

    Args:
        distances: float32 [n, k], to each row's neighbours, nearest first, k at least 2.

    Returns:
        The dimension; 1 where no row has two neighbours at different distances.
    """
    nearest, second = distances[:, 0], distances[:, 1]
    logs = np.log(second[nearest > 0] / nearest[nearest > 0], dtype=np.float64)
    return float(len(logs) / logs.sum()) if logs.sum() > 0 else 1.0


def _distances(points: FloatArray, to: int) -> FloatArray:
    apart = points - points[to]
    distances: FloatArray = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    return distances
