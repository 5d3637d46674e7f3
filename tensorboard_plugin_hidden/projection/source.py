"""Snapshots from the store."""

from __future__ import annotations

import os
from dataclasses import replace

from tensorboard_plugin_hidden.format.arrays import damaged, read_snapshot
from tensorboard_plugin_hidden.format.schema import Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import PROGRAM, decode_snapshot
from tensorboard_plugin_hidden.format.store import StoreReader

TRUST_PROGRAMS = "HIDDEN_TRUST_PROGRAMS"
"""Set to 1 by ``hidden project --trust-programs``, for it and the processes that it starts."""


def load_snapshot(record: Record, store: StoreReader, *, trusted: bool = False) -> Snapshot:
    """Reads what a snapshot's record refers to.

    A stored program is code: loading it may unpickle, and running it runs what its author wrote. Without the user's
    word it is left out, and whoever draws the snapshot fits a head to the logits instead.

    Args:
        record: The snapshot's.
        store: Of its run.
        trusted: This very training wrote the snapshot, and its own projector reads it.

    Raises:
        HiddenError: The arrays are missing, or the record is of another kind.
    """
    body = record.body
    assert isinstance(body, SnapshotRecord)
    if body.program is None or not (trusted or os.environ.get(TRUST_PROGRAMS) == "1"):
        snapshot = decode_snapshot(body, read_snapshot(record, store), None)
        return replace(snapshot, head=HeadData("none")) if snapshot.head.kind == "program" else snapshot
    stored = store.read(body.program)
    if PROGRAM not in stored:
        raise damaged("a program", "none")
    program = stored[PROGRAM].tobytes()
    return decode_snapshot(body, read_snapshot(record, store), program)
