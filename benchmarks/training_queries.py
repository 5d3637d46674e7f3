"""What a question about the training log costs: each route on a log of ResNet-50's size, and as the log grows."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch.utils.tensorboard import SummaryWriter

from benchmarks.result import Result
from benchmarks.runs import journal
from benchmarks.server import memory
from tensorboard_plugin_hidden.format.journal import Journal
from tests.backend.training_runs import RowWriter, layout, log_answers, made_up_rows
from tests.servers import TensorBoard, tensorboard


@dataclass(frozen=True)
class Size:
    """How much of everything a log holds; by default as much as ResNet-50's on ImageNet's validation images."""

    filters: int = 27_560
    layers: int = 54
    nodes: int = 74
    rows: int = 10_000
    classes: int = 1_000
    samples: int = 50_000
    snapshots: int = 750


FLIPS = 0.05
"""Share of the samples that change between right and wrong from one snapshot to the next."""

WIDTH = 1250
REPEATS = 40

MEDIAN_MS, P99_MS, MEMORY_MB = 100, 250, 100
"""Limits."""

_BLOCK = 500
_UNSTEADY = 0.2
"""Share of the samples that flip all the time; the others do so together, at a few snapshots of their class."""

_CODES_PER_BIT = 512


def measure(size: Size = Size(), repeats: int = REPEATS) -> list[Result]:
    """Each route, and TensorBoard's memory after all of them."""
    with tempfile.TemporaryDirectory() as logdir:
        with SummaryWriter(f"{logdir}/empty/run") as writer:
            for step in range(1000):
                writer.add_scalar("loss", step, step)
        with tensorboard(["--logdir", f"{logdir}/empty"], loader="auto") as server:
            time.sleep(3)
            server.fetch("data/plugin/scalars/tags")
            without = memory(server.pid)
        write_log(f"{logdir}/hidden/run", size)
        with tensorboard(["--logdir", f"{logdir}/hidden"], loader="auto") as server:
            index = _index(server, size.rows, size.snapshots)
            asked = _questions(index, size.classes, repeats)
            results = [result for route, queries in asked for result in _ask(server, route, queries)]
            beside = memory(server.pid)
    what = f"{size.filters:,} filters, {size.rows:,} rows, {size.samples:,} samples × {size.snapshots} snapshots"
    detail = f"{what}; every route asked; {without / 1e6:.0f} MB without"
    return [
        *results,
        Result("TensorBoard's memory beyond an empty one", (beside - without) / 1e6, "MB", MEMORY_MB, detail),
    ]


