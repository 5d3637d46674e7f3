"""The rest of a network behind a layer, as an exported program that runs without the user's classes.

The rest is first looked for in a symbolic trace, which is quick and does not mind what comes before the layer.
Where tracing fails, the whole network is exported with the layer's tensor swapped for the program's input.
"""

from __future__ import annotations

import copy
import io
import math
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn
from torch.utils import _pytree as pytree

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.logger.batches import Inputs, map_tensors, named_tensors
from tensorboard_plugin_hidden.logger.layers import LayerSpec, first_tensor, layer_modules, replace_first_tensor
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.wrappers import call

PROGRAM_LIMIT = 64 * 2**20
"""Largest size of a program's parameters, in bytes: they are copied and stored at every capture."""

MODEL_LIMIT = 2**30
"""Largest size of a network, in bytes, that is copied in order to export it whole."""

RUN_ROWS = 1024
"""Samples a program is run on at a time when it is checked, to bound its memory."""


TRACES = ("stack_trace", "nn_module_stack", "torch_fn", "source_fn_stack")
"""What export notes of where an operation came from: paths and code of the user's, which stay out of the log."""


class ProgramError(Exception):
    """The rest of the network cannot be had as a program; the message says why."""


class Program:
    """An exported program and where its parameters come from.

    Args:
        exported: The program, on the CPU.
        prefix: What stands before the model's own names in the names of its state.

    Attributes:
        archive: What ``torch.export.save`` writes. The program takes float32 [M, D] for any M of at least 1 and
            gives float32 [M, C]. ``torch.export.load(...).module()`` runs it, after ``load_state_dict`` of the
            arrays of one step.
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
        with _plain():
            parts = torch.split(torch.from_numpy(np.ascontiguousarray(activations)), RUN_ROWS)
            return np.concatenate([self._module(part).numpy() for part in parts])


def export_program(
    model: nn.Module,
    spec: LayerSpec,
    shape: tuple[int, ...],
    example: Inputs,
    *,
    source: Source,
    accept: Callable[[Program], bool],
) -> Program:
    """Exports the way from a layer to the logits.

    Args:
        model: The unwrapped model, in evaluation.
        spec: The layer.
        shape: Shape of one sample's tensor at the layer, of D elements.
        example: Inputs of two samples, as the model takes them.
        source: Where the logits are in a forward pass, and how they are made of what is found there.
        accept: Says whether a program, refreshed, is right.

    Returns:
        The first accepted program, refreshed.

    Raises:
        ProgramError: There is none; the message says why for each way that was tried.
    """
    reasons = []
    ways: tuple[Callable[[], tuple[fx.GraphModule, str]], ...] = (
        lambda: (_traced(model, spec, source), ""),
        lambda: (_swapped(model, spec, shape, example, source), "network."),
    )
    for way in ways:
        try:
            with _plain(), _without_hooks(model):
                graph, prefix = way()
                program = Program(_exported(graph, shape, source), "rest." + prefix)
            program.refresh(model)
            if accept(program):
                return program
            reasons.append("it does not give the network's logits")
        except Exception as error:  # tracing runs the user's code in ways it was not written for
            reasons.append(first_line(error))
    raise ProgramError("; ".join(dict.fromkeys(reasons)))


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
    node = _last_call(traced, module)
    entry = node if spec.side == "output" else node.all_input_nodes[0]
    found = source.of(traced.graph.output_node().args[0]) if before is None else _last_call(traced, before)
    return _sliced(traced, entry, found, spec.name)


def _last_call(traced: fx.GraphModule, module: nn.Module) -> fx.Node:
    calls: list[fx.Node] = [
        node
        for node in traced.graph.nodes
        if node.op == "call_module" and traced.get_submodule(str(node.target)) is module
    ]
    if not calls:
        raise ProgramError("the layer does not show in a symbolic trace")
    return calls[-1]


class _Swapped(nn.Module):
    """A network that takes a layer's tensor from outside, beside its own inputs."""

    def __init__(self, network: nn.Module, spec: LayerSpec, example: Inputs, source: Source) -> None:
        super().__init__()
        self.network = network
        self._example = example
        self._source = source
        self._activations: Tensor | None = None
        self._before: Any = None
        module = layer_modules(network)[spec.module]
        if spec.side == "input":
            module.register_forward_pre_hook(self._swap_input, with_kwargs=True)
        else:
            module.register_forward_hook(lambda _, args, output: self._swap(output))
        if source.module:
            layer_modules(network)[source.module].register_forward_hook(self._hear)

    def forward(self, activations: Tensor, *tensors: Tensor) -> Tensor:
        self._activations = activations
        supply = iter(tensors)
        output = call(self.network, map_tensors(self._example, lambda _: next(supply)))
        found = self._before if self._source.module else self._source.of(output)
        self._activations = self._before = None
        if not isinstance(found, Tensor):
            raise ProgramError("the network's output is not one tensor of logits")
        return found

    def _hear(self, _: nn.Module, args: Any, output: Any) -> None:
        self._before = output.clone() if isinstance(output, Tensor) else None

    def _swap(self, value: Any) -> Any:
        return replace_first_tensor(value, self._activations)

    def _swap_input(self, _: nn.Module, args: Any, kwargs: Any) -> tuple[Any, Any]:
        if first_tensor(args) is not None:
            return self._swap(args), kwargs
        return args, self._swap(kwargs)


