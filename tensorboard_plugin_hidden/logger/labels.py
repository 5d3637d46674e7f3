"""What a column of targets says: class labels, whichever way they are written, or targets that are no classes.

Reads lists, arrays, tensors, and columns of pandas, Arrow and Hugging Face by position, never by an index of their own.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.snapshot import FloatArray

Labels = npt.NDArray[np.int64]
Kind = Literal["classes", "numbers", "multi-label", "texts", "other"]

NO_LABEL = -1
"""Class of a sample without one."""

IGNORE_INDEX = -100
"""PyTorch's own mark of what a loss leaves out (``ignore_index`` of ``CrossEntropyLoss``)."""

LABEL_KEYS = ("labels", "label", "targets", "target", "y", "class", "class_id", "category")
"""What targets are called, in samples that are mappings and in columns of tables."""

SUM_TOLERANCE = 1e-2
"""How far the probabilities of one sample may be from a sum of 1: float16 rounds that much over many classes."""

MANY_CLASSES = 20
"""More different strings or whole floats than this, and than half of the samples, are texts or measurements."""

MAX_COLUMNS = 16
"""Most numbers of one sample that are kept as columns."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the targets of N samples are.

    Attributes:
        kind: ``classes``; ``numbers`` (real-valued); ``multi-label``; ``texts``; or ``other``, which are not kept.
        labels: int64 [N], ``NO_LABEL`` for none; only ``NO_LABEL`` unless they are classes.
        names: Names of the classes, where the values say them.
        worded: The names are the values themselves, and so do not depend on their order.
        distribution: float32 [N, C] in [0, 1], soft labels as given; None where labels are hard.
        numbers: For each column its N numbers, of real-valued targets.
        hot: bool [N, C], which labels each sample has, of multi-label targets.
        note: What was inferred, as a sentence; empty where there is nothing to say.
    """

    kind: Kind
    labels: Labels
    names: tuple[str, ...] | None = None
    distribution: FloatArray | None = None
    numbers: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    hot: npt.NDArray[np.bool_] | None = None
    note: str = ""
    worded: bool = False


def read_targets(values: Any, *, given: bool = False) -> Targets:
    """Reads targets of any form.

    Class labels are integers, truth values, whole floats, strings, enumerations, categoricals, one of these in a list
    of its own ([N, 1]), one-hot rows, and rows of probabilities, whose largest counts. ``-1``, ``-100``, None and NaN
    are samples without a label.

    Args:
        values: One target for each of N samples.
        given: The user said that these are class labels: what is none is an error.

    Returns:
        What they are.

    Raises:
        HiddenError: Numbers are negative, or too large to be classes; or they were given as labels and are none.
    """
    categories = _categorical(values)
    if categories is not None:
        codes, names = categories
        return Targets("classes", codes, names, worded=True)
    tags = _tags(values)
    if tags is not None:
        return tags
    array = column(values)
    if array.ndim > 1 and array.size == len(array):
        array = array.reshape(len(array))
    if array.dtype.kind == "O":
        array = of_one_type(array)
    found = _vector(array, given) if array.ndim == 1 else _matrix(array)
    if given and found.kind != "classes":
        raise HiddenError(
            "labels are not class labels",
            expected="one class for each sample: integers, strings, truth values, or one-hot rows",
            got=f"{array.dtype} of shape {array.shape}{', ' + found.note if found.note else ''}",
            fix="Number or name the classes, or pass other targets as metadata={'target': values}.",
        )
    return found


def column(values: Any) -> npt.NDArray[Any]:
    """Values of N samples as an array of N rows, by position; of objects where they are of no common type."""
    if isinstance(values, Tensor):
        dense = values.detach()
        if dense.is_quantized:
            dense = dense.dequantize()
        if dense.layout != torch.strided:
            dense = dense.to_dense()
        # numpy knows no bfloat16
        return np.asarray((dense.float() if dense.is_floating_point() else dense).cpu().numpy())
    if isinstance(values, np.ndarray):
        return values
    if isinstance(values, str | bytes | Mapping | set | frozenset):
        raise _no_column(values)
    if hasattr(values, "to_pylist"):  # Arrow, chunked or not
        values = values.to_pylist()
    elif hasattr(values, "to_numpy"):  # pandas, its own types too
        return np.asarray(values.to_numpy())
    try:
        items = list(values)
    except TypeError as error:
        raise _no_column(values) from error
    if items and all(isinstance(item, Tensor | np.ndarray | list | tuple) for item in items):
        rows = [np.asarray(item) if isinstance(item, list | tuple) and item else column(item) for item in items]
        if len({row.shape for row in rows}) == 1:
            return np.stack(rows)
    return _objects([item.item() if isinstance(item, np.generic) else item for item in items])


