"""Where a record's arrays go, into its event or into the store: the one place that decides and that resolves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.arrays import checked, damaged
from tensorboard_plugin_hidden.format.codec import pack, unpack
from tensorboard_plugin_hidden.format.constants import INLINE_BUDGET, INLINE_LIMIT
from tensorboard_plugin_hidden.format.schema import PayloadRef, Record
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter

_CONTAINER = "container"
"""Name of the store's array that holds payloads which are too large for an event."""


class PayloadWriter:
    """Decides for each payload of one run whether it travels in its event.

    Args:
        run_dir: The run's directory. What its event files hold already counts against the budget, because TensorBoard
            keeps inline payloads of all sessions in memory.
    """

    def __init__(self, run_dir: str) -> None:
        self.store = StoreWriter(run_dir)
        logged = sum(file.stat().st_size for file in Path(run_dir).glob("*tfevents*"))
        self._budget = max(0, INLINE_BUDGET - logged)

    def put(self, group: str, arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[PayloadRef, bytes]:
        """Finds a place for a payload, and fills it when that is the store.

        Args:
            group: The store's group for this kind of payload.
            arrays: The payload.

        Returns:
            The reference for the record, and the bytes for the event (none when they are in the store).

        Raises:
            HiddenError: The store cannot be written.
        """
        # Deflating shrinks a payload three times at most in practice: far larger ones need no trial.
        if sum(array.nbytes for array in arrays.values()) <= 4 * INLINE_LIMIT:
            data = pack(arrays, compress=True)
            if len(data) <= min(INLINE_LIMIT, self._budget):
                self._budget -= len(data)
                return PayloadRef(), data
        # One array rather than one for each name: a reader then waits for one chunk, not for six.
        return self.store.append(group, {_CONTAINER: np.frombuffer(pack(arrays), np.uint8)}), b""


def resolve(record: Record, event_bytes: bytes, store: StoreReader) -> dict[str, npt.NDArray[Any]]:
    """A payload's arrays, wherever they are, which have to be what such a record has.

    Args:
        record: The record.
        event_bytes: What its event holds.
        store: The store of the run it belongs to.

    Raises:
        HiddenError: They are damaged or missing.
    """
    if record.payload.inline:
        return checked(record.body, unpack(event_bytes)[0])
    stored = store.read(record.payload)
    if _CONTAINER not in stored:
        raise damaged("a container", ", ".join(stored)[:100] or "nothing")
    return checked(record.body, unpack(stored[_CONTAINER].tobytes())[0])
