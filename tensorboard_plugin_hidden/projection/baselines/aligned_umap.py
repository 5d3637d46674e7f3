"""Aligned UMAP: the layouts of all steps at once, each tied to its neighbours in time, through umap-learn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.projection.baselines.optional import imported
from tensorboard_plugin_hidden.projection.baselines.umap import umap_layout
from tensorboard_plugin_hidden.projection.interpolation import InterpolatedEmbedding, filled, interpolated
from tensorboard_plugin_hidden.projection.protocol import Fitted

NOWHERE = -2
"""Any negative number but -1, which umap-learn uses itself and would look up."""


MEASURED = 4_096
"""Rows below which umap-learn measures all pairs, one call of the interpreter each: 7 s for 1,400 rows."""


@dataclass(frozen=True, slots=True)
class AlignedUmap:
    """Layouts of a finished run, in which the same sample is pulled towards itself at nearby steps.

    Rows that were not fitted are placed between their ten nearest fitted rows.

    Attributes:
        window: Steps before and after that a step is tied to.
        epochs: Passes over the edges; 200 is the library's own number.
    """

    window: int = 3
    epochs: int = 200

    @property
    def name(self) -> str:
        """``aligned_umap``."""
        return "aligned_umap"

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """Window and epochs."""
        return {"window": self.window, "epochs": self.epochs}

    def fit_run(self, run: Sequence[Fitted], seed: int) -> Sequence[InterpolatedEmbedding]:
        """Lays the fitted rows of all steps out.

        Raises:
            HiddenError: umap-learn is not installed, or two steps in a row have no sample in common.
        """
        umap = imported("umap", "umap-learn", self.name)
        if len(run) < 2:
            return [interpolated(umap_layout(fitted, seed), fitted.activations) for fitted in run]
        relations = relations_of([fitted.rows for fitted in run])
        metric, data = _measured([fitted.activations for fitted in run])
        model = umap.AlignedUMAP(
            metric=metric,
            n_neighbors=min(1 + fitted.neighbours.shape[1] for fitted in run),
            n_epochs=self.epochs,
            alignment_window_size=self.window,
            random_state=seed,
            transform_seed=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of one thread under a seed, which is meant
            layouts = model.fit(data, relations=relations).embeddings_
        return [
            interpolated(filled(np.asarray(layout), fitted.neighbours), fitted.activations)
            for layout, fitted in zip(layouts, run, strict=True)
        ]


def relations_of(rows: Sequence[IntArray]) -> list[dict[int, int]]:
    """Which place in one step's arrays holds the same sample as which place in the next step's.

    umap-learn sizes its tables by the largest place named here and reads them, unchecked, at every place there is:
    where the last place of the largest step is not named, it is listed as one that is nowhere.

    Args:
        rows: int32 [n], the samples of each step.

    Returns:
        One dictionary fewer than there are steps.

    Raises:
        HiddenError: Two steps in a row have no sample in common.
    """
    last = max(len(samples) for samples in rows) - 1
    relations = []
    for step, (before, after) in enumerate(pairwise(rows)):
        _, here, there = np.intersect1d(before, after, return_indices=True)
        if not len(here):
            raise HiddenError(
                "aligned_umap cannot tie the maps of this run together",
                expected="samples that are present at two steps in a row",
                got=f"none between snapshots {step} and {step + 1}",
                fix="Use a method that draws step by step, for instance hidden.",
            )
        relation = dict(zip(here.tolist(), there.tolist(), strict=True))
        relation.setdefault(last, NOWHERE)
        relations.append(relation)
    return relations


def _measured(steps: Sequence[FloatArray]) -> tuple[str, Sequence[FloatArray]]:
    """The metric to name, and distances [n, n] where the library would measure all pairs itself, else activations."""
    if max(map(len, steps)) >= MEASURED:
        return "euclidean", steps
    matrices = []
    for step in steps:
        rows = torch.from_numpy(step).double()
        matrices.append(torch.cdist(rows, rows).fill_diagonal_(0).float().numpy())
    return "precomputed", matrices