def _swapped(
    model: nn.Module, spec: LayerSpec, shape: tuple[int, ...], example: Inputs, source: Source
) -> fx.GraphModule:
    if _bytes(model) > MODEL_LIMIT:
        raise ProgramError(f"the network is larger than {MODEL_LIMIT >> 20} MiB")
    # A copy, because an export that fails half way may leave fake tensors in the modules it was given.
    network = copy.deepcopy(model).to("cpu").float().requires_grad_(False)
    tensors = [t.float() if t.is_floating_point() else t for t in named_tensors(example).values()]
    rows = torch.export.Dim("rows", min=1)
    exported = torch.export.export(
        _Swapped(network, spec, example, source),
        (torch.zeros(2, *shape), *(tensor.cpu() for tensor in tensors)),
        dynamic_shapes=({0: rows}, tuple({0: rows} for _ in tensors)),
        strict=False,
    )
    # Decomposed into nothing smaller, but functional: an operation in place would look as if it were needed.
    unlifted = exported.run_decompositions({}).module()
    assert isinstance(unlifted, fx.GraphModule)
    graph = unlifted.graph
    graph.set_codegen(fx.graph.CodeGen())
    for check in [node for node in graph.nodes if node.op == "call_module" and not node.users]:
        graph.erase_node(check)  # of the shapes of all inputs
    entry = next(node for node in graph.nodes if node.op == "placeholder")
    (found,) = pytree.tree_leaves(graph.output_node().args[0])
    return _sliced(unlifted, entry, found, spec.name)


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
            raise ProgramError(f"the logits also depend on the input by a way around {name!r}")
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


def _exported(graph: fx.GraphModule, shape: tuple[int, ...], source: Source) -> torch.export.ExportedProgram:
    size = _bytes(graph)
    if size > PROGRAM_LIMIT:
        raise ProgramError(
            f"the rest of the network has {size >> 20} MiB of parameters, "
            f"more than the {PROGRAM_LIMIT >> 20} MiB that may be stored with every capture"
        )
    rest = _Rest(copy.deepcopy(graph).to("cpu").float().requires_grad_(False), shape, source).eval()
    activations = torch.zeros(2, math.prod(shape))
    rows = torch.export.Dim("rows", min=1)
    return torch.export.export(rest, (activations,), dynamic_shapes=({0: rows},), strict=False)


def _bytes(module: nn.Module) -> int:
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@contextmanager
def _without_hooks(model: nn.Module) -> Iterator[None]:
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
def _plain() -> Iterator[None]:
    """Full precision and no inference mode, whatever the caller is in, and no warnings meant for exporters."""
    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield
