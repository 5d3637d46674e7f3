"""The training process's side of its projector: feeds it, takes its frames, restarts it, and never waits for it.

Imports no torch: what is here runs beside the user's training loop.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.codec import unpack
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record, SnapshotRecord, body_from_fields, to_json
from tensorboard_plugin_hidden.projection.wire import receive, send

Deliver = Callable[[FrameRecord, Mapping[str, npt.NDArray[Any]]], None]
Progress = Callable[[int, int], None]
"""Told how many frames are done and how many there are in all."""

Waiting = list[tuple[str, Record]]
"""Snapshots whose frames are still to come, each with the method they are to be drawn by."""

_ONE_QUIET_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # A second thread that spins while it waits takes a core from training and ten times as long itself.
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "KMP_BLOCKTIME": "0",
}
_CRASHES_IN_A_ROW = 3
"""After so many, the projector is left alone: what kills it is not chance."""

_PARTING_SECONDS = 5.0
"""How long a projector that was told to end may take, before it is killed."""

_IDLE_SECONDS = 30.0
"""How long a projector that owes a frame may use no processor time before those who wait for it give it up.

A frame of many samples takes minutes, and on a busy machine longer: what works slowly is never given up.
"""

_SILENT_SECONDS = 1800.0
"""The same without a frame, on systems that do not tell what a process uses."""


class ProjectionService:
    """Projects snapshots in another process, the newest of each layer first.

    A snapshot that a newer one overtakes waits in a backlog of references (its arrays are in the store), which is
    worked off, oldest first, when there is nothing newer to do.

    Args:
        run_dir: The run whose store the snapshots are in.
        method: Name of the projection method.
        deliver: Called with every frame, on a thread of this service.
    """

    def __init__(self, run_dir: str, method: str, deliver: Deliver) -> None:
        self._command = [sys.executable, "-P", "-m", "tensorboard_plugin_hidden.projection.worker"]
        self._command.append(json.dumps([run_dir, method]))
        self._run_dir = run_dir
        self._deliver = deliver
        self._change = threading.Condition()
        self._newest: dict[str, Record] = {}
        self._backlog: deque[Record] = deque()
        self._drawn: Record | None = None
        self._closing = False
        self._done = 0
        self._crashes = 0
        self._left_alone = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._serve, name="hidden-projection", daemon=True)
        self._thread.start()

    def submit(self, record: Record) -> None:
        """Asks for a snapshot's frame, and returns at once."""
        assert isinstance(record.body, SnapshotRecord)
        with self._change:
            if self._left_alone:
                return
            overtaken = self._newest.get(record.body.layer)
            if overtaken is not None:
                self._backlog.append(overtaken)
            self._newest[record.body.layer] = record
            self._change.notify_all()

    @property
    def pending(self) -> int:
        """Frames that are still to come."""
        with self._change:
            return self._pending()

    @property
    def pid(self) -> int | None:
        """The projector's process id, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def drain(self, progress: Progress, patience: float = 0.2) -> None:
        """Waits until every frame is delivered, or the projector hangs.

        Args:
            progress: Told how far it is, several times a second.
            patience: Seconds between two calls of ``progress``.
        """
        pulse = _Pulse()
        with self._change:
            total, before = self._pending(), self._done
            while self._pending() and self._thread.is_alive():
                progress(self._done - before, total)
                self._change.wait(patience)
                # A clock would also count the time for which this process itself was stopped.
                if pulse.idle(self.pid, self._done, patience):
                    left = self._forget()
                    break
            else:
                progress(self._done - before, total)
                return
        self._kill()
        self._warn(f"The projector hangs and was ended; {left} frames are not drawn.")

    def close(self) -> list[Record]:
        """Ends the projector.

        Returns:
            The snapshots whose frames are still to come.
        """
        with self._change:
            left = [*self._newest.values(), *self._backlog]
            if self._drawn is not None:
                left.append(self._drawn)
            self._closing = True
            self._newest.clear()
            self._backlog.clear()
            self._change.notify_all()
        self._stop()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=10)
        return sorted(left, key=lambda record: record.step)

    def _pending(self) -> int:
        return len(self._newest) + len(self._backlog) + (self._drawn is not None)

    def _forget(self) -> int:
        """Gives up what is pending, for good, and says how much it is."""
        left = self._pending()
        self._newest.clear()
        self._backlog.clear()
        self._left_alone = True
        return left

    def _serve(self) -> None:
        # Started before the first request: importing torch takes the process its first seconds.
        self._start()
        while (record := self._next()) is not None:
            answer = self._ask(record)
            if answer is None and not (self._closing or self._left_alone):
                self._crashed(record)
            elif answer is not None:
                self._crashes = 0
                self._hand_over(record, answer)
            with self._change:
                self._drawn = None
                self._change.notify_all()
        # close() may have come while the process was being started.
        self._stop()

    def _next(self) -> Record | None:
        with self._change:
            while not (self._newest or self._backlog or self._closing):
                self._change.wait()
            if self._closing:
                return None
            newest = next(iter(self._newest), None)
            self._drawn = self._backlog.popleft() if newest is None else self._newest.pop(newest)
            return self._drawn

    def _ask(self, record: Record) -> bytes | None:
        """The projector's answer; None when it died."""
        if self.pid is None:
            self._start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            send(process.stdin, to_json(record))  # type: ignore[arg-type]
            return receive(process.stdout)  # type: ignore[arg-type]
        except (OSError, ValueError):
            return None

    def _crashed(self, record: Record) -> None:
        self._stop()
        self._crashes += 1
        if self._crashes < _CRASHES_IN_A_ROW:
            with self._change:
                self._drawn = None
                self._backlog.appendleft(record)
            time.sleep(0.1 * self._crashes)
            return
        with self._change:
            left = self._forget()
        self._warn(f"The projector ended {_CRASHES_IN_A_ROW} times in a row; {left} frames are not drawn.")

    def _hand_over(self, record: Record, answer: bytes) -> None:
        try:
            arrays, meta = unpack(answer)
            if "error" in meta:
                self._warn(f"No frame for {record.tag}: {meta['error']}.")
                return
            frame = body_from_fields(FrameRecord.KIND, meta["frame"])
            assert isinstance(frame, FrameRecord)
            self._deliver(frame, arrays)
            with self._change:
                self._done += 1
        except Exception as error:  # a log that fails must not take the frames after this one with it
            self._warn(f"A frame could not be logged. {error}")

    def _start(self) -> None:
        environment = os.environ | _ONE_QUIET_THREAD
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                # Ctrl-C in a terminal is for the training process, which decides what becomes of this one.
                process_group=0,
            )
        except OSError as error:
            self._warn(f"The projector could not be started ({error}).")

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # it is gone already
                process.stdin.close()
        process.terminate()
        try:
            process.wait(_PARTING_SECONDS)
        except subprocess.TimeoutExpired:  # stopped, or stuck in the kernel
            self._kill()

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):  # the kernel has not let it go
                process.wait(_PARTING_SECONDS)

    def _warn(self, sentence: str) -> None:
        advice = f" Training goes on; `hidden project {self._run_dir}` draws what is missing."
        warnings.warn(sentence + advice, HiddenWarning, stacklevel=2)


class _Pulse:
    """Notices that a process no longer does anything."""

    def __init__(self) -> None:
        self._seen: tuple[float | None, int | None, int] | None = None
        self._idle = 0.0

    def idle(self, pid: int | None, done: int, seconds: float) -> bool:
        """Whether it has been idle for too long.

        Args:
            pid: The process; None while there is none.
            done: Frames it has made.
            seconds: Since the last call.
        """
        used = None if pid is None else processor_seconds(pid)
        seen = used, pid, done
        self._idle = 0.0 if seen != self._seen else self._idle + seconds
        self._seen = seen
        return self._idle >= (_SILENT_SECONDS if used is None else _IDLE_SECONDS)


def processor_seconds(pid: int) -> float | None:
    """The processor time that a process has used so far, in seconds; None where the system does not tell.

    Args:
        pid: Its id.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        # utime and stime, after the name in parentheses, see proc(5)
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        told = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, timeout=5).stdout
        return float(sum(float(part) * 60**i for i, part in enumerate(reversed(told.replace("-", ":").split(":")))))
    return None
