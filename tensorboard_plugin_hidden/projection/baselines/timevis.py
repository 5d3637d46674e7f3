"""TimeVis (Yang et al., IJCAI 2022): one autoencoder for all steps of a finished run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.projection.baselines.attention import attention
from tensorboard_plugin_hidden.projection.baselines.complexes import boundary_complex, temporal_complex
from tensorboard_plugin_hidden.projection.baselines.coreset import covering, covering_radius, intrinsic_dimension
from tensorboard_plugin_hidden.projection.baselines.edge_training import Patience, one_pass
from tensorboard_plugin_hidden.projection.baselines.networks import (
    Autoencoder,
    NetworkEmbedding,
    embedding_of,
    unit_variance,
)
from tensorboard_plugin_hidden.projection.graph import Edges, fuzzy_edges, nearest
from tensorboard_plugin_hidden.projection.protocol import Fitted

HIDDEN = (256, 256, 256, 256)
"""Units of the encoder's hidden layers."""

NEIGHBOURS = 15
"""Of a sample within a step, among boundary points, and of its own copies along time."""

COVERED = 0.95
"""Share of samples that must lie within the radius of a chosen one."""

PROBES = 100
"""Samples that are added to the first ones to learn how far a step's activations spread."""

VISITS = 5
"""Draws of the heaviest edge of a complex in one pass, on average."""

RATE, DECAY, DECAY_PASSES, SHRINKAGE = 1e-2, 0.1, 4, 1e-5
"""Adam's first learning rate, the factor it falls by, after how many passes, and the weight decay."""

PATIENCE, IMPROVEMENT = 4, 1e-2
"""Passes without an improvement of the loss after which training stops."""

TEMPERATURE = 0.01
"""Of the attention."""


