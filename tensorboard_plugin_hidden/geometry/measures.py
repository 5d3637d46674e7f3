"""Everything that is measured of one layer at one step: numbers that a watch over training can be built on.

All of them are free of scale: a thousand times larger activations change ``norm`` only. Imports numpy and the
package's own measures only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.label_agreement import label_agreement
from tensorboard_plugin_hidden.geometry.scatter import class_separation, gaps, scatter, separation
from tensorboard_plugin_hidden.geometry.similarity import Sample, linear_cka, procrustes_distance, turnover
from tensorboard_plugin_hidden.geometry.spectrum import participation_ratio, rankme, spectrum, uniformity

NAMES = (
    "separation",
    "agreement",
    "rank",
    "participation",
    "uniformity",
    "similarity",
    "drift",
    "turnover",
    "dead",
    "norm",
    "nonfinite",
)
"""What is measured of a layer."""

CLASS_NAMES = ("separation", "nearest", "agreement")
"""What is measured of each class in a layer."""

COMPARED = 1_000
"""Samples whose inner products are taken: for neighbours, similarity and drift, and ranks of layers as wide as that."""

PAIRED = 300
"""Samples among all of whose pairs ``uniformity`` is measured: its standard error is then at most .04."""

ROUNDING = 8 * float(np.finfo(np.float32).eps)
"""A unit that varies by no more than this share of its largest value is the same for all samples.

Kernels that sum in another order at the end of a batch differ by about that much.
"""


@dataclass(frozen=True, slots=True)
class LayerMeasures:
    """What was measured of one layer at one step.

    Attributes:
        values: A number for each of ``NAMES``; NaN where it is undefined.
        classes: For each of ``CLASS_NAMES`` float32 [C]; NaN for absent classes.
        gaps: float32 [C, C], see ``scatter.gaps``.
        counts: int [C], samples of each class whose neighbours were looked at.
    """

    values: dict[str, float]
    classes: dict[str, FloatArray]
    gaps: FloatArray
    counts: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reference:
    """What the next snapshot of a layer is compared with.

    Attributes:
        count: Samples there were.
        rows: int [n], which of them were kept, at most ``COMPARED`` finite ones in an order that is drawn once.
        sample: Their activations.
    """

    count: int
    rows: npt.NDArray[np.intp]
    sample: Sample


@dataclass(frozen=True, slots=True)
class _Layer:
    """Activations made ready.

    Attributes:
        finite: bool [N], rows without NaN or Inf.
        values: float32 [M, D], the finite rows.
        points: float32 [M, D], the same centred, and of magnitude near 1; dead units are 0.
        mean: float64 [D], what was taken off.
        scale: What ``points`` were divided by.
        dead: bool [D], units that are the same for all samples.
    """

    finite: BoolArray
    values: FloatArray
    points: FloatArray
    mean: npt.NDArray[np.float64]
    scale: float
    dead: BoolArray


def measure(
    activations: FloatArray, labels: IntArray | None, classes: int, previous: Reference | None = None
) -> tuple[LayerMeasures, Reference]:
    """Measures a layer, and compares it with an earlier snapshot of it.

    Rows with NaN or Inf are left out of everything but ``nonfinite``. What cannot be said is NaN: everything else
    without a finite row; all but ``norm`` of a single row; ``norm`` of zeros; ``uniformity`` of fewer than two
    directions; what needs labels without two classes of two samples; what needs an earlier snapshot without one, or
    when one of the two does not vary. A layer that gives the same for every sample has ``dead`` 1, ``rank`` and
    ``participation`` 0, ``uniformity`` 0 and no ``separation``, ``agreement``, ``similarity``, ``drift`` or
    ``turnover``.

    Args:
        activations: [N, D] floats.
        labels: int [N], class numbers; negative for none. None when nothing is labelled.
        classes: Number of classes C.
        previous: From the snapshot to compare with. When that had fewer rows, they are taken to be the first of these;
            when it had more, nothing is compared. Its width may differ.

    Returns:
        The measures, and what the next snapshot is compared with.

    Raises:
        HiddenError: The activations are no matrix, or the labels do not belong to them.
    """
    layer = _prepare(activations, labels, classes)
    count = len(layer.finite)
    rows = _chosen(layer.finite)
    places = np.cumsum(layer.finite) - 1
    sample = Sample.of(layer.points[places[rows]])
    values = dict.fromkeys(NAMES, float("nan"))
    per_class = {name: np.full(classes, np.nan, np.float32) for name in CLASS_NAMES}
    between = np.full((classes, classes), np.nan, np.float32)
    counts = np.zeros(classes, np.intp)
    if count:
        values["nonfinite"] = (count - len(layer.points)) / count
    if len(layer.points):
        values["norm"] = _log_norm(layer)
    if len(layer.points) > 1:
        wide = len(rows) <= layer.points.shape[1]
        eigenvalues = spectrum(sample.gram if wide else layer.points.T @ layer.points)
        values["rank"] = rankme(eigenvalues)
        values["participation"] = participation_ratio(eigenvalues)
        values["uniformity"] = uniformity(layer.values[places[rows[:PAIRED]]])
        values["dead"] = float(layer.dead.mean()) if len(layer.dead) else float("nan")
    if labels is not None and len(layer.points) > 1:
        known = labels[layer.finite]
        of = scatter(layer.points, known, classes)
        values["separation"] = separation(of)
        between = gaps(of)
        per_class["separation"], per_class["nearest"] = class_separation(of)
        if sample.energy > 0:
            agreement = label_agreement(sample.neighbours, known[places[rows]])
            values["agreement"], per_class["agreement"], counts = _means(agreement, labels[rows], classes)
    if previous is not None and previous.count <= count:
        now, then = _common(layer, places, rows, sample, previous)
        if len(now.points) > 2:
            values["similarity"] = linear_cka(then, now)
            values["drift"] = procrustes_distance(then, now)
            values["turnover"] = turnover(then, now)
    return LayerMeasures(values, per_class, between, counts), Reference(count, rows, sample)


def _prepare(activations: FloatArray, labels: IntArray | None, classes: int) -> _Layer:
    """Leaves out what is not finite, finds dead units, centres and scales."""
    if activations.ndim != 2:
        raise HiddenError(
            "activations are no matrix",
            expected="[N, D], one row for each sample",
            got=str(activations.shape),
            fix="Flatten each sample's activations first.",
        )
    if labels is not None and (labels.shape != activations.shape[:1] or labels.max(initial=-1) >= classes):
        raise HiddenError(
            "labels do not belong to the activations",
            expected=f"{len(activations)} labels below {classes}",
            got=f"{labels.shape} labels up to {labels.max(initial=-1)}",
            fix="Give one class number for each sample, or -1.",
        )
    with np.errstate(over="ignore"):
        values = activations.astype(np.float32, copy=False)
    finite = np.ones(len(values), bool)
    high, low = _extremes(values)
    if not (np.isfinite(high).all() and np.isfinite(low).all()):
        finite = np.asarray(np.isfinite(values).all(axis=1))
        values = values[finite]
        high, low = _extremes(values)
    mean = values.mean(axis=0, dtype=np.float64) if len(values) else np.zeros(values.shape[1])
    dead = np.asarray(high - low <= ROUNDING * np.maximum(np.abs(high), np.abs(low)))
    exponent = int(np.frexp(np.where(dead, 0, high - low).max(initial=0))[1])
    # A power of two rounds nothing. Where float32 cannot hold it, or a difference, double precision does.
    if abs(exponent) < 100:
        points = values - mean.astype(np.float32)
        points *= np.float32(2.0**-exponent)
    else:
        points = np.ldexp(values - mean, -exponent).astype(np.float32)
    points[:, dead] = 0
    return _Layer(finite, values, points, mean, 2.0**exponent, dead)


def _extremes(values: FloatArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Largest and smallest value of each unit, float64 [D]; 0 without rows, not finite where some row is not."""
    if not len(values):
        return np.zeros(values.shape[1]), np.zeros(values.shape[1])
    with np.errstate(invalid="ignore"):
        return values.max(axis=0).astype(np.float64), values.min(axis=0).astype(np.float64)


