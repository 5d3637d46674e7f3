"""Places samples in the plane: t-SNE's forces on all pairs at once, preconditioned, tied to the previous map.

Each step moves a point by its force over the stiffness of the pulls that act on it (a diagonal, Jacobi,
preconditioner), so that hubs and loners settle at the same pace. The push of all pairs comes from a mesh and has no
noise, which is why a map that starts from the one before needs only a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.graph import Edges
from tensorboard_plugin_hidden.projection.mesh import repulsion

FIRST_STEP, LAST_STEP = 1.0, 0.3
"""Share of the preconditioned move made in the first and in the last iteration; linear in between."""

MOMENTUM = 0.5
"""Share of a move that is carried into the next one."""

LONGEST_MOVE = 5.0
"""Farthest that a point goes in one step, in kernel widths: far-off points feel next to no pull."""

ATTRACTION = 1.25
"""Factor on all pulls once early exaggeration is over; 1 is t-SNE.

Towards UMAP, which is near 4, maps keep wider neighbourhoods and fewer near ones (Böhm, Berens & Kobak 2022). This
little closes gaps between parts of a group that were drawn apart.
"""

PLACING_STEP = 0.5
"""Share of the preconditioned move while single samples are placed among fixed ones."""


@dataclass(frozen=True, slots=True)
class Springs:
    """Pulls towards where samples were drawn before.

    Attributes:
        ends: float32 [n, 2], the earlier places.
        strength: float32 [n], at least 0; in units of all the pulls of an average sample at zero distance.
    """

    ends: Tensor
    strength: Tensor


def optimise(
    start: Tensor, edges: Edges, iterations: int, springs: Springs | None = None, exaggeration: float = 1.0
) -> Tensor:
    """Moves points until pulls, pushes and springs balance.

    The force on i is n [a Σ_j p_ij w_ij (y_j - y_i) + Σ_j q_ij w_ij (y_i - y_j)], w_ij = 1 / (1 + |y_i - y_j|²): for
    a = 1 minus a quarter of n times the gradient of t-SNE's KL(P || Q) (van der Maaten & Hinton 2008), with P the
    edges' weights over their sum and Q the w over theirs. a ends at ``ATTRACTION``.

    Args:
        start: float32 [n, 2], n at least 2. Coincident points never part.
        edges: The neighbour graph of the n points.
        iterations: Steps.
        springs: Ties to earlier places, or None.
        exaggeration: Where a starts; it falls over the first half of the steps. Samples that are far from their
            neighbours pass others on the way (early exaggeration, van der Maaten & Hinton 2008).

    Returns:
        float32 [n, 2].
    """
    count = len(start)
    horizontal, vertical = start[:, 0].clone(), start[:, 1].clone()
    weight = edges.weight * (count / edges.weight.sum().clamp(min=torch.finfo(torch.float32).tiny))
    # The edges are sorted by head, so sums over a head's edges are sums of segments.
    ends = torch.bincount(edges.head, minlength=count).cumsum(0)
    segments = torch.cat([ends.new_zeros(1), ends])
    speed_right, speed_up = torch.zeros_like(horizontal), torch.zeros_like(vertical)
    for iteration in range(iterations):
        progress = iteration / max(1, iterations - 1)
        factor = max(ATTRACTION, exaggeration + (ATTRACTION - exaggeration) * 2 * progress)
        # index_select is several times faster on the CPU than indexing by a tensor.
        right = horizontal.index_select(0, edges.tail).sub_(horizontal.index_select(0, edges.head))
        up = vertical.index_select(0, edges.tail).sub_(vertical.index_select(0, edges.head))
        # In place: fresh pages for tens of millions of edges cost as much as the arithmetic.
        pull = torch.square(right).addcmul_(up, up).add_(1).reciprocal_().mul_(weight).mul_(factor)
        stiffness = _sums(pull, segments)
        push_right, push_up, _, _ = repulsion(horizontal, vertical)
        force_right = _sums(right.mul_(pull), segments).add_(push_right, alpha=count)
        force_up = _sums(up.mul_(pull), segments).add_(push_up, alpha=count)
        if springs is not None:
            stiffness += springs.strength
            force_right += springs.strength * (springs.ends[:, 0] - horizontal)
            force_up += springs.strength * (springs.ends[:, 1] - vertical)
        step = FIRST_STEP + (LAST_STEP - FIRST_STEP) * progress
        move_right, move_up = _moves(force_right, force_up, stiffness)
        speed_right = MOMENTUM * speed_right + step * move_right
        speed_up = MOMENTUM * speed_up + step * move_up
        horizontal += speed_right
        vertical += speed_up
    return torch.stack([horizontal, vertical], 1)


def place(start: Tensor, fixed: Tensor, neighbours: Tensor, weights: Tensor, iterations: int) -> Tensor:
    """Moves new points among fixed ones by the same forces; the new ones do not push each other.

    Args:
        start: float32 [m, 2].
        fixed: float32 [n, 2], which do not move, n at least 2.
        neighbours: int64 [m, k], rows of ``fixed`` that pull each point.
        weights: float32 [m, k], how strongly; only their proportions within a row matter.
        iterations: Steps.

    Returns:
        float32 [m, 2].
    """
    _, _, total, points = repulsion(fixed[:, 0], fixed[:, 1])
    weights = weights / weights.sum(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    across, above = fixed[:, 0][neighbours], fixed[:, 1][neighbours]
    horizontal, vertical = start[:, 0].clone(), start[:, 1].clone()
    for _ in range(iterations):
        right, up = across - horizontal[:, None], above - vertical[:, None]
        pull = ATTRACTION * weights / (1 + right * right + up * up)
        _, push_right, push_up = points.at(horizontal, vertical)
        stiffness = pull.sum(1)
        force_right = (pull * right).sum(1) + push_right * (len(fixed) / total)
        force_up = (pull * up).sum(1) + push_up * (len(fixed) / total)
        move_right, move_up = _moves(force_right, force_up, stiffness)
        horizontal += PLACING_STEP * move_right
        vertical += PLACING_STEP * move_up
    return torch.stack([horizontal, vertical], 1)


def _sums(values: Tensor, segments: Tensor) -> Tensor:
    """Sums of values [E] over n segments, of which the i-th runs from segments[i] up to segments[i + 1]."""
    # The offsets are right by construction, and checking them costs a pass.
    return torch.segment_reduce(values, "sum", offsets=segments, unsafe=True)


def _moves(right: Tensor, up: Tensor, stiffness: Tensor) -> tuple[Tensor, Tensor]:
    """Forces [n] over stiffness [n], cut to ``LONGEST_MOVE``."""
    stiffness = stiffness.clamp(min=torch.finfo(torch.float32).eps)
    right, up = right / stiffness, up / stiffness
    cut = (LONGEST_MOVE / torch.hypot(right, up).clamp(min=LONGEST_MOVE)).nan_to_num(0.0)
    return right * cut, up * cut
