"""The default method: neighbours placed by forces from where they were, and a smooth inverse fitted afterwards.

Layout first, inverse second: a network trained to do both at once costs a hundred times more and keeps fewer
neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.candidates import nearest_fitted
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours, fuzzy_edges, membership, nearest
from tensorboard_plugin_hidden.projection.inverse import SplineInverse, fit_inverse
from tensorboard_plugin_hidden.projection.layout import Springs, optimise, place
from tensorboard_plugin_hidden.projection.methods.pca import principal_axes
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

COLD_ITERATIONS = 200
"""Steps of a first map, from principal components."""

WARM_ITERATIONS, MORE_ITERATIONS = 10, 60
"""Steps of a map that starts from one in which all samples had the same neighbours, and those added when none had.

In between they go with the square of the share of neighbours lost: a network that has settled costs little to follow,
and one that is finding its classes gets the steps to regroup its samples.
"""

EXAGGERATION = 8.0
"""Factor on all pulls at the start of a first map, or of one whose neighbours have all changed."""

ANCHOR = 0.7
"""Spring to the earlier place of a sample that kept all its neighbours, in units of all its pulls together."""

STEADINESS = 3
"""Power of the share of neighbours kept that the spring goes with: it holds what stayed and frees what moved.

A spring in plain proportion costs a tenth of the neighbours for the same displacement.
"""

RADIUS = 0.2
"""Root-mean-square radius of a first map over the root of its samples, so that they are as dense in every map.

Where the forces balance depends on the layer. Wider maps take longer to regroup, narrower ones keep fewer neighbours.
"""

JITTER = 1e-3
"""Random share of the radius added to a start, so that duplicates can part."""

PLACING_NEIGHBOURS = 10
"""Fitted neighbours that place a sample that was not fitted."""

PLACING_ITERATIONS = 15
"""Steps that settle it among them."""

BOUNDARY_PULL = 0.5
"""Share of their weight with which points on the decision boundary pull the samples around them."""


@dataclass(frozen=True, slots=True)
class HiddenEmbedding:
    """A fitted map.

    Attributes:
        positions: float32 [n, 2].
        inverse: Smooth, from places to activations.
        activations: float32 [n, D], of the fitted rows.
        seed: Of the search for neighbours among very many rows.
    """

    positions: FloatArray
    inverse: SplineInverse
    activations: FloatArray
    seed: int

    def project(self, activations: FloatArray, earlier: FloatArray | None = None) -> FloatArray:
        """Places rows by their nearest fitted rows, then lets the layout's forces settle them.

        They are not tied to where they were drawn before: their neighbours are, and a second spring only pulls them
        across class borders that have moved.

        Args:
            activations: float32 [m, D].
            earlier: Not used.

        Returns:
            float32 [m, 2].
        """
        del earlier
        if not len(activations):
            return np.empty((0, 2), np.float32)
        fixed = torch.from_numpy(self.positions)
        count = min(PLACING_NEIGHBOURS, len(fixed))
        near = nearest_fitted(activations, self.activations, count, self.seed)
        start = interpolated(fixed, near)
        places: FloatArray = place(start, fixed, near.indices, membership(near), PLACING_ITERATIONS).numpy()
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
        return {
            "cold_iterations": COLD_ITERATIONS,
            "warm_iterations": f"{WARM_ITERATIONS} to {WARM_ITERATIONS + MORE_ITERATIONS}",
            "anchor": ANCHOR,
            "boundary_pull": BOUNDARY_PULL,
        }

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> HiddenEmbedding:
        """Lays the fitted rows and the boundary points out and fits the way back."""
        generator = torch.Generator().manual_seed(seed)
        near = Neighbours(torch.from_numpy(fitted.neighbours.astype(np.int64)), torch.from_numpy(fitted.distances))
        count = len(fitted.activations)
        activations = np.concatenate([fitted.activations, fitted.boundary])
        graph = with_boundary(near, fitted)
        edges = weakened(fuzzy_edges(graph), count)
        radius = RADIUS * float(np.sqrt(count))
        if earlier is None or not np.isfinite(earlier.positions).any():
            start = jittered(_principal(activations, seed, radius), radius, generator)
            laid = scaled(optimise(start, edges, COLD_ITERATIONS, exaggeration=EXAGGERATION), radius)
        else:
            ends = torch.from_numpy(earlier.positions)
            known = ends.isfinite().all(1)
            start = completed(ends, known, near)
            if len(fitted.boundary):
                onto = Neighbours(graph.indices[count:], graph.distances[count:])
                start = torch.cat([start, interpolated(start, onto)])
            strength = torch.zeros(len(start))
            strength[:count] = ANCHOR * torch.from_numpy(earlier.kept) ** STEADINESS * known
            lost = 1 - float(earlier.kept[known.numpy()].mean())
            moved = optimise(
                jittered(start, radius, generator),
                edges,
                WARM_ITERATIONS + round(MORE_ITERATIONS * lost * lost),
                Springs(start, strength),
                1 + (EXAGGERATION - 1) * lost,
            )
            laid = held_in_place(moved, ends, known)
        inverse = fit_inverse(laid.numpy(), activations)
        positions: FloatArray = laid[:count].numpy()
        return HiddenEmbedding(positions, inverse, fitted.activations, seed)


def with_boundary(near: Neighbours, fitted: Fitted) -> Neighbours:
    """The samples' graph with a row for each boundary point, whose neighbours are samples."""
    if not len(fitted.boundary):
        return near
    samples, boundary = torch.from_numpy(fitted.activations), torch.from_numpy(fitted.boundary)
    onto = nearest(boundary, samples, near.indices.shape[1], same=False)
    return Neighbours(torch.cat([near.indices, onto.indices]), torch.cat([near.distances, onto.distances]))


