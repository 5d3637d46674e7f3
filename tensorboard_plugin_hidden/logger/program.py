"""The rest of a network behind a layer, as an exported program that runs without the user's classes.

Here it is cut from a symbolic trace, which is quick and does not mind what comes before the layer; ``cutting`` has the
other way, one trace for all layers.
"""

from __future__ import annotations

import copy
import io
import math
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.logger.layers import LayerSpec, layer_modules
from tensorboard_plugin_hidden.logger.outputs import Source

PROGRAM_LIMIT = 64 * 2**20
"""Largest size of the parameters of all layers' programs, in bytes: they are copied and stored at every capture."""

RUN_ROWS = 1024
"""Samples a program is run on at a time when it is checked, to bound its memory."""


TRACES = ("stack_trace", "nn_module_stack", "torch_fn", "source_fn_stack")
"""What export notes of where an operation came from: paths and code of the user's, which stay out of the log."""


class ProgramError(Exception):
    """The rest of the network cannot be had as a program; the message says why."""


class AroundError(ProgramError):
    """What a layer gives is not all that the logits are made of, and so no program of it can give them.

    Args:
        layer: The layer's name.
    """

    def __init__(self, layer: str) -> None:
        super().__init__(f"the logits also depend on the input by a way around {layer!r}")


class Program:
    """An exported program and where its parameters come from.

    Args:
        exported: The program, on the CPU.
        prefix: What stands before the model's own names in the names of its state.

    Attributes:
        archive: What ``torch.export.save`` writes. The program takes float32 [M, D] for any M of at least 1 and
            gives float32 [M, C]. ``torch.export.load(...).module()`` runs it, after ``load_state_dict`` of the
            arrays of one step.
        nbytes: Size of its parameters and buffers.
    """

    def __init__(self, exported: torch.export.ExportedProgram, prefix: str) -> None:
        for node in exported.graph.nodes:
            for key in TRACES:
                node.meta.pop(key, None)
        buffer = io.BytesIO()
        torch.export.save(exported, buffer)
        self.archive = buffer.getvalue()
        self._module = exported.module()
        self._prefix = prefix
        self.nbytes = sum(t.numel() * t.element_size() for t in self._module.state_dict().values())

    def refresh(self, model: nn.Module) -> dict[str, npt.NDArray[np.generic]]:
        """The program's parameters and buffers as they are in the model now, by their names in the program.

        Args:
            model: The model it was exported from.
        """
        live: dict[str, Tensor] = dict(model.named_parameters(remove_duplicate=False))
        live.update(model.named_buffers(remove_duplicate=False))
        state = {}
        for name, own in self._module.state_dict().items():
            # What the model does not list is a constant of the trace.
            tensor = live.get(name.removeprefix(self._prefix), own).detach()
            state[name] = tensor.to("cpu", own.dtype, copy=True)
        self._module.load_state_dict(state)
        return {name: tensor.numpy() for name, tensor in state.items()}

    def run(self, activations: FloatArray) -> FloatArray:
        """The program's logits with the parameters of the last ``refresh``.

        Args:
            activations: float32 [M, D].

        Returns:
            float32 [M, C].
        """
        with plain():
            parts = torch.split(torch.from_numpy(np.ascontiguousarray(activations)), RUN_ROWS)
            return np.concatenate([self._module(part).numpy() for part in parts])


def traced_program(model: nn.Module, spec: LayerSpec, shape: tuple[int, ...], source: Source, room: int) -> Program:
    """The way from a layer to the logits, from a symbolic trace.

    Args:
        model: The unwrapped model, in evaluation.
        spec: The layer.
        shape: Shape of one sample's tensor at the layer.
        source: Where the logits are in a forward pass, and how they are made of what is found there.
        room: Largest size of its parameters, in bytes.

    Raises:
        ProgramError: There is none; the message says why. Tracing raises whatever it trips over.
    """
    with plain(), without_hooks(model):
        return Program(_exported(_traced(model, spec, source), shape, source, room), "rest.")


