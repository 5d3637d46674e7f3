"""The default method once more over a finished run: every map is also tied to the one after it.

Live, a map can only know the maps before it. When the run is over, a pass back in time lets early maps prepare for what
comes, so that groups do not jump when they form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.geometry.neighbours import overlap
from tensorboard_plugin_hidden.projection.anchored import (
    Graph,
    first_map,
    graph_of,
    later_map,
    tied_map,
    tightness,
)
from tensorboard_plugin_hidden.projection.methods.hidden import SETTINGS, HiddenEmbedding, embedding_of
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

SWEEPS = 2
"""Passes over the run after the first, one back in time and one forth."""

ITERATIONS = 30
"""Steps of every map in a pass."""

HOLD = 3.0
"""Strength of a pass's springs in units of the live ones: where past and future agree a place is worth keeping."""


@dataclass(frozen=True, slots=True)
class HiddenRefit:
    """``hidden`` forwards, then passes in which every map is tied to both of its neighbours in time."""

    @property
    def name(self) -> str:
        """``hidden_refit``."""
        return "hidden_refit"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Those of ``hidden``, and the passes."""
        return {**SETTINGS, "sweeps": SWEEPS, "sweep_iterations": ITERATIONS, "hold": HOLD}

    def fit_run(self, run: Sequence[Fitted], seed: int) -> list[HiddenEmbedding]:
        """Draws the maps of a whole run."""
        graphs = [graph_of(fitted) for fitted in run]
        matches = [_Match.of(one, other) for one, other in pairwise(run)]
        laid: list[Tensor] = []
        for step, graph in enumerate(graphs):
            laid.append(first_map(graph, seed) if not step else matches[step - 1].onwards(graph, laid[-1], seed))
        for sweep in range(SWEEPS):
            steps = range(len(run))
            for step in reversed(steps) if sweep % 2 == 0 else steps:
                before = matches[step - 1].from_earlier(laid[step - 1]) if step else None
                after = matches[step].from_later(laid[step + 1]) if step + 1 < len(run) else None
                laid[step] = _between(graphs[step], laid[step], before, after, seed)
        return [embedding_of(graph, places) for graph, places in zip(graphs, laid, strict=True)]


@dataclass(frozen=True, slots=True)
class _Match:
    """Which samples two steps share.

    Attributes:
        earlier: int64 [m], their rows at the earlier step.
        later: int64 [m], their rows at the later step.
        kept: float32 [m], share of neighbours that each has at both.
        earlier_count: Fitted rows at the earlier step.
        later_count: Fitted rows at the later step.
    """

    earlier: Tensor
    later: Tensor
    kept: Tensor
    earlier_count: int
    later_count: int

    @staticmethod
    def of(one: Fitted, other: Fitted) -> _Match:
        _, earlier, later = np.intersect1d(one.rows, other.rows, assume_unique=True, return_indices=True)
        kept = overlap(_named(one)[earlier], _named(other)[later])
        sizes = len(one.rows), len(other.rows)
        return _Match(torch.from_numpy(earlier), torch.from_numpy(later), torch.from_numpy(kept), *sizes)

    def onwards(self, graph: Graph, laid: Tensor, seed: int) -> Tensor:
        """The later map, drawn from the earlier one."""
        places, kept = self.from_earlier(laid)
        if not len(self.later):
            return first_map(graph, seed)
        return later_map(graph, Earlier(places.numpy(), kept.numpy()), seed)

    def from_earlier(self, laid: Tensor) -> tuple[Tensor, Tensor]:
        """Places in the earlier map and shares kept of the later step's rows; NaN and 0 where there are none."""
        return _moved(laid, self.earlier, self.later, self.kept, self.later_count)

    def from_later(self, laid: Tensor) -> tuple[Tensor, Tensor]:
        """Places in the later map and shares kept of the earlier step's rows; NaN and 0 where there are none."""
        return _moved(laid, self.later, self.earlier, self.kept, self.earlier_count)


def _moved(laid: Tensor, source: Tensor, target: Tensor, kept: Tensor, count: int) -> tuple[Tensor, Tensor]:
    places, shares = torch.full((count, 2), torch.nan), torch.zeros(count)
    places[target], shares[target] = laid[source], kept
    return places, shares


def _named(fitted: Fitted) -> IntArray:
    """Neighbours as numbers in the probe, [n, k]."""
    return fitted.rows[fitted.neighbours]


def _between(
    graph: Graph, laid: Tensor, before: tuple[Tensor, Tensor] | None, after: tuple[Tensor, Tensor] | None, seed: int
) -> Tensor:
    """One map again, tied to the maps on both sides of it in time."""
    start = laid[: graph.count]
    ends, strength = torch.zeros_like(start), start.new_zeros(graph.count)
    for places, kept in (side for side in (before, after) if side is not None):
        pull = HOLD * tightness(kept)
        ends += pull[:, None] * places.nan_to_num()
        strength += pull
    tied = strength > 0
    ends = torch.where(tied[:, None], ends / strength.clamp(min=torch.finfo(torch.float32).tiny)[:, None], start)
    return tied_map(graph, start, ends, strength, ITERATIONS, seed)
