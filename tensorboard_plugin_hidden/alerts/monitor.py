"""Rules at work on a run: one detector for every rule and layer, fed step by step. Causal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_hidden.alerts.builtin import rules as builtin_rules
from tensorboard_plugin_hidden.alerts.evidence import evidence, likely_confusion
from tensorboard_plugin_hidden.alerts.observation import Observation
from tensorboard_plugin_hidden.alerts.progress import Progress, Standing
from tensorboard_plugin_hidden.alerts.rules import QUIET, Detector, Finding, Rule
from tensorboard_plugin_hidden.alerts.words import sentence
from tensorboard_plugin_hidden.format.alerts import SEVERITIES, Alert

SAME = 20
"""Snapshots in which other measures of a rule do not name the same classes again: several of them see one merger."""


class Monitor:
    """Watches all layers of a run.

    Args:
        rules: Which rules; default the calibrated built-in ones.
    """

    def __init__(self, rules: Sequence[Rule] | None = None) -> None:
        self._rules = list(builtin_rules() if rules is None else rules)
        self._layers: dict[str, list[tuple[Rule, Detector]]] = {}
        self._progress = Progress()
        self._told: dict[tuple[str, str, tuple[int, ...]], tuple[int, Rule]] = {}
        self._snapshots: dict[str, int] = {}

    def reset(self) -> None:
        """Forgets what no longer compares since another task has begun."""
        self._progress = Progress()
        self._told.clear()
        for detectors in self._layers.values():
            for _, detector in detectors:
                detector.reset()

    def watch(self, observations: Sequence[Observation]) -> list[Alert]:
        """Looks at one step.

        Args:
            observations: Of every layer.

        Returns:
            What is newly wrong, the worst first. Rules of one name give at most one alert a layer.
        """
        standing = self._progress.look(observations)
        alerts = [
            _alert(observation, rule, finding, rule.severity_for(standing), observations)
            for observation in observations
            for rule, finding in self._findings(observation, standing)
        ]
        return sorted(alerts, key=lambda alert: -SEVERITIES.index(alert.severity))

    def _findings(self, observation: Observation, standing: Standing) -> list[tuple[Rule, Finding]]:
        detectors = self._layers.setdefault(observation.layer, [])
        if not detectors:
            detectors += [(rule, rule.start()) for rule in self._rules]
        now = self._snapshots[observation.layer] = self._snapshots.get(observation.layer, 0) + 1
        best: dict[str, tuple[Rule, Finding]] = {}
        for rule, detector in detectors:
            finding = detector.observe(observation, standing)
            if finding is None or not self._is_new(observation.layer, rule, finding, now):
                continue
            if rule.name not in best or finding.score > best[rule.name][1].score:
                best[rule.name] = (rule, finding)
        for rule, finding in best.values():
            self._told[observation.layer, rule.name, finding.classes] = (now, rule)
        return list(best.values())

    def _is_new(self, layer: str, rule: Rule, finding: Finding, now: int) -> bool:
        """Whether no other measure has just said the same. What one measure says again has been well in between."""
        if rule.once and (layer, rule.name, ()) in self._told:
            return False
        before, by = self._told.get((layer, rule.name, finding.classes), (-SAME, rule))
        same = by is not rule and now - before < (SAME if finding.classes else QUIET)
        return bool(finding.task) or not same


def _alert(
    observation: Observation, rule: Rule, finding: Finding, severity: str, others: Sequence[Observation]
) -> Alert:
    sight = observation.sight
    classes, probe_accuracy = finding.classes, None
    if finding.task:
        rows = sight.tasks.get(finding.task, np.empty(0, np.int32))
        classes = likely_confusion(rows, sight)
        probe_accuracy = _best_probe(others, finding.task)
    return Alert(
        step=observation.step,
        rule=rule.name,
        severity=severity,
        layer=observation.layer,
        measure=finding.measure,
        value=_finite(finding.value),
        reference=_finite(finding.reference),
        limit=_finite(finding.limit),
        since=finding.since,
        sentence=sentence(rule.name, finding, classes, observation, probe_accuracy),
        classes=classes,
        task=finding.task,
        samples=evidence(finding, sight),
    )


def _best_probe(observations: Sequence[Observation], task: str) -> tuple[str, float] | None:
    """The layer on which a linear probe reads a task best, and its accuracy."""
    found = [
        (float(one.tasks["probe_accuracy"][one.task_names.index(task)]), one.layer)
        for one in observations
        if "probe_accuracy" in one.tasks and task in one.task_names
    ]
    known = [pair for pair in found if not np.isnan(pair[0])]
    if not known:
        return None
    accuracy, layer = max(known)
    return layer, accuracy


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
