"""Logs the tasks of one session: those that begin, and those that the probe says are still to come."""

from __future__ import annotations

import warnings
from typing import Any

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import TaskRecord
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.tasks import classes_of, task_rows, tasks_to_come


class TaskLog:
    """The tasks of one session.

    Args:
        journal: Where to.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._begun: set[str] = set()
        self._waiting: list[tuple[str, IntArray]] = []
        self._announced = False

    def begin(self, name: str, classes: Any, probe: Any, watched: Probe | None, step: int | None) -> IntArray:
        """Logs that a task begins.

        Args:
            name: Its name.
            classes: Its classes, or None.
            probe: Its samples, or None; ``task_rows`` says which are meant.
            watched: The probe that has them.
            step: The first step that may belong to it; None when that is not known before the next snapshot.

        Returns:
            The rows of its samples.

        Raises:
            HiddenError: There is no probe, the task has begun before, its samples are not known, or the store cannot
                be written.
        """
        if watched is None:
            raise HiddenError(
                "there are no samples to divide into tasks",
                expected="a call of watch(model, probe), or of add_probe(probe), before add_task",
                got="none",
                fix="Add writer.watch(model, hidden.Probe(dataset)) before the training loop.",
            )
        rows = task_rows(name, classes, probe, watched)
        if name in self._begun:
            raise HiddenError(
                "a task begins twice",
                expected="another name than those of the tasks before",
                got=repr(name),
                fix="Number the visits of a task that comes again, as 'digits 0 to 4, again'.",
            )
        if step is None:
            self._waiting.append((name, rows))
        else:
            try:
                self._write(name, rows, watched, step, begun=True)
            except HiddenError as error:  # a full disk, in the middle of a training
                warnings.warn(f"Task {name!r} is not logged. {error}", HiddenWarning, stacklevel=4)
        self._begun.add(name)
        return rows

    def to_come(self, watched: Probe) -> dict[str, IntArray]:
        """The tasks that are to be announced with the session's first snapshot; none at later ones."""
        if self._announced:
            return {}
        return {name: rows for name, rows in tasks_to_come(watched).items() if name not in self._begun}

    def settle(self, step: int, watched: Probe) -> None:
        """Logs what waited for a step to be known; what cannot be written is a warning.

        Args:
            step: The step of a snapshot that is logged.
            watched: Its samples.
        """
        waiting, self._waiting = self._waiting, []
        to_come = self.to_come(watched)
        self._announced = True
        try:
            for name, rows in waiting:
                self._write(name, rows, watched, step, begun=True)
            for name, rows in to_come.items():
                self._write(name, rows, watched, step, begun=False)
        except HiddenError as error:
            warnings.warn(f"The tasks of step {step} are not logged. {error}", HiddenWarning, stacklevel=5)

    def _write(self, name: str, rows: IntArray, watched: Probe, step: int, *, begun: bool) -> None:
        body = TaskRecord(step, name, len(rows), classes_of(rows, watched.labels), begun)
        self._journal.write(body, {"rows": rows})
