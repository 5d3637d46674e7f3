"""The training log of weights and gradients as the JSON and the arrays of ``docs/http_api.md``. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.parameters import BAND_EDGES

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.answers import AnswerLog
    from tensorboard_plugin_hidden.format.parameter_series import Buckets, Clock, Stretch

Json = dict[str, Any]
Arrays = dict[str, npt.NDArray[Any]]
Anchors = list[tuple[float, float]]
"""Wall time in seconds, and the clock then."""

_LAYER = ("name", "module", "kind", "shape", "trainable", "filters", "aliases")


def parameters_index(stretches: Sequence[Stretch], clocks: Sequence[Clock]) -> Json | None:
    """What was logged of weights and gradients; None when nothing was."""
    if not stretches:
        return None
    return {
        "statistics": list(stretches[0].layout["statistics"]),
        "bands": list(BAND_EDGES),
        "stretches": [
            {
                "rows": stretch.rows,
                "first_step": stretch.first_step,
                "last_step": stretch.last_step,
                "first_time": float(clock.times[0]),
                "last_time": float(clock.times[-1]),
                "skipped": stretch.layout["skipped"],
                "learning_rates": stretch.layout["learning_rates"],
                "layers": [{name: layer[name] for name in _LAYER} for layer in stretch.layout["layers"]],
                "nodes": stretch.layout["nodes"],
            }
            for stretch, clock in zip(stretches, clocks, strict=True)
        ],
    }


def answers_index(log: AnswerLog) -> Json:
    """What was logged of the answers of one set."""
    return {
        "name": log.name,
        "version": log.version,
        "count": len(log.ids),
        "labelled": bool((log.labels >= 0).any()),
        "classes": list(log.classes),
        "steps": list(log.steps),
    }


def filter_offsets(stretch: Stretch) -> npt.NDArray[np.int64]:
    """Where the filters of each layer are along the axis of filters, int64 [layers + 1]."""
    counts = [layer["filters"] for layer in stretch.layout["layers"]]
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def bucket_edges(edges: npt.NDArray[np.int64], clock: Clock) -> Arrays:
    """Row, training step and time of the edges of buckets.

    The row after the last has no time yet: it is taken to be as far from the last as that from the one before.

    Args:
        edges: int64 [B + 1] rows.
        clock: Of the stretch.

    Returns:
        ``edges``, ``steps`` int32, ``times`` float64.
    """
    steps, times = (_continued(column)[edges] for column in (clock.steps.astype(np.float64), clock.times))
    most = np.iinfo(np.int32).max
    return {
        "edges": edges.astype(np.int32),
        "steps": np.minimum(steps, most).astype(np.int32),
        "times": times.astype(np.float64),
    }


def series_values(buckets: Buckets, places: Sequence[int]) -> npt.NDArray[np.float32]:
    """The values of some places, float32 [S, B, 3, P].

    Args:
        buckets: Of all places, [B, 3, P] or [B, 3, P, S].
        places: Which of them.
    """
    values = buckets.values if buckets.values.ndim == 4 else buckets.values[..., None]
    return np.ascontiguousarray(np.moveaxis(values[:, :, list(places)], 3, 0), dtype=np.float32)


def on_clock(points: Sequence[tuple[float, int, float]], anchors: Anchors) -> Json:
    """An ordinary scalar, whose points know their wall time, on the clock.

    Between two moments of which both are known the clock is interpolated; before the first and after the last it goes
    on at the rate of the nearest two. Where fewer than two are known, the scalar's own steps are taken.

    Args:
        points: Wall time in seconds, step, value.
        anchors: Moments of which both are known.
    """
    wall, steps, values = (
        (np.array(column, np.float64) for column in zip(*points, strict=True)) if points else (np.empty(0),) * 3
    )
    if anchors:
        known, first = np.unique(np.array([moment for moment, _ in anchors], np.float64), return_index=True)
    if not anchors or len(known) < 2:
        times = steps
    else:
        at = np.array([time for _, time in anchors], np.float64)[first]
        times = np.interp(wall, known, at)
        for outside, anchor, (a, b) in ((wall < known[0], 0, (0, 1)), (wall > known[-1], -1, (-2, -1))):
            times[outside] = at[anchor] + (wall[outside] - known[anchor]) * (at[b] - at[a]) / (known[b] - known[a])
    return {
        "times": times.tolist(),
        "values": [value if np.isfinite(value) else None for value in values.tolist()],
    }


def _continued(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The column with one more value."""
    step = column[-1] - column[-2] if len(column) > 1 else 1.0
    return np.append(column, column[-1] + step)
