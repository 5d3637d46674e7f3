"""A run read from its files: which layer and map are meant, and its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.arrays import read_snapshot
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import Record
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.tables.layer import LayerHistory, layer_history

DEFAULT_METHOD = "hidden"
"""The map that is taken where there are several and none is named."""

_MOST_NAMED = 20
"""Names in one sentence of advice."""


def read_layer(run_dir: str, layer: str | None = None, method: str | None = None) -> LayerHistory:
    """Reads one layer of a run from its files.

    Args:
        run_dir: The run's directory.
        layer: Name of the layer; may be left out when there is one.
        method: Projection method; may be left out when there is one, or one is ``hidden``.

    Raises:
        HiddenError: There is no such run, layer or method (and which there are), or data is missing.
    """
    logged = {str(item.record.version): item for item in open_run(run_dir).poll()}
    records = current(item.record for item in logged.values())
    store = StoreReader(run_dir)

    def arrays(record: Record) -> dict[str, npt.NDArray[Any]]:
        return resolve(record, logged[str(record.version)].payload, store)

    layer = pick_layer(records, layer)
    method = _pick_method(layer, records.frames.get(layer, {}), method)
    return layer_history(
        run_name(run_dir), layer, method, records, arrays, lambda record, names: read_snapshot(record, store, names)
    )


def run_name(run_dir: str) -> str:
    """What a run is called: the last part of its directory's path."""
    return Path(run_dir).resolve().name


def open_run(run_dir: str) -> RunReader:
    """A reader of a run's events.

    Raises:
        HiddenError: It is no run; names the runs that are near.
    """
    try:
        return RunReader(run_dir)
    except HiddenError as error:
        near = next(place for place in (Path(run_dir), *Path(run_dir).absolute().parents) if place.is_dir())
        runs = sorted({str(file.parent) for file in near.glob("**/*tfevents*") if ASSETS_DIR not in str(file.parent)})
        if not runs:
            raise
        raise HiddenError(
            "not a run", expected=one_of(runs), got=run_dir, fix="Pass the directory that was given to SummaryWriter."
        ) from error


def pick_layer(history: History, layer: str | None) -> str:
    """The layer that is meant.

    Raises:
        HiddenError: There is no such layer, or none is named and there are several.
    """
    layers = list(dict.fromkeys([*history.snapshots, *history.frames]))
    if layer is None and len(layers) == 1:
        return layers[0]
    if layer in layers:
        return str(layer)
    raise HiddenError(
        "no such layer" if layers else "the run has no layers",
        expected=one_of(layers) if layers else "a run with hidden data",
        got="none" if layer is None else repr(layer),
        fix="Choose one with --layer." if layers else "Log some with SummaryWriter.add_hidden.",
    )


def one_of(names: Collection[str]) -> str:
    """The names that would have been right, as many as a reader can take in.

    >>> one_of(["fc1", "fc2"])
    "one of 'fc1', 'fc2'"
    """
    shown = ", ".join(repr(name) for name in list(names)[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"one of {shown}" + (f" and {more} more" if more > 0 else "")


def _pick_method(layer: str, maps: Mapping[str, Any], method: str | None) -> str:
    if method is None and (not maps or len(maps) == 1 or DEFAULT_METHOD in maps):
        return DEFAULT_METHOD if DEFAULT_METHOD in maps else next(iter(maps), "")
    if method in maps:
        return str(method)
    raise HiddenError(
        f"no such map of layer {layer!r}",
        expected=one_of(list(maps)) if maps else "a run with maps",
        got="none" if method is None else repr(method),
        fix="Choose one with --method, or draw it with `hidden project RUN --method NAME`.",
    )
