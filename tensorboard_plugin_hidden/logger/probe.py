"""The probe: the fixed sample of data through which a network is looked at, the same at every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.columns import ORIGINAL_LABEL, Column
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.logger.batches import Inputs, take_rows
from tensorboard_plugin_hidden.logger.datasets import dataset_of, names_of
from tensorboard_plugin_hidden.logger.labels import NO_LABEL, Targets, class_names, column, read_targets
from tensorboard_plugin_hidden.logger.metadata import columns, is_missing, original_label_column, shortened
from tensorboard_plugin_hidden.logger.pictures import full_size
from tensorboard_plugin_hidden.logger.probe_size import Candidates, measured_size
from tensorboard_plugin_hidden.logger.reading import Choices, is_choice, no_labels, read
from tensorboard_plugin_hidden.logger.roles import Choice
from tensorboard_plugin_hidden.logger.thumbnails import Pictures, Sprite, like_images, sprite
from tensorboard_plugin_hidden.logger.wrappers import undisturbed_rng
from tensorboard_plugin_hidden.notices import say


class Probe:
    """A fixed, seeded sample with stable ids, stratified by label, in the order of the data.

    Samples are read once, when the probe is made, and kept on the CPU. Reading leaves the global random numbers
    of torch, numpy and Python as they were, and random transforms give the same sample on every run.

    Where the data holds more than ``size`` samples, each class gets its share of them and at least one.
    Labels are taken from ``dataset.targets``, ``dataset.labels`` or the tensors of a ``TensorDataset``; for
    any other dataset a seeded random subset of ``2 * size`` samples is read and the probe is chosen from that.
    An iterable dataset is read from its beginning until there are ``size`` samples.

    What is not told is inferred where there is one reading, and what was inferred is said in one line; where there are
    several, the error lists them.

    Args:
        data: A map-style or iterable dataset; a ``DataLoader``, of whose dataset the samples that its sampler gives are
            taken and collated as it does; tensors, arrays or data frames ``x`` or ``(x, y)``; or a batch as the model
            takes it: a tensor, a tuple or list of tensors, or a mapping. Samples of a dataset are ``(x, y)``,
            ``(x1, x2, y)``, a mapping with the key ``label`` or the like, or ``x``.
        size: Largest number of samples.
        inputs: Which part of a sample or batch the model is called with: its key, its position, or a function of the
            batch, whose result is passed as ``model(x)``, ``model(*tuple)`` or ``model(**mapping)``.
        labels: Which part is the label: a key, a position or a function of the batch. Or one class for each sample of
            ``data``: numbers, names, truth values, one-hot or soft rows, a categorical; -1, -100, None, NaN are none.
        classes: Names of the classes, a list or a mapping of numbers to names or back; default what the data set or the
            labels say, else the numbers.
        ids: A name or number for each sample of ``data``, all different; default its index.
        texts: A text for each sample of ``data``, cut at 1,000 characters.
        images: A picture for each sample of ``data``, for thumbnails: tensors or arrays [N, C, H, W], [N, H, W, C] or
            [N, H, W], or pictures of Pillow, of any depth and range; default the inputs, where they are [N, 1 or 3, H,
            W]. They are kept at full size too when that is larger than a thumbnail and at most 64 MiB of PNG in all.
        metadata: For each name, as ``split`` or ``brightness``, a value for each sample of ``data``: strings or truth
            values, numbers, or lists of strings (tags), and None where there is none.
        original_labels: One class for each sample of ``data``: what its label was before noise or relabelling.
        seed: Seed of the sample and of random transforms.

    Attributes:
        inputs: What the model is called with, N rows, on the CPU: ``model(x)``, ``model(*x)``, ``model(**x)``.
        indices: int64 [N], each sample's index in ``data``, ascending.
        ids: N strings or integers.
        labels: int32 [N]; -1 where a sample has none.
        classes: Names of the classes; empty when no sample has a label and none were given.
        named: Whether the classes have names of their own, and so are known to be all that there are.
        soft_labels: float32 [N, C] in [0, 1], where the labels were given as probabilities; else None.
        targets: Why there are no class labels although there are targets, as a sentence; else empty.
        multi_label: The targets are several labels at once, of which ``classes`` are the names where they were given.
        texts: N strings, or None.
        sprite: Thumbnails, or None.
        columns: The metadata, ``original_label`` when original labels were given, and ``target`` for targets that are
            no classes.
        notes: What was inferred, as sentences.
        seed: As given.
        density: How ``sized`` chose the size; None: it was given.

    Raises:
        HiddenError: The data is empty or cannot be stacked, lengths differ, ids are not unique, labels are no
            classes, there are several readings, metadata has a name or values it cannot have, or ``size`` is less
            than 1.

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
        inputs: Choice | None = None,
        labels: Choice | Sequence[Any] | npt.NDArray[Any] | Tensor | None = None,
        classes: Sequence[str] | Mapping[Any, Any] | None = None,
        ids: Sequence[int | str] | npt.NDArray[Any] | None = None,
        texts: Sequence[str] | None = None,
        images: Sequence[Image.Image] | npt.NDArray[Any] | Tensor | None = None,
        metadata: Mapping[str, Any] | None = None,
        original_labels: Sequence[Any] | npt.NDArray[Any] | Tensor | None = None,
        seed: int = 0,
    ) -> None:
        if size < 1:
            raise HiddenError(
                "the probe's size is too small",
                expected="at least 1",
                got=str(size),
                fix="Two thousand is usual.",
            )
        with undisturbed_rng(seed):
            found = read(data, size, _choices(inputs, labels), seed)
        total, self.indices, self.inputs = found.total, found.indices, found.inputs
        self.seed = seed
        self.density: Mapping[str, Any] | None = None
        names = class_names(classes) if classes is not None else names_of(dataset_of(data), found.key)
        targets = found.targets or Targets("other", no_labels(len(self.indices)))
        self.labels, self.classes = _numbered(targets, names)
        self.named = bool(names) or (targets.worded and bool(self.classes))
        self.soft_labels: FloatArray | None = targets.distribution
        self.targets = targets.note if found.targets is not None and targets.kind != "classes" else ""
        self.multi_label = targets.kind == "multi-label"
        given = {"ids": ids, "texts": texts, "images": images, "original_labels": original_labels}
        beside = {name: _beside(name, values, total) for name, values in given.items() if values is not None}
        self.ids = _checked_ids(beside.get("ids", range(total)), self.indices)
        texts_of = found.texts if "texts" not in beside else [beside["texts"][i] for i in self.indices]
        self.texts = None if texts_of is None else tuple("" if is_missing(t) else shortened(str(t)) for t in texts_of)
        self.columns = columns(metadata or {}, total, self.indices)
        if original_labels is not None:
            self.columns += (self._original(original_labels, names),)
        taken = {column.name for column in self.columns}
        kept = _target_columns(found.own if found.own is not None else targets, names)
        self.columns += tuple(column for column in kept if column.name not in taken)
        pictures = _pictures(beside.get("images"), self.indices, self.inputs)
        self.sprite: Sprite | None = None if pictures is None else sprite(pictures)
        # Those that were given may change or go; those of the inputs are encoded when they are logged.
        self._given: tuple[bytes, ...] | None = None
        self._shown = pictures if images is None else None
        if images is not None and pictures is not None and self.sprite is not None:
            self._given = full_size(pictures, self.sprite)
        self.notes = (*found.notes, targets.note) if targets.note else found.notes
        if self.notes:
            say(f"probe of {len(self)}: {'; '.join(self.notes)}.")

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
        with undisturbed_rng(seed):
            found = read(data, largest, _choices(options.get("inputs"), options.get("labels")), seed)
        known = no_labels(len(found.indices)) if found.targets is None else found.targets.labels
        density = measured_size(model, Candidates(found.inputs, known.astype(np.int32)), layer, seed)
        probe = cls(data, density["knee"], seed=seed, **options)
        probe.density = density
        return probe

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.indices)

    @property
    def pictures(self) -> tuple[bytes, ...] | None:
        """N PNGs at full size, or None. Those of the inputs are made anew whenever they are asked for."""
        if self._shown is None or self.sprite is None:
            return self._given
        return full_size(self._shown, self.sprite)

    def batches(self, batch_size: int) -> Iterator[Inputs]:
        """The inputs in order, a batch at a time, on the CPU.

        Args:
            batch_size: Rows in a batch, at least 1; the last batch may have fewer.
        """
        for start in range(0, len(self), batch_size):
            yield take_rows(self.inputs, slice(start, start + batch_size))

    def _original(self, given: Any, names: tuple[str, ...] | None) -> Column:
        if any(column.name == ORIGINAL_LABEL for column in self.columns):
            raise HiddenError(
                "the original labels are given twice",
                expected=f"original_labels, or metadata {ORIGINAL_LABEL!r}",
                got="both",
                fix="Leave one out.",
            )
        original = read_targets(given, given=True)
        if original.worded:  # numbered as the probe's own are, and then those that no sample has any more
            known = [*(names or self.classes), *(name for name in original.names or () if name not in self.classes)]
            labels, classes = _numbered(original, tuple(dict.fromkeys(known)))
        else:
            labels, classes = _numbered(original, names)
            # Relabelling may have left a class without a sample, whose number is then not among the probe's own.
            classes += tuple(str(c) for c in range(len(classes), len(self.classes)))
        return original_label_column(labels[self.indices], classes)


