"""What happens as a writer ends: the last maps are drawn, also where a script never closes it, or drops it.

A writer that is closed, or is there at the end of its process, waits for its maps. One that is dropped before, as at
the end of a ``main()``, leaves them to a thread, for which the process waits at its end; another writer on the same
directory, as of a notebook's cell that is run again, takes them over. So no run ever has two projectors.
"""

from __future__ import annotations

import atexit
import functools
import multiprocessing
import multiprocessing.util
import os
import sys
import threading
import warnings
import weakref
from dataclasses import dataclass, field
from typing import Any

import click

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.logger.maps import Inheritance
from tensorboard_plugin_hidden.logger.recorder import Recorder

_LEAVING_SECONDS = 5.0
"""How long a writer that is dropped may take to leave its maps to another, before it goes on with that beside."""

_open: list[Estate] = []
"""Of every writer that was neither closed nor dropped, in the order in which they were opened."""

_newest: weakref.WeakValueDictionary[str, Estate] = weakref.WeakValueDictionary()
"""Of every run, what belongs to its newest writer."""

_finishing: list[_Finishing] = []
"""Dropped writers whose maps are still drawn."""


@dataclass(eq=False)
class Estate:
    """What a writer leaves behind. Refers to nothing of the user's, so that writers and models can be collected.

    Attributes:
        run_dir: The run's directory.
        writer: The writer, while somebody has it.
        inherited: Maps that earlier writers of this process left to this one.
        recorder: What it records with, once it does.
        files: Its event files, by directory.
        purged_from: The writer's ``purge_step``.
        process: In which process it was opened; a forked child has none of its threads.
        left: Whether the writer is gone.
    """

    run_dir: str
    writer: weakref.ref[Any]
    inherited: Inheritance = field(default_factory=Inheritance)
    recorder: Recorder | None = None
    files: dict[str, Any] = field(default_factory=dict)
    purged_from: int | None = None
    process: int = field(default_factory=os.getpid)
    left: bool = False
    _recording: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ours(self) -> bool:
        """Whether this process opened the writer."""
        return os.getpid() == self.process

    def record(self) -> Recorder:
        """What the writer records with, begun when first asked for.

        Raises:
            HiddenError: The directory cannot be written.
        """
        with self._recording:
            if self.recorder is None:
                events = next(iter(self.files.values()))
                # Nothing in the recorder refers to the writer, which can be dropped.
                self.recorder = Recorder(
                    self.run_dir, events.add_summary, events.flush, self.purged_from, self.inherited
                )
            return self.recorder


def opened(estate: Estate) -> None:
    """A writer is about to open its event file: what is still drawn for an earlier one is its own now."""
    _at_end(estate.process)
    _open.append(estate)
    for finishing in [one for one in _finishing if one.estate.run_dir == estate.run_dir and one.estate.ours]:
        finishing.leave_to(estate)
    _newest[estate.run_dir] = estate


def closed(estate: Estate) -> None:
    """A writer was closed in an orderly way."""
    _leave(estate)
    if _newest.get(estate.run_dir) is estate:
        del _newest[estate.run_dir]


def dropped(estate: Estate) -> None:
    """Nobody has the writer any more, and it was not closed."""
    if estate.ours and not estate.left:
        _leave(estate)
        if estate.recorder is None and not estate.inherited:
            return
        heir = _newest.get(estate.run_dir)
        _Finishing(estate, None if heir is None or heir.left else heir)


def _leave(estate: Estate) -> None:
    estate.left = True
    if estate in _open:
        _open.remove(estate)


@functools.cache
def _at_end(process: int) -> None:
    """Has this process finish its logs when it ends, also where it is a worker of ``multiprocessing``.

    Registered once, not for every writer, so that nothing is kept of those that are done.

    Args:
        process: Its id: a forked child inherits what was registered, and forgets some of it.
    """
    atexit.register(_finish_all)
    if multiprocessing.parent_process() is not None:  # which may end without calling what atexit knows
        multiprocessing.util.Finalize(None, _finish_all, exitpriority=0)


def _finish_all() -> None:
    for estate in reversed([*_open]):
        writer = estate.writer()
        # A forked child that ends has none of the threads, and the projector is not its own.
        if writer is not None and estate.ours:
            try:
                writer.close()
            except Exception as error:  # the others are to be closed all the same
                _unfinished(estate, error)
    for finishing in [*_finishing]:
        finishing.wait()


def _unfinished(estate: Estate, error: Exception) -> None:
    advice = f"`hidden project {estate.run_dir}` draws the maps that are missing."
    warnings.warn(f"The log could not be finished. {error} {advice}", HiddenWarning, stacklevel=3)


class _Finishing:
    """Draws the maps of a dropped writer, or leaves them to an heir, while the script goes on.

    On a thread of its own, as writers are dropped in the middle of anything, such as while their queue is locked.
    """

    def __init__(self, estate: Estate, heir: Estate | None) -> None:
        self.estate = estate
        self._thread = threading.Thread(target=self._finish, args=(heir,), name="hidden-finishing", daemon=True)
        _finishing.append(self)
        if heir is not None:
            heir.inherited.expect(self._thread)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending, and starts no threads any more
            self._finish(heir)
        if heir is not None and self._thread.ident is not None:
            self._thread.join(_LEAVING_SECONDS)  # so that there is one projector, where nothing is locked

    def leave_to(self, heir: Estate) -> None:
        """Stops drawing, so that another writer goes on with it."""
        heir.inherited.add(self.estate.record().leave())
        self._thread.join()

    def wait(self) -> None:
        """Waits for the maps, with a progress line."""
        if self.estate.ours:
            with ProgressLine() as progress:
                while self._thread.is_alive():
                    if self.estate.recorder is not None:
                        self.estate.recorder.maps.wait(progress)
                    self._thread.join(0.1)

    def _finish(self, heir: Estate | None) -> None:
        try:
            if heir is None:
                self.estate.record().close(lambda done, total: None)
            else:
                heir.inherited.add(self.estate.record().leave())
            for file in self.estate.files.values():
                file.close()
        except Exception as error:  # nobody is there to catch it
            _unfinished(self.estate, error)
        finally:
            _finishing.remove(self)


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
