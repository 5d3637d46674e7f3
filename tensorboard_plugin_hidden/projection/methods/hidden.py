"""The default method: neighbours placed by forces from where they were, and a smooth inverse fitted afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.anchored import (
    ACROSS,
    ANCHOR,
    BOUNDARY_PULL,
    COLD_ITERATIONS,
    MORE_ITERATIONS,
    WARM_ITERATIONS,
    Graph,
    agreement,
    answers_of,
    first_map,
    graph_of,
    later_map,
)
from tensorboard_plugin_hidden.projection.graph import Neighbours, membership, nearest
from tensorboard_plugin_hidden.projection.head import Head
from tensorboard_plugin_hidden.projection.interpolation import shepard
from tensorboard_plugin_hidden.projection.inverse import SplineInverse, fit_inverse
from tensorboard_plugin_hidden.projection.layout import ATTRACTION, place
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

PLACING_NEIGHBOURS = 10
"""Fitted neighbours that place a sample that was not fitted."""

PLACING_ITERATIONS = 15
"""Steps that settle it among them."""

SETTINGS: Mapping[str, int | float | str | bool] = {
    "cold_iterations": COLD_ITERATIONS,
    "warm_iterations": f"{WARM_ITERATIONS} to {WARM_ITERATIONS + MORE_ITERATIONS}",
    "anchor": ANCHOR,
    "boundary_pull": BOUNDARY_PULL,
    "across_pull": ACROSS,
    "attraction": ATTRACTION,
}
"""What the method runs with."""


@dataclass(frozen=True, slots=True)
class HiddenEmbedding:
    """A fitted map.

    Attributes:
        positions: float32 [n, 2].
        inverse: Smooth, from places to activations.
        activations: float32 [n, D], of the fitted rows.
        answers: int64 [n], the class that the head gives each of them; -1 where there is none.
        head: From activations to logits, or None.
    """

    positions: FloatArray
    inverse: SplineInverse
    activations: FloatArray
    answers: torch.Tensor
    head: Head | None

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places rows by their nearest fitted rows, then lets the layout's forces settle them.

        As in the layout, neighbours that the head answers differently pull less. The rows are not tied to where they
        were drawn before: their neighbours are, and a second spring only pulls them across class borders that have
        moved.

        Args:
            activations: float32 [m, D].
            near: Their nearest fitted rows; searched where not given.

        Returns:
            float32 [m, 2].
        """
        if not len(activations):
            return np.empty((0, 2), np.float32)
        fixed = torch.from_numpy(self.positions)
        count = min(PLACING_NEIGHBOURS, len(fixed))
        if near is None:
            near = nearest(torch.from_numpy(activations), torch.from_numpy(self.activations), count, same=False)
        near = near.first(count)
        start = shepard(fixed, near)
        weights = membership(near) * agreement(answers_of(self.head, activations)[:, None], self.answers[near.indices])
        places: FloatArray = place(start, fixed, near.indices, weights, PLACING_ITERATIONS).numpy()
        return places


@dataclass(frozen=True, slots=True)
class Hidden:
    """t-SNE's forces on a graph of samples and boundary points, a spring to the earlier map, a smoothing spline."""

    @property
    def name(self) -> str:
        """``hidden``."""
        return "hidden"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Iterations and springs."""
        return dict(SETTINGS)

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> HiddenEmbedding:
        """Lays the fitted rows and the boundary points out and fits the way back."""
        graph = graph_of(fitted)
        if earlier is None or not np.isfinite(earlier.positions).any():
            laid = first_map(graph, seed)
        else:
            laid = later_map(graph, earlier, seed)
        return embedding_of(graph, laid)


def embedding_of(graph: Graph, laid: torch.Tensor) -> HiddenEmbedding:
    """The map of samples and boundary points at places [n + b, 2], with an inverse fitted to both."""
    places: FloatArray = laid.numpy()
    inverse = fit_inverse(places, graph.activations)
    fitted = places[: graph.count].copy(), graph.activations[: graph.count]
    return HiddenEmbedding(fitted[0], inverse, fitted[1], graph.answers, graph.head)