def _choices(inputs: Any, labels: Any) -> Choices:
    if labels is None or is_choice(labels):
        return Choices(inputs, labels)
    return Choices(inputs, None, read_targets(labels, given=True))


def _numbered(targets: Targets, names: tuple[str, ...] | None) -> tuple[IntArray, tuple[str, ...]]:
    """Class numbers, and a name for each class: labels that are words are numbered as the names are."""
    labels = targets.labels.astype(np.int32)
    if targets.kind != "classes":
        return labels, names or ()
    if targets.worded and targets.names is not None and names is not None:
        unknown = [name for name in targets.names if name not in names]
        if unknown:
            raise HiddenError(
                "labels are not among the classes",
                expected=f"some of {', '.join(names)}"[:200],
                got=", ".join(unknown)[:200],
                fix="Name every class with classes=[...], or leave classes out.",
            )
        place = np.array([*(names.index(name) for name in targets.names), NO_LABEL], np.int32)
        return place[labels], names
    known = names if names is not None else targets.names
    highest = int(labels.max(initial=NO_LABEL))
    if known is None:
        return labels, tuple(str(c) for c in range(highest + 1))
    if highest >= len(known):
        raise HiddenError(
            "labels go beyond the classes",
            expected=f"class numbers below {len(known)}",
            got=str(highest),
            fix="Pass a name for every class with classes=[...].",
        )
    return labels, known


