"""Every benchmark that ``make bench`` runs, in small: it runs to its end and says what it measured, in numbers."""

import importlib
import math
import pkgutil
from functools import partial

import pytest

import benchmarks
from benchmarks import browser as first_browser
from benchmarks import exploring, first_look, live, measures, overhead, server, training_log, training_queries
from benchmarks.__main__ import ALL
from benchmarks.projection import short
from benchmarks.result import table

LOG = training_queries.Size(filters=64, layers=4, nodes=3, rows=40, classes=4, samples=80, snapshots=8)

IN_SMALL = {
    "overhead": partial(overhead.measure, pairs=1, epochs=1),
    "first-look": partial(first_look.measure, depths=(4,), repeats=1),
    "memory": partial(server.measure_memory, samples=50, epochs=2, bulk_bytes=10_000),
    "index": partial(server.measure_index, epochs=3, layers=2, reading=1),
    "frame": partial(server.measure_frame, epochs=2),
    "first-picture": partial(first_browser.measure_first_picture, samples=100, epochs=2, repeats=1),
    "scrubbing": partial(first_browser.measure_scrubbing, samples=100, epochs=2, rest=0.5),
    "exploring": partial(exploring.measure, samples=2_000, epochs=6, repeats=1, patience=0.1),
    "million": partial(exploring.measure_million, samples=2_000, epochs=3, repeats=1, patience=0.1),
    "live": partial(live.measure, epochs=1),
    "measures": partial(measures.measure, sizes=[(40, 8, 3, 60)], repeats=2),
    "training-log": partial(training_log.measure, pairs=1, batch=1, idle=10, rows=64),
    "training-queries": partial(training_queries.measure, LOG, repeats=2),
    "training-growth": partial(training_queries.measure_growth, lengths=[30, 60], filters=64, repeats=2),
    "projection": partial(short.measure, data="tiny", rows=200, methods=["hidden", "pca"]),
}
IN_A_BROWSER = {"first-picture", "scrubbing", "exploring", "million", "live"}


def test_every_benchmark_is_run_in_small_and_is_the_one_that_is_meant():
    assert {name: one.func for name, one in IN_SMALL.items()} == ALL


@pytest.mark.parametrize("name", [one.name for one in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")])
def test_every_file_can_be_imported(name):
    importlib.import_module(name)


@pytest.mark.parametrize(
    "name",
    [
        # Two demos are trained.
        pytest.param(name, marks=pytest.mark.slow) if name == "overhead" else name
        for name in IN_SMALL
        if name not in IN_A_BROWSER
    ],
)
def test_it_runs(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _run(name)


@pytest.mark.e2e
@pytest.mark.parametrize("name", sorted(IN_A_BROWSER))
@pytest.mark.usefixtures("browser")
def test_it_runs_in_a_browser(name):
    _run(name)


def _run(name):
    results = IN_SMALL[name]()
    print(table(results))
    assert results
    assert len({result.name for result in results}) == len(results)
    for result in results:
        assert math.isfinite(result.value), result
        assert result.value >= 0 or result.unit in ("%", "ms", "MB", "µs", "s"), result
