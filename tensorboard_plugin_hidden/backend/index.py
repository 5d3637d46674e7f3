"""A run's history as the JSON of ``GET index``: columns, because a run has thousands of steps. Pure."""

from __future__ import annotations

import json
from typing import Any

from tensorboard_plugin_hidden.backend.records import newest_version
from tensorboard_plugin_hidden.format.alerts import SEVERITIES, Alert, TaskRecord
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION
from tensorboard_plugin_hidden.format.history import History
from tensorboard_plugin_hidden.format.schema import (
    FrameRecord,
    ProbeRecord,
    Record,
    SelectedRecord,
    SnapshotRecord,
    Version,
    body_fields,
)

Json = dict[str, Any]

_MOST_ALERTS = 1000
"""Alerts that are told: who has more reads them no longer one by one."""


def run_index(run: str, history: History, wall_times: dict[Version, float]) -> Json:
    """The answer to ``GET index`` as ``docs/http_api.md`` describes it.

    Args:
        run: The run's name.
        history: The records that count.
        wall_times: Seconds since the epoch, by version.
    """
    layers = [*history.snapshots, *(layer for layer in history.frames if layer not in history.snapshots)]
    return {
        "run": run,
        "format": FORMAT_VERSION,
        "updated": max(wall_times.values(), default=0.0),
        "closed": history.closed,
        "probe": _probe(history.probe),
        "layers": [
            _layer(layer, history.snapshots.get(layer, {}), history.frames.get(layer, {}), wall_times)
            for layer in layers
        ],
        "selected": _selected(history.selected),
        "cost": _cost(history, wall_times),
        "alerts": _alerts(history.alerts, wall_times),
        "tasks": _tasks(history.tasks),
        "health": {
            layer: {"version": str(newest_version(by_step)), "steps": len(by_step)}
            for layer, by_step in history.health.items()
        },
    }


def _probe(record: Record | None) -> Json | None:
    if record is None or not isinstance(record.body, ProbeRecord):
        return None
    probe = record.body
    tiles = probe.thumbnails
    return {
        "version": str(record.version),
        "count": probe.count,
        "classes": list(probe.classes),
        "thumbnails": None
        if tiles is None
        else {"tile_width": tiles.tile_width, "tile_height": tiles.tile_height, "columns": tiles.columns},
        "texts": probe.texts,
        "images": probe.images is not None,
        "density": probe.density,
    }


def _selected(records: dict[int, Record]) -> Json | None:
    bodies = [record.body for record in records.values() if isinstance(record.body, SelectedRecord)]
    if not bodies:
        return None
    return {
        "steps": list(records),
        "versions": [str(record.version) for record in records.values()],
        "counts": [body.count for body in bodies],
        "totals": [body.total for body in bodies],
    }


def _alerts(records: list[Record], wall_times: dict[Version, float]) -> list[Json]:
    """The newest alerts, by step, and those of one step the worst first."""
    alerts = [(record, record.body) for record in records if isinstance(record.body, Alert)]
    alerts.sort(key=lambda one: (one[1].step, _worst_first(one[1].severity), one[0].version))
    return [
        {
            "version": str(record.version),
            **body_fields(alert),
            "wall_time": round(wall_times.get(record.version, 0.0), 3),
        }
        for record, alert in alerts[-_MOST_ALERTS:]
    ]


def _worst_first(severity: str) -> int:
    """Severities that only a newer version knows come last."""
    return -SEVERITIES.index(severity) if severity in SEVERITIES else 1


def _tasks(records: list[Record]) -> list[Json]:
    bodies = [(record, record.body) for record in records if isinstance(record.body, TaskRecord)]
    return [
        {
            "name": task.name,
            "step": task.step if task.begun else None,
            "version": str(record.version),
            "count": task.count,
            "classes": list(task.classes),
        }
        for record, task in bodies
    ]


def _layer(
    name: str,
    snapshots: dict[int, Record],
    methods: dict[str, dict[int, Record]],
    wall_times: dict[Version, float],
) -> Json:
    bodies = [record.body for record in snapshots.values() if isinstance(record.body, SnapshotRecord)]
    newest = bodies[-1] if bodies else None
    return {
        "name": name,
        "width": newest.width if newest else None,
        "head": newest.head if newest else "none",
        "logits": _any_logits(bodies),
        "no_logits": newest.no_logits if newest else "",
        "no_head": newest.no_head if newest else "",
        "steps": list(snapshots),
        "versions": [str(record.version) for record in snapshots.values()],
        "wall_times": [round(wall_times.get(record.version, 0.0), 3) for record in snapshots.values()],
        "accuracy": [body.accuracy for body in bodies],
        "nonfinite": [body.nonfinite for body in bodies],
        "bytes": [body.nbytes for body in bodies],
        "capture_ms": [body.capture_ms for body in bodies],
        "frames": {method: _frames(frames, wall_times) for method, frames in methods.items()},
    }


def _any_logits(snapshots: list[SnapshotRecord]) -> bool | None:
    """Whether some snapshot has logits; None where records that may be of such are of older logs, and do not say."""
    said = {body.logits for body in snapshots}
    return True if True in said else None if None in said or not said else False


def _frames(frames: dict[int, Record], wall_times: dict[Version, float]) -> Json:
    bodies = [record.body for record in frames.values() if isinstance(record.body, FrameRecord)]
    measures = dict.fromkeys(name for body in bodies for name in body.faithfulness)
    settings, settings_of = _distinct(bodies)
    return {
        "settings": settings,
        "settings_of": settings_of,
        "steps": list(frames),
        "versions": [str(record.version) for record in frames.values()],
        "wall_times": [round(wall_times.get(record.version, 0.0), 3) for record in frames.values()],
        "bounds": [body.bounds for body in bodies],
        "landscape": [body.landscape for body in bodies],
        "reason": [body.reason for body in bodies],
        "seconds": [body.seconds for body in bodies],
        "cpu_seconds": [body.cpu_seconds for body in bodies],
        "faithfulness": {name: [body.faithfulness.get(name) for body in bodies] for name in measures},
    }


def _distinct(frames: list[FrameRecord]) -> tuple[list[Json], list[int]]:
    """The settings that frames were made with, each once, and which of them each frame was made with."""
    places: dict[str, int] = {}
    settings: list[Json] = []
    settings_of: list[int] = []
    for frame in frames:
        text = json.dumps(dict(frame.settings), sort_keys=True)
        if text not in places:
            places[text] = len(settings)
            settings.append(dict(frame.settings))
        settings_of.append(places[text])
    return settings, settings_of


def _cost(history: History, wall_times: dict[Version, float]) -> Json | None:
    """What logging costs: bytes and milliseconds of the newest step over all layers, and its share of the time."""
    records = [record for by_step in history.snapshots.values() for record in by_step.values()]
    bodies = [record.body for record in records if isinstance(record.body, SnapshotRecord)]
    if not bodies:
        return None
    last = max(body.step for body in bodies)
    newest = [body for body in bodies if body.step == last]
    times = [wall_times[record.version] for record in records if record.version in wall_times]
    elapsed_ms = 1000 * (max(times) - min(times)) if times else 0.0
    first = min(body.step for body in bodies)
    # The first snapshot's own capture lies before the clock starts.
    captured_ms = sum(body.capture_ms for body in bodies if body.step > first)
    return {
        "bytes_per_snapshot": sum(body.nbytes for body in newest),
        "capture_ms": sum(body.capture_ms for body in newest),
        "share": captured_ms / elapsed_ms if elapsed_ms > 0 else None,
    }
