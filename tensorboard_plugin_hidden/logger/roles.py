"""Which part of a batch is the model's input and which is the target: inferred where there is one reading, else asked.

A sample is read as PyTorch's data sets and loops write it: ``(x, y)``, ``(x1, x2, y)``, a mapping with a key for the
target, or ``x`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.batches import Inputs, described, leaf, tensor
from tensorboard_plugin_hidden.logger.labels import LABEL_KEYS, read_targets

Choice = str | int | Callable[[Any], Any]
"""How a part of a batch is chosen: its key, its position, or a function of the batch."""

ID_KEYS = frozenset(
    ("idx", "index", "indices", "id", "ids", "sample_id", "uid", "guid", "length", "lengths", "seq_len", "seq_lens")
)
"""Numbers of a sample which some models take and most do not."""


@dataclass(frozen=True, slots=True)
class Roles:
    """A batch, parted.

    Attributes:
        inputs: What the model is called with.
        target: The column of targets, a tensor or a list; None where there is none.
        texts: A string for each sample, or None.
        key: The target's key or position, or None.
        notes: What was inferred, as sentences.
    """

    inputs: Inputs
    target: Any
    texts: Sequence[str] | None
    key: str | int | None
    notes: tuple[str, ...] = ()


def part(
    batch: Any,
    *,
    inputs: Choice | None = None,
    labels: Choice | None = None,
    labelled: bool = False,
    sample: bool = True,
) -> Roles:
    """Parts a batch into inputs and targets.

    Args:
        batch: A tensor, or a tuple or mapping of tensors, lists and further tuples and mappings.
        inputs: Which part is the input; None: inferred.
        labels: Which part is the target; None: inferred.
        labelled: The labels are known from elsewhere.
        sample: The batch was made of a data set's samples, which have a target by convention; else it is a batch as the
            model takes it, of which the last part may be an input too.

    Raises:
        HiddenError: There are several readings, and the message lists the parts; or what was chosen is not there.
    """
    chosen = None if inputs is None else _chosen(batch, inputs, "inputs")
    target = None if labels is None else _chosen(batch, labels, "labels")
    if isinstance(batch, Mapping):
        roles = _of_mapping(batch, inputs, labels, labelled)
    elif isinstance(batch, tuple):
        roles = _of_tuple(batch, inputs, labels, labelled, sample)
    else:
        roles = Roles(_arguments(batch), None, None, None)
    if labels is not None:
        _one_for_each(target, batch)
        roles = Roles(roles.inputs, target, roles.texts, None if callable(labels) else labels, roles.notes)
    if inputs is not None:
        roles = Roles(_arguments(chosen), roles.target, roles.texts, roles.key, roles.notes)
    return roles


def _of_mapping(batch: Mapping[Any, Any], inputs: Choice | None, labels: Choice | None, labelled: bool) -> Roles:
    rest = dict(batch)
    if not callable(labels):
        rest.pop(labels, None)
    keys = [key for key in LABEL_KEYS if key in rest]
    if not keys:  # fine_label, Target
        keys = [key for key in rest if str(key).lower().split("_")[-1] in LABEL_KEYS]
    target, key, notes = None, None, []
    if not keys and inputs is None and not (labelled or labels is not None):
        keys = _unnamed_targets(batch, rest)
        notes = [f"{key!r} is taken for the labels" for key in keys]
    if keys:
        key, target = keys[0], rest[keys[0]]
        if not (labelled or labels is not None) and any(not _same(rest[other], target) for other in keys[1:]):
            raise _ambiguous("labels", batch, keys)
        for each in keys:
            del rest[each]
    texts = next((value for value in rest.values() if _is_texts(value)), None)
    left_out = [name for name, value in rest.items() if not _is_argument(tensor(value))]
    arguments = {name: tensor(value) for name, value in rest.items() if name not in left_out}
    asked = [name for name, value in arguments.items() if str(name).lower() in ID_KEYS and isinstance(value, Tensor)]
    nested = [name for name in left_out if isinstance(rest[name], Mapping | tuple)]
    if inputs is None and (nested or (asked and len(arguments) > len(asked))):
        raise _ambiguous("inputs", batch, [*nested, *arguments])
    if inputs is None and not arguments and rest:
        raise _no_input(rest)
    lost = [str(name) for name in left_out if name not in nested and not _is_texts(rest[name])]
    if lost and inputs is None:
        notes.append(f"{', '.join(lost)} cannot be stacked and is not given to the model")
    return Roles(arguments, target, texts, key, tuple(notes))


def _unnamed_targets(batch: Mapping[Any, Any], rest: Mapping[Any, Any]) -> list[Any]:
    """The key of the labels where no key is called so: words that say a class. Numbers may as well be an input.

    Raises:
        HiddenError: There are whole numbers or truth values, one a sample, beside what is clearly an input.
    """
    scalars = [key for key, value in rest.items() if _is_scalars(value) and str(key).lower() not in ID_KEYS]
    words = [key for key in scalars if _is_texts(rest[key]) and not _distinct(rest[key])]
    whole = [key for key in scalars if key not in words and not _is_texts(rest[key]) and _may_be_classes(rest[key])]
    beside = [key for key, value in rest.items() if isinstance(tensor(value), Tensor) and key not in scalars]
    if beside and (whole or len(words) > 1):
        raise _ambiguous("labels", batch, [*words, *whole])
    return words if beside else []


def _may_be_classes(value: Any) -> bool:
    """Whether values, one a sample, are words, whole numbers or truth values, and not measurements."""
    held = tensor(value)
    return _is_texts(value) or (isinstance(held, Tensor) and not (held.is_floating_point() or held.is_complex()))


def _of_tuple(
    batch: tuple[Any, ...], inputs: Choice | None, labels: Choice | None, labelled: bool, sample: bool
) -> Roles:
    parts = dict(enumerate(batch))
    for choice in (inputs, labels):
        if isinstance(choice, int):
            parts.pop(choice % len(batch), None)
    notes: list[str] = []
    texts = next((value for value in parts.values() if len(batch) > 1 and _is_texts(value) and _distinct(value)), None)
    parts = {place: value for place, value in parts.items() if value is not texts}
    counted = [place for place, value in parts.items() if len(batch) > 2 and _is_index(value)]
    if len(counted) == 1:
        del parts[counted[0]]
        notes.append(f"part {counted[0]} of each sample counts the samples and is not given to the model")
    scalars = [place for place, value in parts.items() if _is_scalars(value)]
    lengths = [place for place in scalars if _are_lengths(parts[place], parts)] if len(batch) > 2 else []
    key = None
    if (labels is None or callable(labels)) and not (labelled and not sample):
        # Without an input that was chosen, one part is what the model takes.
        key = _target_of(
            batch, parts, [s for s in scalars if s not in lengths], sample, least=1 if inputs is None else 0
        )
    target = None if key is None else parts.pop(key)
    held = key is not None and len(batch) > 1 and not sample and inputs is None and not _is_scalars(target)
    if held and read_targets(target).kind in ("numbers", "other"):
        raise _ambiguous("inputs", batch, range(len(batch)))
    if lengths and inputs is None:
        notes.append(f"part {lengths[0]} is taken for the lengths of the sequences, and given to the model")
    if key is not None and len(parts) > 0 and not sample and not _is_scalars(target):
        notes.append(f"part {key} of the batch, {described(target)}, is taken for targets; inputs= makes it an input")
    if key == 0 and len(batch) == 2:
        notes.append("the first part of each sample is taken for its label, the second for the input")
    left = [place for place in parts if _is_scalars(parts[place]) and place not in lengths]
    if (labels is not None or labelled) and inputs is None and left and len(parts) > 1 and sample:
        raise _ambiguous("inputs", batch, list(parts))
    values = tuple(parts.values())
    return Roles(_arguments(values[0] if len(values) == 1 else values), target, texts, key, tuple(notes))


def _target_of(
    batch: tuple[Any, ...], parts: Mapping[int, Any], scalars: Sequence[int], sample: bool, *, least: int
) -> int | None:
    """Which part is the target: the only one with one value a sample; else, by convention, the last one."""
    if len(parts) <= least:
        return None
    last = max(parts)
    if least == 0 and len(parts) == 1:
        return last
    if len(batch) == 2 and len(parts) == 2 and scalars == [min(parts)] and _may_be_classes(parts[min(parts)]):
        return min(parts)
    if len(batch) == 2 or len(parts) == 1:
        return last if sample or last in scalars or not _alike(tuple(parts.values())) else None
    if len(scalars) > 1:
        raise _ambiguous("labels", batch, scalars)
    if scalars:
        return scalars[0]
    # Three pictures of a triplet, or tokens with masks, are inputs all.
    return None if _alike(tuple(parts.values())) else last


def _arguments(value: Any) -> Inputs:
    """A part as a model takes it."""
    if isinstance(value, Mapping):
        return {str(key): tensor(item) for key, item in value.items() if _is_argument(tensor(item))}
    if isinstance(value, tuple):
        return tuple(tensor(item) for item in value)
    if isinstance(value, list) and value and not _is_texts(value):
        shapes = sorted({described(tensor(np.asarray(item) if isinstance(item, list) else item)) for item in value})
        raise HiddenError(
            "the probe's samples cannot be stacked into a batch",
            expected="tensors, arrays or numbers of equal shape",
            got=f"{', '.join(shapes[:4])}{' and others' if len(shapes) > 4 else ''}",
            fix="Add a transform that gives tensors of one size, or pass a DataLoader with its collate_fn.",
        )
    return tensor(value)  # type: ignore[no-any-return]


def _chosen(batch: Any, choice: Choice, name: str) -> Any:
    try:
        return choice(batch) if callable(choice) else batch[choice]
    except Exception as error:  # the function is the user's own
        raise HiddenError(
            f"{name}={choice!r} chooses nothing" if not callable(choice) else f"the function {name}= failed",
            expected=f"a key, a position or a function of the batch; it has {_listed(batch)}",
            got=f"{type(error).__name__}: {error}"[:200],
            fix=f"Choose one of its parts, as in {name}=lambda batch: batch[0].",
        ) from error


def _one_for_each(target: Any, batch: Any) -> None:
    rows = len(leaf(batch))
    found = len(target) if hasattr(target, "__len__") else 0
    if found != rows:
        raise HiddenError(
            "labels= does not choose one label for each sample",
            expected=f"{rows} values",
            got=described(target) if not found else str(found),
            fix=f"Choose one of {_listed(batch)}, or return one value for each row of the batch.",
        )


def _ambiguous(name: str, batch: Any, keys: Sequence[Any]) -> HiddenError:
    listed = {key: batch[key] for key in keys if key in batch} if isinstance(batch, Mapping) else batch
    example = repr(keys[0]) if keys else "0"
    both = "inputs= and labels=" if name == "labels" else "inputs="
    return HiddenError(
        f"there are several parts that may be the {name}",
        expected=f"one reading; of {_listed(listed)} each may be meant",
        got=f"{len(keys)} candidates: {', '.join(map(str, keys))}",
        fix=f"Say which, with {both}: a key or position, as in {name}={example}, or a function of the batch, as in "
        "inputs=lambda batch: (batch[0], batch[1]).",
    )


def _no_input(rest: Mapping[Any, Any]) -> HiddenError:
    return HiddenError(
        "there is nothing among the samples that a model could take",
        expected="tensors, arrays or numbers of equal shape",
        got=_listed(rest)[:300],
        fix="Give samples as the model takes them: tokenised, padded to one length, pictures as tensors; of a "
        'datasets.Dataset with .map(...).with_format("torch"), or choose with inputs=.',
    )


def _listed(batch: Any) -> str:
    if isinstance(batch, Mapping):
        return ", ".join(f"{key}: {described(value)}" for key, value in batch.items())
    if isinstance(batch, tuple):
        return ", ".join(f"{place}: {described(value)}" for place, value in enumerate(batch))
    return described(batch)


def _is_scalars(value: Any) -> bool:
    """Whether there is one number or word for each sample."""
    if isinstance(value, Tensor):
        return value.ndim >= 1 and value.numel() == len(value)
    if isinstance(value, list):
        return not any(isinstance(item, Tensor | np.ndarray | Mapping | list | tuple) for item in value)
    return False


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, str) for item in value)


def _distinct(value: Sequence[Any]) -> bool:
    return len(set(value)) > max(20, len(value) // 2) or (len(set(value)) == len(value) > 3)


def _is_index(value: Any) -> bool:
    """Whether the values count the samples as they were read: ascending by one or more, all different."""
    if not isinstance(value, Tensor) or value.is_floating_point() or value.ndim != 1 or len(value) < 8:
        return False
    return bool((torch.diff(value.long()) > 0).all())


def _are_lengths(value: Any, parts: Mapping[int, Any]) -> bool:
    """Whether the values are lengths of one of the parts, padded: its time axis is as long as the longest."""
    if not isinstance(value, Tensor) or value.is_floating_point() or value.ndim != 1 or not len(value):
        return False
    for other in parts.values():
        if not isinstance(other, Tensor) or other.ndim < 2 or len(other) != len(value):
            continue
        if int(value.min()) < 1 or int(value.max()) != other.shape[1] or int(value.min()) == other.shape[1]:
            continue
        padding = torch.arange(other.shape[1]) >= value.long()[:, None]
        after = other[padding]
        if (
            after.numel()
            and bool((after == after.reshape(-1)[0]).all())
            and not bool((other[~padding] == after.reshape(-1)[0]).all())
        ):
            return True
    return False


def _alike(parts: Sequence[Any]) -> bool:
    """Whether all parts have the shape of the first, as tokens and their mask, or the two of a pair."""
    shapes = {tuple(value.shape) if isinstance(value, Tensor) else None for value in parts}
    return len(shapes) == 1 and None not in shapes


def _is_argument(value: Any) -> bool:
    return value is None or isinstance(value, Tensor | bool | int | float)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and bool((one == other).all())
    return type(one) is type(other) and bool(one == other)
