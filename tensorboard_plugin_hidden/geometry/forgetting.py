"""What was forgotten and what was passed on, in the numbers that papers on continual learning compare. numpy only.

All of them come from one matrix: the accuracy on every task at the end of every task. An accuracy that is not known is
NaN; means are over what is known, and NaN where nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray


@dataclass(frozen=True, slots=True)
class Transfer:
    """What came of learning K tasks one after the other; each number is NaN where it is not defined.

    Attributes:
        average_accuracy: Mean accuracy over all tasks at the end of the last, in [0, 1].
        forgetting: Mean over all tasks but the last of ``forgotten``, in [-1, 1]; 0: nothing was lost.
        backward_transfer: Mean over all tasks but the last of the accuracy at the end minus that right after the task
            was learned, in [-1, 1]; negative: what came later did harm.
        forward_transfer: Mean over all tasks but the first of the accuracy right before the task was learned minus that
            of the untrained network, in [-1, 1].
        forgotten: float32 [K], each task's best accuracy at the end of an earlier task minus that at the end of the
            last; NaN for the last task.
    """

    average_accuracy: float
    forgetting: float
    backward_transfer: float
    forward_transfer: float
    forgotten: FloatArray


def accuracy_matrix(steps: Sequence[int], accuracy: npt.NDArray[Any], begins: Sequence[int]) -> FloatArray:
    """The accuracies at the end of each task, of those that were logged while the network learned.

    Args:
        steps: T steps, ascending.
        accuracy: float [T, K], at each step on each task.
        begins: The first step of each of the tasks that have begun, at most K, ascending.

    Returns:
        float32 [len(begins), K]: row i is the last step before task i + 1 began, or the last one of all; NaN where a
        task has no step.

    >>> accuracy_matrix([0, 1, 2, 3], np.array([[0.1, 0], [0.9, 0.1], [0.8, 0.2], [0.2, 1]]), [1, 3]).round(1).tolist()
    [[0.800000011920929, 0.20000000298023224], [0.20000000298023224, 1.0]]
    """
    result = np.full((len(begins), accuracy.shape[1]), np.nan, np.float32)
    # The untrained network, logged before the first task began, is the end of none.
    bounds = np.searchsorted(np.asarray(steps, np.int64), np.asarray(begins, np.int64)).tolist()
    for task, first in enumerate(bounds):
        after = bounds[task + 1] if task + 1 < len(bounds) else len(steps)
        if after > first:
            result[task] = accuracy[after - 1]
    return result


def transfer(matrix: npt.NDArray[Any], untrained: npt.NDArray[Any] | None = None) -> Transfer:
    """Average accuracy, forgetting, backward and forward transfer.

    With R[i, j] the accuracy on task j at the end of task i, counted from 1 to K (T tasks learned so far in their
    order, T ≤ K; sums over j are over tasks that have been learned):

    * average accuracy: mean over j ≤ T of R[T, j] (Lopez-Paz & Ranzato 2017, eq. 2),
    * forgetting: mean over j < T of max over l < T of R[l, j] - R[T, j] (Chaudhry et al. 2018, eq. 2 and 3),
    * backward transfer: mean over j < T of R[T, j] - R[j, j] (Lopez-Paz & Ranzato 2017, eq. 3),
    * forward transfer: mean over 1 < j ≤ T of R[j - 1, j] - b[j], b the untrained network's (eq. 4).

    Args:
        matrix: float [T, K], T ≤ K: R.
        untrained: float [K], b; without it there is no forward transfer.

    Raises:
        HiddenError: The matrix has more rows than columns, or ``untrained`` is not one number for each column.

    >>> found = transfer(np.array([[1.0, 0.5], [0.25, 1.0]]), np.array([0.5, 0.5]))
    >>> found.average_accuracy, found.forgetting, found.backward_transfer, found.forward_transfer
    (0.625, 0.75, -0.75, 0.0)
    """
    values = np.asarray(matrix, np.float64)
    if values.ndim != 2 or len(values) > values.shape[1]:
        raise HiddenError(
            "these are not the accuracies at the ends of tasks",
            expected="a matrix with a column for each task, and a row for each that was learned",
            got=f"an array of shape {values.shape}",
            fix="Give a row for the end of each task, in the order in which they were learned.",
        )
    learned, count = values.shape
    before = np.full(count, np.nan) if untrained is None else np.asarray(untrained, np.float64)
    if before.shape != (count,):
        raise HiddenError(
            "the untrained network's accuracies do not fit the matrix",
            expected=f"{count} numbers, one for each task",
            got=f"an array of shape {before.shape}",
            fix="Give the accuracy on each task before the first was learned, NaN where it is not known.",
        )
    forgotten = np.full(count, np.nan)
    if learned == 0:
        nan = float("nan")
        return Transfer(nan, nan, nan, nan, forgotten.astype(np.float32))
    last, right_after = values[-1, :learned], np.diagonal(values)
    if learned > 1:
        # fmax knows NaN only where every earlier accuracy is.
        forgotten[: learned - 1] = np.fmax.reduce(values[:-1, : learned - 1], axis=0) - last[:-1]
    ahead = np.diagonal(values, offset=1)[: learned - 1] - before[1:learned]
    return Transfer(
        average_accuracy=_mean(last),
        forgetting=_mean(forgotten),
        backward_transfer=_mean(last[:-1] - right_after[:-1]),
        forward_transfer=_mean(ahead),
        forgotten=forgotten.astype(np.float32),
    )


def _mean(values: npt.NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
