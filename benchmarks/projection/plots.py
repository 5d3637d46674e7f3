"""Pictures of the comparison: quality against cost, quality over time, cost over samples, and the maps themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.projection.report import SETTLED, Measure, Summary
from benchmarks.projection.runner import MethodRun
from benchmarks.projection.scaling import Size
from tensorboard_plugin_hidden.format.frame import Frame

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31", "#7F7F7F")
"""Okabe & Ito's colours for all kinds of colour vision, without the yellow that is lost on white, and two more."""

MARKERS = "osD^vPX*h"

CLASS_COLOURS = (
    "#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#888888",
)  # fmt: skip
"""Tol's muted scheme, whose last grey is darkened to be seen on white."""

DOTS_PER_INCH = 100

PNG_COLOURS = 64

WANTED_PPR = 0.95
"""Held-out PPR that a map should keep once a network has settled."""

SCATTERED = (
    Measure("nn15", "neighbours kept (k = 15)", 1, "nn15_floor"),
    Measure("ppr_held_out", "held-out PPR", 1, "ppr_floor"),
    Measure("boundary_overlap", "boundary neighbours kept", 1, "boundary_overlap_floor"),
    Measure("displacement", "displacement", -1),
)
"""What is shown against cost."""

SHOWN_MAPS = 3
"""Methods, and steps, of the small multiples."""

_STYLE: dict[Any, Any] = {
    "figure.facecolor": "white",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmarks.projection",
}


def write(
    folder: Path,
    runs: Sequence[MethodRun],
    summaries: Sequence[Summary],
    drawn: Mapping[str, Mapping[str, Sequence[Frame]]],
) -> None:
    """Writes all pictures of a comparison.

    Args:
        folder: Where to; is made.
        runs: Every method's steps.
        summaries: Of the same runs.
        drawn: Frames by run and method.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        for name, maps in drawn.items():
            chosen = [summary for summary in summaries if summary.data == name]
            if not any(summary.mean for summary in chosen):
                continue  # Not one step could be drawn.
            _save(_quality_against_cost(chosen), folder / f"{name}-cost.svg")
            _save(_ppr_over_time([run for run in runs if run.data == name]), folder / f"{name}-ppr.svg")
            if any(frame.landscape is not None for frames in maps.values() for frame in frames):
                _save(_small_multiples(maps), folder / f"{name}-maps.png")


def write_scaling(folder: Path, sizes: Sequence[Size]) -> None:
    """Writes the cost of a frame over the number of samples.

    Args:
        folder: Where to; is made.
        sizes: As measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
        rows = [size.rows for size in sizes]
        left.loglog(rows, [size.frame_cpu for size in sizes], "o-", color=COLOURS[0], label="whole frame")
        left.loglog(rows, [size.fit_cpu for size in sizes], "s--", color=COLOURS[1], label="the method's share")
        left.set(xlabel="samples", ylabel="processor time, s")
        left.legend(frameon=False)
        right.loglog(rows, [size.peak_mb for size in sizes], "o-", color=COLOURS[0])
        right.set(xlabel="samples", ylabel="peak memory above the snapshot, MB")
        _save(figure, folder / "scaling.svg")


def _quality_against_cost(chosen: Sequence[Summary]) -> Figure:
    figure, axes = plt.subplots(1, len(SCATTERED), figsize=(3 * len(SCATTERED), 3.4), layout="constrained")
    for axis, measure in zip(axes, SCATTERED, strict=True):
        for place, one in enumerate(chosen):
            if measure.key in one.mean:
                axis.plot(one.fit_warm, one.mean[measure.key], label=one.method, ls="", ms=8, **_look(place))
        floors = [one.mean[measure.floor] for one in chosen if measure.floor in one.mean]
        if floors:
            axis.axhline(floors[0], color="#888888", lw=1, ls=":", label="chance, or one class")
        worse = "" if measure.better > 0 else " (less is better)"
        axis.set(xscale="log", xlabel="processor time a map, s", title=measure.label + worse)
        axis.title.set_fontsize(9)
        highest = max([one.mean.get(measure.key, 0.0) for one in chosen] + floors)
        axis.set_ylim(0, 1.08 * highest or 1)
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=9, frameon=False)
    return figure


