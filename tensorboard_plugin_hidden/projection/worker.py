"""The projector process: reads snapshots' records from stdin, sends frames to stdout, ends when stdin does.

Started as ``python -m`` rather than through multiprocessing, which would import the user's script a second time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import BinaryIO

import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.codec import pack
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import SnapshotRecord, body_fields, from_json
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.resume import take_up
from tensorboard_plugin_hidden.projection.source import load_snapshot
from tensorboard_plugin_hidden.projection.wire import receive, send


def main(run_dir: str, method: str) -> None:
    """Answers every snapshot record with a frame, or with what kept it from being made."""
    # Where there are no process groups Ctrl-C reaches this process too; training decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(19)
    torch.set_num_threads(1)
    requests, answers = _private_pipes()
    projector = _Projector(run_dir, method)
    while (message := receive(requests)) is not None:
        answer = projector.answer(message)
        try:
            send(answers, answer)
        except BrokenPipeError:  # training was killed while it waited for this frame
            os._exit(0)


class _Projector:
    """Draws the snapshots of one run, and goes on from the frames that the run held before this process was started."""

    def __init__(self, run_dir: str, method: str) -> None:
        self._run_dir = run_dir
        self._method = method
        self._store = StoreReader(run_dir)
        self._chains: dict[str, Chain] = {}
        self._before: tuple[History, dict[str, bytes]] | None = None

    def answer(self, message: bytes) -> bytes:
        """The frame of a snapshot's record, or what kept it from being drawn."""
        try:
            record = from_json(message)
            assert isinstance(record.body, SnapshotRecord)
            layer, step = record.body.layer, record.body.step
            chain = self._chains.setdefault(layer, Chain(get_method(self._method)))
            take_up(chain, layer, step, self._method, *self._drawn_before(), self._store)
            frame = chain.project(load_snapshot(record, self._store, own=True))
            return pack(encode_frame(frame), {"frame": body_fields(frame_record(frame, str(record.version)))})
        except Exception as error:  # whatever it is, the next snapshot may do better
            return pack({}, {"error": f"{type(error).__name__}: {error}"})

    def _drawn_before(self) -> tuple[History, dict[str, bytes]]:
        """The run as it was when the first snapshot was asked for; what is drawn from then on is in the chains."""
        if self._before is None:
            try:
                logged = list(RunReader(self._run_dir).poll())
            except HiddenError:  # what cannot be read starts nothing, and keeps nothing from being drawn
                logged = []
            payloads = {str(item.record.version): item.payload for item in logged}
            self._before = current(item.record for item in logged), payloads
        return self._before


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keeps stdin and stdout for messages alone: what a library prints goes to stderr."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, answers


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
