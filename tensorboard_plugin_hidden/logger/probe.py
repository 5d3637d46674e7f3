"""The probe: the fixed sample of data through which a network is looked at, the same at every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.columns import ORIGINAL_LABEL, Column
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.logger import datasets
from tensorboard_plugin_hidden.logger.datasets import NO_LABEL, Inputs
from tensorboard_plugin_hidden.logger.metadata import columns, original_label_column, shortened
from tensorboard_plugin_hidden.logger.pictures import full_size
from tensorboard_plugin_hidden.logger.probe_size import Candidates, measured_size
from tensorboard_plugin_hidden.logger.thumbnails import Sprite, as_pictures, sprite
from tensorboard_plugin_hidden.logger.wrappers import undisturbed_rng

PRESAMPLE = 2
"""Where labels must be read to be known, this many times the probe's size is read to choose from."""

MIN_IMAGE = 4
"""Inputs with a shorter side, in pixels, are not taken for images."""


class Probe:
    """A fixed, seeded sample with stable ids, stratified by label, in the order of the data.

    Samples are read once, when the probe is made, and kept on the CPU. Reading leaves the global random numbers
    of torch, numpy and Python as they were, and random transforms give the same sample on every run.

    Where the data holds more than ``size`` samples, each class gets its share of them and at least one.
    Labels are taken from ``dataset.targets``, ``dataset.labels`` or the tensors of a ``TensorDataset``; for
    any other dataset a seeded random subset of ``2 * size`` samples is read and the probe is chosen from that.
    An iterable dataset is read from its beginning until there are ``size`` samples.

    Args:
        data: A map-style or iterable dataset; a ``DataLoader``, whose dataset and collate function are used;
            tensors or arrays ``x`` or ``(x, y)``; or a batch as the model takes it: a tensor, a tuple or list
            of tensors (a last vector of integers is the labels), or a mapping (``labels`` and the like are the
            labels). Samples of a dataset are ``(x, y)``, ``(x1, x2, y)``, a mapping, or ``x``.
        size: Largest number of samples.
        labels: One class number for each sample of ``data``, -1 or None where there is none.
        classes: Names of the classes; default ``dataset.classes``, else the numbers.
        ids: A name or number for each sample of ``data``, all different; default its index.
        texts: A text for each sample of ``data``, cut at 1,000 characters.
        images: A picture for each sample of ``data``, for thumbnails: tensors or arrays [N, C, H, W], or
            pictures of Pillow; default the inputs, where they are [N, 1 or 3, H, W]. They are kept at full size too
            when that is larger than a thumbnail and at most 64 MiB of PNG in all.
        metadata: For each name, as ``split`` or ``brightness``, a value for each sample of ``data``: strings or truth
            values, numbers, or lists of strings (tags), and None where there is none.
        original_labels: One class number for each sample of ``data``: what its label was before noise or relabelling.
        seed: Seed of the sample and of random transforms.

    Attributes:
        inputs: What the model is called with, N rows, on the CPU: ``model(x)``, ``model(*x)``, ``model(**x)``.
        indices: int64 [N], each sample's index in ``data``, ascending.
        ids: N strings or integers.
        labels: int32 [N]; -1 where a sample has none.
        classes: Names of the classes; empty when no sample has a label and none were given.
        texts: N strings, or None.
        sprite: Thumbnails, or None.
        pictures: N PNGs at full size, or None.
        columns: The metadata, and ``original_label`` when original labels were given.
        seed: As given.
        density: How ``sized`` chose the size; None: it was given.

    Raises:
        HiddenError: The data is empty or cannot be stacked, lengths differ, ids are not unique, labels are not
            class numbers, metadata has a name or values it cannot have, or ``size`` is less than 1.

    >>> import torch
    >>> probe = Probe((torch.zeros(6, 4), torch.tensor([0, 0, 0, 0, 1, 1])), size=3)
    >>> len(probe), probe.labels.tolist(), probe.classes
    (3, [0, 0, 1], ('0', '1'))
    """

    def __init__(
        self,
        data: Any,
        size: int = 2000,
        *,
        labels: Sequence[int | None] | npt.NDArray[Any] | Tensor | None = None,
        classes: Sequence[str] | None = None,
        ids: Sequence[int | str] | npt.NDArray[Any] | None = None,
        texts: Sequence[str] | None = None,
        images: Sequence[Image.Image] | npt.NDArray[Any] | Tensor | None = None,
        metadata: Mapping[str, Any] | None = None,
        original_labels: Sequence[int | None] | npt.NDArray[Any] | Tensor | None = None,
        seed: int = 0,
    ) -> None:
        if size < 1:
            raise HiddenError(
                "the probe's size is too small",
                expected="at least 1",
                got=str(size),
                fix="Two thousand is usual.",
            )
        given = None if labels is None else _checked_labels(labels)
        with undisturbed_rng(seed):
            total, self.indices, self.inputs, read, read_texts = _read(data, size, given, seed)
        per_sample = {"labels": labels, "ids": ids, "texts": texts, "images": images}
        for name, values in (per_sample | {"original_labels": original_labels}).items():
            if values is not None and len(values) != total:
                raise HiddenError(
                    f"{name} do not match the data",
                    expected=f"{total}, one for each sample",
                    got=str(len(values)),
                    fix=f"Pass {name} for all of the data, in its order; the probe picks its own.",
                )
        chosen = given[self.indices] if given is not None else read
        self.seed = seed
        self.density: Mapping[str, Any] | None = None
        self.labels: IntArray = _checked_labels(
            np.full(len(self.indices), NO_LABEL) if chosen is None else chosen
        ).astype(np.int32)
        self.classes = _checked_classes(self.labels, classes, data)
        self.ids = _checked_ids(range(total) if ids is None else ids, self.indices)
        chosen_texts = read_texts if texts is None else [texts[i] for i in self.indices]
        self.texts = None if chosen_texts is None else tuple(shortened(str(t)) for t in chosen_texts)
        self.columns = columns(metadata or {}, total, self.indices)
        if original_labels is not None:
            self.columns += (self._original(original_labels, classes, data),)
        pictures = _pictures(images, self.indices, self.inputs)
        self.sprite: Sprite | None = None if pictures is None else sprite(pictures)
        self.pictures = None if pictures is None or self.sprite is None else full_size(pictures, self.sprite)

    @classmethod
    def sized(
        cls,
        data: Any,
        model: nn.Module,
        *,
        layer: str | None = None,
        largest: int = 20_000,
        seed: int = 0,
        **options: Any,
    ) -> Self:
        """A probe of as many samples as a layer of the model, as it is now, needs to look as dense as with all.

        Up to ``largest`` samples are read and run through the model once. The size is where the mean distance to the
        20th neighbour has fallen to 1 / 0.8 of what it is among all of them; the probe is then the one that
        ``Probe(data, size)`` makes, and reads its samples again. Layers of few dimensions need more samples than those
        of many, so a network that was trained a little tells more than an untrained one.

        Args:
            data: As for ``Probe``.
            model: The model, wrapped or not; it is left as it was.
            layer: Name of the layer; None: the input of the last ``Linear``.
            largest: Most samples to choose among, all in memory at once.
            seed: As for ``Probe``.
            **options: What else ``Probe`` takes, but ``size``.

        Returns:
            The probe. Its ``density`` holds the curve, is logged with it and shown with the maps.

        Raises:
            HiddenError: As for ``Probe``; the layer is unknown or several; the model cannot take the samples; or none
                of the layer's activations are finite.
        """
        labels = options.get("labels")
        given = None if labels is None else _checked_labels(labels)
        with undisturbed_rng(seed):
            _, indices, inputs, read, _ = _read(data, largest, given, seed)
        chosen = given[indices] if given is not None else read
        known = np.full(len(indices), NO_LABEL) if chosen is None else chosen
        density = measured_size(model, Candidates(inputs, known.astype(np.int32)), layer, seed)
        probe = cls(data, density["knee"], seed=seed, **options)
        probe.density = density
        return probe

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.indices)

    def batches(self, batch_size: int) -> Iterator[Inputs]:
        """The inputs in order, a batch at a time, on the CPU.

        Args:
            batch_size: Rows in a batch, at least 1; the last batch may have fewer.
        """
        for start in range(0, len(self), batch_size):
            yield datasets.take_rows(self.inputs, slice(start, start + batch_size))

    def _original(self, given: Any, classes: Sequence[str] | None, data: Any) -> Column:
        if any(column.name == ORIGINAL_LABEL for column in self.columns):
            raise HiddenError(
                "the original labels are given twice",
                expected=f"original_labels, or metadata {ORIGINAL_LABEL!r}",
                got="both",
                fix="Leave one out.",
            )
        labels = _checked_labels(given)[self.indices].astype(np.int32)
        # Relabelling may have left a class without a sample, whose number is then not among the probe's own.
        names = _checked_classes(np.append(labels, len(self.classes) - 1).astype(np.int32), classes, data)
        return original_label_column(labels, names)


