"""Reads samples out of whatever a PyTorch user has: datasets, loaders, tensors, or a batch as the model takes it.

Knows nothing about sampling, thumbnails or probes: it gives inputs with one row per sample, and their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    IterableDataset,
    Subset,
    TensorDataset,
    default_collate,
)

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.wrappers import seed_all

Inputs = Tensor | tuple[Any, ...] | dict[str, Any]
"""What a model is called with: ``model(x)``, ``model(*x)`` or ``model(**x)``; tensors have a row per sample."""

Labels = npt.NDArray[np.int64]

LABEL_KEYS = ("labels", "label", "targets", "target", "y")
"""Where samples that are mappings keep their class, the first that is there."""

NO_LABEL = -1
"""Class of a sample without one."""


@runtime_checkable
class MapDataset(Protocol):
    """A dataset with a length, whose samples are found by index."""

    def __len__(self) -> int:
        """Number of samples."""

    def __getitem__(self, index: int, /) -> Any:
        """The sample at an index."""


Collate = Callable[[list[Any]], Any]
Read = tuple[Inputs, Labels | None, list[str] | None]


def is_batch(data: Any) -> bool:
    """Whether data is a batch (tensor, array, or tuple, list or mapping of them) rather than a dataset."""
    if isinstance(data, (Tensor, np.ndarray, Mapping)):
        return True
    return isinstance(data, (tuple, list)) and len(data) > 0 and isinstance(data[0], (Tensor, np.ndarray))


def is_stream(data: Any) -> bool:
    """Whether data can only be read from its beginning: an iterable dataset, or a loader over one."""
    return isinstance(data.dataset if isinstance(data, DataLoader) else data, IterableDataset)


def read_batch(batch: Any, *, labelled: bool) -> tuple[Inputs, Labels | None]:
    """Splits a batch into inputs and labels.

    The last of several tensors is the labels when it is a vector of integers, an entry of a mapping when its
    key is one of ``LABEL_KEYS``. Values of a mapping that are neither tensors nor plain settings are left out.

    Args:
        batch: See ``is_batch``.
        labelled: The labels are known from elsewhere: a tuple or list is inputs only.

    Returns:
        Inputs on the CPU, and labels int64 [N] or None.
    """
    if isinstance(batch, (Tensor, np.ndarray)):
        return _tensor(batch), None
    if isinstance(batch, Mapping):
        inputs = dict(batch)
        target = next((inputs.pop(key) for key in LABEL_KEYS if key in inputs), None)
        kept = {k: _tensor(v) for k, v in inputs.items() if _is_argument(v)}
        return kept, _as_labels(target)
    parts = tuple(_tensor(part) for part in batch)
    labels = None if labelled or len(parts) < 2 else _as_labels(parts[-1])
    if labels is not None:
        parts = parts[:-1]
    return (parts[0] if len(parts) == 1 else parts), labels


def read_items(dataset: MapDataset, indices: Sequence[int], collate: Collate | None, seed: int) -> Read:
    """The samples at ``indices``, collated into one batch.

    Every sample is read under random numbers seeded by its own index, so that random transforms give the same
    sample whatever else is read. Changes the global generators: the caller puts them back.

    Args:
        dataset: A map-style dataset.
        indices: Which samples.
        collate: A loader's own collate function; None: inputs are stacked, and what an ``(x, y)`` sample
            has last is a label when it is an integer and dropped otherwise.
        seed: Seed of the whole reading.

    Returns:
        Inputs, labels int64 [N] or None, and texts (the first field of strings) or None.
    """
    items = [_item(dataset, index, seed) for index in indices]
    return collate_items(items, collate)


def read_labels(dataset: MapDataset, indices: Sequence[int], seed: int) -> Labels:
    """The classes of the samples at ``indices``, which are read and not kept; arguments as in ``read_items``.

    Returns:
        int64 [N]; ``NO_LABEL`` where a sample has none.
    """
    return np.asarray([split_item(_item(dataset, index, seed))[1] for index in indices], dtype=np.int64)


def collate_items(items: list[Any], collate: Collate | None) -> Read:
    """Collates samples into inputs, labels and texts; arguments and results as in ``read_items``."""
    if collate is not None and collate is not default_collate:
        inputs, labels = read_batch(collate(items), labelled=False)
        return inputs, labels, None
    parted = [split_item(item) for item in items]
    labels = np.asarray([label for _, label in parted], dtype=np.int64)
    values = [value for value, _ in parted]
    texts = None
    if isinstance(values[0], Mapping):
        strings = [key for key, value in values[0].items() if isinstance(value, str)]
        if strings:
            texts = [str(value[strings[0]]) for value in values]
        values = [{k: v for k, v in value.items() if k not in strings} for value in values]
    elif isinstance(values[0], tuple):
        values = [tuple(value) for value in values]
    try:
        batch = default_collate(values)
    except (TypeError, RuntimeError) as error:
        raise HiddenError(
            "the probe's samples cannot be stacked into a batch",
            expected="tensors, arrays or numbers of equal shape",
            got=str(error).strip().splitlines()[0],
            fix="Add a transform that gives tensors of one size, or pass a DataLoader with its collate_fn.",
        ) from error
    if isinstance(batch, list):
        batch = tuple(batch)
    inputs, _ = read_batch(batch, labelled=True)
    return inputs, (labels if (labels != NO_LABEL).any() else None), texts


def split_item(item: Any) -> tuple[Any, int]:
    """A sample's input and its class: ``(x, y)``, ``(x1, x2, y)``, a mapping with a label key, or ``x``.

    Args:
        item: What a dataset gives for one index.

    Returns:
        The input, and the class or ``NO_LABEL``.
    """
    if isinstance(item, Mapping):
        rest = dict(item)
        target = next((rest.pop(key) for key in LABEL_KEYS if key in rest), None)
        return rest, _class_of(target)
    if isinstance(item, (tuple, list)) and len(item) > 1:
        return (item[0] if len(item) == 2 else tuple(item[:-1])), _class_of(item[-1])
    if isinstance(item, (tuple, list)) and len(item) == 1:
        return item[0], NO_LABEL
    return item, NO_LABEL


def known_labels(dataset: Any) -> Labels | None:
    """Every sample's class without reading a sample, where the dataset keeps them at hand.

    Looks at ``targets``, ``labels`` and the last tensor of a ``TensorDataset``, through ``Subset`` and
    ``ConcatDataset``.

    Args:
        dataset: A map-style dataset.

    Returns:
        int64 [N], or None where they are not at hand.
    """
    if isinstance(dataset, Subset):
        inner = known_labels(dataset.dataset)
        return None if inner is None else inner[np.asarray(list(dataset.indices), dtype=np.int64)]
    if isinstance(dataset, ConcatDataset):
        parts = [known_labels(part) for part in dataset.datasets]
        known = [part for part in parts if part is not None]
        return np.concatenate(known) if len(known) == len(parts) else None
    if isinstance(dataset, TensorDataset):
        return _as_labels(dataset.tensors[-1]) if len(dataset.tensors) > 1 else None
    if getattr(dataset, "target_transform", None) is not None:
        return None  # what the dataset keeps is not what its samples say
    for name in ("targets", "labels"):
        labels = _as_labels(getattr(dataset, name, None))
        if labels is not None and len(labels) == len(dataset):
            return labels
    return None


def class_names(dataset: Any) -> tuple[str, ...] | None:
    """Names of the classes, by torchvision's convention ``dataset.classes``, through ``Subset``; or None."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    names = getattr(dataset, "classes", None)
    return tuple(str(name) for name in names) if isinstance(names, (list, tuple)) and names else None


