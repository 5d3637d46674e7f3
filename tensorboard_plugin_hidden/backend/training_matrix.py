"""Which filters were among the most changed when which classes' samples flipped, as JSON. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.training_log.anomalies import anomalous, flip_counts
from tensorboard_plugin_hidden.training_log.flips import Runs

Json = dict[str, Any]

MOST_SETS = 100
"""Mini-sets that are shown: the heaviest."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which filters are anomalous at which snapshots.

    Attributes:
        first: The first snapshot at which the log of weights has rows.
        members: bool [snapshots from there to the last with rows, filters that are ever anomalous].
        filters: int64, which these are.
    """

    first: int
    members: npt.NDArray[np.bool_]
    filters: npt.NDArray[np.int64]


def class_anomalies(
    runs: Runs, labels: npt.NDArray[np.int32], classes: int, k: int, threshold: int
) -> npt.NDArray[np.bool_]:
    """The anomaly iterations of every class, bool [snapshots, classes].

    Args:
        runs: Of right and wrong.
        labels: int32 [samples].
        classes: Number of classes.
        k: Snapshots that count as stable.
        threshold: Samples.
    """
    counts = flip_counts(runs.flips(), labels, k=k, snapshots=runs.snapshots, classes=classes)
    return anomalous(*counts, threshold)


def marks(steps: list[int], times: npt.NDArray[np.float64], top: npt.NDArray[np.int32]) -> Marks:
    """Filters that are anomalous at a snapshot: those named at a row since the snapshot before.

    Args:
        steps: T steps of the clock, of the snapshots.
        times: float64 [rows], when each row was.
        top: int32 [rows, count], the filters that changed most; -1 for none.
    """
    last = np.searchsorted(np.maximum.accumulate(times), steps, side="right") - 1
    with_rows = np.flatnonzero(np.diff(last, prepend=-1) > 0)
    if not len(with_rows):
        return Marks(0, np.zeros((0, 0), bool), np.empty(0, np.int64))
    first, stop = int(with_rows[0]), int(with_rows[-1]) + 1
    snapshot = np.repeat(np.searchsorted(last, np.arange(len(top)), side="left"), top.shape[1])
    named = top.ravel()
    inside = (named >= 0) & (snapshot < stop)
    filters, column = np.unique(named[inside], return_inverse=True)
    members = np.zeros((stop - first, len(filters)), bool)
    members[snapshot[inside] - first, column] = True
    return Marks(first, members, filters.astype(np.int64))


def matrix(anomalies: npt.NDArray[np.bool_], marks: Marks, offsets: npt.NDArray[np.int64], *, detailed: bool) -> Json:
    """Layers against classes, and mini-sets against classes, as in ``docs/http_api.md``.

    Args:
        anomalies: bool [snapshots, classes], of the whole set.
        marks: Which filters go with which snapshots.
        offsets: int64 [layers + 1], where the filters of each layer are.
        detailed: Whether mini-sets are wanted.
    """
    # scipy costs memory that a TensorBoard without a training log need not pay.
    from tensorboard_plugin_hidden.training_log.correlation import kept_classes, overview
    from tensorboard_plugin_hidden.training_log.order import matrix_order

    there = anomalies[marks.first : marks.first + len(marks.members)]
    classes = kept_classes(there)
    shown = np.flatnonzero(np.diff(offsets) > 0)
    # Layers without filters are no rows, so that nobody is asked about what cannot be.
    layer = np.searchsorted(shown, np.searchsorted(offsets, marks.filters, side="right") - 1)
    found = overview(there[:, classes], marks.members, layer, len(shown))
    rows, columns = matrix_order(found.count.astype(np.float64))
    ever = np.flatnonzero(anomalies.any(axis=0))
    return {
        "classes": classes[columns].tolist(),
        "layers": shown[rows].tolist(),
        "count": found.count[rows][:, columns].tolist(),
        "marks": found.marks[rows][:, columns].tolist(),
        "p": _short(found.p[rows][:, columns]),
        "q": _short(found.q[rows][:, columns]),
        "anomalies": {str(one): np.flatnonzero(anomalies[:, one]).tolist() for one in ever.tolist()},
        "detail": _detail(there[:, classes[columns]], marks, shown[layer], offsets) if detailed else None,
    }


def _detail(
    anomalies: npt.NDArray[np.bool_], marks: Marks, layers: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]
) -> Json:
    from tensorboard_plugin_hidden.training_log.correlation import detail

    found = detail(anomalies, marks.members, layers, most=MOST_SETS)
    sizes = np.array([len(one.filters) for one in found.sets], np.int64)
    return {
        "sets": [
            {
                "layer": one.layer,
                "filters": (marks.filters[one.filters] - offsets[one.layer]).tolist(),
                "snapshots": (one.iterations + marks.first).tolist(),
                "weight": one.weight,
            }
            for one in found.sets
        ],
        "count": (sizes[:, None] * (found.count > 0)).tolist(),
        "marks": found.count.tolist(),
        "q": _short(found.q),
    }


def _short(values: npt.NDArray[np.float64]) -> list[list[float]]:
    """To four digits after the point, which a p-value of a thousand shifts does not have."""
    rounded: list[list[float]] = values.round(4).tolist()
    return rounded
