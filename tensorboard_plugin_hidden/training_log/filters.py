"""Anomalous filters: those that changed most at an iteration, by rank as published, or by how rare that is for them.

A filter's change between two dumps of its weights w' and w is 1 - cos(w', w). The published rule pools the filters of
all layers and takes the ten largest, so layers that always move fast hide the others, and ten are found when nothing
happened. The robust rule compares each filter with its own history, and says how often chance does as much.
Imports numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import IntArray

Values = npt.NDArray[np.floating]

PUBLISHED_COUNT = 10
"""DeepTracker's K."""

NORMAL_SCALE = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""

LEAST_CHANGE = 1e-12
"""Below this a change is rounding, also of a cosine in float64; its logarithm is cut there."""

LEAST_SCALE = 0.05
"""In units of log(1 - cos): a filter that changed alike at every dump is not rare for changing 5 % more."""


def most_changed(change: Values, count: int = PUBLISHED_COUNT) -> IntArray:
    """The published rule at one iteration: the filters of all layers with the largest change (the lowest cosine).

    Args:
        change: float [filters], 1 - cos of each; NaN for none.
        count: How many; fewer come where fewer have a change.

    Returns:
        int32 [≤ count], the largest change first; of equal ones the lower number.

    >>> most_changed(np.array([0.1, 0.4, np.nan, 0.4]), 3).tolist()
    [1, 3, 0]
    """
    known = np.flatnonzero(~np.isnan(change))
    if 0 < count < len(known):
        # A partial sort leaves open which of the equal ones is in: keep all that reach the last place.
        least = np.partition(change[known], len(known) - count)[len(known) - count]
        known = known[change[known] >= least]
    return known[np.argsort(-change[known], kind="stable")][:count].astype(np.int32)
