"""Which parameters a model has to look at: tensors in order of the module tree, its inner nodes, and their filters.

Read anew whenever parameters are measured, because a model may get layers, heads or adapters while it trains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

_RUNNING = ("running_mean", "running_var")
"""Buffers that are learned as parameters are: the running statistics of normalisation."""

_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True, slots=True)
class Layer:
    """One tensor.

    Attributes:
        name: As in ``model.named_parameters()``.
        aliases: Other names of the same, tied tensor.
        module: Path of the module that owns it.
        kind: ``buffer`` for running statistics of a normalisation.
        shape: Its shape.
        trainable: Whether it takes a gradient.
        filters: Output filters or neurons, or rows of an embedding; 0 for tensors with fewer than two axes.
    """

    name: str
    aliases: tuple[str, ...]
    module: str
    kind: Literal["parameter", "buffer"]
    shape: tuple[int, ...]
    trainable: bool
    filters: int


@dataclass(frozen=True, slots=True)
class Node:
    """A module with parameters in it or below it.

    Attributes:
        path: Its path; the whole model is ``""``.
        start: Its parameters are the layers from here,
        stop: up to here. A tied tensor is in the node that names it first.
    """

    path: str
    start: int
    stop: int


class FilterAxis(NamedTuple):
    """Where the output filters of a weight are: along its first axis, or its second, in groups.

    A transposed convolution keeps its weight as [in, out / groups, ...], and a ``Conv1D`` of transformers as [in, out].
    """

    axis: Literal[0, 1] = 0
    groups: int = 1

    def count(self, shape: tuple[int, ...]) -> int:
        """How many filters a weight has."""
        if len(shape) < 2 or 0 in shape:
            return 0
        return shape[1] * self.groups if self.axis else shape[0]

    def rows(self, weight: Tensor) -> Tensor:
        """A weight as one row for each filter, [filters, elements].

        >>> import torch
        >>> FilterAxis(1, 2).rows(torch.arange(8).reshape(4, 2)).tolist()
        [[0, 2], [1, 3], [4, 6], [5, 7]]
        """
        if not self.axis:
            return weight.reshape(len(weight), -1)
        inputs, outputs = weight.shape[:2]
        grouped = weight.reshape(self.groups, inputs // self.groups, outputs, -1)
        return grouped.transpose(1, 2).reshape(self.groups * outputs, -1)


@dataclass(slots=True)
class Layout:
    """What there is to measure.

    Attributes:
        layers: Parameters in order of the module tree, then buffers.
        tensors: The tensor of each layer.
        axes: Where each layer's filters are.
        nodes: Modules, parents before children.
        skipped: Name of each tensor that is not measured, and why, as a sentence.
    """

    layers: list[Layer] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    axes: list[FilterAxis] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def survey(model: nn.Module) -> Layout:
    """Finds what there is to measure.

    Args:
        model: The model beneath its wrappers.
    """
    walk = _Walk()
    walk.visit(model, "", sharded=False)
    layout = walk.layout
    layout.nodes.sort(key=lambda node: walk.order[node.path])
    for path, module, name, buffer in walk.buffers:
        walk.add(path, module, name, buffer, "buffer")
    layout.layers = [
        replace(layer, aliases=tuple(walk.aliases[id(tensor)]))
        for layer, tensor in zip(layout.layers, layout.tensors, strict=True)
    ]
    return layout


class _Walk:
    """Depth first, so that the parameters below a module are neighbours."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.aliases: dict[int, list[str]] = {}
        self.order: dict[str, int] = {}
        self.buffers: list[tuple[str, nn.Module, str, Tensor]] = []
        self._modules: set[int] = set()
        self._open: set[int] = set()

    def visit(self, module: nn.Module, path: str, *, sharded: bool) -> None:
        if id(module) in self._open:  # a module that holds its own parent
            return
        self._open.add(id(module))
        first = id(module) not in self._modules
        self._modules.add(id(module))
        self.order.setdefault(path, len(self.order))
        sharded = sharded or any(kind.__name__ == "FullyShardedDataParallel" for kind in type(module).__mro__)
        start = len(self.layout.layers)
        for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
            self._meet(path, module, name, parameter, sharded=sharded)
        if first:
            for name in _RUNNING:
                buffer = getattr(module, name, None)
                if isinstance(buffer, Tensor) and not isinstance(buffer, nn.Parameter) and not buffer.is_meta:
                    self.buffers.append((path, module, name, buffer))
        for name, child in _children(module):
            self.visit(child, _join(path, name), sharded=sharded)
        self._open.remove(id(module))
        if first and len(self.layout.layers) > start:
            self.layout.nodes.append(Node(path, start, len(self.layout.layers)))

    def _meet(self, path: str, module: nn.Module, name: str, parameter: Tensor, *, sharded: bool) -> None:
        known = self.aliases.get(id(parameter))
        if known is not None:
            known.append(_join(path, name))
            return
        reason = _why_not(parameter, sharded)
        if reason:
            self.layout.skipped.append((_join(path, name), reason))
        else:
            self.add(path, module, name, parameter, "parameter")

    def add(
        self, path: str, module: nn.Module, name: str, tensor: Tensor, kind: Literal["parameter", "buffer"]
    ) -> None:
        self.aliases[id(tensor)] = []
        axis = _filter_axis(module, name)
        shape = tuple(tensor.shape)
        layer = Layer(_join(path, name), (), path, kind, shape, tensor.requires_grad, axis.count(shape))
        self.layout.layers.append(layer)
        self.layout.tensors.append(tensor)
        self.layout.axes.append(axis)


def _why_not(parameter: Tensor, sharded: bool) -> str:
    """Why a parameter cannot be measured, as a sentence; empty when it can."""
    if is_lazy(parameter):
        return "It has no shape before the model has seen a batch."
    # DTensor, FSDP's flat parameters and DeepSpeed's partitioned ones; told by what they carry, to import none of them.
    if sharded or any(hasattr(parameter, mark) for mark in ("placements", "_is_flat_param", "ds_id")):
        return "It is sharded over several processes, and this one holds a part of it only."
    if parameter.is_meta:
        return "It is on the meta device and has no values."
    if not (parameter.is_floating_point() or parameter.is_complex()):
        return f"Its values are {parameter.dtype}, which are no weights before they are decoded."
    return ""


def _filter_axis(module: nn.Module, name: str) -> FilterAxis:
    # Parametrised weights (weight_norm, spectral_norm) are parameters of a module of their own, with filters in rows.
    if name == "weight" and isinstance(module, _TRANSPOSED):
        return FilterAxis(1, module.groups)
    if name == "weight" and type(module).__name__ == "Conv1D" and hasattr(module, "nf"):
        return FilterAxis(1)
    return FilterAxis()


def _children(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module._modules.items():
        if child is not None:
            yield name, child


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
