"""What a projection method is: anything that fits, places and inverts like this can draw the maps.

Every array here is float32, and activations arrive standardised as a whole (centred, mean squared row norm 1), so
that no method depends on the network's units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.projection.graph import Neighbours
from tensorboard_plugin_hidden.projection.head import Head

Decode = Callable[[FloatArray], FloatArray]
"""From places in the map, [m, 2], to a vector for each, [m, anything]."""


@dataclass(frozen=True, slots=True)
class Previous:
    """What one frame hands to the next: a few numbers per row, and nothing that belongs to a method.

    Attributes:
        positions: float32 [N, 2], where each row was last drawn; NaN where it never was.
        neighbours: int32 [N, k], each row's nearest rows by activation at that step; -1 where unknown.
    """

    positions: FloatArray
    neighbours: IntArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """The rows that a method fits.

    Attributes:
        activations: float32 [n, D].
        neighbours: int32 [n, k], each row's nearest other fitted rows, nearest first.
        distances: float32 [n, k], Euclidean distances to them.
        rows: int32 [n], the samples' numbers in the probe: the same sample has the same number at every step.
        head: From these activations to logits; None where the model has no classes or none could be had.
        boundary: float32 [b, D], points on the head's decision boundary between fitted rows; b may be 0.
        centre: float32 [D], what was subtracted from the layer's activations; None: nothing is known of it.
        scale: What they were then divided by: the layer gave activations * scale + centre.
    """

    activations: FloatArray
    neighbours: IntArray
    distances: FloatArray
    rows: IntArray
    head: Head | None
    boundary: FloatArray
    centre: FloatArray | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """The fitted rows at the earlier step.

    Attributes:
        positions: float32 [n, 2]; NaN for rows that were not in the earlier map.
        kept: float32 [n] in [0, 1], share of each row's neighbours that it had at the earlier step too.
    """

    positions: FloatArray
    kept: FloatArray


class Inverse(Protocol):
    """From the map back to activations."""

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Activations [m, D] for places [m, 2]."""

    def through(self, weight: FloatArray, bias: FloatArray) -> Decode:
        """The inverse followed by the affine map x ↦ weight x + bias, with weight [C, D]: places to [m, C]."""


class Embedding(Protocol):
    """A fitted map.

    Attributes:
        positions: float32 [n, 2], of the fitted rows in their order.
        inverse: From places back to activations.
    """

    @property
    def positions(self) -> FloatArray:
        """Places of the fitted rows, float32 [n, 2]."""

    @property
    def inverse(self) -> Inverse:
        """From places [m, 2] back to activations [m, D]."""

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places rows that were not fitted.

        Args:
            activations: float32 [m, D].
            near: Their nearest fitted rows, where known: a method that needs them searches no more.

        Returns:
            float32 [m, 2].
        """


class Method(Protocol):
    """What is shown of every projection method.

    Attributes:
        name: As users write it.
        settings: What it runs with, as JSON-able values.
    """

    @property
    def name(self) -> str:
        """As users write it."""

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """What it runs with."""


class Projector(Method, Protocol):
    """A projection method that draws step by step."""

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> Embedding:
        """Draws one map.

        Args:
            fitted: At least ten rows, finite and not all equal.
            earlier: The same rows one frame before, or None for a first map.
            seed: Of every random choice; the same seed and input give the same bytes on one CPU thread.

        Returns:
            The fitted map.
        """


class RunProjector(Method, Protocol):
    """A projection method that looks at all steps at once, and so needs a run that is over."""

    def fit_run(self, run: Sequence[Fitted], seed: int) -> Sequence[Embedding]:
        """Draws the maps of a whole run.

        Args:
            run: The fitted rows of every step, in order; ``rows`` tells which are the same samples.
            seed: Of every random choice.

        Returns:
            One map for each step.

        Raises:
            HiddenError: The method cannot draw this run, for instance because the layer's width changes.
        """


def aligned(positions: FloatArray, earlier: FloatArray) -> FloatArray:
    """The orthogonal 2 x 2 matrix R, rotation or reflection, for which positions @ R lies closest to an earlier map.

    R = U Vᵀ from the singular value decomposition of positionsᵀ earlier over the rows that both maps hold
    (Schönemann 1966, orthogonal Procrustes). Both sets are centred first.

    Args:
        positions: float32 [n, 2].
        earlier: float32 [n, 2]; NaN where missing.

    Returns:
        float32 [2, 2]; the identity when fewer than two rows are in both.
    """
    both = np.isfinite(earlier).all(axis=1)
    if both.sum() < 2:
        return np.eye(2, dtype=np.float32)
    now = positions[both] - positions[both].mean(axis=0)
    then = earlier[both] - earlier[both].mean(axis=0)
    left, _, right = np.linalg.svd(now.T.astype(np.float64) @ then)
    turn: FloatArray = (left @ right).astype(np.float32)
    return turn