def _target_columns(targets: Targets, names: tuple[str, ...] | None) -> tuple[Column, ...]:
    """Targets that are no classes as columns: numbers, or the names of several labels."""
    values: dict[str, Any] = dict(targets.numbers)
    if targets.hot is not None:
        width = targets.hot.shape[1]
        known = targets.names if targets.names is not None else names
        labels = known if known is not None and len(known) == width else tuple(str(c) for c in range(width))
        values["target"] = [[labels[c] for c in np.flatnonzero(row)] for row in targets.hot]
    rows = len(targets.labels)
    return columns(values, rows, np.arange(rows))


def _beside(name: str, values: Any, total: int) -> Any:
    """What is given beside the data, by position and as long as it."""
    held = values if isinstance(values, Tensor | np.ndarray | list | tuple | range) else column(values)
    if len(held) != total:
        raise HiddenError(
            f"{name} do not match the data",
            expected=f"{total}, one for each sample",
            got=str(len(held)),
            fix=f"Pass {name} for all of the data, in its order; the probe picks its own.",
        )
    return held


def _checked_ids(ids: Any, indices: npt.NDArray[np.intp]) -> tuple[int | str, ...]:
    names = [int(i) if isinstance(i, (int, np.integer)) else str(i) for i in column(ids).tolist()]
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


def _pictures(images: Any, indices: npt.NDArray[np.intp], inputs: Inputs) -> Pictures | None:
    if images is None:
        return Pictures(inputs.numpy()) if isinstance(inputs, Tensor) and like_images(inputs.shape) else None
    chosen = [images[int(i)] for i in indices]
    return Pictures([image if isinstance(image, Image.Image) else column(image) for image in chosen])
