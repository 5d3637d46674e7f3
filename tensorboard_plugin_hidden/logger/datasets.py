"""Reads samples out of whatever a PyTorch user has: datasets, loaders, streams, or a batch as the model takes it.

What a loader does to its data set is honoured: which samples its sampler gives, and how it makes batches of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    default_collate,
)

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.batches import UnlikeError, joined, leaf, of_rows, stacked, tensor
from tensorboard_plugin_hidden.logger.labels import LABEL_KEYS, class_names, column, of_one_type
from tensorboard_plugin_hidden.logger.wrappers import seed_all

CHUNK = 64
"""Samples that are stacked at a time, so that a data set is never in memory twice."""

_ARRAYS = (Tensor, np.ndarray)


@runtime_checkable
class MapDataset(Protocol):
    """A dataset with a length, whose samples are found by index."""

    def __len__(self) -> int:
        """Number of samples."""

    def __getitem__(self, index: int, /) -> Any:
        """The sample at an index."""


def dataset_of(data: Any) -> Any:
    """The data set of a loader; anything else is itself."""
    return data.dataset if isinstance(data, DataLoader) else data


def is_batch(data: Any) -> bool:
    """Whether data is a batch (tensor, array, data frame, or tuple, list or mapping of them) rather than a dataset."""
    if isinstance(data, Tensor | np.ndarray | Mapping) or hasattr(data, "to_numpy") or is_table(data):
        return True
    first = data[0] if isinstance(data, tuple | list) and data else None
    return isinstance(first, Tensor | np.ndarray) or hasattr(first, "to_numpy")


def splits_of(data: Any) -> list[str]:
    """Names of the data sets or loaders in a mapping, as Hugging Face's ``DatasetDict`` is; none for other data."""
    if not isinstance(data, Mapping):
        return []
    some = [str(name) for name, value in data.items() if isinstance(value, DataLoader | Dataset) or _is_hub(value)]
    return some if len(some) == len(data) else []


def _is_hub(value: Any) -> bool:
    """Whether a value is a data set of Hugging Face's library, which inherits from none of torch's."""
    return hasattr(value, "column_names") and hasattr(value, "with_format")


def is_table(data: Any) -> bool:
    """Whether data is a table of columns: a data frame, or a table of Arrow."""
    return hasattr(data, "to_pydict") or (hasattr(data, "to_numpy") and hasattr(data, "columns"))


def is_stream(data: Any) -> bool:
    """Whether data can only be read from its beginning: an iterable dataset, a loader over one, or an iterator."""
    inner = dataset_of(data)
    return isinstance(inner, IterableDataset) or (hasattr(inner, "__iter__") and not isinstance(inner, MapDataset))


def as_batch(data: Any) -> Any:
    """A batch that a user holds, its arrays and data frames as tensors where they are numbers."""
    if isinstance(data, Mapping):
        return {key: as_batch(value) for key, value in data.items()}
    if is_table(data):
        return _of_table(data)
    if isinstance(data, tuple) or (isinstance(data, list) and any(isinstance(part, _ARRAYS) for part in data)):
        return tuple(as_batch(part) for part in data)
    return tensor(data)


def read_rows(data: Any, indices: Sequence[int], seed: int) -> Any:
    """The samples at ``indices`` as one batch, collated as the loader does.

    Every sample is read under random numbers seeded by its own index, so that random transforms give the same
    sample whatever else is read. Changes the global generators: the caller puts them back.

    Args:
        data: A map-style data set, or a loader over one.
        indices: Which samples.
        seed: Seed of the whole reading.

    Returns:
        Tensors, lists, and tuples or mappings of these, with a row for each sample.

    Raises:
        HiddenError: The samples cannot be stacked, or the loader's function gives another number of rows.
    """
    dataset = dataset_of(data)
    collate = own_collate(data)
    chunks = (indices[start : start + CHUNK] for start in range(0, len(indices), CHUNK))
    if collate is None:
        return joined((stacked([_item(dataset, index, seed) for index in chunk]) for chunk in chunks), len(indices))

    def batch_of(rows: Sequence[int]) -> Any:
        batch = _as_read(collate([_item(dataset, index, seed) for index in rows]))
        if len(leaf(batch)) != len(rows):
            raise HiddenError(
                "the loader's collate_fn changes the number of samples",
                expected=f"{len(rows)} rows",
                got=str(len(leaf(batch))),
                fix="Give the probe a collate_fn that keeps one row per sample.",
            )
        return batch

    if len(indices) <= CHUNK:
        return batch_of(indices)
    try:
        return joined((of_rows(batch_of(chunk), len(chunk)) for chunk in chunks), len(indices))
    except UnlikeError:
        # At once, since what pads to the longest of a batch pads each batch otherwise.
        return batch_of(indices)


