"""One look at a network: a forward pass over the probe beside training, which never notices."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, Snapshot
from tensorboard_plugin_hidden.logger.batches import Inputs, map_tensors, take_rows
from tensorboard_plugin_hidden.logger.head import HeadExporter, Tap, Target
from tensorboard_plugin_hidden.logger.layers import LayerSpec, layer_modules, resolve_layers
from tensorboard_plugin_hidden.logger.memory import free, is_out_of_memory
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.pooling import Layout, Pooling
from tensorboard_plugin_hidden.logger.predictions import Labelled, LogitReader
from tensorboard_plugin_hidden.logger.program import first_line
from tensorboard_plugin_hidden.logger.survey import Survey, survey
from tensorboard_plugin_hidden.logger.tapping import Listener
from tensorboard_plugin_hidden.logger.wrappers import call, observing, require_whole, unwrap

FLOATING = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""Types a network computes in; smaller floats only store weights."""

MOST_REASONS = 3
"""Layers of a glob that an error speaks of."""


@dataclass(frozen=True, slots=True)
class LayerCapture:
    """One layer over the whole probe.

    Attributes:
        spec: Which layer.
        pooling: How one row per sample was made of what the module gave.
        activations: float32 [N, D]; rows may hold NaN or Inf.
        head: From these activations to the logits.
        reason: Why there is no head, as a sentence; empty when there is one.
    """

    spec: LayerSpec
    pooling: Pooling
    activations: FloatArray
    head: HeadData
    reason: str


@dataclass(frozen=True, slots=True)
class Capture:
    """What a forward pass over the probe showed.

    Attributes:
        layers: In the order they were asked for.
        logits: float32 [N, C], or None for a model that is not a classifier.
        reason: Why there are no logits, as a sentence; empty when there are.
        seconds: Wall time of the capture.
        source: Where the logits were found.
        notes: What was inferred of the model's layers and output, or changed, and was not told before.
        left_out: Why layers that only a glob named were not looked at, by their names.
        batch_size: Samples in one forward, for which memory sufficed.
    """

    layers: tuple[LayerCapture, ...]
    logits: FloatArray | None
    reason: str
    seconds: float
    source: Source
    notes: tuple[str, ...]
    left_out: Mapping[str, HiddenError]
    batch_size: int

    def snapshots(self, step: int) -> list[Snapshot]:
        """One snapshot per layer.

        Args:
            step: The training step.
        """
        none = self.logits is None
        return [
            Snapshot(
                layer.spec.name,
                step,
                layer.activations,
                self.logits,
                layer.head,
                no_logits=self.reason,
                no_head="" if none else layer.reason,
            )
            for layer in self.layers
        ]


class Samples(Labelled, Protocol):
    """What a model is run on: a probe, or samples that are only measured."""

    def __len__(self) -> int:
        """How many."""

    def batches(self, batch_size: int) -> Iterator[Inputs]:
        """The inputs in order, a batch at a time."""


def capture(
    model: nn.Module,
    probe: Samples,
    layers: Sequence[LayerSpec] | None = None,
    *,
    batch_size: int = 256,
    exporter: HeadExporter | None = None,
    reader: LogitReader | None = None,
) -> Capture:
    """Runs the probe through a model and keeps what its layers give.

    The forward pass is eager and of the module beneath all wrappers, in evaluation, without gradients, in the
    caller's autocast state. Afterwards everything is as before, also when the forward fails: parameters,
    gradients, buffers, training flags, hooks, and the random numbers of torch, numpy and Python. The user's
    own hooks run, since some modules work by them. Inputs go to the device and floating type of the model's
    first parameter.

    Layers whose axes are not known yet are looked at in two small forward passes first, see ``survey``. What a
    glob names and does not run, or has no row for each sample, is left out; a layer named in full must have them.
    Where memory does not suffice, half as many samples are run at once, and so on.

    What the logits are, and whether there are any, says ``reader``.

    Args:
        model: The model, wrapped or not.
        probe: The sample.
        layers: What to look at, from ``resolve_layers`` on the unwrapped model; None: the input of the last
            ``Linear`` that runs, or where none does the output of the last module with parameters.
        batch_size: Samples in one forward, at least 1.
        exporter: Keeps exported heads from one capture to the next; None: exports anew.
        reader: Keeps what was inferred of the model's output from one capture to the next; None: infers anew.

    Returns:
        Activations, logits and heads.

    Raises:
        HiddenError: The model cannot take the probe, memory does not suffice for one sample, a layer did not run, its
            rows are not the probe's samples, or the logits that the user chose are none.
    """
    start = time.perf_counter()
    require_whole(model)
    inner = unwrap(model)
    device, dtype = _placement(inner)
    with observing(inner, device):
        seen: Survey | None = None
        if layers is None or any(layer.layout is None for layer in layers):
            seen = survey(inner, lambda count: _example(probe, device, dtype, np.zeros(count, np.intp)))
            layers = resolve_layers(inner, ran=seen.ran or None) if layers is None else layers
        reader = LogitReader() if reader is None else reader
        held = min(batch_size, len(probe))
        while (listeners := _heard(inner, probe, layers, seen, reader, held, device, dtype)) is None:
            free()
            held = _halved(held)
        taps, left_out = _taps(listeners)
        reading = reader.read(probe)
        exporter = HeadExporter() if exporter is None else exporter
        heads = [(HeadData("none"), reading.reason)] * len(taps)
        if reading.logits is not None:
            half = torch.is_autocast_enabled(device.type) or dtype in (torch.float16, torch.bfloat16)
            # Two rows, since export takes a batch of one for a constant.
            example = _example(probe, device, dtype, np.arange(2) % len(probe))
            target = Target(reading.logits, reading.source, half, example)
            heads = exporter.heads(inner, taps, target)
    captured = tuple(
        LayerCapture(tap.spec, tap.pooling, tap.activations, head, why)
        for tap, (head, why) in zip(taps, heads, strict=True)
    )
    told = [] if seen is None else seen.notes([tap.spec for tap in taps])
    told += [exporter.note, *reading.notes]
    if held < min(batch_size, len(probe)):
        batch_size = held
        told.append(f"memory does not suffice for more than {held} samples at once, as captures have from now on")
    notes = tuple(note for note in told if note)
    seconds = time.perf_counter() - start
    return Capture(captured, reading.logits, reading.reason, seconds, reading.source, notes, left_out, batch_size)


