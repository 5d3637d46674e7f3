"""What a model's modules give, learned from two small forward passes before the first capture.

The axis that grows with the number of samples is that of the samples, whatever its place; along which axes the
units lie is seen from what the network computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import torch
from torch import nn

from tensorboard_plugin_hidden.logger.axes import Axes, UnitAxes
from tensorboard_plugin_hidden.logger.batches import Inputs
from tensorboard_plugin_hidden.logger.layers import LayerSpec, Side, first_tensor, layer_modules
from tensorboard_plugin_hidden.logger.pooling import Layout, supposed
from tensorboard_plugin_hidden.logger.state import undisturbed_model
from tensorboard_plugin_hidden.logger.wrappers import call

SAMPLES = (3, 2)
"""Samples in the two passes."""

MOST_NAMED = 3
"""Layers that a line names."""

Sight = Layout | str
"""What the axes of a tensor are, or why it has no row for each sample."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What ran.

    Attributes:
        ran: Paths of the modules that ran, in the order in which they first ended.
        sights: What a module took and gave in each of its calls, by its first path and side.
        paths: The first path of each module, by any path.
    """

    ran: tuple[str, ...] = ()
    sights: Mapping[tuple[str, Side], tuple[Sight | None, ...]] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def calls(self, path: str) -> int:
        """How often a module ran in one forward pass.

        Args:
            path: One of its paths.
        """
        return len(self.sights.get((self.paths.get(path, path), "output"), ()))

    def of(self, spec: LayerSpec) -> Sight | None:
        """What a layer's axes are, or why it has no row for each sample; None where it was not seen.

        Args:
            spec: The layer.
        """
        seen = self.sights.get((self.paths.get(spec.module, spec.module), spec.side), ())
        place = len(seen) - 1 if spec.call is None else spec.call
        return seen[place] if 0 <= place < len(seen) else None

    def notes(self, layers: Sequence[LayerSpec]) -> list[str]:
        """What was inferred of layers, as sentences without a final stop.

        Args:
            layers: Those that are looked at.
        """
        notes = []
        called = {layer.name: self.calls(layer.module) for layer in layers if layer.call is None}
        several = {name: count for name, count in called.items() if count > 1}
        if several:
            first = next(layer for layer in layers if layer.name in several)
            example = f"{first.module}#0{first.name.removeprefix(first.module)}"
            shown = [f"{name!r} {count} times" for name, count in several.items()]
            notes.append(f"{_some(shown)} in one forward pass: the last call is shown, and {example!r} is the first")
        across = [repr(layer.name) for layer in layers if layer.layout is not None and layer.layout.samples > 0]
        if across:
            notes.append(f"samples do not lie along the first axis, but where the batch is, of {_some(across)}")
        supposed = [f"{layer.name!r} {_axes(layer.layout)}" for layer in layers if _is_supposed(layer.layout)]
        if supposed:
            notes.append(f"nothing shows along which axis the units lie; supposed of {_some(supposed)}")
        return notes


def survey(model: nn.Module, example: Callable[[int], Inputs]) -> Survey:
    """Looks at a model.

    Args:
        model: The unwrapped model, observed.
        example: Gives inputs of that many samples, which are all the same one.

    Returns:
        What ran; nothing where the model did not take these inputs.
    """
    paths: dict[str, str] = {}
    firsts: dict[int, str] = {}
    for path, module in layer_modules(model).items():
        paths[path] = firsts.setdefault(id(module), path)
    try:
        many = _passed(model, example(SAMPLES[0]), paths)
        few = _passed(model, example(SAMPLES[1]), paths)
    except Exception:  # the capture's own forward pass says what is wrong
        return Survey(paths=paths)
    sights: dict[tuple[str, Side], tuple[Sight | None, ...]] = {}
    for key, shapes in many.items():
        others = few.get(key, [])
        same = others if len(shapes) == len(others) else [None] * len(shapes)
        sights[key] = tuple(_sight(one, other) for one, other in zip(shapes, same, strict=True))
    return Survey(tuple(path for path, side in many if side == "output"), sights, paths)


def _is_supposed(layout: Layout | None) -> bool:
    return layout is not None and not layout.known


def _axes(layout: Layout | None) -> str:
    """The axes of a tensor as a reader would write them: N samples, units as D, positions as T."""
    if layout is None:
        return ""
    names = {layout.samples: "N", **dict.fromkeys(layout.units, "D")}
    return f"[{', '.join(names.get(axis, 'T') for axis in range(layout.ndim))}]"


def _some(shown: Sequence[str]) -> str:
    more = f" and {len(shown) - MOST_NAMED} more" if len(shown) > MOST_NAMED else ""
    return ", ".join(shown[:MOST_NAMED]) + more


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of a tensor that a module took or gave.

    Attributes:
        sizes: Its shape.
        units: The axes of its units, where something says which.
    """

    sizes: tuple[int, ...]
    units: Axes


_Shapes = dict[tuple[str, Side], list[_Shape | None]]


def _passed(model: nn.Module, inputs: Inputs, paths: Mapping[str, str]) -> _Shapes:
    """What modules take and give in a forward pass, of which no tensor is kept."""
    passed: dict[tuple[str, Side], list[tuple[tuple[int, ...], Axes | None, Callable[[], Axes | None]] | None]] = {}
    tracer = UnitAxes()

    def keep(path: str, side: Side, value: object) -> None:
        tensor = first_tensor(value)
        seen = None
        if tensor is not None and not tensor.is_nested:
            seen = tuple(tensor.shape), tracer.of(tensor), tracer.later(tensor)
        passed.setdefault((path, side), []).append(seen)

    with ExitStack() as stack:
        stack.enter_context(undisturbed_model(model))
        for path, module in layer_modules(model).items():
            if paths[path] == path and not isinstance(module, torch.jit.ScriptModule):
                before = module.register_forward_pre_hook(
                    lambda _, args, kwargs, path=path: keep(path, "input", (args, kwargs)), with_kwargs=True
                )
                after = module.register_forward_hook(lambda _, args, output, path=path: keep(path, "output", output))
                stack.callback(before.remove)
                stack.callback(after.remove)
        with tracer:
            call(model, inputs)
    # What takes a tensor in may say of it later what nothing said before.
    return {
        key: [None if one is None else _Shape(one[0], one[1] or one[2]() or frozenset()) for one in calls]
        for key, calls in passed.items()
    }


def _sight(many: _Shape | None, few: _Shape | None) -> Sight | None:
    if many is None or not many.sizes:
        return None
    ndim = len(many.sizes)
    if few is None or len(few.sizes) != ndim:
        return supposed(ndim)
    sizes = list(zip(many.sizes, few.sizes, strict=True))
    grown = [axis for axis, (more, less) in enumerate(sizes) if more != less]
    if len(grown) != 1 or sizes[grown[0]] != SAMPLES:
        shown = ["N" if pair == SAMPLES else str(pair[0]) for pair in sizes]
        return f"[{', '.join(shown)}] for N = {SAMPLES[0]}"
    samples = grown[0]
    units = many.units - {samples}
    return Layout(ndim, samples, tuple(sorted(units))) if ndim > 2 and units else supposed(ndim, samples)
