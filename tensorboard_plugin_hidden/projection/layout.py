"""Places samples in the plane: UMAP's forces on all edges at once, preconditioned, tied to the previous map.

Each step moves a point by its force over the sum of the stiffnesses that act on it (a diagonal, Jacobi,
preconditioner), so that hubs and loners settle at the same pace and a few dozen steps suffice.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.graph import Edges

A, B = 1.5769434, 0.8950608
"""Shape of UMAP's similarity in the map, 1 / (1 + a d^2b), at min_dist 0.1 and spread 1 (McInnes et al. 2018)."""

NEGATIVES = 8
"""Random samples that push each point away in one step."""

PUSH = 5.0 / 2.0
"""UMAP draws five negatives for the two pulls along an edge."""

NEAR = 1e-3
"""Added to squared distances under a push, as in UMAP, so that coincident points part without a leap."""

FIRST_STEP, LAST_STEP = 1.0, 0.05
"""Share of the preconditioned move made in the first and in the last iteration; linear in between."""

REFINE_STEP = 0.5
"""The same share while single samples are placed among fixed ones."""


@dataclass(frozen=True, slots=True)
class Springs:
    """Pulls towards where samples were drawn before.

    Attributes:
        ends: float32 [n, 2], the earlier places.
        strength: float32 [n], at least 0; in units of a graph edge of weight 1 at zero distance.
    """

    ends: Tensor
    strength: Tensor


def attraction(squared: Tensor, weight: Tensor) -> Tensor:
    """Stiffness of the pull along edges of squared length [E]: 2ab d^(2b-2) w / (1 + a d^2b) (McInnes et al. 2018)."""
    squared = squared.clamp(min=NEAR)
    power = _power(squared)
    return weight * power * (2 * A * B) / (squared * (1 + A * power))


def repulsion(squared: Tensor) -> Tensor:
    """Stiffness of a push at squared distance: 2b / ((ε + d²)(1 + a d^2b)) (McInnes et al. 2018)."""
    return 2 * B / ((squared + NEAR) * (1 + A * _power(squared.clamp(min=NEAR))))


def optimise(
    start: Tensor, edges: Edges, iterations: int, generator: torch.Generator, springs: Springs | None = None
) -> Tensor:
    """Moves points until pulls, pushes and springs balance.

    In each step every point is pushed by the points that follow it at ``NEGATIVES`` random distances in the order of
    rows: each is any other point with the same chance, and never the point itself.

    Args:
        start: float32 [n, 2], n at least 2.
        edges: The neighbour graph of the n points.
        iterations: Steps.
        generator: Draws the negatives.
        springs: Ties to earlier places, or None.

    Returns:
        float32 [n, 2].
    """
    count = len(start)
    horizontal, vertical = start[:, 0].clone(), start[:, 1].clone()
    degree = start.new_zeros(count).index_add_(0, edges.head, edges.weight)
    push_weight = PUSH / NEGATIVES * degree
    shifts = torch.randint(1, count, (iterations, NEGATIVES), generator=generator).tolist()
    for iteration in range(iterations):
        step = FIRST_STEP + (LAST_STEP - FIRST_STEP) * iteration / max(1, iterations - 1)
        # index_select is several times faster on the CPU than indexing by a tensor.
        right = horizontal.index_select(0, edges.tail) - horizontal.index_select(0, edges.head)
        up = vertical.index_select(0, edges.tail) - vertical.index_select(0, edges.head)
        pull = attraction(right * right + up * up, edges.weight)
        stiffness = start.new_zeros(count).index_add_(0, edges.head, pull)
        force_right = start.new_zeros(count).index_add_(0, edges.head, pull * right)
        force_up = start.new_zeros(count).index_add_(0, edges.head, pull * up)

        right, up = _following(horizontal, shifts[iteration]), _following(vertical, shifts[iteration])
        right, up = horizontal - right, vertical - up
        push = repulsion(right * right + up * up) * push_weight
        stiffness += push.sum(0)
        force_right += (push * right).sum(0)
        force_up += (push * up).sum(0)

        if springs is not None:
            stiffness += springs.strength
            force_right += springs.strength * (springs.ends[:, 0] - horizontal)
            force_up += springs.strength * (springs.ends[:, 1] - vertical)
        stiffness.clamp_(min=torch.finfo(torch.float32).tiny)
        horizontal += step * force_right / stiffness
        vertical += step * force_up / stiffness
    return torch.stack([horizontal, vertical], 1)


def _following(values: Tensor, shifts: list[int]) -> Tensor:
    """For each shift, every row's value ``shift`` rows further on, around the end: [S, n] of [n]."""
    twice = torch.cat([values, values])
    return torch.stack([twice[shift : shift + len(values)] for shift in shifts])


def _power(squared: Tensor) -> Tensor:
    """d^2b of positive squared distances; a third of the time of the power operator."""
    return squared.log().mul_(B).exp_()


def refine(
    start: Tensor,
    fixed: Tensor,
    neighbours: Tensor,
    weights: Tensor,
    iterations: int,
    generator: torch.Generator,
    springs: Springs | None = None,
) -> Tensor:
    """Moves new points among fixed ones by the same forces.

    Args:
        start: float32 [m, 2].
        fixed: float32 [n, 2], which do not move.
        neighbours: int64 [m, k], rows of ``fixed`` that pull each point.
        weights: float32 [m, k], how strongly.
        iterations: Steps.
        generator: Draws the negatives.
        springs: Ties to earlier places, or None.

    Returns:
        float32 [m, 2].
    """
    y = start.clone()
    ends = fixed[neighbours]
    push_weight = (PUSH / NEGATIVES * weights.sum(1))[:, None]
    for _ in range(iterations):
        towards = ends - y[:, None]
        pull = attraction(towards.square().sum(2), weights)
        others = torch.randint(len(fixed), (len(y), NEGATIVES), generator=generator)
        away = y[:, None] - fixed[others]
        push = repulsion(away.square().sum(2)) * push_weight
        force = (pull[:, :, None] * towards).sum(1) + (push[:, :, None] * away).sum(1)
        stiffness = pull.sum(1) + push.sum(1)
        if springs is not None:
            force += springs.strength[:, None] * (springs.ends - y)
            stiffness += springs.strength
        y += REFINE_STEP * force / stiffness[:, None]
    return y
