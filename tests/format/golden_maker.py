"""Writes a golden file of the current format version. Run once per version or addition, by hand, and commit it.

``python -m tests.format.golden_maker NAME``, where the name begins with the version, as ``v1-metadata``.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.pictures import read_picture
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import ProbeRecord
from tensorboard_plugin_hidden.format.store import StoreReader


def write(run: Path) -> None:
    """Logs something of everything."""
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 3
    probe = hidden.Probe(
        (rng.normal(size=(12, 4)).astype("f4"), labels),
        classes=["ä", "b", "c"],
        images=rng.integers(0, 256, (12, 1, 6, 80), dtype=np.uint8),
        metadata={
            "split": ["train", "test", None] * 4,
            "brightness": [0.5, None, float("nan")] * 4,
            "tags": [["ö", "x"], [], None] * 4,
            "task": ["first", "second", "third"] * 4,
        },
        original_labels=(labels + 1) % 3,
    )
    with hidden.SummaryWriter(str(run)) as writer:
        writer.add_probe(probe)
        writer.add_task("first")
        for step in range(3):
            if step == 2:
                writer.add_task("second")
            activations = rng.normal(size=(12, 4))
            activations[7, 1] = np.nan if step == 1 else activations[7, 1]
            logits = rng.normal(size=(12, 3))
            selected = [step, step + 5, 99]
            writer.add_activations("fc", activations, step, logits=logits, selected=selected, method=None)
            writer.add_projection("fc", activations[:, :2], step, logits=logits)


def contents(run: Path) -> dict[str, object]:
    """What a golden run says."""
    logged = list(RunReader(str(run)).poll())
    history, store = current(item.record for item in logged), StoreReader(str(run))
    payloads = {str(item.record.version): item.payload for item in logged}

    def arrays(record):  # type: ignore[no-untyped-def]
        return resolve(record, payloads[str(record.version)], store)

    frames = history.frames["fc"]["logged"]
    snapshot = store.read(history.snapshots["fc"][1].payload)
    health = RunReader(str(run)).health()
    return {
        "snapshots": list(history.snapshots["fc"]),
        "frames": list(frames),
        "position_sums": {
            str(step): int(arrays(record)["positions"].astype(int).sum()) for step, record in frames.items()
        },
        "activation_sum": float(np.nansum(snapshot["activations"].astype(float))),
        **_probe(history, arrays(history.probe), store),
        "selected": {str(step): arrays(record)["rows"].tolist() for step, record in history.selected.items()},
        "tasks": [[record.body.name, record.step, arrays(record)["rows"].tolist()] for record in history.tasks],
        "alerts": [[record.step, record.body.rule, list(record.body.samples)] for record in history.alerts],
        "health": {layer: [log.steps.tolist(), sorted(log.measures), list(log.tasks)] for layer, log in health.items()},
        "health_sums": {
            layer: round(float(sum(np.nansum(part) for part in [*log.measures.values(), *log.classes.values()])), 3)
            for layer, log in health.items()
        },
        "closed": history.closed,
    }


def _probe(history: History, arrays: dict[str, np.ndarray], store: StoreReader) -> dict[str, object]:
    assert history.probe is not None
    probe = history.probe.body
    assert isinstance(probe, ProbeRecord)
    samples = json.loads(arrays["samples"].tobytes())
    picture = None
    if probe.images is not None:
        picture = np.asarray(Image.open(io.BytesIO(read_picture(store, probe.images, 11)))).astype(int)
    return {
        "classes": list(probe.classes),
        "labels": arrays["labels"].tolist(),
        "columns": samples.get("columns", []),
        "picture_sum": None if picture is None else int(picture.sum()),
    }


def main(name: str) -> None:
    """Writes the run and what it says."""
    run = Path(__file__).parent / "golden" / name
    if run.exists() or not name.startswith(f"v{FORMAT_VERSION}"):
        sys.exit(f"{run} exists, or is of another version; golden files are never rewritten")
    write(run)
    (events,) = run.glob("*tfevents*")
    events.rename(run / "events.out.tfevents.1.golden")
    run.with_name(f"{name}.json").write_text(json.dumps(contents(run), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
