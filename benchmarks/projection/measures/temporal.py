"""Whether what moves in the map is what changed among the activations.

How still unchanged samples stay is ``faithfulness.displacement``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray


def movement_correlation(positions: FloatArray, before: FloatArray, kept: FloatArray) -> float:
    """Whether the samples that move farther are those whose neighbours changed more.

    Spearman's correlation over samples of 1 - (share of neighbours kept since the earlier step) with |y_t - y_{t-1}|.
    DeepVisualInsight (AAAI 2022) correlates the same two quantities per sample over epochs.

    Args:
        positions: float32 [N, 2]; NaN where missing.
        before: float32 [N, 2] at the earlier step; NaN where missing.
        kept: float32 [N] in [0, 1], share of high-dimensional neighbours common to both steps.

    Returns:
        In [-1, 1], 0 for movement that has nothing to do with change; NaN when nothing moves, when all changed alike,
        and when fewer than two samples are in both maps.
    """
    movement = np.linalg.norm(positions.astype(np.float64) - before, axis=1)
    return _spearman(1 - kept.astype(np.float64), movement)


def trajectory_correlation(activations: Sequence[FloatArray], positions: Sequence[FloatArray]) -> FloatArray:
    """Whether a sample is far from where it was in the map when it is far from what it was.

    For each sample, Spearman's correlation over all pairs of steps (s, t) of |x_t - x_s| with |y_t - y_s|. TimeVis
    (IJCAI 2022) and DeepDebugger (FSE 2023) correlate the same distances from one step to all others.

    Args:
        activations: float32 [N, D] for each step, of the same samples in the same order.
        positions: float32 [N, 2] for each step; NaN where missing.

    Returns:
        float32 [N] in [-1, 1]; NaN where fewer than two pairs of steps are known or one side never changes.

    Raises:
        HiddenError: The steps differ in samples or width, or in number between the two.
    """
    shapes = {step.shape for step in activations}
    if len(shapes) != 1 or {step.shape for step in positions} != {(next(iter(shapes))[0], 2)}:
        raise HiddenError(
            "trajectories need the same samples and units at every step",
            expected="activations of one shape, and a place for each sample",
            got=f"activations {sorted(shapes)} and positions {sorted({step.shape for step in positions})}",
            fix="Leave out the steps before the layer changed.",
        )
    if len(activations) != len(positions):
        raise HiddenError(
            "activations and maps do not match",
            expected=f"{len(activations)} maps",
            got=str(len(positions)),
            fix="Give one map for each step.",
        )
    pairs = list(combinations(range(len(positions)), 2))
    high = np.empty((len(activations[0]), len(pairs)))
    low = np.empty_like(high)
    for column, (s, t) in enumerate(pairs):
        high[:, column] = np.linalg.norm(activations[t] - activations[s], axis=1)
        low[:, column] = np.linalg.norm(positions[t] - positions[s], axis=1)
    return np.array([_spearman(a, b) for a, b in zip(high, low, strict=True)], np.float32)


def _spearman(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    """Of the pairs that are known; NaN for fewer than two, and where all values of one side are equal."""
    both = np.isfinite(first) & np.isfinite(second)
    a, b = first[both], second[both]
    return float(stats.spearmanr(a, b).statistic) if len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0 else float("nan")