def stratified_sample(labels: npt.NDArray[np.integer[Any]], size: int, seed: int) -> npt.NDArray[np.intp]:
    """A random sample in which every class has its share, and at least one sample where ``size`` allows.

    Shares are by largest remainder (Hamilton's method of apportionment).

    Args:
        labels: [N] class of each sample; any value is a class, -1 as well.
        size: Number of samples; all are taken when there are not more.
        seed: Seed of the choice within a class.

    Returns:
        min(N, size) indices, ascending.

    >>> bool(stratified_sample(np.array([0] * 90 + [1] * 10), 10, seed=0)[-1] >= 90)
    True
    """
    if len(labels) <= size:
        return np.arange(len(labels), dtype=np.intp)
    _, members, counts = np.unique(labels, return_inverse=True, return_counts=True)
    exact = counts * (size / len(labels))
    least = 1 if size >= len(counts) else 0
    shares = np.maximum(np.floor(exact).astype(np.intp), least)
    while shares.sum() < size:
        shares[np.argmax(exact - shares)] += 1
    while shares.sum() > size:  # classes raised to one sample are paid for by those furthest above their share
        shares[np.argmax(np.where(shares > least, shares - exact, -np.inf))] -= 1
    rng = np.random.default_rng(seed)
    picked = [rng.choice(np.flatnonzero(members == c), n, replace=False, shuffle=False) for c, n in enumerate(shares)]
    return np.sort(np.concatenate(picked))


