"""How good each label is, by what a run so far made of it. The one formula, for the tab and for files. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray


def label_margins(logits: FloatArray, labels: npt.NDArray[np.integer]) -> FloatArray:
    """The label's logit minus the largest other, as in the area under the margin (Pleiss et al., NeurIPS 2020).

    Args:
        logits: float [N, C]; minus infinity is a probability of 0.
        labels: int [N], negative for none.

    Returns:
        float32 [N]: below 0 another class is ahead; infinite where one of the two is impossible. NaN without a label
        among the C classes, and where a logit is NaN or plus infinity.

    >>> label_margins(np.array([[1, 3, 0], [2, 0, 1]], np.float32), np.array([0, 0])).tolist()
    [-2.0, 1.0]
    """
    margins = np.full(len(logits), np.nan, np.float32)
    if logits.shape[1] == 0:
        return margins
    rows = np.flatnonzero((labels >= 0) & (labels < logits.shape[1]) & np.isfinite(logits.max(axis=1)))
    others = logits[rows].astype(np.float32)
    place = np.arange(len(rows)), labels[rows]
    of_label = others[place]
    others[place] = -np.inf
    margins[rows] = of_label - others.max(axis=1)
    return margins


class LabelQuality:
    """How far a model leaned to each label rather than to the most probable other class, so far.

    The mean over snapshots of the logistic function of the label's margin, which is p(label) / (p(label) + p(other)):
    the area under the margin (Pleiss et al., NeurIPS 2020) with each margin brought to 0 to 1, so that no snapshot
    outweighs the others. Networks learn what is regular first and wrong labels by heart and late, so that the mean
    over a run tells them apart when the last snapshot no longer does. As in cleanlab, low is suspicious.

    Args:
        samples: N.

    >>> quality = LabelQuality(3)
    >>> quality.add(np.array([0, np.inf, np.nan])).tolist()
    [0.5, 1.0, nan]
    >>> quality.add(np.array([np.nan, -np.inf, np.nan])).tolist()
    [0.5, 0.5, nan]
    """

    def __init__(self, samples: int) -> None:
        self._total, self._count = np.zeros(samples), np.zeros(samples)

    def add(self, margins: npt.NDArray[np.floating]) -> FloatArray:
        """Goes on by one snapshot, in the order of steps.

        Args:
            margins: float [N], from ``label_margins``.

        Returns:
            float32 [N] in [0, 1], below .5 where another class was ahead on the whole; NaN where no margin was known.
        """
        known = ~np.isnan(margins)
        with np.errstate(over="ignore"):
            self._total[known] += 1 / (1 + np.exp(-margins[known].astype(np.float64)))
        self._count += known
        quality = np.full(len(self._total), np.nan)
        np.divide(self._total, self._count, out=quality, where=self._count > 0)
        return quality.astype(np.float32)


def label_qualities(margins: npt.NDArray[np.floating], written: Sequence[Any]) -> FloatArray:
    """``LabelQuality`` after each of T snapshots.

    Args:
        margins: float [T, N], from ``label_margins``, in the order of steps.
        written: When each was written, in any unit that has an order. What was written after a snapshot is not part of
            its quality, even of an earlier step: what has been said of a snapshot stays true.

    Returns:
        float32 [T, N].
    """
    result = np.empty(margins.shape, np.float32)
    in_order = all(before <= after for before, after in pairwise(written))
    quality = LabelQuality(margins.shape[1])
    for row, one in enumerate(margins):
        if in_order:
            result[row] = quality.add(one)
            continue
        quality = LabelQuality(margins.shape[1])
        for so_far in range(row + 1):
            if written[so_far] <= written[row]:
                result[row] = quality.add(margins[so_far])
    return result
