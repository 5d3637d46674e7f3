"""Observer, monitor and tasks as one: whoever has the arrays of a run, while it trains or later, gets its alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_hidden.alerts.monitor import Monitor
from tensorboard_plugin_hidden.alerts.observation import NETWORK, GradientFacts, Observation
from tensorboard_plugin_hidden.alerts.observer import Observer
from tensorboard_plugin_hidden.alerts.rules import Rule
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray


class Watcher:
    """Watches one run.

    Args:
        labels: int32 [N], -1 for none.
        classes: Names of the classes.
        rules: Which rules; default the built-in ones.
    """

    def __init__(self, labels: IntArray, classes: Sequence[str], rules: Sequence[Rule] | None = None) -> None:
        self._observer = Observer(labels if (labels >= 0).any() else None, classes)
        self._monitor = Monitor(rules)
        self._begun: dict[str, IntArray] = {}
        self._to_come: dict[str, IntArray] = {}
        self._current: str | None = None
        self._last: dict[str, int] = {}

    def announce(self, tasks: Mapping[str, IntArray]) -> None:
        """Says which tasks are still to come.

        Args:
            tasks: Rows of each, ascending.
        """
        self._to_come.update(tasks)
        self._tell()

    def begin(self, name: str, rows: IntArray) -> None:
        """Another task is learned from now on, and the one before is over.

        Args:
            name: The task.
            rows: Its samples, ascending.
        """
        if self._current is not None:
            self._observer.end_task(self._current)
        self._monitor.reset()
        self._begun[name] = rows
        self._current = name
        self._tell()

    def look(
        self,
        step: int,
        layers: Mapping[str, FloatArray],
        logits: FloatArray | None,
        *,
        rate: float | None = None,
        gradients: GradientFacts | None = None,
        loss: float | None = None,
    ) -> tuple[list[Observation], list[Alert]]:
        """Measures layers at a step, and applies the rules. What was measured at this step already is left as it is.

        Args:
            step: Training step, no less than before.
            layers: Activations [N, D] of each; the layers of a step may come one after another.
            logits: [N, C], or None.
            rate: Learning rate, or None.
            gradients: What the training log says, or None.
            loss: Of the training, where it is told.

        Returns:
            What was measured, and what is newly wrong, the worst first.
        """
        fresh = {name: array for name, array in layers.items() if self._last.get(name, -1) < step}
        seen = self._observer.look(step, fresh, logits, rate=rate, gradients=gradients, loss=loss)
        new = [one for one in seen if one.layer != NETWORK or self._last.get(NETWORK, -1) < step]
        self._last.update({one.layer: step for one in new})
        return new, self._monitor.watch(new)

    def _tell(self) -> None:
        # In the order in which they are learned, since rules look at those before the one that is learned.
        waiting = {name: rows for name, rows in self._to_come.items() if name not in self._begun}
        self._observer.set_tasks(self._begun | waiting, self._current)
