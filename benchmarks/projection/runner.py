"""Runs one method over a sequence of snapshots and measures every step of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.projection.data import Run, load
from benchmarks.projection.measures.temporal import trajectory_correlation
from benchmarks.projection.memory import PeakMemory
from benchmarks.projection.quality import Reference, measure, reference, standardised
from benchmarks.projection.recorder import TimedProjector, TimedRunProjector
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.snapshot import Snapshot
from tensorboard_plugin_hidden.projection.frame import Drawn, draw_frame, draw_frames
from tensorboard_plugin_hidden.projection.methods import RUN_METHODS, get_method, get_run_method
from tensorboard_plugin_hidden.projection.prepare import held_out
from tensorboard_plugin_hidden.projection.protocol import Previous

WARM_UP_ROWS = 100
"""Rows of the run before the first measured one: enough to have everything compiled."""


@dataclass(frozen=True, slots=True)
class Step:
    """One map.

    Attributes:
        epoch: When its snapshot was taken.
        fit_cpu: Processor time of the method's own fitting and placing, in seconds.
        frame_cpu: Of the whole frame: neighbours, fit, landscape and the frame's own measures, in seconds.
        frame_wall: Wall time of the whole frame, in seconds.
        peak_mb: How far resident memory rose during the frame, in megabytes.
        measures: By name; those that are not defined at this step are absent.
        reason: What the frame says about itself.
    """

    epoch: float
    fit_cpu: float
    frame_cpu: float
    frame_wall: float
    peak_mb: float
    measures: Mapping[str, float]
    reason: str


@dataclass(frozen=True, slots=True)
class MethodRun:
    """One method on one sequence.

    Attributes:
        data: Name of the run.
        rows: Samples.
        method: Its name.
        seed: Of the held-out rows and the method.
        warm_up_cpu: Processor time of the first use in the process, on few rows: imports and compilation, in seconds.
        steps: In order of time.
        trajectory_correlation: Mean over samples; NaN where it is not defined.
    """

    data: str
    rows: int
    method: str
    seed: int
    warm_up_cpu: float
    steps: list[Step]
    trajectory_correlation: float


def references(run: Run, seed: int) -> list[Reference]:
    """What every method is compared against, once for all of them."""
    apart = held_out(len(run.labels), seed)
    return [reference(snapshot, apart, seed) for snapshot in run.snapshots]


def run_method(name: str, run: Run, known: Sequence[Reference], seed: int) -> tuple[MethodRun, list[Frame]]:
    """Draws and measures all steps.

    Args:
        name: Of the method.
        run: The sequence.
        known: Of the same steps.
        seed: As for ``known``.

    Returns:
        The measurements and the frames.
    """
    started = time.process_time()
    for _ in _drawn(name, load("tiny", WARM_UP_ROWS, 2).snapshots, 0):
        pass
    warm_up = time.process_time() - started
    steps: list[Step] = []
    frames: list[Frame] = []
    activations, positions = [], []
    for place, (drawn, fit_cpu, peak) in enumerate(_drawn(name, run.snapshots, seed)):
        measures: dict[str, float] = {}
        if drawn.prepared is not None and drawn.embedding is not None:
            fitted = drawn.prepared.fitted
            before = (known[place - 1], frames[-1]) if frames and frames[-1].faithfulness else None
            measures = measure(known[place], drawn.frame, fitted, drawn.embedding, before)
            activations.append(standardised(run.snapshots[place].activations, run.snapshots[place], fitted))
            positions.append(drawn.frame.positions)
        frames.append(drawn.frame)
        costs = fit_cpu, drawn.frame.cpu_seconds, drawn.frame.seconds, peak
        steps.append(Step(run.epochs[place], *costs, measures, drawn.frame.reason))
    follows = float("nan")
    if len(positions) > 2:
        correlations = trajectory_correlation(activations, positions)
        usable = correlations[np.isfinite(correlations)]
        follows = float(usable.mean()) if len(usable) else float("nan")
    return MethodRun(run.name, len(run.labels), name, seed, warm_up, steps, follows), frames


def _drawn(name: str, snapshots: Sequence[Snapshot], seed: int) -> Iterator[tuple[Drawn, float, float]]:
    """Every step as drawn, with the method's processor time in seconds and the rise of memory in megabytes.

    A method that draws all steps at once has its time shared out among them, and one peak.
    """
    if name in RUN_METHODS:
        whole = TimedRunProjector(get_run_method(name))
        memory = PeakMemory()
        run = draw_frames(snapshots, whole, seed)
        fit_cpu, peak = whole.watch.cpu_seconds / len(snapshots), memory.rise()
        yield from ((drawn, fit_cpu, peak) for drawn in run)
        return
    method = TimedProjector(get_method(name))
    previous: Previous | None = None
    for snapshot in snapshots:
        before, memory = method.watch.cpu_seconds, PeakMemory()
        drawn = draw_frame(snapshot, previous, method, seed)
        previous = drawn.following
        yield drawn, method.watch.cpu_seconds - before, memory.rise()
