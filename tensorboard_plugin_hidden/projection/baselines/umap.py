"""UMAP as its authors publish it (McInnes, Healy & Melville 2018), through the library umap-learn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.projection.baselines.optional import imported
from tensorboard_plugin_hidden.projection.interpolation import (
    InterpolatedEmbedding,
    interpolated,
    laid_over,
    warm_start,
)
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted


@dataclass(frozen=True, slots=True)
class Umap:
    """One UMAP layout for every step.

    A warm start begins at the earlier places and runs shortly at half the learning rate; the result is turned and
    shifted, not scaled, towards the earlier map, because UMAP stretches any start to its own box first. A cold start
    begins every step from the spectrum of the graph, as if there had been no step before, and is left as it comes.

    Rows that were not fitted are placed between their ten nearest fitted rows: on 360 rows the library's own
    ``transform`` took 3.7 CPU-seconds, five times a warm fit of 1,437. Its ``inverse_transform`` takes 50 ms for
    every place of the landscape, so the way back is this package's spline.

    Attributes:
        start: From the earlier map (``warm``) or afresh at every step (``cold``).
        epochs: Passes of a warm start; a first map and a cold start take the library's own number.
        learning_rate: Of a warm start; the library's own is 1.
    """

    start: Literal["warm", "cold"] = "warm"
    epochs: int = 100
    learning_rate: float = 0.5

    @property
    def name(self) -> str:
        """``umap``, or ``umap_cold``."""
        return "umap" if self.start == "warm" else "umap_cold"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """The start, and what belongs to a warm one."""
        if self.start == "cold":
            return {"start": self.start}
        return {"start": self.start, "epochs": self.epochs, "learning_rate": self.learning_rate}

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> InterpolatedEmbedding:
        """Lays the fitted rows out.

        Raises:
            HiddenError: umap-learn is not installed.
        """
        begin = warm_start(earlier, fitted.neighbours, seed) if self.start == "warm" else None
        if begin is None or earlier is None:
            return interpolated(umap_layout(fitted, seed), fitted.activations)
        places = umap_layout(fitted, seed, begin, self.epochs, self.learning_rate)
        return interpolated(laid_over(places, earlier.positions), fitted.activations)


def umap_layout(
    fitted: Fitted, seed: int, begin: FloatArray | None = None, epochs: int | None = None, learning_rate: float = 1.0
) -> FloatArray:
    """umap-learn's layout on neighbours that are already known, by one thread.

    Args:
        fitted: The rows.
        seed: Of the negatives.
        begin: float32 [n, 2], finite, no two rows alike; None for the spectrum of the graph.
        epochs: Passes over the edges; None for the library's own number.
        learning_rate: Of the first pass.

    Returns:
        float32 [n, 2], finite.

    Raises:
        HiddenError: umap-learn is not installed.
    """
    umap = imported("umap", "umap-learn", "umap")
    count = len(fitted.activations)
    # A start of another shape makes the compiled code write outside its arrays.
    if begin is not None and (begin.shape != (count, 2) or not np.isfinite(begin).all()):
        raise ValueError(f"a start must be finite and of shape {(count, 2)}, not {begin.shape}")
    indices, distances = with_self(fitted.neighbours, fitted.distances)
    model = umap.UMAP(
        n_neighbors=indices.shape[1],
        precomputed_knn=(indices, distances),
        init="spectral" if begin is None else begin,
        n_epochs=epochs,
        learning_rate=learning_rate,
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        # It warns of one thread under a seed, and that there is nothing to transform with: both are meant.
        warnings.simplefilter("ignore")
        places = np.asarray(model.fit_transform(fitted.activations), np.float32)
    return places


def with_self(neighbours: IntArray, distances: FloatArray) -> tuple[IntArray, FloatArray]:
    """Neighbours as umap-learn counts them: every row is its own first one, at distance 0.

    Args:
        neighbours: int32 [n, k].
        distances: float32 [n, k].

    Returns:
        int32 [n, k + 1] and float32 [n, k + 1], copies.
    """
    count = len(neighbours)
    rows = np.arange(count, dtype=np.int32)[:, None]
    return np.hstack([rows, neighbours]), np.hstack([np.zeros((count, 1), np.float32), distances])