def measure_growth(
    lengths: Sequence[int] = (1_000, 10_000, 100_000), filters: int = 4_096, repeats: int = REPEATS
) -> list[Result]:
    """Routes that read the store, of logs of ever more rows of the same filters, in eight layers."""
    results = []
    for rows in lengths:
        with tempfile.TemporaryDirectory() as logdir:
            with journal(f"{logdir}/run") as writing:
                _write_rows(writing, rows, [filters // 8] * 8, 8, Size.snapshots)
            with tensorboard(["--logdir", logdir], loader="auto") as server:
                index = _index(server, rows)
                for route, queries in _questions(index, 0, repeats):
                    if route in ("series", "filters", "top"):
                        results += _ask(server, route, queries, f"{rows:,} rows, ")
    return results


def write_log(run_dir: str, size: Size) -> None:
    """A training of a size: one array of changes of five, since none of the others is asked for."""
    rng = np.random.default_rng(0)
    wide = [64, 64, 128, 256, 256, 512, 512, 1024, 2048]
    share = np.array([wide[i * len(wide) // size.layers] for i in range(size.layers)])
    filters = (share * size.filters // share.sum()).tolist()
    filters[-1] += size.filters - sum(filters)
    with journal(run_dir) as writing:
        _write_rows(writing, size.rows, filters, size.nodes, size.snapshots)
        labels = np.repeat(np.arange(size.classes), size.samples // size.classes).astype(np.int32)
        log_answers(writing, _answers(rng, labels, size), labels, range(size.snapshots))
    with SummaryWriter(run_dir) as writer:
        for step in range(1000):
            writer.add_scalar("loss", step, step)


def _write_rows(writing: Journal, rows: int, filters: list[int], nodes: int, snapshots: int) -> None:
    """Filters of which each has a usual change; every so often some of a layer change ten times as much."""
    rng = np.random.default_rng(1)
    of = layout(filters, [(f"module{i}", i % len(filters), i % len(filters) + 1) for i in range(nodes)], 3)
    writer = RowWriter(writing, of)
    usual = rng.normal(65_536 / 2, _CODES_PER_BIT, sum(filters))
    offsets = np.concatenate([[0], np.cumsum(filters)])
    for first in range(0, rows, _BLOCK):
        count = min(_BLOCK, rows - first)
        noise = rng.standard_normal((count, len(usual)), np.float32)
        noise *= _CODES_PER_BIT / 2
        for row in np.flatnonzero(rng.random(count) < 0.1):
            layer = rng.integers(len(filters))
            chosen = rng.integers(offsets[layer], offsets[layer + 1], 5)
            noise[row, chosen] += 4 * _CODES_PER_BIT
        codes = (noise + usual.astype(np.float32)).astype(np.uint16)
        part = made_up_rows(rng, of, count, first, codes)
        every = max(1, rows // snapshots)
        numbers = np.arange(first, first + count)
        part["snapshot_step"] = np.where(numbers % every == 0, numbers // every, -1)
        writer.write(part, int(numbers[-1] // every) + 1)


def _answers(rng: np.random.Generator, labels: np.ndarray, size: Size) -> Iterator[np.ndarray]:
    """Answers to samples of which some flip all the time, and the others at three snapshots of their class."""
    unsteady = rng.random(len(labels)) < _UNSTEADY
    together = rng.integers(1, size.snapshots, (size.classes, 3))
    right = np.zeros(len(labels), bool)
    for step in range(size.snapshots):
        flips = unsteady & (rng.random(len(labels)) < FLIPS / _UNSTEADY)
        at = (together == step).any(axis=1)[labels] & ~unsteady & (rng.random(len(labels)) < 0.5)
        right ^= flips | at
        yield np.where(right, labels, (labels + 1) % size.classes).astype(np.int32)


def _index(server: TensorBoard, rows: int, snapshots: int = 0) -> dict:
    """The training log's index, once all of it is read."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        answer = server.get("training", run="run")
        if answer.status == 200:
            index: dict = answer.json()
            there = sum(stretch["rows"] for stretch in (index["parameters"] or {"stretches": []})["stretches"])
            if there == rows and (not index["answers"] or len(index["answers"][0]["steps"]) == snapshots):
                return index
        time.sleep(1)
    raise AssertionError("the log was not read in time")


def _questions(index: dict, classes: int, repeats: int) -> Iterator[tuple[str, list[dict]]]:
    """Routes, and what each is asked."""
    rng = np.random.default_rng(2)
    (stretch,) = index["parameters"]["stretches"]
    rows, layers = stretch["rows"], stretch["layers"]
    of = {"run": "run", "v": index["v"], "stretch": 0}
    places = ",".join(map(str, range(len(layers) + len(stretch["nodes"]))))

    def spans() -> Iterator[dict]:
        yield {}
        for _ in range(repeats - 1):
            length = max(10, int(rows * 10 ** -rng.uniform(0, 2)))
            start = int(rng.integers(0, rows - length + 1))
            yield {"start": start, "stop": start + length}

    yield "training", [{"run": "run"}] * repeats
    yield (
        "series",
        [
            {**of, **span, "array": "gradients", "statistics": rng.choice(["l2", "q1", "max"]), "places": places}
            | {"width": WIDTH}
            for span in spans()
        ],
    )
    yield "filters", [{**of, **span, "layer": int(rng.integers(len(layers))), "width": WIDTH} for span in spans()]
    pins = [",".join(map(str, rng.integers(0, rows, 2))) for _ in range(repeats)]
    yield "top", [{**of, "rows": rows_of} for rows_of in pins]
    yield "findings", [of] * repeats
    for one in index["answers"]:
        of_set = of | {"set": one["name"]}
        yield "answers", [of_set] * repeats
        yield "flips", [of_set] * repeats
        yield "history", [of_set | {"class": int(number)} for number in rng.integers(0, classes, repeats)]
        settings = [(int(k), int(threshold)) for k in (10, 20, 31, 50) for threshold in (3, 5, 8)]
        yield "matrix", [of_set | {"k": k, "threshold": least} for k, least in settings]
        yield "matrix", [of_set | {"k": 31, "threshold": 5}] * repeats
        yield "matrix", [of_set | {"k": 31, "threshold": 5, "detail": 1}] * 3
    for tag in index["scalars"]:
        yield "scalar", [of | {"tag": tag}] * repeats


def _ask(server: TensorBoard, route: str, queries: list[dict], what: str = "") -> list[Result]:
    """Median and 99th percentile of the questions after the first, which fills what is kept."""
    first = _milliseconds(server, route, queries[0])
    before = _cpu_seconds(server.pid)
    times = [_milliseconds(server, route, query) for query in queries[1:]]
    cpu = 1000 * (_cpu_seconds(server.pid) - before) / len(times)
    distinct = len({tuple(query.items()) for query in queries})
    setting = ", ".join(f"{name}={queries[0][name]}" for name in ("k", "threshold", "detail") if name in queries[0])
    name = f"{what}{route}" + (f" ({setting}{'' if distinct == 1 else ' and others'})" if setting else "")
    span = f"{min(times):.0f}–{max(times):.0f} ms"
    detail = f"of {len(times)}, {distinct} different, {span}; {cpu:.0f} ms of CPU time each; the first {first:.0f} ms"
    return [
        Result(f"{name}, median", statistics.median(times), "ms", MEDIAN_MS, detail),
        Result(f"{name}, 99th percentile", float(np.percentile(times, 99)), "ms", P99_MS),
    ]


def _milliseconds(server: TensorBoard, route: str, query: dict) -> float:
    start = time.perf_counter()
    answer = server.get(route, **query)
    assert answer.status == 200, answer.text
    return 1000 * (time.perf_counter() - start)


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process, in ticks of a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
