"""The way from a layer to the logits, stored so that it can be run without the user's code.

A head is believed only after it has reproduced the probe's logits from the probe's activations.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData
from tensorboard_plugin_hidden.logger.batches import Inputs
from tensorboard_plugin_hidden.logger.layers import LayerSpec
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.pooling import Pooling
from tensorboard_plugin_hidden.logger.program import Program, ProgramError, export_program, first_line

TOLERANCE = 1e-3
"""Largest error of a head's logits, in units of the largest logit: room for TF32's 10-bit mantissa."""

HALF_TOLERANCE = 5e-2
"""The same where the network computed in bfloat16 (7-bit mantissa) or float16."""

RECHECKED = 256
"""Samples on which a head that was right over the whole probe is checked at later captures."""


@dataclass(frozen=True, slots=True)
class Tap:
    """What a forward pass over the probe showed at one layer.

    Attributes:
        spec: Which layer.
        module: Its module.
        activations: float32 [N, D], pooled.
        shape: Shape of one sample's tensor before pooling.
        pooling: How it was pooled.
    """

    spec: LayerSpec
    module: nn.Module
    activations: FloatArray
    shape: tuple[int, ...]
    pooling: Pooling


@dataclass(frozen=True, slots=True)
class Target:
    """What a head has to give.

    Attributes:
        logits: float32 [N, C].
        source: Where they are in a forward pass, and how they are made of what is found there.
        half: The network computed in a 16-bit type.
        example: Inputs of two samples on the model's device, as the model takes them.
    """

    logits: FloatArray
    source: Source
    half: bool
    example: Inputs


def agrees(predicted: FloatArray, activations: FloatArray, target: FloatArray, *, half: bool) -> bool | None:
    """Whether a head's logits are the network's own.

    The error is bounded by ``TOLERANCE`` (``HALF_TOLERANCE``) times the largest logit. Samples with values that
    are not finite are left out.

    Args:
        predicted: float32 [N, C] from the head.
        activations: float32 [N, D] it was given.
        target: float32 [N, C] from the network.
        half: Whether the network computed in a 16-bit type.

    Returns:
        The answer, or None where no sample is finite.
    """
    if predicted.shape != target.shape:
        return False
    finite = np.isfinite(activations).all(axis=1) & np.isfinite(target).all(axis=1)
    if not finite.any():
        return None
    scale = float(np.abs(target[finite]).max())
    error = float(np.abs(predicted[finite] - target[finite]).max())
    return error <= (HALF_TOLERANCE if half else TOLERANCE) * scale


def linear_arrays(module: nn.Linear, *, single: bool) -> dict[str, FloatArray]:
    """``weight`` [C, D] and ``bias`` [C] of a linear layer, float32; a missing bias is zeros.

    Args:
        module: The layer.
        single: It gives one number z per sample; a first row of zeros is added, for the logits (0, z).
    """
    weight = _array(module.weight)
    bias = np.zeros(len(weight), np.float32) if module.bias is None else _array(module.bias)
    if single:
        weight = np.concatenate([np.zeros_like(weight), weight])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return {"weight": weight, "bias": bias}


_Kept = dict[tuple[str, Source], Program | nn.Linear | str]
"""By layer, and by what its head gives."""


class HeadExporter:
    """Finds heads, and keeps each exported program so that later captures only refresh its parameters.

    The way is ``linear`` where some ``Linear`` of the model, applied to the activations, gives the logits;
    ``program`` where the rest of the network can be exported; and otherwise ``none``.
    """

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[nn.Module, _Kept] = WeakKeyDictionary()

    def head(self, model: nn.Module, tap: Tap, target: Target) -> tuple[HeadData, str]:
        """The head of one layer at this moment. Never raises.

        Args:
            model: The unwrapped model, in evaluation and observed.
            tap: The layer and its activations over the probe.
            target: The logits over the probe.

        Returns:
            The head, and why there is none, as a sentence; empty when there is one.
        """
        kept = self._kept.setdefault(model, {})
        try:
            return self._find(model, kept, tap, target)
        except Exception as error:  # whatever export trips over must not stop training
            reason = f"The rest of the network cannot be exported: {first_line(error)}."
            kept[tap.spec.name, target.source] = reason
            return HeadData("none"), reason

    def _find(self, model: nn.Module, kept: _Kept, tap: Tap, target: Target) -> tuple[HeadData, str]:
        name = tap.spec.name, target.source
        found = kept.get(name)
        linear = _linear_head(model, tap, target, found)
        if linear is not None:
            kept[name] = linear
            return HeadData("linear", linear_arrays(linear, single=target.source.single)), ""
        if not _any_finite(tap, target):
            if isinstance(found, nn.Linear):
                return HeadData("linear", linear_arrays(found, single=target.source.single)), ""
            if isinstance(found, Program):
                return HeadData("program", found.refresh(model), found.archive), ""
            return HeadData("none"), "The activations or logits are not finite, so no head can be checked."
        if isinstance(found, str):
            return HeadData("none"), found
        if not isinstance(found, Program):
            found = kept[name] = _exported(model, tap, target)
            return HeadData("program", found.refresh(model), found.archive), ""
        arrays = found.refresh(model)
        rows = _rechecked_rows(len(tap.activations))
        part = tap.activations[rows]
        if agrees(found.run(part), part, target.logits[rows], half=target.half) is False:
            raise ProgramError("it no longer gives the network's logits, whose computation has changed")
        return HeadData("program", arrays, found.archive), ""


def _exported(model: nn.Module, tap: Tap, target: Target) -> Program:
    if tap.pooling != "none" and int(np.prod(tap.shape)) != tap.activations.shape[1]:
        raise ProgramError("the activations are pooled, and what pooling left out cannot be had back")

    def reproduces(program: Program) -> bool:
        predicted = program.run(tap.activations)
        return agrees(predicted, tap.activations, target.logits, half=target.half) is True

    return export_program(model, tap.spec, tap.shape, target.example, source=target.source, accept=reproduces)


def _linear_head(model: nn.Module, tap: Tap, target: Target, before: object) -> nn.Linear | None:
    classes = 1 if target.source.single else target.logits.shape[1]
    width = tap.activations.shape[1]
    for module in model.modules():
        if not isinstance(module, nn.Linear) or tuple(module.weight.shape) != (classes, width):
            continue
        arrays = linear_arrays(module, single=target.source.single)
        rows = _rechecked_rows(len(tap.activations)) if module is before else slice(None)
        part = tap.activations[rows]
        with np.errstate(all="ignore"):  # activations may be infinite; those samples are left out
            predicted = part @ arrays["weight"].T + arrays["bias"]
        if agrees(predicted, part, target.logits[rows], half=target.half):
            return module
    return None


def _rechecked_rows(count: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, RECHECKED).astype(np.intp))


def _any_finite(tap: Tap, target: Target) -> bool:
    return agrees(target.logits, tap.activations, target.logits, half=target.half) is not None


def _array(tensor: Tensor) -> FloatArray:
    return tensor.detach().to("cpu", torch.float32, copy=True).numpy()
