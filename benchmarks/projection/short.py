"""The comparison in short, as ratios: what a method costs in units of the default method, and what that buys."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.projection.data import load
from benchmarks.projection.report import Summary, summarise
from benchmarks.projection.runner import references, run_method
from benchmarks.result import Result

METHODS = ("hidden", "umap", "tsne", "dvi")

ROWS = 400
"""Few enough for the slowest to be done in two minutes; ``python -m benchmarks.projection`` takes more."""

STEPS = 2
"""A first map and a warm one."""

SLOWER = 10.0
"""How many times the default method's processor time the research method it replaces takes, at least."""


def measure(data: str = "digits", rows: int = ROWS, methods: Sequence[str] = METHODS) -> list[Result]:
    """Two steps of a run by the default method, which is the first, and by those that it is compared with."""
    run = load(data, rows, STEPS)
    torch.set_num_threads(1)
    with threadpool_limits(1):
        known = references(run, 0)
        summaries = summarise([run_method(method, run, known, 0)[0] for method in methods])
    ours, *others = summaries
    return [result for other in others for result in _compared(ours, other)]


def _compared(ours: Summary, other: Summary) -> list[Result]:
    limit = 1 / SLOWER if other.method == "dvi" else None
    detail = f"{ours.fit_warm:.2f} and {other.fit_warm:.2f} CPU-s for a warm map of {ours.rows:,} samples"
    results = [
        Result(f"cost of a warm map, hidden ÷ {other.method}", 1 / other.fit_ratio, "×", limit, detail),
        Result(f"cost of a whole frame, hidden ÷ {other.method}", 1 / other.frame_ratio, "×", None, "with landscape"),
    ]
    for key, label in (
        ("nn15", "neighbours kept"),
        ("ppr_held_out", "held-out PPR"),
        ("boundary_overlap", "boundary neighbours"),
    ):
        mine, theirs = ours.mean[key], other.mean[key]
        results.append(
            Result(f"{label}, hidden ÷ {other.method}", mine / theirs, "×", None, f"{mine:.3f} and {theirs:.3f}")
        )
    return results
