"""Which samples show best what an alert says: the worst first. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import Sight
from tensorboard_plugin_hidden.alerts.rules import Finding
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.neighbours import squared_distances

MOST = 50
"""Samples that an alert points at."""

OF_NO_SAMPLE = ("dead", "norm", "still")
"""Measures that are as much any sample's doing as another's."""


def evidence(finding: Finding, sight: Sight) -> tuple[int, ...]:
    """The rows that show what was found.

    Args:
        finding: What.
        sight: The samples at that step.

    Returns:
        At most ``MOST`` rows. None where nothing points at some samples rather than at others.
    """
    if finding.measure == "nonfinite":
        return _rows(_broken(sight))
    if finding.measure in OF_NO_SAMPLE:
        return ()
    rows = _concerned(finding, sight)
    if finding.measure == "flips" and sight.before is not None and sight.predictions is not None:
        return _rows(rows[sight.predictions[rows] != sight.before[rows]])
    if sight.activations is not None and sight.labels is not None:
        return _rows(_by(rows, _intrusion(sight.activations, sight.labels, finding.classes)))
    if sight.loss is not None:
        wrong = rows
        if sight.predictions is not None and sight.labels is not None and (finding.classes or finding.task):
            wrong = rows[sight.predictions[rows] != sight.labels[rows]]
        return _rows(_by(wrong, sight.loss))
    return ()


def likely_confusion(rows: IntArray, sight: Sight) -> tuple[int, ...]:
    """The class, and what it is most often taken for, among some samples; empty where none is taken for another."""
    if sight.labels is None or sight.predictions is None:
        return ()
    rows = rows[rows < len(sight.labels)]
    labels, taken = sight.labels[rows], sight.predictions[rows]
    wrong = (labels >= 0) & (taken >= 0) & (labels != taken)
    if not wrong.any():
        return ()
    pairs, counts = np.unique(np.stack([labels[wrong], taken[wrong]]), axis=1, return_counts=True)
    first, second = pairs[:, int(counts.argmax())]
    return int(first), int(second)


def _concerned(finding: Finding, sight: Sight) -> npt.NDArray[np.intp]:
    """Rows of the classes or the task that were found, else all."""
    labels = sight.labels
    if finding.task:
        rows = sight.tasks.get(finding.task, np.empty(0, np.int32)).astype(np.intp)
        return rows if labels is None else rows[rows < len(labels)]
    if labels is None:
        count = next((len(a) for a in (sight.predictions, sight.activations) if a is not None), 0)
        return np.arange(count)
    return np.flatnonzero(np.isin(labels, finding.classes) if finding.classes else labels >= 0)


def _broken(sight: Sight) -> npt.NDArray[np.intp]:
    if sight.activations is not None:
        return np.flatnonzero(~np.isfinite(sight.activations).all(axis=1))
    return np.empty(0, np.intp) if sight.predictions is None else np.flatnonzero(sight.predictions < 0)


def _intrusion(activations: FloatArray, labels: IntArray, classes: tuple[int, ...]) -> FloatArray:
    """How much nearer a sample is to another class's centroid than to its own, over their sum: -1 to 1, float32 [N].

    Of a pair the other class is the other of the two.
    """
    result = np.full(len(activations), np.nan, np.float32)
    known = np.isfinite(activations).all(axis=1) & (labels >= 0)
    present = np.unique(labels[known]) if len(classes) != 2 else np.array(sorted(classes))
    present = present[[bool((known & (labels == number)).any()) for number in present]]
    if len(present) < 2:
        return result
    scale = float(np.abs(activations[known]).max()) or 1.0
    points = activations[known] / scale
    centres = np.stack([points[labels[known] == number].mean(axis=0) for number in present])
    distances = np.sqrt(squared_distances(points - points.mean(axis=0), centres - points.mean(axis=0)))
    own = labels[known][:, None] == present[None, :]
    mine = np.where(own, distances, np.inf).min(axis=1)
    nearest = np.where(own, np.inf, distances).min(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        result[known] = np.where(np.isfinite(mine), (mine - nearest) / (mine + nearest), np.nan)
    return result


def _by(rows: npt.NDArray[np.intp], badness: FloatArray) -> npt.NDArray[np.intp]:
    """Rows by badness, the worst first; those of unknown badness are left out."""
    known = rows[~np.isnan(badness[rows])]
    return known[np.argsort(-badness[known], kind="stable")]


def _rows(rows: npt.NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[:MOST])
