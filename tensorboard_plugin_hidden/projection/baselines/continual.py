"""What SentryCam remembers of earlier steps, and how it ties a new map to it (arXiv 2405.15135 and its code)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Edges, nearest

NEAREST = 5
"""Remembered rows that each row is joined to."""

LEAST_MARGIN, LARGEST_MARGIN = 0.1, 1.0
"""How far a remembered row may lie from where it was drawn, in the map's units, before that costs anything."""

STEADY = 5e-4
"""Added to the spread that a change of the mean is measured in."""

LEAST_NORM = 1e-30
"""Norm below which a row has no direction."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A few rows of an earlier step, and how its units were distributed over all rows.

    Attributes:
        activations: float32 [m, D], as the layer gave them.
        positions: float32 [m, 2], where they were drawn.
        mean: float64 [D], of all fitted rows.
        deviation: float64 [D], likewise.
    """

    activations: FloatArray
    positions: FloatArray
    mean: FloatArray
    deviation: FloatArray


def remember(activations: FloatArray, positions: FloatArray, share: float, generator: torch.Generator) -> Remembered:
    """Chooses rows at random.

    Args:
        activations: float32 [n, D], as the layer gave them.
        positions: float32 [n, 2].
        share: Of the rows; at least ``NEAREST`` are kept where there are as many.
        generator: Of the choice.
    """
    count = min(len(activations), max(NEAREST, round(share * len(activations))))
    chosen = torch.randperm(len(activations), generator=generator)[:count].numpy()
    wide = activations.astype(np.float64)
    return Remembered(activations[chosen], positions[chosen], wide.mean(axis=0), wide.std(axis=0))


def looked_back(steps: int) -> list[int]:
    """Which of the steps so far are asked: the last one, and those 1, 2, 4, 8, … before it.

    >>> looked_back(12)
    [11, 10, 9, 7, 3]
    """
    last = steps - 1
    backs = [0, *(1 << power for power in range(max(steps, 1).bit_length()))]
    return [last - back for back in backs if back <= last]


def margin(activations: FloatArray, earlier: Remembered) -> float:
    """How loosely rows of an earlier step are held: by the change of the units' means, in units of their spread.

    The mean over units of |m - m'| / (√(s² + s'²) + 5e-4), with means m and standard deviations s, clipped.

    Args:
        activations: float32 [n, D], as the layer gives them now.
        earlier: The other step.

    Returns:
        ``LEAST_MARGIN`` to ``LARGEST_MARGIN``.
    """
    wide = activations.astype(np.float64)
    spread = np.hypot(wide.std(axis=0), earlier.deviation) + STEADY
    drift = float((np.abs(wide.mean(axis=0) - earlier.mean) / spread).mean())
    return float(np.clip(drift, LEAST_MARGIN, LARGEST_MARGIN))


def bipartite(activations: FloatArray, remembered: FloatArray) -> Edges:
    """Every row joined to the ``NEAREST`` remembered rows by cosine distance d, with weight (1 - d) / 2.

    The fuzzy union leaves these weights as they are, since no edge comes from the other side. Those below half the
    largest are dropped, and so are those of rows without a direction: there may be none left.

    Args:
        activations: float32 [n, D].
        remembered: float32 [m, D].

    Returns:
        Edges in one direction only, heads among the n rows and tails among the m.
    """
    here, there = _directions(activations), _directions(remembered)
    near = nearest(here, there, min(NEAREST, len(there)), same=False)
    heads = torch.arange(len(here)).repeat_interleave(near.indices.shape[1])
    tails = near.indices.reshape(-1)
    weights = (here[heads] * there[tails]).sum(1).clamp(max=1) / 2
    kept = (weights > 0) & (weights >= weights.max() / 2)
    return Edges(heads[kept], tails[kept], weights[kept])


def pooled(activations: FloatArray, steps: Sequence[Remembered]) -> tuple[FloatArray, Tensor, Tensor]:
    """The rows of several steps together.

    Args:
        activations: float32 [n, D], as the layer gives them now.
        steps: At least one.

    Returns:
        float32 [m, D]; their places in the earlier maps, float32 [m, 2]; and each one's margin, float32 [m].
    """
    rows = np.concatenate([step.activations for step in steps])
    places = np.concatenate([step.positions for step in steps])
    margins = [torch.full((len(step.activations),), margin(activations, step)) for step in steps]
    return rows, torch.from_numpy(places), torch.cat(margins)


def _directions(rows: FloatArray) -> Tensor:
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    unit = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > LEAST_NORM)
    return torch.from_numpy(unit.astype(np.float32))
