"""Batches as a model takes them: tensors, tuples and mappings of tensors that have a row for each sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import default_collate

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.labels import column

Inputs = Tensor | tuple[Any, ...] | dict[str, Any]
"""What a model is called with: ``model(x)``, ``model(*x)`` or ``model(**x)``; tensors have a row per sample."""


class UnlikeError(HiddenError):
    """Batches that cannot be one."""


def count_rows(inputs: Inputs) -> int:
    """Number of samples in a batch of inputs.

    Raises:
        HiddenError: There is no tensor, or tensors have different numbers of rows.
    """
    tensors = named_tensors(inputs)
    counts = {name: (len(value) if value.ndim else None) for name, value in tensors.items()}
    if not counts or None in counts.values() or len(set(counts.values())) > 1:
        raise HiddenError(
            "the probe's inputs have no common number of samples",
            expected="tensors with one row per sample",
            got=", ".join(f"{name}: {tuple(value.shape)}" for name, value in tensors.items()) or "no tensor",
            fix="Give every input the same length along its first axis; of a raw datasets.Dataset, tokenised and as "
            'tensors: .with_format("torch").',
        )
    return int(next(iter(counts.values())) or 0)


def take_rows(inputs: Inputs, rows: npt.NDArray[np.intp] | slice) -> Inputs:
    """The inputs of some samples; what is not a tensor stays as it is.

    Args:
        inputs: A batch.
        rows: Which rows.
    """
    index = rows if isinstance(rows, slice) else torch.from_numpy(np.asarray(rows, dtype=np.int64))
    return map_tensors(inputs, lambda tensor: tensor[index])


def map_tensors(inputs: Inputs, function: Callable[[Tensor], Tensor]) -> Inputs:
    """Applies a function to every tensor of a batch of inputs."""
    if isinstance(inputs, Tensor):
        return function(inputs)
    if isinstance(inputs, dict):
        return {k: function(v) if isinstance(v, Tensor) else v for k, v in inputs.items()}
    return tuple(function(v) if isinstance(v, Tensor) else v for v in inputs)


def named_tensors(inputs: Inputs) -> dict[str, Tensor]:
    """The tensors of a batch of inputs in the order of ``map_tensors``, by keyword or position."""
    if isinstance(inputs, Tensor):
        return {"x": inputs}
    parts = inputs.items() if isinstance(inputs, dict) else enumerate(inputs)
    return {str(name): value for name, value in parts if isinstance(value, Tensor)}


def stacked(items: Sequence[Any]) -> Any:
    """Samples as one batch of the same structure: tensors where they stack, lists of values where they do not.

    Args:
        items: N samples of one structure: numbers, arrays, tensors, strings, tuples or mappings of these.
    """
    first = items[0]
    if isinstance(first, Mapping):
        keys = [key for key in first if all(isinstance(item, Mapping) and key in item for item in items)]
        return {key: stacked([item[key] for item in items]) for key in keys}
    if isinstance(first, tuple | list) and not _is_vector(first):
        if all(isinstance(item, tuple | list) and len(item) == len(first) for item in items):
            return tuple(stacked([item[place] for item in items]) for place in range(len(first)))
        return list(items)
    if isinstance(first, list):
        items = [np.asarray(item) for item in items]
    try:
        return default_collate(list(items))
    except (TypeError, RuntimeError, ValueError):
        return list(items)


def joined(batches: Iterator[Any], total: int) -> Any:
    """Batches of one structure, one after the other, in memory that is asked for once.

    Args:
        batches: At least one; tensors of one shape but for the number of rows, lists, and tuples or mappings of these.
        total: Rows of all of them, or more; what is not filled is cut off.

    Raises:
        UnlikeError: Shapes differ between batches.
    """
    first = next(batches)
    place = len(leaf(first))
    whole = _mapped(lambda value: _room(value, total), first)
    _fill(whole, first, 0)
    for batch in batches:
        _fill(whole, batch, place)
        place += len(leaf(batch))
    return _mapped(lambda value: value[:place] if isinstance(value, Tensor | list) else value, whole)


def of_rows(batch: Any, rows: int) -> Any:
    """A batch, once all of its tensors and lists have a row for each sample.

    Raises:
        UnlikeError: Some have not, as offsets into texts that lie one after the other, or several frames a sample.
    """
    for part in _leaves(batch):
        if isinstance(part, Tensor | list) and (len(part) if not isinstance(part, Tensor) or part.ndim else 0) != rows:
            raise _unlike(f"{described(part)} for {rows} samples")
    return batch


def leaf(batch: Any) -> Any:
    """The first tensor or list of a batch, which tells how many samples it has; an empty list where there is none."""
    if isinstance(batch, Mapping | tuple):
        for part in batch.values() if isinstance(batch, Mapping) else batch:
            found = leaf(part)
            if not isinstance(found, list) or found:
                return found
        return []
    return batch if isinstance(batch, list) or (isinstance(batch, Tensor) and batch.ndim) else []


def tensor(value: Any) -> Any:
    """Arrays, data frames and tensors as tensors on the CPU; other values as they are."""
    if isinstance(value, Tensor):
        return value.detach().cpu()
    if isinstance(value, np.ndarray) or hasattr(value, "to_numpy"):
        array = column(value)
        if array.dtype.kind in "biufc":
            native = array.astype(array.dtype.newbyteorder("="), copy=False)
            if native.dtype in (np.uint16, np.uint32, np.uint64):  # which torch can hardly compute with
                native = native.astype(np.int64)
            held = np.ascontiguousarray(native)
            # A data frame's memory is read-only, which torch warns of.
            return torch.from_numpy(held if held.flags.writeable else held.copy())
    return value


def described(value: Any) -> str:
    """What a part of a batch is, in a few words for an error."""
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    if isinstance(value, list):
        return f"{len(value)} of {type(value[0]).__name__ if value else 'nothing'}"
    if isinstance(value, Mapping | tuple):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def _is_vector(value: Any) -> bool:
    """Whether a list is numbers of one sample, as tokens are in a Hugging Face data set, rather than its parts."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, int | float) for v in value)