def read_stream(stream: Iterable[Any], size: int) -> tuple[Any, int]:
    """The first samples of an iterable dataset, of a loader over one, or of an iterator.

    Args:
        stream: Gives samples; or batches, where it is a loader that makes them, or that was told not to
            (``batch_size=None``) over a data set of batches.
        size: Samples to read; a stream may end before.

    Returns:
        A batch of at most ``size`` rows, and how many.

    Raises:
        HiddenError: It gives nothing, or batches that cannot be joined.
    """
    generator = getattr(stream, "generator", None)
    if not isinstance(generator, torch.Generator):
        return _stream_read(stream, size)
    state = generator.get_state()
    try:
        return _stream_read(stream, size)
    finally:
        generator.set_state(state)


def is_of_rows(element: Any) -> bool:
    """Whether what a loader without batching gives is a batch: its parts have a common number of rows."""
    parts = list(element.values()) if isinstance(element, Mapping) else element
    if not isinstance(parts, tuple | list) or len(parts) < 2:
        return False
    tensors = [part for part in parts if isinstance(part, Tensor | np.ndarray)]
    return (
        len(tensors) == len(parts) and all(part.ndim for part in tensors) and len({len(part) for part in tensors}) == 1
    )


def batches_or_sequences(element: Any) -> HiddenError:
    """The error for pairs that may be a batch with its labels, or a sequence with a label for each place."""
    parts = list(element.values()) if isinstance(element, Mapping) else element
    rows = len(parts[0])
    return HiddenError(
        "what the data gives can be read in two ways",
        expected="samples (x, y), or one batch",
        got=f"parts of shapes {', '.join(str(list(part.shape)) for part in parts)}: a batch of {rows} samples, or a "
        f"sequence of {rows}",
        fix="Join batches, (torch.cat([x for x, _ in data]), torch.cat([y for _, y in data])), or pass their "
        "DataLoader; put sequences into a torch.utils.data.Dataset.",
    )


def own_collate(data: Any) -> Callable[[list[Any]], Any] | None:
    """A loader's collate function, where it has one of its own."""
    if not isinstance(data, DataLoader) or data.batch_sampler is None or data.collate_fn is default_collate:
        return None
    return data.collate_fn


def is_random(data: Any, indices: Sequence[int], seed: int) -> bool:
    """Whether samples read twice are others, as where a transform or a loader's function augments them.

    Changes the global generators.

    Args:
        data: A map-style data set, or a loader over one.
        indices: Some of its samples; the more, the rarer a change may be and still be noticed.
        seed: Seed of the reading, which the second goes beyond.
    """
    dataset, collate = dataset_of(data), own_collate(data)

    def read(seed: int) -> Any:
        items = [_item(dataset, index, seed) for index in indices]
        return items if collate is None else _as_read(collate(items))

    return not _equal(read(seed), read(seed + 1))


def known_targets(dataset: Any) -> Any:
    """Every sample's target without reading a sample, where the dataset keeps them at hand.

    Looks at ``targets``, ``labels`` and the last tensor of a ``TensorDataset``, through ``Subset`` and
    ``ConcatDataset``.

    Args:
        dataset: A map-style dataset.

    Returns:
        A column of as many values as samples, or None where they are not at hand.
    """
    if isinstance(dataset, Subset):
        inner = known_targets(dataset.dataset)
        return None if inner is None else [inner[i] for i in dataset.indices]
    if isinstance(dataset, ConcatDataset):
        parts = [known_targets(part) for part in dataset.datasets]
        return None if any(part is None for part in parts) else list(itertools.chain(*parts))
    if isinstance(dataset, TensorDataset):
        return dataset.tensors[-1] if len(dataset.tensors) == 2 else None
    if getattr(dataset, "target_transform", None) is not None:
        return None  # what the dataset keeps is not what its samples say
    for name in ("targets", "labels"):
        values = getattr(dataset, name, None)
        if isinstance(values, Tensor | np.ndarray | list | tuple) and len(values) == len(dataset):
            return values
    return None


