"""Snapshots as the arrays that are stored, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.schema import SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, Snapshot

_HEAD = "head."
PROGRAM = "program"
"""Name of the array that holds a head's exported program, as bytes."""


def encode_snapshot(snapshot: Snapshot) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a snapshot's payload.

    Activations are float16, which keeps 99.98 % of the nearest neighbours at half the bytes; float32 where a finite
    value would overflow.
    """
    arrays: dict[str, npt.NDArray[Any]] = {"activations": _half(snapshot.activations)}
    if snapshot.logits is not None:
        arrays["logits"] = snapshot.logits.astype(np.float32)
    for name, array in snapshot.head.arrays.items():
        arrays[_HEAD + name] = np.asarray(array)
    return arrays


def decode_snapshot(record: SnapshotRecord, arrays: dict[str, npt.NDArray[Any]], program: bytes | None) -> Snapshot:
    """The inverse of ``encode_snapshot``.

    Args:
        record: What the event says.
        arrays: The payload.
        program: The head's exported program, where the record names one.
    """
    head = {name.removeprefix(_HEAD): array for name, array in arrays.items() if name.startswith(_HEAD)}
    logits = arrays.get("logits")
    return Snapshot(
        layer=record.layer,
        step=record.step,
        activations=np.asarray(arrays["activations"], dtype=np.float32),
        logits=None if logits is None else np.asarray(logits, dtype=np.float32),
        head=HeadData(record.head, head, program),  # type: ignore[arg-type]
    )


def _half(activations: FloatArray) -> npt.NDArray[Any]:
    finite = activations[np.isfinite(activations)]
    if finite.size and np.abs(finite).max() > np.finfo(np.float16).max:
        return activations.astype(np.float32)
    return activations.astype(np.float16)
