"""Turns the arrays of one step into what rules look at, and keeps what the next step is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import NETWORK, TRAINING_LOSS, GradientFacts, Observation, Sight
from tensorboard_plugin_hidden.format.outcomes import Outcomes
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.measures import Reference, measure
from tensorboard_plugin_hidden.geometry.outcomes import outcomes
from tensorboard_plugin_hidden.geometry.tasks import TaskEnd, end_of_task, task_measures

PAIRS_UP_TO = 32
"""Classes up to which the gaps of all pairs are kept: they grow with the square."""


@dataclass(slots=True)
class _Seen:
    """What is kept of a layer: its newest activations for a task that ends, and how they compare with the next."""

    reference: Reference
    activations: FloatArray


class Observer:
    """Measures every layer, and the answers, of one run at one step after another.

    Args:
        labels: int32 [N], -1 for none; None: no sample has one.
        classes: Names of the classes.
    """

    def __init__(self, labels: IntArray | None, classes: Sequence[str]) -> None:
        self._labels = labels
        self._classes = tuple(classes)
        self._tasks: dict[str, IntArray] = {}
        self._current = ""
        self._ends: dict[str, dict[str, TaskEnd]] = {}
        self._seen: dict[str, _Seen] = {}
        self._predictions: IntArray | None = None

    def set_tasks(self, tasks: Mapping[str, IntArray], current: str | None) -> None:
        """Says which samples belong to which task, whether it was learned, is learned or is still to come.

        Args:
            tasks: Rows, ascending.
            current: Name of the task that is learned; None before the first.
        """
        self._tasks = dict(tasks)
        self._current = current or ""

    def end_task(self, name: str) -> None:
        """Takes what was seen last of each layer for the end of a task, with which later steps are compared."""
        rows = self._tasks.get(name)
        if rows is None:
            return
        for layer, seen in self._seen.items():
            if len(seen.activations) > int(rows.max(initial=-1)):
                self._ends.setdefault(layer, {})[name] = end_of_task(seen.activations, rows)

    def look(
        self,
        step: int,
        layers: Mapping[str, FloatArray],
        logits: FloatArray | None,
        *,
        rate: float | None = None,
        gradients: GradientFacts | None = None,
        loss: float | None = None,
    ) -> list[Observation]:
        """Measures one step.

        Args:
            step: Training step.
            layers: Activations [N, D] of each.
            logits: [N, C], or None.
            rate: Learning rate, or None.
            gradients: What the training log says of the step, or None.
            loss: Of the training, where whoever trains tells it; the answers' own needs logits and labels.

        Returns:
            One of each layer, and one of the whole network where there are logits, gradients or a loss.
        """
        found = None if logits is None else outcomes(logits, self._labels_of(len(logits)))
        predictions = None if found is None else found.prediction
        result = [self._layer(step, name, array, predictions, rate) for name, array in layers.items()]
        if found is not None or gradients is not None or loss is not None:
            result.append(self._network(step, found, rate, gradients, loss))
        if predictions is not None:
            self._predictions = predictions
        return result

    def _layer(
        self, step: int, name: str, activations: FloatArray, predictions: IntArray | None, rate: float | None
    ) -> Observation:
        before, labels = self._seen.get(name), self._labels_of(len(activations))
        measured, reference = measure(
            activations, labels, len(self._classes), None if before is None else before.reference
        )
        # A copy only while there are tasks: nothing else looks back at the activations.
        self._seen[name] = _Seen(reference, activations.copy() if self._tasks else activations[:0])
        tasks = {}
        if self._tasks:
            tasks = task_measures(activations, labels, self._tasks, self._ends.get(name, {}))
        few = len(self._classes) <= PAIRS_UP_TO
        sight = Sight(activations, labels, predictions, tasks=self._tasks, classes=self._classes)
        gaps = measured.gaps if few and len(self._classes) else None
        return Observation(
            step,
            name,
            measured.values,
            measured.classes,
            gaps,
            tasks,
            tuple(self._tasks),
            self._current,
            rate,
            sight,
            measured.counts,
        )

    def _network(
        self,
        step: int,
        found: Outcomes | None,
        rate: float | None,
        gradients: GradientFacts | None,
        loss: float | None,
    ) -> Observation:
        measures: dict[str, float] = {}
        classes: dict[str, FloatArray] = {}
        tasks: dict[str, FloatArray] = {}
        counts = None
        sight = Sight(tasks=self._tasks, classes=self._classes)
        if found is not None:
            labels = self._labels_of(len(found.prediction))
            before = self._predictions
            if before is not None and len(before) != len(found.prediction):
                before = None
            measures = _answers(found, labels, before)
            if labels is not None:
                right = np.where(labels >= 0, found.prediction == labels, np.nan).astype(np.float32)
                counts = np.bincount(labels[labels >= 0], minlength=len(self._classes))
                classes["accuracy"] = np.array(
                    [_mean(right[labels == number]) for number in range(len(self._classes))], np.float32
                )
                if self._tasks:
                    tasks["accuracy"] = np.array(
                        [_mean(right[rows[rows < len(right)]]) for rows in self._tasks.values()], np.float32
                    )
            sight = Sight(None, labels, found.prediction, before, found.loss, self._tasks, self._classes)
        if loss is not None:
            measures[TRAINING_LOSS] = loss
        if gradients is not None:
            # Where the loss is exactly zero, as a hinge's may be, there is nothing to learn, and gradients are zero.
            still = np.nan if loss == 0 else gradients.still
            measures |= {"gradient": gradients.gradient, "update": gradients.update, "still": still}
            sight = replace(
                sight,
                still_layers=gradients.still_layers,
                largest_gradient_layer=gradients.largest_gradient_layer,
                largest_update_layer=gradients.largest_update_layer,
            )
        return Observation(
            step, NETWORK, measures, classes, None, tasks, tuple(self._tasks), self._current, rate, sight, counts
        )

    def _labels_of(self, count: int) -> IntArray | None:
        """The labels, if there is one for each sample that was seen."""
        return self._labels if self._labels is not None and len(self._labels) == count else None


def _answers(found: Outcomes, labels: IntArray | None, before: IntArray | None) -> dict[str, float]:
    """What the answers say of the whole network."""
    known = found.prediction >= 0
    confidence = _mean(found.confidence)
    accuracy = np.nan
    if labels is not None:
        labelled = labels >= 0
        accuracy = _mean((found.prediction == labels)[labelled])
    flips = np.nan
    if before is not None:
        both = known & (before >= 0)
        flips = _mean((found.prediction != before)[both])
    return {
        "loss": _mean(found.loss),
        "accuracy": accuracy,
        "confidence": confidence,
        "overconfidence": confidence - accuracy,
        "flips": flips,
        "nonfinite": 1 - _mean(known),
    }


def _mean(values: npt.NDArray[Any]) -> float:
    """Mean of what is not not-a-number; of nothing it is not-a-number."""
    known = values.astype(np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")