def _mapped(function: Callable[[Any], Any], batch: Any) -> Any:
    if isinstance(batch, Mapping):
        return {key: _mapped(function, value) for key, value in batch.items()}
    if isinstance(batch, tuple):
        return tuple(_mapped(function, value) for value in batch)
    return function(batch)


def _room(value: Any, total: int) -> Any:
    if isinstance(value, Tensor) and value.ndim:
        return torch.empty((total, *value.shape[1:]), dtype=value.dtype)
    return [None] * total if isinstance(value, list) else value


def _fill(whole: Any, batch: Any, place: int) -> None:
    if isinstance(whole, Mapping | tuple):
        parts = whole.items() if isinstance(whole, Mapping) else enumerate(whole)
        for key, value in parts:
            try:
                part = batch[key]
            except (KeyError, IndexError, TypeError) as error:
                raise _unlike(f"a batch without {key!r}") from error
            _fill(value, part, place)
    elif isinstance(whole, Tensor) and whole.ndim:
        if not isinstance(batch, Tensor) or batch.shape[1:] != whole.shape[1:]:
            raise _unlike(f"samples of {described(whole[:0])} and of {described(batch)}")
        whole[place : place + len(batch)] = batch
    elif isinstance(whole, list):
        whole[place : place + len(batch)] = batch.tolist() if isinstance(batch, Tensor) else batch


def _leaves(batch: Any) -> Iterator[Any]:
    if isinstance(batch, Mapping | tuple):
        for part in batch.values() if isinstance(batch, Mapping) else batch:
            yield from _leaves(part)
    else:
        yield batch


def _unlike(got: str) -> UnlikeError:
    return UnlikeError(
        "the probe's batches cannot be joined",
        expected="batches of equal shape but for the number of samples",
        got=got,
        fix="Pad every batch to one length in the loader's collate_fn.",
    )