def weakened(edges: Edges, count: int) -> Edges:
    """Edges, cut to ``BOUNDARY_PULL`` of their weight where one end is a boundary point, numbered from ``count`` on."""
    touches = (edges.head >= count) | (edges.tail >= count)
    return Edges(edges.head, edges.tail, torch.where(touches, BOUNDARY_PULL * edges.weight, edges.weight))


def interpolated(fixed: Tensor, near: Neighbours) -> Tensor:
    """Mean of the fitted neighbours' places [m, 2], weighted by inverse squared distance (Shepard 1968)."""
    closest = near.distances[:, :1].clamp(min=torch.finfo(torch.float32).tiny)
    weights = (closest / near.distances.maximum(closest)).square()
    weights = weights / weights.sum(1, keepdim=True)
    return (fixed[near.indices] * weights[:, :, None]).sum(1)


def completed(places: Tensor, known: Tensor, near: Neighbours) -> Tensor:
    """Earlier places with the unknown ones filled in from their known neighbours, else from the middle.

    Args:
        places: float32 [n, 2]; NaN where unknown.
        known: bool [n].
        near: The graph among the n rows.

    Returns:
        float32 [n, 2], finite.
    """
    middle = places[known].mean(0)
    filled = torch.where(known[:, None], places, middle)
    has_place = known[near.indices].float()
    total = has_place.sum(1, keepdim=True)
    mean = (filled[near.indices] * has_place[:, :, None]).sum(1) / total.clamp(min=1)
    return torch.where(known[:, None], places, torch.where(total > 0, mean, middle))


def held_in_place(places: Tensor, earlier: Tensor, known: Tensor) -> Tensor:
    """Shifts and scales a map so that the rows of the earlier map keep their mean and root-mean-square radius.

    Nothing but the springs ties groups that share no edge: without this a map grows by a quarter of a percent with
    every frame, and the view's axes are fixed.

    Args:
        places: float32 [n, 2] or more rows, which follow.
        earlier: float32 [n, 2]; NaN where unknown.
        known: bool [n].

    Returns:
        float32, as ``places``; ``places`` themselves when fewer than half of the rows were in the earlier map.
    """
    if 2 * int(known.sum()) < len(known):
        return places
    now, then = places[: len(known)][known], earlier[known]
    radius = float((now - now.mean(0)).square().sum(1).mean().sqrt())
    before = float((then - then.mean(0)).square().sum(1).mean().sqrt())
    scale = before / radius if radius > 0 and before > 0 else 1.0
    return (places - now.mean(0)) * scale + then.mean(0)


def scaled(places: Tensor, radius: float) -> Tensor:
    """Places [n, 2] around the origin with that root-mean-square radius; all at the origin when they coincide."""
    centred = places - places.mean(0)
    return centred * (radius / centred.square().sum(1).mean().sqrt().clamp(min=torch.finfo(torch.float32).tiny))


def jittered(start: Tensor, radius: float, generator: torch.Generator) -> Tensor:
    """A start [n, 2] with noise of ``JITTER`` times the radius."""
    return start + JITTER * radius * torch.randn(start.shape, generator=generator)


def _principal(activations: FloatArray, seed: int, radius: float) -> Tensor:
    """Two principal components, at the radius wanted."""
    centred = torch.from_numpy(activations - activations.mean(axis=0))
    return scaled(centred @ principal_axes(centred, seed), radius)
