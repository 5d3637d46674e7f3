"""Which units the head's decision hangs on: DVI weighs reconstruction errors by it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.head import AffineHead, Head

BATCH = 1_024
"""Rows whose gradients are taken at once."""


def attention(head: Head, rows: Tensor, unit: float, temperature: float) -> Tensor:
    """Every unit's share in each row's two largest logits: softmax((|∂z₁/∂x| + |∂z₂/∂x|) / T) (Yang et al. 2022).

    Args:
        head: From standardised activations to logits.
        rows: float32 [n, D], activations times ``unit``, by which the gradients are taken.
        unit: As networks see activations, √D.
        temperature: T.

    Returns:
        float32 [n, D]; every row sums to 1.
    """
    slopes = _affine(head, rows, unit) if isinstance(head, AffineHead) else differentiated(head.run, rows, unit)
    return torch.softmax(slopes / temperature, 1)


def _affine(head: AffineHead, rows: Tensor, unit: float) -> Tensor:
    """The gradients of an affine head are rows of its weight."""
    weight, bias = torch.from_numpy(head.weight), torch.from_numpy(head.bias)
    logits = torch.addmm(bias, rows / unit, weight.T)
    slopes = weight.abs() / unit
    return slopes[logits.topk(min(2, logits.shape[1]), dim=1).indices].sum(1)


def differentiated(run: Callable[[Tensor], Tensor], rows: Tensor, unit: float) -> Tensor:
    """|∂z₁/∂x| + |∂z₂/∂x| [n, D] of any differentiable head, by automatic differentiation, a batch at a time.

    A row's logits must depend on that row only, so that one backward pass gives the gradients of a whole batch. A head
    that gives no gradients, as a program exported without them, weighs all units alike: 0.

    Args:
        run: From standardised activations [m, D] to logits [m, C].
        rows: float32 [n, D], activations times ``unit``.
        unit: As networks see activations, √D.

    Returns:
        float32 [n, D].
    """
    slopes = []
    for batch in torch.split(rows, BATCH):
        inputs = batch.detach().clone().requires_grad_(True)
        with torch.enable_grad():
            logits = run(inputs / unit)
        total = torch.zeros_like(batch)
        if logits.requires_grad:
            largest = logits.topk(min(2, logits.shape[1]), dim=1).values
            for column in largest.unbind(1):
                (gradient,) = torch.autograd.grad(column.sum(), inputs, retain_graph=True, allow_unused=True)
                total += 0 if gradient is None else gradient.abs()
        slopes.append(total)
    return torch.cat(slopes)
