"""Points on the classifier's decision boundary, found in activation space.

DeepVisualInsight mixes two *inputs* and bisects until the network hesitates between their classes. Here two
*activations* are mixed and the logged head is asked: no forward pass and no inputs are needed, all pairs are bisected
at once, and it works for text as well. A mixed activation need not be one that the network can produce.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.projection.head import Head

SHARE = 0.1
"""Boundary points per sample, as in TimeVis and DeepDebugger."""

MOST = 2_000
"""Most boundary points: they outline the regions, they need not grow with the samples for ever."""

CANDIDATES = 32
"""Random samples of other classes among which a sample's nearest is its partner: a short way over the boundary."""

BISECTIONS = 12
"""Halvings of the way between the two; 2^-12 of it is below what a map can show."""

LEAST_MARGIN = 0.05
"""Added to the logit gap when samples are drawn in inverse proportion to it, in units of the mean gap."""


BLOCK = 64
"""Samples whose candidates are compared at once: 4 MB of 512-unit activations."""


def boundary_points(activations: FloatArray, head: Head, count: int, seed: int) -> FloatArray:
    """Points between samples of different predicted classes at which the head changes its answer.

    Samples that the head is unsure about are drawn more often, as in DeepVisualInsight (AAAI 2022). From each the way
    to its partner is halved ``BISECTIONS`` times, keeping the half on which the first class is lost.

    Args:
        activations: float32 [n, D].
        head: Logits of activations.
        count: Points wanted.
        seed: Of the draw.

    Returns:
        float32 [b, D], b at most ``count``; none when the head gives fewer than two classes or logits that are not
        finite.
    """
    nothing = np.empty((0, activations.shape[1]), np.float32)
    logits = head(activations)
    usable = np.flatnonzero(np.isfinite(logits).all(axis=1))
    predicted = logits.argmax(axis=1)
    if count < 1 or logits.shape[1] < 2 or len(np.unique(predicted[usable])) < 2:
        return nothing
    rng = np.random.default_rng(seed)
    gaps = _gaps(logits[usable])
    chance = 1 / (gaps + LEAST_MARGIN * max(float(gaps.mean()), float(np.finfo(np.float32).tiny)))
    start = rng.choice(usable, count, p=chance / chance.sum())
    partner = _partners(activations, predicted, start, usable, rng)
    start, partner = start[partner >= 0], partner[partner >= 0]
    inside, outside = activations[start], activations[partner]
    low, high = np.zeros((len(start), 1), np.float32), np.ones((len(start), 1), np.float32)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        same = (head(inside + middle * (outside - inside)).argmax(axis=1) == predicted[start])[:, None]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    points: FloatArray = (inside + (low + high) / 2 * (outside - inside)).astype(np.float32)
    return points[np.isfinite(points).all(axis=1)]


def _gaps(logits: FloatArray) -> npt.NDArray[np.float64]:
    """Difference [n] of the two largest logits [n, C]."""
    top = np.partition(logits.astype(np.float64), -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def _partners(
    activations: FloatArray,
    predicted: IntArray,
    start: npt.NDArray[np.intp],
    usable: npt.NDArray[np.intp],
    rng: np.random.Generator,
) -> npt.NDArray[np.intp]:
    """For each start the nearest of some random samples of other classes; -1 where the draw held none."""
    drawn = rng.choice(usable, (len(start), CANDIDATES))
    partner = np.full(len(start), -1)
    for first in range(0, len(start), BLOCK):
        block = slice(first, first + BLOCK)
        ways = activations[drawn[block]] - activations[start[block], None]
        lengths = np.einsum("bcd,bcd->bc", ways, ways)
        lengths[predicted[drawn[block]] == predicted[start[block], None]] = np.inf
        nearest = lengths.argmin(axis=1)[:, None]
        found = np.isfinite(np.take_along_axis(lengths, nearest, axis=1))
        partner[block] = np.where(found, np.take_along_axis(drawn[block], nearest, axis=1), -1)[:, 0]
    return partner
