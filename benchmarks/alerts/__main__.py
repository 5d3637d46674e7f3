"""Calibrates the alerts and says what they are worth: ``python -m benchmarks.alerts``.

Trains some eight hundred small networks (about an hour on one core; those that the same code made before in ``--runs``
are taken as they are), writes ``alerts/margins.py`` from one set of healthy trainings, and the tables of
``docs/alerts.md`` from another and from trainings with a fault. ``--check`` writes nothing and prints the tables.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.alerts.evaluation import Seen, evaluate
from benchmarks.alerts.families import ALL_KINDS
from benchmarks.alerts.report import chapter, write_chapter, write_margins
from benchmarks.alerts.trainings import CALIBRATION, KIND_CALIBRATION, seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("build/alerts"), help="where trainings are kept")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="print the tables, write nothing")
    arguments = parser.parse_args()
    found = seen(arguments.runs, arguments.processes)
    calibration = [run for run in found if run.fault is None and _calibrates(run)]
    others = [run for run in found if run.fault is not None or not _calibrates(run)]
    result = evaluate(calibration, others)
    text = chapter(result)
    if arguments.check:
        print(text)
        return
    write_margins(result.margins)
    write_chapter(text)


def _calibrates(run: Seen) -> bool:
    return run.seed in (KIND_CALIBRATION if run.family in ALL_KINDS else CALIBRATION)


if __name__ == "__main__":
    main()
