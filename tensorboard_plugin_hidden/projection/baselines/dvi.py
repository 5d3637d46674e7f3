"""DeepVisualInsight (Yang et al., AAAI 2022): an autoencoder that is trained on from step to step.

What the authors published as code decides where the paper leaves a choice; what was mended is said where it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.projection.baselines.attention import attention
from tensorboard_plugin_hidden.projection.baselines.complexes import boundary_complex, repeated
from tensorboard_plugin_hidden.projection.baselines.edge_training import Patience, one_pass
from tensorboard_plugin_hidden.projection.baselines.networks import (
    Autoencoder,
    NetworkEmbedding,
    embedding_of,
    unit_variance,
)
from tensorboard_plugin_hidden.projection.graph import Neighbours, fuzzy_edges
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

REPEATS = 10
"""Visits to the heaviest edge of a complex in one pass."""

DEPTH = 4
"""Hidden layers, of D / 2 units each."""

LEAST_UNITS = 8
"""Smallest hidden layer, for layers of a few units."""

BOUNDARY_NEIGHBOURS = 15
"""Boundary points that each sample and boundary point is joined to."""

FAST, SLOW, FAST_PASSES = 1e-3, 1e-4, 8
"""Adam's learning rate in the first passes and after them, and how many the first are."""

PATIENCE, IMPROVEMENT = 8, 1e-2
"""Passes without an improvement of the loss after which training stops."""


@dataclass(slots=True)
class Dvi:
    """One network for a layer, warm-started from step to step, and so one object for every chain of steps.

    The loss is UMAP's cross entropy along the edges among samples and to the decision boundary, plus the
    reconstruction error weighted by what the head attends to, plus ``temporal`` · n · ‖W - W'‖², where n is the mean
    share of neighbours that were kept in time and W' the weights of the step before. The network lives in this object:
    it carries on when there is an earlier map and the layer's width is the same, and else, as in a process that was
    started anew, begins afresh and without the temporal term. ``earlier`` positions themselves are not used.

    Two things differ from the authors' code. Edges are visited in proportion to their weight (theirs visits weak ones
    most), and a row is encoded once for a batch however many of its edges meet there, which changes no number.

    Attributes:
        passes: Most passes over the edges at a step.
        reconstruction: Weight of the reconstruction error.
        temporal: Weight of the change of the network's weights.
        temperature: Of the attention; 0.3 is the authors' value for CIFAR-10.
    """

    passes: int = 200
    reconstruction: float = 1.0
    temporal: float = 0.3
    temperature: float = 0.3
    _network: Autoencoder | None = field(default=None, init=False, repr=False)

    @property
    def name(self) -> str:
        """``dvi``."""
        return "dvi"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Passes, the weights of the loss, and the attention's temperature."""
        return {
            "passes": self.passes,
            "reconstruction": self.reconstruction,
            "temporal": self.temporal,
            "temperature": self.temperature,
        }

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> NetworkEmbedding:
        """Trains the network on, or a new one, and draws the map with it."""
        width = fitted.activations.shape[1]
        before = self._network if earlier is not None else None
        if before is not None and before.width == width:
            network, kept = before, float(np.mean(earlier.kept)) if earlier is not None else 0.0
        else:
            network, kept = Autoencoder(width, DEPTH * [max(LEAST_UNITS, width // 2)], seed), 0.0
        self._network = network
        self._train(network, fitted, self.temporal * kept, torch.Generator().manual_seed(seed))
        return embedding_of(network, fitted.activations)

    def _train(self, network: Autoencoder, fitted: Fitted, temporal: float, generator: torch.Generator) -> None:
        near = Neighbours(torch.from_numpy(fitted.neighbours.astype(np.int64)), torch.from_numpy(fitted.distances))
        complexes = [fuzzy_edges(near), boundary_complex(fitted.activations, fitted.boundary, BOUNDARY_NEIGHBOURS)]
        heads, tails = (torch.cat(ends) for ends in zip(*(repeated(c, REPEATS) for c in complexes), strict=True))
        rows = unit_variance(np.concatenate([fitted.activations, fitted.boundary]))
        importance = torch.ones_like(rows)
        if fitted.head is not None:
            importance += attention(fitted.head, rows, float(np.sqrt(network.width)), self.temperature)
        weights = list(network.parameters())
        earlier = [weight.detach().clone() for weight in weights]

        def change() -> Tensor:
            pairs = zip(weights, earlier, strict=True)
            return temporal * torch.stack([(weight - before).square().sum() for weight, before in pairs]).sum()

        optimiser = torch.optim.Adam(weights, lr=FAST)
        patience = Patience(PATIENCE, IMPROVEMENT)
        for number in range(self.passes):
            optimiser.param_groups[0]["lr"] = FAST if number < FAST_PASSES else SLOW
            penalty = change if temporal > 0 else None
            loss = one_pass(
                network, optimiser, rows, importance, (heads, tails), self.reconstruction, generator, penalty
            )
            if patience.over(loss):
                break
