"""Parametric UMAP that encodes each row once a step: a network's map at a small part of a network's price.

Methods that sample edges encode both ends of every edge. Here all rows pass the encoder together and every term on
edges is taken in the plane, where it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.baselines.networks import (
    Autoencoder,
    NetworkEmbedding,
    embedding_of,
    pull,
    push,
    unit_variance,
)
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours, fuzzy_edges
from tensorboard_plugin_hidden.projection.head import AffineHead
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

NEGATIVES = 8
"""Random rows that push each row away in one step."""

PUSHES = 5.0
"""UMAP draws five negatives for every pull."""


@dataclass(slots=True)
class Parametric:
    """One network for a layer, warm-started from step to step, and so one object for every chain of steps.

    The loss is UMAP's cross entropy over all edges, plus the reconstruction error, plus, where the head is affine, the
    divergence KL(head(x) ‖ head(x̂)) of its class probabilities, plus a spring to each row's earlier place in
    proportion to the neighbours that it kept. The network lives in this object: it carries on when there is an earlier
    map and the layer's width is the same, and else begins afresh, tied to the earlier map by the springs alone.

    Attributes:
        hidden: Units of each of the hidden layers.
        depth: Hidden layers of the encoder, and of the decoder.
        cold_steps: Steps of a network that begins afresh.
        warm_steps: Steps of one that carries on.
        rate: Adam's first learning rate; it falls to 0 along half a cosine.
        reconstruction: Weight of the reconstruction error.
        decision: Weight of the divergence of class probabilities.
        anchor: Weight of the springs.
    """

    hidden: int = 128
    depth: int = 2
    cold_steps: int = 150
    warm_steps: int = 40
    rate: float = 3e-3
    reconstruction: float = 1.0
    decision: float = 0.5
    anchor: float = 0.2
    _network: Autoencoder | None = field(default=None, init=False, repr=False)

    @property
    def name(self) -> str:
        """``parametric``."""
        return "parametric"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """The network, the steps, and the weights of the loss."""
        return {
            "hidden": self.hidden,
            "depth": self.depth,
            "cold_steps": self.cold_steps,
            "warm_steps": self.warm_steps,
            "rate": self.rate,
            "reconstruction": self.reconstruction,
            "decision": self.decision,
            "anchor": self.anchor,
        }

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> NetworkEmbedding:
        """Trains the network on, or a new one, and draws the map with it."""
        width = fitted.activations.shape[1]
        network, steps = self._network, self.warm_steps
        if earlier is None or network is None or network.width != width:
            network, steps = Autoencoder(width, self.depth * [self.hidden], seed), self.cold_steps
        self._network = network
        self._train(network, steps, fitted, earlier, torch.Generator().manual_seed(seed))
        return embedding_of(network, fitted.activations)

    def _train(
        self, network: Autoencoder, steps: int, fitted: Fitted, earlier: Earlier | None, generator: torch.Generator
    ) -> None:
        near = Neighbours(torch.from_numpy(fitted.neighbours.astype(np.int64)), torch.from_numpy(fitted.distances))
        edges = _once(fuzzy_edges(near))
        rows = unit_variance(fitted.activations)
        springs = None if earlier is None else _springs(earlier)
        head = fitted.head if isinstance(fitted.head, AffineHead) else None
        decide = None if head is None else _Decision(head, rows)
        optimiser = torch.optim.Adam(network.parameters(), lr=self.rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for _ in range(steps):
            places = network.encoder(rows)
            decoded = network.decoder(places)
            loss = layout_loss(places, edges, NEGATIVES, generator)
            loss = loss + self.reconstruction * (rows - decoded).square().mean()
            if decide is not None:
                loss = loss + self.decision * decide.divergence(decoded)
            if springs is not None:
                ends, strength = springs
                loss = loss + self.anchor * (strength * (places - ends).square().sum(1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def layout_loss(places: Tensor, edges: Edges, negatives: int, generator: torch.Generator) -> Tensor:
    """UMAP's cross entropy over all edges at once, with random pairs in place of all that are not joined.

    (Σ_e w_e · -log q_e + 5 Σ_i d_i · mean over random j of -log(1 - q_ij) / 2) / 6 Σ_e w_e, where d_i is the sum of the
    weights at i: in expectation the mean that a sampler takes which visits edges by weight, with five pairs for each.

    Args:
        places: float32 [n, 2].
        edges: Every edge once.
        negatives: Random partners of each row: the rows that follow it at random distances.
        generator: Of these distances.

    Returns:
        A number.
    """
    count = len(places)
    # index_select passes gradients back several times faster on the CPU than indexing by a tensor.
    along = places.index_select(0, edges.head) - places.index_select(0, edges.tail)
    attraction = pull(along.square().sum(1)) @ edges.weight
    degree = edges.weight.new_zeros(count).index_add_(0, edges.head, edges.weight)
    degree.index_add_(0, edges.tail, edges.weight)
    shifts = torch.randint(1, count, (negatives,), generator=generator).tolist()
    apart = torch.stack([(places - places.roll(-shift, 0)).square().sum(1) for shift in shifts])
    repulsion = PUSHES * (push(apart).mean(0) @ degree) / 2
    return (attraction + repulsion) / ((1 + PUSHES) * edges.weight.sum())


class _Decision:
    """What an affine head makes of rows, and how far what it makes of their reconstructions is from that.

    Args:
        head: From standardised activations to logits.
        rows: float32 [n, D], as networks see them.
    """

    def __init__(self, head: AffineHead, rows: Tensor) -> None:
        self._weight = torch.from_numpy(head.weight) / float(np.sqrt(rows.shape[1]))
        self._bias = torch.from_numpy(head.bias)
        self._logs = torch.log_softmax(rows @ self._weight.T + self._bias, 1)

    def divergence(self, decoded: Tensor) -> Tensor:
        """Mean KL(p ‖ p̂) of the class probabilities p of the rows and p̂ of their reconstructions [n, D]."""
        logs = torch.log_softmax(decoded @ self._weight.T + self._bias, 1)
        return (self._logs.exp() * (self._logs - logs)).sum(1).mean()


def _once(edges: Edges) -> Edges:
    """Every edge in one direction only."""
    kept = edges.head < edges.tail
    return Edges(edges.head[kept], edges.tail[kept], edges.weight[kept])


def _springs(earlier: Earlier) -> tuple[Tensor, Tensor]:
    """Ends [n, 2] and strengths [n] of the springs; 0 for rows that were not in the earlier map."""
    known = np.asarray(np.isfinite(earlier.positions).all(axis=1))
    ends = np.where(known[:, None], earlier.positions, 0).astype(np.float32)
    return torch.from_numpy(ends), torch.from_numpy((earlier.kept * known).astype(np.float32))
