"""Which filters changed most at some rows of the training log, and how rare that is for them. Pure.

The robust rule of ``training_log/filters.py`` in two parts: what is usual, from a sample of rows, once for a log; and
how rare some rows are, for each question. For up to ``DRAWS`` rows the sample is the log, and both parts give what the
rule gives. Longer logs are not read as a whole for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.parameters import decode_change
from tensorboard_plugin_hidden.training_log.filters import LEAST_CHANGE, LEAST_SCALE, NORMAL_SCALE
from tensorboard_plugin_hidden.training_log.significance import adjusted

Json = dict[str, Any]
Codes = npt.NDArray[np.uint16]
Values = npt.NDArray[np.float64]

DRAWS = 128
"""Rows at most that say what is usual. The rule draws 200 for its null; of these every filter's scores are kept in
memory, and each row is read from places of its own."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for the filters of a log.

    Attributes:
        rows: int64 [S], the rows that say so, ascending.
        offsets: int64 [L + 1], where the filters of each layer are.
        median: float64 [filters], of log(1 - cos); NaN without any change.
        scale: float64 [filters].
        null: For each layer the scores of all its filters at these rows, ascending; rounded to float16, as are those
            that are compared with them, so that ties count as chance.
    """

    rows: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    median: Values
    scale: Values
    null: tuple[npt.NDArray[np.float16], ...]


def sampled_rows(rows: int) -> npt.NDArray[np.int64]:
    """Rows that stand for a log, at most ``DRAWS``: one at random of each of equal blocks, so that all phases count.

    When blocks double as the log grows, each keeps one of its halves' rows: little is read anew. The same for the same
    length of the log.

    >>> sampled_rows(4).tolist(), len(sampled_rows(100_000))
    ([0, 1, 2, 3], 97)
    """
    level = 0
    while -(-rows >> level) > DRAWS:
        level += 1
    chosen = np.arange(rows >> level, dtype=np.int64)
    for below in range(level, 0, -1):
        # One bit for each block of each level, the same at any length.
        coin = np.random.default_rng(below).integers(0, 2, 2 * DRAWS)
        chosen = 2 * chosen + coin[chosen % len(coin)]
    return chosen


def usual(codes: Codes, rows: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> Usual:
    """What is usual, by layer, so that little is held in float64 at once.

    Args:
        codes: uint16 [S, filters], 1 - cos of every filter at the sampled rows.
        rows: int64 [S], from ``sampled_rows``.
        offsets: int64 [L + 1].
    """
    median, scale = (np.full(codes.shape[1], np.nan) for _ in range(2))
    null = []
    for start, stop in pairwise(offsets.tolist()):
        y = _logarithm(codes[:, start:stop])
        y = y[~np.isnan(y).all(axis=1)]
        median[start:stop] = _median(y)
        centred = y - median[start:stop]
        scale[start:stop] = np.maximum(NORMAL_SCALE * _median(np.abs(centred)), LEAST_SCALE)
        scores = (centred / scale[start:stop]).astype(np.float32).ravel()
        null.append(np.sort(scores[~np.isnan(scores)]).astype(np.float16))
    return Usual(rows, offsets, median, scale, tuple(null))


@dataclass(frozen=True, slots=True)
class Rare:
    """How rare the changes at some rows are, as ``training_log.filters.Rarity``.

    Attributes:
        score: float32 [pins, filters].
        p: float64 [filters], of the claim that a filter is rare at every one of the rows.
        q: float64 [filters], p adjusted for asking all filters.
        floor: float64 [filters], the smallest p that there can be.
    """

    score: npt.NDArray[np.float32]
    p: Values
    q: Values
    floor: Values


def rare(usual: Usual, codes: Codes, pins: npt.NDArray[np.int64]) -> Rare:
    """How rare some rows are among what is usual, the rows themselves aside.

    Args:
        usual: Of the log.
        codes: uint16 [pins, filters], 1 - cos at these rows.
        pins: int64 [pins], different rows, at least one.
    """
    score = ((_logarithm(codes) - usual.median) / usual.scale).astype(np.float32)
    rounded = score.astype(np.float16).astype(np.float32)
    drawn = rounded[np.isin(pins, usual.rows)]
    p, floor = (np.full(codes.shape[1], np.nan) for _ in range(2))
    for (start, stop), null in zip(pairwise(usual.offsets.tolist()), usual.null, strict=True):
        mine, own = rounded[:, start:stop], np.sort(drawn[:, start:stop][~np.isnan(drawn[:, start:stop])])
        draws = len(null) - len(own)
        if stop == start or not draws:
            continue
        above = _at_least(null.astype(np.float32), mine) - _at_least(own, mine)
        p[start:stop] = np.where(np.isnan(mine), np.nan, (1 + above) / (1 + draws)).max(axis=0)
        floor[start:stop] = 1 / (1 + draws)
    return Rare(score, p, adjusted(p), floor)


def top_filters(
    named: npt.NDArray[np.int32], codes: Codes, found: Rare, offsets: npt.NDArray[np.int64], names: list[str]
) -> tuple[list[Json], float | None]:
    """The filters that are among the most changed at some row: those at every row first, then the rarest.

    Args:
        named: int32 [pins, count], filters by the published rule; -1 for none.
        codes: uint16 [pins, filters].
        found: From ``rare``.
        offsets: int64 [L + 1].
        names: Of the layers.

    Returns:
        One object for each filter, as in ``docs/http_api.md``, and the smallest p that one of them can have.
    """
    filters = np.unique(named[named >= 0])
    layers = np.searchsorted(offsets, filters, side="right") - 1
    change = decode_change(codes[:, filters])
    entries = []
    for i, (one, layer) in enumerate(zip(filters.tolist(), layers.tolist(), strict=True)):
        entry = {
            "layer": layer,
            "name": names[layer],
            "filter": int(one - offsets[layer]),
            "change": numbers(change[:, i]),
            "every": bool((named == one).any(axis=1).all()),
            "score": numbers(found.score[:, one]),
            "p": number(found.p[one]),
            "q": number(found.q[one]),
        }
        largest = float(np.nanmax(change[:, i], initial=-1.0))
        entries.append(((not entry["every"], np.nan_to_num(found.q[one], nan=2.0), -largest, one), entry))
    floors = found.floor[filters]
    floor = float(np.nanmin(floors)) if len(filters) and not np.isnan(floors).all() else None
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])], floor


def number(value: Any) -> float | None:
    """A number of JSON, to six digits; None for what is not finite."""
    return float(f"{value:.6g}") if np.isfinite(value) else None


def numbers(values: npt.NDArray[Any]) -> list[float | None]:
    """A list of them."""
    return [number(value) for value in values.tolist()]


def _logarithm(codes: Codes) -> Values:
    return np.log(np.maximum(decode_change(codes), LEAST_CHANGE), dtype=np.float64)


def _median(values: Values) -> Values:
    """Median over rows of what is not NaN; NaN where nothing is."""
    if not len(values):
        return np.full(values.shape[1], np.nan)
    if not np.isnan(values).any():
        return np.asarray(np.median(values, axis=0))
    result = np.full(values.shape[1], np.nan)
    some = ~np.isnan(values).all(axis=0)
    result[some] = np.nanmedian(values[:, some], axis=0)
    return result


def _at_least(ascending: npt.NDArray[np.float32], values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    return len(ascending) - np.searchsorted(ascending, values, side="left")
