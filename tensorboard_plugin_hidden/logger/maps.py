"""Has a session's snapshots drawn beside training, and whatever an earlier session of this process left undrawn."""

from __future__ import annotations

import math
import threading
import warnings

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.schema import Record
from tensorboard_plugin_hidden.projection.service import Deliver, Progress, ProjectionService, Waiting


class Inheritance:
    """Maps that earlier writers of a run have left, or are about to leave, to the newest."""

    def __init__(self) -> None:
        self._waiting: Waiting = []
        self._coming: list[threading.Thread] = []

    def add(self, waiting: Waiting) -> None:
        """Leaves maps."""
        self._waiting += waiting

    def expect(self, thread: threading.Thread) -> None:
        """Says that a thread, which is about to be started, will leave some."""
        self._coming.append(thread)

    def __bool__(self) -> bool:
        return bool(self._waiting or self._coming)

    def take(self) -> Waiting:
        """All that was left."""
        for thread in self._coming:
            if thread.ident is not None:
                thread.join()
        waiting, self._waiting, self._coming = self._waiting, [], []
        return waiting


class MapDrawer:
    """The maps of one session.

    Args:
        run_dir: The run's directory.
        deliver: Called with every frame, on another thread.
        inherited: Maps that an earlier writer of the run has left to this one, now or later.
    """

    def __init__(self, run_dir: str, deliver: Deliver, inherited: Inheritance) -> None:
        self._run_dir = run_dir
        self._deliver = deliver
        self._inherited = inherited
        self._method = ""
        self.service: ProjectionService | None = None

    def start(self, method: str) -> None:
        """Starts the process in which snapshots are projected beside training, if it does not run yet.

        Args:
            method: By which method.

        Raises:
            HiddenError: It runs already, with another method.
        """
        if self.service is None:
            self._method = method
            self.service = ProjectionService(self._run_dir, method, self._deliver)
        elif method != self._method:
            raise HiddenError(
                "a run is projected by one method while it trains",
                expected=f"method={self._method!r}, as before, or None",
                got=repr(method),
                fix=f"Draw the other maps afterwards with `hidden project --method {method}`.",
            )

    def submit(self, record: Record) -> None:
        """Asks for a snapshot's map, if the process was started."""
        if self.service is not None:
            self.service.submit(record)

    def take_over(self, first_step: int | None) -> None:
        """Asks for the maps that an earlier writer left, of what this session does not hide.

        Args:
            first_step: The step from which this session hides what was logged before; None: it hides nothing.
        """
        limit = math.inf if first_step is None else first_step
        waiting = [(method, record) for method, record in self._inherited.take() if record.step < limit]
        others = 0
        for method, record in waiting:
            if self.service is None:
                self.start(method)
            if method == self._method:
                self.submit(record)
            else:
                others += 1
        if others:
            self._warn(f"{others} maps of an earlier writer are left")

    def wait(self, progress: Progress) -> None:
        """Waits for the maps that are still to come, or for Ctrl-C, which leaves them to ``hidden project``.

        Args:
            progress: Told how many maps are done and how many there are in all.
        """
        service = self.service
        if service is None:
            return
        try:
            service.drain(progress)
        except KeyboardInterrupt:  # as the progress line offers
            self._warn(f"{service.pending} maps are left")
            service.close()

    def leave(self) -> Waiting:
        """Ends the process without waiting for it.

        Returns:
            What is still to be drawn.
        """
        service, self.service = self.service, None
        left = [] if service is None else [(self._method, record) for record in service.close()]
        return [*self._inherited.take(), *left]

    def _warn(self, sentence: str) -> None:
        warnings.warn(
            f"{sentence} to `hidden project`; `hidden project {self._run_dir}` draws them.", HiddenWarning, stacklevel=4
        )
