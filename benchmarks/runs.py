"""Runs of any size, written through the package's own journal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import numpy.typing as npt
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.frame_codec import encode_frame, frame_record
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.schema import ProbeRecord, Record, SessionRecord, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.format.store import group_name
from tensorboard_plugin_hidden.format.summaries import event

CLASSES = 10


@contextmanager
def journal(run_dir: str) -> Iterator[Journal]:
    """A journal with an event file of its own."""
    with closing(EventFileWriter(run_dir)) as events:
        writing = Journal(run_dir, lambda summary, step: events.add_event(event(summary, step)))
        writing.mark_run()
        writing.write(SessionRecord("benchmark", 0.0))
        yield writing


def write_probe(writing: Journal, samples: int) -> str:
    """Samples with ten classes; returns the version of their record."""
    columns = json.dumps({"ids": list(map(str, range(samples))), "texts": None})
    arrays = {
        "samples": np.frombuffer(columns.encode(), np.uint8),
        "labels": (np.arange(samples) % CLASSES).astype(np.int32),
    }
    return str(writing.write(ProbeRecord(samples, tuple(map(str, range(CLASSES)))), arrays).version)


def write_epoch(writing: Journal, probe: str, layer: str, step: int, samples: int, bulk_bytes: int = 0) -> None:
    """One snapshot, logits included, and its frame: ten clusters that drift, on a landscape of their own."""
    rng = np.random.default_rng(step)
    width = max(1, bulk_bytes // samples // 2)
    activations = rng.integers(0, 30000, (samples, width), dtype=np.uint16).view(np.float16)
    # Every class is right, as in the frame.
    logits = 4 * np.eye(CLASSES, dtype=np.float32)[np.arange(samples) % CLASSES]
    logits += rng.random(logits.shape, np.float32)
    record = _write_snapshot(writing, layer, step, activations, logits, 1.0, probe)
    frame = _frame(layer, step, samples)
    writing.write(frame_record(frame, str(record.version)), encode_frame(frame))


def write_learning(writing: Journal, layer: str, samples: int, epochs: int) -> None:
    """A run that learns: clusters that part, and logits of which fewer and fewer are wrong, so that outcomes are there.

    What differs between epochs is cheap to make; a million samples take about two seconds an epoch, most of them in the
    package's own writers.

    Args:
        writing: Of the run; its probe is written here.
        layer: Name of the layer.
        samples: In every epoch.
        epochs: Snapshots and maps.
    """
    probe = write_probe(writing, samples)
    rng = np.random.default_rng(0)
    labels = (np.arange(samples) % CLASSES).astype(np.int32)
    spread = rng.normal(size=(samples, 2)).astype(np.float32)
    doubts = rng.normal(size=(samples, CLASSES)).astype(np.float32)
    rows = np.arange(samples)
    for step in range(epochs):
        learned = (step + 1) / epochs
        # Most of what a sample is mistaken for stays the same from epoch to epoch, and a part changes.
        logits = doubts + 0.4 * np.roll(doubts, 7 * step + 1, axis=0)
        logits[rows, labels] += 1 + 3 * learned
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        prediction = logits.argmax(axis=1).astype(np.int32)
        accuracy = float((prediction == labels).mean())
        activations = np.zeros((samples, 1), np.float16)
        record = _write_snapshot(writing, layer, step, activations, logits, accuracy, probe)
        drawn = dataclasses.replace(
            _frame(layer, step, samples, spread, 2 + 4 * learned),
            prediction=prediction,
            confidence=1 / weights.sum(axis=1),
        )
        writing.write(frame_record(drawn, str(record.version)), encode_frame(drawn))


def _write_snapshot(
    writing: Journal,
    layer: str,
    step: int,
    activations: npt.NDArray[np.float16],
    logits: npt.NDArray[np.float32],
    accuracy: float,
    probe: str,
) -> Record:
    """Stores a snapshot, and a record that says of it what is true."""
    arrays = {"activations": activations, "logits": logits}
    reference = writing.store(group_name(writing.session, "snapshot", layer), arrays)
    count, width = activations.shape
    nbytes = activations.nbytes + logits.nbytes
    body = SnapshotRecord(layer, step, count, width, "none", accuracy, 0, nbytes, 30.0, probe, logits=True)
    return writing.name(body, reference)


def _frame(layer: str, step: int, samples: int, spread: FloatArray | None = None, distance: float = 6.0) -> Frame:
    rng = np.random.default_rng(0)
    labels = (np.arange(samples) % CLASSES).astype(np.int32)
    angle = 2 * np.pi * labels / CLASSES + 0.02 * step
    centres = distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    positions = (centres + (rng.normal(size=(samples, 2)) if spread is None else spread)).astype(np.float32)
    grid = np.linspace(-8, 8, 128)
    x, y = np.meshgrid(grid, grid)
    classes = np.round((np.arctan2(y, x) - 0.02 * step) / (2 * np.pi) * CLASSES).astype(np.int32) % CLASSES
    ones = np.full(classes.shape, 0.9, np.float32)
    return Frame(
        layer=layer,
        step=step,
        method="hidden",
        settings={},
        positions=positions,
        prediction=labels,
        confidence=rng.random(samples).astype(np.float32),
        held_out=np.arange(samples) % 5 == 0,
        kept=rng.random(samples).astype(np.float32),
        landscape=Landscape((-8, -8, 8, 8), classes, ones, ones, "linear"),
        faithfulness={"k": 15.0, "neighbours": 0.5, "neighbours_floor": 0.01, "trust": 0.9, "ppr_held_out": 0.9},
    )
