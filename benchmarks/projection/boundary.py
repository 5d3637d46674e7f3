"""Points on the decision boundary that no method has seen, to ask a map about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, Snapshot

POINTS = 200
"""Boundary points wanted per step."""

TRIES = 20
"""Pairs of samples tried for each point wanted."""


def boundary_points(snapshot: Snapshot, rows: npt.NDArray[np.intp], seed: int, count: int = POINTS) -> FloatArray:
    """Where segments between samples of different predicted classes cross the boundary between the two.

    Along a segment the logits of a linear head are linear, so logit a equals logit b at λ = g_i / (g_i - g_j) with
    g = z_a - z_b at the ends i, j. The point is on the decision boundary when no third class is above both there.

    Args:
        snapshot: With a linear head and logits.
        rows: int [m], samples to draw segments between.
        seed: Of the pairs.
        count: Points wanted.

    Returns:
        float32 [b, D] with b ≤ count; b is 0 where one class is predicted for all.
    """
    weight, bias = (np.asarray(snapshot.head.arrays[name], np.float64) for name in ("weight", "bias"))
    activations = snapshot.activations[rows].astype(np.float64)
    logits = activations @ weight.T + bias
    prediction = logits.argmax(axis=1)
    i, j = np.random.default_rng(seed).integers(0, len(rows), (2, TRIES * count))
    i, j = i[differ := prediction[i] != prediction[j]], j[differ]
    a, b = prediction[i], prediction[j]
    at_start, at_end = logits[i, a] - logits[i, b], logits[j, a] - logits[j, b]
    crossing = (at_start / (at_start - at_end))[:, None]
    there = (1 - crossing) * logits[i] + crossing * logits[j]
    reached = np.flatnonzero(there.max(axis=1) <= there[np.arange(len(a)), a] + 1e-9)[:count]
    i, j, crossing = i[reached], j[reached], crossing[reached]
    return np.asarray((1 - crossing) * activations[i] + crossing * activations[j], np.float32)
