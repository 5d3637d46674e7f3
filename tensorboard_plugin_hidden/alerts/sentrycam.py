"""The published rule of SentryCam, for comparison: two class statistics and a trend.

Source: ``audit/metrics.py`` and ``find_trigger_epoch_with_margin`` of the authors' code (arXiv 2405.15135). Its
thresholds are the authors', not calibrated; ``docs/alerts.md`` says how often it cries wolf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_hidden.alerts.observation import Observation
from tensorboard_plugin_hidden.alerts.progress import Standing
from tensorboard_plugin_hidden.alerts.rules import Finding
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

CONSECUTIVE = 2
"""k: steps in the bad direction, one after the other."""

ALPHA = 0.2
"""Share of the recent standard deviation that the last step must pass."""

BURN_IN = 5
"""Snapshots that are not judged."""

WINDOW = 10
"""Snapshots of which the standard deviation is taken."""

_BETWEEN, _WITHIN = "centroid distance", "variance within classes"


def trigger(values: Sequence[float], *, rising_is_bad: bool, k: int = CONSECUTIVE, alpha: float = ALPHA) -> int | None:
    """The first place at which the published rule fires.

    Fires at the first i ≥ ``BURN_IN`` whose last k steps all went in the bad direction and whose last step is longer
    than ``alpha`` times the standard deviation of the at most ``WINDOW`` values before it.

    Args:
        values: One for each snapshot.
        rising_is_bad: Whether larger is worse, as for a loss.
        k: Steps in the bad direction.
        alpha: See above.

    >>> trigger([1, 2, 3, 4, 5, 4, 3], rising_is_bad=False)
    6
    """
    for i in range(BURN_IN, len(values)):
        if fires(values[: i + 1], rising_is_bad=rising_is_bad, k=k, alpha=alpha):
            return i
    return None


def fires(values: Sequence[float], *, rising_is_bad: bool, k: int = CONSECUTIVE, alpha: float = ALPHA) -> bool:
    """Whether the rule fires at the last of the values; see ``trigger``."""
    i = len(values) - 1
    if i < max(BURN_IN, k):
        return False
    steps = np.diff(np.asarray(values[i - k :], np.float64))
    bad = steps > 0 if rising_is_bad else steps < 0
    spread = float(np.std(np.asarray(values[max(0, i - WINDOW) : i], np.float64)))
    return bool(bad.all() and abs(steps[-1]) > alpha * spread)


def distance_and_variance(activations: FloatArray, labels: IntArray) -> tuple[float, float]:
    """D, the mean distance of class centroids over pairs, and V, the mean over classes of the mean squared distance.

    Args:
        activations: float [N, D], of the layer or of its map.
        labels: int32 [N], -1 for none.

    Returns:
        Two not-a-numbers with fewer than two classes among the finite rows.
    """
    known = (labels >= 0) & np.isfinite(activations).all(axis=1)
    points, classes = activations[known].astype(np.float64), labels[known]
    present = np.unique(classes)
    if len(present) < 2:
        return float("nan"), float("nan")
    groups = [points[classes == number] for number in present]
    centres = np.stack([group.mean(axis=0) for group in groups])
    variance = float(np.mean([((g - c) ** 2).sum(axis=1).mean() for g, c in zip(groups, centres, strict=True)]))
    first, second = np.triu_indices(len(centres), 1)
    return float(np.linalg.norm(centres[first] - centres[second], axis=1).mean()), variance


@dataclass(frozen=True, slots=True)
class SentryCamRule:
    """Fires when centroids approach each other or classes spread, in the activations' own space."""

    name: str = "sentrycam"
    severity: str = "warning"
    once: bool = True

    def severity_for(self, standing: Standing) -> str:
        """The same however the network stands."""
        return self.severity

    def start(self) -> SentryCamDetector:
        """Begins to watch a layer."""
        return SentryCamDetector()


class SentryCamDetector:
    """The published rule at work on one layer. It fires once: the authors look for the first alarm only."""

    def __init__(self) -> None:
        self._history: dict[str, list[float]] = {_BETWEEN: [], _WITHIN: []}
        self._steps: list[int] = []
        self._fired = False

    def reset(self) -> None:
        """Forgets what was before another task; the published rule knows nothing of learning rates."""
        self.__init__()  # type: ignore[misc]

    def observe(self, observation: Observation, standing: Standing) -> Finding | None:
        """Looks at the next step, whatever the loss does."""
        sight = observation.sight
        if self._fired or sight.activations is None or sight.labels is None:
            return None
        self._steps.append(observation.step)
        for measure, value in zip(
            (_BETWEEN, _WITHIN), distance_and_variance(sight.activations, sight.labels), strict=True
        ):
            values = self._history[measure]
            values.append(value)
            if fires(values, rising_is_bad=measure == _WITHIN):
                self._fired = True
                spread = float(np.std(values[-1 - WINDOW : -1]))
                turned = 1.0 if measure == _WITHIN else -1.0
                limit = values[-2] + turned * ALPHA * spread
                return Finding(1.0, measure, value, values[-2], limit, self._steps[-1 - CONSECUTIVE])
        return None
