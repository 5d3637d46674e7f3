"""A map of samples and boundary points that starts from the map before and is tied to it.

Layout first, inverse second: a network trained to do both at once costs a hundred times more and keeps fewer
neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours, fuzzy_edges, nearest
from tensorboard_plugin_hidden.projection.head import Head
from tensorboard_plugin_hidden.projection.interpolation import filled, shepard, spread
from tensorboard_plugin_hidden.projection.layout import Springs, optimise
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

LANDMARKS = 20_000
"""Samples that a first map of very many is laid out by, and that boundary points look for their neighbours among."""

MANY = 60_000
"""Samples above which a first map begins with landmarks, which cost more than they save below.

Every fourth, fifth, ... sample is laid out with the others left out, and they start amid those of their neighbours
that are there: the large shape of a map needs all steps and not all samples.
"""

SETTLING_ITERATIONS = 50
"""Steps of all samples together after the landmarks have been laid out."""

ROUNDS = 8
"""Most times that places spread to neighbours; each reaches 15 times as many samples."""

ANCHOR = 0.25
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

BOUNDARY_PULL = 0.5
"""Share of their weight with which points on the decision boundary pull the samples around them."""


ACROSS = 0.5
"""Share of their weight with which samples pull each other that the network answers differently.

A map for reading decisions should rather part two near samples than draw one of them on the other's side.
"""


@dataclass(frozen=True, slots=True)
class Graph:
    """What a layout follows: n samples, then b boundary points.

    Attributes:
        activations: float32 [n + b, D].
        near: Neighbours of the samples among each other, [n, k].
        onto: Neighbours of the boundary points among the samples, [b, k].
        edges: Weights among all n + b.
        head: From activations to logits, or None.
        answers: int64 [n], what it says of the samples, see ``answers_of``.
    """

    activations: FloatArray
    near: Neighbours
    onto: Neighbours
    edges: Edges
    head: Head | None
    answers: Tensor

    @property
    def count(self) -> int:
        """N."""
        return len(self.near.indices)

    @property
    def radius(self) -> float:
        """Root-mean-square radius of a first map."""
        return RADIUS * float(np.sqrt(self.count))


def graph_of(fitted: Fitted) -> Graph:
    """The samples' graph with a row for each boundary point, whose neighbours are samples."""
    near = Neighbours(torch.from_numpy(fitted.neighbours.astype(np.int64)), torch.from_numpy(fitted.distances))
    samples, boundary = torch.from_numpy(fitted.activations), torch.from_numpy(fitted.boundary)
    k = near.indices.shape[1]
    onto = Neighbours(torch.empty((0, k), dtype=torch.int64), torch.empty((0, k)))
    if len(boundary):
        # Evenly drawn: they must outline the regions, and a map of very many samples need not be searched for that.
        step = -(-len(samples) // LANDMARKS)
        among = nearest(boundary, samples[::step], k, same=False)
        onto = Neighbours(step * among.indices, among.distances)
    both = Neighbours(torch.cat([near.indices, onto.indices]), torch.cat([near.distances, onto.distances]))
    answers = answers_of(fitted.head, fitted.activations)
    edges = weakened(fuzzy_edges(both), answers)
    return Graph(np.concatenate([fitted.activations, fitted.boundary]), near, onto, edges, fitted.head, answers)


def answers_of(head: Head | None, activations: FloatArray) -> Tensor:
    """The class that a head gives each row [n, D], int64 [n]; -1 where there is none."""
    if head is None:
        return torch.full((len(activations),), -1)
    logits = torch.from_numpy(head(activations))
    return torch.where(logits.isfinite().all(1), logits.argmax(1), -1)


def first_map(graph: Graph, seed: int) -> Tensor:
    """Places float32 [n + b, 2] of a first map."""
    if graph.count <= MANY:
        return _from_axes(graph.activations, graph.edges, graph.radius, seed)
    start = _from_landmarks(graph, seed)
    generator = torch.Generator().manual_seed(seed)
    start = jittered(torch.cat([start, shepard(start, graph.onto)]), graph.radius, generator)
    return scaled(optimise(start, graph.edges, SETTLING_ITERATIONS), graph.radius)


def _from_axes(activations: FloatArray, edges: Edges, radius: float, seed: int) -> Tensor:
    """Places [m, 2] of rows [m, D] laid out from their principal components."""
    generator = torch.Generator().manual_seed(seed)
    centred = torch.from_numpy(activations - activations.mean(axis=0))
    start = jittered(scaled(centred @ principal_axes(centred, seed), radius), radius, generator)
    return scaled(optimise(start, edges, COLD_ITERATIONS, exaggeration=EXAGGERATION), radius)


def _from_landmarks(graph: Graph, seed: int) -> Tensor:
    """Places float32 [n, 2] that the samples start from when a part of them has been laid out, see ``LANDMARKS``."""
    step = -(-graph.count // LANDMARKS)
    landmarks = graph.activations[: graph.count : step]
    rows = torch.from_numpy(landmarks)
    near = nearest(rows, rows, min(graph.near.indices.shape[1], len(rows) - 1), same=True)
    edges = weakened(fuzzy_edges(near), graph.answers[::step])
    # As wide as the whole map will be.
    laid = _from_axes(landmarks, edges, RADIUS * float(np.sqrt(len(landmarks))), seed)
    places = np.full((graph.count, 2), np.nan, np.float32)
    places[::step] = laid.numpy() * np.sqrt(graph.count / len(landmarks))
    return torch.from_numpy(spread(places, graph.near.indices.numpy(), ROUNDS))


def later_map(graph: Graph, earlier: Earlier, seed: int) -> Tensor:
    """Places float32 [n + b, 2] of a map that goes on from an earlier one.

    Args:
        graph: What it follows.
        earlier: The samples one frame before, at least one of them with a place.
        seed: Of the jitter.
    """
    ends = torch.from_numpy(earlier.positions)
    known = ends.isfinite().all(1)
    kept = torch.from_numpy(earlier.kept)
    lost = 1 - float(kept[known].mean())
    iterations = WARM_ITERATIONS + round(MORE_ITERATIONS * lost * lost)
    start = torch.from_numpy(filled(earlier.positions, graph.near.indices.numpy()))
    strength = tightness(kept) * known
    moved = tied_map(graph, start, start, strength, iterations, seed, 1 + (EXAGGERATION - 1) * lost)
    return held_in_place(moved, ends, known)


def tied_map(
    graph: Graph, start: Tensor, ends: Tensor, strength: Tensor, iterations: int, seed: int, exaggeration: float = 1.0
) -> Tensor:
    """Places float32 [n + b, 2] of a map whose samples are tied to places; boundary points start amid their neighbours.

    Args:
        graph: What it follows.
        start: float32 [n, 2].
        ends: float32 [n, 2], where the springs end.
        strength: float32 [n], of the springs.
        iterations: Steps.
        seed: Of the jitter.
        exaggeration: See ``optimise``.
    """
    between = shepard(start, graph.onto)
    springs = Springs(torch.cat([ends, between]), torch.cat([strength, between.new_zeros(len(between))]))
    generator = torch.Generator().manual_seed(seed)
    begin = jittered(torch.cat([start, between]), graph.radius, generator)
    return optimise(begin, graph.edges, iterations, springs, exaggeration)


def tightness(kept: Tensor) -> Tensor:
    """Strength [n] of the springs of samples that kept a share [n] of their neighbours."""
    return ANCHOR * kept**STEADINESS


def weakened(edges: Edges, answers: Tensor) -> Edges:
    """Edges, cut to ``BOUNDARY_PULL`` of their weight at boundary points and to ``ACROSS`` between answers.

    Args:
        edges: Among n samples and the boundary points, which are numbered from n on.
        answers: int64 [n] classes of the samples, -1 where unknown.
    """
    count = len(answers)
    touches = (edges.head >= count) | (edges.tail >= count)
    # Any row stands in for boundary points here: what they pull is set by the line after.
    share = agreement(answers[edges.head.clamp(max=count - 1)], answers[edges.tail.clamp(max=count - 1)])
    return Edges(edges.head, edges.tail, edges.weight * torch.where(touches, BOUNDARY_PULL, share))


def agreement(one: Tensor, other: Tensor) -> Tensor:
    """Share of its weight that a pull keeps: ``ACROSS`` where the answers at its ends are known and differ, else 1."""
    return torch.where((one >= 0) & (other >= 0) & (one != other), ACROSS, 1.0)


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
