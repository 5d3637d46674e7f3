"""Looks at the parameters at the optimizer's own steps, without a line in the training loop, and logs what it sees.

At the end of ``optimizer.step`` gradients are what the optimizer used: averaged over ranks, clipped, and unscaled,
since a ``GradScaler`` unscales them in place before. Nothing here may fail the training: what goes wrong is a warning.
"""

from __future__ import annotations

import time
import warnings
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.parameters import BANDS, CHANGE, STEP, bands, encode_change
from tensorboard_plugin_hidden.logger.gradients import gradient_facts, learning, merged
from tensorboard_plugin_hidden.logger.parameters import NETWORK_FILTERS, ParameterStatistics, ParameterTracker
from tensorboard_plugin_hidden.logger.parameters_reduce import CHANGES, STATISTICS
from tensorboard_plugin_hidden.logger.parameters_rows import ParameterRows
from tensorboard_plugin_hidden.logger.schedule import Schedule, every

_ROWS = 64
"""Rows that are kept until they are written, which is a chunk of the store."""

_SECONDS = 60.0
"""Wall time after which rows are written although they are fewer, for those who watch."""

_NO_STEP = -1


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """What ``watch`` logs of weights and gradients, besides what they are whenever layers are captured.

    Attributes:
        schedule: At which steps of the optimizer, counted from 1.
    """

    schedule: Schedule = field(default_factory=lambda: every(100))


class ParameterRecorder:
    """Logs one model's parameters as one optimizer trains them, from when it is made until ``close``.

    Args:
        model: The model, wrapped or not.
        optimizer: Its optimizer.
        options: What to log.
        journal: Where to.
        first_step: The step of snapshots that a training starts from, where it does not start at 0.

    Raises:
        HiddenError: It is no optimizer, or the options are none.
    """

    def __init__(
        self, model: nn.Module, optimizer: Any, options: TrainingLog, written: ParameterRows, first_step: int = 0
    ) -> None:
        # A wrapper, as of accelerate, is stepped over.
        while isinstance(getattr(optimizer, "optimizer", None), torch.optim.Optimizer):
            optimizer = optimizer.optimizer
        if not isinstance(optimizer, torch.optim.Optimizer) or not isinstance(options, TrainingLog):
            raise HiddenError(
                "a training log needs the optimizer, whose steps it counts",
                expected="a torch.optim.Optimizer, and True or a TrainingLog",
                got=f"{type(optimizer).__name__} and {type(options).__name__}",
                fix="Write writer.watch(model, probe, optimizer=optimizer, training_log=True).",
            )
        self._optimizer = optimizer
        self._options = options
        self._written = written
        self._tracker = ParameterTracker(model)
        self._steps = 0
        self._due = False
        self._failed = False
        self._next_step = first_step
        self._rows: list[dict[str, npt.NDArray[Any]]] = []
        self._layout: dict[str, Any] = {}
        self._seen_step = _NO_STEP
        self._facts: GradientFacts | None = None
        self._learned: set[str] = set()
        self._task_since = -1
        self._skipped: set[str] = set()
        self._since = 0.0
        mine = weakref.ref(self)
        # The optimizer must not keep alive what its owner, the writer, has dropped.
        self._handles = [
            optimizer.register_step_pre_hook(_calling(mine, ParameterRecorder._before_step)),
            optimizer.register_step_post_hook(_calling(mine, ParameterRecorder._after_step)),
        ]

    def capture(self, step: int) -> GradientFacts | None:
        """Logs what the parameters are as layers are captured, and writes what there is.

        Args:
            step: The step of the snapshots.

        Returns:
            What was seen of gradients since the capture before; None where nothing was.
        """
        if self._failed:
            return None
        self._next_step = step
        try:
            if self._seen_step != self._steps:
                self._look()
            if self._rows:
                self._rows[-1]["snapshot_step"] = np.array(step, np.int64)
            self._commit()
        except Exception as error:
            self._give_up(error)
        self._next_step = step + 1
        facts, self._facts = self._facts, None
        return facts

    def begin_task(self) -> None:
        """Another task is learned from now on, which need not have to do with all that learned before."""
        self._learned = set()
        self._task_since = self._steps

    def close(self) -> None:
        """Writes the rest and leaves the optimizer alone."""
        for handle in self._handles:
            handle.remove()
        if not self._failed:
            try:
                self._commit()
            except Exception as error:
                self._give_up(error)
        self._failed = True

    def _before_step(self) -> None:
        self._due = self._options.schedule(self._steps + 1)
        if self._due:
            self._tracker.before_update()

    def _after_step(self) -> None:
        self._steps += 1
        if self._due:
            # Before the new row, so that the newest can still be told to belong to a snapshot.
            if len(self._rows) >= _ROWS or (self._rows and time.monotonic() - self._since > _SECONDS):
                self._commit()
            self._look()

    def _look(self) -> None:
        seen = self._tracker.measure(self._optimizer)
        # Before its first step a task has only the gradients of the one before.
        if self._steps > self._task_since:
            self._learned |= learning(seen, zero=self._task_since < 0)
        self._facts = merged(self._facts, gradient_facts(seen, self._learned))
        layout = _layout(seen)
        if layout != self._layout:
            self._commit()
            self._layout = layout
            self._warn_of_skipped(seen)
        if not self._rows:
            self._since = time.monotonic()
        self._seen_step = self._steps
        self._rows.append(_row(seen, self._steps, layout))

    def _commit(self) -> None:
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        arrays = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        try:
            self._written.write(arrays, self._layout, self._next_step)
        except HiddenError as error:
            steps = f"{rows[0][STEP]} to {rows[-1][STEP]}"
            warnings.warn(f"Training steps {steps} are not logged. {error}", HiddenWarning, stacklevel=5)

    def _warn_of_skipped(self, seen: ParameterStatistics) -> None:
        new = [(name, reason) for name, reason in seen.skipped if name not in self._skipped]
        self._skipped.update(name for name, _ in new)
        for reason in dict.fromkeys(reason for _, reason in new):
            names = [name for name, why in new if why == reason]
            others = f" and {len(names) - 1} more" if len(names) > 1 else ""
            warnings.warn(
                f"Parameter {names[0]!r}{others} will not be in the training log. {reason}", HiddenWarning, stacklevel=6
            )

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        self._rows = []
        warnings.warn(
            f"The training log ends at step {self._steps}: {type(error).__name__}: {error}", HiddenWarning, stacklevel=5
        )


