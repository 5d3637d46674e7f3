"""Columns of metadata out of whatever a user keeps them in: lists, arrays, tensors, columns of a data frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.columns import (
    NO_CATEGORY,
    ORIGINAL_LABEL,
    RESERVED_NAMES,
    Column,
    ColumnKind,
)
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.logger.labels import column, missing

MAX_TEXT = 1000
"""Longest text kept of a sample, in characters, the ellipsis included."""


def shortened(text: str) -> str:
    """A text cut at ``MAX_TEXT`` characters."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def columns(metadata: Mapping[str, Any], total: int, indices: npt.NDArray[np.intp]) -> tuple[Column, ...]:
    """Columns of the samples that a probe chose, their kinds inferred from the values of all of the data.

    Strings or truth values make a category, numbers a number, sequences or sets of strings tags. None and NaN are
    samples without a value.

    Args:
        metadata: For each name ``total`` values.
        total: Samples in the data.
        indices: int [N], the chosen ones.

    Returns:
        One column of N samples for each name, in order.

    Raises:
        HiddenError: A name cannot be typed in a query or is reserved, there are more or fewer values than samples, or
            values of different kinds.

    >>> columns({"split": ["train", "test", "test"]}, 3, np.array([0, 2]))[0].codes
    (0, 1)
    """
    return tuple(_column(name, values, total, indices) for name, values in metadata.items())


def original_label_column(labels: IntArray, classes: Sequence[str]) -> Column:
    """The classes before noise or relabelling, as a category whose codes are class numbers.

    Args:
        labels: int32 [N], the class of each sample before, -1 for none.
        classes: Names of all classes.
    """
    names = tuple(shortened(name) for name in classes)
    return Column(ORIGINAL_LABEL, "category", names, tuple(labels.tolist()))


def _column(name: str, values: Any, total: int, indices: npt.NDArray[np.intp]) -> Column:
    _check_name(name)
    items = _as_list(values)
    if items is None or len(items) != total:
        raise HiddenError(
            f"metadata {name!r} does not match the data",
            expected=f"{total} values, one for each sample",
            got=type(values).__name__ if items is None else str(len(items)),
            fix="Pass values for all of the data, in its order; the probe picks its own.",
        )
    kind = _kind(name, items)
    chosen = [items[i] for i in indices]
    if kind == "number":
        return Column(name, kind, numbers=tuple(_number(item) for item in chosen))
    codes: dict[str, int] = {}
    if kind == "category":
        texts = [None if is_missing(item) else _text(item) for item in chosen]
        one = tuple(NO_CATEGORY if text is None else codes.setdefault(text, len(codes)) for text in texts)
        return Column(name, kind, tuple(codes), one)
    # Sorted, because the order of a set of strings differs from process to process.
    tags = [() if is_missing(item) else sorted({_text(tag) for tag in item}) for item in chosen]
    many = tuple(tuple(codes.setdefault(tag, len(codes)) for tag in sample) for sample in tags)
    return Column(name, kind, tuple(codes), many)


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not (name.isidentifier() and name.isascii()):
        raise HiddenError(
            "not a name for metadata",
            expected="letters, digits and _, not a digit first",
            got=repr(name),
            fix="Rename it: names are typed in queries.",
        )
    if name in RESERVED_NAMES:
        raise HiddenError(
            "the name of metadata is reserved",
            expected=f"none of {', '.join(sorted(RESERVED_NAMES))}",
            got=repr(name),
            fix="Rename it: in queries this name means something else.",
        )


def _as_list(values: Any) -> list[Any] | None:
    """The values as Python's own types; None for what is no sequence."""
    try:
        items = column(values).tolist()
    except HiddenError:
        return None
    return [None if missing(item) else _plain(item) for item in items] if isinstance(items, list) else None


def _plain(item: Any) -> Any:
    return item.item() if isinstance(item, np.generic | Tensor) and item.ndim == 0 else item


def _kind(name: str, items: Sequence[Any]) -> ColumnKind:
    present = [item for item in items if not is_missing(item)]
    if present and (all(isinstance(item, str) for item in present) or all(isinstance(item, bool) for item in present)):
        return "category"
    if all(isinstance(item, int | float) and not isinstance(item, bool) for item in present):
        return "number"
    if all(_is_tags(item) for item in present):
        return "tags"
    types = sorted({type(item).__name__ for item in present})
    raise HiddenError(
        f"metadata {name!r} is of no known kind",
        expected="strings, truth values, numbers, or lists of strings, and None where there is none",
        got=f"values of type {', '.join(types)}",
        fix="Pass one kind of value for every sample, as with [str(value) for value in values].",
    )


def _is_tags(item: Any) -> bool:
    return isinstance(item, list | tuple | set | frozenset) and all(isinstance(tag, str) for tag in item)


def is_missing(item: Any) -> bool:
    """Whether a value says that there is none, as None, NaN, and the NA and NaT of pandas do."""
    return (
        item is None or (isinstance(item, float) and math.isnan(item)) or type(item).__name__ in ("NAType", "NaTType")
    )


def _text(item: Any) -> str:
    return str(item).lower() if isinstance(item, bool) else shortened(str(item))


def _number(item: Any) -> float | None:
    try:
        return item if item is not None and math.isfinite(item) else None
    except OverflowError:  # an integer beyond float64
        return None