def _ppr_over_time(runs: Sequence[MethodRun]) -> Figure:
    figure, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for place, method in enumerate(dict.fromkeys(run.method for run in runs)):
        run = next(run for run in runs if run.method == method)
        steps = [(step.epoch, step.measures["ppr_held_out"]) for step in run.steps if "ppr_held_out" in step.measures]
        if steps:
            axis.plot(*zip(*steps, strict=True), label=method, lw=1.5, ms=4, **_look(place))
    floor = [(step.epoch, step.measures["ppr_floor"]) for step in runs[0].steps if "ppr_floor" in step.measures]
    if floor:
        axis.plot(*zip(*floor, strict=True), color="#888888", ls=":", label="one class everywhere")
    axis.axhline(WANTED_PPR, color="#bbbbbb", lw=1)
    axis.axvline(SETTLED, color="#bbbbbb", lw=1)
    axis.set(xlabel="epoch", ylabel="held-out PPR", ylim=(0, 1.02))
    figure.legend(loc="outside right center", frameon=False)
    return figure


def _small_multiples(maps: Mapping[str, Sequence[Frame]]) -> Figure:
    """Three steps of three methods: columns are steps, from the first that has a landscape to the last."""
    methods = list(maps)[:SHOWN_MAPS]
    count = len(maps[methods[0]])
    steps = sorted({round(place) for place in np.linspace(0, count - 1, SHOWN_MAPS)})
    figure, axes = plt.subplots(
        len(methods), len(steps), figsize=(2.6 * len(steps), 2.75 * len(methods)), layout="constrained", squeeze=False
    )
    for row, method in enumerate(methods):
        for column, step in enumerate(steps):
            frame = maps[method][step]
            axis = axes[row][column]
            _draw(axis, frame)
            if column == 0:
                axis.set_ylabel(method)
            ppr = frame.faithfulness.get("ppr_held_out")
            axis.set_title(f"step {frame.step}" + ("" if ppr is None else f" · PPR {ppr:.2f}"), fontsize=8)
    return figure


def _draw(axis: Axes, frame: Frame) -> None:
    """A map as the tab shows it: pale where nothing supports the landscape."""
    axis.set(xticks=[], yticks=[])
    axis.set_aspect("equal")
    if frame.landscape is None or frame.prediction is None:
        axis.text(0.5, 0.5, "no map", ha="center", va="center", transform=axis.transAxes, color="#666666")
        return
    ground = frame.landscape
    classes = 1 + int(max(ground.classes.max(), frame.prediction.max()))
    palette = _palette(classes)
    strength = (0.08 + 0.42 * ground.support * ground.confidence)[:, :, None]
    x0, y0, x1, y1 = ground.bounds
    axis.imshow(1 - strength * (1 - palette[ground.classes]), extent=(x0, x1, y0, y1), origin="lower")
    seen = frame.prediction >= 0
    axis.scatter(frame.positions[seen, 0], frame.positions[seen, 1], c=palette[frame.prediction[seen]], s=1.5, lw=0)


def _palette(classes: int) -> npt.NDArray[np.float64]:
    """RGB [classes, 3]: ten colours that differ for all kinds of colour vision, repeated darker for more classes."""
    base = np.array([mpl.colors.to_rgb(colour) for colour in CLASS_COLOURS])
    place = np.arange(classes)
    return np.asarray(base[place % len(base)] * (0.85 ** (place // len(base) % 6))[:, None])


def _look(place: int) -> dict[str, Any]:
    return {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)]}


def _save(figure: Figure, path: Path) -> None:
    if path.suffix == ".svg":
        figure.savefig(path, metadata={"Date": None})
    else:
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=DOTS_PER_INCH)
        # Smooth colours do not compress: a palette makes a third of the bytes.
        Image.open(buffer).convert("RGB").quantize(PNG_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    plt.close(figure)
