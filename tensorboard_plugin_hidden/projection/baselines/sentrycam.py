"""SentryCam's projection (arXiv 2405.15135): an autoencoder tied to what it drew at a few earlier steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.baselines.continual import (
    Remembered,
    bipartite,
    looked_back,
    pooled,
    remember,
)
from tensorboard_plugin_hidden.projection.baselines.edge_training import BATCH, NEGATIVES, Patience, edge_loss, one_pass
from tensorboard_plugin_hidden.projection.baselines.networks import (
    Autoencoder,
    NetworkEmbedding,
    embedding_of,
    rebased,
    unit_variance,
)
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours, fuzzy_edges
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

HIDDEN = (512, 256, 128, 64, 32)
"""Units of the encoder's hidden layers."""

SPATIAL_VISITS, TEMPORAL_VISITS = 3, 2
"""Draws of an edge of weight 1 in one pass, on average."""

PRUNED = 1e-3
"""What an edge among samples must weigh beyond a third of the heaviest."""

RATE, DECAY, DECAY_PASSES, SHRINKAGE = 1e-2, 0.1, 4, 1e-5
"""Adam's first learning rate, the factor it falls by, after how many passes, and the weight decay."""

PATIENCE, IMPROVEMENT = 3, 1e-2
"""Passes without an improvement of the loss after which training stops."""

LOOK_BACK = 257
"""Steps that are kept: the last one, and 256 before it."""

FARTHEST = 1e4
"""Change of scale or centre, in units of the first step's spread, after which a network that saw it is of no use."""


@dataclass(slots=True)
class _Chain:
    """A network, what it remembers, and the coordinates it was begun in: those of the first step it saw.

    Attributes:
        network: Of every step.
        centre: float32 [D].
        scale: Root-mean-square distance from the centre.
        memory: Of earlier steps, oldest first.
    """

    network: Autoencoder
    centre: FloatArray
    scale: float
    memory: deque[Remembered] = field(default_factory=lambda: deque(maxlen=LOOK_BACK))

    def shift(self, fitted: Fitted) -> tuple[float, FloatArray]:
        """Scale and centre of a step in these coordinates."""
        # In double precision: an activation near float32's largest would leave it here.
        apart = (_centre(fitted).astype(np.float64) - self.centre) / self.scale
        return fitted.scale / self.scale, np.clip(apart, -2 * FARTHEST, 2 * FARTHEST).astype(np.float32)

    def follows(self, fitted: Fitted) -> bool:
        """Whether the network can go on with a step."""
        if self.network.width != fitted.activations.shape[1]:
            return False
        ratio, shift = self.shift(fitted)
        return 1 / FARTHEST < ratio < FARTHEST and float(np.abs(shift).max()) < FARTHEST


