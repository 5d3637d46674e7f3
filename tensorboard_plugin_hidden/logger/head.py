"""The way from a layer to the logits, stored so that it can be run without the user's code.

A head is believed only after it has reproduced the probe's logits from the probe's activations.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData
from tensorboard_plugin_hidden.logger.batches import Inputs
from tensorboard_plugin_hidden.logger.cutting import Trace
from tensorboard_plugin_hidden.logger.layers import LayerSpec
from tensorboard_plugin_hidden.logger.memory import is_out_of_memory
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.pooling import Pooling
from tensorboard_plugin_hidden.logger.program import (
    PROGRAM_LIMIT,
    AroundError,
    Program,
    ProgramError,
    first_line,
    traced_program,
)
from tensorboard_plugin_hidden.notices import say

TOLERANCE = 1e-3
"""Largest error of a head's logits, in units of the largest logit: room for TF32's 10-bit mantissa."""

HALF_TOLERANCE = 5e-2
"""The same where the network computed in bfloat16 (7-bit mantissa) or float16."""

RECHECKED = 256
"""Samples on which a program is checked, and a linear head that was right over the whole probe at later captures."""

EXPORT_SECONDS = 2.0
"""How much time of one capture goes into exporting heads."""

PATIENCE = 5.0
"""Seconds after which, and after each of which again, it is said how far exporting is."""

OUT_OF_MEMORY = "it runs out of memory"
"""Why there is no head at this capture, which has none kept."""

LATER = "Its head is exported at a later capture, so that no capture takes long."
"""Why there is no head yet."""


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


_Found = Program | nn.Linear | str
"""A head, or why there is none."""

_Kept = dict[tuple[str, Source], _Found]
"""By layer, and by what its head gives."""


class HeadExporter:
    """Finds heads, and keeps each exported program so that later captures only refresh its parameters.

    The way is ``linear`` where some ``Linear`` of the model, applied to the activations, gives the logits;
    ``program`` where the rest of the network can be exported; and otherwise ``none``. Programs are exported from the
    last layer to the first, which makes them larger and larger, until the time of a capture is spent; the next capture
    goes on from there.

    Args:
        seconds: How much time of one capture goes into exporting, beyond the first layer; 0 for no exports.

    Attributes:
        note: What is to be said of the last capture's heads, without a final stop; empty for nothing.
    """

    def __init__(self, seconds: float = EXPORT_SECONDS) -> None:
        self._seconds = seconds
        self.note = ""
        self._kept: WeakKeyDictionary[nn.Module, _Kept] = WeakKeyDictionary()
        self._told = False
        self._traces: WeakKeyDictionary[nn.Module, tuple[Source, Trace | str]] = WeakKeyDictionary()

    def heads(self, model: nn.Module, taps: Sequence[Tap], target: Target) -> list[tuple[HeadData, str]]:
        """The heads of layers at this moment. Never raises.

        Args:
            model: The unwrapped model, in evaluation and observed.
            taps: The layers and their activations over the probe.
            target: The logits over the probe.

        Returns:
            For each layer its head, and why there is none, as a sentence; empty when there is one.
        """
        kept = self._kept.setdefault(model, {})
        found: dict[str, tuple[HeadData, str]] = {}
        for tap in taps:
            try:
                head = self._known(model, kept, tap, target)
            except Exception as error:  # whatever a program trips over must not stop training
                head = HeadData("none"), self._given_up(kept, tap, target, error)
            if head is not None:
                found[tap.spec.name] = head
        self._export(model, kept, [tap for tap in taps if tap.spec.name not in found], target, found)
        return [found[tap.spec.name] for tap in taps]

    def _known(self, model: nn.Module, kept: _Kept, tap: Tap, target: Target) -> tuple[HeadData, str] | None:
        """A head that needs no export, or was exported before; None where it is still to be exported."""
        name = tap.spec.name, target.source
        before = kept.get(name)
        linear = _linear_head(model, tap, target, before)
        if linear is not None:
            kept[name] = linear
            return HeadData("linear", linear_arrays(linear, single=target.source.single)), ""
        if not _any_finite(tap, target):
            if isinstance(before, nn.Linear):
                return HeadData("linear", linear_arrays(before, single=target.source.single)), ""
            if isinstance(before, Program):
                return HeadData("program", before.refresh(model), before.archive), ""
            return HeadData("none"), "The activations or logits are not finite, so no head can be checked."
        if isinstance(before, str):
            return HeadData("none"), before
        if isinstance(before, Program):
            arrays = before.refresh(model)
            if _gives(before, tap, target) is False:
                raise ProgramError("it no longer gives the network's logits, whose computation has changed")
            return HeadData("program", arrays, before.archive), ""
        if _is_pooled(tap):
            raise ProgramError("the activations are pooled, and what pooling left out cannot be had back")
        return None

    def _export(
        self,
        model: nn.Module,
        kept: _Kept,
        taps: Sequence[Tap],
        target: Target,
        found: dict[str, tuple[HeadData, str]],
    ) -> None:
        """Exports as many heads as there is time for, from the last layer to the first."""
        room = PROGRAM_LIMIT - sum(one.nbytes for one in kept.values() if isinstance(one, Program))
        began, told, done = time.perf_counter(), PATIENCE, 0
        for tap in self._from_the_last(model, taps, target):
            elapsed = time.perf_counter() - began
            if self._seconds == 0 or (done and elapsed > self._seconds):
                reason = "Heads are not exported, with head_seconds=0." if self._seconds == 0 else LATER
                found[tap.spec.name] = HeadData("none"), reason
                continue
            if elapsed > told:
                say(f"exporting heads: {done} of {len(taps)} layers done.")
                told = elapsed + PATIENCE
            done += 1
            program = self._exported(model, taps, tap, target, room)
            if isinstance(program, str):
                found[tap.spec.name] = HeadData("none"), self._given_up(kept, tap, target, ProgramError(program))
            else:
                kept[tap.spec.name, target.source] = program
                room -= program.nbytes
                found[tap.spec.name] = HeadData("program", program.refresh(model), program.archive), ""
        left, self.note = len(taps) - done, ""
        if not left:
            self._traces.pop(model, None)  # which holds a copy of the network
        elif self._seconds and not self._told:
            self._told = True
            self.note = (
                f"{left} of {len(found)} layers have their heads exported at later captures, {self._seconds:g} s each; "
                "watch(..., head_seconds=) allows more"
            )

    def _exported(self, model: nn.Module, taps: Sequence[Tap], tap: Tap, target: Target, room: int) -> Program | str:
        """The program of one layer, or why there is none."""

        def alone() -> Program:
            return traced_program(model, tap.spec, tap.shape, target.source, room)

        def whole() -> Program:
            return self._trace(model, taps, target).cut(tap.spec.name, tap.shape, room)

        ways = [alone, whole]
        if len(taps) > 1 or model in self._traces:
            ways.reverse()  # one trace serves all layers
        reasons = []
        for way in ways:
            try:
                with _uncollected():
                    program = way()
                program.refresh(model)
                if _gives(program, tap, target) is True:
                    return program
                reasons.append("it does not give the network's logits")
            except Exception as error:  # tracing runs the user's code in ways it was not written for
                if is_out_of_memory(error):
                    return OUT_OF_MEMORY
                reasons.append(first_line(error))
                if way is whole and isinstance(error, AroundError):
                    break  # seen in the trace that tells most
        return "; ".join(dict.fromkeys(reasons))

    def _trace(self, model: nn.Module, taps: Sequence[Tap], target: Target) -> Trace:
        """The trace of the whole network, with all the layers that are still to be exported."""
        source, trace = self._traces.get(model, (None, ""))
        if source != target.source:
            try:
                trace = Trace(model, [tap.spec for tap in taps], target.example, target.source)
            except Exception as error:  # as above
                if is_out_of_memory(error):
                    raise
                trace = first_line(error)
            self._traces[model] = target.source, trace
        if isinstance(trace, str):
            raise ProgramError(trace)
        return trace

    def _from_the_last(self, model: nn.Module, taps: Sequence[Tap], target: Target) -> list[Tap]:
        if len(taps) < 2 or self._seconds == 0:
            return list(taps)
        try:
            trace = self._trace(model, taps, target)
        except Exception:  # as above
            return list(reversed(taps))
        return sorted(taps, key=lambda tap: trace.depth(tap.spec.name), reverse=True)

    def _given_up(self, kept: _Kept, tap: Tap, target: Target, error: Exception) -> str:
        reason = f"The rest of the network cannot be exported: {first_line(error)}."
        if not is_out_of_memory(error):  # which passes
            kept[tap.spec.name, target.source] = reason
        return reason


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which takes half of the time of an export and finds nothing."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _is_pooled(tap: Tap) -> bool:
    across = tap.spec.layout is not None and tap.spec.layout.samples > 0
    return tap.pooling != "none" and (across or int(np.prod(tap.shape)) != tap.activations.shape[1])


def _gives(program: Program, tap: Tap, target: Target) -> bool | None:
    """Whether a program gives the network's logits on samples from all over the probe."""
    rows = _rechecked_rows(len(tap.activations))
    part = tap.activations[rows]
    return agrees(program.run(part), part, target.logits[rows], half=target.half)


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
