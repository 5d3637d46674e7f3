"""Rules over a run that is over: the alerts that would have been raised, from what was stored of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.alerts.rules import Rule
from tensorboard_plugin_hidden.alerts.watcher import Watcher
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PastStep:
    """What is stored of one step.

    Attributes:
        step: Training step.
        layers: Activations [N, D] of each layer.
        logits: [N, C], or None.
        rate: Learning rate, or None.
        gradients: What a training log said, or None.
        loss: What ``add_hidden`` was told, or None.
    """

    step: int
    layers: Mapping[str, FloatArray]
    logits: FloatArray | None
    rate: float | None = None
    gradients: GradientFacts | None = None
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task of continual learning.

    Attributes:
        name: Its name.
        step: The first step that may belong to it, or at which it was announced.
        rows: Its samples, ascending.
        begun: Whether it was learned.
    """

    name: str
    step: int
    rows: IntArray
    begun: bool = True


def replay(
    steps: Iterable[PastStep],
    labels: IntArray,
    classes: Sequence[str],
    rules: Sequence[Rule] | None = None,
    tasks: Sequence[PastTask] = (),
) -> Iterator[Alert]:
    """Applies rules to steps in their order, each with what came before it only.

    Args:
        steps: Ascending.
        labels: int32 [N], -1 for none.
        classes: Names of the classes.
        rules: Which rules; default the built-in ones.
        tasks: In order of their steps.

    Yields:
        Alerts, by step, and of one step the worst first.
    """
    watcher = Watcher(labels, classes, rules)
    waiting = [*tasks]
    for past in steps:
        while waiting and waiting[0].step <= past.step:
            task = waiting.pop(0)
            if task.begun:
                watcher.begin(task.name, task.rows)
            else:
                watcher.announce({task.name: task.rows})
        _, alerts = watcher.look(
            past.step, past.layers, past.logits, rate=past.rate, gradients=past.gradients, loss=past.loss
        )
        yield from alerts
