"""Writes the golden file of the current format version. Run once per version, by hand, and commit what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader


def main() -> None:
    here = Path(__file__).parent / "golden"
    run = here / f"v{FORMAT_VERSION}"
    if run.exists():
        sys.exit(f"{run} exists; golden files are never rewritten")
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 3
    with hidden.SummaryWriter(str(run)) as writer:
        writer.add_probe(hidden.Probe((rng.normal(size=(12, 4)).astype("f4"), labels), classes=["ä", "b", "c"]))
        for step in range(3):
            activations = rng.normal(size=(12, 4))
            logits = rng.normal(size=(12, 3))
            writer.add_activations("fc", activations, step, logits=logits, method=None)
            writer.add_projection("fc", activations[:, :2], step, logits=logits)
    logged = list(RunReader(str(run)).poll())
    history, store = current(item.record for item in logged), StoreReader(str(run))
    payloads = {str(item.record.version): item.payload for item in logged}
    frames = history.frames["fc"]["logged"]
    sums = {
        step: int(resolve(record.payload, payloads[str(record.version)], store)["positions"].astype(int).sum())
        for step, record in frames.items()
    }
    expected = {
        "snapshots": list(history.snapshots["fc"]),
        "frames": list(frames),
        "position_sums": sums,
        "activation_sum": float(store.read(history.snapshots["fc"][1].payload)["activations"].astype(float).sum()),
        "classes": ["ä", "b", "c"],
    }
    (here / f"v{FORMAT_VERSION}.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
