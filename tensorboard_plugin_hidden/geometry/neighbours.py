"""Exact nearest neighbours in numpy, a block of rows at a time, so that every measure counts the same neighbours.

A point is never its own neighbour, not even among its duplicates: counting it would give every map one
right answer for free. Imports numpy and the package's errors only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

BLOCK_ENTRIES = 400_000
"""Distances held at once: 1.6 MB of float32, which stays in a core's cache."""


def squared_distances(points: FloatArray, others: FloatArray) -> FloatArray:
    """Squared Euclidean distances between two sets, as |a|² + |b|² - 2 a·b.

    Args:
        points: float32 [M, D]. Centre both sets on one point first when they lie far from the origin:
            the subtraction loses what the offset adds.
        others: float32 [N, D].

    Returns:
        float32 [M, N], never negative.
    """
    if points.shape[1] <= 3:
        # In the plane the differences themselves are as cheap as the product, and exact.
        result = np.zeros((len(points), len(others)), np.float32)
        for axis in range(points.shape[1]):
            difference = points[:, axis, None] - others[None, :, axis]
            result += difference * difference
        return result
    result = points @ others.T
    result *= -2
    result += np.einsum("nd,nd->n", points, points)[:, None]
    result += np.einsum("nd,nd->n", others, others)[None, :]
    return np.maximum(result, 0, out=result)


def distance_blocks(points: FloatArray, rows: npt.NDArray[np.intp]) -> Iterator[tuple[slice, FloatArray]]:
    """Squared distances from chosen rows to all points, with a row's distance to itself set to infinity.

    Args:
        points: float32 [N, D].
        rows: int [M], the rows to measure from.

    Yields:
        A slice of ``rows`` and float32 [block, N].
    """
    centred = points - points.mean(axis=0, dtype=np.float64).astype(np.float32)
    block = max(1, BLOCK_ENTRIES // max(1, len(points)))
    for start in range(0, len(rows), block):
        chosen = rows[start : start + block]
        distances = squared_distances(centred[chosen], centred)
        distances[np.arange(len(chosen)), chosen] = np.inf
        yield slice(start, start + len(chosen)), distances


def claimed_blocks(
    points: FloatArray, rows: npt.NDArray[np.intp], others: npt.NDArray[np.intp], neighbours: IntArray
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Squared distances from chosen rows to other rows, and to the neighbours that are claimed for them.

    Args:
        points: float32 [N, D].
        rows: int [M], the rows to measure from.
        others: int [J], ascending, the rows to measure to; a row's distance to itself is infinite.
        neighbours: int32 [N, k].

    Yields:
        A slice of ``rows``, float32 [block, J] and float32 [block, k].
    """
    middle = points.mean(axis=0, dtype=np.float64).astype(np.float32)
    there = points[others] - middle
    block = max(1, BLOCK_ENTRIES // len(others))
    for start in range(0, len(rows), block):
        chosen = rows[start : start + block]
        here, near = points[chosen] - middle, neighbours[chosen]
        distances = squared_distances(here, there)
        place = np.minimum(np.searchsorted(others, near), len(others) - 1)
        claimed = np.take_along_axis(distances, place, axis=1)
        # Those that are measured anyway are taken as they are, so that none is nearer than itself.
        missing = others[place] != near
        apart = points[near[missing]] - points[chosen[missing.nonzero()[0]]]
        claimed[missing] = np.einsum("nd,nd->n", apart, apart)
        own = np.minimum(np.searchsorted(others, chosen), len(others) - 1)
        itself = np.flatnonzero(others[own] == chosen)
        distances[itself, own[itself]] = np.inf
        yield slice(start, start + len(chosen)), distances, claimed


def smallest(distances: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """The k smallest entries of each row, in ascending order; equal ones by column.

    Args:
        distances: float32 [M, N].
        k: How many, at most N.

    Returns:
        Columns, int32 [M, k], and their values, float32 [M, k].
    """
    columns = np.argpartition(distances, k - 1, axis=1)[:, :k] if k < distances.shape[1] else None
    if columns is None:
        columns = np.tile(np.arange(distances.shape[1]), (len(distances), 1))
    columns.sort(axis=1)
    values = np.take_along_axis(distances, columns, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    chosen = np.take_along_axis(columns, order, axis=1).astype(np.int32)
    return chosen, np.take_along_axis(values, order, axis=1)


def knn(points: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """The k nearest other points of every point.

    Args:
        points: float32 [N, D], finite.
        k: Neighbours wanted, 1 ≤ k ≤ N - 1.

    Returns:
        Row numbers, int32 [N, k], nearest first, and Euclidean distances, float32 [N, k].

    Raises:
        HiddenError: k is not between 1 and N - 1.

    >>> knn(np.array([[0.0], [1.0], [3.0]], np.float32), 1)[0].tolist()
    [[1], [0], [1]]
    """
    if not 1 <= k < len(points):
        raise HiddenError(
            "there are not as many neighbours",
            expected=f"1 to {len(points) - 1} neighbours for {len(points)} points",
            got=str(k),
            fix="Ask for fewer neighbours or give more points.",
        )
    neighbours = np.empty((len(points), k), np.int32)
    distances = np.empty((len(points), k), np.float32)
    for rows, block in distance_blocks(points, np.arange(len(points))):
        neighbours[rows], distances[rows] = smallest(block, k)
    return neighbours, np.sqrt(distances, out=distances)


def overlap(first: IntArray, second: IntArray) -> FloatArray:
    """Share of each row's neighbours that both lists name.

    Args:
        first: int32 [N, k]; negative entries count as no neighbour.
        second: int32 [N, j].

    Returns:
        float32 [N] in [0, 1], in units of the longer list's length.
    """
    common = np.zeros(len(first), np.float32)
    for column in range(second.shape[1]):
        wanted = second[:, column, None]
        common += ((first == wanted) & (wanted >= 0)).any(axis=1)
    return common / np.float32(max(first.shape[1], second.shape[1]))