def read_stream(stream: Iterable[Any], size: int) -> Read:
    """The first ``size`` samples of an iterable dataset or of a loader over one.

    Args:
        stream: An ``IterableDataset``, which gives samples, or a ``DataLoader`` over one, which gives batches.
        size: Samples to read; a stream may end before.

    Returns:
        Inputs, labels int64 [N] or None, and texts or None; as in ``read_items``.
    """
    if isinstance(stream, DataLoader) and stream.batch_sampler is not None:
        batches: list[tuple[Inputs, Labels | None]] = []
        rows = 0
        for batch in stream:
            inputs, labels = read_batch(batch, labelled=False)
            batches.append((inputs, labels))
            rows += count_rows(inputs)
            if rows >= size:
                break
        if not batches:
            raise empty_data()
        joined = _joined([inputs for inputs, _ in batches])
        parts = [labels for _, labels in batches if labels is not None]
        all_labels = np.concatenate(parts)[:size] if len(parts) == len(batches) else None
        return take_rows(joined, np.arange(min(rows, size))), all_labels, None
    items = []
    for item in stream:
        items.append(item)
        if len(items) == size:
            break
    if not items:
        raise empty_data()
    return collate_items(items, None)


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
            fix="Give every input the same length along its first axis.",
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


def empty_data() -> HiddenError:
    """The error for data without a sample."""
    return HiddenError(
        "there is no data for the probe",
        expected="at least one sample",
        got="none",
        fix="Pass a dataset, tensors or a batch that is not empty.",
    )


def _item(dataset: MapDataset, index: int, seed: int) -> Any:
    seed_all((seed * 1_000_003 + index) % 2**32)
    return dataset[index]


def _joined(batches: list[Inputs]) -> Inputs:
    first = batches[0]
    try:
        if isinstance(first, Tensor):
            return torch.cat([b for b in batches if isinstance(b, Tensor)])
        if isinstance(first, dict):
            return {k: _cat([b[k] for b in batches if isinstance(b, dict)]) for k in first}
        return tuple(_cat([b[i] for b in batches if isinstance(b, tuple)]) for i in range(len(first)))
    except RuntimeError as error:
        raise HiddenError(
            "the probe's batches cannot be joined",
            expected="batches of equal shape but for the number of samples",
            got=str(error).strip().splitlines()[0],
            fix="Pad every batch to one length in the loader's collate_fn.",
        ) from error


def _cat(values: list[Any]) -> Any:
    return torch.cat(values) if isinstance(values[0], Tensor) else values[0]


def _tensor(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(value).copy())
    return value.detach().cpu() if isinstance(value, Tensor) else value


def _is_argument(value: Any) -> bool:
    return value is None or isinstance(value, (Tensor, np.ndarray, bool, int, float))


def _as_labels(values: Any) -> Labels | None:
    """Values as a vector of classes, or None where they are not a vector of integers."""
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    elif isinstance(values, (list, tuple)):
        if not all(isinstance(value, (int, np.integer)) for value in values):
            return None
        values = np.asarray(values)
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "iub":
        return None
    return values.astype(np.int64)


def _class_of(target: Any) -> int:
    if isinstance(target, Tensor) and target.numel() == 1 and not target.is_floating_point():
        return int(target.item())
    if isinstance(target, np.ndarray) and target.size == 1 and target.dtype.kind in "iub":
        return int(target.item())
    return int(target) if isinstance(target, (int, np.integer)) else NO_LABEL
