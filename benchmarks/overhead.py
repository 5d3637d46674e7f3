"""What watching costs the training that is watched: the demo with and without it, in alternation."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile

from benchmarks.result import Result
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import SnapshotRecord

_SCRIPT = """
import json, sys, time
from tensorboard_plugin_hidden.demo import train_digits
run, epochs, log = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
ticks = []
start = time.perf_counter()
train_digits(run, epochs, log_hidden=log, tick=lambda: ticks.append(time.perf_counter() - start))
print(json.dumps([ticks[-1], time.perf_counter() - start]))
"""


def measure(pairs: int = 3, epochs: int = 12) -> list[Result]:
    """Wall time of the training loop, from before the first look to the end of the last epoch."""
    ratios, drains, last, stored = [], [], "", 0.0
    for pair in range(pairs):
        # Which comes first alternates, so that a drift of the machine's speed cancels.
        times = {log: _train(log, epochs) for log in ((False, True) if pair % 2 else (True, False))}
        stored = times[True][2]
        ratios.append(100 * (times[True][0] / times[False][0] - 1))
        drains.append(times[True][1] - times[True][0])
        last = f"{times[False][0]:.1f} s without"
    spread = ", ".join(f"{ratio:.1f}" for ratio in sorted(ratios))
    return [
        Result(
            "training overhead of the demo, default schedule",
            statistics.median(ratios),
            "%",
            5,
            f"median of {pairs} pairs of {epochs} epochs ({spread}); {last}; maps left to draw at the end: "
            f"{statistics.median(drains):.1f} s",
        ),
        Result("snapshot of the demo", stored / 1000, "KB", None, "899 × 128 activations, 10 logits"),
    ]


def _train(log: bool, epochs: int) -> tuple[float, float, float]:
    """Seconds until the last epoch is over, and until all is drawn; bytes of a snapshot, 0 without the log."""
    with tempfile.TemporaryDirectory() as run:
        command = [sys.executable, "-c", _SCRIPT, run, str(epochs), str(log)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        loop, whole = json.loads(output)
        return loop, whole, _snapshot_bytes(run) if log else 0.0


def _snapshot_bytes(run: str) -> float:
    bodies = [item.record.body for item in RunReader(run).poll()]
    return statistics.median(body.nbytes for body in bodies if isinstance(body, SnapshotRecord))
