"""What the first look at many layers costs: the heads of all of them come from one trace of the network."""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn

from benchmarks.result import Result
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.head import LATER, HeadExporter
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe

WIDTH, ROWS, CLASSES = 32, 200, 10


def measure(depths: tuple[int, ...] = (21, 101), repeats: int = 3) -> list[Result]:
    """Seconds of the first look at all layers of a deep network, and how often as long as that at one layer it is."""
    _timed(_network(2), HeadExporter())  # what is imported once
    results = []
    for depth in depths:
        model = _network(depth)
        first = statistics.median(_timed(model, HeadExporter())[0] for _ in range(repeats))
        alone = statistics.median(_timed(model, HeadExporter(), last=True)[0] for _ in range(repeats))
        exporter, captures = HeadExporter(), 1
        while _timed(model, exporter)[1]:
            captures += 1
        results += [
            Result(f"first look at {depth} layers", first, "s", 3, f"all heads after {captures} captures"),
            Result(
                f"first look at {depth} layers in units of that at the last", first / alone, "×", None, f"{alone:.2f} s"
            ),
        ]
    return results


def _network(depth: int) -> nn.Module:
    torch.manual_seed(0)
    hidden = [layer for _ in range(depth - 1) for layer in (nn.Linear(WIDTH, WIDTH), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, CLASSES))


def _timed(model: nn.Module, exporter: HeadExporter, *, last: bool = False) -> tuple[float, int]:
    """Seconds of a look at all layers or the last but one, and how many heads were left to later captures."""
    probe = Probe((torch.randn(ROWS, WIDTH), torch.arange(ROWS) % CLASSES))
    names = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    start = time.perf_counter()
    seen = capture(model, probe, resolve_layers(model, names[-2:-1] if last else names), exporter=exporter)
    return time.perf_counter() - start, sum(layer.reason == LATER for layer in seen.layers)
