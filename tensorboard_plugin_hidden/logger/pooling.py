"""What a module gives, as one row per sample: which axes are samples and units, and the mean over the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError

Tokens = Literal["mean", "cls", "last"]
"""How a token sequence becomes one row: mean over tokens, the first token, the last token."""

Pooling = Literal["none", "positions", "mean", "cls", "last"]
"""What was done: nothing, mean over the positions of a feature map, or one of ``Tokens``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the axes of a tensor are.

    Attributes:
        ndim: How many there are.
        samples: The one along which the samples lie.
        units: Those along which the units lie, in order; the others are positions.
        known: Seen from what the network computes, rather than supposed from their number.
    """

    ndim: int
    samples: int
    units: tuple[int, ...]
    known: bool = True

    @property
    def positions(self) -> tuple[int, ...]:
        """The axes that are pooled over."""
        return tuple(axis for axis in range(self.ndim) if axis != self.samples and axis not in self.units)


def supposed(ndim: int, samples: int = 0) -> Layout:
    """The usual axes of a tensor: ``[N, D]``, ``[N, T, D]`` of tokens, ``[N, C, ...]`` of a feature map.

    Args:
        ndim: How many it has.
        samples: That of the samples.

    >>> supposed(4).positions
    (2, 3)
    """
    others = [axis for axis in range(ndim) if axis != samples]
    units = others[-1:] if ndim <= 3 else others[:1]
    return Layout(ndim, samples, tuple(units), known=ndim < 3)


def pool(
    tensor: Tensor, layout: Layout, tokens: Tokens = "mean", *, mask: Tensor | None = None
) -> tuple[Tensor, Pooling]:
    """One row per sample, in float32.

    Args:
        tensor: Of any dtype and at least one axis; ``[N]`` becomes ``[N, 1]``.
        layout: What its axes are.
        tokens: Which of several positions stand for all, where these lie along one axis.
        mask: [N, T], non-zero for tokens that count; None: all do. With it ``mean`` is over the tokens that
            count and ``last`` is the last one that does.

    Returns:
        float32 [N, D] in memory of its own, on the tensor's device, and what was done.

    Raises:
        HiddenError: A token is asked for, and the positions are not a sequence.

    >>> pool(torch.ones(5, 3, 8, 8), supposed(4))[0].shape
    torch.Size([5, 3])
    """
    values = tensor.detach()
    values = values.dequantize() if values.is_quantized else values
    values = values if values.layout is torch.strided else values.to_dense()
    # Its own memory, because a module that works in place may overwrite the tensor later in the same forward.
    positions = layout.positions
    if tokens != "mean" and len(positions) != 1:
        raise HiddenError(
            f"@{tokens} asks for a token, and the layer gives none",
            expected="a sequence for every sample, as [N, T, D]",
            got=f"a tensor of shape {tuple(tensor.shape)}",
            fix="Leave the suffix out, or name a layer that gives tokens.",
        )
    if not positions:
        rows = values.movedim(layout.samples, 0) if values.ndim > 1 else values[:, None]
        return rows.flatten(1).to(torch.float32, copy=True), "none"
    sequence = len(positions) == 1 and positions[0] < layout.units[0]
    if tokens == "mean" and (mask is None or not sequence):
        means = values.mean(dim=positions, keepdim=True, dtype=torch.float32)
        rows = means.movedim(layout.samples, 0).flatten(1).contiguous()
        return rows, "mean" if sequence else "positions"
    steps = values.movedim((layout.samples, positions[0]), (0, 1)).flatten(2)
    counts = torch.ones(steps.shape[:2]) if mask is None or mask.shape != steps.shape[:2] else mask != 0
    return _tokens(steps.float(), tokens, counts.to(steps.device, torch.float32)), tokens


def _tokens(values: Tensor, tokens: Tokens, counts: Tensor) -> Tensor:
    """One row per sample of float32 [N, T, D], of the tokens that count: ones in [N, T]."""
    if tokens == "mean":
        # where() rather than a product: a masked NaN times zero is NaN.
        kept = torch.where(counts[..., None] > 0, values, 0.0)
        return kept.sum(dim=1) / counts.sum(dim=1, keepdim=True).clamp(min=1.0)
    if tokens == "cls":
        return values[:, 0].clone()
    places = torch.arange(values.shape[1], device=values.device)
    last = torch.where(counts > 0, places, -1).max(dim=1).values.clamp(min=0)
    return values[torch.arange(len(values), device=values.device), last]
