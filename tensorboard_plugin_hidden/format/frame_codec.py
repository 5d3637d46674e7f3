"""Frames and landscapes as the arrays that travel: quantised, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.constants import FLAG_HELD_OUT, FLAG_NOT_PLACED, NO_CLASS
from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.schema import Bounds, FrameRecord
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

LANDSCAPE = "landscape"
"""Name of the one array of a frame's payload that the ``landscape`` route sends."""

_STEPS = 65535


def position_bounds(positions: FloatArray) -> Bounds:
    """x0, y0, x1, y1 of the finite rows of positions [N, 2]; a unit box when there are none, never empty."""
    placed = positions[np.isfinite(positions).all(axis=1)]
    if len(placed) == 0:
        return (-1.0, -1.0, 1.0, 1.0)
    low, high = placed.min(axis=0).astype(np.float64), placed.max(axis=0).astype(np.float64)
    flat = high - low <= 1e-6 * np.abs(high)
    low, high = np.where(flat, low - 0.5, low), np.where(flat, high + 0.5, high)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def quantise(positions: FloatArray, bounds: Bounds) -> npt.NDArray[np.uint16]:
    """Positions [N, 2] as uint16 over ``bounds``; rows that are not finite become 0."""
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    scaled = np.nan_to_num((positions - low) / (high - low), nan=0.0, posinf=0.0, neginf=0.0)
    quantised: npt.NDArray[np.uint16] = np.rint(np.clip(scaled, 0.0, 1.0) * _STEPS).astype(np.uint16)
    return quantised


def dequantise(quantised: npt.NDArray[np.uint16], bounds: Bounds) -> FloatArray:
    """The inverse of ``quantise``, to within half a step."""
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    positions: FloatArray = (low + quantised / _STEPS * (high - low)).astype(np.float32)
    return positions


def encode_frame(frame: Frame) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a frame's payload, as ``docs/http_api.md`` lists them."""
    count = len(frame.positions)
    not_placed = ~np.isfinite(frame.positions).all(axis=1)
    arrays: dict[str, npt.NDArray[Any]] = {
        "positions": quantise(frame.positions, position_bounds(frame.positions)),
        "prediction": _classes(frame.prediction, count),
        "confidence": _bytes(frame.confidence, count),
        "flags": (FLAG_HELD_OUT * frame.held_out + FLAG_NOT_PLACED * not_placed).astype(np.uint8),
        "kept": _bytes(frame.kept, count),
    }
    if frame.landscape is not None:
        arrays[LANDSCAPE] = encode_landscape(frame.landscape)
    return arrays


def encode_landscape(landscape: Landscape) -> npt.NDArray[np.uint8]:
    """uint8 [G, G, 4]: class low and high byte, confidence × 255, support × 255."""
    classes = np.where(landscape.classes < 0, NO_CLASS, landscape.classes).astype(np.uint16)
    channels = [classes & 0xFF, classes >> 8, _scaled(landscape.confidence), _scaled(landscape.support)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def placed_positions(record: FrameRecord, arrays: dict[str, npt.NDArray[Any]]) -> FloatArray:
    """The positions [N, 2] of a stored frame; NaN where a sample was not placed."""
    positions = dequantise(arrays["positions"], record.bounds)
    positions[(arrays["flags"] & FLAG_NOT_PLACED) > 0] = np.nan
    return positions


def _classes(prediction: IntArray | None, count: int) -> npt.NDArray[np.uint16]:
    if prediction is None:
        return np.full(count, NO_CLASS, np.uint16)
    return np.where(prediction < 0, NO_CLASS, prediction).astype(np.uint16)


def _bytes(share: FloatArray | None, count: int) -> npt.NDArray[np.uint8]:
    return np.zeros(count, np.uint8) if share is None else _scaled(share)


def _scaled(share: FloatArray) -> npt.NDArray[np.uint8]:
    return np.rint(np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0) * 255).astype(np.uint8)


def frame_record(frame: Frame, snapshot: str) -> FrameRecord:
    """What the event of a frame says; ``snapshot`` is the version of what it shows, or empty."""
    landscape = frame.landscape
    return FrameRecord(
        layer=frame.layer,
        step=frame.step,
        method=frame.method,
        settings=frame.settings,
        bounds=position_bounds(frame.positions),
        landscape=None if landscape is None else landscape.source,
        landscape_bounds=None if landscape is None else landscape.bounds,
        faithfulness={name: round(float(value), 5) for name, value in frame.faithfulness.items()},
        reason=frame.reason,
        seconds=round(frame.seconds, 3),
        cpu_seconds=round(frame.cpu_seconds, 3),
        snapshot=snapshot,
    )