@dataclass(frozen=True, slots=True)
class TimeVis:
    """One encoder and one decoder for every step, trained on all of them together.

    At each step, last to first, samples are added to those chosen so far until they cover the step: neighbours among
    them and the nearest boundary points are its spatial complex. Each sample is joined to its own copies at other
    steps. Edges of all complexes are drawn in proportion to their weight over their complex's largest.

    Attributes:
        passes: Most passes over the edges.
        reconstruction: Weight of the reconstruction error; 10 is the authors' value for CIFAR-10.
        first: Samples that the choice begins with, at random.
        radius: Distance at which a sample is covered at the last step, where the longest row has norm 1.
    """

    passes: int = 20
    reconstruction: float = 10.0
    first: int = 200
    radius: float = 0.3

    @property
    def name(self) -> str:
        """``timevis``."""
        return "timevis"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Passes, weight of the reconstruction error, and what chooses the samples."""
        return {
            "passes": self.passes,
            "reconstruction": self.reconstruction,
            "first": self.first,
            "radius": self.radius,
        }

    def fit_run(self, run: Sequence[Fitted], seed: int) -> Sequence[NetworkEmbedding]:
        """Trains one network on all steps and draws every map with it.

        Raises:
            HiddenError: The layer's width changes during the run.
        """
        if not run:
            return []
        widths = {fitted.activations.shape[1]: None for fitted in run}
        if len(widths) > 1:
            raise HiddenError(
                "timevis cannot draw this run",
                expected="one width of the layer at all steps",
                got=f"widths {', '.join(map(str, widths))}",
                fix="Use a method that draws step by step, for instance hidden.",
            )
        generator = torch.Generator().manual_seed(seed)
        network = Autoencoder(next(iter(widths)), HIDDEN, seed)
        chosen = chosen_samples(run, self.first, self.radius, seed)
        self._train(network, run, chosen, generator)
        return [embedding_of(network, fitted.activations) for fitted in run]

    def _train(
        self, network: Autoencoder, run: Sequence[Fitted], chosen: Sequence[IntArray], generator: torch.Generator
    ) -> None:
        rows, importance, (heads, tails, weights) = _pooled(run, chosen)
        optimiser = torch.optim.Adam(network.parameters(), lr=RATE, weight_decay=SHRINKAGE)
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, DECAY_PASSES, DECAY)
        patience = Patience(PATIENCE, IMPROVEMENT)
        cumulative = weights.double().cumsum(0)
        for _ in range(self.passes):
            draws = torch.rand(max(1, int(VISITS * cumulative[-1])), generator=generator, dtype=torch.float64)
            drawn = torch.searchsorted(cumulative, draws * cumulative[-1]).clamp(max=len(weights) - 1)
            edges = (heads[drawn], tails[drawn])
            loss = one_pass(network, optimiser, rows, importance, edges, self.reconstruction, generator)
            schedule.step()
            if patience.over(loss):
                break


def chosen_samples(run: Sequence[Fitted], first: int, radius: float, seed: int) -> list[IntArray]:
    """The rows of each step that are fitted: a coreset that grows from the last step back to the first.

    A step is covered when ``COVERED`` of its rows, over the norm of its longest, lie within
    radius · (c / c₀) · (d / d₀) of a chosen row: c is the covering radius of ``first`` random rows and ``PROBES``
    greedy ones, d the intrinsic dimension, c₀ and d₀ those of the last step.

    Args:
        run: At least one step.
        first: Random rows that the choice begins with.
        radius: At the last step.
        seed: Of the random rows.

    Returns:
        int32 for each step, places in its arrays.
    """
    rng = np.random.default_rng(seed)
    samples = np.empty(0, np.int32)
    chosen: list[IntArray] = []
    unit: float | None = None
    for fitted in reversed(run):
        points = fitted.activations / np.linalg.norm(fitted.activations, axis=1).max()
        count = len(points)
        begin = rng.choice(count, min(first, count), replace=False).astype(np.int32)
        spread = covering_radius(points, covering(points, begin, 0.0, most=PROBES))
        scale = spread * intrinsic_dimension(fitted.distances)
        unit = unit or scale or 1.0
        known = np.flatnonzero(np.isin(fitted.rows, samples)).astype(np.int32)
        start = known if len(known) else begin
        places = covering(points, start, radius * scale / unit, COVERED)
        samples = np.union1d(samples, fitted.rows[places])
        chosen.insert(0, places)
    return chosen


def _pooled(
    run: Sequence[Fitted], chosen: Sequence[IntArray]
) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """All steps' points, what their reconstruction errors weigh, and all edges with weights at most 1.

    The chosen samples of all steps come first, then the boundary points of all steps.
    """
    samples = [fitted.activations[places] for fitted, places in zip(run, chosen, strict=True)]
    starts = np.cumsum([0, *map(len, samples)])
    boundary_starts = starts[-1] + np.cumsum([0, *(len(fitted.boundary) for fitted in run)])
    complexes, distances = [], []
    for step, (fitted, points) in enumerate(zip(run, samples, strict=True)):
        tensor = torch.from_numpy(points)
        near = nearest(tensor, tensor, min(NEIGHBOURS, len(points) - 1), same=True)
        distances.append(near.distances)
        home = torch.cat(
            [
                torch.arange(len(points)) + int(starts[step]),
                torch.arange(len(fitted.boundary)) + int(boundary_starts[step]),
            ]
        )
        for edges in (fuzzy_edges(near), boundary_complex(points, fitted.boundary, NEIGHBOURS)):
            complexes.append(Edges(home[edges.head], home[edges.tail], edges.weight))
    numbers = [fitted.rows[places] for fitted, places in zip(run, chosen, strict=True)]
    complexes.append(temporal_complex(samples, numbers, distances, NEIGHBOURS))
    parts = [(e.head, e.tail, e.weight / e.weight.max()) for e in complexes if len(e.weight)]
    heads, tails, weights = (torch.cat(part) for part in zip(*parts, strict=True))
    parts_of_rows = [*samples, *(fitted.boundary for fitted in run)]
    rows = unit_variance(np.concatenate(parts_of_rows))
    return rows, _importance(run, rows, [len(part) for part in parts_of_rows]), (heads, tails, weights)


def _importance(run: Sequence[Fitted], rows: torch.Tensor, lengths: list[int]) -> torch.Tensor:
    """1 + attention of every point [n, D] to its own step's head; 1 where a step has none."""
    unit = float(np.sqrt(rows.shape[1]))
    importance = torch.ones_like(rows)
    parts = zip([*run, *run], torch.split(rows, lengths), torch.split(importance, lengths), strict=True)
    for fitted, points, weights in parts:
        if fitted.head is not None and len(points):
            weights += attention(fitted.head, points, unit, TEMPERATURE)
    return importance