def _chosen(finite: BoolArray) -> npt.NDArray[np.intp]:
    """At most ``COMPARED`` of the finite rows, the same at every step whose rows are all finite.

    In an order drawn once for a number of rows, so that the first of them are a fair sample of all.
    """
    order = np.random.default_rng(0).permutation(len(finite))
    return order[finite[order]][:COMPARED]


def _log_norm(layer: _Layer) -> float:
    """Log of the root-mean-square norm of the activations; NaN when all are 0."""
    about = np.einsum("nd,nd->n", layer.points, layer.points).mean(dtype=np.float64) * layer.scale**2
    square = float(about + layer.mean @ layer.mean)
    return 0.5 * float(np.log(square)) if square > 0 else float("nan")


def _means(values: FloatArray, labels: IntArray, classes: int) -> tuple[float, FloatArray, npt.NDArray[np.intp]]:
    """Mean of the known values [n], of all and of each class, and how many; NaN where none is known."""
    known = ~np.isnan(values)
    sums = np.bincount(labels[known], values[known], minlength=classes)
    counts = np.bincount(labels[known], minlength=classes)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)
    return (float(sums.sum() / counts.sum()) if known.any() else float("nan")), means, counts


def _common(
    layer: _Layer, places: npt.NDArray[np.intp], rows: npt.NDArray[np.intp], sample: Sample, previous: Reference
) -> tuple[Sample, Sample]:
    """The samples that both snapshots know: as they are, and as they were."""
    if np.array_equal(rows, previous.rows):
        return sample, previous.sample
    there = layer.finite[previous.rows]
    now = Sample.of(layer.points[places[previous.rows[there]]])
    return now, previous.sample if there.all() else Sample.of(previous.sample.points[there])
