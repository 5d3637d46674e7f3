"""Projection from a run's files alone: after training, beside it, or on another machine.

What a process is given to draw is a *task*: a few strings, and all else is read from the run. A task that was cut short
is given out again as it is, and draws what is still missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.history import History, current, waiting
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import Snapshot
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.frame import draw_frames
from tensorboard_plugin_hidden.projection.methods import RUN_METHODS, get_method, get_run_method
from tensorboard_plugin_hidden.projection.resume import take_up
from tensorboard_plugin_hidden.projection.source import load_snapshot

_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Map:
    """A frame that was drawn, for whoever writes to the run.

    Attributes:
        run_dir: The run's directory.
        record: What its event is to say.
        arrays: Its payload.
        stands_in: The landscape is of a head fitted to the logits, although the network's own is stored as a program.
    """

    run_dir: str
    record: FrameRecord
    arrays: Mapping[str, npt.NDArray[Any]]
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A snapshot of which no map was drawn, and why, as a sentence."""

    reason: str


Outcome = Map | LeftOut


class Task(Protocol):
    """Maps that are drawn one after another by one process. Picklable."""

    @property
    def name(self) -> str:
        """What is drawn, for people."""

    @property
    def expected(self) -> int:
        """How many maps were missing when the task was made."""

    def outcomes(self) -> Iterator[Outcome]:
        """Draws what is missing now, in order.

        Raises:
            HiddenError: The run cannot be read, or the method cannot draw it.
        """


class RunFiles:
    """What a run holds, read as it grows.

    Args:
        run_dir: The run's directory.

    Raises:
        HiddenError: There is no such run.

    Attributes:
        run_dir: As given.
        store: Its store.
        records: All records read so far.
        payloads: The inline payload of each, by version.
    """

    def __init__(self, run_dir: str) -> None:
        self.run_dir = run_dir
        self.store = StoreReader(run_dir)
        self.records: list[Record] = []
        self.payloads: dict[str, bytes] = {}
        self._reader = RunReader(run_dir)

    def history(self) -> History:
        """Which of its records count now."""
        for logged in self._reader.poll():
            self.records.append(logged.record)
            self.payloads[str(logged.record.version)] = logged.payload
        return current(self.records)

    def snapshot(self, record: Record) -> Snapshot | LeftOut:
        """A snapshot, or why there can be no map of it."""
        try:
            return load_snapshot(record, self.store)
        except HiddenError as error:
            return LeftOut(f"No map of {record.tag} in {self.run_dir}. {error}")


