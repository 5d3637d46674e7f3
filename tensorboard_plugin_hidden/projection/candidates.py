"""Neighbours of very many samples: exact up to a size, approximate above it, and in the map by a tree."""

from __future__ import annotations

import importlib.util

import numpy as np
import torch
from scipy.spatial import cKDTree

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Neighbours, nearest

EXACT_ROWS = 20_000
"""Rows up to which exact neighbours are as cheap as approximate ones with the 25 s of compilation before the first.

On one core 20,000 x 512 take 5 CPU-s exactly and .5 approximately; 50,000 take 33 and 1.4.
"""

SPARE = 2
"""Exact neighbours searched, in units of those needed, so that enough of them are fitted rows."""

SPARE_APPROXIMATE = 1.5
"""The same for approximate ones, which cost more the more are asked for; what is short is made up from the next ring.

50,000 x 64: 5.1 CPU-s for twice as many, 3.1 to 3.8 for these. Of the fitted neighbours .997 are found on activations
of twelve dimensions, .95 on a structureless Gaussian of 64.
"""

RING = 4
"""Nearest neighbours whose own neighbours make the next ring."""

RING_ENTRIES = 16_000_000
"""Activations of rings held at once: 64 MB of float32."""


def neighbours_and_graph(
    activations: FloatArray, fitted: int, k: int, k_fitted: int, seed: int
) -> tuple[Neighbours, Neighbours]:
    """The nearest rows of every row, and the nearest fitted rows of every row.

    Above ``EXACT_ROWS`` they are found by nearest-neighbour descent where pynndescent is installed (Dong, Moses & Li
    2011; recall above .99 on activations), and exactly, in quadratic time, where it is not.

    Args:
        activations: float32 [N, D], the fitted rows first.
        fitted: How many of them are fitted.
        k: Neighbours among all rows.
        k_fitted: Neighbours among the fitted rows, below ``fitted``.
        seed: Of the approximate search.

    Returns:
        Both of all N rows, without any row itself.
    """
    points, most = torch.from_numpy(activations), len(activations) - 1
    exact = len(activations) <= EXACT_ROWS or importlib.util.find_spec("pynndescent") is None
    if exact:
        # The rows that are not fitted may lie anywhere: the mean that counts is that of the others.
        found = nearest(points, points, min(SPARE * max(k, k_fitted), most), same=True, centre=points[:fitted].mean(0))
    else:
        found = _descent(activations, min(round(SPARE_APPROXIMATE * max(k, k_fitted)), most), seed)
    onto, short = _among(found, fitted, k_fitted)
    if not exact and len(short):
        short = short[_from_next_ring(points, found, fitted, onto, short)]
    if len(short):
        again = nearest(points[short], points[:fitted], k_fitted + 1, same=False, centre=points[:fitted].mean(0))
        onto.indices[short], onto.distances[short] = _without_self(again, short, k_fitted)
    return Neighbours(found.indices[:, :k].contiguous(), found.distances[:, :k].contiguous()), onto


def _among(found: Neighbours, fitted: int, k: int) -> tuple[Neighbours, torch.Tensor]:
    """The k nearest of each row's neighbours that are fitted, and the rows which have fewer."""
    inside = found.indices < fitted
    order = torch.argsort((~inside).to(torch.uint8), dim=1, stable=True)[:, :k]
    onto = Neighbours(found.indices.gather(1, order), found.distances.gather(1, order))
    return onto, (inside.sum(1) < k).nonzero()[:, 0]


def _from_next_ring(
    points: torch.Tensor, found: Neighbours, fitted: int, onto: Neighbours, rows: torch.Tensor
) -> torch.Tensor:
    """Makes up the neighbours of rows [s] that have too few from those of their neighbours, in place.

    Returns:
        bool [s], rows that are short even so.
    """
    k, ring_size = onto.indices.shape[1], (RING + 1) * found.indices.shape[1]
    squares, short = points.square().sum(1), []
    for block in torch.split(rows, max(1, RING_ENTRIES // (ring_size * points.shape[1]))):
        near = found.indices[block]
        ring = torch.cat([near, found.indices[near[:, :RING]].flatten(1)], 1).sort(1).values
        barred = (ring >= fitted) | (ring == block[:, None])
        barred[:, 1:] |= ring[:, 1:] == ring[:, :-1]
        apart = torch.baddbmm(squares[ring][:, :, None], points[ring], points[block, :, None], alpha=-2)[:, :, 0]
        best = apart.masked_fill_(barred, torch.inf).topk(k, dim=1, largest=False)
        distances = best.values.add_(squares[block, None]).clamp_(min=0).sqrt_()
        onto.indices[block], onto.distances[block] = ring.gather(1, best.indices), distances
        short.append(distances[:, -1].isinf())
    return torch.cat(short)


def map_neighbours(places: FloatArray, k: int) -> tuple[FloatArray, torch.Tensor]:
    """The k nearest other places of every place, exactly, by a tree.

    Args:
        places: float32 [n, 2], finite.
        k: Below n.

    Returns:
        Distance to the k-th, float32 [n], and row numbers, int64 [n, k].
    """
    distances, indices = cKDTree(places).query(places, k + 1, workers=torch.get_num_threads())
    both = Neighbours(torch.from_numpy(indices), torch.from_numpy(distances.astype(np.float32)))
    rows, lengths = _without_self(both, torch.arange(len(places)), k)
    farthest: FloatArray = lengths[:, -1].numpy()
    return farthest, rows


def _descent(activations: FloatArray, k: int, seed: int) -> Neighbours:
    from pynndescent import NNDescent

    centred = activations - activations.mean(axis=0)
    index = NNDescent(centred, n_neighbors=k + 1, random_state=seed, n_jobs=1, low_memory=True)
    rows, distances = index.neighbor_graph
    both = Neighbours(torch.from_numpy(rows.astype(np.int64)), torch.from_numpy(distances.astype(np.float32)))
    indices, lengths = _without_self(both, torch.arange(len(activations)), k)
    return Neighbours(indices, lengths)


def _without_self(near: Neighbours, rows: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Drops each row's own number from its k + 1 neighbours, or the farthest where duplicates displaced it."""
    own = near.indices == rows[:, None]
    own[:, -1] |= ~own.any(1)
    shape = (len(rows), k)
    return near.indices[~own].view(shape), near.distances[~own].view(shape)
