"""Orders of rows and columns in which what is alike is adjacent, computed and the same every time.

DeepTracker orders images by one-dimensional scaling of cosine distances, below 520 of them, and the columns of its
matrix by a list written by hand. Imports numpy and scipy only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.leaf_order import shortest_leaf_order

Order = npt.NDArray[np.int64]

LEAVES = 500
"""Different rows up to which leaves are ordered, which takes 0.4 s of CPU time; 1.3 s at 1,000."""

_BLOCK = 4096
"""Rows held in float64 at once."""


def similarity_order(history: npt.NDArray[Any]) -> Order:
    """Order of samples by likeness of their histories, for any number of them.

    Each history becomes a vector of 1 (right), -1 (wrong) and 0 (not seen) of length 1, so that products are cosines,
    and samples are sorted by their first principal component. That is one-dimensional classical scaling (Torgerson
    1952) of the distances √(2 - 2 cos), without the matrix of all pairs (Gower 1966): 50,000 samples need no more
    memory than their histories.

    Args:
        history: bool, or int with negative for not seen, [snapshots, samples]; as of ``correctness``.

    Returns:
        int64 [samples], a permutation: those who are right most often last. Equal histories are adjacent, in the order
        they came in.

    Raises:
        HiddenError: ``history`` is no matrix.

    >>> similarity_order(np.array([[1, 0, 1, 0], [1, 0, 1, 1], [1, 0, 1, 0]])).tolist()
    [1, 3, 0, 2]
    """
    _check(history)
    states = np.where(history.T < 0, np.int8(0), np.where(history.T > 0, np.int8(1), np.int8(-1)))
    distinct, group, sizes = _distinct(states)
    return _by_group(_oriented(_first_component(distinct, sizes), distinct.sum(axis=1, dtype=np.int64)), group)


def seriation(rows: npt.NDArray[np.floating]) -> Order:
    """Order of the rows of a small matrix: neighbours are alike, and so are neighbours' neighbours.

    Up to 500 different rows: average linkage on distances √(2 - 2 cos), leaves ordered so that the sum over adjacent
    pairs is the smallest that the tree allows (Bar-Joseph, Gifford & Jaakkola 2001). Above: the first principal
    component of the rows at length 1, as in ``similarity_order``.

    Args:
        rows: float [N, D]; NaN are taken as 0.

    Returns:
        int64 [N], a permutation: of its two directions the one with the larger rows last. Equal rows are adjacent, in
        the order they came in.

    Raises:
        HiddenError: ``rows`` is no matrix.
    """
    _check(rows)
    # Adding 0 makes one zero of the two, which are different bytes.
    distinct, group, sizes = _distinct(np.nan_to_num(rows.astype(np.float64)) + 0.0)
    if 2 < len(distinct) <= LEAVES:
        unit = _unit(distinct)
        cosine = np.clip(unit @ unit.T, -1, 1)
        distances = np.sqrt(2 - 2 * cosine)
        np.fill_diagonal(distances, 0)
        leaves = shortest_leaf_order(linkage(squareform(distances, checks=False), "average"), distances)
        place = np.empty(len(distinct))
        place[leaves] = np.arange(len(distinct))
    else:
        place = _first_component(distinct, sizes)
    return _by_group(_oriented(place, distinct.sum(axis=1)), group)


def matrix_order(matrix: npt.NDArray[np.floating]) -> tuple[Order, Order]:
    """Seriation of a matrix's rows and of its columns, such as layers against classes.

    Args:
        matrix: float [R, C].

    Returns:
        int64 [R] and int64 [C], permutations.
    """
    return seriation(matrix), seriation(matrix.T)


def _check(rows: npt.NDArray[Any]) -> None:
    if rows.ndim != 2:
        raise HiddenError(
            "only the rows of a matrix have an order",
            expected="two dimensions",
            got=f"shape {rows.shape}",
            fix="Stack the rows.",
        )


def _distinct(rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Different rows in order of first appearance, which of them each row is, and how often each is there."""
    if not rows.size:
        return rows[: min(1, len(rows))], np.zeros(len(rows), np.int64), np.array([len(rows)][: len(rows)])
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, group, sizes = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    appearance = np.argsort(first, kind="stable")
    rank = np.empty_like(appearance)
    rank[appearance] = np.arange(len(appearance))
    return rows[first[appearance]], rank[group], sizes[appearance]


def _unit(rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Rows at length 1; rows of zeros stay."""
    values = rows.astype(np.float64)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    np.divide(values, length, out=values, where=length > 0)
    return values


def _first_component(rows: npt.NDArray[Any], weights: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """First principal component of rows at length 1, each counted ``weights`` times; its coordinates."""
    if not rows.size:
        return np.zeros(len(rows))
    share = weights / weights.sum()
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(rows), _BLOCK)]
    mean = np.sum([share[block] @ _unit(rows[block]) for block in blocks], axis=0)
    if len(rows) <= rows.shape[1]:
        # Of fewer rows than columns the products of rows are the smaller matrix, with the same first component.
        centred = (_unit(rows) - mean) * np.sqrt(share)[:, None]
        values, vectors = np.linalg.eigh(centred @ centred.T)
        axis = vectors[:, -1] @ centred / np.sqrt(max(values[-1], 1e-300))
    else:
        second = np.zeros((rows.shape[1], rows.shape[1]))
        for block in blocks:
            # float32 is enough for an order, and halves the work.
            scaled = (_unit(rows[block]) * np.sqrt(share[block])[:, None]).astype(np.float32)
            second += scaled.T @ scaled
        axis = np.linalg.eigh(second - np.outer(mean, mean))[1][:, -1]
    return np.concatenate([(_unit(rows[block]) - mean) @ axis for block in blocks])


def _oriented(place: npt.NDArray[np.float64], size: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Places in the direction in which sizes grow; where they do not, in the direction of the rows' numbers."""
    if not len(place):
        return place
    for along in (size.astype(np.float64), np.arange(len(place), dtype=np.float64)):
        slope = (place - place.mean()) @ (along - along.mean())
        if abs(slope) > 1e-9 * len(place) * max(1.0, float(np.ptp(place)) * float(np.ptp(along))):
            return place if slope > 0 else -place
    return place


def _by_group(place: npt.NDArray[np.float64], group: npt.NDArray[np.int64]) -> Order:
    """Rows by the place of their group; groups at one place stay whole, in order of first appearance."""
    rank = np.empty(len(place), np.int64)
    rank[np.argsort(place, kind="stable")] = np.arange(len(place))
    return np.argsort(rank[group], kind="stable")