def _calling(recorder: weakref.ref[ParameterRecorder], method: Callable[[ParameterRecorder], None]) -> Any:
    def hook(*_: Any) -> None:
        alive = recorder()
        if alive is None or alive._failed:
            return
        try:
            method(alive)
        except Exception as error:  # also of a user's schedule, or for want of memory
            alive._give_up(error)

    return hook


def _layout(seen: ParameterStatistics) -> dict[str, Any]:
    """What a row's columns are, as JSON has it: lists for tuples, so that it equals what is read."""
    return {
        "layers": [asdict(layer) | {"aliases": [*layer.aliases], "shape": [*layer.shape]} for layer in seen.layers],
        "nodes": [asdict(node) for node in seen.nodes],
        "skipped": [[*pair] for pair in seen.skipped],
        "statistics": [*STATISTICS],
        "groups": seen.groups.tolist(),
        "learning_rates": len(seen.learning_rates),
    }


def _row(seen: ParameterStatistics, step: int, layout: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    top = np.full(NETWORK_FILTERS, -1, np.int32)
    most = seen.top_filters()
    top[: len(most)] = most
    # An L1 norm beyond single precision is stored as infinite.
    with np.errstate(over="ignore"):
        weights, gradients = seen.weights.astype(np.float32), seen.gradients.astype(np.float32)
    return {
        STEP: np.array(step, np.int64),
        "snapshot_step": np.array(_NO_STEP, np.int64),
        "weights": weights,
        "gradients": gradients,
        "update": seen.update.astype(np.float32),
        "stride": seen.strides.astype(np.int32),
        "learning_rates": seen.learning_rates,
        "top": top,
        "top_by_layer": seen.top_filters_by_layer(),
        BANDS: bands(seen.changes[None, :, CHANGES.index("relative_l2")], layout)[0],
        **{CHANGE + name: encode_change(seen.changes[:, i]) for i, name in enumerate(CHANGES)},
    }
