"""Health records as arrays, and those of a layer over all steps as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.alerts import HealthRecord
from tensorboard_plugin_hidden.format.schema import Record
from tensorboard_plugin_hidden.format.snapshot import FloatArray

CLASS, TASK = "class.", "task."
"""Names of arrays with one number for each class, and for each task, begin with these."""

GAP = "gap"
"""The array with one number for each two classes."""


@dataclass(frozen=True, slots=True)
class HealthLog:
    """What was measured of one layer over T steps; not-a-number where it was not.

    Attributes:
        steps: int64 [T], ascending.
        measures: By name, float32 [T].
        rates: float32 [T], the learning rate.
        classes: By name, float32 [T, C].
        gaps: float32 [T, C, C]; None where no step has any.
        tasks: Names of the K tasks, in order of first appearance.
        task_measures: By name, float32 [T, K].
    """

    steps: npt.NDArray[np.int64]
    measures: Mapping[str, FloatArray]
    rates: FloatArray
    classes: Mapping[str, FloatArray]
    gaps: FloatArray | None
    tasks: tuple[str, ...]
    task_measures: Mapping[str, FloatArray]


def encode_health(
    classes: Mapping[str, FloatArray], gaps: FloatArray | None, tasks: Mapping[str, FloatArray]
) -> dict[str, npt.NDArray[Any]]:
    """The payload of a health record.

    Args:
        classes: By name, float [C].
        gaps: float [C, C], or None.
        tasks: By name, float [K].

    >>> sorted(encode_health({"accuracy": np.ones(3)}, None, {"gap": np.ones(2)}))
    ['class.accuracy', 'task.gap']
    """
    arrays = {CLASS + name: values for name, values in classes.items()}
    arrays |= {TASK + name: values for name, values in tasks.items()}
    if gaps is not None:
        arrays[GAP] = gaps
    return {name: np.asarray(values, np.float32) for name, values in arrays.items()}


def read_health(
    records: Sequence[Record], payloads: Sequence[Mapping[str, npt.NDArray[Any]]] | None = None
) -> HealthLog:
    """The columns of one layer.

    Args:
        records: Its health records that count, as ``History.health`` has them.
        payloads: The arrays of each; None where only ``measures`` and ``rates`` are wanted.

    Returns:
        Columns over all of ``records``.
    """
    bodies = [record.body for record in records if isinstance(record.body, HealthRecord)]
    arrays = [{}] * len(bodies) if payloads is None else payloads
    names = dict.fromkeys(name for body in bodies for name in body.measures)
    measures = {name: _column([body.measures.get(name) for body in bodies]) for name in names}
    tasks = tuple(dict.fromkeys(name for body in bodies for name in body.tasks))
    gaps = _stacked([payload.get(GAP) for payload in arrays])
    return HealthLog(
        steps=np.array([body.step for body in bodies], np.int64),
        measures=measures,
        rates=_column([body.rate for body in bodies]),
        classes={
            name.removeprefix(CLASS): values
            for name in _names(arrays, CLASS)
            if (values := _stacked([payload.get(name) for payload in arrays])) is not None
        },
        gaps=gaps,
        tasks=tasks,
        task_measures={
            name.removeprefix(TASK): _by_task(bodies, [payload.get(name) for payload in arrays], tasks)
            for name in _names(arrays, TASK)
        },
    )


def _names(payloads: Sequence[Mapping[str, npt.NDArray[Any]]], prefix: str) -> list[str]:
    return list(dict.fromkeys(name for payload in payloads for name in payload if name.startswith(prefix)))


def _column(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _stacked(rows: Sequence[npt.NDArray[Any] | None]) -> FloatArray | None:
    """Rows of the newest shape; the number of classes may have changed with the probe."""
    shape = next((row.shape for row in reversed(rows) if row is not None), None)
    if shape is None:
        return None
    table = np.full((len(rows), *shape), np.nan, np.float32)
    for place, row in zip(table, rows, strict=True):
        if row is not None and row.shape == shape:
            place[...] = row
    return table


def _by_task(
    bodies: Sequence[HealthRecord], rows: Sequence[npt.NDArray[Any] | None], tasks: tuple[str, ...]
) -> FloatArray:
    """Tasks may join at any step, so that each row has an order of its own."""
    table = np.full((len(rows), len(tasks)), np.nan, np.float32)
    for place, body, row in zip(table, bodies, rows, strict=True):
        for name, value in zip(body.tasks, () if row is None else row, strict=False):
            place[tasks.index(name)] = value
    return table
