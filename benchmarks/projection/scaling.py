"""What a first and a warm frame of the default method cost as the samples grow in number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.projection.memory import PeakMemory
from benchmarks.projection.recorder import TimedProjector
from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.projection.candidates import EXACT_ROWS
from tensorboard_plugin_hidden.projection.frame import make_frame
from tensorboard_plugin_hidden.projection.methods import get_method

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)

WIDTH = 64
"""Units of the layer."""

GROUPS = 20
"""Classes, a Gaussian group each."""

DRIFT = 0.1
"""How far a group's middle moves between the two steps, in standard deviations of the group."""

JITTER = 0.3
"""How far each sample moves besides, in the same unit."""


@dataclass(frozen=True, slots=True)
class Size:
    """One warm frame.

    Attributes:
        rows: Samples.
        cold_cpu: Processor time of the whole frame before it, the first one, in seconds.
        fit_cpu: Processor time of the method's own fitting and placing, in seconds.
        frame_cpu: Of the whole frame, in seconds.
        frame_wall: Wall time of the whole frame, in seconds.
        peak_mb: How far resident memory rose above the snapshot's, in megabytes.
        nn: Neighbours kept, as the frame says.
        ppr: Held-out prediction-preserving rate, as the frame says.
    """

    rows: int
    cold_cpu: float
    fit_cpu: float
    frame_cpu: float
    frame_wall: float
    peak_mb: float
    nn: float
    ppr: float


def drifting(rows: int, seed: int = 0) -> tuple[Snapshot, Snapshot]:
    """Two steps of Gaussian groups that drift and jitter, with the linear head that tells their middles apart."""
    rng = np.random.default_rng(seed)
    middles = 1.5 * rng.standard_normal((GROUPS, WIDTH), np.float32)
    group = rng.integers(0, GROUPS, rows)
    offsets = rng.standard_normal((rows, WIDTH), np.float32)
    steps = []
    for step in range(2):
        activations = middles[group] + offsets
        # The discriminant of equal spherical Gaussians: z_c = m_c · x - |m_c|² / 2.
        bias = -0.5 * np.einsum("cd,cd->c", middles, middles)
        logits = activations @ middles.T + bias
        steps.append(
            Snapshot("groups", step, activations, logits, HeadData("linear", {"weight": middles.copy(), "bias": bias}))
        )
        middles = middles + DRIFT * rng.standard_normal(middles.shape, np.float32)
        offsets = offsets + JITTER * rng.standard_normal(offsets.shape, np.float32)
    return steps[0], steps[1]


def measure_scaling(largest: int, say: Callable[[str], None]) -> list[Size]:
    """Draws two steps of every size up to the largest. What is compiled on first use is compiled before.

    Args:
        largest: Most samples.
        say: Is told what is being drawn.
    """
    make_frame(drifting(EXACT_ROWS + 1 if largest > EXACT_ROWS else SIZES[0])[0], None, get_method("hidden"))
    sizes = []
    for rows in (size for size in SIZES if size <= largest):
        say(f"{rows:,} samples")
        first, second = drifting(rows)
        method = TimedProjector(get_method("hidden"))
        cold, previous = make_frame(first, None, method)
        before, memory = method.watch.cpu_seconds, PeakMemory()
        frame, _ = make_frame(second, previous, method)
        peak = memory.rise()
        numbers = frame.faithfulness
        sizes.append(
            Size(
                rows=rows,
                cold_cpu=cold.cpu_seconds,
                fit_cpu=method.watch.cpu_seconds - before,
                frame_cpu=frame.cpu_seconds,
                frame_wall=frame.seconds,
                peak_mb=peak,
                nn=numbers["neighbours"],
                ppr=numbers["ppr_held_out"],
            )
        )
    return sizes


def as_markdown(sizes: Sequence[Size]) -> str:
    """One line for each size."""
    lines = [
        "| samples | first CPU-s | fit CPU-s | frame CPU-s | frame wall s | peak MB | neighbours | PPR held-out |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for size in sizes:
        seconds = size.cold_cpu, size.fit_cpu, size.frame_cpu, size.frame_wall
        costs = " | ".join([*(f"{value:.3g}" for value in seconds), f"{size.peak_mb:.0f}"])
        lines.append(f"| {size.rows:,} | {costs} | {size.nn:.3f} | {size.ppr:.3f} |")
    return "\n".join(lines)
