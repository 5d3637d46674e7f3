"""Calibrates the alerts and says what they are worth: ``python -m benchmarks.alerts``.

Trains several hundred small networks (about an hour on one core; those of an earlier call in ``--runs`` are taken as
they are), writes ``alerts/margins.py`` from one set of healthy trainings, and the tables of ``docs/alerts.md`` from
another and from trainings with a fault. ``--check`` writes nothing and prints the tables.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.alerts.evaluation import Seen, evaluate, see
from benchmarks.alerts.faults import FAULTS
from benchmarks.alerts.report import chapter, write_chapter, write_margins
from benchmarks.alerts.training import record

CALIBRATION = (*range(0, 60), *range(1000, 1048))
"""Seeds of the healthy trainings that margins are taken from."""

HELD_OUT = range(3000, 3060)
"""Seeds of the healthy trainings that false alarms are counted in."""

FAULTY = range(2000, 2020)
"""Seeds of the trainings with each fault."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("build/alerts"), help="where trainings are kept")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="print the tables, write nothing")
    arguments = parser.parse_args()
    arguments.runs.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted())
    missing = [(arguments.runs, *run) for run in wanted if not _file(arguments.runs, *run).exists()]
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        for done, name in enumerate(pool.imap_unordered(_train, missing), 1):
            print(f"\r{done} of {len(missing)} trainings, {name}    ", end="", file=sys.stderr, flush=True)
        found = list(pool.imap(_see, [_file(arguments.runs, *run) for run in wanted]))
    calibration = [run for run in found if run.fault is None and run.seed in CALIBRATION]
    result = evaluate(calibration, [run for run in found if run not in calibration])
    text = chapter(result)
    if arguments.check:
        print(text)
        return
    write_margins(result.margins)
    write_chapter(text)


def _wanted() -> Iterator[tuple[str | None, int]]:
    for seed in (*CALIBRATION, *HELD_OUT):
        yield None, seed
    for fault in FAULTS:
        for seed in FAULTY:
            yield fault, seed


def _file(runs: Path, fault: str | None, seed: int) -> Path:
    return runs / f"{(fault or 'healthy').replace(' ', '-')}-{seed}.pickle"


def _train(run: tuple[Path, str | None, int]) -> str:
    torch.set_num_threads(1)
    runs, fault, seed = run
    file = _file(runs, fault, seed)
    if not file.exists():
        part = file.with_suffix(".part")
        part.write_bytes(pickle.dumps(record(seed, fault)))
        part.rename(file)
    return file.stem


def _see(file: Path) -> Seen:
    return see(pickle.loads(file.read_bytes()))


if __name__ == "__main__":
    main()
