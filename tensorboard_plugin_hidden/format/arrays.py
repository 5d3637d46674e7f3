"""Which arrays each kind of record has, of what dtype and shape: what is otherwise is damaged. ``docs/format.md``."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.codec import Arrays, unpack
from tensorboard_plugin_hidden.format.limits import MOST_JSON_BYTES
from tensorboard_plugin_hidden.format.schema import Body, Record

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.store import StoreReader

_Form = tuple[str, str]
"""Dtypes, and the sizes of the axes: a number, or a letter that stands for the same number in all arrays."""

_RECORDS: Mapping[str, Mapping[str, _Form]] = {
    "probe": {"samples": ("u1", "s"), "labels": ("i4", "N")},
    "selected": {"rows": ("i4", "N")},
    "task": {"rows": ("i4", "n")},
    "frame": {
        "positions": ("u2", "N 2"),
        "prediction": ("u2", "N"),
        "confidence": ("u1", "N"),
        "flags": ("u1", "N"),
        "kept": ("u1", "N"),
    },
    "snapshot": {"activations": ("f2 f4", "N D")},
}
"""Arrays that a record of a kind has to have."""

_BESIDES: Mapping[str, Mapping[str, _Form]] = {
    "probe": {"sprite": ("u1", "p")},
    "frame": {"landscape": ("u1", "G G 4"), "landscape_entropy": ("u1", "G G")},
    "snapshot": {"logits": ("f4", "N C")},
    "health": {"gap": ("f4", "C C")},
}
"""Arrays that it may have."""

_ROWS: Mapping[str, Mapping[str, _Form]] = {
    "snapshot": {"activations": ("f2 f4", "N D"), "logits": ("f4", "N C")},
    "program": {"program": ("u1", "n")},
    "pictures": {"png": ("u1", "n"), "ends": ("i8", "N")},
    "parameters": {
        "step": ("i8", ""),
        "snapshot_step": ("i8", ""),
        "weights": ("f4", "P S"),
        "gradients": ("f4", "P S"),
        "update": ("f4", "P"),
        "stride": ("i4", "2 P"),
        "learning_rates": ("f8", "R"),
        "top": ("i4", "k"),
        "top_by_layer": ("i4", "L k"),
        "bands": ("f4", "P 4"),
        **{f"change.{name}": ("u2", "F") for name in ("l1", "l2", "relative_l1", "relative_l2", "one_minus_cos")},
    },
    "parameters_layout": {"parameters_layout": ("u1", "n")},
    "parameters_levels": {
        "change.one_minus_cos": ("u2", "F"),
        **dict.fromkeys(("weights", "gradients", "update", "learning_rates", "bands"), ("f4", "S 4 P")),
    },
    "answers": {"sample": ("i4", ""), "answer": ("i4", "")},
    "answers_members": {"ids": ("u1", "n"), "labels": ("i4", "N")},
}
"""A row of the arrays of each group of the store, beside ``container``."""

_CONTAINER: _Form = ("u1", "n")


def fits(path: str, dtype: np.dtype[Any], dimensions: int) -> bool:
    """Whether an array of the store can be what its name says; of other names any is.

    Args:
        path: Below the store's root.
        dtype: Its dtype.
        dimensions: Its dimensions.

    >>> fits("ab/answers/probe/sample", np.dtype("<f4"), 1)
    False
    """
    group, _, name = path.rpartition("/")
    kind = group.split("/")[1].partition("~")[0] if "/" in group else ""
    form = _CONTAINER if name == "container" else _ROWS.get(kind, {}).get(name)
    return form is None or (dtype.str[1:] in form[0].split() and dimensions == 1 + len(form[1].split()))


def checked(body: Body, arrays: Arrays, names: Collection[str] | None = None) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a record, if they are what such a record has.

    Args:
        body: What the record says.
        arrays: By name. Of names that are not known any are taken.
        names: Those that were asked for; None: all.

    Raises:
        HiddenError: One is missing, or has another dtype or shape.
    """
    sizes = {letter: getattr(body, name) for letter, name in (("N", "count"), ("D", "width")) if hasattr(body, name)}
    needed = {name: form for name, form in _RECORDS.get(body.KIND, {}).items() if names is None or name in names}
    for name in needed:
        if name not in arrays:
            raise damaged(f"a {body.KIND} with {name}", "none")
    for name, (dtypes, axes) in {**needed, **_BESIDES.get(body.KIND, {})}.items():
        if name in arrays:
            _require(name, arrays[name], dtypes.split(), axes.split(), sizes)
    return dict(arrays)


def inline_arrays(record: Record, data: bytes) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a record that its event holds.

    Raises:
        HiddenError: They are damaged.
    """
    return checked(record.body, unpack(data)[0])


def read_snapshot(
    record: Record, store: StoreReader, names: Collection[str] | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a snapshot, which are always in the store.

    Args:
        record: Of the snapshot.
        store: Of its run.
        names: Those that are wanted, of which those that there are come; None: all.

    Raises:
        HiddenError: They are damaged or missing.
    """
    return checked(record.body, store.read(record.payload, names), names)


def parsed(array: npt.NDArray[Any], what: str) -> Any:
    """JSON that an array of bytes holds.

    Args:
        array: UTF-8, uint8.
        what: What it is, for the message.

    Raises:
        HiddenError: It is none, or too long.
    """
    if array.nbytes > MOST_JSON_BYTES:
        raise damaged(f"at most {MOST_JSON_BYTES} bytes of {what}", str(array.nbytes))
    try:
        return json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise damaged(f"JSON of {what}", str(error)[:100]) from error


def ids_of(array: npt.NDArray[Any], count: int | None = None) -> list[str | int]:
    """Ids of samples, from JSON that is a list of them, or has one.

    Args:
        array: UTF-8, uint8.
        count: How many there have to be, if that is known.

    Raises:
        HiddenError: They are something else.
    """
    value = parsed(array, "samples")
    ids = value.get("ids") if isinstance(value, dict) else value
    if not isinstance(ids, list) or not {type(one) for one in ids} <= {str, int} or count not in (None, len(ids)):
        raise damaged("ids that are texts or whole numbers, one for each sample", type(ids).__name__)
    return ids


def within(array: npt.NDArray[Any], least: int, end: int, what: str) -> npt.NDArray[Any]:
    """The array, if all of its numbers are from ``least`` on and below ``end``.

    Raises:
        HiddenError: One is not.
    """
    if array.size and not (least <= int(array.min()) and int(array.max()) < end):
        raise damaged(f"{what} from {least} to {end - 1}", f"{array.min()} to {array.max()}")
    return array


def damaged(expected: str, got: str) -> HiddenError:
    """The error for arrays that are not what they have to be."""
    return HiddenError(
        "a payload is damaged", expected=expected, got=got, fix="Copy the log directory again, or log the step again."
    )


def _require(name: str, array: npt.NDArray[Any], dtypes: list[str], axes: list[str], sizes: dict[str, int]) -> None:
    holds = array.dtype.str[1:] in dtypes and array.ndim == len(axes)
    if holds:
        for axis, size in zip(axes, array.shape, strict=True):
            holds &= size == (int(axis) if axis.isdigit() else sizes.setdefault(axis, size))
    if not holds:
        known = " ".join(str(sizes.get(axis, axis)) for axis in axes)
        raise damaged(f"{name} of {' or '.join(dtypes)} [{known}]", f"{array.dtype.str[1:]} {list(array.shape)}")