def class_names(classes: Any) -> tuple[str, ...] | None:
    """Names of classes in the order of their numbers: from a sequence, or a mapping of numbers to names or back.

    Args:
        classes: As in ``dataset.classes``, ``model.config.id2label``, ``dataset.class_to_idx`` or ``label2id``.

    Returns:
        The names; a number without one is its own name. None for what is no list of names.

    Raises:
        HiddenError: A mapping is neither of numbers to names nor of names to numbers.

    >>> class_names({0: "neg", "2": "pos"}), class_names({"neg": 0, "pos": 1})
    (('neg', '1', 'pos'), ('neg', 'pos'))
    """
    if not isinstance(classes, Mapping):
        if classes is None or isinstance(classes, bytes) or not hasattr(classes, "__iter__"):
            return None
        return tuple(map(text, classes if isinstance(classes, str) else column(classes).tolist())) or None
    if not classes:
        return None
    by_number = {_class_number(key): value for key, value in classes.items()}
    by_name = {_class_number(value): key for key, value in classes.items()}
    # {"0": 0} reads either way, and both are the same.
    numbered = by_number if None not in by_number else by_name
    if None in numbered or len(numbered) < len(classes) or max(n for n in numbered if n is not None) >= MAX_CLASSES:
        raise HiddenError(
            "the names of the classes cannot be read",
            expected="a list of names, or a mapping of class numbers to names or of names to numbers",
            got=repr(dict(classes))[:200],
            fix="Pass a list, the name of class 0 first.",
        )
    highest = max(number for number in numbered if number is not None)
    return tuple(text(numbered.get(number, number)) for number in range(highest + 1))


def text(value: Any) -> str:
    """A name as text; bytes are UTF-8."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def missing(value: Any) -> bool:
    """Whether a value stands for none: None, NaN, pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _vector(array: npt.NDArray[Any], given: bool) -> Targets:
    if array.dtype.kind == "b":
        return Targets("classes", array.astype(np.int64), ("False", "True"))
    if array.dtype.kind in "iu":
        return _integers(array, given)
    if array.dtype.kind == "f":
        return _floats(array, given)
    if array.dtype.kind in "SUO":
        return _strings(array, given)
    return Targets("other", _none(array), note=f"no class labels because the targets are of type {array.dtype}")


def _integers(array: npt.NDArray[Any], given: bool) -> Targets:
    labels = _class_numbers(array)
    different, highest = len(np.unique(labels[labels >= 0])), int(labels.max(initial=NO_LABEL))
    # Ids and measurements are integers, too; classes hardly leave most of their numbers out.
    doubtful = not given and highest >= max(MANY_CLASSES, 4 * different)
    note = f"integers up to {highest}, of which {different} are different, are taken for class numbers"
    return Targets("classes", labels, note=note if doubtful else "")


def _class_numbers(array: npt.NDArray[Any]) -> Labels:
    if array.size and int(array.max()) >= MAX_CLASSES:
        raise HiddenError(
            "labels are too large to be class numbers",
            expected=f"class numbers below {MAX_CLASSES}",
            got=str(array.max()),
            fix="Number the classes from 0; if these are ids, choose the labels with labels=.",
        )
    numbers: Labels = array.astype(np.int64)
    if set(np.unique(numbers).tolist()) == {-1, 1}:
        raise HiddenError(
            "labels of -1 and 1 can be read in two ways",
            expected="class numbers from 0",
            got="-1, which stands for no label, and 1",
            fix="Pass labels=y > 0 for two classes, or labels=[None if v < 0 else 1 for v in y] for one and none.",
        )
    numbers = np.where(numbers == IGNORE_INDEX, NO_LABEL, numbers)
    if numbers.size and numbers.min() < NO_LABEL:
        raise HiddenError(
            "labels are negative",
            expected=f"class numbers from 0, and {NO_LABEL} or {IGNORE_INDEX} for no label",
            got=str(numbers.min()),
            fix="Number the classes from 0.",
        )
    return numbers


