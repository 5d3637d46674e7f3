"""Runs the benchmarks that are named, or all: ``python -m benchmarks [--json] [name ...]``."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks import browser, exploring, first_look, live, measures, overhead, server, training_log, training_queries
from benchmarks.projection import short
from benchmarks.result import Result, as_json, table

ALL = {
    "overhead": overhead.measure,
    "first-look": first_look.measure,
    "memory": server.measure_memory,
    "index": server.measure_index,
    "frame": server.measure_frame,
    "first-picture": browser.measure_first_picture,
    "scrubbing": browser.measure_scrubbing,
    "exploring": exploring.measure,
    "million": exploring.measure_million,
    "live": live.measure,
    "measures": measures.measure,
    "training-log": training_log.measure,
    "training-queries": training_queries.measure,
    "training-growth": training_queries.measure_growth,
    "projection": short.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(ALL)}")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - ALL.keys()
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    results: list[Result] = []
    for name in arguments.names or ALL:
        print(f"{name} (load {os.getloadavg()[0]:.1f}) …", file=sys.stderr, flush=True)
        results += ALL[name]()
    print(as_json(results) if arguments.json else table(results))


if __name__ == "__main__":
    main()
