"""The weighted graphs that DVI and TimeVis follow: among samples, to the decision boundary, and along time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours, fuzzy_edges, nearest, scales, united


def boundary_complex(activations: FloatArray, boundary: FloatArray, k: int) -> Edges:
    """DVI's boundary-wise complex: every sample and boundary point joined to its nearest boundary points.

    Args:
        activations: float32 [n, D].
        boundary: float32 [b, D].
        k: Boundary points that each is joined to; fewer when there are not so many.

    Returns:
        Fuzzy edges among n + b points, the boundary points last; none when b is below 2.
    """
    count = min(k, len(boundary) - 1)
    if count < 1:
        none = torch.empty(0, dtype=torch.int64)
        return Edges(none, none, torch.empty(0))
    samples, points = torch.from_numpy(activations), torch.from_numpy(boundary)
    near = [nearest(samples, points, count, same=False), nearest(points, points, count, same=True)]
    indices = torch.cat([part.indices for part in near]) + len(samples)
    return fuzzy_edges(Neighbours(indices, torch.cat([part.distances for part in near])))


def repeated(edges: Edges, passes: int) -> tuple[Tensor, Tensor]:
    """Edges listed as often as one round of training visits them: in proportion to their weight.

    An edge of weight w is listed ⌊passes · w / w_max⌋ times, so one below w_max / passes never. DVI's TensorFlow code
    takes umap-learn's ``make_epochs_per_sample``, w_max / w, for the number of repeats, which visits weak edges most;
    that is mended here.

    Args:
        edges: E of them, or none.
        passes: Visits to the heaviest edge.

    Returns:
        int64 heads and tails, each listed once for every visit.
    """
    if not len(edges.weight):
        return edges.head, edges.tail
    # Half an ulp of slack: the heaviest edge is visited ``passes`` times.
    times = (passes * edges.weight / edges.weight.max() + 1e-6).long()
    return edges.head.repeat_interleave(times), edges.tail.repeat_interleave(times)


def temporal_complex(
    activations: Sequence[FloatArray], rows: Sequence[IntArray], distances: Sequence[Tensor], k: int
) -> Edges:
    """TimeVis's temporal complex: every sample joined to those of its own copies at other steps that are most alike.

    The weight of a copy at distance d is exp(-max(0, d - rho) / sigma) with the scale that the sample has among its
    neighbours at its own step, so that a sample that moved far is hardly held; the two directions a, b of an edge are
    united as a + b - ab.

    Args:
        activations: float32 [n_t, D] of every step.
        rows: int32 [n_t], which samples they are.
        distances: float32 [n_t, j], of each row to its neighbours within the step.
        k: Copies that each is joined to; fewer when there are fewer other steps.

    Returns:
        Edges among all Σ n_t points, steps in order.
    """
    samples = np.unique(np.concatenate(list(rows)))
    steps, width = len(rows), activations[0].shape[1]
    where = torch.full((len(samples), steps), -1)
    copies = torch.full((len(samples), steps, width), torch.nan)
    starts = np.cumsum([0, *map(len, rows)])
    for step, (points, present) in enumerate(zip(activations, rows, strict=True)):
        place = torch.from_numpy(np.searchsorted(samples, present))
        where[place, step] = torch.arange(len(present)) + int(starts[step])
        copies[place, step] = torch.from_numpy(points)
    apart = torch.stack([(copies - copies[:, [step]]).square().sum(2).sqrt() for step in range(steps)], 1)
    apart.diagonal(dim1=1, dim2=2).fill_(torch.nan)
    between, order = apart.nan_to_num(nan=torch.inf).sort(2)
    between, order = between[:, :, :k], order[:, :, :k]
    rho, sigma = (torch.cat(parts) for parts in zip(*map(scales, distances), strict=True))
    heads = where[:, :, None].expand_as(order)
    tails = where.gather(1, order.flatten(1)).view_as(order)
    there = between.isfinite()
    heads, tails = heads[there], tails[there]
    weights = torch.exp(-(between[there] - rho[heads, 0]).clamp(min=0) / sigma[heads, 0])
    return united(heads, tails, weights, int(starts[-1]))
