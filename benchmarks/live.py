"""How long after ``add_hidden`` a new epoch is in an open tab, at TensorBoard's default settings."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.result import Result
from tests.browser import chromium, open_tab
from tests.servers import tensorboard

_SCRIPT = """
import sys, time, torch, tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.demo import DigitsNet, digits
train, test, rows = digits()
model = DigitsNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
writer = hidden.SummaryWriter(sys.argv[1])
writer.watch(model, hidden.Probe(test, ids=rows))
writer.add_hidden(0)
for line in sys.stdin:
    loss = torch.nn.functional.cross_entropy(model(train.tensors[0][:64]), train.tensors[1][:64])
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    print(time.time(), flush=True)
    writer.add_hidden(int(line))
"""


def measure(epochs: int = 20) -> list[Result]:
    """From the call of ``add_hidden`` to the slider's new end, in a tab that is never reloaded."""
    delays = []
    with tempfile.TemporaryDirectory() as logdir:
        command = [sys.executable, "-c", _SCRIPT, f"{logdir}/run"]
        training = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert training.stdin is not None
        assert training.stdout is not None
        try:
            with (
                tensorboard(["--logdir", logdir], loader="auto", reload_interval=None) as server,
                chromium() as browser,
                open_tab(browser, server) as tab,
            ):
                tab.wait_for_map(timeout=120)
                for epoch in range(1, epochs + 1):
                    # Not in step with the loader's own clock.
                    time.sleep(1 + 0.37 * (epoch % 7))
                    training.stdin.write(f"{epoch}\n")
                    training.stdin.flush()
                    called = float(training.stdout.readline())
                    tab.when(f"document.querySelector('.timeline [role=slider]').ariaValueMax >= {epoch}")
                    delays.append(time.time() - called)
        finally:
            training.stdin.close()
            training.wait(timeout=60)
    return [
        Result(
            "from add_hidden to the open tab",
            statistics.median(delays),
            "s",
            5,
            f"median of {epochs}, {min(delays):.1f}–{max(delays):.1f} s; default --reload_interval, fast loader",
        )
    ]
