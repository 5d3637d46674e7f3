"""However a script ends, its maps are drawn; the rest of what ends with a writer is in ``test_writer``."""

import subprocess
import sys

from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader


def history(run_dir):
    return current(item.record for item in RunReader(str(run_dir)).poll())


def test_no_way_to_end_loses_maps(tmp_path):
    """Most have a main(), few call close(), some are workers, and this one ends as if by Ctrl-C."""
    script = f"""
import multiprocessing, sys, threading, time, torch, tensorboard_plugin_hidden as hidden

def train(name, leave=False):
    writer = hidden.SummaryWriter({str(tmp_path)!r} + "/" + name)
    for step in range(3):
        writer.add_activations("a", torch.randn(40, 4), step, method="pca")
    if leave:
        sys.exit()

class Trainer:  # a cycle, which only the garbage collector finds
    def __init__(self):
        self.me, self.writer = self, hidden.SummaryWriter({str(tmp_path)!r} + "/cycle")
        self.writer.add_activations("a", torch.randn(40, 4), 0, method="pca")

if __name__ == "__main__":
    train("main")
    children = [multiprocessing.get_context(how).Process(target=train, args=(how, how == "spawn"))
                for how in ("fork", "spawn")]
    for child in children:
        child.start()
    for child in children:
        child.join()
    Trainer()
    train("inherited")
    def of_another_kind():
        hidden.SummaryWriter({str(tmp_path)!r} + "/inherited").add_scalar("loss", 1.0, 9)
    of_another_kind()
    older, newer = (hidden.SummaryWriter({str(tmp_path)!r} + "/both") for _ in range(2))
    older.add_activations("a", torch.randn(40, 4), 0, method="pca")
    newer.add_activations("a", torch.randn(40, 4), 1, method="pca")
    del newer
    del older
    def train_later():
        threading.main_thread().join()
        train("thread")
    threading.Thread(target=train_later).start()
    kept = hidden.SummaryWriter({str(tmp_path)!r} + "/kept")
    kept.add_activations("a", torch.randn(40, 4), 0, method="pca")
    raise KeyboardInterrupt
"""
    file = tmp_path / "train.py"
    file.write_text(script)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=180)
    assert "KeyboardInterrupt" in done.stderr
    expected = {name: [0, 1, 2] for name in ("main", "fork", "spawn", "inherited", "thread")}
    expected |= {"cycle": [0], "both": [0, 1], "kept": [0]}
    drawn = {name: history(tmp_path / name) for name in expected}
    assert {name: list(of.frames["a"]["pca"]) for name, of in drawn.items()} == expected
    assert all(of.closed for of in drawn.values())
