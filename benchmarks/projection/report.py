"""The measurements of all methods as one table for each run, with what chance would score and the ratios of cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.projection.runner import MethodRun, Step

SETTLED = 2.0
"""Epoch from which a network has left its first confusion behind; the worst map after it is reported apart."""

RIVAL = "hidden"
"""The method that the others' costs are divided by."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is shown.

    Attributes:
        key: As in ``Step.measures``.
        label: Column title.
        better: 1 where more is better, -1 where less is, 0 where it depends.
        floor: Key of what a random or trivial map scores, if there is such a number.
    """

    key: str
    label: str
    better: int
    floor: str = ""


MEASURES = (
    Measure("nn10", "nn10", 1, "nn10_floor"),
    Measure("nn15", "nn15", 1, "nn15_floor"),
    Measure("nn20", "nn20", 1, "nn20_floor"),
    Measure("trust", "trust", 1),
    Measure("continuity", "continuity", 1),
    Measure("ppr_held_out", "PPR held-out", 1, "ppr_floor"),
    Measure("confidence_error_held_out", "confidence error", -1),
    Measure("boundary_overlap", "boundary neighbours", 1, "boundary_overlap_floor"),
    Measure("boundary_auroc", "boundary AUROC", 1, "boundary_auroc_floor"),
    Measure("border_agreement", "border agreement", 1, "border_agreement_floor"),
    Measure("empty_regions", "empty regions", -1),
    Measure("empty_share", "empty share", -1),
    Measure("border_length", "border length", 0),
    Measure("displacement", "displacement", -1),
    Measure("movement_correlation", "movement corr.", 1),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """One method on one run, over all seeds.

    Attributes:
        data: Name of the run.
        rows: Samples.
        method: Its name.
        seeds: How many.
        steps: How many.
        warm_up_cpu: Of the first use in the process, in seconds.
        fit_first: Processor time of the method's first map, in seconds.
        fit_warm: Of every later map, mean.
        frame_first: Processor time of the first whole frame, in seconds.
        frame_warm: Of every later frame, mean.
        wall_warm: Wall time of every later frame, mean.
        peak_mb: Highest rise of memory during a frame.
        fit_ratio: ``fit_warm`` over that of ``RIVAL`` on the same run; NaN without it.
        frame_ratio: The same of ``frame_warm``.
        mean: Of each measure over steps and seeds.
        worst: Of each measure that has a better side, over steps and seeds.
        spread: Largest less smallest of each measure's mean over steps, between seeds.
        ppr_settled: Lowest held-out PPR from ``SETTLED`` epochs on.
        trajectory_correlation: Mean over seeds.
    """

    data: str
    rows: int
    method: str
    seeds: int
    steps: int
    warm_up_cpu: float
    fit_first: float
    fit_warm: float
    frame_first: float
    frame_warm: float
    wall_warm: float
    peak_mb: float
    fit_ratio: float
    frame_ratio: float
    mean: dict[str, float]
    worst: dict[str, float]
    spread: dict[str, float]
    ppr_settled: float
    trajectory_correlation: float


def summarise(runs: Sequence[MethodRun]) -> list[Summary]:
    """One summary for each run, number of rows and method, in the order in which they came."""
    groups: dict[tuple[str, int, str], list[MethodRun]] = {}
    for run in runs:
        groups.setdefault((run.data, run.rows, run.method), []).append(run)
    return [_summary(group, groups.get((data, rows, RIVAL))) for (data, rows, _), group in groups.items()]


def markdown(summaries: Sequence[Summary]) -> str:
    """Two tables for each run.

    Cost is in CPU-seconds of a warm map (``fit``: the method itself; ``frame``: all that the frame takes), with its
    multiple of ``RIVAL``'s, then the first map's; ``start`` is what the first use in a process costs. Quality is
    *mean (worst step)*, with what chance or a single class would score in the last row.
    """
    sections = []
    for data, rows in dict.fromkeys((summary.data, summary.rows) for summary in summaries):
        chosen = [summary for summary in summaries if (summary.data, summary.rows) == (data, rows)]
        heading = f"### {data}, {rows:,} samples, {chosen[0].steps} steps, {_plural(chosen[0].seeds, 'seed')}"
        sections.append("\n\n".join([heading, _costs(chosen), _qualities(chosen)]))
    return "\n\n".join(sections)


def _summary(group: Sequence[MethodRun], rival: Sequence[MethodRun] | None) -> Summary:
    first, steps = group[0], [step for run in group for step in run.steps]
    keys = {key for step in steps for key in step.measures}
    means = {key: [_mean(_values(run.steps, key)) for run in group] for key in keys}
    worst = {}
    for shown in MEASURES:
        if shown.better and (values := _values(steps, shown.key)):
            worst[shown.key] = min(values) if shown.better > 0 else max(values)
    settled = _values([step for step in steps if step.epoch >= SETTLED], "ppr_held_out")
    return Summary(
        data=first.data,
        rows=first.rows,
        method=first.method,
        seeds=len(group),
        steps=len(first.steps),
        warm_up_cpu=first.warm_up_cpu,
        fit_first=_mean(run.steps[0].fit_cpu for run in group),
        fit_warm=_warm(group, lambda step: step.fit_cpu),
        frame_first=_mean(run.steps[0].frame_cpu for run in group),
        frame_warm=_warm(group, lambda step: step.frame_cpu),
        wall_warm=_warm(group, lambda step: step.frame_wall),
        peak_mb=max(step.peak_mb for step in steps),
        fit_ratio=_ratio(group, rival, lambda step: step.fit_cpu),
        frame_ratio=_ratio(group, rival, lambda step: step.frame_cpu),
        mean={key: _mean(values) for key, values in means.items()},
        worst=worst,
        spread={key: max(values) - min(values) for key, values in means.items()},
        ppr_settled=min(settled, default=math.nan),
        trajectory_correlation=_mean(run.trajectory_correlation for run in group),
    )


def _costs(chosen: Sequence[Summary]) -> str:
    title = [
        "method",
        "fit",
        f"÷ {RIVAL}",
        "first fit",
        "frame",
        f"÷ {RIVAL}",
        "first frame",
        "wall",
        "peak MB",
        "start",
    ]
    lines = [_row(title), "|---" + "|--:" * (len(title) - 1) + "|"]
    for one in chosen:
        seconds = [one.fit_warm, one.fit_ratio, one.fit_first, one.frame_warm, one.frame_ratio, one.frame_first]
        cells = ["–" if math.isnan(value) else f"{value:.3g}" for value in [*seconds, one.wall_warm]]
        lines.append(_row([one.method, *cells, f"{one.peak_mb:.0f}", f"{one.warm_up_cpu:.3g}"]))
    return "\n".join(lines)


def _qualities(chosen: Sequence[Summary]) -> str:
    shown = [measure for measure in MEASURES if any(measure.key in one.mean for one in chosen)]
    title = ["method", *(measure.label for measure in shown), f"PPR ≥ epoch {SETTLED:g}", "trajectory corr."]
    lines = [_row(title), "|---" + "|--:" * (len(title) - 1) + "|"]
    for one in chosen:
        cells = [_cell(one, measure) for measure in shown]
        lines.append(_row([one.method, *cells, _number(one.ppr_settled), _number(one.trajectory_correlation)]))
    floors = [_number(_floor(chosen, measure)) for measure in shown]
    lines.append(_row(["*chance, or one class*", *floors, "", "0"]))
    return "\n".join(lines)


def _cell(one: Summary, measure: Measure) -> str:
    if measure.key not in one.mean:
        return "–"
    worst = f" ({_number(one.worst[measure.key])})" if measure.key in one.worst else ""
    return _number(one.mean[measure.key]) + worst


def _floor(chosen: Sequence[Summary], measure: Measure) -> float:
    """The floor of the first method that has one: it hardly differs between methods."""
    return next((one.mean[measure.floor] for one in chosen if measure.floor in one.mean), math.nan)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3g}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _values(steps: Iterable[Step], key: str) -> list[float]:
    return [step.measures[key] for step in steps if key in step.measures]


def _mean(values: Iterable[float]) -> float:
    usable = [value for value in values if not math.isnan(value)]
    return sum(usable) / len(usable) if usable else math.nan


def _warm(group: Sequence[MethodRun], cost: Callable[[Step], float]) -> float:
    """Mean over every step but the first, or that one where there is no other."""
    return _mean(cost(step) for run in group for step in (run.steps[1:] or run.steps))


def _ratio(group: Sequence[MethodRun], rival: Sequence[MethodRun] | None, cost: Callable[[Step], float]) -> float:
    if rival is None or not (below := _warm(rival, cost)):
        return math.nan
    return _warm(group, cost) / below
