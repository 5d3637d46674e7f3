"""Snapshots from the store."""

from __future__ import annotations

from tensorboard_plugin_hidden.format.schema import Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import PROGRAM, decode_snapshot
from tensorboard_plugin_hidden.format.store import StoreReader


def load_snapshot(record: Record, store: StoreReader) -> Snapshot:
    """Reads what a snapshot's record refers to.

    Raises:
        HiddenError: The arrays are missing, or the record is of another kind.
    """
    body = record.body
    assert isinstance(body, SnapshotRecord)
    program = None if body.program is None else store.read(body.program)[PROGRAM].tobytes()
    return decode_snapshot(body, store.read(record.payload), program)
