"""Neighbours of very many samples: exact up to a size, approximate above it, and in the map by a tree."""

from __future__ import annotations

import importlib.util

import numpy as np
import torch
from scipy.spatial import cKDTree

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Neighbours, nearest, nearest_twice

EXACT_ROWS = 20_000
"""Rows up to which exact neighbours are as cheap as approximate ones with the 25 s of compilation before the first.

On one core 20,000 x 512 take 5 CPU-s exactly and .5 approximately; 50,000 take 33 and 1.4.
"""

SPARE = 2
"""Approximate neighbours asked for, in units of those needed, so that enough of them are fitted rows."""


def neighbours_and_graph(
    activations: FloatArray, fitted: int, k: int, k_fitted: int, seed: int
) -> tuple[Neighbours, Neighbours]:
    """The nearest rows of every row, and the nearest fitted rows of every fitted row.

    Above ``EXACT_ROWS`` they are found by nearest-neighbour descent where pynndescent is installed (Dong, Moses & Li
    2011; recall above .99 on activations), and exactly, in quadratic time, where it is not.

    Args:
        activations: float32 [N, D], the fitted rows first.
        fitted: How many of them are fitted.
        k: Neighbours among all rows.
        k_fitted: Neighbours among the fitted rows, below ``fitted``.
        seed: Of the approximate search.

    Returns:
        Both, without any row itself.
    """
    points = torch.from_numpy(activations)
    if len(activations) <= EXACT_ROWS or importlib.util.find_spec("pynndescent") is None:
        return nearest_twice(points, fitted, k, k_fitted)
    found = _descent(activations, SPARE * max(k, k_fitted), seed)
    graph = Neighbours(found.indices[:fitted], found.distances[:fitted])
    inside = graph.indices < fitted
    order = torch.argsort((~inside).to(torch.uint8), dim=1, stable=True)[:, :k_fitted]
    indices, distances = graph.indices.gather(1, order), graph.distances.gather(1, order)
    short = (inside.sum(1) < k_fitted).nonzero()[:, 0]
    if len(short):
        exact = nearest(points[short], points[:fitted], k_fitted + 1, same=False)
        indices[short], distances[short] = _without_self(exact, short, k_fitted)
    return Neighbours(found.indices[:, :k].contiguous(), found.distances[:, :k].contiguous()), Neighbours(
        indices, distances
    )


def nearest_fitted(activations: FloatArray, fitted: FloatArray, k: int, seed: int) -> Neighbours:
    """The k nearest fitted rows of rows that were not fitted; approximate where both are very many.

    Args:
        activations: float32 [m, D].
        fitted: float32 [n, D].
        k: At most n.
        seed: Of the approximate search.

    Returns:
        Indices and distances, [m, k].
    """
    exact = len(activations) * len(fitted) <= EXACT_ROWS**2
    if exact or importlib.util.find_spec("pynndescent") is None:
        return nearest(torch.from_numpy(activations), torch.from_numpy(fitted), k, same=False)
    from pynndescent import NNDescent

    middle = fitted.mean(axis=0)
    index = NNDescent(fitted - middle, n_neighbors=k + 1, random_state=seed, n_jobs=1, low_memory=True)
    rows, distances = index.query(activations - middle, k=k)
    return Neighbours(torch.from_numpy(rows.astype(np.int64)), torch.from_numpy(distances.astype(np.float32)))


def map_neighbours(places: FloatArray, k: int) -> tuple[FloatArray, torch.Tensor]:
    """The k nearest other places of every place, exactly, by a tree.

    Args:
        places: float32 [n, 2], finite.
        k: Below n.

    Returns:
        Distance to the k-th, float32 [n], and row numbers, int64 [n, k].
    """
    distances, indices = cKDTree(places).query(places, k + 1)
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