def names_of(dataset: Any, key: str | int | None) -> tuple[str, ...] | None:
    """Names of the classes as the data set keeps them, through ``Subset`` and ``ConcatDataset``; or None.

    Args:
        dataset: With ``classes`` or ``class_to_idx`` as torchvision's have, or ``features`` as those of Hugging Face.
        key: Where the samples keep their target.
    """
    while isinstance(dataset, Subset | ConcatDataset):
        dataset = dataset.dataset if isinstance(dataset, Subset) else dataset.datasets[0]
    features = getattr(dataset, "features", None)
    if isinstance(features, Mapping) and key in features:
        return class_names(getattr(features[key], "names", None))
    for name in ("classes", "class_to_idx"):
        held = getattr(dataset, name, None)
        if isinstance(held, list | tuple | np.ndarray | Mapping) and len(held):
            return class_names(held)
    return None


def empty_data() -> HiddenError:
    """The error for data without a sample."""
    return HiddenError(
        "there is no data for the probe",
        expected="at least one sample",
        got="none",
        fix="Pass a dataset, tensors or a batch that is not empty.",
    )


def _stream_read(stream: Iterable[Any], size: int) -> tuple[Any, int]:
    elements = iter(stream)
    first = next(elements, None)
    if first is None:
        raise empty_data()
    rest = itertools.chain([first], elements)
    if not isinstance(stream, DataLoader | IterableDataset) and is_of_rows(first):
        raise batches_or_sequences(first)
    batched = isinstance(stream, DataLoader) and (stream.batch_sampler is not None or is_of_rows(first))
    if batched:
        batches = _until(map(_as_read, rest), size)
    else:
        samples = itertools.islice(rest, size)
        batches = map(stacked, iter(lambda: list(itertools.islice(samples, CHUNK)), []))
    whole = joined(batches, size)
    return whole, len(leaf(whole))


def _of_table(table: Any) -> Any:
    """The columns of a table as one matrix of inputs; and beside it those that are targets by name."""
    held = table.to_pydict() if hasattr(table, "to_pydict") else {name: table[name] for name in table.columns}
    columns = {str(name): column(values) for name, values in held.items()}
    targets = {name: values.tolist() for name, values in columns.items() if name.lower() in LABEL_KEYS}
    inputs = {name: of_one_type(values) for name, values in columns.items() if name not in targets}
    words = [name for name, values in inputs.items() if values.dtype.kind not in "biuf"]
    if words or not inputs or len(targets) > 1:
        raise HiddenError(
            "the columns of the table can be read in several ways",
            expected="columns of numbers, which are the inputs, and at most one of targets",
            got=", ".join(f"{name}: {values.dtype}" for name, values in columns.items())[:300],
            fix="Pass tensors, and what else there is beside them: Probe(x, labels=table['...'], texts=table['...']).",
        )
    matrix = tensor(np.stack(list(inputs.values()), axis=1))
    return (matrix, *targets.values()) if targets else matrix


def _item(dataset: MapDataset, index: int, seed: int) -> Any:
    seed_all((seed * 1_000_003 + index) % 2**32)
    return _as_item(dataset[index])


def _as_item(item: Any) -> Any:
    if isinstance(item, Mapping):
        return dict(item)
    return tuple(item) if isinstance(item, tuple | list) and hasattr(item, "_fields") else item


def _as_read(batch: Any) -> Any:
    """A loader's batch: objects of mappings, as tokenisers give, as dictionaries; lists of parts as tuples."""
    if isinstance(batch, Mapping) or hasattr(batch, "keys"):
        return {key: _as_read(batch[key]) for key in batch.keys()}  # noqa: SIM118 - not every object of keys is iterable
    if isinstance(batch, tuple) or (isinstance(batch, list) and any(isinstance(p, Tensor | Mapping) for p in batch)):
        return tuple(_as_read(part) for part in batch)
    return tensor(batch)


def _until(batches: Iterator[Any], size: int) -> Iterator[Any]:
    left = size
    for batch in batches:
        rows = len(leaf(batch))
        yield batch if rows <= left else _cut(batch, left)
        left -= rows
        if left <= 0:
            return


def _cut(batch: Any, rows: int) -> Any:
    if isinstance(batch, Mapping):
        return {key: _cut(value, rows) for key, value in batch.items()}
    if isinstance(batch, tuple):
        return tuple(_cut(value, rows) for value in batch)
    return batch[:rows] if isinstance(batch, Tensor | list) else batch


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping):
        return all(_equal(value, other.get(key)) for key, value in one.items())
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, Tensor):
        return (
            isinstance(other, Tensor) and one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
        )
    try:
        return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))
    except (TypeError, ValueError, RuntimeError):  # words, or objects that cannot be compared
        return type(one) is type(other) and (not isinstance(one, str | bytes) or one == other)
