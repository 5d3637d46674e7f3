"""What logging weights and gradients costs: training of a network with and without, by turns; and writing rows."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from benchmarks.result import Result
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.parameters import BANDS, CHANGE, STEP, bands, encode_change
from tensorboard_plugin_hidden.logger.parameters_reduce import CHANGES, STATISTICS
from tensorboard_plugin_hidden.logger.parameters_rows import ParameterRows
from tensorboard_plugin_hidden.logger.training_log import ParameterRecorder, TrainingLog

BATCH = 32
"""Images of 32 × 32: a small batch, at which a logged step weighs most."""

EVERY = 100
"""The default schedule."""

FILTERS, LAYERS, NODES = 27_560, 54, 74
"""ResNet-50's."""

AT_ONCE = 64
"""Rows that are written together."""


class Block(nn.Module):
    """Two convolutions and a way around them (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Images to features."""
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(inner + self.shortcut(x))


def resnet18() -> nn.Module:
    """11 million parameters, in four stages of two blocks."""
    stages = [
        nn.Sequential(Block(inputs, outputs, stride), Block(outputs, outputs, 1))
        for inputs, outputs, stride in [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    ]
    stem = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    return nn.Sequential(*stem, *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def measure(pairs: int = 6, batch: int = BATCH, idle: int = 20_000, rows: int = 1_280) -> list[Result]:
    """CPU time of one thread.

    Args:
        pairs: Steps with and without the log.
        batch: Images in a step.
        idle: Steps of an optimizer that has nothing to do.
        rows: That are written: by default enough for three levels.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [*_logged_steps(pairs, batch), _other_steps(pairs, idle), *_writing(rows)]
    finally:
        torch.set_num_threads(threads)


def _logged_steps(pairs: int, batch: int) -> list[Result]:
    torch.manual_seed(0)
    model = resnet18()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    x, y = torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    step()
    plain, logged = [], []
    with tempfile.TemporaryDirectory() as run:
        options = TrainingLog(lambda n: n % 2 == 0)
        recorder = ParameterRecorder(model, optimizer, options, ParameterRows(Journal(run, lambda *_: None)))
        for pair in range(pairs + 1):
            times = _seconds(step), _seconds(step)
            if pair:  # the first has nothing to compare with
                plain.append(times[0])
                logged.append(times[1] - times[0])
        writing = _seconds(lambda: recorder.capture(0)) / (pairs + 1)
        size = sum(file.stat().st_size for file in Path(run).rglob("*") if file.is_file())
        recorder.close()
    training, cost = statistics.median(plain), statistics.median(logged) + writing
    spread = ", ".join(f"{seconds:.2f}" for seconds in sorted(logged))
    how = f"median of {pairs} pairs ({spread} s), batch {batch} of 32 × 32; a step without takes {training:.2f} s"
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return [
        Result(f"a logged step, {parameters / 1e6:.1f} M parameters", cost, "s", None, how),
        Result(
            f"training log, every {EVERY}th step", 100 * cost / (EVERY * training), "%", 1, "CPU time of one thread"
        ),
        Result("training log on disk", size / (pairs + 1) / 1000, "KB", None, "one logged step"),
    ]


def _other_steps(pairs: int, idle: int) -> Result:
    """What the hooks take on a step that is not logged, from an optimizer that has nothing else to do."""
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def steps() -> None:
        for _ in range(idle):
            optimizer.step()

    extra = []
    with tempfile.TemporaryDirectory() as run:
        for _ in range(pairs):
            without = _seconds(steps)
            never = TrainingLog(lambda n: n < 0)
            recorder = ParameterRecorder(model, optimizer, never, ParameterRows(Journal(run, lambda *_: None)))
            extra.append(_seconds(steps) - without)
            recorder.close()
    value = 1e6 * statistics.median(extra) / idle
    return Result("a step that is not logged", value, "µs", 20, f"median of {pairs} × {idle} steps")


def _writing(rows: int) -> list[Result]:
    """Rows of made-up numbers, which compress as badly as any."""
    layout = _layout()
    rng = np.random.default_rng(0)
    blocks = [_rows(layout, rng) for _ in range(4)]
    with tempfile.TemporaryDirectory() as run:
        log = ParameterRows(Journal(run, lambda *_: None))

        def write() -> None:
            for i, first in enumerate(range(0, rows, AT_ONCE)):
                log.write(blocks[i % len(blocks)] | {STEP: np.arange(first, first + AT_ONCE)}, layout, 0)

        seconds = _seconds(write)
        sizes = {file: file.stat().st_size for file in Path(run).rglob("*") if file.is_file()}
    size = sum(sizes.values())
    levels = sum(n for file, n in sizes.items() if "parameters_levels" in file.parts)
    how = f"{rows} rows of {FILTERS} filters, {LAYERS} layers, {NODES} nodes: {rows / seconds:.0f} a second"
    return [
        Result("writing a row of ResNet-50's training log", 1000 * seconds / rows, "ms", 5, how),
        Result("such a row on disk", size / rows / 1000, "KB", None, f"{levels / rows / 1000:.1f} KB of it levels"),
    ]


def _layout() -> dict[str, Any]:
    counts = np.full(LAYERS, FILTERS // LAYERS)
    counts[: FILTERS - counts.sum()] += 1
    return {
        "layers": [{"name": f"layer{i}", "filters": int(count)} for i, count in enumerate(counts)],
        "nodes": [{"path": f"node{i}", "start": i % LAYERS, "stop": LAYERS} for i in range(NODES)],
    }


def _rows(layout: dict[str, Any], rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    places = LAYERS + NODES
    change = np.exp(rng.normal(-6, 0.6, (AT_ONCE, FILTERS)))
    return {
        "snapshot_step": np.full(AT_ONCE, -1),
        "weights": rng.normal(size=(AT_ONCE, places, len(STATISTICS))).astype(np.float32),
        "gradients": rng.normal(size=(AT_ONCE, places, len(STATISTICS))).astype(np.float32),
        "update": rng.random((AT_ONCE, places)).astype(np.float32),
        "stride": np.ones((AT_ONCE, 2, places), np.int32),
        "learning_rates": np.full((AT_ONCE, 1), 0.1),
        "top": rng.integers(0, FILTERS, (AT_ONCE, 64)).astype(np.int32),
        "top_by_layer": rng.integers(0, FILTERS, (AT_ONCE, LAYERS, 8)).astype(np.int32),
        BANDS: bands(change, layout),
        **{CHANGE + name: encode_change(change * factor) for factor, name in enumerate(CHANGES, 1)},
    }


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
