"""Where a chain of frames takes up what another process drew: after a resume, a crash, or with ``hidden project``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.frame_codec import placed_positions
from tensorboard_plugin_hidden.format.history import History
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.source import load_snapshot


def take_up(
    chain: Chain,
    layer: str,
    step: int,
    method: str,
    history: History,
    payloads: Mapping[str, bytes],
    store: StoreReader,
) -> None:
    """Gives a chain the nearest frame before ``step`` that the run holds, unless the chain knows one as near.

    Args:
        chain: Of the layer and method.
        layer: Name of the layer.
        step: The step that is drawn next.
        method: Name of the method.
        history: The records of the run that count.
        payloads: The inline payload of every record, by version.
        store: The run's store.
    """
    frames, snapshots = history.frames.get(layer, {}).get(method, {}), history.snapshots.get(layer, {})
    for earlier in sorted((s for s in frames if s < step and s in snapshots), reverse=True):
        if chain.knows(earlier, step):
            return
        try:
            positions = stored_positions(frames[earlier], payloads, store)
            snapshot = load_snapshot(snapshots[earlier], store)
        except HiddenError:
            continue  # a step whose arrays are gone cannot start another
        if np.isfinite(positions).any():
            chain.seed(earlier, positions, snapshot)
            return


def stored_positions(record: Record, payloads: Mapping[str, bytes], store: StoreReader) -> FloatArray:
    """The positions [N, 2] of a frame that was drawn before; NaN where a sample was not placed.

    Args:
        record: Of the frame.
        payloads: The inline payload of every record, by version.
        store: The run's store.

    Raises:
        HiddenError: The frame's arrays are missing or damaged.
    """
    assert isinstance(record.body, FrameRecord)
    return placed_positions(record.body, resolve(record, payloads[str(record.version)], store))
