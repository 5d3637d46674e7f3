"""Which trainings there are, where they are kept, and how several processes make them."""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.alerts.evaluation import Seen, see
from benchmarks.alerts.families import ALL_KINDS, KINDS, healthy
from benchmarks.alerts.faults import FAULTS
from benchmarks.alerts.training import record

CALIBRATION = (*range(0, 60), *range(1000, 1048), *range(3000, 3060))
"""Seeds of the healthy trainings that margins are taken from."""

HELD_OUT = range(4000, 4060)
"""Seeds of the healthy trainings that false alarms are counted in."""

FAULTY = range(2000, 2020)
"""Seeds of the trainings with each fault."""


KIND_CALIBRATION = range(0, 12)
"""Seeds of the healthy trainings of every kind that is not held out, that margins are taken from as well."""

KIND_HELD_OUT = range(200, 208)
"""Seeds of the healthy trainings of every kind in which false alarms are counted."""

_ROOT = Path(__file__).parents[2]
_MAKES = (
    *(f"benchmarks/alerts/{name}.py" for name in ("networks", "schedules", "training", "faults", "healthy")),
    *(f"benchmarks/alerts/{name}.py" for name in ("made_data", "classifiers", "others", "held_out_kinds", "families")),
    "tensorboard_plugin_hidden/alerts/observer.py",
    "tensorboard_plugin_hidden/geometry",
)
"""The code that a recording depends on; rules are applied to it afterwards."""

Run = tuple[str | None, str | None, int]
"""A kind of healthy training, or none for handwritten digits; what goes wrong in these, or None; and a seed."""


def seen(runs: Path, processes: int) -> list[Seen]:
    """Trains what is missing in a directory, and runs every rule over all of it."""
    folder = runs / key()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted())
    missing = [(folder, *run) for run in wanted if not _file(folder, *run).exists()]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for done, name in enumerate(pool.imap_unordered(_train, missing), 1):
            print(f"\r{done} of {len(missing)} trainings, {name}    ", end="", file=sys.stderr, flush=True)
        return list(pool.imap(_see, [_file(folder, *run) for run in wanted], chunksize=4))


def key() -> str:
    """Tells recordings that other code made."""
    files = [
        file
        for name in _MAKES
        for file in sorted([_ROOT / name] if name.endswith(".py") else (_ROOT / name).glob("*.py"))
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _wanted() -> Iterator[Run]:
    for seed in (*CALIBRATION, *HELD_OUT):
        yield None, None, seed
    for fault in FAULTS:
        for seed in FAULTY:
            yield None, fault, seed
    for kind in ALL_KINDS:
        for seed in (*(KIND_CALIBRATION if kind in KINDS else ()), *KIND_HELD_OUT):
            yield kind, None, seed


def _file(folder: Path, kind: str | None, fault: str | None, seed: int) -> Path:
    name = kind or fault or "healthy"
    return folder / f"{name.replace(' ', '-').replace(',', '')}-{seed}.pickle"


def _train(run: tuple[Path, str | None, str | None, int]) -> str:
    torch.set_num_threads(1)
    folder, kind, fault, seed = run
    file = _file(folder, kind, fault, seed)
    if not file.exists():
        part = file.with_suffix(".part")
        part.write_bytes(pickle.dumps(record(seed, fault) if kind is None else healthy(kind, seed)))
        part.rename(file)
    return file.stem


def _see(file: Path) -> Seen:
    return see(pickle.loads(file.read_bytes()))