_Read = tuple[int, npt.NDArray[np.intp], Inputs, npt.NDArray[np.int64] | None, list[str] | None]


def _read(data: Any, size: int, given: npt.NDArray[np.int64] | None, seed: int) -> _Read:
    """Samples in the data, indices of those chosen, and their inputs, labels and texts."""
    if datasets.is_stream(data):
        inputs, labels, texts = datasets.read_stream(data, size)
        rows = datasets.count_rows(inputs)
        return rows, np.arange(rows), inputs, labels, texts
    if datasets.is_batch(data):
        inputs, labels = datasets.read_batch(data, labelled=given is not None)
        total = datasets.count_rows(inputs)
        _not_empty(total)
        known = given if given is not None else labels
        _same_length(known, total)
        indices = stratified_sample(np.zeros(total, np.int64) if known is None else known, size, seed)
        return total, indices, datasets.take_rows(inputs, indices), _taken(labels, indices), None
    collate = data.collate_fn if isinstance(data, DataLoader) and data.batch_sampler is not None else None
    dataset = data.dataset if isinstance(data, DataLoader) else data
    if not isinstance(dataset, datasets.MapDataset):
        raise HiddenError(
            "the probe cannot read this data",
            expected="a dataset, a DataLoader, tensors, arrays, or a batch as the model takes it",
            got=type(data).__name__,
            fix="Wrap it in a torch.utils.data.Dataset.",
        )
    total = len(dataset)
    _not_empty(total)
    known = given if given is not None else datasets.known_labels(dataset)
    _same_length(known, total)
    indices = _choose(dataset, total, known, size, seed)
    inputs, labels, texts = datasets.read_items(dataset, indices.tolist(), collate, seed)
    rows = datasets.count_rows(inputs)
    if rows != len(indices):
        raise HiddenError(
            "the loader's collate_fn changes the number of samples",
            expected=f"{len(indices)} rows",
            got=str(rows),
            fix="Give the probe a collate_fn that keeps one row per sample.",
        )
    return total, indices, inputs, (_taken(known, indices) if known is not None else labels), texts


