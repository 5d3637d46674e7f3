"""The values of the columns of ``schema``, of one layer: Python's own in lists, or arrays as they travel to the tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.tables.layer import LayerHistory
from tensorboard_plugin_hidden.tables.schema import COLUMNS, DIGITS, METADATA, TAGS, Kind

UNKNOWN = -1
"""Of an integer or a flag that is not known; numbers are NaN."""

_PLAIN = (1e-10, 1e10)
"""Sizes of numbers whose digits can be counted by a power of ten that is exact."""


def sample_columns(history: LayerHistory) -> dict[str, list[Any]]:
    """What is known of the N samples once and for all, None where nothing is. Ids are strings where some are.

    Tags stay lists.
    """
    samples = history.samples
    whole = all(isinstance(sample, int) for sample in samples.ids)
    columns: dict[str, list[Any]] = {
        "id": list(samples.ids) if whole else [str(sample) for sample in samples.ids],
        "label": [None if label < 0 else label for label in samples.labels.tolist()],
        "class": [samples.class_name(label) for label in samples.labels.tolist()],
    }
    if samples.selected_at is not None:
        columns["selected_at"] = list(samples.selected_at)
    if samples.texts is not None:
        columns["text"] = list(samples.texts)
    return columns | {METADATA + name: list(values) for name, values in samples.metadata.items()}


def moment_columns(history: LayerHistory) -> dict[str, npt.NDArray[Any]]:
    """What changes from step to step, but for ``step`` and ``predicted_class``, which follow: arrays [T, N].

    Returns:
        Numbers are float64 of ``DIGITS`` digits, NaN where not known; integers int64 and flags int8, ``UNKNOWN``.
    """
    correct = history.correct()
    mapped = history.mapped[:, None]
    return {
        "prediction": history.predictions.astype(np.int64),
        "confidence": short(history.confidence),
        "margin": short(history.margin),
        "loss": short(history.loss),
        "correct": np.where(np.isnan(correct), UNKNOWN, correct).astype(np.int8),
        "label_quality": short(history.label_quality),
        "flips": history.flips.astype(np.int64),
        "forgotten": history.forgotten.astype(np.int64),
        "learned_at": history.learned_at,
        "x": short(history.positions[..., 0]),
        "y": short(history.positions[..., 1]),
        "kept": short(history.kept),
        "held_out": np.where(mapped, history.held_out, UNKNOWN).astype(np.int8),
    }


def names_of(history: LayerHistory) -> dict[str, Kind]:
    """The columns of a layer's table, in order: those of ``COLUMNS`` that it has, and its metadata."""
    once = sample_columns(history)
    declared: dict[str, Kind] = {
        column.name: column.kind for column in COLUMNS if column.changes or column.name in once
    }
    kinds = {name: _kind_of(values) for name, values in once.items() if name == "id" or name.startswith(METADATA)}
    return declared | kinds


def table_pieces(history: LayerHistory) -> Iterator[dict[str, list[Any]]]:
    """The table in pieces, one a step: columns of N values in the order of ``names_of``; None where nothing is known.

    What is known of a sample once and for all comes again in each; tags are joined.
    """
    once, moments = sample_columns(history), moment_columns(history)
    fixed = {
        name: [TAGS.join(one) if isinstance(one, list) else one for one in values] for name, values in once.items()
    }
    names = names_of(history)
    for row, step in enumerate(history.steps):
        now = {name: values_of(values[row]).tolist() for name, values in moments.items()}
        now["step"] = [step] * len(history.samples.ids)
        now["predicted_class"] = [history.samples.class_name(index) for index in moments["prediction"][row].tolist()]
        yield {name: now[name] if name in now else fixed[name] for name in names}


def values_of(moments: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """Python's own values in place of a column of ``moment_columns``, None for unknown."""
    if moments.dtype.kind == "f":
        values, known = moments.astype(np.object_), ~np.isnan(moments)
    else:
        known = moments != UNKNOWN
        values = (moments == 1 if moments.dtype == np.int8 else moments).astype(np.object_)
    values[~known] = None
    return values


def _kind_of(values: Sequence[Any]) -> Kind:
    """Ids are integers where all are, metadata numbers where all that are known are."""
    if all(isinstance(value, int) for value in values):
        return "integer"
    return "number" if all(value is None or isinstance(value, int | float) for value in values) else "text"


def short(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """The nearest numbers of ``DIGITS`` significant digits; NaN in place of what is not finite.

    >>> short(np.array([0.12345678, 1 / 3, 1234567.8, 0, np.inf], np.float32)).tolist()
    [0.123457, 0.333333, 1234570.0, 0.0, nan]
    """
    result = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    size = np.abs(result)
    plain = (size >= _PLAIN[0]) & (size < _PLAIN[1])
    places = DIGITS - 1 - np.floor(np.log10(size[plain]))
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    result[plain] = np.rint(result[plain] * up / down) * down / up
    odd = ~plain & (size > 0)
    result[odd] = [float(f"{value:.{DIGITS}g}") for value in result[odd].tolist()]
    return result
