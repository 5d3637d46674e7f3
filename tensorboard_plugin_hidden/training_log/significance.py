"""How surprising a number is as one of many. Imports numpy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def adjusted(p: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """p-values for many questions asked at once: the smallest false discovery rate at which each is a discovery.

    q of the i-th smallest of m is min over j ≥ i of m p(j) / j (Benjamini & Hochberg 1995; Yekutieli & Benjamini 1999).
    Among all with q ≤ a at most the share a are false on average, for independent p and for those that are positively
    dependent as filters of one layer are (Benjamini & Yekutieli 2001).

    Args:
        p: float [m] in [0, 1]; NaN were not asked.

    Returns:
        float64 [m] in [0, 1], at least p; NaN where p is.

    >>> adjusted(np.array([0.01, 0.9, 0.02, np.nan])).round(3).tolist()
    [0.03, 0.9, 0.03, nan]
    """
    result = np.full(len(p), np.nan)
    asked = np.flatnonzero(~np.isnan(p))
    order = asked[np.argsort(p[asked], kind="stable")]
    scaled = p[order].astype(np.float64) * len(order) / np.arange(1, len(order) + 1)
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return result
