"""Which of a model's outputs are the logits of the probe's classes, whether any are, and why not.

Decided at the first capture and kept; what changes later changes because the evidence did, and is said.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.logger import output_evidence as evidence
from tensorboard_plugin_hidden.logger.batches import Inputs, named_tensors
from tensorboard_plugin_hidden.logger.output_choice import select
from tensorboard_plugin_hidden.logger.output_origin import Inner, Origin, is_half, origin, same, squashed
from tensorboard_plugin_hidden.logger.outputs import Scale, Source, chosen, flat, is_rows
from tensorboard_plugin_hidden.logger.roles import Choice

Answer = Literal["yes", "no", "open"]
"""Whether a model's output are logits of the probe's classes; what is open is looked at again at every capture."""

HOW = "Pass classifier=True or classifier=False to watch to settle it."

_RECONSTRUCTS = "reconstructs the inputs, as an autoencoder's does"


class Labelled(Protocol):
    """What a probe tells of its classes.

    Attributes:
        inputs: What the model is called with.
        labels: int32 [N], -1 for none.
        classes: Names; without any the model is not taken for a classifier.
        named: Whether these are known to be all that there are.
        targets: Why there are no class labels although there are targets, or empty.
        multi_label: The targets are several labels at once.
    """

    @property
    def inputs(self) -> Inputs:
        """What the model is called with."""

    @property
    def labels(self) -> IntArray:
        """Class numbers."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""

    @property
    def named(self) -> bool:
        """Whether the classes have names of their own."""

    @property
    def targets(self) -> str:
        """Why there are no class labels."""

    @property
    def multi_label(self) -> bool:
        """Whether samples have several labels at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A model's logits over the probe at one capture.

    Attributes:
        logits: float32 [N, C], or None.
        source: Where they were found, and how they were made of it.
        reason: Why there are none, as sentences; empty when there are.
        notes: What was inferred, or changed, and was not said before; as sentences without a final stop.
    """

    logits: FloatArray | None
    source: Source
    reason: str = ""
    notes: tuple[str, ...] = ()


