"""The training log of weights and gradients as it is stored: rows over time of a fixed set of layers.

Changes of filters span twenty orders of magnitude, so they are stored on a logarithmic scale: 16 bits with a relative
error of at most 0.07 % from 2^-64 to 2^64, where float16 would lose everything below 6e-8.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.arrays import damaged, parsed
from tensorboard_plugin_hidden.format.fields import Most, Name, read_fields
from tensorboard_plugin_hidden.format.limits import MOST_ROWS
from tensorboard_plugin_hidden.format.references import Rows
from tensorboard_plugin_hidden.format.schema import ParametersRecord, PayloadRef, Record
from tensorboard_plugin_hidden.format.store import StoreReader

PARAMETERS = "parameters"
LAYOUT = "parameters_layout"
"""Groups of the store, and the name of the array of the latter."""

STEP = "step"
"""The array of training steps: the optimizer's, counted over all sessions when read."""

CHANGE = "change."
"""Names of arrays on the logarithmic scale begin with this."""

BANDS = "bands"
"""The array of shares of filters that changed more than some thresholds."""

BAND_EDGES = (1e-4, 1e-3, 1e-2, 1e-1)
"""The thresholds, of the relative change in L2 norm."""

_LEAST, _GREATEST = -64.0, 64.0
"""Binary logarithms of the smallest and the largest change that can be told."""

_NONE = 65535
_CODES = 65533
"""0 is no change, 1 to 65534 are the scale, 65535 is none."""


@dataclass(frozen=True, slots=True)
class ParameterLog:
    """Rows with the same layout.

    Attributes:
        layout: ``layers``, ``nodes``, ``skipped``, ``statistics``, ``groups``, as in ``docs/format.md``.
        arrays: By name, rows along the first axis; changes as float32, NaN for none.
    """

    layout: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]


def encode_change(change: npt.NDArray[np.floating]) -> npt.NDArray[np.uint16]:
    """Changes of at least 0 as codes of the logarithmic scale; NaN is none.

    >>> decode_change(encode_change(np.array([0, 1e-12, 0.5, np.nan]))).tolist()[::3]
    [0.0, nan]
    """
    known = change > 0
    logarithm = np.log2(change, where=known, out=np.zeros(change.shape))
    place = (np.clip(logarithm, _LEAST, _GREATEST) - _LEAST) / (_GREATEST - _LEAST)
    codes = np.where(known, 1 + np.rint(place * _CODES), 0)
    return np.where(np.isnan(change), _NONE, codes).astype(np.uint16)