@dataclass(slots=True)
class OfflineProjection:
    """Draws the frames that a run lacks, step by step.

    Args:
        run_dir: The run's directory.
        method: Name of a projection method that draws step by step.
        layers: Names of the layers to draw; all when empty.

    Raises:
        HiddenError: There is no such run or method.
    """

    run_dir: str
    method: str
    layers: tuple[str, ...] = ()
    _files: RunFiles = field(init=False)
    _history: History = field(init=False)
    _chains: dict[str, Chain] = field(init=False, default_factory=dict)
    _tried: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        get_method(self.method)
        self._files = RunFiles(self.run_dir)
        self._history = self._files.history()

    def waiting(self) -> list[Record]:
        """The snapshots that have no frame of this method yet and were not tried, in order of step."""
        self._history = self._files.history()
        return [
            record
            for record in lacking(self._history, self.method, self.layers)
            if str(record.version) not in self._tried
        ]

    def draw(self, record: Record) -> Outcome:
        """Projects one of the snapshots that were waiting."""
        body = record.body
        assert isinstance(body, SnapshotRecord)
        self._tried.add(str(record.version))
        snapshot = self._files.snapshot(record)
        if isinstance(snapshot, LeftOut):
            return snapshot
        chain = self._chains.setdefault(body.layer, Chain(get_method(self.method)))
        take_up(chain, body.layer, body.step, self.method, self._history, self._files.payloads, self._files.store)
        return drawn(self.run_dir, chain.project(snapshot), record)

    def follow(self, deliver: Callable[[Outcome], None]) -> None:
        """Draws frames as snapshots appear, until the writer is closed and nothing is left.

        Args:
            deliver: Takes each frame, or why there is none.
        """
        while True:
            todo = self.waiting()
            for record in todo:
                deliver(self.draw(record))
            if not todo:
                if self._history.closed:
                    return
                time.sleep(_POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class _OneLayer:
    """One layer of one run.

    Attributes:
        run_dir: The run's directory.
        layer: Name of the layer.
        method: Name of a projection method.
        expected: How many maps are to be drawn, as far as is known when the task is made.
    """

    run_dir: str
    layer: str
    method: str
    expected: int

    @property
    def name(self) -> str:
        """Run and layer."""
        return f"{self.run_dir}, layer {self.layer}"


class LayerTask(_OneLayer):
    """The maps that one layer of one run lacks, drawn step by step, each started from the one before."""

    def outcomes(self) -> Iterator[Outcome]:
        """Draws step after step."""
        projection = OfflineProjection(self.run_dir, self.method, (self.layer,))
        for record in projection.waiting():
            yield projection.draw(record)


class WholeRunTask(_OneLayer):
    """All maps of one layer of one run, by a method that looks at all steps at once.

    When a snapshot came since the last time, all are drawn anew.
    """

    def outcomes(self) -> Iterator[Outcome]:
        """Draws them all, then hands them over one by one, the ones that were missing last.

        As long as one is missing the next call draws them all again: a map of a half-written set is never taken for one
        of a whole set.
        """
        files = RunFiles(self.run_dir)
        history = files.history()
        records: list[Record] = []
        snapshots: list[Snapshot] = []
        for record in history.snapshots.get(self.layer, {}).values():
            snapshot = files.snapshot(record)
            if isinstance(snapshot, LeftOut):
                yield snapshot
            else:
                records.append(record)
                snapshots.append(snapshot)
        done = history.frames.get(self.layer, {}).get(self.method, {})
        if all(record.step in done for record in records):
            return
        frames = [item.frame for item in draw_frames(snapshots, get_run_method(self.method))]
        for frame, record in sorted(zip(frames, records, strict=True), key=lambda pair: pair[1].step not in done):
            yield drawn(self.run_dir, frame, record)


def layer_tasks(run_dir: str, method: str, layers: tuple[str, ...] = ()) -> list[LayerTask | WholeRunTask]:
    """What there is to draw in one run, a task for each layer that lacks a map.

    Args:
        run_dir: The run's directory.
        method: Name of a projection method, of either kind.
        layers: Names of the layers to draw; all when empty.

    Raises:
        HiddenError: There is no such run, method or layer.
    """
    whole = method in RUN_METHODS
    if not whole:
        get_method(method)
    history = RunFiles(run_dir).history()
    require_layers(run_dir, history, layers)
    tasks: list[LayerTask | WholeRunTask] = []
    for layer in layers or history.snapshots:
        missing = len(lacking(history, method, (layer,)))
        if missing and whole:
            tasks.append(WholeRunTask(run_dir, layer, method, len(history.snapshots[layer])))
        elif missing:
            tasks.append(LayerTask(run_dir, layer, method, missing))
    return tasks


def require_layers(run_dir: str, history: History, layers: tuple[str, ...]) -> None:
    """Fails when a run has no snapshots of a layer.

    Raises:
        HiddenError: It has none of one of them.
    """
    for layer in layers:
        if layer not in history.snapshots:
            raise HiddenError(
                f"{Path(run_dir).name} has no snapshots of that layer",
                expected=f"one of {', '.join(history.snapshots) or 'none'}",
                got=repr(layer),
                fix="Write the layer's name as the HIDDEN tab shows it.",
            )


def lacking(history: History, method: str, layers: tuple[str, ...] = ()) -> list[Record]:
    """The snapshots of the layers, or of all, that a method has no frame of yet, in order of step."""
    return [
        record
        for record in waiting(history, method)
        if isinstance(record.body, SnapshotRecord) and (not layers or record.body.layer in layers)
    ]


def drawn(run_dir: str, frame: Frame, record: Record) -> Map:
    """A frame, ready to be written to the run whose snapshot it shows."""
    drawn = frame_record(frame, str(record.version))
    return Map(run_dir, drawn, encode_frame(frame), stands_in=stands_in(record, drawn))


def stands_in(snapshot: Record, frame: FrameRecord) -> bool:
    """Whether a map shows a stand-in for a program that was stored with its snapshot."""
    body = snapshot.body
    return isinstance(body, SnapshotRecord) and body.head == "program" and frame.landscape == "surrogate"
