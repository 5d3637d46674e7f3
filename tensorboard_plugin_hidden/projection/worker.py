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

from tensorboard_plugin_hidden.format.codec import pack
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.schema import SnapshotRecord, body_fields, from_json
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.source import load_snapshot
from tensorboard_plugin_hidden.projection.wire import receive, send


def main(run_dir: str, method: str) -> None:
    """Answers every snapshot record with a frame, or with what kept it from being made."""
    # Ctrl-C in a terminal reaches this process too; the training process decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(19)
    torch.set_num_threads(1)
    requests, answers = _private_pipes()
    store = StoreReader(run_dir)
    chains: dict[str, Chain] = {}
    while (message := receive(requests)) is not None:
        send(answers, _answer(message, method, store, chains))


def _answer(message: bytes, method: str, store: StoreReader, chains: dict[str, Chain]) -> bytes:
    try:
        record = from_json(message)
        assert isinstance(record.body, SnapshotRecord)
        chain = chains.setdefault(record.body.layer, Chain(get_method(method)))
        frame = chain.project(load_snapshot(record, store))
        return pack(encode_frame(frame), {"frame": body_fields(frame_record(frame, str(record.version)))})
    except Exception as error:  # whatever it is, the next snapshot may do better
        return pack({}, {"error": f"{type(error).__name__}: {error}"})


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keeps stdin and stdout for messages alone: what a library prints goes to stderr."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, answers


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
