"""Whether the decision boundary can be told from samples after a way through the map and back."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from tensorboard_plugin_hidden.format.snapshot import FloatArray


def top_two_gap(logits: FloatArray) -> FloatArray:
    """How decided a classifier is: (z1 - z2) / (z1 - zmin) of the largest, second and smallest logit.

    DeepVisualInsight (AAAI 2022) calls a sample a boundary sample where this is below .1.

    Args:
        logits: float32 [N, C], finite.

    Returns:
        float32 [N] in [0, 1]; 0 when all logits are equal. NaN for fewer than three classes, of which the second is
        the smallest.
    """
    if logits.shape[1] < 3:
        return np.full(len(logits), np.nan, np.float32)
    ordered = np.partition(logits, (0, -2), axis=1)
    first, second, least = logits.max(axis=1), ordered[:, -2], ordered[:, 0]
    span = first - least
    return np.asarray(np.where(span > 0, (first - second) / np.where(span > 0, span, 1), 0), np.float32)


def boundary_auroc(boundary_logits: FloatArray, sample_logits: FloatArray) -> float:
    """How well the boundary is told from samples after a way through the map and back.

    The area under the receiver operating characteristic of -``top_two_gap``: unlike the share of boundary points
    that stay undecided, it is not won by an inverse that is undecided everywhere.

    Args:
        boundary_logits: float32 [b, C], head(inverse(project(x))) of points on the boundary.
        sample_logits: float32 [N, C], the same of samples.

    Returns:
        In [0, 1], .5 for a map that cannot tell; NaN for fewer than three classes and when one side is empty.
    """
    if boundary_logits.shape[1] < 3 or not (len(boundary_logits) and len(sample_logits)):
        return float("nan")
    on_boundary = np.repeat([1, 0], [len(boundary_logits), len(sample_logits)])
    gaps = np.concatenate([top_two_gap(boundary_logits), top_two_gap(sample_logits)])
    return float(roc_auc_score(on_boundary, -gaps))
