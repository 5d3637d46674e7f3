"""One trace of a whole network, from which the way from each of its layers to the logits is cut.

Tracing costs as much as all heads together should; a cut copies nodes, and is an exported program as it is.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram
from torch.export.exported_program import ModuleCallEntry, ModuleCallSignature
from torch.export.graph_signature import (
    ExportGraphSignature,
    InputKind,
    InputSpec,
    OutputKind,
    OutputSpec,
    TensorArgument,
)
from torch.utils import _pytree as pytree

from tensorboard_plugin_hidden.logger.batches import Inputs, map_tensors, named_tensors
from tensorboard_plugin_hidden.logger.layers import LayerSpec, first_tensor, layer_modules
from tensorboard_plugin_hidden.logger.outputs import Source
from tensorboard_plugin_hidden.logger.program import (
    AroundError,
    Program,
    ProgramError,
    byte_count,
    check_size,
    plain,
    without_hooks,
)
from tensorboard_plugin_hidden.logger.wrappers import call

MODEL_LIMIT = 2**30
"""Largest size of a network, in bytes, that is copied in order to trace it whole."""

ENTRY = "activations"


class _Watched(nn.Module):
    """A network that also gives what is seen at its layers."""

    def __init__(self, network: nn.Module, layers: Sequence[LayerSpec], example: Inputs, source: Source) -> None:
        super().__init__()
        self.network = network
        self._example = example
        self._source = source
        self._layers = {layer.name: layer for layer in layers}
        self._calls: dict[str, int] = {}
        self._seen: dict[str, Tensor] = {}
        self._before: Any = None
        modules = layer_modules(network)
        for layer in layers:
            module = modules[layer.module]
            if layer.side == "input":
                module.register_forward_pre_hook(self._hook_input(layer), with_kwargs=True)
            else:
                module.register_forward_hook(self._hook_output(layer))
        if source.module:
            modules[source.module].register_forward_hook(self._hear)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        self._calls, self._seen = {}, {}
        supply = iter(tensors)
        output = call(self.network, map_tensors(self._example, lambda _: next(supply)))
        found = self._before if self._source.module else self._source.of(output)
        seen, self._seen, self._before = self._seen, {}, None
        if not isinstance(found, Tensor):
            raise ProgramError("the network's output is not one tensor of logits")
        return self._source.logits(found), seen

    def _hook_input(self, layer: LayerSpec) -> Any:
        return lambda _, args, kwargs: self._keep(layer, (args, kwargs))

    def _hook_output(self, layer: LayerSpec) -> Any:
        return lambda _, args, output: self._keep(layer, output)

    def _hear(self, _: nn.Module, args: Any, output: Any) -> None:
        self._before = output.clone() if isinstance(output, Tensor) else None

    def _keep(self, layer: LayerSpec, value: Any) -> None:
        place = self._calls.get(layer.name, 0)
        self._calls[layer.name] = place + 1
        tensor = first_tensor(value)
        if layer.call in (None, place) and tensor is not None:
            # A copy marks the value at this moment, whatever is done to the tensor in place later.
            self._seen[layer.name] = tensor.clone()


class Trace:
    """A traced network.

    Args:
        model: The unwrapped model, in evaluation.
        layers: The layers that are cut at.
        example: Inputs of two samples, as the model takes them.
        source: Where the logits are in a forward pass, and how they are made of what is found there.

    Raises:
        ProgramError: The network is too large to be copied; and whatever tracing trips over.
    """

    def __init__(self, model: nn.Module, layers: Sequence[LayerSpec], example: Inputs, source: Source) -> None:
        if byte_count(model) > MODEL_LIMIT:
            raise ProgramError(f"the network is larger than {MODEL_LIMIT >> 20} MiB")
        with plain(), without_hooks(model):
            # A copy, because an export that fails half way may leave fake tensors in the modules it was given.
            network = copy.deepcopy(model).to("cpu").float().requires_grad_(False)
            tensors = [t.float() if t.is_floating_point() else t for t in named_tensors(example).values()]
            rows = torch.export.Dim("rows", min=1)
            exported = torch.export.export(
                _Watched(network, layers, example, source),
                tuple(tensor.cpu() for tensor in tensors),
                dynamic_shapes=(tuple({0: rows} for _ in tensors),),
                strict=False,
            )
            if any(_works_in_place(node) for node in exported.graph.nodes):
                # Decomposed into nothing smaller, but functional: what works in place would look as if not needed.
                exported = exported.run_decompositions({})
            self._program = exported
        signature = self._program.graph_signature
        self._inputs = {spec.arg.name: spec for spec in signature.input_specs if spec.kind != InputKind.USER_INPUT}
        (outputs,) = self._program.graph.output_node().args
        assert isinstance(outputs, tuple)
        given = [n for n, s in zip(outputs, signature.output_specs, strict=True) if s.kind == OutputKind.USER_OUTPUT]
        spec = self._program.call_spec.out_spec
        self._logits, self._seen = pytree.tree_unflatten(given, spec)

    def depth(self, name: str) -> int:
        """How late in a forward pass a layer's tensor is there; -1 where it was not seen.

        Args:
            name: The layer's.
        """
        entry = self._entry(name)
        return -1 if entry is None else list(self._program.graph.nodes).index(entry)

    def cut(self, name: str, shape: tuple[int, ...], room: int) -> Program:
        """The way from a layer to the logits.

        Args:
            name: The layer's.
            shape: Shape of one sample's tensor at the layer.
            room: Largest size of its parameters, in bytes.

        Raises:
            ProgramError: There is none; the message says why.
        """
        entry = self._entry(name)
        if entry is None:
            raise ProgramError("the layer does not show in a trace")
        value = entry.meta["val"]
        rows = value.shape[0]
        if not isinstance(rows, torch.SymInt) or tuple(value.shape[1:]) != shape or value.dtype != torch.float32:
            raise ProgramError("the trace holds for one number of samples only")
        needed = self._behind(entry, rows, name)
        state, constants = self._state(needed)
        size = sum(tensor.numel() * tensor.element_size() for tensor in [*state.values(), *constants.values()])
        check_size(size, room)
        graph = self._copied(entry, needed, rows, shape)
        inputs = [self._inputs[node.name] for node in graph.find_nodes(op="placeholder") if node.name in self._inputs]
        (result,) = graph.output_node().all_input_nodes
        signature = ExportGraphSignature(
            [*inputs, InputSpec(InputKind.USER_INPUT, TensorArgument(ENTRY), None)],
            [OutputSpec(OutputKind.USER_OUTPUT, TensorArgument(result.name), None)],
        )
        example = (torch.zeros(2, math.prod(shape)),)
        into, out = pytree.tree_flatten((example, {}))[1], pytree.tree_flatten(example[0])[1]
        with plain():
            exported = ExportedProgram(
                nn.Module(),
                graph,
                signature,
                state,
                self._program.range_constraints,
                [ModuleCallEntry("", ModuleCallSignature([], [], into, out))],
                example_inputs=(example, {}),
                constants=constants,
            )
            return Program(exported, "network.")

    def _entry(self, name: str) -> fx.Node | None:
        """The node of a layer's tensor, of which the layer's hook took a copy."""
        copied = self._seen.get(name)
        if not isinstance(copied, fx.Node) or copied.target is not torch.ops.aten.clone.default:
            return None
        (entry,) = copied.all_input_nodes
        return entry

    def _behind(self, entry: fx.Node, rows: torch.SymInt, name: str) -> set[fx.Node]:
        """What the logits are computed from, up to a layer."""
        needed: set[fx.Node] = set()
        waiting = [self._logits]
        while waiting:
            node = waiting.pop()
            if node in needed or node is entry:
                continue
            if node.op == "placeholder" and node.name not in self._inputs:
                raise AroundError(name)
            needed.add(node)
            if not _counts(node, rows):
                waiting += node.all_input_nodes
        return needed

    def _state(self, needed: set[fx.Node]) -> tuple[dict[str, Tensor], dict[str, Any]]:
        state: dict[str, Tensor] = {}
        constants: dict[str, Any] = {}
        for node in needed:
            if node.op == "placeholder":
                target = self._inputs[node.name].target
                assert target is not None
                if target in self._program.state_dict:
                    state[target] = self._program.state_dict[target]
                else:
                    constants[target] = self._program.constants[target]
        return state, constants

    def _copied(self, entry: fx.Node, needed: set[fx.Node], rows: torch.SymInt, shape: tuple[int, ...]) -> fx.Graph:
        """A graph of the needed nodes that begins with rows of the layer's activations."""
        graph = fx.Graph()
        copies: dict[fx.Node, fx.Node] = {}
        ordered = [node for node in self._program.graph.nodes if node in needed]
        for node in ordered:
            if node.op == "placeholder":
                copies[node] = graph.node_copy(node)
        value = entry.meta["val"]
        activations = graph.placeholder(ENTRY)
        with value.fake_mode:
            activations.meta["val"] = torch.empty((rows, math.prod(shape)))
            count = _called(graph, torch.ops.aten.sym_size.int, (activations, 0), rows)
            held = torch.empty(value.shape)
        copies[entry] = _called(graph, torch.ops.aten.view.default, (activations, [count, *shape]), held)
        for node in ordered:
            if node.op != "placeholder":
                copies[node] = count if _counts(node, rows) else graph.node_copy(node, lambda n: copies[n])
        graph.output((copies[self._logits],))
        return graph


def _works_in_place(node: fx.Node) -> bool:
    schema = getattr(node.target, "_schema", None)
    return schema is not None and bool(schema.is_mutable)


def _called(graph: fx.Graph, target: Any, args: Any, value: Any) -> fx.Node:
    node = graph.call_function(target, args)
    node.meta["val"] = value
    return node


def _counts(node: fx.Node, rows: torch.SymInt) -> bool:
    """Whether a node is the number of samples, from whichever tensor it was read."""
    value = node.meta.get("val")
    return isinstance(value, torch.SymInt) and value.node.expr == rows.node.expr
