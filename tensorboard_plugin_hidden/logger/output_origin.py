"""How a model came to its output: which of its modules gave it, or gave what a softmax or sigmoid made it of.

Found by numbers, from the first forward pass: whether the last step is a module, a function or a method
of the user's own makes no difference.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.logger.layers import layer_modules
from tensorboard_plugin_hidden.logger.outputs import Scale, flat, is_rows

FEW = 4
"""Samples whose numbers are compared."""

WIDEST = 100_000
"""Columns of an output that is kept for comparison."""

AFFINE = (nn.Linear, nn.Bilinear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""Modules whose outputs have no bounds, as logits have none and probabilities and normalised embeddings have."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an output came from.

    Attributes:
        affine: It is what a ``Linear`` or a convolution gave, by type or by name.
        squashed: ``softmax`` or ``sigmoid`` where it is that of what a module gave; else ``logits``.
        module: Path of that module; empty for none.
        last: No module ran after the one that it came from, as it does where a code is decoded.
    """

    affine: bool = False
    squashed: Scale = "logits"
    module: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What one module gave.

    Attributes:
        path: Its path.
        module: It.
        rows: float32 [n, C] of the first n samples, at most ``FEW``, a copy; None where it gave no rows.
    """

    path: str
    module: nn.Module
    rows: Tensor | None


class Inner:
    """What modules give during a forward pass: all of them in the first, and then the one that gives the logits.

    Args:
        model: The unwrapped model.
        stack: What takes the hooks off again.

    Attributes:
        last: What the followed module gave in its last call, a copy; None for nothing.
    """

    def __init__(self, model: nn.Module, stack: ExitStack) -> None:
        self._model = model
        self._stack = stack
        self._all = ExitStack()
        self._heard: list[Heard] = []
        self.last: Tensor | None = None

    def hear(self) -> None:
        """Keeps the first rows that modules give, in the order in which these end."""
        paths: dict[int, str] = {}
        self._stack.enter_context(self._all)

        def keep(module: nn.Module, _: Any, output: Any) -> None:
            self._heard.append(Heard(paths[id(module)], module, _few(output)))

        for path, module in layer_modules(self._model).items():
            if id(module) not in paths and not isinstance(module, torch.jit.ScriptModule):
                paths[id(module)] = path
                self._all.callback(module.register_forward_hook(keep).remove)

    def heard(self) -> list[Heard]:
        """What ``hear`` kept, which it no longer does from here on."""
        self._all.close()
        return self._heard

    def follow(self, path: str) -> None:
        """Keeps what one module gives.

        Args:
            path: Its path; empty for none.
        """

        def keep(_: nn.Module, args: Any, output: Any) -> None:
            self.last = output.detach().clone() if isinstance(output, Tensor) else None

        module = layer_modules(self._model).get(path)
        if module is not None:
            self._stack.callback(module.register_forward_hook(keep).remove)


def origin(output: Tensor, heard: list[Heard]) -> Origin:
    """Where an output came from.

    Args:
        output: [N] or [N, C], of the same forward pass.
        heard: What modules gave in it.
    """
    values, half = flat(output.detach())[:FEW].to("cpu", torch.float32), is_half(output)
    alike = [(one, one.rows) for one in heard if one.rows is not None and one.rows.shape == values.shape]
    as_it_is = [one for one, rows in alike if same(rows, values, half=half)]
    if any(_is_affine(one.module) for one in as_it_is):
        return Origin(affine=True, last=_is_last(as_it_is, heard))
    scales: tuple[Scale, ...] = ("sigmoid",) if values.shape[1] == 1 else ("softmax", "sigmoid")
    for scale in scales:
        # But not the softmax itself, whose output is its own softmax while all classes are equally likely.
        fitting = [one for one, rows in alike if one not in as_it_is and same(squashed(rows, scale), values, half=half)]
        if fitting:
            # The innermost of the last: what holds others, as a Sequential does, cannot be cut through in a trace.
            leaves = [one for one in fitting if next(one.module.children(), None) is None]
            path = (leaves or fitting)[-1].path
            return Origin(squashed=scale, module=path, last=_is_last([*fitting, *as_it_is], heard))
    return Origin(last=_is_last(as_it_is, heard))


def squashed(logits: Tensor, scale: Scale) -> Tensor:
    """The probabilities that logits [n, C] stand for."""
    if scale == "logits":
        return logits
    return logits.softmax(dim=1) if scale == "softmax" else logits.sigmoid()


def same(a: Tensor, b: Tensor, *, half: bool = False) -> bool:
    """Whether numbers are equal but for rounding, where they are finite, and some are; 16 bits round by up to 2^-8."""
    finite = a.isfinite() & b.isfinite()
    within = 1e-2 if half else 1e-4
    return bool(finite.any()) and torch.allclose(a[finite], b[finite], rtol=within, atol=1e-2 * within)


def is_half(tensor: Tensor) -> bool:
    """Whether numbers are of 16 bits."""
    return tensor.dtype in (torch.float16, torch.bfloat16)


def _few(output: Any) -> Tensor | None:
    if not isinstance(output, Tensor) or output.is_nested or output.ndim == 0 or not is_rows(output, len(output)):
        return None
    rows = flat(output)
    # A copy, since what comes next may work in place, as relu_ and sigmoid_ do.
    return rows[:FEW].detach().to("cpu", torch.float32, copy=True) if rows.shape[1] <= WIDEST else None


def _is_last(ones: list[Heard], heard: list[Heard]) -> bool:
    """Whether some of these ran last, but for modules that hold them and so end after them."""
    leaves = [one for one in heard if next(one.module.children(), None) is None]
    return bool(leaves) and any(one is leaves[-1] for one in ones)


def _is_affine(module: nn.Module) -> bool:
    # Quantised, low-rank and other replacements of Linear are called so, whatever they inherit from.
    return isinstance(module, AFFINE) or "linear" in type(module).__name__.lower()