def _choose(
    dataset: datasets.MapDataset, total: int, known: npt.NDArray[np.int64] | None, size: int, seed: int
) -> npt.NDArray[np.intp]:
    if known is not None:
        return stratified_sample(known, size, seed)
    if total <= size:
        return np.arange(total)
    read = min(total, PRESAMPLE * size)
    candidates = np.sort(np.random.default_rng(seed).choice(total, read, replace=False))
    labels = datasets.read_labels(dataset, candidates.tolist(), seed)
    return candidates[stratified_sample(labels, size, seed)]


def _taken(labels: npt.NDArray[np.int64] | None, indices: npt.NDArray[np.intp]) -> npt.NDArray[np.int64] | None:
    return None if labels is None else labels[indices]


def _not_empty(total: int) -> None:
    if total == 0:
        raise datasets.empty_data()


def _same_length(labels: npt.NDArray[np.int64] | None, total: int) -> None:
    if labels is not None and len(labels) != total:
        raise HiddenError(
            "labels do not match the data",
            expected=f"{total}, one for each sample",
            got=str(len(labels)),
            fix="Pass labels for all of the data, in its order; the probe picks its own.",
        )


def _checked_labels(labels: Any) -> npt.NDArray[np.int64]:
    if isinstance(labels, Tensor):
        labels = labels.detach().cpu().numpy()
    elif not isinstance(labels, np.ndarray):
        labels = np.asarray([NO_LABEL if label is None else label for label in labels])
    if labels.ndim != 1 or labels.dtype.kind not in "iub":
        raise HiddenError(
            "labels are not class numbers",
            expected="a vector of integers",
            got=f"{labels.dtype} of shape {labels.shape}",
            fix="Number the classes from 0, or leave the labels out.",
        )
    values: npt.NDArray[np.int64] = labels.astype(np.int64)
    if len(values) and values.min() < NO_LABEL:
        raise HiddenError(
            "labels are negative",
            expected=f"class numbers from 0, or {NO_LABEL} for no label",
            got=str(values.min()),
            fix="Number the classes from 0.",
        )
    return values


def _checked_classes(labels: IntArray, classes: Sequence[str] | None, data: Any) -> tuple[str, ...]:
    dataset = data.dataset if isinstance(data, DataLoader) else data
    names = datasets.class_names(dataset) if classes is None else tuple(str(name) for name in classes)
    highest = int(labels.max())
    if names is None:
        return tuple(str(c) for c in range(highest + 1))
    if highest >= len(names):
        raise HiddenError(
            "labels go beyond the classes",
            expected=f"class numbers below {len(names)}",
            got=str(highest),
            fix="Pass a name for every class with classes=[...].",
        )
    return names


def _checked_ids(ids: Any, indices: npt.NDArray[np.intp]) -> tuple[int | str, ...]:
    names = [int(i) if isinstance(i, (int, np.integer)) else str(i) for i in ids]
    if len(set(names)) < len(names):
        seen: set[int | str] = set()
        twice = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise HiddenError(
            "ids are not unique",
            expected="a different id for every sample",
            got=f"{twice!r} more than once",
            fix="Leave ids out to use each sample's index.",
        )
    return tuple(names[i] for i in indices)


def _pictures(images: Any, indices: npt.NDArray[np.intp], inputs: Inputs) -> list[Image.Image] | None:
    if images is None:
        return as_pictures(inputs.numpy()) if isinstance(inputs, Tensor) and _like_images(inputs.shape) else None
    chosen = [images[int(i)] for i in indices]
    if all(isinstance(image, Image.Image) for image in chosen):
        return as_pictures(chosen)
    arrays = np.stack([np.asarray(image) for image in chosen])
    if not _like_images(arrays.shape):
        raise HiddenError(
            "images have the wrong shape",
            expected="pictures, or an array [N, C, H, W] with 1 or 3 channels",
            got=str(arrays.shape),
            fix="Move the channels to the second axis, or leave images out.",
        )
    return as_pictures(arrays)


def _like_images(shape: Sequence[int]) -> bool:
    return len(shape) == 4 and shape[1] in (1, 3) and min(shape[2:]) >= MIN_IMAGE
