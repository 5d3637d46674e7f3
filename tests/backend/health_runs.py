"""Measures, alerts and tasks of any run, written through the package's own journal: numbers that a test has made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.health import encode_health
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.schema import Record, SessionRecord
from tensorboard_plugin_hidden.format.summaries import event


@contextmanager
def journal(run_dir: Path) -> Iterator[Journal]:
    """A session of writing to a run."""
    events = EventFileWriter(str(run_dir), filename_suffix=".health")
    try:
        writing = Journal(str(run_dir), lambda summary, step: events.add_event(event(summary, step)))
        writing.mark_run()
        writing.write(SessionRecord("test", 0.0))
        yield writing
        events.flush()
    finally:
        events.close()


def log_health(
    writing: Journal,
    layer: str,
    step: int,
    separation: float | None,
    *,
    classes: int = 3,
    tasks: Sequence[str] = (),
    gaps: bool = True,
) -> Record:
    """What a layer's measures were at a step: class c has separation c + step, two classes the gap 10 a + b + step."""
    own = np.arange(classes, dtype=np.float32)
    arrays = encode_health(
        {"separation": own + step, "agreement": own / 10},
        _gaps(own, step) if gaps else None,
        {"accuracy": np.array([step + 100 * k for k in range(len(tasks))], np.float32)} if tasks else {},
    )
    body = HealthRecord(layer, step, {"separation": separation, "rank": 2.0 * step}, 0.1 / (step + 1), tuple(tasks))
    return writing.write(body, arrays)


def _gaps(own: np.ndarray, step: int) -> np.ndarray:
    gap = 10 * np.minimum(own[:, None], own) + np.maximum(own[:, None], own) + step
    np.fill_diagonal(gap, np.nan)
    return gap


def log_network(writing: Journal, step: int, loss: float | None) -> Record:
    """A record that says all in numbers and has no arrays."""
    return writing.write(HealthRecord("", step, {"loss": loss}))


def log_alert(writing: Journal, step: int, severity: str = "warning", **changes: object) -> Record:
    """An alert of the first layer."""
    said = {
        "rule": "collapse",
        "layer": "fc",
        "measure": "separation",
        "value": -0.41,
        "reference": 1.92,
        "limit": 1.1,
        "since": step - 1,
        "sentence": f"classes of fc collapse at {step}",
        "classes": (),
        "task": "",
        "samples": (2, 0),
    } | changes
    return writing.write(Alert(step=step, severity=severity, **said))  # type: ignore[arg-type]


def log_task(writing: Journal, step: int, name: str, rows: Sequence[int], *, begun: bool = True) -> Record:
    """A task and its samples."""
    body = TaskRecord(step, name, len(rows), tuple(sorted({row % 3 for row in rows})), begun)
    return writing.write(body, {"rows": np.array(rows, np.int32)})