def _heard(
    model: nn.Module,
    probe: Samples,
    layers: Sequence[LayerSpec],
    seen: Survey | None,
    reader: LogitReader,
    batch_size: int,
    device: torch.device,
    dtype: torch.dtype,
) -> list[Listener] | None:
    """The listeners, after the whole probe; None where memory did not suffice."""
    listeners = _listeners(model, layers, seen)
    try:
        _forward(model, probe, listeners, reader, batch_size, device, dtype)
    except Exception as error:
        # Nothing of the failed pass stays alive: with the exception, its frames and their tensors are gone.
        if isinstance(error, HiddenError) or not is_out_of_memory(error):
            raise
        return None
    return listeners


def _halved(batch_size: int) -> int:
    if batch_size == 1:
        raise HiddenError(
            "memory does not suffice to run the model on one sample of the probe",
            expected="room for one forward pass beside what training holds",
            got="out of memory",
            fix="Free memory before add_hidden, as of gradients by optimizer.zero_grad(), or make the inputs smaller.",
        )
    return batch_size // 2


def _listeners(model: nn.Module, layers: Sequence[LayerSpec], seen: Survey | None) -> list[Listener]:
    modules, listeners = layer_modules(model), []
    for layer in layers:
        sight = layer.layout or (None if seen is None else seen.of(layer))
        known = sight if isinstance(sight, Layout) else None
        listeners.append(Listener(replace(layer, layout=known), modules[layer.module]))
        if isinstance(sight, str):
            listeners[-1].no_rows(sight)
    return listeners


def _taps(listeners: Sequence[Listener]) -> tuple[list[Tap], dict[str, HiddenError]]:
    """What was heard, and why layers that only a glob named were left out."""
    troubles = {one.spec.name: one.trouble for one in listeners if one.trouble is not None}
    heard = [one for one in listeners if one.trouble is None]
    for glob in {one.spec.glob: None for one in listeners}:
        if glob not in {one.spec.glob for one in heard}:
            reasons = [one.trouble.problem for one in listeners if one.spec.glob == glob and one.trouble is not None]
            more = f", and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
            raise HiddenError(
                f"nothing that {glob!r} matches can be looked at",
                expected="a module that runs and gives a row for each sample",
                got="; ".join(reasons[:MOST_REASONS]) + more,
                fix="Name other layers.",
            )
    return [one.tap() for one in heard], troubles


def _forward(
    model: nn.Module,
    probe: Samples,
    listeners: Sequence[Listener],
    reader: LogitReader,
    batch_size: int,
    device: torch.device,
    dtype: torch.dtype,
) -> None:
    """Has the listeners and the reader hear the whole probe."""
    with ExitStack() as stack:
        for listener in listeners:
            listener.hang(stack)
        reader.listen(model, stack)
        start = 0
        for inputs in probe.batches(batch_size):
            count = min(batch_size, len(probe) - start)
            start += count
            placed = _placed(inputs, device, dtype)
            for listener in listeners:
                listener.begin_batch(placed.get("attention_mask") if isinstance(placed, dict) else None)
            output = _call(model, placed)
            if not reader.begun and reader.begin(output, probe, placed, count):
                for listener in listeners:
                    listener.begin_batch(listener.mask)
                output = _call(model, placed)
            reader.keep(output, count)
            del output  # which for a segmentation network is larger than all else
            for listener in listeners:
                listener.end_batch(count)
                if listener.trouble is not None and not listener.spec.glob:
                    raise listener.trouble


def _call(model: nn.Module, inputs: Inputs) -> Any:
    try:
        return call(model, inputs)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise HiddenError(
            "the model could not take the probe",
            expected="inputs as the model takes them",
            got=f"{type(error).__name__}: {first_line(error)}",
            fix="Give the probe what the training loop passes to model(...): inputs= chooses it, a key, a position or "
            "a function of the batch, as in inputs=lambda batch: batch for a model that takes its labels too.",
        ) from error


def _example(probe: Samples, device: torch.device, dtype: torch.dtype, rows: npt.NDArray[np.intp]) -> Inputs:
    return _placed(take_rows(probe.inputs, rows), device, dtype)


def _placed(inputs: Inputs, device: torch.device, dtype: torch.dtype) -> Inputs:
    return map_tensors(inputs, lambda t: t.to(device, dtype) if t.is_floating_point() else t.to(device))


def _placement(model: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Device and floating type of the model's first tensors."""
    tensors = [*model.parameters(), *model.buffers()]
    if any(is_lazy(tensor) or tensor.is_meta for tensor in tensors):
        raise HiddenError(
            "the model has parameters without values",
            expected="an initialised model",
            got="lazy modules, or parameters on the meta device",
            fix="Initialise the model first; a lazy one does so when it sees its first batch.",
        )
    dtype = next((t.dtype for t in tensors if t.dtype in FLOATING), torch.float32)
    return (tensors[0].device if tensors else torch.device("cpu")), dtype
