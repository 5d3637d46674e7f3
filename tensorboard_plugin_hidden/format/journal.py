"""Writing to a run: data first, then the event that names it. For the training process and ``hidden project``."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy.typing as npt
from tensorboard.compat.proto import summary_pb2

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.payload import PayloadWriter
from tensorboard_plugin_hidden.format.schema import Body, PayloadRef, Record, Version
from tensorboard_plugin_hidden.format.store import group_name, not_writable, require_writable, store_path
from tensorboard_plugin_hidden.format.succession import enter, entered, new_session_id
from tensorboard_plugin_hidden.format.summaries import run_marker, summary

Emit = Callable[[summary_pb2.Summary, int], None]
"""Hands a summary and its step to the run's one event writer."""


class Journal:
    """One session of writing to one run. Safe to call from several threads.

    Args:
        run_dir: The run's directory.
        emit: Where summaries go.

    Raises:
        HiddenError: The directory cannot be written.
    """

    def __init__(self, run_dir: str, emit: Emit) -> None:
        require_writable(run_dir)
        self.session = new_session_id(run_dir)
        self._run_dir = run_dir
        try:
            enter(run_dir, self.session)
        except OSError as error:
            raise not_writable(store_path(run_dir), error) from error
        self._emit = emit
        self._payloads = PayloadWriter(run_dir)
        self._lock = threading.Lock()
        self._sequence = 0

    def remade(self) -> bool:
        """Whether the store was removed since it was made, or since the last call; it is made anew then."""
        if entered(self._run_dir, self.session):
            return False
        with contextlib.suppress(OSError):  # what cannot be written later says so itself
            enter(self._run_dir, self.session)
            self.mark_run()
            warnings.warn(
                f"{store_path(self._run_dir)} was removed while it was written. It is made anew; the layers and maps "
                "of before are gone.",
                HiddenWarning,
                stacklevel=6,
            )
            return True
        return False

    def mark_run(self) -> None:
        """Lets the backend find the run without listing all of its records."""
        self._emit(run_marker(), 0)

    def write(self, body: Body, arrays: Mapping[str, npt.NDArray[Any]] | None = None) -> Record:
        """Logs one record with its payload, which goes into the event or the store by its size.

        Args:
            body: What to say.
            arrays: Its payload, if it has one.

        Returns:
            The record as logged.

        Raises:
            HiddenError: The payload could not be stored; no event was written then.
        """
        reference, data = PayloadRef(), b""
        if arrays:
            group = group_name(self.session, body.KIND, getattr(body, "layer", ""))
            reference, data = self._payloads.put(group, arrays)
        return self.name(body, reference, data)

    def name(self, body: Body, reference: PayloadRef, data: bytes = b"") -> Record:
        """Writes the event of a record whose arrays are in place.

        Args:
            body: What to say.
            reference: Where its arrays are.
            data: The arrays themselves, when they are inline.
        """
        with self._lock:
            record = Record(Version(self.session, self._sequence), body, reference)
            self._sequence += 1
        self._emit(summary(record, data), record.step)
        return record

    def store(self, group: str, arrays: Mapping[str, npt.NDArray[Any]]) -> PayloadRef:
        """Puts arrays into the store, for ``name`` to refer to.

        Raises:
            HiddenError: The store cannot be written.
        """
        return self._payloads.store.append(group, arrays)

    def extend(self, group: str, arrays: Mapping[str, npt.NDArray[Any]]) -> PayloadRef:
        """Puts rows of a series into the store, for ``name`` to refer to.

        Raises:
            HiddenError: The store cannot be written.
        """
        return self._payloads.store.extend(group, arrays)