def decode_change(codes: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """What ``encode_change`` gave, as float32."""
    logarithm = _LEAST + (codes.astype(np.float64) - 1) / _CODES * (_GREATEST - _LEAST)
    values = np.where(codes == 0, 0, np.exp2(logarithm))
    return np.where(codes == _NONE, np.nan, values).astype(np.float32)


def bands(change: npt.NDArray[np.floating], layout: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """Which share of the filters of each layer and each node changed by at least each of ``BAND_EDGES``.

    Args:
        change: [rows, F], the relative change of filters in L2 norm; NaN for none.
        layout: ``layers`` and ``nodes``, as in ``docs/format.md``.

    Returns:
        float32 [rows, layers + nodes, 4], of the filters that have a change; NaN where none has.

    >>> layout = {"layers": [{"filters": 2}, {"filters": 0}], "nodes": [{"start": 0, "stop": 2}]}
    >>> bands(np.array([[0.5, 2e-3]]), layout).tolist()[0]
    [[1.0, 1.0, 0.5, 0.5], [nan, nan, nan, nan], [1.0, 1.0, 0.5, 0.5]]
    """
    offsets = np.concatenate([[0], np.cumsum([layer["filters"] for layer in layout["layers"]], dtype=np.intp)])
    spans = [(i, i + 1) for i in range(len(layout["layers"]))]
    spans += [(node["start"], node["stop"]) for node in layout["nodes"]]
    first, last = offsets[np.array(spans, np.intp).reshape(-1, 2)].T
    passed = np.stack([change >= edge for edge in BAND_EDGES] + [~np.isnan(change)])
    counts = np.zeros((len(passed), len(change), change.shape[1] + 1), np.int64)
    np.cumsum(passed, axis=2, out=counts[:, :, 1:])
    *above, known = counts[:, :, last] - counts[:, :, first]
    shares = np.full((*known.shape, len(BAND_EDGES)), np.nan)
    np.divide(np.stack(above, axis=2), known[:, :, None], out=shares, where=known[:, :, None] > 0)
    return shares.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Layer:
    name: str
    module: str
    kind: str
    shape: tuple[int, ...]
    trainable: bool
    filters: Rows
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Node:
    path: str
    start: Rows
    stop: Rows


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a layout has to hold."""

    layers: tuple[_Layer, ...]
    nodes: tuple[_Node, ...]
    statistics: tuple[Name, ...]
    groups: tuple[Annotated[int, Most(MOST_ROWS, -1)], ...]
    learning_rates: Rows
    skipped: tuple[tuple[str, str], ...] = ()


def read_layout(place: PayloadRef, store: StoreReader) -> dict[str, Any]:
    """A layout from the store, as ``docs/format.md`` describes it.

    Args:
        place: Where it is.
        store: Of the run.

    Raises:
        HiddenError: It is missing or damaged.
    """
    stored = store.read(place)
    if LAYOUT not in stored:
        raise damaged("a layout", ", ".join(stored)[:100])
    layout = parsed(stored[LAYOUT], "a layout")
    try:
        found = read_fields(_Layout, layout if isinstance(layout, dict) else {})
    except ValueError as error:
        raise damaged("a layout of layers and modules", str(error)[:200]) from error
    for node in found.nodes:
        if not node.start <= node.stop <= len(found.layers):
            raise damaged(f"a module of the {len(found.layers)} layers", f"{node.start} to {node.stop}")
    return dict(layout)


def encode_layout(layout: Mapping[str, Any]) -> npt.NDArray[np.uint8]:
    """A layout as bytes of JSON."""
    return np.frombuffer(json.dumps(layout, separators=(",", ":"), allow_nan=False).encode(), np.uint8)


def read_parameters(
    records: Iterable[Record],
    store: StoreReader,
    start: int = 0,
    stop: int | None = None,
    names: Collection[str] | None = None,
) -> list[ParameterLog]:
    """The rows of some training steps.

    Sessions count their own steps. Those of a later session go on from the last row of the earlier ones that counts.

    Args:
        records: Those that count, in order; what is not of ``parameters`` is passed over.
        store: Of the run.
        start: First training step.
        stop: Training step to stop before; None: all there are.
        names: The arrays that are wanted besides the steps; None: all.

    Returns:
        One for each stretch with the same layout.

    Raises:
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    session, offset, last = "", 0, 0
    layouts: dict[PayloadRef, dict[str, Any]] = {}
    parts: list[tuple[dict[str, Any], list[dict[str, npt.NDArray[Any]]]]] = []
    for record in records:
        body = record.body
        if not isinstance(body, ParametersRecord):
            continue
        if record.version.session != session:
            session, offset = record.version.session, last
        steps = store.read_rows(record.payload, body.count, [STEP])[STEP] + offset
        last = int(steps[-1])
        inside = (steps >= start) & (steps < (np.inf if stop is None else stop))
        if not inside.any():
            continue
        if body.layout not in layouts:
            layouts[body.layout] = read_layout(body.layout, store)
        layout = layouts[body.layout]
        rows = store.read_rows(record.payload, body.count, names) | {STEP: steps}
        if not parts or parts[-1][0] != layout:
            parts.append((layout, []))
        parts[-1][1].append({name: array[inside] for name, array in rows.items()})
    return [ParameterLog(layout, _joined(blocks)) for layout, blocks in parts]


def _joined(blocks: list[dict[str, npt.NDArray[Any]]]) -> dict[str, npt.NDArray[Any]]:
    joined = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return {name: decode_change(array) if name.startswith(CHANGE) else array for name, array in joined.items()}
