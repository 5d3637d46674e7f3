"""What ``hidden check`` reads of a run: its alerts, or the snapshots that rules are applied to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_hidden.alerts.builtin import rules
from tensorboard_plugin_hidden.alerts.notification import described
from tensorboard_plugin_hidden.alerts.observation import NETWORK, TRAINING_LOSS, GradientFacts
from tensorboard_plugin_hidden.alerts.replay import PastStep, PastTask, replay
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import open_run
from tensorboard_plugin_hidden.format.alerts import SEVERITIES, Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.answers import Samples, probe_samples
from tensorboard_plugin_hidden.format.arrays import read_snapshot
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.schema import ProbeRecord, Record
from tensorboard_plugin_hidden.format.store import StoreReader


class StoredRun:
    """What a run holds, read where it is asked for.

    Args:
        run: The run's directory.

    Raises:
        HiddenError: It is no run, or has nothing to check.
    """

    def __init__(self, run: str) -> None:
        self._items = {item.record.version: item for item in open_run(run).poll()}
        self._store = StoreReader(run)
        self.history = current(item.record for item in self._items.values())
        if not self.history.snapshots and not self.history.health:
            raise HiddenError(
                "the run has nothing to check",
                expected="snapshots of hidden layers",
                got="none",
                fix="Log some with writer.watch and writer.add_hidden.",
            )
        self._samples = self._read_samples()

    def steps(self) -> list[int]:
        """Steps with snapshots, ascending."""
        return sorted({step for by_step in self.history.snapshots.values() for step in by_step})

    def measured(self) -> list[int]:
        """Those of the steps whose layers were all measured while the run trained, ascending."""
        health = self.history.health
        missing = {
            step
            for layer, by_step in self.history.snapshots.items()
            for step in by_step
            if step not in health.get(layer, {})
        }
        return [step for step in self.steps() if step not in missing]

    def logged(self) -> list[Alert]:
        """The alerts that were raised while the run trained, by step, the worst first."""
        return _in_order([record.body for record in self.history.alerts if isinstance(record.body, Alert)])

    def alerts(self) -> list[Alert]:
        """The alerts that were logged, and those that the built-in rules would have raised where nothing was measured.

        Measuring may have been off, or have broken off.

        Raises:
            HiddenError: Snapshots that were not measured are not in this copy of the log directory.
        """
        if len(self.measured()) == len(self.steps()):
            return self.logged()
        health = self.history.health
        late = [alert for alert in self.replayed(()) if alert.step not in health.get(alert.layer, {})]
        return _in_order(self.logged() + late)

    def replayed(self, names: Sequence[str]) -> list[Alert]:
        """The alerts that rules would have raised.

        Args:
            names: The rules; none for the built-in ones.

        Raises:
            HiddenError: There is no such rule, or snapshots are not in this copy of the log directory.
        """
        samples = self._samples
        return list(replay(self._past_steps(), samples.labels, samples.classes, rules(*names), self._past_tasks()))

    def described(self, alert: Alert) -> dict[str, Any]:
        """An alert as JSON has it, with names of classes and ids of samples."""
        return described(alert, self._samples.classes, self._samples.ids)

    def _arrays(self, record: Record) -> dict[str, Any]:
        return resolve(record, self._items[record.version].payload, self._store)

    def _read_samples(self) -> Samples:
        record = self.history.probe
        if record is None or not isinstance(record.body, ProbeRecord):
            return Samples([], np.empty(0, np.int32))
        return probe_samples(record.body, self._arrays(record))

    def _past_steps(self) -> Iterator[PastStep]:
        for step in self.steps():
            layers, logits = {}, None
            for name, by_step in self.history.snapshots.items():
                if step in by_step:
                    arrays = read_snapshot(by_step[step], self._store, ["activations", "logits"])
                    layers[name] = arrays["activations"].astype(np.float32)
                    logits = arrays.get("logits", logits)
            record = self.history.health.get(NETWORK, {}).get(step)
            body = None if record is None else record.body
            if isinstance(body, HealthRecord):
                loss = body.measures.get(TRAINING_LOSS)
                yield PastStep(step, layers, logits, body.rate, _gradients(body), loss)
            else:
                yield PastStep(step, layers, logits)

    def _past_tasks(self) -> list[PastTask]:
        found = [
            PastTask(body.name, body.step, self._arrays(record)["rows"], body.begun)
            for record in self.history.tasks
            if isinstance(body := record.body, TaskRecord)
        ]
        return sorted(found, key=lambda task: task.step)


def _in_order(alerts: list[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (alert.step, -SEVERITIES.index(alert.severity)))


def _gradients(body: HealthRecord) -> GradientFacts | None:
    """What was logged of gradients; nothing can be measured of them afterwards."""
    gradient, update, still = (body.measures.get(name) for name in ("gradient", "update", "still"))
    if gradient is None and update is None and still is None:
        return None
    largest_gradient, largest_update = (next(iter(body.modules.get(name, ())), "") for name in ("gradient", "update"))
    return GradientFacts(
        _or_nan(gradient),
        _or_nan(update),
        _or_nan(still),
        body.modules.get("still", ()),
        largest_gradient,
        largest_update,
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
