"""Snapshots as the arrays that are stored, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.codec import can_pack, pack, unpack
from tensorboard_plugin_hidden.format.limits import MOST_READ_BYTES
from tensorboard_plugin_hidden.format.schema import SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, Snapshot

_HEAD = "head."
_PACKED = "head"
PROGRAM = "program"
"""Name of the array that holds a head's exported program, as bytes."""

_ROUNDING = 0.01
"""Largest rounding error of a unit, as a share of its standard deviation over the samples, that is let pass."""


def encode_snapshot(snapshot: Snapshot) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a snapshot's payload.

    Activations are float16 where that rounds each unit by far less than it varies between samples, else float32.

    Raises:
        HiddenError: They are more than a reader takes.
    """
    arrays: dict[str, npt.NDArray[Any]] = {"activations": _half(snapshot.activations)}
    if snapshot.logits is not None:
        arrays["logits"] = snapshot.logits.astype(np.float32)
    head = {name: np.asarray(array) for name, array in snapshot.head.arrays.items()}
    if snapshot.head.kind == "program" and all(can_pack(array) for array in head.values()):
        # Each array is files of its own, and the rest of a deep network has hundreds.
        arrays[_PACKED] = np.frombuffer(pack(head), np.uint8)
    else:
        arrays |= {_HEAD + name: array for name, array in head.items()}
    for name, array in arrays.items():
        if array.nbytes > MOST_READ_BYTES:
            raise HiddenError(
                f"the {name} of layer {snapshot.layer!r} are too many to be read again",
                expected=f"at most {MOST_READ_BYTES / 2**20:,.0f} MiB",
                got=f"{array.nbytes / 2**20:,.0f} MiB, {array.dtype} {list(array.shape)}",
                fix="Take a probe of fewer samples, or watch a layer of fewer units.",
            )
    return arrays


def decode_snapshot(record: SnapshotRecord, arrays: dict[str, npt.NDArray[Any]], program: bytes | None) -> Snapshot:
    """The inverse of ``encode_snapshot``.

    Args:
        record: What the event says.
        arrays: The payload.
        program: The head's exported program, where the record names one.
    """
    head = {name.removeprefix(_HEAD): array for name, array in arrays.items() if name.startswith(_HEAD)}
    if _PACKED in arrays:
        head = unpack(arrays[_PACKED].tobytes())[0]
    logits = arrays.get("logits")
    return Snapshot(
        layer=record.layer,
        step=record.step,
        activations=np.asarray(arrays["activations"], dtype=np.float32),
        logits=None if logits is None else np.asarray(logits, dtype=np.float32),
        head=HeadData(record.head, head, program),  # type: ignore[arg-type]
        no_logits=record.no_logits,
        no_head=record.no_head,
    )


def _half(activations: FloatArray) -> npt.NDArray[Any]:
    """Half the bytes where nothing is lost: not for units with a large offset, or that are very small or large."""
    finite = np.isfinite(activations).all(axis=1)
    rows = activations[finite].astype(np.float64)  # the spread of a unit that explodes overflows in float32
    with np.errstate(over="ignore"):
        half = activations.astype(np.float16)
        if len(rows) and (np.abs(rows - half[finite]).max(axis=0) > _ROUNDING * rows.std(axis=0)).any():
            return activations.astype(np.float32)
    return half