def first_line(error: Exception) -> str:
    """What an exception says, in one line without a final stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


class _Tracer(fx.Tracer):
    """Traces everything but some modules, whose calls must stay visible."""

    def __init__(self, *visible: nn.Module | None) -> None:
        super().__init__()
        self._visible = visible

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return any(m is module for module in self._visible) or super().is_leaf_module(m, module_qualified_name)


def _traced(model: nn.Module, spec: LayerSpec, source: Source) -> fx.GraphModule:
    named = layer_modules(model)
    module, before = named[spec.module], named.get(source.module)
    traced = fx.GraphModule(model, _Tracer(module, before).trace(model))
    node = _call_of(traced, module, spec.call)
    entry = node if spec.side == "output" else node.all_input_nodes[0]
    found = source.of(traced.graph.output_node().args[0]) if before is None else _call_of(traced, before, None)
    return _sliced(traced, entry, found, spec.name)


def _call_of(traced: fx.GraphModule, module: nn.Module, place: int | None) -> fx.Node:
    calls: list[fx.Node] = [
        node
        for node in traced.graph.nodes
        if node.op == "call_module" and traced.get_submodule(str(node.target)) is module
    ]
    if len(calls) <= (place or 0):
        raise ProgramError("the layer does not show in a symbolic trace")
    return calls[-1 if place is None else place]


def _sliced(traced: fx.GraphModule, node: fx.Node, found: Any, name: str) -> fx.GraphModule:
    """The part of a graph from ``node`` to what the logits are made of, with one input in its place."""
    if not isinstance(found, fx.Node):
        raise ProgramError("the network's output is not one tensor of logits")
    graph = traced.graph
    placeholders = [n for n in graph.nodes if n.op == "placeholder"]
    with graph.inserting_before(next(iter(graph.nodes))):
        entry = graph.placeholder("activations")
    node.replace_all_uses_with(entry)
    graph.output_node().args = (entry if found is node else found,)
    graph.eliminate_dead_code()
    for placeholder in placeholders:
        if placeholder.users:
            raise AroundError(name)
        graph.erase_node(placeholder)
    traced.delete_all_unused_submodules()
    traced.recompile()
    return traced


class _Rest(nn.Module):
    """A sliced graph with the shapes of a head around it: rows of D in, logits [M, C] out."""

    def __init__(self, rest: nn.Module, shape: tuple[int, ...], source: Source) -> None:
        super().__init__()
        self.rest = rest
        self._shape = shape
        self._source = source

    def forward(self, activations: Tensor) -> Tensor:
        # A clone, because the rest may begin with a module that works in place.
        return self._source.logits(self.rest(activations.clone().reshape(-1, *self._shape)))


def _exported(graph: fx.GraphModule, shape: tuple[int, ...], source: Source, room: int) -> torch.export.ExportedProgram:
    check_size(byte_count(graph), room)
    rest = _Rest(copy.deepcopy(graph).to("cpu").float().requires_grad_(False), shape, source).eval()
    activations = torch.zeros(2, math.prod(shape))
    rows = torch.export.Dim("rows", min=1)
    return torch.export.export(rest, (activations,), dynamic_shapes=({0: rows},), strict=False)


def check_size(size: int, room: int) -> None:
    """Refuses parameters of more bytes than there is room for.

    Raises:
        ProgramError: There are more.
    """
    if size > room:
        left = "" if room == PROGRAM_LIMIT else f"{room / 2**20:.1f} MiB that are left of the "
        raise ProgramError(
            f"the rest of the network has {size / 2**20:.1f} MiB of parameters, more than the {left}"
            f"{PROGRAM_LIMIT >> 20} MiB that may be stored with every capture"
        )


def byte_count(module: nn.Module) -> int:
    """Size of a module's parameters and buffers, in bytes."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@contextmanager
def without_hooks(model: nn.Module) -> Iterator[None]:
    """Takes the user's hooks off for a block, so that they never see the stand-ins of a trace."""
    kinds = ("_forward_hooks", "_forward_pre_hooks")
    saved = [(vars(module), kind, vars(module)[kind]) for module in model.modules() for kind in kinds]
    try:
        for attributes, kind, _ in saved:
            attributes[kind] = OrderedDict()
        yield
    finally:
        for attributes, kind, hooks in saved:
            attributes[kind] = hooks


@contextmanager
def plain() -> Iterator[None]:
    """Full precision and no inference mode, whatever the caller is in, and no warnings meant for exporters."""
    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield
