"""One look at a network: a forward pass over the probe beside training, which never notices."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, Snapshot
from tensorboard_plugin_hidden.logger.batches import Inputs, map_tensors, take_rows
from tensorboard_plugin_hidden.logger.head import HeadExporter, Tap, Target
from tensorboard_plugin_hidden.logger.layers import (
    LayerSpec,
    Pooling,
    first_tensor,
    is_channels_first,
    layer_modules,
    pool,
    resolve_layers,
)
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.predictions import Labelled, LogitReader
from tensorboard_plugin_hidden.logger.program import first_line
from tensorboard_plugin_hidden.logger.wrappers import call, observing, unwrap

FLOATING = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""Types a network computes in; smaller floats only store weights."""


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
        notes: What was inferred of the model's output, or changed, and was not told before.
    """

    layers: tuple[LayerCapture, ...]
    logits: FloatArray | None
    reason: str
    seconds: float
    source: Source
    notes: tuple[str, ...]

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
    first parameter. Where a module runs several times in one forward, its last call counts.

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
        HiddenError: The model cannot take the probe, a layer did not run, a layer's rows are not the probe's
            samples, or the logits that the user chose are none.
    """
    start = time.perf_counter()
    inner = unwrap(model)
    device, dtype = _placement(inner)
    with observing(inner, device):
        if layers is None:
            layers = resolve_layers(inner, ran=_modules_that_run(inner, _example(probe, device, dtype)))
        reader = LogitReader() if reader is None else reader
        taps = _forward(inner, probe, layers, reader, batch_size, device, dtype)
        reading = reader.read(probe)
        heads = [(HeadData("none"), reading.reason)] * len(taps)
        if reading.logits is not None:
            half = torch.is_autocast_enabled(device.type) or dtype in (torch.float16, torch.bfloat16)
            target = Target(reading.logits, reading.source, half, _example(probe, device, dtype))
            exporter = HeadExporter() if exporter is None else exporter
            heads = [exporter.head(inner, tap, target) for tap in taps]
    captured = tuple(
        LayerCapture(tap.spec, tap.pooling, tap.activations, head, why)
        for tap, (head, why) in zip(taps, heads, strict=True)
    )
    seconds = time.perf_counter() - start
    return Capture(captured, reading.logits, reading.reason, seconds, reading.source, reading.notes)


class _Listener:
    """Hangs on one module during the forward and keeps the rows of its last call."""

    def __init__(self, spec: LayerSpec, module: nn.Module) -> None:
        self.spec = spec
        self.module = module
        self.mask: Tensor | None = None
        self.ran = False
        self.rows: tuple[Tensor, Pooling] | None = None
        self.shape: tuple[int, ...] = ()
        self.batches: list[FloatArray] = []

    def on_input(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._keep((args, kwargs))

    def on_output(self, _: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        self._keep(output)

    def hang(self, stack: ExitStack) -> None:
        if isinstance(self.module, torch.jit.ScriptModule):
            raise HiddenError(
                f"layer {self.spec.name!r} cannot be looked at",
                expected="a module in Python",
                got="a scripted or traced one, which takes no hooks",
                fix="Watch the model from before torch.jit.script, or another layer.",
            )
        if self.spec.side == "input":
            handle = self.module.register_forward_pre_hook(self.on_input, with_kwargs=True)
        else:
            handle = self.module.register_forward_hook(self.on_output)
        stack.callback(handle.remove)

    def end_batch(self, count: int) -> None:
        """Takes over the rows of a forward of ``count`` samples."""
        name = self.spec.name
        if not self.ran:
            raise HiddenError(
                f"layer {name!r} did not run",
                expected="a module that the forward pass in evaluation calls",
                got=f"no call of {self.spec.module!r}",
                fix="Name another layer; some modules only run in training, or only hold parameters.",
            )
        if self.rows is None:
            raise HiddenError(
                f"layer {name!r} has nothing to look at",
                expected="a tensor, or a tuple, mapping or data class with one",
                got="no tensor with samples along its first axis",
                fix="Name another layer.",
            )
        values, self.pooling = self.rows
        if len(values) != count:
            raise HiddenError(
                f"layer {name!r} does not have one row per sample",
                expected=f"{count} rows along the first axis",
                got=f"a tensor of shape {(len(values), *self.shape)}",
                fix="Name a layer whose first axis is the batch; recurrent and attention layers have "
                "batch_first=True for that.",
            )
        self.batches.append(values.cpu().numpy())
        self.ran, self.rows = False, None

    def tap(self) -> Tap:
        activations = np.concatenate(self.batches)
        return Tap(self.spec, self.module, activations, self.shape, self.pooling)

    def _keep(self, value: Any) -> None:
        self.ran = True
        tensor = first_tensor(value)
        if tensor is None or tensor.ndim == 0:
            self.rows = None
            return
        self.shape = tuple(tensor.shape[1:])
        channels_first = is_channels_first(self.module)
        self.rows = pool(tensor, self.spec.tokens, mask=self.mask, channels_first=channels_first)


def _forward(
    model: nn.Module,
    probe: Samples,
    layers: Sequence[LayerSpec],
    reader: LogitReader,
    batch_size: int,
    device: torch.device,
    dtype: torch.dtype,
) -> list[Tap]:
    """Taps of the layers, after the reader was given the output of each batch."""
    modules = layer_modules(model)
    listeners = [_Listener(spec, modules[spec.module]) for spec in layers]
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
                listener.mask = placed.get("attention_mask") if isinstance(placed, dict) else None
            output = _call(model, placed)
            if not reader.begun and reader.begin(output, probe, placed, count):
                output = _call(model, placed)
            reader.keep(output, count)
            del output  # which for a segmentation network is larger than all else
            for listener in listeners:
                listener.end_batch(count)
    return [listener.tap() for listener in listeners]


def _call(model: nn.Module, inputs: Inputs) -> Any:
    try:
        return call(model, inputs)
    except Exception as error:
        raise HiddenError(
            "the model could not take the probe",
            expected="inputs as the model takes them",
            got=f"{type(error).__name__}: {first_line(error)}",
            fix="Give the probe what the training loop passes to model(...): inputs= chooses it, a key, a position or "
            "a function of the batch, as in inputs=lambda batch: batch for a model that takes its labels too.",
        ) from error


def _modules_that_run(model: nn.Module, example: Inputs) -> list[str]:
    ran: dict[str, None] = {}
    names: dict[int, str] = {}
    with ExitStack() as stack:
        for name, module in layer_modules(model).items():
            if id(module) not in names and not isinstance(module, torch.jit.ScriptModule):
                names[id(module)] = name
                hook = module.register_forward_hook(lambda m, *_: ran.setdefault(names[id(m)]))
                stack.callback(hook.remove)
        _call(model, example)
    return list(ran)


def _example(probe: Samples, device: torch.device, dtype: torch.dtype) -> Inputs:
    # Two rows, since export takes a batch of one for a constant.
    rows = np.arange(2) % len(probe)
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
