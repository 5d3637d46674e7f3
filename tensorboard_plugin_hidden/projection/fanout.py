"""Tasks drawn by several processes, of this machine or of a Ray cluster.

Workers only draw. Whoever called writes what they hand over, so no two processes ever write to the same event file or
group of the store, and a worker that dies takes no more with it than the frame that it was drawing.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import re
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.offline import Map, Outcome, Task
from tensorboard_plugin_hidden.projection.source import TRUST_PROGRAMS

STRIKES = 2
"""Deaths of a worker without a map in between after which its task counts as failed."""

OBJECT_STORE_BYTES = 256 * 1024 * 1024
"""Memory for frames on their way, of a Ray cluster that is started for one call; Ray's own choice is a third of all."""

PATIENCE_SECONDS = 3.0
"""Time that a process is given to end by itself when all is stopped, and that a Ray cluster is given to answer."""

_IN_FLIGHT = 2
"""Frames of one task that a Ray worker may be ahead of whoever writes them; what is drawn and not written is lost."""

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that ended before all was drawn, and why."""

    task: str
    reason: str


Deliver = Callable[[Outcome | Failure], None]


class WorkerDiedError(Exception):
    """The process that drew a task is gone; the text says how."""


class Worker(Protocol):
    """One that draws a task at a time."""

    def outcomes(self, task: Task) -> Iterator[Outcome | Failure]:
        """What comes of a task, as it comes.

        Raises:
            WorkerDiedError: The process is gone. The next call starts another.
        """

    def close(self) -> None:
        """Ends the process, also in the middle of a task. Safe to call from any thread."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """Where tasks are drawn.

    Attributes:
        hire: Makes one worker.
        count: How many work at once.
    """

    hire: Callable[[], Worker]
    count: int


def draw_here(tasks: Sequence[Task], deliver: Deliver) -> None:
    """Draws tasks one after another in this process."""
    for task in tasks:
        for outcome in answers(task):
            deliver(outcome)


def fan_out(tasks: Sequence[Task], deliver: Deliver, workforce: Workforce) -> None:
    """Draws tasks, as many at once as there are workers. A task that fails does not stop the others.

    Args:
        tasks: What to draw; the maps of one task come in its order.
        deliver: Takes what comes, one call at a time. When it raises, everything is stopped.
        workforce: Who draws.
    """
    queue, lock, stop = deque(tasks), threading.Lock(), threading.Event()
    workers: list[Worker] = []

    def one_at_a_time(outcome: Outcome | Failure) -> None:
        with lock:
            deliver(outcome)

    def work(worker: Worker) -> None:
        try:
            while not stop.is_set():
                try:
                    task = queue.popleft()
                except IndexError:
                    return
                _persist(task, worker, one_at_a_time, stop)
        finally:
            worker.close()

    workers += [workforce.hire() for _ in range(min(workforce.count, len(tasks)))]
    with ThreadPoolExecutor(max(1, len(workers))) as threads:
        working = [threads.submit(work, worker) for worker in workers]
        try:
            for done in as_completed(working):
                done.result()
        except BaseException:
            stop.set()
            for worker in workers:
                worker.close()
            raise


def _persist(task: Task, worker: Worker, deliver: Deliver, stop: threading.Event) -> None:
    """Gives a task out until it is drawn, or its worker died too often on the same map."""
    strikes = 0
    while True:
        try:
            for outcome in worker.outcomes(task):
                deliver(outcome)
                strikes = 0 if isinstance(outcome, Map) else strikes
            return
        except WorkerDiedError as death:
            strikes += 1
            if stop.is_set():
                return
            if strikes == STRIKES:
                deliver(Failure(task.name, str(death)))
                return


def answers(task: Task) -> Iterator[Outcome | Failure]:
    """What comes of a task, whatever goes wrong with it."""
    try:
        yield from task.outcomes()
    except HiddenError as error:
        yield Failure(task.name, str(error))
    except Exception as error:  # a defect, or a library's: the other tasks may do better
        yield Failure(task.name, f"{type(error).__name__}: {error}")


@contextmanager
def processes(count: int) -> Iterator[Workforce]:
    """Processes of this machine, with one thread each.

    Args:
        count: How many.
    """
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)  # is read when libraries are loaded, before a new process runs any of our code
    try:
        yield Workforce(_Process, count)
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Process:
    """A process that is given tasks through a pipe. It ends when the pipe does, and so never outlives its owner."""

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._process: Any = None
        self._pipe: Connection | None = None
        self._busy = False
        self._lock = threading.Lock()

    def outcomes(self, task: Task) -> Iterator[Outcome | Failure]:
        pipe = self._started()
        try:
            pipe.send(task)
            while (outcome := pipe.recv()) is not None:
                yield outcome
            self._busy = False
        except (EOFError, OSError):
            process, self._process = self._process, None
            process.join()
            raise WorkerDiedError(f"its process ended with {_ending(process.exitcode)}") from None

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            process = self._process
            if process is None or self._pipe is None:
                return
            if self._busy:
                process.terminate()
                process.join(PATIENCE_SECONDS)
                process.kill()
            else:
                self._pipe.close()
            process.join()

    def _started(self) -> Connection:
        with self._lock:
            if self._closed.is_set():
                raise WorkerDiedError("it was stopped")
            if self._process is None:
                context = multiprocessing.get_context("spawn")
                self._pipe, theirs = context.Pipe()
                self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
                with _interrupts_held():
                    self._process.start()
                theirs.close()
            self._busy = True
        assert self._pipe is not None
        return self._pipe


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keeps Ctrl-C from processes that are started meanwhile, which inherit the mask."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows has no masks to inherit
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """Draws what comes through the pipe until nobody holds its other end."""
    # Ctrl-C reaches all processes of a terminal; the owner decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    torch.set_num_threads(1)
    try:
        while True:
            for outcome in answers(pipe.recv()):
                pipe.send(outcome)
            pipe.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _end(*_: object) -> None:
    """An orderly end in the middle of a task, so that what libraries opened is closed."""
    # What libraries say of being cut off, such as the store's event loop in the middle of a read, is no news.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(0)


def _ending(code: int | None) -> str:
    """How a process ended, from its exit code.

    >>> _ending(-9), _ending(1)
    ('SIGKILL', 'exit status 1')
    """
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"


@contextmanager
def ray_cluster(address: str, count: int | None = None) -> Iterator[Workforce]:
    """Workers of a Ray cluster, one processor each. They must see the runs at the same paths.

    Args:
        address: As ``ray.init`` takes it; ``local`` starts a cluster on this machine for the time being. Where the
            caller is connected to one already, that one is used.
        count: How many work at once; default one for each processor.

    Raises:
        HiddenError: Ray is not installed, or there is no such cluster.
    """
    ray = _imported_ray(address)
    ours = not ray.is_initialized()
    if ours:
        _connect(ray, address, count)
    try:
        yield Workforce(lambda: _RayWorker(ray), count or max(1, int(ray.cluster_resources().get("CPU", 1))))
    finally:
        if ours:
            ray.shutdown()


def _imported_ray(address: str) -> Any:
    if Path(address).is_dir():
        raise HiddenError(
            "--ray took a run for the address of a cluster",
            expected="an address such as ray://host:10001, or none",
            got=address,
            fix="Write the runs before --ray, or --ray=local.",
        )
    # Ray reads these: it neither reports its use, nor warns of changes to come, nor replaces the built-in print. With
    # another print numba compiles nothing that asks for its number of threads.
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "RAY_TQDM_PATCH_PRINT"):
        os.environ.setdefault(name, "0")
    try:
        import ray
    except ImportError as error:
        raise HiddenError(
            "drawing on a cluster needs a library that is not here",
            expected="the package ray",
            got=str(error),
            fix='Run: pip install "tensorboard-plugin-hidden[ray]"',
        ) from error
    return ray


def _connect(ray: Any, address: str, count: int | None) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options |= {
            "num_cpus": count,
            "include_dashboard": False,
            "object_store_memory": OBJECT_STORE_BYTES,
            "_node_ip_address": "127.0.0.1",
        }
    try:
        # Ray itself tries for more than a minute.
        if server := re.search(r"([\w.-]+):(\d+)$", address):
            socket.create_connection((server[1], int(server[2])), PATIENCE_SECONDS).close()
        ray.init(address=address, **options)
    except (ConnectionError, OSError, ValueError, RuntimeError) as error:
        raise HiddenError(
            "no Ray cluster to draw on",
            expected="the address of a cluster that runs",
            got=f"{address!r}, {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}",
            fix="Start one with: ray start --head; or leave the address out for one on this machine.",
        ) from error


class _RayWorker:
    """A place on a Ray cluster, for one task at a time."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        # A task that Ray itself ran again would not hand over again what it drew before.
        self._draw = ray.remote(num_cpus=1, max_retries=0)(_answers_on_one_thread).options(
            num_returns="streaming", _generator_backpressure_num_objects=_IN_FLIGHT
        )
        self._closed = threading.Event()
        self._stream: Any = None

    def outcomes(self, task: Task) -> Iterator[Outcome | Failure]:
        if self._closed.is_set():
            raise WorkerDiedError("it was stopped")
        try:
            # A cluster that runs already has an environment of its own.
            self._stream = self._draw.remote(task, os.environ.get(TRUST_PROGRAMS, "0"))
            for reference in self._stream:
                yield self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            raise WorkerDiedError(f"its Ray worker is gone: {str(error).splitlines()[0]}") from error
        self._stream = None

    def close(self) -> None:
        self._closed.set()
        if self._stream is not None:
            self._ray.cancel(self._stream, force=True)


def _answers_on_one_thread(task: Task, trust: str) -> Iterator[Outcome | Failure]:
    os.environ.update(_ONE_THREAD | {TRUST_PROGRAMS: trust})
    torch.set_num_threads(1)
    yield from answers(task)
