"""Which part of what a model returns may be logits: the one that reads so, where there is one; else all are listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from tensorboard_plugin_hidden.logger.outputs import USUAL, Part, described_output, distinct, flat, is_rows, parts


@dataclass(frozen=True, slots=True)
class Selection:
    """The part that may be logits.

    Attributes:
        part: It; None where there is none, or several.
        reason: Why there is none, as sentences; empty where there is one.
        doubt: What speaks against it, as half a sentence; empty for nothing.
    """

    part: Part | None
    reason: str = ""
    doubt: str = ""


def select(output: Any, count: int, classes: int, *, named: bool, inputs: Sequence[Tensor] = ()) -> Selection:
    """The part of what a model returned that may be logits.

    A tensor is itself. Of several, it is what is called ``logits``; else the one with a column for each class; else,
    for two classes, the one with one number per sample; else, where classes have no names of their own, the one with
    more columns than the labels need. Of several such, auxiliary ones and probabilities beside their logits do not
    count, and one with a usual name goes first.

    Args:
        output: What the model returned for ``count`` samples.
        count: How many.
        classes: Classes of the probe, 0 for none.
        named: Whether these are known to be all.
        inputs: What the model was given.
    """
    if isinstance(output, Tensor):
        return Selection(Part((), output)) if is_rows(output, count) else Selection(None, _trouble(output, count))
    everything = parts(output)
    said = [part for part in everything if part.called("logits")]
    group = [part for part in said or everything if is_rows(part.tensor, count)]
    if not group:
        single = said[0] if len(said) == 1 else None
        trouble = "" if single is None else _trouble(single.tensor, count, single.name)
        none = "The model's output is not a tensor of logits with one row per sample, nor has it one: it is "
        return Selection(None, trouble or f"{none}{described_output(output, count)}.")
    if not said:
        widths = {part.path: flat(part.tensor).shape[1] for part in group}
        if not classes:
            return Selection(
                None,
                "The model's output is not a tensor of logits, and the probe has no labels that tell which part is: "
                f"{described_output(output, count)}.",
            )
        fitting = [part for part in group if widths[part.path] == classes]
        fitting = fitting or [part for part in group if widths[part.path] == 1 and classes == 2]
        fitting = fitting or [part for part in group if widths[part.path] > classes and not named]
        if not fitting:
            none = f"No part of the model's output has a column for each of the {classes} classes: "
            return Selection(None, f"{none}{described_output(output, count)}.")
        group = fitting
    left = _likeliest(group)
    if len(left) > 1:
        return Selection(
            None,
            f"{len(left)} parts of the model's output may be logits, {' and '.join(part.name for part in left[:8])}: "
            f"it returns {described_output(output, count)}. Pass logits= to watch, a key, a position or a function of "
            "the output, to choose one.",
        )
    (part,) = left
    others = [other for other in everything if other is not part and other.tensor.ndim > 0]
    beside = next((o.name for o in others for x in inputs if _alike(o.tensor, x) and not said), "")
    return Selection(
        part, doubt=f"{beside} beside it is shaped as the inputs, as reconstructions are" if beside else ""
    )


def _alike(output: Tensor, given: Tensor) -> bool:
    return output.shape == given.shape and output.is_floating_point() and given.is_floating_point()


def _likeliest(group: list[Part]) -> list[Part]:
    """Those that are left of several, by name and by what they say; at least one."""
    main = [part for part in group if not any("aux" in str(step).lower() for _, step in part.path)] or group
    if len(main) > 1:
        main = distinct(main)
    usual = [part for part in main if part.called(*USUAL)]
    return usual if len(usual) == 1 else main


def _trouble(tensor: Tensor, count: int, name: str = "") -> str:
    """Why a tensor cannot be logits."""
    what = f"The model's {name or 'output'}"
    if tensor.is_complex() or not tensor.is_floating_point():
        kind = str(tensor.dtype).removeprefix("torch.")
        return f"{what} is of type {kind}, as answers are but not logits."
    if tensor.ndim == 0:
        return f"{what} is a single number, as a loss is."
    if len(tensor) != count:
        shape = list(tensor.shape)
        return f"{what} is not a tensor of logits with one row per sample: {shape} for {count} samples."
    return f"{what} has {tensor.ndim} axes; logits have two."
