"""What a layer makes of each task's samples, learned, forgotten or still to come: the numbers of continual learning.

Everything is measured among a task's own samples, so that what the others do changes nothing. Imports numpy and the
package's own measures only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.label_agreement import label_agreement
from tensorboard_plugin_hidden.geometry.linear_probe import probe_accuracy
from tensorboard_plugin_hidden.geometry.measures import ROUNDING
from tensorboard_plugin_hidden.geometry.scatter import gaps, scatter, separation
from tensorboard_plugin_hidden.geometry.similarity import Sample, linear_cka, procrustes_distance

NAMES = ("separation", "agreement", "probe_accuracy", "similarity", "drift", "gap")
"""What is measured of each task in a layer."""

MEASURED = 500
"""Samples of a task that are measured, the same at every snapshot.

The end of a task keeps that many activations of every layer, and work and memory for their pairs grow with the square.
"""

COMPARABLE = 3
"""Samples below which two snapshots are not compared: two points are always alike."""


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """A layer at the end of a task, with which later snapshots are compared.

    Attributes:
        rows: int32 [n], ascending, the finite ones of the task's samples that are measured; at most ``MEASURED``.
        sample: Their activations.
    """

    rows: IntArray
    sample: Sample


def end_of_task(activations: FloatArray, rows: IntArray) -> TaskEnd:
    """What is kept of a layer when a task is over; a copy.

    Args:
        activations: float32 [N, D], the whole probe.
        rows: int32, the task's samples; those of N and above are left out.
    """
    return TaskEnd(*_sampled(activations, _measured(rows, len(activations))))


def task_measures(
    activations: FloatArray, labels: IntArray | None, tasks: Mapping[str, IntArray], ends: Mapping[str, TaskEnd]
) -> dict[str, FloatArray]:
    """Measures every task's samples in one layer. Rows with NaN or infinities are left out.

    * ``separation``: log of the between- over the within-class scatter, see ``scatter.separation``,
    * ``agreement``: share of the nearest neighbours, within the task, that have the same label,
    * ``probe_accuracy``: of a linear classifier of one half on the other half, see ``linear_probe``,
    * ``similarity`` and ``drift``: linear CKA to, and Procrustes distance from, the end of the task, see
      ``similarity``; undefined while it is not over,
    * ``gap``: the smallest of ``scatter.gaps`` between two of the task's classes.

    Args:
        activations: float32 [N, D], the whole probe.
        labels: int32 [N], -1 for none; None: no sample has one, and only ``similarity`` and ``drift`` are defined.
        tasks: The K tasks' samples: row numbers; those of N and above are left out.
        ends: Of those that are over.

    Returns:
        For each of ``NAMES`` float32 [K], NaN where undefined.
    """
    result = {name: np.full(len(tasks), np.nan, np.float32) for name in NAMES}
    for place, (name, all_rows) in enumerate(tasks.items()):
        rows = _measured(all_rows, len(activations))
        finite, sample = _sampled(activations, rows)
        if len(finite) < 2:
            continue
        values: dict[str, float] = {}
        if labels is not None:
            values |= _classes(sample, labels[finite])
            values["probe_accuracy"] = probe_accuracy(activations[rows], labels[rows], rows)
        if name in ends:
            values |= _change(ends[name], TaskEnd(finite, sample))
        for measure, value in values.items():
            result[measure][place] = value
    return result


def _measured(rows: IntArray, count: int) -> IntArray:
    """Those of a task's samples that are measured, ascending: drawn once for a number of rows."""
    rows = np.unique(rows[(rows >= 0) & (rows < count)]).astype(np.int32)
    if len(rows) > MEASURED:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:MEASURED])
    return rows


def _sampled(activations: FloatArray, rows: IntArray) -> tuple[IntArray, Sample]:
    """The finite ones of some rows, and their activations centred and scaled; units that are the same for all are 0."""
    values = activations[rows].astype(np.float64)  # in which no sum of float32 overflows
    finite = np.isfinite(values).all(axis=1)
    values = values[finite]
    if len(values) and values.shape[1]:
        high, low = values.max(axis=0), values.min(axis=0)
        values -= values.mean(axis=0)
        values[:, high - low <= ROUNDING * np.maximum(np.abs(high), np.abs(low))] = 0
        largest = max(values.max(), -values.min())
        values /= largest if largest > 0 else 1
    return rows[finite], Sample.of(values.astype(np.float32))


def _classes(sample: Sample, labels: npt.NDArray[np.int32]) -> dict[str, float]:
    """What labels say: the classes are numbered anew, so that those of other tasks cost nothing."""
    names, numbers = np.unique(labels[labels >= 0], return_inverse=True)
    own = np.full(len(labels), -1, np.int32)
    own[labels >= 0] = numbers
    of = scatter(sample.points, own, len(names))
    between = gaps(of)
    known = between[~np.isnan(between)]
    values = {"separation": separation(of), "gap": float(known.min()) if len(known) else float("nan")}
    if sample.energy > 0 and len(names):
        agreement = label_agreement(sample.neighbours, own)
        agreement = agreement[~np.isnan(agreement)]
        values["agreement"] = float(agreement.mean()) if len(agreement) else float("nan")
    return values


def _change(end: TaskEnd, now: TaskEnd) -> dict[str, float]:
    """How much of the geometry of the samples that both know is left."""
    then, here = end.sample, now.sample
    if not np.array_equal(end.rows, now.rows):
        _, before, after = np.intersect1d(end.rows, now.rows, assume_unique=True, return_indices=True)
        then, here = Sample.of(then.points[before]), Sample.of(here.points[after])
    if len(here.points) < COMPARABLE:
        return {}
    return {"similarity": linear_cka(then, here), "drift": procrustes_distance(then, here)}
