"""Rules that find where any scalar series goes wrong, with what was expected instead.

Every rule looks back only: what is found at an index would have been found live. "Usual" is the median of a sliding
window, with its median absolute deviation (MAD) as the unit, which a few wild values do not move. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError

Kind = Literal["spike", "drop", "plateau", "explosion", "non-finite"]
Series = npt.NDArray[np.floating]

WINDOW = 30
"""Values that say what is usual. With 15 the MAD is so rough that false alarms are five times as many."""

SUDDEN = 6.0
"""Robust standard deviations. Of AR(1) series of 1,000 values without a fault, one in a hundred has a finding."""

_NORMAL_SCALE = 1.4826
"""MAD to standard deviation, of a normal distribution."""

_FLAT = 1e-3
"""A plateau spans less than this share of what the series has spanned before."""

_EXPLODING = 10.0
"""Times the usual ratio of update to weight, of which a healthy one is within a factor of a few."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a series.

    Attributes:
        kind: Which rule found it.
        index: Where it starts, or for a plateau where it has lasted for a window.
        value: What the series is there.
        low: The least value that would have been expected.
        high: The greatest.
    """

    kind: Kind
    index: int
    value: float
    low: float
    high: float


def non_finite(series: Series) -> list[Finding]:
    """Where NaN or infinity starts, once per stretch.

    Args:
        series: float [T].

    >>> [finding.index for finding in non_finite(np.array([1, np.nan, np.nan, 2, np.inf]))]
    [1, 4]
    """
    _check(series)
    broken = ~np.isfinite(series)
    return [Finding("non-finite", i, float(series[i]), -np.inf, np.inf) for i in _starts(broken)]


def sudden(series: Series, window: int = WINDOW) -> list[Finding]:
    """Spikes and drops: values outside what was usual, reached by a step that was not usual either.

    A value is outside when it is more than 6 robust standard deviations from the median of the window before it. The
    step has to be as unusual among the window's steps, because a series that wanders is outside what it was all the
    time. After a finding, the next of its kind needs a value that is back within the range, or a window to get used to.

    Args:
        series: float [T]; what is not finite is passed over.
        window: Values before it that say what is usual, at least 4. Nothing is found before there are as many.

    Raises:
        HiddenError: The window is too short.
    """
    values, index = _finite(series, window)
    if len(values) <= window:
        return []
    before = _windows(values, window)[:-1]
    low, high = _range(before)
    steps = np.abs(np.diff(before, axis=1))
    # Half-normal steps: their median is to the standard deviation what a MAD is.
    limit = SUDDEN * _NORMAL_SCALE * np.median(steps, axis=1)
    now = values[window:]
    leap = np.abs(now - values[window - 1 : -1]) > np.maximum(limit, _rounding(before))
    found = []
    sides: list[tuple[Kind, npt.NDArray[np.bool_]]] = [("spike", now > high), ("drop", now < low)]
    for kind, outside in sides:
        last = -window
        for i in np.flatnonzero(outside).tolist():
            if leap[i] and (i - last >= window or not outside[last:i].all()):
                found.append(_finding(kind, index[window + i], now[i], low[i], high[i]))
                last = i
    return sorted(found, key=lambda finding: finding.index)


def plateaus(series: Series, window: int = WINDOW) -> list[Finding]:
    """Where a series that moved has stopped: a window spans under a thousandth of what the series spanned before it.

    Args:
        series: float [T]; what is not finite is passed over.
        window: Values that have to be flat, at least 4.

    Returns:
        One for each flat stretch, at its value number ``window``. The range expected is that of the series before. A
        series that never moved has none.

    Raises:
        HiddenError: The window is too short.
    """
    values, index = _finite(series, window)
    if len(values) <= window:
        return []
    highest, lowest = np.maximum.accumulate(values), np.minimum.accumulate(values)
    now = _windows(values, window)[1:]
    flat: npt.NDArray[np.bool_] = np.ptp(now, axis=1) < _FLAT * (highest - lowest)[:-window]
    return [_finding("plateau", index[window + i], values[window + i], lowest[i], highest[i]) for i in _starts(flat)]


def explosions(ratio: Series, window: int = WINDOW) -> list[Finding]:
    """Where a ratio, as of update to weight, is more than ten times the median of the window before, and stays so.

    It stays when the next value is above the same limit: a single one is a spike.

    Args:
        ratio: float [T], at least 0; what is not finite is passed over.
        window: Values before it that say what is usual, at least 4.

    Returns:
        One for each explosion, at its second value, when it is known to be one.

    Raises:
        HiddenError: The window is too short.
    """
    values, index = _finite(ratio, window)
    if len(values) < window + 2:
        return []
    limit = _EXPLODING * np.median(_windows(values, window)[:-2], axis=1)
    high = (values[window:-1] > limit) & (values[window + 1 :] > limit) & (limit > 0)
    return [_finding("explosion", index[window + 1 + i], values[window + 1 + i], 0.0, limit[i]) for i in _starts(high)]


def _check(series: Series) -> None:
    if series.ndim != 1:
        raise HiddenError(
            "a rule is for one series", expected="one dimension", got=f"shape {series.shape}", fix="Pass one at a time."
        )


def _finite(series: Series, window: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Finite values and their places."""
    _check(series)
    if window < 4:
        raise HiddenError(
            "too few values say what is usual", expected="a window of at least 4", got=str(window), fix="Widen it."
        )
    index = np.flatnonzero(np.isfinite(series))
    return series[index].astype(np.float64), index


def _windows(values: npt.NDArray[Any], window: int) -> npt.NDArray[Any]:
    return np.lib.stride_tricks.sliding_window_view(values, window)


def _range(before: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    middle = np.median(before, axis=1)
    spread = _NORMAL_SCALE * np.median(np.abs(before - middle[:, None]), axis=1)
    reach = np.maximum(SUDDEN * spread, _rounding(before))
    return middle - reach, middle + reach


def _rounding(before: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What float32 values differ by for no reason: a constant series has no spread to measure by."""
    rounding: npt.NDArray[np.float64] = 1e-6 * np.abs(before).max(axis=1)
    return rounding


def _starts(there: npt.NDArray[np.bool_]) -> list[int]:
    """Where stretches of True begin."""
    starts: list[int] = np.flatnonzero(there & ~np.concatenate([[False], there[:-1]])).tolist()
    return starts


def _finding(kind: Kind, index: Any, value: Any, low: Any, high: Any) -> Finding:
    return Finding(kind, int(index), float(value), float(low), float(high))
