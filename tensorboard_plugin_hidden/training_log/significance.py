"""How surprising a number is among those that chance gives, alone and as one of many. Imports numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def upper_tail(values: npt.NDArray[Any], null: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Share of chance that is at least as large, counting the value itself as one draw of it.

    p = (1 + #{null ≥ value}) / (1 + #null) (Davison & Hinkley 1997, equation 4.11; Phipson & Smyth 2010): never 0, and
    P(p ≤ a) ≤ a for every a when values and null are exchangeable; below a where values tie.

    Args:
        values: float, any shape.
        null: float [n]; NaN are left out.

    Returns:
        float64 of the shape of ``values``, in [1 / (1 + n), 1]; NaN where the value is NaN, or without a null.

    >>> upper_tail(np.array([5.0, 0.0]), np.array([1.0, 2.0, 5.0])).tolist()
    [0.5, 1.0]
    """
    known = np.sort(null[~np.isnan(null)])
    if not len(known):
        return np.full(np.shape(values), np.nan)
    above = len(known) - np.searchsorted(known, values, side="left")
    return np.where(np.isnan(values), np.nan, (1 + above) / (1 + len(known)))


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
