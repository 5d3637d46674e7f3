"""Which tensors of a network are looked at: names to modules, and the tensor in what a module takes or gives."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.pooling import Layout, Tokens

Side = Literal["output", "input"]
"""Whether what goes into a module is looked at or what comes out."""

NEAR_MATCHES = 5
"""How many similar names an error offers."""

_CONTAINERS = (nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One tensor of a network that is looked at.

    Attributes:
        name: The layer's name for readers, as in ``fc2``, ``fc2:input`` or ``encoder@cls``.
        module: The module's path in the unwrapped model.
        side: What comes out of the module, or what goes in.
        tokens: How a token sequence becomes one row, should the tensor be one.
        call: Which of the module's calls in one forward pass, from 0; None: the last.
        glob: The glob that named it, which may also name what cannot be looked at; empty for a full name.
        layout: What the tensor's axes are, once it was seen.
    """

    name: str
    module: str
    side: Side = "output"
    tokens: Tokens = "mean"
    call: int | None = None
    glob: str = ""
    layout: Layout | None = None


def layer_modules(model: nn.Module) -> dict[str, nn.Module]:
    """The modules that can be named, by path, in the model's own order.

    Submodules that were compiled or wrapped on their own go by the path they would have without.

    Args:
        model: The unwrapped model.
    """
    named: dict[str, nn.Module] = {}
    for path, module in model.named_modules(remove_duplicate=False):
        clean = ".".join(part for part in path.split(".") if part != "_orig_mod")
        if clean and not isinstance(module, _CONTAINERS):
            named[clean] = module
    return named


def resolve_layers(
    model: nn.Module, patterns: str | Sequence[str] | None = None, *, ran: Sequence[str] | None = None
) -> list[LayerSpec]:
    """Turns names and globs into layers.

    Args:
        model: The unwrapped model.
        patterns: Module paths or globs; ``fc2`` is that module's output, ``fc2:input`` what goes in, and a
            suffix ``@mean``, ``@cls`` or ``@last`` chooses the row of a token sequence. Of a module that runs
            several times in one forward pass the last call is meant, and ``fc2#0`` is the first. None: the input
            of the last ``Linear``, or where there is none the output of the last module that has parameters.
        ran: Paths of the modules a forward pass runs, in the order they first ran; the default layer is then
            the last of these. None: the order in which the model lists its modules.

    Returns:
        The layers, in the order of the patterns and then of the model, each once.

    Raises:
        HiddenError: A name or suffix is unknown, or the model has nothing to look at.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> [spec.name for spec in resolve_layers(model)]
    ['2:input']
    >>> [spec.name for spec in resolve_layers(model, ["[01]"])]
    ['0', '1']
    """
    named = layer_modules(model)
    if patterns is None:
        return [_default_layer(named, ran)]
    wanted = [patterns] if isinstance(patterns, str) else list(patterns)
    specs: dict[str, LayerSpec] = {}
    for pattern in wanted:
        for spec in _resolve(pattern, named):
            if specs.setdefault(spec.name, spec).glob and not spec.glob:
                specs[spec.name] = spec  # which must be there
    if not specs:
        raise HiddenError(
            "no layers were asked for",
            expected="module paths or globs, or None for the default layer",
            got=repr(patterns),
            fix="Leave the layers out, or name at least one.",
        )
    return list(specs.values())


def _default_layer(named: Mapping[str, nn.Module], ran: Sequence[str] | None) -> LayerSpec:
    names = list(named) if ran is None else [name for name in ran if name in named]
    for name in reversed(names):
        if is_linear(named[name]):
            return LayerSpec(f"{name}:input", name, "input")
    for name in reversed(names):
        if next(named[name].parameters(recurse=False), None) is not None:
            return LayerSpec(name, name)
    raise HiddenError(
        "the model has no layer to look at by default",
        expected="a Linear, or another submodule with parameters",
        got=f"{len(named)} submodules without",
        fix="Name a layer, as in layers=['features'].",
    )


def _resolve(pattern: str, named: Mapping[str, nn.Module]) -> list[LayerSpec]:
    rest, at, suffix = pattern.partition("@")
    path, colon, side = rest.partition(":")
    if at and suffix not in get_args(Tokens):
        raise HiddenError(
            f"layer {pattern!r} has an unknown suffix",
            expected="@mean, @cls or @last",
            got=f"@{suffix}",
            fix="Choose which token stands for the sequence, or leave the suffix out.",
        )
    path, hash_, number = (path, "", "") if path in named else path.partition("#")
    if hash_ and not number.isdecimal():
        raise HiddenError(
            f"layer {pattern!r} has an unknown call",
            expected="the number of a call, from 0, as in 'fc#0'",
            got=f"#{number}",
            fix="Leave it out for the last call of a forward pass.",
        )
    if colon and side not in get_args(Side):
        raise HiddenError(
            f"layer {pattern!r} has an unknown side",
            expected=":input or :output",
            got=f":{side}",
            fix="Write 'fc' for what a module gives and 'fc:input' for what it takes.",
        )
    full = path in named
    matches = [path] if full else [name for name in named if fnmatch.fnmatchcase(name, path)]
    if not matches:
        near = difflib.get_close_matches(path, list(named), n=NEAR_MATCHES, cutoff=0.4)
        raise HiddenError(
            f"no layer matches {pattern!r}",
            expected="the path of a module, or a glob",
            got=f"{path!r}; near matches: {', '.join(near) if near else 'none'}",
            fix="List the names with [name for name, _ in model.named_modules()].",
        )
    tokens: Tokens = suffix if suffix in get_args(Tokens) else "mean"  # type: ignore[assignment]
    ending = hash_ + number + (":input" if side == "input" else "") + at + suffix
    place, glob = int(number) if hash_ else None, "" if full else pattern
    into: Side = "input" if side == "input" else "output"
    return [LayerSpec(name + ending, name, into, tokens, place, glob) for name in matches]


def is_linear(module: nn.Module) -> bool:
    """Whether a module is a ``Linear``, or a quantised or other replacement that is called so."""
    called = re.fullmatch(r"(.*(?<!bi))?linear(relu|\d.*)?", type(module).__name__.lower()) is not None
    return isinstance(module, nn.Linear) or (called and not any(is_linear(child) for child in module.children()))


def first_tensor(value: Any) -> Tensor | None:
    """The tensor that stands for what a module takes or gives.

    A tensor is itself; a mapping or data class answers with ``last_hidden_state`` where it has one, and
    otherwise, like a tuple or list, with its first tensor, searched in depth.

    Args:
        value: Anything a forward takes or returns.

    Returns:
        The tensor, or None where there is none.
    """
    if isinstance(value, Tensor):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, Mapping)):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        if isinstance(value.get("last_hidden_state"), Tensor):
            return value["last_hidden_state"]  # type: ignore[no-any-return]
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for item in value:
            found = first_tensor(item)
            if found is not None:
                return found
    return None