def _floats(array: npt.NDArray[Any], given: bool) -> Targets:
    known = array[~np.isnan(array)]
    whole = known.size > 0 and bool((np.isfinite(known) & (known == np.round(known))).all())
    # Class numbers come again and again; counts and ages, which are whole too, hardly do.
    different = len(np.unique(known)) if whole else 0
    if whole and (given or different <= max(MANY_CLASSES, len(known) // 2)) and known.min() >= IGNORE_INDEX:
        labels = _class_numbers(np.where(np.isnan(array), IGNORE_INDEX, array))
        return Targets("classes", labels, note=f"{different} different whole floats are taken for class numbers")
    what = "real numbers" if not whole else f"whole numbers of which {different} are different"
    return Targets(
        "numbers", _none(array), numbers={"target": array}, note=f"no class labels because the targets are {what}"
    )


def _tags(values: Any) -> Targets | None:
    """Several words for each sample; None for what is not that."""
    if not isinstance(values, list) or not values or not all(isinstance(v, list | tuple | set) for v in values):
        return None
    if all(len(v) == 1 for v in values) or not all(isinstance(word, str) for v in values for word in v):
        return None
    names = tuple(sorted({word for v in values for word in v}, key=_natural))
    hot = np.array([[name in v for name in names] for v in values], np.bool_).reshape(len(values), len(names))
    note = "no class labels because samples have several labels, or none, at once"
    return Targets("multi-label", np.full(len(values), NO_LABEL, np.int64), names, hot=hot, note=note, worded=True)


def _strings(array: npt.NDArray[Any], given: bool) -> Targets:
    items = [None if missing(item) else item for item in array.tolist()]
    present = [item for item in items if item is not None]
    if not all(isinstance(item, str | bytes) for item in present):
        types = sorted({type(item).__name__ for item in present})
        return Targets(
            "other", _none(array), note=f"no class labels because the targets are of type {', '.join(types)}"
        )
    different = sorted({text(item) for item in present}, key=_natural)
    if not given and len(different) > max(MANY_CLASSES, len(present) // 2):
        return Targets("texts", _none(array), note=f"{len(different)} different strings are texts, not classes")
    number = {name: place for place, name in enumerate(different)}
    labels = np.array([NO_LABEL if item is None else number[text(item)] for item in items], np.int64)
    return Targets("classes", labels, tuple(different), worded=True)


def _matrix(array: npt.NDArray[Any]) -> Targets:
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        shape = list(array.shape[1:])
        return Targets("other", _none(array), note=f"no class labels because each sample has targets of shape {shape}")
    values = array.astype(np.float64)
    known = ~np.isnan(values).any(axis=1)
    rows = values[known]
    labels = _none(array)
    if rows.size and rows.min() >= 0 and (np.abs(rows.sum(axis=1) - 1) <= SUM_TOLERANCE).all():
        labels[known] = rows.argmax(axis=1)
        if np.isin(rows, (0, 1)).all():
            return Targets("classes", labels, _numbered(array), note="one-hot rows are taken for class labels")
        note = "rows that sum to 1 are taken for soft labels, of which the largest counts"
        return Targets("classes", labels, _numbered(array), values.astype(np.float32), note=note)
    if rows.size and np.isin(rows, (0, 1)).all():
        note = "no class labels because samples have several labels, or none, at once"
        return Targets("multi-label", labels, hot=np.nan_to_num(values).astype(np.bool_), note=note)
    width = values.shape[1]
    note = f"no class labels because each sample has {width} numbers for a target"
    if width > MAX_COLUMNS:
        return Targets("other", labels, note=f"{note}, more than the {MAX_COLUMNS} that are kept")
    return Targets("numbers", labels, numbers={f"target_{i}": values[:, i] for i in range(width)}, note=note)


def _numbered(array: npt.NDArray[Any]) -> tuple[str, ...]:
    # A class that nobody has still has its column.
    return tuple(str(number) for number in range(array.shape[1]))


def of_one_type(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Objects as numbers or strings, with NaN where there is none; other objects stay."""
    items = [_plain(item) for item in array.tolist()] if array.ndim == 1 else []
    present = [item for item in items if not missing(item)]
    if not present:
        return np.full(len(array), np.nan) if array.ndim == 1 else array
    if all(isinstance(item, bool | int) for item in present):
        if len(present) == len(items):
            return np.array(items)
        if all(isinstance(item, bool) for item in present):
            return _objects([None if missing(item) else str(item) for item in items])
        return np.array([IGNORE_INDEX if missing(item) else int(item) for item in items])
    if all(isinstance(item, bool | int | float) for item in present):
        return np.array([np.nan if missing(item) else float(item) for item in items])
    return _objects([None if missing(item) else item for item in items])


def _plain(item: Any) -> Any:
    if isinstance(item, enum.Enum):
        return item.name
    if isinstance(item, Tensor | np.ndarray | np.generic):
        return column(item).item() if np.size(column(item)) == 1 else item
    return item[0] if isinstance(item, list | tuple) and len(item) == 1 else item


def _categorical(values: Any) -> tuple[Labels, tuple[str, ...]] | None:
    """Codes and names of a pandas categorical, or of a column of them, and of Arrow's dictionaries."""
    held = getattr(values, "cat", values) if hasattr(getattr(values, "dtype", None), "categories") else values
    if hasattr(held, "codes") and hasattr(held, "categories"):
        return column(held.codes).astype(np.int64), tuple(text(name) for name in column(held.categories).tolist())
    if hasattr(values, "combine_chunks"):
        chunks = values.combine_chunks()
        values = chunks.chunk(0) if hasattr(chunks, "chunk") and chunks.num_chunks == 1 else chunks
    if hasattr(values, "dictionary") and hasattr(values, "indices"):
        codes = [NO_LABEL if code is None else code for code in values.indices.to_pylist()]
        return np.array(codes, np.int64), tuple(text(name) for name in values.dictionary.to_pylist())
    return None


def _class_number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | np.integer) and value >= 0:
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _natural(name: str) -> tuple[int, int, str]:
    """Numbers by value, before other strings."""
    return (0, int(name), name) if name.isascii() and name.isdigit() else (1, 0, name)


def _objects(items: Sequence[Any]) -> npt.NDArray[Any]:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _none(array: npt.NDArray[Any]) -> Labels:
    return np.full(len(array), NO_LABEL, np.int64)


def _no_column(values: Any) -> HiddenError:
    return HiddenError(
        "there is not one value for each sample",
        expected="a list, array, tensor or column of a data frame, in the order of the data",
        got=type(values).__name__,
        fix="Pass a sequence with one value for each sample.",
    )
