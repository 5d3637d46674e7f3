"""The neighbour graph that a layout follows: exact neighbours in torch, and UMAP's fuzzy weights on them.

The exact neighbours repeat ``geometry.neighbours`` on torch because its top-k is several times faster there, and
every frame waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK_ENTRIES = 1_600_000
"""Distances held at once, 6.4 MB of float32: smaller blocks read the candidates from memory more often."""

LEAST_ROWS = 64
"""Fewest rows of a block: below, reading the candidates takes longer than multiplying by them."""

BISECTIONS = 24
"""Halvings that find a bandwidth, to a ten-millionth of where they start."""

LEAST_BANDWIDTH = 1e-3
"""Smallest bandwidth, as a share of the mean neighbour distance: keeps weights finite among duplicates."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Each row's nearest candidates, nearest first, never the row itself.

    Attributes:
        indices: int64 [M, k], row numbers among the candidates.
        distances: float32 [M, k], Euclidean.
    """

    indices: Tensor
    distances: Tensor

    def first(self, k: int) -> Neighbours:
        """The k nearest of each row, at most as many as there are."""
        return Neighbours(self.indices[:, :k], self.distances[:, :k])


@dataclass(frozen=True, slots=True)
class Edges:
    """A symmetric weighted graph: every edge is listed in both directions, sorted by head.

    Attributes:
        head: int64 [E].
        tail: int64 [E].
        weight: float32 [E] in (0, 1].
    """

    head: Tensor
    tail: Tensor
    weight: Tensor


def nearest(points: Tensor, candidates: Tensor, k: int, same: bool, centre: Tensor | None = None) -> Neighbours:
    """The k nearest candidates of every point, exact.

    Args:
        points: float32 [M, D].
        candidates: float32 [N, D].
        k: At most N, or N - 1 when the points are the candidates.
        same: The points are the candidates, in the same order: row i is not its own neighbour.
        centre: float32 [D], where most candidates are; default their mean.

    Returns:
        Indices and distances.
    """
    # |a|² + |b|² - 2ab loses what an offset common to both adds.
    middle = candidates.mean(0) if centre is None else centre
    points, candidates = points - middle, candidates - middle
    squares = candidates.square().sum(1)
    indices, distances = [], []
    for start, block in _blocks(points, max(LEAST_ROWS, BLOCK_ENTRIES // len(candidates))):
        apart, own = _relative(block, candidates, squares)
        if same:
            apart.diagonal(start).fill_(torch.inf)
        found = apart.topk(k, dim=1, largest=False)
        indices.append(found.indices)
        distances.append(found.values.add_(own).clamp_(min=0).sqrt_())
    return Neighbours(torch.cat(indices), torch.cat(distances))


def _blocks(points: Tensor, rows: int) -> Iterator[tuple[int, Tensor]]:
    for start in range(0, len(points), rows):
        yield start, points[start : start + rows]


def _relative(points: Tensor, others: Tensor, squares: Tensor) -> tuple[Tensor, Tensor]:
    """Squared distances [m, n] less a number of each row, and that number [m, 1], given |others|² as [n].

    A row's own |a|² changes nothing about who is nearest, and is added to the few that are. In the plane the
    differences are taken themselves: cheap there, and exact for close pairs far from the origin.
    """
    if points.shape[1] == 2:
        horizontal = points[:, 0, None] - others[None, :, 0]
        vertical = points[:, 1, None] - others[None, :, 1]
        return horizontal.square_().add_(vertical.square_()), points.new_zeros(len(points), 1)
    return torch.addmm(squares, points, others.T, alpha=-2), points.square().sum(1, keepdim=True)


def membership(neighbours: Neighbours) -> Tensor:
    """UMAP's weight of each neighbour, w_ij = exp(-max(0, d_ij - rho_i) / sigma_i) (McInnes et al. 2018, algorithm 3).

    rho_i is the distance to the nearest neighbour that is not a duplicate; sigma_i makes a row's weights sum to log2 k.

    Args:
        neighbours: Indices and distances [M, k].

    Returns:
        float32 [M, k] in [0, 1].
    """
    rho, sigma = scales(neighbours.distances)
    return torch.exp(-(neighbours.distances - rho).clamp_(min=0) / sigma)


def fuzzy_edges(neighbours: Neighbours) -> Edges:
    """UMAP's fuzzy simplicial set: an edge's two directions a, b united as a + b - ab (McInnes et al. 2018, alg. 2).

    Args:
        neighbours: Indices and distances [N, k] of N rows among themselves.

    Returns:
        Every edge in both directions.
    """
    indices = neighbours.indices
    count, k = indices.shape
    weights = membership(neighbours)
    heads = torch.arange(count, device=indices.device).repeat_interleave(k)
    tails = indices.reshape(-1)
    return united(heads, tails, weights.reshape(-1), count)


def united(heads: Tensor, tails: Tensor, weights: Tensor, count: int) -> Edges:
    """Directed weights among ``count`` points made symmetric: a and b of the two directions become a + b - ab.

    Args:
        heads: int64 [E].
        tails: int64 [E].
        weights: float32 [E], one for each pair of ends.
        count: Points.

    Returns:
        Every edge in both directions.
    """
    keys, place = torch.unique(torch.cat([heads * count + tails, tails * count + heads]), return_inverse=True)
    outgoing = weights.new_zeros(len(keys)).index_add_(0, place[: len(heads)], weights)
    incoming = weights.new_zeros(len(keys)).index_add_(0, place[len(heads) :], weights)
    return Edges(keys // count, keys % count, outgoing + incoming - outgoing * incoming)


def scales(distances: Tensor) -> tuple[Tensor, Tensor]:
    """The rho and sigma of each row of distances [N, k], float32 [N, 1] each, see ``membership``."""
    rho = distances.masked_fill(distances == 0, torch.inf).amin(1, keepdim=True)
    rho = torch.where(rho.isfinite(), rho, torch.zeros_like(rho))
    return rho, _bandwidths((distances - rho).clamp_(min=0), distances)


def _bandwidths(excess: Tensor, distances: Tensor) -> Tensor:
    """The sigma of each row of excess distances [N, k] at which exp(-excess / sigma) sums to log2 k, by bisection."""
    target = torch.log2(torch.tensor(float(max(2, excess.shape[1])), device=excess.device))
    low = torch.zeros_like(excess[:, :1])
    high = distances.amax(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny) * excess.shape[1]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        too_wide = torch.exp(-excess / middle).sum(1, keepdim=True) > target
        low, high = torch.where(too_wide, low, middle), torch.where(too_wide, middle, high)
    mean = distances.mean(1, keepdim=True)
    floor = LEAST_BANDWIDTH * torch.where(mean > 0, mean, distances.mean())
    return high.maximum(floor).clamp(min=torch.finfo(torch.float32).tiny)
