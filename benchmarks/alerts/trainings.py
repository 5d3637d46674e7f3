"""Which trainings there are, where they are kept, and how several processes make them."""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.alerts.evaluation import Seen, see
from benchmarks.alerts.faults import FAULTS
from benchmarks.alerts.training import record

CALIBRATION = (*range(0, 60), *range(1000, 1048), *range(3000, 3060))
"""Seeds of the healthy trainings that margins are taken from."""

HELD_OUT = range(4000, 4060)
"""Seeds of the healthy trainings that false alarms are counted in."""

FAULTY = range(2000, 2020)
"""Seeds of the trainings with each fault."""


def seen(runs: Path, processes: int) -> list[Seen]:
    """Trains what is missing in a directory, and runs every rule over all of it."""
    runs.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted())
    missing = [(runs, *run) for run in wanted if not _file(runs, *run).exists()]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for done, name in enumerate(pool.imap_unordered(_train, missing), 1):
            print(f"\r{done} of {len(missing)} trainings, {name}    ", end="", file=sys.stderr, flush=True)
        return list(pool.imap(_see, [_file(runs, *run) for run in wanted], chunksize=4))


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
