"""Which filters change abnormally when which classes' images flip: DeepTracker's matrices, each cell with its p-value.

A cell of the published matrices says that two things happened together; with ten filters marked at every iteration,
some always do. Here each also says how often as much happens when the classes' anomaly iterations are shifted in time.

What is tested is the number of marks: pairs of an anomaly iteration of the class and a filter that is anomalous at it.
The published number, distinct filters, is shown but not tested: in a layer of few filters it is soon all of them.

**The null** shifts all classes' anomalies by one random number of snapshots, around the end. That keeps how many
anomalies a class has, how they come in bursts, and which classes have theirs together, and for the filters everything;
only what falls on what is left to chance. Shuffling the iterations would break the bursts: a class with ten anomalies
in a row has met one burst of a filter by chance, not ten times, and p-values come out far too small. A shift cannot
tell apart what two series share as a trend, such as both being busiest at the start.
Imports numpy and scipy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import BoolArray, IntArray
from tensorboard_plugin_hidden.training_log.significance import adjusted

LEAST_WEIGHT = 4
"""Mini-sets below are left out: the published threshold of the flat matrix; the cube has 2."""

LEAST_ANOMALIES = 2
"""Classes with fewer anomaly iterations are left out, as published."""

_SHIFTS = 999
"""Shifts of the null where the log is longer than that: the smallest p is .001."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Layers against classes.

    Attributes:
        count: int64 [layers, classes], distinct filters of the layer that are anomalous at one of the class's anomaly
            iterations.
        marks: int64 [layers, classes], sum over the class's anomaly iterations of the layer's anomalous filters.
        p: float64 [layers, classes], share of shifts with at least as many marks.
        q: float64 [layers, classes], p adjusted for asking all layers of a class at once.
    """

    count: npt.NDArray[np.int64]
    marks: npt.NDArray[np.int64]
    p: npt.NDArray[np.float64]
    q: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MiniSet:
    """Filters of one layer that are anomalous at the very same (class, iteration) cells.

    Attributes:
        layer: Their layer.
        filters: int32, ascending.
        iterations: int32, those of the cells, ascending; at each the cells are all classes with an anomaly.
        weight: Number of cells times number of filters.
    """

    layer: int
    filters: IntArray
    iterations: IntArray
    weight: int


@dataclass(frozen=True, slots=True)
class Detail:
    """Mini-sets against classes.

    Attributes:
        sets: The rows, in order of (layer, first filter).
        count: int64 [sets, classes], anomaly iterations of the class at which the set is anomalous: its marks.
        p: float64 [sets, classes], share of shifts with at least that many.
        q: float64 [sets, classes], p adjusted for asking all sets of a class at once.
    """

    sets: list[MiniSet]
    count: npt.NDArray[np.int64]
    p: npt.NDArray[np.float64]
    q: npt.NDArray[np.float64]


def kept_classes(anomalies: BoolArray) -> IntArray:
    """Classes with at least two anomaly iterations, ascending, int32.

    Args:
        anomalies: bool [iterations, classes].
    """
    return np.flatnonzero(anomalies.sum(axis=0) >= LEAST_ANOMALIES).astype(np.int32)


def mini_sets(
    anomalies: BoolArray,
    members: BoolArray,
    layers: npt.NDArray[np.integer],
    least_weight: int = LEAST_WEIGHT,
) -> list[MiniSet]:
    """Group a layer's filters by identical membership over all (class, iteration) cells.

    The published procedure refines a partition cell by cell; its result are the atoms of the family of sets, which are
    the groups of equal signature. A filter's membership in a cell depends on the iteration alone, so signatures are
    over the iterations at which any class has an anomaly.

    Args:
        anomalies: bool [iterations, classes], anomaly iterations of each class.
        members: bool [iterations, filters], which filters are anomalous, by either rule of ``filters``.
        layers: int [filters], each filter's layer.
        least_weight: Sets of a smaller weight are dropped.

    Returns:
        In order of (layer, first filter). Layers without a set are absent.

    Raises:
        HiddenError: The shapes do not match.
    """
    _check(anomalies, members, layers)
    cells = anomalies.sum(axis=1)
    relevant = np.flatnonzero(cells)
    signatures = np.packbits(members[relevant], axis=0)
    used = np.flatnonzero(signatures.any(axis=0))
    if not len(used):
        return []
    _, group = np.unique(signatures[:, used], axis=1, return_inverse=True)
    order = np.lexsort((used, group.ravel(), layers[used]))
    layer, group = layers[used[order]], group.ravel()[order]
    found = []
    for filters in np.split(used[order], np.flatnonzero((np.diff(layer) != 0) | (np.diff(group) != 0)) + 1):
        iterations = relevant[members[relevant, filters[0]]]
        weight = int(cells[iterations].sum()) * len(filters)
        if weight >= least_weight:
            one = MiniSet(int(layers[filters[0]]), filters.astype(np.int32), iterations.astype(np.int32), weight)
            found.append(one)
    return sorted(found, key=_place)


def overview(
    anomalies: BoolArray, members: BoolArray, layers: npt.NDArray[np.integer], layer_count: int, *, seed: int = 0
) -> Overview:
    """The matrix of layers and classes, with the null of shifts.

    Args:
        anomalies: bool [iterations, classes].
        members: bool [iterations, filters].
        layers: int [filters], each in [0, ``layer_count``).
        layer_count: Number of layers.
        seed: Of the shifts, where the log is longer than 1,000 iterations; shorter ones try all.

    Raises:
        HiddenError: The shapes do not match.
    """
    _check(anomalies, members, layers)
    used = np.flatnonzero(members.any(axis=0))
    of_layer = sparse.csr_array(
        (np.ones(len(used), np.int64), (np.arange(len(used)), layers[used])), (len(used), layer_count)
    )
    filters = sparse.csr_array(members[:, used].astype(np.int64))
    together = filters.T @ sparse.csr_array(anomalies.astype(np.int64))
    together.data[:] = 1  # distinct filters: how often does not matter
    return Overview((of_layer.T @ together).toarray(), *_marks(filters @ of_layer, anomalies, seed))


def detail(
    anomalies: BoolArray,
    members: BoolArray,
    layers: npt.NDArray[np.integer],
    least_weight: int = LEAST_WEIGHT,
    *,
    most: int | None = None,
    seed: int = 0,
) -> Detail:
    """The matrix of mini-sets and classes, with the null of shifts.

    Sets are those of the log as it is: a p-value says whether this set goes with this class, given that the set is
    looked at. A set's own series, over all iterations, is where all its filters are anomalous.

    Args:
        anomalies: bool [iterations, classes].
        members: bool [iterations, filters].
        layers: int [filters].
        least_weight: As for ``mini_sets``.
        most: How many sets, at most: the heaviest, of equal ones the first by (layer, first filter). None: all.
        seed: As for ``overview``.

    Raises:
        HiddenError: The shapes do not match.
    """
    heaviest = sorted(mini_sets(anomalies, members, layers, least_weight), key=lambda one: -one.weight)[:most]
    sets = sorted(heaviest, key=_place)
    series = np.zeros((len(sets), len(members)), bool)
    for row, one in zip(series, sets, strict=True):
        row[:] = members[:, one.filters].all(axis=1)
    return Detail(sets, *_marks(sparse.csr_array(series.T.astype(np.int64)), anomalies, seed))


def _place(one: MiniSet) -> tuple[int, int]:
    return one.layer, int(one.filters[0])


def _marks(
    rows: Any, anomalies: BoolArray, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Marks, p and q of rows int64 [iterations, R], sparse: p = (1 + #{shifts with at least as many}) / (1 + #shifts).

    Shifts are by 1 to T - 1; q is within each class. Over all cells at once no p of at least 1 / T could stand out.
    """
    iterations = rows.shape[0]
    observed = (sparse.csr_array(anomalies.T.astype(np.int64)) @ rows).tocsr()
    shifts = np.arange(1, max(1, iterations))
    if len(shifts) > _SHIFTS:
        shifts = np.random.default_rng(seed).choice(shifts, _SHIFTS, replace=False)
    dense = rows.toarray().astype(np.int32)
    p = np.ones(observed.shape)
    for one, at in enumerate(map(np.flatnonzero, anomalies.T)):
        entries = slice(observed.indptr[one], observed.indptr[one + 1])
        # Every shift reaches 0 marks, so that only cells with marks have to be counted: few of many.
        place, marks = observed.indices[entries], observed.data[entries]
        if not len(place):
            continue
        twice = np.tile(dense[:, place], (2, 1))
        shifted = np.zeros((iterations, len(place)), np.int64)
        for start in at.tolist():
            shifted += twice[start : start + iterations]
        p[one, place] = (1 + (shifted[shifts] >= marks).sum(axis=0)) / (1 + len(shifts))
    q = np.array([adjusted(row) for row in p]).reshape(p.shape)
    return observed.toarray().T, p.T, q.T


def _check(anomalies: BoolArray, members: BoolArray, layers: npt.NDArray[np.integer]) -> None:
    shapes = (anomalies.shape, members.shape, layers.shape)
    if (anomalies.ndim, members.ndim) != (2, 2) or len(anomalies) != len(members) or shapes[2] != shapes[1][1:]:
        raise HiddenError(
            "classes and filters do not match",
            expected="anomalies [iterations, classes], members [iterations, filters], layers [filters]",
            got=f"{shapes[0]}, {shapes[1]}, {shapes[2]}",
            fix="Take both at the same iterations, and pass the layer of each filter.",
        )
