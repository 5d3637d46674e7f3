"""Projection from a run's files alone: after training, beside it, or on another machine."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.history import History, current, waiting
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.resume import take_up
from tensorboard_plugin_hidden.projection.source import load_snapshot

Deliver = Callable[[FrameRecord, Mapping[str, npt.NDArray[Any]]], None]

_POLL_SECONDS = 1.0


@dataclass(slots=True)
class OfflineProjection:
    """Draws the frames that a run lacks.

    Args:
        run_dir: The run's directory.
        method: Name of the projection method.

    Raises:
        HiddenError: There is no such run or method.
    """

    run_dir: str
    method: str
    _reader: RunReader = field(init=False)
    _store: StoreReader = field(init=False)
    _records: list[Record] = field(init=False, default_factory=list)
    _payloads: dict[str, bytes] = field(init=False, default_factory=dict)
    _chains: dict[str, Chain] = field(init=False, default_factory=dict)
    _tried: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        get_method(self.method)
        self._reader = RunReader(self.run_dir)
        self._store = StoreReader(self.run_dir)

    def waiting(self) -> list[Record]:
        """The snapshots that have no frame of this method yet, in order of step."""
        return [record for record in waiting(self._history(), self.method) if str(record.version) not in self._tried]

    def draw(self, record: Record, deliver: Deliver) -> None:
        """Projects one snapshot and hands its frame over; one that cannot be read is left out with a warning."""
        body = record.body
        assert isinstance(body, SnapshotRecord)
        self._tried.add(str(record.version))
        chain = self._chains.setdefault(body.layer, Chain(get_method(self.method)))
        take_up(chain, body.layer, body.step, self.method, self._history(), self._payloads, self._store)
        try:
            snapshot = load_snapshot(record, self._store)
        except HiddenError as error:
            warnings.warn(f"No map of {record.tag}. {error}", HiddenWarning, stacklevel=2)
            return
        frame = chain.project(snapshot)
        deliver(frame_record(frame, str(record.version)), encode_frame(frame))

    def follow(self, deliver: Deliver, drawn: Callable[[Record], None]) -> None:
        """Draws frames as snapshots appear, until the writer is closed and nothing is left.

        Args:
            deliver: Takes each frame.
            drawn: Told of each snapshot that was drawn.
        """
        while True:
            history = self._history()
            todo = [record for record in waiting(history, self.method) if str(record.version) not in self._tried]
            for record in todo:
                self.draw(record, deliver)
                drawn(record)
            if not todo:
                if history.closed:
                    return
                time.sleep(_POLL_SECONDS)

    def _history(self) -> History:
        for logged in self._reader.poll():
            self._records.append(logged.record)
            self._payloads[str(logged.record.version)] = logged.payload
        return current(self._records)
