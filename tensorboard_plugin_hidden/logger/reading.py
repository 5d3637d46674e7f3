"""From a user's data to a probe's samples: which of them, what the model is called with, and what their targets are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger import datasets, roles
from tensorboard_plugin_hidden.logger.batches import Inputs, count_rows, leaf, named_tensors, take_rows
from tensorboard_plugin_hidden.logger.datasets import CHUNK
from tensorboard_plugin_hidden.logger.labels import NO_LABEL, Labels, Targets, column, read_targets
from tensorboard_plugin_hidden.logger.loader_rows import chosen_rows
from tensorboard_plugin_hidden.logger.roles import Choice
from tensorboard_plugin_hidden.logger.sampling import stratified_sample

PRESAMPLE = 2
"""Where labels must be read to be known, this many times the probe's size is read to choose from."""

_READ_TWICE = 16
"""Samples that are read twice, at most: a transform that changes one in ten is noticed four times in five."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user said of the data.

    Attributes:
        inputs: Which part of a batch the model is called with; None: inferred.
        labels: Which part is the target; None: inferred.
        given: The labels of all of the data, which the data need not hold; None: they are in the data.
    """

    inputs: Choice | None = None
    labels: Choice | None = None
    given: Targets | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Samples that were chosen and read.

    Attributes:
        total: Samples in the data.
        indices: int [N], the chosen ones, ascending.
        inputs: What the model is called with, N rows, on the CPU.
        targets: Those of the N samples, as given or as read; None where there are none.
        own: What else the data says of them, where labels were given beside it.
        texts: N strings, or None.
        key: Where the samples keep their target, or None.
        notes: What was inferred, as sentences.
    """

    total: int
    indices: npt.NDArray[np.intp]
    inputs: Inputs
    targets: Targets | None
    own: Targets | None
    texts: Sequence[str] | None
    key: str | int | None
    notes: tuple[str, ...]


def read(data: Any, size: int, choices: Choices, seed: int) -> Reading:
    """Chooses samples, stratified by class where classes are known, and reads them.

    Changes the global random numbers: the caller puts them back.

    Args:
        data: As for ``Probe``.
        size: Largest number of samples.
        choices: What the user said.
        seed: Of the choice and of random transforms.

    Raises:
        HiddenError: As for ``Probe``.
    """
    splits = datasets.splits_of(data)
    if splits:
        raise HiddenError(
            "there are several data sets",
            expected="one",
            got=f"a mapping of {', '.join(splits)}"[:200],
            fix=f"Choose one, as in Probe(data[{splits[0]!r}]).",
        )
    if datasets.is_batch(data):
        return _read_batch(data, size, choices, seed)
    if datasets.is_stream(data):
        return _read_stream(data, size, choices)
    dataset = datasets.dataset_of(data)
    if not isinstance(dataset, datasets.MapDataset) or isinstance(dataset, str | bytes):
        raise HiddenError(
            "the probe cannot read this data",
            expected="a dataset, a DataLoader, tensors, arrays, or a batch as the model takes it",
            got=type(data).__name__,
            fix="Wrap it in a torch.utils.data.Dataset.",
        )
    if len(dataset) == 0:
        raise datasets.empty_data()
    if isinstance(data, DataLoader) and data.batch_sampler is None and datasets.is_of_rows(dataset[0]):
        return _read_stream(data, size, choices)
    if isinstance(dataset, list | tuple) and datasets.is_of_rows(dataset[0]):
        raise datasets.batches_or_sequences(dataset[0])
    return _read_dataset(data, dataset, size, choices, seed)


def _read_batch(data: Any, size: int, choices: Choices, seed: int) -> Reading:
    given = choices.given
    parted = roles.part(
        datasets.as_batch(data), inputs=choices.inputs, labels=choices.labels, labelled=given is not None, sample=False
    )
    targets = given if given is not None else _targets(parted.target)
    _not_time_first(parted.inputs, targets)
    total = count_rows(parted.inputs)
    if total == 0:
        raise datasets.empty_data()
    _same_length(targets, total)
    known = np.zeros(total, np.int64) if targets is None else targets.labels
    indices = stratified_sample(known, size, seed)
    # A copy also where all are taken: the caller may go on to write to the tensors.
    inputs = take_rows(parted.inputs, indices)
    texts = None if parted.texts is None else [parted.texts[i] for i in indices]
    chosen = None if targets is None else _taken(targets, indices)
    return Reading(total, indices, inputs, chosen, None, texts, parted.key, parted.notes)


def _read_stream(data: Any, size: int, choices: Choices) -> Reading:
    batch, rows = datasets.read_stream(data, size)
    parted = roles.part(batch, inputs=choices.inputs, labels=choices.labels, labelled=choices.given is not None)
    targets = choices.given if choices.given is not None else _targets(parted.target)
    _not_time_first(parted.inputs, targets)
    count_rows(parted.inputs)
    _same_length(targets, rows)
    own = _targets_if_any(parted.target) if choices.given is not None else None
    return Reading(rows, np.arange(rows), parted.inputs, targets, own, parted.texts, parted.key, parted.notes)


def _read_dataset(data: Any, dataset: datasets.MapDataset, size: int, choices: Choices, seed: int) -> Reading:
    total = len(dataset)
    rows = chosen_rows(data, total)
    given = choices.given
    _same_length(given, total)
    plain = choices.inputs is None and choices.labels is None and datasets.own_collate(data) is None
    at_hand = datasets.known_targets(dataset) if plain and given is None else None
    known = given if given is not None else _targets(at_hand)
    if known is not None and (known.kind != "classes" or len(known.labels) != total):
        known = None
    indices = _choose(data, rows.indices, None if known is None else known.labels, size, choices, seed)
    batch = datasets.read_rows(data, indices.tolist(), seed)
    parted = roles.part(batch, inputs=choices.inputs, labels=choices.labels, labelled=given is not None)
    own = _targets_if_any(parted.target) if given is not None else _targets(parted.target)
    notes = [rows.note] if rows.note else []
    fixed = isinstance(dataset, TensorDataset | list | tuple) and datasets.own_collate(data) is None
    if not fixed and _is_random(data, indices, seed):
        notes.append(
            "a sample read twice is two different ones, as by random augmentation; the probe keeps one draw of each"
        )
    # Words at hand are numbered over all of the data, not over the samples that were chosen.
    targets = _taken(known, indices) if known is not None and (given is not None or known.worded) else own
    _not_time_first(parted.inputs, targets)
    if count_rows(parted.inputs) != len(indices):
        raise HiddenError(
            "the probe's inputs do not have one row for each sample",
            expected=f"{len(indices)} rows",
            got=", ".join(f"{name}: {tuple(value.shape)}" for name, value in named_tensors(parted.inputs).items()),
            fix="Choose what has a row for each sample with inputs=, or make batches with the samples along axis 0.",
        )
    return Reading(
        total,
        indices,
        parted.inputs,
        targets,
        own if given is not None else None,
        parted.texts,
        parted.key,
        (*notes, *parted.notes),
    )


def _is_random(data: Any, indices: npt.NDArray[np.intp], seed: int) -> bool:
    """Whether some of the samples, which are spread over the data, are others when they are read again."""
    count = min(_READ_TWICE, -(-len(indices) // CHUNK))
    some = indices[np.linspace(0, len(indices) - 1, count).astype(np.int64)]
    return datasets.is_random(data, some.tolist(), seed)


def _choose(
    data: Any, rows: npt.NDArray[np.int64], known: Labels | None, size: int, choices: Choices, seed: int
) -> npt.NDArray[np.intp]:
    """Rows of the data set: of those that the loader gives, stratified where there are more than asked for."""
    if known is not None:
        return rows[stratified_sample(known[rows], size, seed)]
    if len(rows) == 0:
        raise datasets.empty_data()
    if len(rows) <= size:
        return rows
    count = min(len(rows), PRESAMPLE * size)
    candidates = rows[np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False))]
    columns = []
    for start in range(0, count, CHUNK):
        batch = datasets.read_rows(data, candidates[start : start + CHUNK].tolist(), seed)
        target = roles.part(batch, inputs=choices.inputs, labels=choices.labels).target
        columns.append(None if target is None else column(target).tolist())
    if any(part is None for part in columns):
        labels = np.zeros(count, np.int64)
    else:
        labels = read_targets([value for part in columns for value in part or ()]).labels
    return candidates[stratified_sample(labels, size, seed)]


def _targets(values: Any) -> Targets | None:
    if isinstance(values, Mapping | tuple):
        parts = ", ".join(str(key) for key in values) if isinstance(values, Mapping) else f"{len(values)} parts"
        rows = len(leaf(values))
        return Targets("other", no_labels(rows), note=f"no class labels because each sample's target has {parts}")
    return None if values is None or len(values) == 0 else read_targets(values)


def _targets_if_any(values: Any) -> Targets | None:
    """Targets beside labels that were given: what cannot be read of them matters to nobody."""
    try:
        return _targets(values)
    except HiddenError:
        return None


def _taken(targets: Targets, rows: npt.NDArray[np.intp]) -> Targets:
    return Targets(
        targets.kind,
        targets.labels[rows],
        targets.names,
        None if targets.distribution is None else targets.distribution[rows],
        {name: values[rows] for name, values in targets.numbers.items()},
        None if targets.hot is None else targets.hot[rows],
        targets.note,
        targets.worded,
    )


def _same_length(targets: Targets | None, total: int) -> None:
    if targets is not None and len(targets.labels) != total:
        raise HiddenError(
            "labels do not match the data",
            expected=f"{total}, one for each sample",
            got=str(len(targets.labels)),
            fix="Pass labels for all of the data, in its order; the probe picks its own.",
        )


def _not_time_first(inputs: Inputs, targets: Targets | None) -> None:
    """Refuses sequences that are given time first, which would be taken for as many samples as there are times."""
    if targets is None:
        return
    count = len(targets.labels)
    for name, value in named_tensors(inputs).items():
        if value.ndim > 2 and len(value) != count == value.shape[1]:
            raise HiddenError(
                "the samples are along the second axis",
                expected=f"{count} rows, as there are labels, along the first axis",
                got=f"{name}: {tuple(value.shape)}, as of sequences with time first",
                fix="Transpose them, x.transpose(0, 1), and let the model take them so (batch_first=True), or wrap it "
                "in a module that transposes them back.",
            )


def is_choice(value: Any) -> bool:
    """Whether an argument chooses a part of a batch, rather than being one value for each sample."""
    return isinstance(value, str | int | np.integer) or (callable(value) and not isinstance(value, Tensor))


def no_labels(count: int) -> Labels:
    """int64 [count] of samples without a label."""
    return np.full(count, NO_LABEL, np.int64)