@dataclass(slots=True)
class SentryCam:
    """One network for a layer, warm-started from step to step, and so one object for every chain of steps.

    The loss is UMAP's cross entropy along the heavier edges among samples, plus the reconstruction error, plus, from
    the second step on, that along edges to rows of earlier steps, which are encoded anew, and the distance beyond a
    margin of these rows from where they were drawn. The rows are a twentieth of the last step and of those 1, 2, 4, …
    before it; the margin grows with the change of the units' means. The first layer of encoder and decoder is
    normalised over groups and then over the batch, the others over the batch. The network and the memory live in this
    object: it carries on when there is an earlier map and the layer's width is the same, and else, as in a process that
    was started anew, begins afresh. ``earlier`` positions themselves are not used.

    What differs from the authors' code. All fitted rows take part, where theirs draws a tenth to a half of the training
    set anew at every step. Neighbours are those of the other methods here and never the sample itself. A pass draws its
    edges in proportion to their weight in one vectorised draw. An edge to a remembered row is listed in one direction,
    so that it is always known which end was drawn before, and each pass spreads them over the batches of the others. A
    row is encoded once for a batch however many edges meet there. Activations are seen in units of the spread of the
    first step, not as they are, and a chain begins afresh where their scale changes ten-thousandfold. At most
    257 steps are remembered. Where no row has a direction, at which theirs stops with an error, there are no edges to
    earlier steps.

    Attributes:
        passes: Most passes over the edges at a step.
        reconstruction: Weight of the reconstruction error.
        temporal: Weight of both terms that tie a map to earlier ones.
        remembered: Share of the rows of a step that are remembered.
    """

    passes: int = 20
    reconstruction: float = 1.0
    temporal: float = 1.0
    remembered: float = 0.05
    _chain: _Chain | None = field(default=None, init=False, repr=False)

    @property
    def name(self) -> str:
        """``sentrycam``."""
        return "sentrycam"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Passes, the weights of the loss, and the share that is remembered."""
        return {
            "passes": self.passes,
            "reconstruction": self.reconstruction,
            "temporal": self.temporal,
            "remembered": self.remembered,
        }

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> NetworkEmbedding:
        """Trains the network on, or a new one, and draws the map with it."""
        chain = self._chain if earlier is not None else None
        if chain is None or not chain.follows(fitted):
            width = fitted.activations.shape[1]
            chain = _Chain(Autoencoder(width, HIDDEN, seed, normalised=True), _centre(fitted), fitted.scale)
        self._chain = chain
        generator = torch.Generator().manual_seed(seed)
        given = _given(fitted)
        self._train(chain, fitted, given, generator)
        embedding = embedding_of(rebased(chain.network, *chain.shift(fitted)), fitted.activations)
        chain.memory.append(remember(given, embedding.positions, self.remembered, generator))
        return embedding

    def _train(self, chain: _Chain, fitted: Fitted, given: FloatArray, generator: torch.Generator) -> None:
        network = chain.network.train()
        near = Neighbours(torch.from_numpy(fitted.neighbours.astype(np.int64)), torch.from_numpy(fitted.distances))
        edges = _heavier(fuzzy_edges(near))
        ratio, shift = chain.shift(fitted)
        rows = unit_variance(fitted.activations * np.float32(ratio) + shift)
        batches = -(-_draws(edges.weight, SPATIAL_VISITS) // BATCH)
        ties = self._ties(chain, rows, given, TEMPORAL_VISITS / batches, generator)
        optimiser = torch.optim.Adam(network.parameters(), lr=RATE, weight_decay=SHRINKAGE)
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, DECAY_PASSES, DECAY)
        patience, importance = Patience(PATIENCE, IMPROVEMENT), torch.ones_like(rows)
        for _ in range(self.passes):
            drawn = _drawn(edges.weight, SPATIAL_VISITS, generator)
            ends = (edges.head[drawn], edges.tail[drawn])
            loss = one_pass(network, optimiser, rows, importance, ends, self.reconstruction, generator, ties)
            schedule.step()
            if patience.over(loss):
                break

    def _ties(
        self, chain: _Chain, rows: Tensor, given: FloatArray, visits: float, generator: torch.Generator
    ) -> Callable[[], Tensor] | None:
        """The loss of a batch of edges to earlier steps, anew at every call; None where there are no such edges."""
        if not chain.memory:
            return None
        before, places, margins = pooled(given, [chain.memory[step] for step in looked_back(len(chain.memory))])
        edges = bipartite(given, before)
        if not len(edges.weight):
            return None
        earlier = unit_variance(((before.astype(np.float64) - chain.centre) / chain.scale).astype(np.float32))
        everything = torch.cat([rows, earlier])

        def loss() -> Tensor:
            drawn = _drawn(edges.weight, visits, generator)
            heads, tails = edges.head[drawn], edges.tail[drawn]
            distinct, place = torch.unique(torch.cat([heads, tails + len(rows)]), return_inverse=True)
            encoded: Tensor = chain.network.encoder(everything[distinct]).index_select(0, place)
            now, then = encoded[: len(drawn)], encoded[len(drawn) :]
            apart = (then - places[tails]).square().sum(1).add(1e-12).sqrt()
            held = (apart - margins[tails]).clamp(min=0).mean()
            tied: Tensor = self.temporal * (edge_loss(now, then, NEGATIVES, generator) + held)
            return tied

        return loss


def _centre(fitted: Fitted) -> FloatArray:
    return np.zeros(fitted.activations.shape[1], np.float32) if fitted.centre is None else fitted.centre


def _given(fitted: Fitted) -> FloatArray:
    """Activations as the layer gave them."""
    largest = np.finfo(np.float32).max
    rows = fitted.activations.astype(np.float64) * fitted.scale + _centre(fitted)
    return np.clip(rows, -largest, largest).astype(np.float32)


def _heavier(edges: Edges) -> Edges:
    """Those that weigh at least a third of the heaviest: what is left of umap-learn's pruning for three epochs."""
    kept = edges.weight >= edges.weight.max() / SPATIAL_VISITS + PRUNED
    return Edges(edges.head[kept], edges.tail[kept], edges.weight[kept])


def _draws(weights: Tensor, visits: float) -> int:
    return max(1, int(visits * float(weights.sum(dtype=torch.float64))))


def _drawn(weights: Tensor, visits: float, generator: torch.Generator) -> Tensor:
    """Edges at random, with replacement, in proportion to their weight: one of weight 1 ``visits`` times on average."""
    cumulative = weights.double().cumsum(0)
    draws = torch.rand(_draws(weights, visits), generator=generator, dtype=torch.float64) * cumulative[-1]
    return torch.searchsorted(cumulative, draws).clamp(max=len(weights) - 1)
