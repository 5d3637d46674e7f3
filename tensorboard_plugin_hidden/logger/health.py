"""Watches the health of one session's layers: measures them, applies the rules, logs both.

An error of the measures themselves is a warning, after which nothing more is measured: it must not end a training.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_hidden.alerts.builtin import rules
from tensorboard_plugin_hidden.alerts.observation import GradientFacts, Observation, Sight
from tensorboard_plugin_hidden.alerts.rules import Rule
from tensorboard_plugin_hidden.alerts.watcher import Watcher
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord
from tensorboard_plugin_hidden.format.health import encode_health
from tensorboard_plugin_hidden.format.journal import Emit, Journal
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.format.summaries import scalars
from tensorboard_plugin_hidden.logger.probe import Probe

ALERT_COUNT = "hidden/alerts"
"""The scalar that counts the alerts of a session."""

_OF_TASKS = frozenset({"accuracy", "probe_accuracy"})
"""Measures of each task that are scalars: the curves of continual learning, and few enough for a list of tags."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a step.

    Attributes:
        step: Training step.
        observations: Of each layer, and of the network.
        alerts: What is newly wrong, the worst first.
        milliseconds: Wall time that measuring took.
    """

    step: int
    observations: Sequence[Observation] = ()
    alerts: Sequence[Alert] = ()
    milliseconds: float = 0.0


def chosen_rules(alerts: bool | str | Sequence[str]) -> list[Rule] | None:
    """The rules that a user asks for.

    Args:
        alerts: True for all built-in ones, or names of some.

    Returns:
        The rules; None for not even measuring.

    Raises:
        HiddenError: There is no such rule.
    """
    if isinstance(alerts, bool):
        return rules() if alerts else None
    if isinstance(alerts, str):
        alerts = [alerts]
    if not isinstance(alerts, Sequence) or not all(isinstance(name, str) for name in alerts):
        raise HiddenError(
            "alerts are not chosen",
            expected="True, False, or names of rules",
            got=repr(alerts)[:100],
            fix="Write alerts=['collapse', 'merging'].",
        )
    return rules(*alerts) if alerts else []


class HealthRecorder:
    """Measures, and logs what was measured and what is wrong.

    Args:
        journal: Where records go.
        emit: Where scalars go.
    """

    def __init__(self, journal: Journal, emit: Emit) -> None:
        self._journal = journal
        self._emit = emit
        self._rules: list[Rule] | None = rules()
        self._probe: Probe | None = None
        self._watcher: Watcher | None = None
        self._begun: dict[str, IntArray] = {}
        self._to_come: dict[str, IntArray] = {}
        self._count = 0
        self._failed = False

    def choose(self, chosen: list[Rule] | None) -> None:
        """Sets the rules, from ``chosen_rules``; with others than before, what was seen is forgotten.

        Args:
            chosen: The rules; None for not even measuring.
        """
        if chosen != self._rules:
            self._rules = chosen
            self._start()

    def set_probe(self, probe: Probe) -> None:
        """Says which samples are looked at; what was seen before is kept where their labels are the same."""
        before, self._probe = self._probe, probe
        if before is None or before.classes != probe.classes or not np.array_equal(before.labels, probe.labels):
            self._start()

    def begin_task(self, name: str, rows: IntArray) -> None:
        """Another task is learned from now on.

        Args:
            name: The task.
            rows: Its samples, ascending.
        """
        self._begun[name] = rows
        self._guarded(lambda watcher: watcher.begin(name, rows))

    def announce_tasks(self, tasks: Mapping[str, IntArray]) -> None:
        """These tasks are still to come."""
        if not tasks:
            return
        self._to_come.update(tasks)
        self._guarded(lambda watcher: watcher.announce(tasks))

    def look(
        self,
        step: int,
        layers: Mapping[str, FloatArray],
        logits: FloatArray | None,
        rate: float | None,
        gradients: GradientFacts | None,
        loss: float | None = None,
    ) -> Look:
        """Measures layers, and says what is wrong with them; nothing is written yet.

        Args:
            step: Training step.
            layers: Activations [N, D] of each.
            logits: [N, C], or None.
            rate: Learning rate, or None.
            gradients: What the training log says, or None.
            loss: Of the training, where it is told.
        """
        start = time.perf_counter()
        seen: list[tuple[list[Observation], list[Alert]]] = []
        self._guarded(
            lambda watcher: seen.append(watcher.look(step, layers, logits, rate=rate, gradients=gradients, loss=loss)),
            step,
        )
        if not seen:
            return Look(step)
        ((observations, alerts),) = seen
        return Look(step, observations, alerts, 1000 * (time.perf_counter() - start))

    def write(self, look: Look, *, measures: bool) -> None:
        """Logs measures, scalars and alerts.

        Args:
            look: What was seen.
            measures: Whether measures are logged too, as they are where the snapshots are.
        """
        self._count += len(look.alerts)
        values = {ALERT_COUNT: float(self._count)} if look.observations else {}
        try:
            for one in look.observations if measures else ():
                numbers = {name: _number(value) for name, value in one.measures.items()}
                body = HealthRecord(
                    one.layer, look.step, numbers, _number(one.rate), one.task_names, _modules(one.sight)
                )
                self._journal.write(body, encode_health(one.classes, one.gaps, one.tasks))
                place = f"hidden/{one.layer}" if one.layer else "hidden"
                shown = dict(one.measures)
                for name in _OF_TASKS & one.tasks.keys():
                    each = zip(one.task_names, one.tasks[name].tolist(), strict=True)
                    shown |= {f"task/{task}/{name}": value for task, value in each}
                values |= {f"{place}/{name}": v for name, v in shown.items() if not math.isnan(v)}
        except HiddenError as error:
            warnings.warn(f"The measures of step {look.step} are not logged. {error}", HiddenWarning, stacklevel=5)
        if values:
            self._emit(scalars(values), look.step)
        for alert in look.alerts:
            self._journal.write(alert)

    def _start(self) -> None:
        self._watcher = None
        if self._probe is None or self._rules is None or self._failed:
            return
        self._watcher = Watcher(self._probe.labels, self._probe.classes, self._rules)
        for name, rows in self._begun.items():
            self.begin_task(name, rows)
        self.announce_tasks(self._to_come)

    def _guarded(self, call: Callable[[Watcher], None], step: int | None = None) -> None:
        if self._watcher is None:
            return
        try:
            call(self._watcher)
        except Exception as error:
            self._failed, self._watcher = True, None
            where = "" if step is None else f" at step {step}"
            warnings.warn(
                f"The measures of hidden layers end{where}: {type(error).__name__}: {error}",
                HiddenWarning,
                stacklevel=6,
            )


def _modules(sight: Sight) -> dict[str, tuple[str, ...]]:
    """The names without which what is measured of gradients could not be told of afterwards."""
    named = {
        "still": sight.still_layers,
        "gradient": (sight.largest_gradient_layer,),
        "update": (sight.largest_update_layer,),
    }
    return {measure: modules for measure, modules in named.items() if any(modules)}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
