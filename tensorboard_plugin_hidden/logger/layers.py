"""Which tensors of a network are looked at: names to modules, and what a module gives to one row per sample."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError

Side = Literal["output", "input"]
"""Whether what goes into a module is looked at or what comes out."""

Tokens = Literal["mean", "cls", "last"]
"""How a token sequence becomes one row: mean over tokens, the first token, the last token."""

Pooling = Literal["none", "positions", "mean", "cls", "last"]
"""What was done: nothing, mean over the positions of a feature map, or one of ``Tokens``."""

NEAR_MATCHES = 5
"""How many similar names an error offers."""

_CONTAINERS = (nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
_CHANNELS_FIRST_1D = (
    nn.Conv1d, nn.ConvTranspose1d, nn.BatchNorm1d, nn.InstanceNorm1d, nn.MaxPool1d, nn.AvgPool1d,
    nn.AdaptiveAvgPool1d, nn.AdaptiveMaxPool1d,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One tensor of a network that is looked at.

    Attributes:
        name: The layer's name for readers, as in ``fc2``, ``fc2:input`` or ``encoder@cls``.
        module: The module's path in the unwrapped model.
        side: What comes out of the module, or what goes in.
        tokens: How a token sequence becomes one row, should the tensor be one.
    """

    name: str
    module: str
    side: Side = "output"
    tokens: Tokens = "mean"


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
            suffix ``@mean``, ``@cls`` or ``@last`` chooses the row of a token sequence. None: the input of the
            last ``Linear``, or where there is none the output of the last module that has parameters.
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
            specs.setdefault(spec.name, spec)
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
        if isinstance(named[name], nn.Linear):
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
    if colon and side not in get_args(Side):
        raise HiddenError(
            f"layer {pattern!r} has an unknown side",
            expected=":input or :output",
            got=f":{side}",
            fix="Write 'fc' for what a module gives and 'fc:input' for what it takes.",
        )
    matches = [path] if path in named else [name for name in named if fnmatch.fnmatchcase(name, path)]
    if not matches:
        near = difflib.get_close_matches(path, list(named), n=NEAR_MATCHES, cutoff=0.4)
        raise HiddenError(
            f"no layer matches {pattern!r}",
            expected="the path of a module, or a glob",
            got=f"{path!r}; near matches: {', '.join(near) if near else 'none'}",
            fix="List the names with [name for name, _ in model.named_modules()].",
        )
    ending = (":input" if side == "input" else "") + at + suffix
    tokens: Tokens = suffix if suffix in get_args(Tokens) else "mean"  # type: ignore[assignment]
    return [LayerSpec(n + ending, n, "input" if side == "input" else "output", tokens) for n in matches]


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


def replace_first_tensor(value: Any, tensor: Tensor | None) -> Any:
    """A copy of what a module takes or gives with another tensor where ``first_tensor`` finds one.

    Args:
        value: Anything a forward takes or returns.
        tensor: The tensor to put there.
    """
    if isinstance(value, Tensor):
        return tensor
    found = first_tensor(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        replaced = {k: _replaced(v, found, tensor) for k, v in parts.items()}
        return dataclasses.replace(value, **replaced)
    if isinstance(value, Mapping):
        return {k: _replaced(v, found, tensor) for k, v in value.items()}
    return tuple(_replaced(v, found, tensor) for v in value)


def _replaced(part: Any, found: Tensor | None, tensor: Tensor | None) -> Any:
    inside = not isinstance(part, Tensor) and found is not None and first_tensor(part) is found
    if part is found:
        return tensor
    return replace_first_tensor(part, tensor) if inside else part


def pool(
    tensor: Tensor, tokens: Tokens, *, mask: Tensor | None = None, channels_first: bool = False
) -> tuple[Tensor, Pooling]:
    """One row per sample, in float32.

    ``[N, D]`` stays, ``[N]`` becomes ``[N, 1]``; ``[N, C, ...]`` with two or more axes of positions becomes the
    mean over positions, ``[N, C]``; ``[N, T, D]`` is a token sequence, see ``tokens``.

    Args:
        tensor: Any dtype, samples along the first axis.
        tokens: What stands for a sequence.
        mask: [N, T], non-zero for tokens that count; None: all do. With it ``mean`` is over the tokens that
            count and ``last`` is the last one that does.
        channels_first: Whether three axes mean ``[N, C, L]``, a one-dimensional feature map.

    Returns:
        float32 [N, D] in memory of its own, on the tensor's device, and what was done.

    Raises:
        ValueError: The tensor has no axes.

    >>> pool(torch.ones(5, 3, 8, 8), "mean")[0].shape
    torch.Size([5, 3])
    """
    if tensor.ndim == 0:
        raise ValueError("a tensor without axes has no samples")
    # Its own memory, because a module that works in place may overwrite the tensor later in the same forward.
    values = tensor.detach().to(torch.float32, copy=True)
    if values.ndim == 1:
        return values[:, None], "none"
    if values.ndim == 2:
        return values, "none"
    if values.ndim > 3 or channels_first:
        return values.flatten(2).mean(dim=2), "positions"
    if mask is None or mask.shape != values.shape[:2]:
        picked = {"mean": values.mean(dim=1), "cls": values[:, 0], "last": values[:, -1]}
        return picked[tokens].contiguous(), tokens
    counts = (mask != 0).to(values)
    if tokens == "mean":
        # where() rather than a product: a masked NaN times zero is NaN.
        kept = torch.where(counts[..., None] > 0, values, 0.0)
        return kept.sum(dim=1) / counts.sum(dim=1, keepdim=True).clamp(min=1.0), tokens
    if tokens == "cls":
        return values[:, 0].contiguous(), tokens
    positions = torch.arange(values.shape[1], device=values.device)
    last = torch.where(counts > 0, positions, -1).max(dim=1).values.clamp(min=0)
    return values[torch.arange(len(values), device=values.device), last], tokens


def is_channels_first(module: nn.Module) -> bool:
    """Whether a module's three-axis tensors are ``[N, C, L]`` feature maps rather than token sequences."""
    return isinstance(module, _CHANNELS_FIRST_1D)
