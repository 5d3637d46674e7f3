"""Which samples of the probe belong to a task of continual learning, from what a user knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.columns import Column
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.logger.probe import Probe

TASK_COLUMN = "task"
"""Metadata that names the task of each sample."""

MOST_TASKS = 64
"""Values of that column up to which they are taken for tasks that are to come; more are something else."""


def task_rows(name: Any, classes: Any, probe: Any, watched: Probe) -> IntArray:
    """The samples of a task.

    Args:
        name: Its name.
        classes: Numbers or names of its classes, or None.
        probe: Ids of its samples, or a ``Probe`` with these ids, or None.
        watched: The probe that the samples are taken from. With neither classes nor ids they are those whose metadata
            ``task`` is the name.

    Returns:
        int32 [n] rows, ascending, at least one.

    Raises:
        HiddenError: It is no name, both are given, classes or ids are unknown, or no sample belongs to the task.

    >>> task_rows("first", [0, "b"], None, Probe((np.zeros((4, 1)), np.array([0, 1, 1, 2])), classes=["a", "b", "c"]))
    array([0, 1, 2], dtype=int32)
    """
    if not isinstance(name, str) or not name:
        raise HiddenError(
            "not the name of a task", expected="a string", got=repr(name)[:100], fix="Name it, as 'digits 0 to 4'."
        )
    if classes is not None and probe is not None:
        raise HiddenError(
            f"the samples of task {name!r} are given twice",
            expected="classes or probe",
            got="both",
            fix="Leave one out.",
        )
    rows: IntArray
    if classes is not None:
        numbers = _class_numbers(name, classes, watched)
        rows = np.flatnonzero(np.isin(watched.labels, numbers)).astype(np.int32)
    elif probe is not None:
        rows = _rows_of_ids(name, probe, watched)
    else:
        rows = _rows_of_column(name, watched)
    if not len(rows):
        raise HiddenError(
            f"task {name!r} has no samples",
            expected="at least one sample of the probe",
            got="none",
            fix="Watch a probe over the samples of all tasks.",
        )
    return rows


def tasks_to_come(watched: Probe) -> dict[str, IntArray]:
    """The tasks that the metadata ``task`` names, in order of first appearance, and their rows.

    Args:
        watched: The probe.
    """
    column = _task_column(watched)
    if column is None or len(column.values) > MOST_TASKS:
        return {}
    codes = np.array(column.codes, np.int32)
    rows = {name: np.flatnonzero(codes == code).astype(np.int32) for code, name in enumerate(column.values)}
    return {name: of for name, of in rows.items() if len(of)}


def classes_of(rows: IntArray, labels: IntArray) -> tuple[int, ...]:
    """Numbers of the classes of some samples, ascending.

    >>> classes_of(np.array([0, 2], np.int32), np.array([3, 1, -1], np.int32))
    (3,)
    """
    return tuple(int(label) for label in np.unique(labels[rows]) if label >= 0)


def _class_numbers(task: str, classes: Any, watched: Probe) -> list[int]:
    number_of = {name: number for number, name in enumerate(watched.classes)}
    numbers = []
    for item in _items(f"the classes of task {task!r}", classes, "class numbers or names"):
        number = number_of.get(item, -1) if isinstance(item, str) else item
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(watched.classes):
            raise HiddenError(
                f"unknown class in task {task!r}",
                expected=f"numbers below {len(watched.classes)}, or names: {_some(watched.classes)}",
                got=repr(item)[:100],
                fix="Pass classes of the watched probe.",
            )
        numbers.append(number)
    return numbers


def _rows_of_ids(task: str, probe: Any, watched: Probe) -> IntArray:
    ids = _items(f"the samples of task {task!r}", probe.ids if isinstance(probe, Probe) else probe, "ids, or a Probe")
    row_of: Mapping[Any, int] = {name: row for row, name in enumerate(watched.ids)}
    unknown = [name for name in ids if not isinstance(name, int | str) or name not in row_of]
    if unknown:
        raise HiddenError(
            f"the watched probe lacks samples of task {task!r}",
            expected=f"its ids, as {watched.ids[0]!r}",
            got=f"{len(unknown)} others, as {unknown[0]!r}"[:100],
            fix="Watch a probe over the samples of all tasks, and name them by the same ids.",
        )
    return np.array(sorted({row_of[name] for name in ids}), np.int32)


def _rows_of_column(task: str, watched: Probe) -> IntArray:
    column = _task_column(watched)
    values = () if column is None else column.values
    if column is None or task not in values:
        raise HiddenError(
            f"which samples belong to task {task!r} is not known",
            expected="classes, ids, or the probe's metadata 'task' with that value",
            got="no such metadata" if column is None else f"only {_some(values)}",
            fix="Write writer.add_task(name, classes=[0, 1]).",
        )
    return np.flatnonzero(np.array(column.codes, np.int32) == values.index(task)).astype(np.int32)


def _task_column(watched: Probe) -> Column | None:
    named = (column for column in watched.columns if column.name == TASK_COLUMN and column.kind == "category")
    return next(named, None)


def _items(what: str, given: Any, wanted: str) -> list[Any]:
    """What is given as a list of Python's own values."""
    if isinstance(given, Tensor):
        given = given.detach().cpu().numpy()
    if isinstance(given, np.ndarray):
        given = given.reshape(-1).tolist()
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise HiddenError(
            f"{what} are not listed",
            expected=f"a list, set, array or tensor of {wanted}",
            got=repr(given)[:100],
            fix="Put a single one into a list.",
        )
    return [item.item() if isinstance(item, np.generic | Tensor) and item.ndim == 0 else item for item in given]


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in names[:10]) + (" …" if len(names) > 10 else "")
