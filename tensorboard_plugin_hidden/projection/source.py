"""Snapshots from the store."""

from __future__ import annotations

import hmac
import os
from dataclasses import replace

from tensorboard_plugin_hidden.format.arrays import damaged, read_snapshot
from tensorboard_plugin_hidden.format.proof import digest_of, proven
from tensorboard_plugin_hidden.format.schema import Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import PROGRAM, decode_snapshot
from tensorboard_plugin_hidden.format.store import StoreReader

TRUST_PROGRAMS = "HIDDEN_TRUST_PROGRAMS"
"""Set to 1 by ``hidden project --trust-programs``, for it and the processes that it starts."""


def load_snapshot(record: Record, store: StoreReader, *, own: bool = False) -> Snapshot:
    """Reads what a snapshot's record refers to.

    A stored program is code: loading it may unpickle, and running it runs what its author wrote. It is read once, and
    those very bytes are given on where they are the user's own: by the record of the training that hands it over, by
    its proof, or by the user's word. Else it is left out, and whoever draws the snapshot fits a head to the logits.

    Args:
        record: The snapshot's.
        store: Of its run.
        own: The training that wrote the snapshot hands over the record, and not a file.

    Raises:
        HiddenError: The arrays are missing, or the record is of another kind.
    """
    body = record.body
    assert isinstance(body, SnapshotRecord)
    program = _program(record, body, store, own=own)
    snapshot = decode_snapshot(body, read_snapshot(record, store), program)
    return replace(snapshot, head=HeadData("none")) if program is None and snapshot.head.kind == "program" else snapshot


def _program(record: Record, body: SnapshotRecord, store: StoreReader, *, own: bool) -> bytes | None:
    """The program, if it may be run."""
    told = os.environ.get(TRUST_PROGRAMS) == "1"
    if body.program is None or not (own or told or body.proof):
        return None
    stored = store.read(body.program)
    if PROGRAM not in stored:
        raise damaged("a program", "none")
    program = stored[PROGRAM].tobytes()
    digest = digest_of(program)
    if own and hmac.compare_digest(digest.encode(), body.digest.encode()):
        return program
    return program if told or proven(record.version.session, body.layer, digest, body.proof) else None
