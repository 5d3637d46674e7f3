"""Measures that only ask which of two values is larger, so that scales and outliers do not matter.

Imports numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.floating]


def average_ranks(values: Values) -> npt.NDArray[np.float64]:
    """Place of each value in ascending order, from 1; equal values share the mean of their places.

    Args:
        values: float [N], without NaN.

    Returns:
        float64 [N].

    >>> average_ranks(np.array([10.0, 30.0, 10.0])).tolist()
    [1.5, 3.0, 1.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return np.asarray((last - (counts - 1) / 2)[place])


def spearman(first: Values, second: Values) -> float:
    """Spearman's rank correlation: Pearson's correlation of the average ranks (Spearman 1904).

    Args:
        first: float [N].
        second: float [N]. Pairs of which one is not finite are left out.

    Returns:
        In [-1, 1]; NaN for fewer than two pairs and when all values of one side are equal.
    """
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 2:
        return float("nan")
    a, b = (average_ranks(side[both]) for side in (first, second))
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else float("nan")


def auroc(positive: Values, negative: Values) -> float:
    """Probability that a positive's score is above a negative's, equal scores counting half.

    The area under the receiver operating characteristic, U / (m n) of Mann & Whitney (1947):
    (Σ ranks of the positives - m (m + 1) / 2) / (m n).

    Args:
        positive: float [m], finite.
        negative: float [n], finite.

    Returns:
        In [0, 1], .5 for a score that tells nothing; NaN when one side is empty.
    """
    m, n = len(positive), len(negative)
    if m == 0 or n == 0:
        return float("nan")
    ranks = average_ranks(np.concatenate([positive, negative]))
    return float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))
