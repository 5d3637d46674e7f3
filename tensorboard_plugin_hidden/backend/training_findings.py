"""Where layers go wrong, as sentences: the rules of ``training_log/series.py`` on what is drawn of each layer. Pure.

On buckets rather than on rows, so that a long log costs what a short one does: of a bucket the largest gradient and the
largest update are looked at, which no spike escapes, and of weights the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.training_log.series import explosions, non_finite, plateaus, sudden

Json = dict[str, Any]
Series = npt.NDArray[np.float32]

BUCKETS = 1000
"""Buckets that are looked at, at most."""

MOST = 200
"""Findings that are told."""

WEIGHTS = ("l2", "nan", "inf")
GRADIENTS = ("l2", "nan", "inf", "zeros")
"""Statistics that are looked at."""

_DEAD_BUCKETS = 3
"""Buckets in a row without a gradient, or without an update, that are no accident."""

_SEVERITY = ("non-finite", "dead", "explosion", "spike", "drop", "plateau")
"""The worst first; zero is zero, while what is usual is a guess."""

_LEAST, _MEAN, _GREATEST = range(3)


@dataclass(frozen=True, slots=True)
class LayerSeries:
    """What is looked at of the layers of a stretch.

    Attributes:
        edges: int64 [B + 1], rows.
        weights: float32 [B, 3, layers, 3]: least, mean, greatest of ``WEIGHTS``.
        gradients: float32 [B, 3, layers, 4], of ``GRADIENTS``.
        update: float32 [B, 3, layers].
    """

    edges: npt.NDArray[np.int64]
    weights: Series
    gradients: Series
    update: Series


@dataclass(frozen=True, slots=True)
class _Found:
    """One finding: where, and how bad among those of its kind."""

    array: str
    statistic: str | None
    kind: str
    first: int
    last: int
    weight: float
    says: str


def findings(
    series: LayerSeries, layers: list[Json], steps: npt.NDArray[np.int64], times: npt.NDArray[np.float64]
) -> list[Json]:
    """What is found in all layers, the worst first, as in ``docs/http_api.md``.

    Args:
        series: Of the layers.
        layers: Their descriptions, as in a layout.
        steps: int64 [rows].
        times: float64 [rows].
    """
    found = [(place, one) for place in range(len(layers)) for one in _of_layer(series, place)]
    found.sort(key=lambda pair: (_SEVERITY.index(pair[1].kind), -pair[1].weight, pair[1].first, pair[0]))
    return [_entry(one, place, layers[place]["name"], series.edges, steps, times) for place, one in found[:MOST]]


def _entry(
    one: _Found,
    place: int,
    name: str,
    edges: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    times: npt.NDArray[np.float64],
) -> Json:
    first, last = int(edges[one.first]), int(edges[one.last + 1]) - 1
    return {
        "place": place,
        "name": name,
        "array": one.array,
        "statistic": one.statistic,
        "kind": one.kind,
        "first_row": first,
        "last_row": last,
        "step": int(steps[first]),
        "time": float(times[first]),
        "sentence": f"{name}: {one.says} at training step {int(steps[first]):,}.",
    }


def _of_layer(series: LayerSeries, place: int) -> Iterator[_Found]:
    weights, gradients = series.weights[:, :, place], series.gradients[:, :, place]
    for array, table, names in (("weights", weights, WEIGHTS), ("gradients", gradients, GRADIENTS)):
        for statistic, what in (("nan", "NaN"), ("inf", "infinity")):
            count = table[:, _GREATEST, names.index(statistic)]
            broken = count > 0
            for finding in non_finite(np.where(broken, np.nan, 0)):
                last = _end(broken, finding.index)
                most = float(count[finding.index : last + 1].max())
                says = f"{array} have {what} ({most:,.0f} of the values at most)"
                yield _Found(array, statistic, "non-finite", finding.index, last, most, says)
    zeros = gradients[:, _LEAST, GRADIENTS.index("zeros")]
    still = zeros >= 1
    yield from _dead("gradients", "zeros", still, "all gradients are zero")
    # A layer whose gradients are zero is told of once, and a frozen one, which has none, is not.
    no_update = (series.update[:, _GREATEST, place] == 0) & (zeros < 1)
    yield from _dead("update", None, no_update, "weights get gradients, but no update")
    update = series.update[:, _GREATEST, place]
    for finding in explosions(update):
        last = _end(update > finding.high, finding.index)
        times_over = finding.value / finding.high * 10
        says = f"the update over the weight is {times_over:,.0f} times what was usual, and stays so,"
        yield _Found("update", None, "explosion", finding.index, last, times_over, says)
    norm = gradients[:, _GREATEST, GRADIENTS.index("l2")]
    rows = np.diff(series.edges)
    for finding in sudden(norm):
        if finding.kind == "drop" and rows[finding.index] < rows.max():
            continue  # The greatest of fewer rows is less.
        usual = (finding.low + finding.high) / 2
        reach = max((finding.high - finding.low) / 2, 1e-30)
        weight = abs(finding.value - usual) / reach
        word = "leaps to" if finding.kind == "spike" else "falls to"
        says = f"the norm of the gradients {word} {finding.value:.3g}, where {usual:.3g} was usual,"
        yield _Found("gradients", "l2", finding.kind, finding.index, finding.index, weight, says)
    for finding in plateaus(weights[:, _MEAN, WEIGHTS.index("l2")]):
        says = f"the norm of the weights has stopped at {finding.value:.4g}"
        yield _Found("weights", "l2", "plateau", finding.index, finding.index, 0.0, says)


def _dead(array: str, statistic: str | None, there: npt.NDArray[np.bool_], says: str) -> Iterator[_Found]:
    starts = np.flatnonzero(there & ~np.concatenate([[False], there[:-1]]))
    for first in starts.tolist():
        last = _end(there, first)
        if last - first + 1 >= _DEAD_BUCKETS:
            until = "from here on," if last == len(there) - 1 else "for a while,"
            yield _Found(array, statistic, "dead", first, last, float(last - first + 1), f"{says} {until}")


def _end(there: npt.NDArray[np.bool_], first: int) -> int:
    """The last bucket of the stretch of True that begins at ``first``."""
    after = np.flatnonzero(~there[first:])
    return first + int(after[0]) - 1 if len(after) else len(there) - 1
