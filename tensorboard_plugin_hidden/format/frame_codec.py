"""Frames and landscapes as the arrays that travel: quantised, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.constants import FLAG_HELD_OUT, FLAG_NOT_PLACED, NO_CLASS
from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.landscape import EntropyLandscape
from tensorboard_plugin_hidden.format.schema import Bounds, FrameRecord
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

LANDSCAPE, LANDSCAPE_ENTROPY = "landscape", "landscape_entropy"
"""Names of the arrays of a frame's payload that the ``landscape`` route sends; older logs have the first alone."""

_STEPS = 65535

_ENTROPY_STEP = 3
"""Of 255ths: 86 levels, which no eye tells from 256 in a background, in half the deflated bytes."""


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
    unknown = np.full(count, -1, np.int32)
    not_placed = ~np.isfinite(frame.positions).all(axis=1)
    arrays: dict[str, npt.NDArray[Any]] = {
        "positions": quantise(frame.positions, position_bounds(frame.positions)),
        "prediction": class_codes(unknown if frame.prediction is None else frame.prediction),
        "confidence": share_bytes(np.zeros(count, np.float32) if frame.confidence is None else frame.confidence),
        "flags": (FLAG_HELD_OUT * frame.held_out + FLAG_NOT_PLACED * not_placed).astype(np.uint8),
        "kept": share_bytes(frame.kept),
    }
    if frame.landscape is not None:
        arrays[LANDSCAPE] = encode_landscape(frame.landscape)
    if isinstance(frame.landscape, EntropyLandscape):
        arrays[LANDSCAPE_ENTROPY] = _entropy_bytes(frame.landscape.entropy)
    return arrays


def encode_landscape(landscape: Landscape) -> npt.NDArray[np.uint8]:
    """uint8 [G, G, 4]: class low and high byte, confidence × 255, support × 255."""
    classes = class_codes(landscape.classes)
    channels = [classes & 0xFF, classes >> 8, share_bytes(landscape.confidence), share_bytes(landscape.support)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _entropy_bytes(entropy: FloatArray) -> npt.NDArray[np.uint8]:
    levels: npt.NDArray[np.uint8] = np.rint(share_bytes(entropy) / _ENTROPY_STEP).astype(np.uint8) * _ENTROPY_STEP
    return levels


def placed_positions(record: FrameRecord, arrays: Mapping[str, npt.NDArray[Any]]) -> FloatArray:
    """The positions [N, 2] of a stored frame; NaN where a sample was not placed."""
    positions = dequantise(arrays["positions"], record.bounds)
    positions[(arrays["flags"] & FLAG_NOT_PLACED) > 0] = np.nan
    return positions


def class_codes(classes: IntArray) -> npt.NDArray[np.uint16]:
    """Class numbers as uint16; ``NO_CLASS`` for -1, and for those that have no number below it."""
    known = (classes >= 0) & (classes < NO_CLASS)
    codes: npt.NDArray[np.uint16] = np.where(known, classes, NO_CLASS).astype(np.uint16)
    return codes


def share_bytes(share: FloatArray) -> npt.NDArray[np.uint8]:
    """Shares of 0 to 1 times 255, as uint8; NaN becomes 0."""
    scaled: npt.NDArray[np.uint8] = np.rint(np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0) * 255).astype(np.uint8)
    return scaled


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
