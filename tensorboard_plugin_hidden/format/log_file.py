"""Event files that outlive trouble: what cannot be written now is written later, and nothing raises out of training.

TensorBoard's own writer raises when the disk is full or the directory is gone, and from then on for ever.
"""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import socket
import threading
import time
import warnings
from collections import deque

from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter, _AsyncWriter
from tensorboard.summary.writer.record_writer import RecordWriter

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.succession import event_files, next_stamp
from tensorboard_plugin_hidden.notices import say

_KEEP_BYTES = 64 * 1024 * 1024
"""Bytes of events that wait in memory for a disk to be free again; more are dropped."""

_LOOK_SECONDS = 1.0
"""How often a directory is looked at for other writers."""

_VERSION = "brain.Event:2"

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)

_count = itertools.count()
_ours: set[str] = set()
"""Paths of all files that this process has opened."""


class EventLog(EventFileWriter):  # type: ignore[misc]
    """TensorBoard's writer of events, with its thread, on a ``LogFile``.

    Args:
        directory: Where, an absolute path; made if it is not there.
        max_queue: Events that wait for the thread.
        flush_secs: Seconds after which they are written at the latest.
        suffix: Of the file's name.
        lazy: As for ``LogFile``.

    Attributes:
        file: The file.

    Raises:
        OSError: The directory cannot be written.
    """

    def __init__(
        self, directory: str, max_queue: int = 10, flush_secs: int = 120, suffix: str = "", lazy: bool = False
    ) -> None:
        self.file = LogFile(directory, suffix, lazy=lazy)
        self._logdir = directory
        self._async_writer = _AsyncWriter(RecordWriter(self.file), max_queue, flush_secs)


class LogFile:
    """A file of records that outlives trouble: full disks, limits, and the removal of its directory.

    A record is given as one piece. It is written whole; what is cut short is completed before anything else is written.

    Args:
        directory: Where, an absolute path.
        suffix: Of the name.
        lazy: Whether the file is made with its first record: a file that stays empty is the newest one all the same,
            at which TensorBoard may wait for more while another is written.

    Attributes:
        path: The file's path.

    Raises:
        OSError: The directory cannot be written.
    """

    def __init__(self, directory: str, suffix: str = "", *, lazy: bool = False) -> None:
        self.path = ""
        self.closed = False
        self._directory = directory
        self._suffix = suffix
        self._lock = threading.RLock()
        self._descriptor = -1
        self._records: deque[bytes] = deque()
        self._kept = 0
        self._sent = 0
        """Bytes of the first record that are in the file."""
        self._trouble = ""
        self._dropped = 0
        self._others = event_files(directory)
        self._alone = True
        self._looked = time.monotonic()
        if not lazy:
            self._open()

    def write(self, record: bytes) -> None:
        """Writes a record, or keeps it until that is possible."""
        with self._lock:
            if self._kept + len(record) > _KEEP_BYTES and self._trouble:
                self._dropped += 1
                return
            self._records.append(record)
            self._kept += len(record)
            self._send()

    def flush(self) -> None:
        """Tries again to write what was kept."""
        with self._lock:
            if not self.closed:
                self._send()

    def close(self) -> None:
        """Closes the file; what still cannot be written is lost, and that is said."""
        with self._lock:
            if self.closed:
                return
            self._send()
            self.closed = True
            lost = len(self._records) + self._dropped
            if lost:
                self._warn(f"{lost} events of {self._directory} are lost: {self._trouble}.")
            if self._sent:
                self._cut()
            self._shut()

    def look_around(self, *, now: bool = False) -> None:
        """Warns, once, of another writer that is at work in the directory.

        Args:
            now: Whether to look at once; otherwise this is done every now and then.
        """
        if not self.path or not self._alone or not (now or time.monotonic() - self._looked > _LOOK_SECONDS):
            return
        self._looked = time.monotonic()
        with self._lock:
            found = {p: size for p, size in event_files(self._directory).items() if p not in _ours}
            others = [path for path, size in found.items() if size > self._others.get(path, 0)]
        if others:
            self._alone = False
            self._warn(
                f"Another writer is at work in {self._directory} ({os.path.basename(others[0])}). TensorBoard may read "
                "one file after another and drop what is added to an earlier one. Give that writer another directory, "
                f"such as {os.path.join(self._directory, 'framework')}, or log its values with this one."
            )

    def _send(self) -> None:
        try:
            self._write_all()
        except OSError as error:
            reason = error.strerror or str(error)
            if not self._trouble:
                self._warn(
                    f"The log cannot be written in {self._directory} ({reason}). Training goes on; what is logged is "
                    f"kept, up to {_KEEP_BYTES // 2**20} MiB, and written as soon as that is possible."
                )
            self._trouble = reason
            return
        if self._trouble:
            gaps = f"; {self._dropped} events are lost" if self._dropped else ""
            say(f"the log is written again in {self._directory}{gaps}")
            self._trouble, self._dropped = "", 0

    def _write_all(self) -> None:
        if self._records and not self._there():
            removed = self._descriptor >= 0
            self._open()
            if removed:
                self._warn(
                    f"The event file of {self._directory} was removed while it was written. The log goes on in a new "
                    "one; what was logged before is gone."
                )
        while self._records:
            record = self._records[0]
            try:
                self._sent += os.write(self._descriptor, memoryview(record)[self._sent :])
            except OSError as error:
                if error.errno != errno.EFBIG or os.fstat(self._descriptor).st_size <= self._sent + len(_header()):
                    raise
                self._cut()
                self._open()  # a file may be no larger: the next one goes on
                continue
            if self._sent == len(record):
                self._records.popleft()
                self._kept -= len(record)
                self._sent = 0

    def _there(self) -> bool:
        """Whether the file is open, and is the one that a reader finds."""
        if self._descriptor < 0:
            return False
        try:
            found, own = os.stat(self.path), os.fstat(self._descriptor)
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == (own.st_ino, own.st_dev)

    def _open(self) -> None:
        self._shut()
        self._sent = 0
        os.makedirs(self._directory, exist_ok=True)
        stamp = next_stamp(event_files(self._directory))
        path = f"events.out.tfevents.{stamp:010d}.{socket.gethostname()}.{os.getpid()}.{next(_count)}{self._suffix}"
        path = os.path.join(self._directory, path)
        descriptor = os.open(path, _NEW, 0o666)
        self.path, self._descriptor = path, descriptor
        _ours.add(path)
        header = _header()
        if os.write(descriptor, header) < len(header):
            os.ftruncate(descriptor, 0)
            os.unlink(path)
            self._shut()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _cut(self) -> None:
        """Takes a record's first half out of the file, as the next file will hold all of it."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - self._sent)

    def _shut(self) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1

    def _warn(self, sentence: str) -> None:
        warnings.warn(sentence, HiddenWarning, stacklevel=4)


def takes_up() -> list[event_pb2.Event]:
    """The events that hide what files before this one have from their step on."""
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    return [event_pb2.Event(file_version=_VERSION), event_pb2.Event(session_log=start)]


def _header() -> bytes:
    """The record that an event file begins with."""
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event_pb2.Event(wall_time=time.time(), file_version=_VERSION).SerializeToString())
    return buffer.getvalue()
