"""Compares projection methods on the same snapshots: ``python -m benchmarks.projection``.

Everything runs in one process on one thread, every method over the same sequence.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.projection.data import RUNS, load
from benchmarks.projection.report import markdown, summarise
from benchmarks.projection.runner import MethodRun, references, run_method
from benchmarks.projection.scaling import as_markdown, measure_scaling
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.projection.methods import METHODS, RUN_METHODS

LARGEST = 1_000_000
"""Most samples of ``--scaling``."""


def main() -> None:
    """Reads the command line, runs, and prints."""
    every = [*METHODS, *RUN_METHODS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.projection", description=__doc__)
    parser.add_argument("--data", nargs="+", default=["digits", "images10"], choices=RUNS, metavar="run")
    parser.add_argument("--methods", nargs="+", default=every, choices=every, metavar="method")
    parser.add_argument("--rows", type=int, default=2_000, help="only the first so many samples")
    parser.add_argument("--steps", type=int, help="only so many snapshots, evenly spaced")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--scaling", action="store_true", help="two frames of hidden at 1,000 samples and more")
    parser.add_argument("--largest", type=int, default=LARGEST, help="most samples of --scaling")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every step of every method")
    parser.add_argument("--markdown", action="store_true", help="print tables in Markdown instead of JSON summaries")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write pictures; needs matplotlib")
    arguments = parser.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    torch.set_num_threads(1)
    with threadpool_limits(1):
        if arguments.scaling:
            _scale(arguments)
        else:
            _compare(arguments)


def _compare(arguments: argparse.Namespace) -> None:
    runs: list[MethodRun] = []
    drawn: dict[str, dict[str, list[Frame]]] = {}
    for name in arguments.data:
        data = load(name, arguments.rows, arguments.steps)
        for seed in range(arguments.seeds):
            known = references(data, seed)
            for method in arguments.methods:
                _say(f"{name}, {len(data.labels):,} samples: {method}, seed {seed}")
                run, frames = run_method(method, data, known, seed)
                runs.append(run)
                drawn.setdefault(name, {}).setdefault(method, frames)
    summaries = summarise(runs)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))
    print(markdown(summaries) if arguments.markdown else json.dumps([asdict(one) for one in summaries], indent=1))
    if arguments.plots:
        from benchmarks.projection import plots

        plots.write(arguments.plots, runs, summaries, drawn)


def _scale(arguments: argparse.Namespace) -> None:
    points = measure_scaling(arguments.largest, _say)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(point) for point in points], indent=1))
    print(as_markdown(points) if arguments.markdown else json.dumps([asdict(point) for point in points], indent=1))
    if arguments.plots:
        from benchmarks.projection import plots

        plots.write_scaling(arguments.plots, points)


def _say(text: str) -> None:
    print(f"{text} (load {os.getloadavg()[0]:.1f}) …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
