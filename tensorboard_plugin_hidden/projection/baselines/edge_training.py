"""Training an autoencoder along sampled edges, as DVI and TimeVis do; each has its own graph and schedule."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.baselines.networks import Autoencoder, pull, push

BATCH = 1_000
"""Edges in one step."""

NEGATIVES = 5
"""Random pairs for every edge."""


def edge_loss(heads: Tensor, tails: Tensor, negatives: int, generator: torch.Generator) -> Tensor:
    """UMAP's cross entropy on a batch of edges, as parametric UMAP and DVI take it (Sainburg et al. 2021).

    Every head is paired with ``negatives`` tails of the same batch in random order; the mean is over the edges and
    these pairs alike.

    Args:
        heads: float32 [B, 2], places of the edges' ends.
        tails: float32 [B, 2], of their other ends.
        negatives: Random pairs for every edge.
        generator: Of their order.

    Returns:
        A number.
    """
    order = torch.randperm(negatives * len(tails), generator=generator)
    others = tails.index_select(0, order // negatives)
    apart = heads.repeat_interleave(negatives, 0) - others
    terms = [pull((heads - tails).square().sum(1)), push(apart.square().sum(1))]
    return torch.cat(terms).mean()


def edge_ends(network: Autoencoder, rows: Tensor, ends: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Encodes and decodes the rows at the ends of a batch of edges, each row once however many edges meet there.

    Args:
        network: In training.
        rows: float32 [n, D].
        ends: int64 [2 B], the heads and then the tails.

    Returns:
        Places [2 B, 2] of the ends; the distinct rows' numbers [m]; their reconstructions [m, D]; and each one's
        share [m] of the ends, so that a weighted sum over rows is the mean over ends.
    """
    distinct, place, counts = torch.unique(ends, return_inverse=True, return_counts=True)
    encoded = network.encoder(rows[distinct])
    return encoded.index_select(0, place), distinct, network.decoder(encoded), counts / len(ends)


def one_pass(
    network: Autoencoder,
    optimiser: torch.optim.Optimizer,
    rows: Tensor,
    importance: Tensor,
    edges: tuple[Tensor, Tensor],
    reconstruction: float,
    generator: torch.Generator,
    penalty: Callable[[], Tensor] | None = None,
) -> float:
    """Visits every listed edge once, in random order.

    The loss of a batch is UMAP's cross entropy + reconstruction · mean over ends and units of
    importance · (x - x̂)² + penalty.

    Args:
        network: To train.
        optimiser: Of its weights.
        rows: float32 [n, D], as networks see them.
        importance: float32 [n, D], weights of the squared errors.
        edges: int64 heads and tails, an edge as often as it is to be visited.
        reconstruction: Weight of the reconstruction error.
        generator: Of the order and of the random pairs.
        penalty: Another term of the loss, or None.

    Returns:
        Mean loss of the batches.
    """
    heads, tails = edges
    total, steps = 0.0, 0
    for batch in torch.split(torch.randperm(len(heads), generator=generator), BATCH):
        ends = torch.cat([heads[batch], tails[batch]])
        places, distinct, decoded, share = edge_ends(network, rows, ends)
        error = (importance[distinct] * (rows[distinct] - decoded).square()).mean(1)
        loss = edge_loss(places[: len(batch)], places[len(batch) :], NEGATIVES, generator)
        loss = loss + reconstruction * (share * error).sum()
        if penalty is not None:
            loss = loss + penalty()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        total, steps = total + float(loss.detach()), steps + 1
    return total / max(1, steps)


class Patience:
    """Says when training has stopped to improve.

    Args:
        passes: Passes in a row that may bring no improvement.
        improvement: Least fall below the best mean loss so far that counts as one.
    """

    def __init__(self, passes: int, improvement: float) -> None:
        self._passes, self._improvement = passes, improvement
        self._best, self._waited = float("inf"), 0

    def over(self, loss: float) -> bool:
        """Whether to stop after a pass with this mean loss."""
        if loss < self._best - self._improvement:
            self._best, self._waited = loss, 0
        else:
            self._waited += 1
        return self._waited >= self._passes
