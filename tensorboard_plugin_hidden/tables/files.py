"""The general formats: one row, or one entry, for every sample and step. Pure writers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.tables.columns import moment_columns, names_of, sample_columns, table_pieces, values_of
from tensorboard_plugin_hidden.tables.layer import LayerHistory
from tensorboard_plugin_hidden.tables.schema import METADATA, TAGS
from tensorboard_plugin_hidden.tables.text import whole, write_rows

Write = Callable[[LayerHistory, BinaryIO], None]
"""Writes a table to a file that is open for bytes."""


def write_csv(history: LayerHistory, file: BinaryIO) -> None:
    """One line for each step and sample, UTF-8 with a heading; what is not known is empty."""
    lines = (
        line
        for piece in table_pieces(history)
        for line in zip(*(map(_text, values) for values in piece.values()), strict=True)
    )
    write_rows(file, list(names_of(history)), lines)


def write_json(history: LayerHistory, file: BinaryIO) -> None:
    """The samples, each with lists of what happened to it at ``steps``; what is not known is null."""
    once, moments = sample_columns(history), moment_columns(history)
    about = {
        "run": history.run,
        "layer": history.layer,
        "method": history.method,
        "steps": list(history.steps),
        "classes": list(history.samples.classes),
    }
    # Sample by sample, since all as Python's own values would take a hundred times what is written.
    file.write(f'{_json(about)[:-1]},"samples":['.encode())
    for row in range(len(once["id"])):
        entry: dict[str, Any] = {name: values[row] for name, values in once.items() if not name.startswith(METADATA)}
        entry["metadata"] = {name: values[row] for name, values in history.samples.metadata.items()}
        entry["history"] = {name: values_of(values[:, row]).tolist() for name, values in moments.items()}
        file.write(f"{',' if row else ''}{_json(entry)}".encode())
    file.write(b"]}")


def write_npz(history: LayerHistory, file: BinaryIO, *, activations: bool = False) -> None:
    """Arrays by name, deflated; none needs ``allow_pickle``.

    Args:
        history: What to write.
        file: Where to.
        activations: Whether the activations of the last snapshot go in as well.

    Raises:
        HiddenError: There are no activations, or they are not in this copy of the log directory.
    """
    samples = history.samples
    arrays: dict[str, npt.NDArray[Any]] = {
        "steps": np.array(history.steps, np.int64),
        "ids": id_array(history),
        "labels": samples.labels,
        "classes": np.array(samples.classes, np.str_),
        "positions": history.positions,
        "predictions": history.predictions,
        "confidence": history.confidence,
        "margin": history.margin,
        "loss": history.loss,
        "label_quality": history.label_quality,
        "kept": history.kept,
        "held_out": history.held_out,
        "flips": history.flips,
        "forgotten": history.forgotten,
        "learned_at": history.learned_at,
    }
    if samples.texts is not None:
        arrays["texts"] = np.array(samples.texts, np.str_)
    if samples.selected_at is not None:
        arrays["selected_at"] = np.array([-1 if step is None else step for step in samples.selected_at], np.int64)
    for name, values in samples.metadata.items():
        arrays[METADATA + name] = _column(values)
    if activations:
        arrays["activations"] = _last_activations(history)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def write_parquet(history: LayerHistory, file: BinaryIO) -> None:
    """The table of ``write_csv`` with types.

    Raises:
        HiddenError: pyarrow is not installed.
    """
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise HiddenError(
            "Parquet needs another package", expected="pyarrow", got="none", fix="Run `pip install pyarrow`."
        ) from error
    types = {"text": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64(), "flag": pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in names_of(history).items()])
    with parquet.ParquetWriter(file, schema) as writer:
        for piece in table_pieces(history):
            columns = {name: list(map(_whole, values)) for name, values in piece.items()}
            writer.write_table(pyarrow.table(columns, schema=schema), row_group_size=len(history.samples.ids) or None)


def id_array(history: LayerHistory) -> npt.NDArray[Any]:
    """The ids, int64 [N] when all are integers, else strings."""
    ids = history.samples.ids
    whole = all(isinstance(sample, int) for sample in ids)
    return np.array(ids, np.int64) if whole else np.array([str(sample) for sample in ids], np.str_)


def _json(value: Any) -> str:
    return whole(json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False))


def _whole(value: Any) -> Any:
    return whole(value) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    """A value as a line of CSV has it."""
    if isinstance(value, bool):
        return int(value)
    return TAGS.join(value) if isinstance(value, list) else "" if value is None else value


def _last_activations(history: LayerHistory) -> npt.NDArray[Any]:
    found = history.activations(max(history.snapshots)) if history.snapshots else None
    if found is None:
        raise HiddenError(
            f"there are no activations of layer {history.layer!r}",
            expected="a layer that was captured",
            got="maps alone",
            fix="Leave --activations out.",
        )
    return found


def _column(values: list[Any]) -> npt.NDArray[Any]:
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array([math.nan if value is None else value for value in values], np.float64)
    return np.array([_text(value) for value in values], np.str_)
