"""A time pyramid: long series at any zoom, with no spike lost, growing at its end only.

Level 0 is the series; a bucket of level l covers 4^l steps, as in multiscale images. Change keeps its maximum, because
one filter that jumps at one step is what is looked for; scalars keep least, mean and greatest, a line and its band.
Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray

FACTOR = 4

COLUMNS_PER_PIXEL = 2
"""Buckets drawn to a pixel at most: fewer would show less than the screen can, more would only be sent."""

Kind = Literal["change", "scalar"]

STATISTICS: dict[Kind, tuple[str, ...]] = {"change": ("max",), "scalar": ("min", "mean", "max", "count")}
"""What a bucket of level 1 and above holds, in this order. ``count``: values that are not NaN, the mean's weight."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Series side by side, and their buckets.

    Attributes:
        kind: Which statistics buckets hold, see ``STATISTICS``.
        values: float32 [steps, series], level 0; NaN for none.
        levels: float32 [buckets, statistics, series] of level 1, 2, …, up to the first with a single bucket. The last
            bucket of a level may cover fewer steps. NaN, and a count of 0, where no step has a value.
    """

    kind: Kind
    values: FloatArray
    levels: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What to draw of a span of steps.

    Attributes:
        level: Which level it is from.
        edges: int64 [buckets + 1]; bucket b covers the steps from ``edges[b]`` up to ``edges[b + 1]``. The first and
            the last may reach beyond the span, never beyond the log.
        statistics: float32 [buckets, statistics, series]; for scalars, at level 0, of the value itself.
    """

    level: int
    edges: npt.NDArray[np.int64]
    statistics: FloatArray


def build(values: npt.NDArray[np.floating], kind: Kind) -> Pyramid:
    """A pyramid over whole series.

    Args:
        values: float [steps, series]; NaN for none.
        kind: ``change`` or ``scalar``.

    Raises:
        HiddenError: ``values`` is no matrix.
    """
    _check(values)
    empty = Pyramid(kind, np.empty((0, values.shape[1]), np.float32), ())
    return append(empty, values)[0]


def append(pyramid: Pyramid, rows: npt.NDArray[np.floating]) -> tuple[Pyramid, list[int]]:
    """A pyramid over longer series. Only buckets that the new steps are in are computed.

    Args:
        pyramid: So far; left as it is.
        rows: float [new steps, series].

    Returns:
        What ``build`` gives for all steps, and the first bucket that is new or changed for level 0, 1, …: what a store
        has to write again. It is the level's length where nothing is.

    Raises:
        HiddenError: The series are not the pyramid's.
    """
    _check(rows)
    if rows.shape[1] != pyramid.values.shape[1]:
        raise HiddenError(
            "new steps do not continue the series",
            expected=f"{pyramid.values.shape[1]} series",
            got=str(rows.shape[1]),
            fix="Append one value for each series.",
        )
    first = len(pyramid.values)
    changed = [first]
    values = np.concatenate([pyramid.values, rows.astype(np.float32)])
    below = _as_statistics(values[first - first % FACTOR :], pyramid.kind)
    levels: list[FloatArray] = []
    length = len(values)
    while length > 1:
        # `below` starts at the first step, or bucket, of the first bucket that changes.
        level, first = len(levels), first // FACTOR
        bucket = _reduced(below, pyramid.kind)
        kept = pyramid.levels[level][:first] if level < len(pyramid.levels) else bucket[:0]
        levels.append(np.concatenate([kept, bucket]))
        changed.append(first)
        length = len(levels[-1])
        below = levels[-1][first - first % FACTOR :]
    return Pyramid(pyramid.kind, values, tuple(levels)), changed


def view(pyramid: Pyramid, start: int, stop: int, width: int) -> View:
    """The finest level with at most two buckets to a pixel, where it covers a span of steps.

    Args:
        pyramid: Of the whole log.
        start: First step; cut at the log's ends, as ``stop`` is.
        stop: Step after the last.
        width: Pixels, at least 1.

    Raises:
        HiddenError: There is no pixel.
    """
    if width < 1:
        raise HiddenError("nothing to draw on", expected="a width of at least 1 pixel", got=str(width), fix="Widen it.")
    steps = len(pyramid.values)
    start, stop = min(max(start, 0), steps), min(max(stop, 0), steps)
    stop = max(start, stop)
    level, size = 0, 1
    while level < len(pyramid.levels) and -(-stop // size) - start // size > COLUMNS_PER_PIXEL * width:
        level, size = level + 1, size * FACTOR
    low, high = start // size, -(-stop // size)
    edges = np.minimum(np.arange(low, high + 1, dtype=np.int64) * size, steps)
    if level:
        return View(level, edges, pyramid.levels[level - 1][low:high])
    return View(0, edges, _as_statistics(pyramid.values[low:high], pyramid.kind))


def _as_statistics(values: FloatArray, kind: Kind) -> FloatArray:
    if kind == "change":
        return values[:, None]
    known = (~np.isnan(values)).astype(np.float32)
    return np.stack([values, values, values, known], axis=1)


def _reduced(below: FloatArray, kind: Kind) -> FloatArray:
    """Buckets float32 [⌈n / 4⌉, statistics, series] of n below them."""
    starts = np.arange(0, len(below), FACTOR)
    if kind == "change":
        return _over(np.fmax, below, starts)
    least = _over(np.fmin, below[:, 0], starts)
    greatest = _over(np.fmax, below[:, 2], starts)
    count = below[:, 3].astype(np.float64)
    total = _over(np.add, np.where(count > 0, below[:, 1], 0) * count, starts)
    many = _over(np.add, count, starts)
    mean = np.divide(total, many, out=np.full(many.shape, np.nan), where=many > 0)
    return np.stack([least, mean, greatest, many], axis=1).astype(np.float32)


def _over(fold: np.ufunc, values: npt.NDArray[Any], starts: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Folded over each bucket; fmax and fmin leave NaN out."""
    if not len(values):
        return values
    folded: npt.NDArray[Any] = fold.reduceat(values, starts, axis=0)
    return folded


def _check(values: npt.NDArray[Any]) -> None:
    if values.ndim != 2:
        raise HiddenError(
            "a pyramid is over series side by side",
            expected="values [steps, series]",
            got=f"shape {values.shape}",
            fix="Pass one column for each series.",
        )
