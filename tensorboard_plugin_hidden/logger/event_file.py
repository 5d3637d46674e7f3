"""PyTorch's ``FileWriter`` on event files that do not end a training."""

from __future__ import annotations

import os
import warnings
from typing import Any

from torch.utils.tensorboard import FileWriter

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.log_file import EventLog, takes_up


def absolute(directory: str) -> str:
    """A path that stays the same when the script changes its directory; a URL is one already."""
    return directory if "://" in directory else os.path.abspath(directory)


def open_events(directory: str, max_queue: int, flush_secs: int, suffix: str, lazy: bool = False) -> Events:
    """A writer of one event file.

    Args:
        directory: Where, from ``absolute``; made if it is not there.
        max_queue: Events that wait for the thread which writes them.
        flush_secs: Seconds after which they are written at the latest.
        suffix: Of the file's name.
        lazy: Whether the file is made with its first event.

    Raises:
        OSError: The directory cannot be written.
    """
    if "://" in directory:
        return Events(directory, max_queue, flush_secs, suffix)
    return _LocalEvents(directory, max_queue, flush_secs, suffix, lazy)


class Events(FileWriter):  # type: ignore[misc]
    """PyTorch's ``FileWriter``, which can say that a training takes up again."""

    _muted = False

    def mute(self) -> None:
        """Says once that a forked child cannot log."""
        if not self._muted:
            self._muted = True
            warnings.warn(
                "A forked process cannot write to its parent's log; what it logs is left out. Open a SummaryWriter in "
                "it, on a directory of its own.",
                HiddenWarning,
                stacklevel=5,
            )

    def purge(self, step: int) -> None:
        """Hides what was logged at this step and after it, in files before this one."""
        for event in takes_up():
            self.add_event(event, step)


class _LocalEvents(Events):
    """A writer of events in a local directory."""

    def __init__(self, directory: str, max_queue: int, flush_secs: int, suffix: str, lazy: bool) -> None:
        self._options = directory, max_queue, flush_secs, suffix, lazy
        self._process = os.getpid()
        self._begin()

    def _begin(self) -> None:
        self.event_writer = EventLog(*self._options)

    def reopen(self) -> None:
        """Goes on in another file after ``close``."""
        if self.event_writer.file.closed:
            self._begin()

    def add_event(self, event: Any, step: Any = None, walltime: Any = None) -> None:
        """As ``FileWriter`` does it, but a forked child, which has no thread that writes, says so and goes on."""
        if os.getpid() != self._process:
            self.mute()
            return
        self.event_writer.file.look_around()
        super().add_event(event, step, walltime)

    def flush(self) -> None:
        """Writes what waits."""
        if os.getpid() == self._process:
            super().flush()

    def close(self) -> None:
        """Writes what waits, and closes the file."""
        if os.getpid() == self._process:
            self.event_writer.file.look_around(now=True)
            super().close()
