"""t-SNE (van der Maaten & Hinton 2008), through the library openTSNE: the ceiling for neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.baselines.optional import imported
from tensorboard_plugin_hidden.projection.graph import nearest
from tensorboard_plugin_hidden.projection.interpolation import (
    InterpolatedEmbedding,
    interpolated,
    laid_over,
    warm_start,
)
from tensorboard_plugin_hidden.projection.methods.pca import principal_axes
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

EXAGGERATED, NORMAL = 250, 500
"""Iterations of a first map, with the attraction exaggerated twelvefold and then plain: openTSNE's own schedule."""

FIRST_SPREAD = 1e-4
"""Standard deviation that a first map starts from (Kobak & Berens 2019)."""


@dataclass(frozen=True, slots=True)
class Tsne:
    """One t-SNE for every step, started from the earlier map.

    A warm start keeps the earlier places at their scale and skips early exaggeration, which would pull them together
    again. Rows that were not fitted are placed between their ten nearest fitted rows: on 400 rows of 512 units the
    library's own placing took 1.1 CPU-seconds, and kept fewer neighbours (.42 against .49) and predictions.

    Attributes:
        perplexity: Effective number of neighbours; less when there are fewer than three times as many rows.
        iterations: Of a warm start.
    """

    perplexity: float = 30.0
    iterations: int = 250

    @property
    def name(self) -> str:
        """``tsne``."""
        return "tsne"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Perplexity and iterations of a warm start."""
        return {"perplexity": self.perplexity, "iterations": self.iterations}

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> InterpolatedEmbedding:
        """Lays the fitted rows out.

        Raises:
            HiddenError: openTSNE is not installed.
        """
        library = imported("openTSNE", "tensorboard-plugin-hidden[tsne]", self.name)
        count = len(fitted.activations)
        perplexity = min(self.perplexity, (count - 1) / 3)
        rows = torch.from_numpy(fitted.activations)
        near = nearest(rows, rows, min(count - 1, int(3 * perplexity)), same=True)
        index = library.nearest_neighbors.PrecomputedNeighbors(near.indices.numpy(), near.distances.double().numpy())
        affinities = library.affinity.PerplexityBasedNN(knn_index=index, perplexity=perplexity, n_jobs=1)
        begin = warm_start(earlier, fitted.neighbours, seed)
        start = _first(fitted.activations, seed) if begin is None else begin.astype(np.float64)
        # The library's TSNE class would rescale any start; the optimiser beneath it takes it as it is.
        layout = library.TSNEEmbedding(start, affinities, n_jobs=1, random_state=seed)
        if begin is None:
            layout.optimize(EXAGGERATED, inplace=True, exaggeration=12, momentum=0.8)
        layout.optimize(NORMAL if begin is None else self.iterations, inplace=True, momentum=0.8)
        places = np.asarray(layout, np.float32)
        if begin is not None and earlier is not None:
            places = laid_over(places, earlier.positions)
        return interpolated(places, fitted.activations)


def _first(activations: FloatArray, seed: int) -> npt.NDArray[np.float64]:
    """Start of a first map: principal components, the first with standard deviation ``FIRST_SPREAD``."""
    centred = torch.from_numpy(activations - activations.mean(axis=0))
    places = (centred @ principal_axes(centred, seed)).double().numpy()
    noise = np.random.default_rng(seed).standard_normal(places.shape)
    tiny = float(np.finfo(np.float32).tiny)
    return np.asarray(FIRST_SPREAD * (places / max(float(places[:, 0].std()), tiny) + 0.01 * noise))
