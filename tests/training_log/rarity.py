"""The robust rule on all of a log at once, in float64: the oracle of what the backend computes from a sample of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.filters import LEAST_CHANGE, LEAST_SCALE, NORMAL_SCALE, Values
from tensorboard_plugin_hidden.training_log.significance import adjusted

_DRAWS = 200
"""Random iterations of the null. A layer of 64 filters then has 12,800 draws, and a smallest p of .00008."""


def robust_scores(
    change: Values, layers: npt.NDArray[np.integer], per: Literal["filter", "layer"] = "filter"
) -> npt.NDArray[np.float64]:
    """How far each change is from what is usual, in robust standard deviations of its logarithm.

    z = (y - median(y)) / max(1.4826 MAD(y), 0.05) of y = log(1 - cos) (Iglewicz & Hoaglin 1993); the logarithm,
    because learning rates multiply.

    Args:
        change: float [iterations, filters], 1 - cos; NaN for none.
        layers: int [filters], each filter's layer.
        per: Median and MAD over the iterations of each ``filter``, or over all entries of its ``layer``.

    Returns:
        float64 [iterations, filters]; NaN where there is no change.

    Raises:
        HiddenError: There is not one layer for every filter.
    """
    _check(change, layers)
    y = np.log(np.maximum(change, LEAST_CHANGE), dtype=np.float64)
    if per == "filter":
        return _standardised(y, 0)
    result = np.empty_like(y)
    for layer in np.unique(layers):
        result[:, layers == layer] = _standardised(y[:, layers == layer], None)
    return result


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare the changes at some pinned iterations are.

    Attributes:
        score: float64 [pins, filters], see ``robust_scores``.
        p: float64 [pins, filters], probability that a filter of the layer scores as much at a random iteration; NaN
            where there is no change.
        q: float64 [pins, filters], p adjusted for asking all filters at once, each pin by itself.
        q_all: float64 [filters], as q, for the claim that a filter is rare at every pin. NaN without a pin.
        floor: float64 [filters], the smallest p that the random iterations can show.
    """

    score: npt.NDArray[np.float64]
    p: npt.NDArray[np.float64]
    q: npt.NDArray[np.float64]
    q_all: npt.NDArray[np.float64]
    floor: npt.NDArray[np.float64]


def rarity(
    change: Values,
    layers: npt.NDArray[np.integer],
    pins: npt.NDArray[np.integer],
    *,
    per: Literal["filter", "layer"] = "filter",
    seed: int = 0,
) -> Rarity:
    """The robust rule: are these iterations special for a filter, or does it change as much at random ones?

    The null of a filter are the scores of all filters of its layer at random iterations, the pinned ones aside. That
    asks for two things: scores of a layer's filters have one distribution once each is measured by its own median and
    MAD, and pins are not chosen by the changes. An iteration at which everything moves (a new learning rate) is rare
    for all filters, as it should be.

    The claim for all pins is an intersection-union test (Berger 1982): its p is the largest of the pins', which needs
    no independence between iterations.

    Args:
        change: float [iterations, filters], 1 - cos; NaN for none.
        layers: int [filters], each filter's layer.
        pins: int [pins], different iterations.
        per: As for ``robust_scores``.
        seed: Of the random iterations, where there are more than 200.

    Raises:
        HiddenError: There is not one layer for every filter, or a pin is outside the log.
    """
    _check(change, layers)
    if len(pins) and not (pins.min() >= 0 and pins.max() < len(change)):
        raise HiddenError(
            "a pinned iteration is outside the log",
            expected=f"0 to {len(change) - 1}",
            got=str(pins.tolist()),
            fix="Pin iterations of this log.",
        )
    scores = robust_scores(change, layers, per)
    others = np.setdiff1d(np.arange(len(change)), pins)
    if len(others) > _DRAWS:
        others = np.sort(np.random.default_rng(seed).choice(others, _DRAWS, replace=False))
    pinned, null = scores[pins], scores[others]
    p, floor = np.full(pinned.shape, np.nan), np.full(len(layers), np.nan)
    for layer in np.unique(layers):
        mine = layers == layer
        p[:, mine] = upper_tail(pinned[:, mine], null[:, mine].ravel())
        floor[mine] = 1 / (1 + (~np.isnan(null[:, mine])).sum())
    everywhere = p.max(axis=0) if len(pins) else np.full(len(layers), np.nan)
    q = np.stack([adjusted(row) for row in p]) if len(pins) else p
    return Rarity(pinned, p, q, adjusted(everywhere), floor)


def _check(change: Values, layers: npt.NDArray[np.integer]) -> None:
    if change.ndim != 2 or layers.shape != change.shape[1:]:
        raise HiddenError(
            "layers do not match the changes",
            expected="changes [iterations, filters] and a layer for every filter",
            got=f"changes {change.shape} and layers {layers.shape}",
            fix="Pass the layer of each column.",
        )


def _standardised(y: npt.NDArray[np.float64], axis: int | None) -> npt.NDArray[np.float64]:
    if not y.size:
        return y
    # Columns without any value keep their NaN; numpy warns of each.
    with np.errstate(invalid="ignore"):
        centred = y - _median(y, axis)
    scale = np.maximum(NORMAL_SCALE * _median(np.abs(centred), axis), LEAST_SCALE)
    scores: npt.NDArray[np.float64] = centred / scale
    return scores


def _median(values: npt.NDArray[np.float64], axis: int | None) -> Any:
    """Median of what is not NaN; NaN where nothing is, without numpy's warning."""
    if not np.isnan(values).any():
        return np.median(values, axis=axis)
    if axis is None:
        known = values[~np.isnan(values)]
        return np.median(known) if len(known) else np.nan
    result = np.full(values.shape[1], np.nan)
    some = ~np.isnan(values).all(axis=0)
    result[some] = np.nanmedian(values[:, some], axis=0)
    return result


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
