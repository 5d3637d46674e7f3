"""What measuring a layer costs: everything of one snapshot, compared with the one before."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.result import Result
from tensorboard_plugin_hidden.geometry.measures import measure as measure_layer

SIZES = ((2_000, 512, 10, 60), (10_000, 768, 100, 1_000), (2_000, 512, 1_000, 1_000))
"""Samples, units, classes, and the limit in milliseconds."""


def measure(sizes: Sequence[tuple[int, int, int, float]] = SIZES, repeats: int = 15) -> list[Result]:
    """The fastest of some calls, which other programs disturbed least, for each size."""
    return [_cost(*size, repeats) for size in sizes]


def _cost(count: int, width: int, classes: int, limit: float, repeats: int) -> Result:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, count).astype(np.int32)
    centres = rng.standard_normal((classes, width), np.float32)
    before = np.maximum(centres[labels] + rng.standard_normal((count, width), np.float32), 0)
    after = before + np.float32(0.3) * rng.standard_normal((count, width), np.float32)
    previous = measure_layer(before, labels, classes)[1]
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        previous = measure_layer(after, labels, classes, previous)[1]
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    name = f"measures of a layer, {count:,} × {width}, {classes:,} classes"
    detail = f"fastest of {repeats}; median {np.median(walls):.0f} ms; {min(cpus):.0f} ms of CPU time"
    return Result(name, min(walls), "ms", limit, detail)