class LogitReader:
    """Finds the logits in what one model returns, capture after capture.

    Args:
        logits: Which part of it the logits are: a key, an attribute, a position, or a function of it; None: inferred.
        classifier: Whether the model is a classifier of the probe's classes; None: inferred.
    """

    def __init__(self, logits: Choice | None = None, classifier: bool | None = None) -> None:
        self._choice = logits
        self._classifier = classifier
        self._begun = False
        self._source = Source()
        self._origin = Origin()
        self._shape: tuple[int, ...] = ()
        self._half = False
        self._doubt = ""
        self._scale: Scale | None = None
        self._answer: Answer = "open"
        self._reason = ""
        self._said: set[str] = set()
        self._outputs: list[Tensor] = []
        self._squashed: list[Tensor] = []
        self._lost = ""
        self._inner: Inner

    @property
    def expected(self) -> bool:
        """Whether there may be predictions: the user did not say that there are none."""
        return self._classifier is not False

    @property
    def begun(self) -> bool:
        """Whether ``begin`` was called."""
        return self._begun

    def listen(self, model: nn.Module, stack: ExitStack) -> None:
        """Before a forward pass over the probe.

        Args:
            model: The unwrapped model.
            stack: What takes the hooks off again.
        """
        self._outputs, self._squashed, self._lost = [], [], ""
        self._inner = Inner(model, stack)
        if self._begun:
            self._inner.follow(self._origin.module)
        elif self._classifier is not False:
            self._inner.hear()

    def begin(self, output: Any, probe: Labelled, inputs: Inputs, count: int) -> bool:
        """Looks at what the model returns for the first batch ever, and where that comes from.

        Args:
            output: What it returned.
            probe: The samples.
            inputs: What it was given.
            count: How many samples these are.

        Returns:
            Whether the batch must be run again, for what goes into the softmax or sigmoid.

        Raises:
            HiddenError: What the user chose is not there, or are no logits.
        """
        heard = self._inner.heard()
        if self._classifier is False:
            self._settle("no", "The model is watched with classifier=False.")
        else:
            self._choose(output, probe, inputs, count)
        if self._answer == "open":
            value = self._source.of(output)
            self._shape, self._half = tuple(value.shape[1:]), is_half(value)
            reason = self._unfit(flat(value).shape[1], probe)
            if reason:
                self._settle("no", reason)
            else:
                self._origin = origin(value, heard)
                self._doubt = "" if self._origin.last else self._doubt
        self._begun = True
        self._inner.follow(self._origin.module)
        return self._origin.module != ""

    def keep(self, output: Any, count: int) -> None:
        """After each batch.

        Args:
            output: What the model returned for it.
            count: Samples in it.
        """
        if self._answer == "no" or self._lost:
            return
        try:
            value = self._source.of(output)
        except Exception as error:  # a lookup in an object, or a function, of the user's
            self._lost = f"The model's {self._source.name} cannot be had at this step: {type(error).__name__}: {error}."
            return
        if isinstance(value, Tensor) and count == 1 and value.numel() == int(np.prod(self._shape)):
            value = value.reshape(1, *self._shape)  # which a squeeze() took the axis of the samples from
        if not is_rows(value, count) or tuple(value.shape[1:]) != self._shape:
            self._lost = f"The model's {self._source.name} is not a tensor of logits with one row per sample any more."
            return
        self._outputs.append(_compact(flat(value.detach()).float().cpu()))
        inner = self._inner.last
        if inner is not None and inner.numel() == value.numel():
            self._squashed.append(inner.reshape(count, -1).float().cpu())

    def read(self, probe: Labelled) -> Reading:
        """After the last batch: the logits, or why there are none.

        Args:
            probe: The samples.
        """
        outputs, inner, self._outputs, self._squashed = self._outputs, self._squashed, [], []
        if self._answer == "no" or self._lost or not outputs:
            lost = self._unsaid([self._lost.rstrip(".")]) if self._lost else ()
            return Reading(None, self._source, self._lost or self._reason, lost)
        values = torch.cat(outputs)
        notes = self._weigh(values.numpy(), probe)
        if self._answer != "yes":
            return Reading(None, self._source, self._reason, self._unsaid(notes))
        single = values.shape[1] == 1
        scale = self._scale or "logits"
        module = ""
        if scale != "logits" and scale == self._origin.squashed and len(inner) == len(outputs):
            z = torch.cat(inner)
            if same(squashed(z, scale), values, half=self._half):
                module, values = self._origin.module, z
        source = replace(self._source, module=module, scale=scale, single=single)
        if scale != "logits":
            made = f"what goes into the {scale}, from {module!r}" if module else _made(scale)
            notes.append(f"the model's {source.name} holds probabilities; the logits are {made}")
        return Reading(source.logits(values).numpy(), source, "", self._unsaid(notes))

    def _choose(self, output: Any, probe: Labelled, inputs: Inputs, count: int) -> None:
        if self._choice is not None:
            self._source = chosen(output, self._choice, count)
            return
        given = list(named_tensors(inputs).values())
        found = select(output, count, len(probe.classes), named=probe.named, inputs=given)
        if found.part is None:
            self._settle("no", found.reason)
            return
        self._source, self._doubt = Source(found.part.path), found.doubt

    def _unfit(self, width: int, probe: Labelled) -> str:
        """Why an output of this width cannot be logits of the probe's classes, as a sentence; empty where it may be."""
        classes = len(probe.classes)
        if self._forced:
            classes = int(probe.labels.max(initial=-1)) + 1
            if width == 1 and classes <= 2:
                return ""
        elif probe.multi_label or not classes:
            return f"The probe has {probe.targets or 'no labels'}, so the model is not taken for a classifier."
        elif width == 1 and classes == 2 and (probe.labels >= 0).any():
            return ""
        if width == 1:
            return "The model gives one number per sample, and the labels are not 0 and 1."
        if width < classes:
            return f"The model's {self._source.name} has {width} columns, fewer than the {classes} classes."
        if width > classes and probe.named and not self._forced:
            return f"The model's {self._source.name} has {width} columns, more than the {classes} classes. {HOW}"
        if width > MAX_CLASSES:
            return (
                f"The model's {self._source.name} has {width} columns, more than the {MAX_CLASSES} that can be named."
            )
        return ""

    @property
    def _forced(self) -> bool:
        return self._choice is not None or self._classifier is True

    def _weigh(self, values: FloatArray, probe: Labelled) -> list[str]:
        """Looks at the numbers: what they are, and whether the model is a classifier. Returns what to say."""
        notes = []
        if len(evidence.finite_rows(values)):
            scale = self._scale_of(values)
            if self._scale is not None and scale != self._scale:
                now, before = _called(scale), _called(self._scale)
                notes.append(f"the model's {self._source.name} holds {now} now, no longer {before}")
            self._scale = scale
        if self._forced:
            self._settle("yes")
        elif values.shape[1] == 1:
            self._weigh_single(values)
        elif self._answer == "yes":
            if self._reconstructs(values, probe):
                self._settle("no", f"The model's {self._source.name} {_RECONSTRUCTS}. {HOW}")
                notes.append(f"the model's {self._source.name} {_RECONSTRUCTS}: no predictions from now on")
        else:
            notes += self._weigh_columns(values, probe)
        return notes

    def _scale_of(self, values: FloatArray) -> Scale:
        if values.shape[1] == 1:
            # Numbers that once left [0, 1], or come as they are from a Linear, are no probabilities.
            known = self._origin.affine or self._scale == "logits"
            return "sigmoid" if evidence.are_shares(values) and not known else "logits"
        if self._origin.squashed == "sigmoid" and evidence.are_shares(values):
            return "sigmoid"  # whose rows come near a sum of 1 as the network learns
        # A Linear that was begun with zeros may give every sample the same distribution.
        begun = self._origin.affine and evidence.are_alike(values)
        return "softmax" if evidence.are_distributions(values) and not begun else "logits"

    def _weigh_single(self, values: FloatArray) -> None:
        rows = evidence.finite_rows(values)
        both = bool((rows > 0).any() and (rows < 0).any())
        if self._answer == "yes" or self._origin.affine or self._scale == "sigmoid" or both:
            self._settle("yes")
            return
        bound = "negative" if (rows >= 0).all() else "positive"
        never = f"is never {bound} and may be a distance or a loss" if len(rows) else "is not finite"
        self._settle("open", f"The model gives one number per sample, which {never}: not taken for a logit. {HOW}")

    def _weigh_columns(self, values: FloatArray, probe: Labelled) -> list[str]:
        """Where it is open whether the output is a classifier's."""
        name, width, classes = self._source.name, values.shape[1], len(probe.classes)
        first = not self._reason
        own, several = evidence.own_columns(values, probe.labels)
        if evidence.agree(values, probe.labels):
            self._settle("yes")
            since = "" if first else " from now on"
            if width == classes and first:
                return []
            return [
                f"{name} [N, {width}] is taken for class logits{since}: in {own} of {several} classes the largest "
                "column is the class's own"
            ]
        if width > classes:
            # Some classes may have no sample in the probe: a few, where the output is as wide as a classifier's.
            if self._origin.affine and width <= classes + max(1, classes // 4):
                self._settle("yes")
                return [f"{name} [N, {width}] is taken for class logits, though the probe's labels need {classes} only"]
            doubt = f"has {width} columns where the labels need {classes}"
        elif self._doubt:
            doubt = f"may be a code, for {self._doubt}"
        elif self._scale == "logits" and evidence.have_unit_length(values):
            doubt = "has rows of length 1, as embeddings have"
        elif self._reconstructs(values, probe):
            doubt = _RECONSTRUCTS
        else:
            self._settle("yes")
            return []
        self._settle("open", f"The model's {name} {doubt}, and its columns do not agree with the labels so far. {HOW}")
        return []

    def _reconstructs(self, values: FloatArray, probe: Labelled) -> bool:
        for tensor in named_tensors(probe.inputs).values():
            if tensor.is_floating_point() and tensor.numel() == values.size:
                given = tensor.reshape(len(values), -1).float().numpy()
                own, classes = evidence.own_columns(values, probe.labels)
                if (own < classes or not classes) and evidence.reconstruct(values, given):
                    return True
        return False

    def _settle(self, answer: Answer, reason: str = "") -> None:
        self._answer, self._reason = answer, reason

    def _unsaid(self, notes: list[str]) -> tuple[str, ...]:
        new = tuple(note for note in notes if note not in self._said)
        self._said.update(new)
        return new


def _compact(values: Tensor) -> Tensor:
    """Numbers in memory of their own: a slice, as ``output[:, -1]``, would keep the whole batch alive."""
    whole = values.untyped_storage().nbytes() == values.numel() * values.element_size()
    return values if whole else values.clone()


def _made(scale: Scale) -> str:
    return "their logarithms" if scale == "softmax" else "log(p / (1 - p))"


def _called(scale: Scale) -> str:
    return "logits" if scale == "logits" else "probabilities"
