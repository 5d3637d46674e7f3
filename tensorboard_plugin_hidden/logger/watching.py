"""What ``add_hidden`` looks at, and when: one model, its layers, and how much of training's time that may take."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence
from typing import Any

from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.logger.capture import Capture, capture
from tensorboard_plugin_hidden.logger.first_look import left_out, lines, missing
from tensorboard_plugin_hidden.logger.head import HeadExporter
from tensorboard_plugin_hidden.logger.layers import LayerSpec
from tensorboard_plugin_hidden.logger.predictions import LogitReader
from tensorboard_plugin_hidden.logger.recorder import Recorder
from tensorboard_plugin_hidden.logger.schedule import DenserAfterAlert, Schedule, TimeBudget
from tensorboard_plugin_hidden.logger.training_log import ParameterRecorder
from tensorboard_plugin_hidden.notices import say


class Watch:
    """What ``watch`` was told.

    Args:
        model: The model, wrapped or not.
        layers: Which layers; None: found in the first forward pass.
        schedule: Which steps to capture.
        budget: How much time captures may take, or None.
        batch_size: Samples in one forward of a capture.
        project: Whether maps are drawn beside training.
        parameters: The training log, or None.
        optimizer: The model's optimizer, or None.
        reader: Finds the logits in what the model returns.
        head_seconds: How much time of one capture goes into exporting heads.
    """

    def __init__(
        self,
        model: nn.Module,
        layers: list[LayerSpec] | None,
        schedule: Schedule,
        budget: TimeBudget | None,
        *,
        batch_size: int,
        project: bool,
        parameters: ParameterRecorder | None,
        optimizer: Any,
        reader: LogitReader,
        head_seconds: float,
    ):
        self._model = model
        self._layers = layers
        self._schedule = schedule
        self._budget = budget
        self._batch_size = batch_size
        self._project = project
        self._parameters = parameters
        self._optimizer = optimizer
        self._exporter = HeadExporter(head_seconds)
        self._reader = reader
        self._looked = False
        self._left_out: dict[str, HiddenError] = {}

    @property
    def rate(self) -> float | None:
        """The optimizer's learning rate, see ``learning_rate``."""
        return learning_rate(self._optimizer)

    @property
    def names(self) -> list[str]:
        """Names of the layers, of which the default one has none before the first capture."""
        return [layer.name for layer in self._layers or ()] or [""]

    def due(self, step: int) -> bool:
        """Whether a step is captured."""
        return self._schedule(step) and (self._budget is None or self._budget.due())

    def look(self, recorder: Recorder, step: int, loss: float | None = None) -> Sequence[Alert]:
        """Captures the layers and logs them.

        Args:
            recorder: Where to.
            step: The epoch or global step.
            loss: Of the training, where it is told.

        Returns:
            The alerts of the step.

        Raises:
            HiddenError: The first capture fails.
        """
        start = time.perf_counter()
        gradients = None if self._parameters is None else self._parameters.capture(step)
        try:
            seen = self._capture(recorder)
        except HiddenError as error:
            # What has worked before fails for a reason that passes, as when memory is short.
            if not recorder.logged:
                raise
            warnings.warn(f"Step {step} is not logged. {error}", HiddenWarning, stacklevel=3)
            return ()
        # The default layer is found in the first forward pass, and is the same from then on.
        self._batch_size = seen.batch_size
        if not self._looked:
            self._layers = [layer.spec for layer in seen.layers]
        alerts = recorder.add_snapshots(
            seen.snapshots(step),
            1000 * (time.perf_counter() - start),
            project=self._project,
            rate=self.rate,
            gradients=gradients,
            loss=loss,
        )
        elapsed = time.perf_counter() - start
        if self._budget is not None:
            self._budget.spend(elapsed)
        self._tell(seen, step, 1000 * elapsed, recorder)
        return alerts

    def hear(self, alerts: Sequence[Alert]) -> None:
        """Lets a schedule that listens to alerts know of them."""
        if alerts and isinstance(self._schedule, DenserAfterAlert):
            self._schedule.hear(max(alert.step for alert in alerts))

    def begin_task(self) -> None:
        """Lets the training log know that another task is learned."""
        if self._parameters is not None:
            self._parameters.begin_task()

    def close(self) -> None:
        """Ends the training log."""
        if self._parameters is not None:
            self._parameters.close()

    def _tell(self, seen: Capture, step: int, milliseconds: float, recorder: Recorder) -> None:
        """Says what was inferred: everything at the first capture, and then only what changed."""
        classes = 0 if recorder.probe is None else len(recorder.probe.classes)
        told = [f"{note}." for note in seen.notes]
        first, self._looked = not self._looked, True
        new = {name: trouble for name, trouble in seen.left_out.items() if name not in self._left_out}
        self._left_out.update(new)
        if new and first:
            told.insert(0, f"{left_out(new)}.")
        elif new:
            warnings.warn(f"Step {step}: {left_out(new)}.", HiddenWarning, stacklevel=4)
        for line in [*lines(seen, classes, milliseconds), *told] if first else [f"step {step}: {n}" for n in told]:
            say(line)
        lack = missing(seen, classes=classes, expected=self._reader.expected) if first else ""
        if lack:
            warnings.warn(lack, HiddenWarning, stacklevel=4)

    def _capture(self, recorder: Recorder) -> Capture:
        if recorder.probe is None:
            raise HiddenError(
                "nothing is watched", expected="a probe", got="none", fix="Call watch(model, hidden.Probe(dataset))."
            )
        return capture(
            self._model,
            recorder.probe,
            self._layers,
            batch_size=self._batch_size,
            exporter=self._exporter,
            reader=self._reader,
        )


def learning_rate(optimizer: Any) -> float | None:
    """The largest learning rate of an optimizer's parameter groups; None where there is none to be read.

    Args:
        optimizer: Whatever has ``param_groups`` as those of PyTorch have.
    """
    try:
        rates = [float(group["lr"]) for group in getattr(optimizer, "param_groups", None) or () if "lr" in group]
    except (TypeError, ValueError, RuntimeError):
        return None
    finite = [rate for rate in rates if math.isfinite(rate)]
    return max(finite, default=None)
