"""What layouts without a network share: a start from the earlier map, and places for rows that were not laid out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.faithfulness import rms_radius
from tensorboard_plugin_hidden.projection.graph import Neighbours, nearest
from tensorboard_plugin_hidden.projection.inverse import fit_inverse
from tensorboard_plugin_hidden.projection.protocol import Earlier, Inverse, aligned

NEIGHBOURS = 10
"""Fitted neighbours between which a row is placed."""

JITTER = 1e-3
"""Random share of a map's radius added to a start, so that no two rows begin in the same place."""


@dataclass(frozen=True, slots=True)
class InterpolatedEmbedding:
    """A finished layout.

    Attributes:
        positions: float32 [n, 2].
        inverse: Smooth, from places to activations.
        activations: float32 [n, D], of the fitted rows.
    """

    positions: FloatArray
    inverse: Inverse
    activations: FloatArray

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places rows at the mean of their nearest fitted rows' places, weighted by inverse squared distance.

        The weights are Shepard's (1968), so that a duplicate of a fitted row is placed on it.

        Args:
            activations: float32 [m, D].
            near: Their nearest fitted rows; searched where not given.

        Returns:
            float32 [m, 2].
        """
        if not len(activations):
            return np.empty((0, 2), np.float32)
        count = min(NEIGHBOURS, len(self.positions))
        if near is None:
            near = nearest(torch.from_numpy(activations), torch.from_numpy(self.activations), count, same=False)
        places: FloatArray = shepard(torch.from_numpy(self.positions), near.first(count)).numpy()
        return places


def shepard(fixed: Tensor, near: Neighbours) -> Tensor:
    """Mean of the fitted neighbours' places [m, 2], weighted by inverse squared distance (Shepard 1968)."""
    closest = near.distances[:, :1].clamp(min=torch.finfo(torch.float32).tiny)
    weights = (closest / near.distances.maximum(closest)).square()
    weights = weights / weights.sum(1, keepdim=True)
    return (fixed[near.indices] * weights[:, :, None]).sum(1)


def interpolated(positions: FloatArray, activations: FloatArray) -> InterpolatedEmbedding:
    """The embedding of rows [n, D] that a layout put at places [n, 2]."""
    places = np.ascontiguousarray(positions, dtype=np.float32)
    return InterpolatedEmbedding(places, fit_inverse(places, activations), activations)


def filled(places: FloatArray, neighbours: IntArray) -> FloatArray:
    """Places [n, 2] in which NaN ones are in the middle of their neighbours' places, or of the map if those have none.

    Args:
        places: float32 [n, 2], at least one of them finite.
        neighbours: int32 [n, k], rows near each row.

    Returns:
        float32 [n, 2], finite.
    """
    known = np.asarray(np.isfinite(places).all(axis=1))
    there = known[neighbours]
    whole = np.where(known[:, None], places, places[known].mean(axis=0))
    near = (whole[neighbours] * there[:, :, None]).sum(axis=1) / np.maximum(there.sum(axis=1), 1)[:, None]
    lost = ~known & np.asarray(there.any(axis=1))
    return np.where(lost[:, None], near, whole).astype(np.float32)


def spread(places: FloatArray, neighbours: IntArray, rounds: int) -> FloatArray:
    """Places [n, 2] of which most are NaN, filled in from row to neighbouring row.

    Args:
        places: float32 [n, 2], at least one of them finite.
        neighbours: int [n, k], rows near each row.
        rounds: Most times that places pass on; rows that are not reached come to the middle of the map.

    Returns:
        float32 [n, 2], finite.
    """
    places = places.copy()
    for _ in range(rounds):
        unknown = np.flatnonzero(~np.isfinite(places[:, 0]))
        if not len(unknown):
            break
        near = places[neighbours[unknown]]
        there = np.isfinite(near[:, :, 0])
        reached = there.any(axis=1)
        means = np.nan_to_num(near).sum(axis=1) / np.maximum(there.sum(axis=1), 1)[:, None]
        places[unknown[reached]] = means[reached]
    return filled(places, neighbours)


def warm_start(earlier: Earlier | None, neighbours: IntArray, seed: int) -> FloatArray | None:
    """Where every row begins: its earlier place, or the middle of its neighbours' earlier places, slightly jittered.

    Args:
        earlier: The same rows in the earlier map, or None.
        neighbours: int32 [n, k], rows near each row.
        seed: Of the jitter.

    Returns:
        float32 [n, 2], finite, no two rows alike; None where fewer than two rows, or none apart, were in an
        earlier map.
    """
    if earlier is None:
        return None
    known = np.asarray(np.isfinite(earlier.positions).all(axis=1))
    radius = rms_radius(earlier.positions[known]) if known.sum() > 1 else 0.0
    if radius == 0:
        return None
    noise = np.random.default_rng(seed).standard_normal((len(known), 2))
    start = filled(earlier.positions, neighbours) + JITTER * radius * noise
    return np.ascontiguousarray(start, dtype=np.float32)


def laid_over(positions: FloatArray, earlier: FloatArray) -> FloatArray:
    """A map [n, 2] turned, mirrored and shifted, not scaled, onto the rows that the earlier map [n, 2] also holds."""
    both = np.asarray(np.isfinite(earlier).all(axis=1))
    middle = positions[both].mean(axis=0)
    moved: FloatArray = (positions - middle) @ aligned(positions, earlier) + earlier[both].mean(axis=0)
    return moved
