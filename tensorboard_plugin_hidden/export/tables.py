"""The general formats: one row, or one entry, for every sample and step. Pure writers."""

from __future__ import annotations

import json
import math
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import LayerHistory
from tensorboard_plugin_hidden.export.text import whole, write_rows

METADATA = "meta_"
"""What names of metadata begin with, so that none meets a name of ours."""

TAGS = ";"
"""Between the tags of a sample, where a format has no lists."""

_DIGITS = 6
"""Significant digits of numbers that are written as text: float32 has 7."""


def write_csv(history: LayerHistory, file: BinaryIO) -> None:
    """One line for each step and sample, UTF-8 with a heading; what is not known is empty."""
    table = long_table(history)
    write_rows(file, list(table), zip(*(map(_text, values) for values in table.values()), strict=True))


def write_json(history: LayerHistory, file: BinaryIO) -> None:
    """The samples, each with lists of what happened to it at ``steps``; what is not known is null."""
    samples = history.samples
    over_time = {name: values.T.tolist() for name, values in _per_step(history).items()}
    entries = []
    for row, sample in enumerate(samples.ids):
        label = int(samples.labels[row])
        entry: dict[str, Any] = {"id": sample, "label": label if label >= 0 else None}
        entry["class"] = samples.class_name(label)
        if samples.texts is not None:
            entry["text"] = samples.texts[row]
        if samples.selected_at is not None:
            entry["selected_at"] = samples.selected_at[row]
        entry["metadata"] = {name: values[row] for name, values in samples.metadata.items()}
        entry["history"] = {name: values[row] for name, values in over_time.items()}
        entries.append(entry)
    content = {
        "run": history.run,
        "layer": history.layer,
        "method": history.method,
        "steps": list(history.steps),
        "classes": list(samples.classes),
        "samples": entries,
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    file.write(whole(text).encode())


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
        "kept": history.kept,
        "held_out": history.held_out,
        "flips": history.flips,
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
    table = {
        name: [whole(value) if isinstance(value, str) else value for value in values]
        for name, values in long_table(history).items()
    }
    parquet.write_table(pyarrow.table(table), file)


def long_table(history: LayerHistory) -> dict[str, list[Any]]:
    """Columns of T · N values, step after step; None where nothing is known.

    Returns:
        What is known of a sample at all steps comes again at each: ``id``, ``label``, ``class``, ``text``,
        ``selected_at`` and metadata, whose names begin with ``METADATA``.
    """
    samples, times = history.samples, len(history.steps)
    ids = [str(sample) for sample in samples.ids] if _mixed(history) else list(samples.ids)
    labels = [None if label < 0 else label for label in samples.labels.tolist()]
    names = [samples.class_name(label) for label in samples.labels.tolist()]
    table: dict[str, list[Any]] = {
        "id": ids * times,
        "step": [step for step in history.steps for _ in samples.ids],
        "label": labels * times,
        "class": names * times,
    }
    for name, values in _per_step(history).items():
        table[name] = values.ravel().tolist()
        if name == "prediction":
            table["predicted_class"] = [None if value is None else samples.class_name(value) for value in table[name]]
    if samples.selected_at is not None:
        table["selected_at"] = samples.selected_at * times
    if samples.texts is not None:
        table["text"] = list(samples.texts) * times
    for name, known in samples.metadata.items():
        table[METADATA + name] = [TAGS.join(one) if isinstance(one, list) else one for one in known] * times
    return table


def id_array(history: LayerHistory) -> npt.NDArray[Any]:
    """The ids, int64 [N] when all are integers, else strings."""
    ids = history.samples.ids
    whole = all(isinstance(sample, int) for sample in ids)
    return np.array(ids, np.int64) if whole else np.array([str(sample) for sample in ids], np.str_)


def _mixed(history: LayerHistory) -> bool:
    return len({type(sample) for sample in history.samples.ids}) > 1


def _per_step(history: LayerHistory) -> dict[str, npt.NDArray[np.object_]]:
    """What changes from step to step, by the name it has in a table: Python's own values [T, N], None for unknown."""
    correct = history.correct()
    predicted, judged = history.predictions >= 0, ~np.isnan(correct)
    return {
        "prediction": _objects(history.predictions, predicted),
        "confidence": _numbers(history.confidence),
        "margin": _numbers(history.margin),
        "loss": _numbers(history.loss),
        "correct": _objects(correct == 1, judged),
        "x": _numbers(history.positions[..., 0]),
        "y": _numbers(history.positions[..., 1]),
        "kept": _numbers(history.kept),
        "held_out": _objects(history.held_out, np.ones_like(history.held_out)),
        "flips": _objects(history.flips, np.ones_like(history.held_out)),
    }


def _objects(values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    objects = values.astype(np.object_)
    objects[~known] = None
    return objects


def _numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """Numbers of ``_DIGITS`` significant digits, None where one is not finite."""
    objects = np.empty(values.shape, np.object_)
    objects.ravel()[:] = [float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None for value in values.flat]
    return objects


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
