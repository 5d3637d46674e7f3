"""The baseline that hides nothing: two principal components, whose inverse is exact on their plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.geometry.faithfulness import rms_radius
from tensorboard_plugin_hidden.projection.graph import Neighbours
from tensorboard_plugin_hidden.projection.protocol import Decode, Earlier, Fitted, aligned

RADIUS = 10.0
"""Root-mean-square radius of every map, so that the axes hold while a network's activations grow."""

BLOCK_COLUMNS = 12
"""Vectors iterated together; the ten besides the two wanted speed up convergence."""

ITERATIONS = 40
"""Multiplications by the covariance; the error falls as (λ13 / λ2)^40."""


def principal_axes(centred: torch.Tensor, seed: int) -> torch.Tensor:
    """The two directions of largest variance, by subspace iteration (Halko, Martinsson & Tropp 2011).

    Args:
        centred: float32 [n, D], zero mean.
        seed: Of the start vectors.

    Returns:
        float32 [D, 2], orthonormal, largest variance first; the second is zero when D is 1.
    """
    width = centred.shape[1]
    generator = torch.Generator(device="cpu").manual_seed(seed)
    basis = torch.randn(width, min(BLOCK_COLUMNS, width), generator=generator)
    covariance = centred.T @ centred
    for _ in range(ITERATIONS):
        basis = torch.linalg.qr(covariance @ basis).Q
    _, vectors = torch.linalg.eigh(basis.T @ covariance @ basis)
    axes = (basis @ vectors).flip(1)[:, :2]
    return axes if width > 1 else torch.cat([axes, torch.zeros_like(axes)], 1)


@dataclass(frozen=True, slots=True)
class PlaneInverse:
    """Places as points of the plane in activation space: x = centre + axes y.

    Attributes:
        centre: float32 [D].
        axes: float32 [D, 2].
    """

    centre: FloatArray
    axes: FloatArray

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Activations [m, D] of places [m, 2]."""
        return self.centre + positions @ self.axes.T

    def through(self, weight: FloatArray, bias: FloatArray) -> Decode:
        """The inverse followed by x ↦ weight x + bias."""
        return PlaneInverse(weight @ self.centre + bias, weight @ self.axes)


@dataclass(frozen=True, slots=True)
class PcaEmbedding:
    """A fitted plane.

    Attributes:
        positions: float32 [n, 2].
        inverse: The plane itself.
        forward: float32 [D, 2], from centred activations to places.
    """

    positions: FloatArray
    inverse: PlaneInverse
    forward: FloatArray

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places [m, 2] of activations [m, D]; a plane needs no neighbours."""
        return np.asarray((activations - self.inverse.centre) @ self.forward)


@dataclass(frozen=True, slots=True)
class Pca:
    """Principal components, turned and mirrored towards the earlier map so that they do not flip."""

    @property
    def name(self) -> str:
        """``pca``."""
        return "pca"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """The radius that every map is scaled to."""
        return {"radius": RADIUS}

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> PcaEmbedding:
        """The plane of largest variance through the fitted rows."""
        centre = fitted.activations.mean(axis=0)
        centred = fitted.activations - centre
        axes = principal_axes(torch.from_numpy(centred), seed).numpy()
        places = centred @ axes
        turn = np.eye(2, dtype=np.float32) if earlier is None else aligned(places, earlier.positions)
        scale = np.float32(RADIUS / max(rms_radius(places), float(np.finfo(np.float32).tiny)))
        axes = axes @ turn
        forward, back = (axes * scale).astype(np.float32), (axes / scale).astype(np.float32)
        return PcaEmbedding((centred @ forward).astype(np.float32), PlaneInverse(centre, back), forward)
