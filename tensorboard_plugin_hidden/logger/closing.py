"""What happens as a writer ends: the last maps are drawn, also where a script never closes it, or drops it.

A writer that is closed, or is there at the end of its process, waits for its maps. One that is dropped before, as at
the end of a ``main()``, leaves them to a thread, for which the process waits at its end; another writer on the same
directory, as of a notebook's cell that is run again, takes them over. So no run ever has two projectors.
"""

from __future__ import annotations

import atexit
import multiprocessing
import multiprocessing.util
import os
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click

from tensorboard_plugin_hidden.logger.recorder import Recorder
from tensorboard_plugin_hidden.projection.service import Waiting

_newest: weakref.WeakValueDictionary[str, Estate] = weakref.WeakValueDictionary()
"""Of every run, what belongs to its newest writer."""

_finishing: dict[str, _Finishing] = {}
"""Of every run, the dropped writer whose maps are still drawn."""


@dataclass(eq=False)
class Estate:
    """What a writer leaves behind. Refers to nothing of the user's, so that writers and models can be collected.

    Attributes:
        run_dir: The run's directory.
        inherited: Maps that an earlier writer of this process left to this one.
        recorder: What it records with, once it does.
        files: Its event files, by directory.
        process: In which process it was opened; a forked child has none of its threads.
    """

    run_dir: str
    inherited: Waiting = field(default_factory=list)
    recorder: Recorder | None = None
    files: dict[str, Any] = field(default_factory=dict)
    process: int = field(default_factory=os.getpid)

    @property
    def ours(self) -> bool:
        """Whether this process opened the writer."""
        return os.getpid() == self.process


def opened(estate: Estate) -> None:
    """A writer is about to open its event file: what is still drawn for an earlier one is its own now."""
    finishing = _finishing.pop(estate.run_dir, None)
    if finishing is not None and finishing.estate.ours:
        finishing.leave_to(estate)
    _newest[estate.run_dir] = estate


def closed(estate: Estate) -> None:
    """A writer was closed in an orderly way."""
    if _newest.get(estate.run_dir) is estate:
        del _newest[estate.run_dir]


def dropped(estate: Estate) -> None:
    """Nobody has the writer any more, and it was not closed."""
    if not estate.ours or estate.recorder is None:
        return
    heir = _newest.get(estate.run_dir)
    if heir is None or heir is estate:
        _finishing[estate.run_dir] = _Finishing(estate)
    else:
        heir.inherited += estate.recorder.leave()


def at_end(function: Callable[[], None]) -> None:
    """Has a function called when this process ends, also where it is a worker of ``multiprocessing``."""
    atexit.register(function)
    if multiprocessing.parent_process() is not None:  # which may end without calling what atexit knows
        multiprocessing.util.Finalize(None, function, exitpriority=0)


def closer(writer: weakref.ref[Any], estate: Estate) -> Callable[[], None]:
    """What closes a writer at the end of this process, if it is still there.

    Args:
        writer: Which.
        estate: What belongs to it.
    """

    def close() -> None:
        alive = writer()
        # A forked child that ends has none of the threads, and the projector is not its own.
        if alive is not None and estate.ours:
            alive.close()

    return close


class _Finishing:
    """Draws the maps of a dropped writer while the script goes on."""

    def __init__(self, estate: Estate) -> None:
        assert estate.recorder is not None
        self.estate = estate
        self._recorder = estate.recorder
        self._thread = threading.Thread(target=self._finish, name="hidden-finishing", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending, and starts no threads any more
            self._finish()
        else:
            at_end(self._wait)

    def leave_to(self, heir: Estate) -> None:
        """Stops drawing, so that another writer goes on with it."""
        heir.inherited += self._recorder.leave()
        self._thread.join()

    def _finish(self) -> None:
        self._recorder.close(lambda done, total: None)
        for file in self.estate.files.values():
            file.close()
        if _finishing.get(self.estate.run_dir) is self:
            del _finishing[self.estate.run_dir]

    def _wait(self) -> None:
        if self.estate.ours and self._thread.is_alive():
            with ProgressLine() as progress:
                self._recorder.maps.wait(progress)
            self._thread.join()
        atexit.unregister(self._wait)


class ProgressLine:
    """One line on stderr while maps are drawn at the end, if there is anything to wait for."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> ProgressLine:
        """Shows nothing yet."""
        return self

    def __call__(self, done: int, total: int) -> None:
        """Says how many maps are done, and how many there are in all."""
        if self._bar is None and total:
            label = "drawing the last maps (Ctrl-C leaves them to `hidden project`)"
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def __exit__(self, *error: Any) -> None:
        """Ends the line."""
        if self._bar is not None:
            self._bar.__exit__(*error)
