"""One layer of a run as arrays over steps and samples: what every table is made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.codec import Arrays
from tensorboard_plugin_hidden.format.constants import FLAG_HELD_OUT, FLAG_NOT_PLACED, NO_CLASS
from tensorboard_plugin_hidden.format.frame_codec import placed_positions
from tensorboard_plugin_hidden.format.history import History
from tensorboard_plugin_hidden.format.schema import FrameRecord, ProbeRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.outcomes import outcomes
from tensorboard_plugin_hidden.training_log.dynamics import learning
from tensorboard_plugin_hidden.training_log.label_quality import label_margins, label_qualities

_OF_SAMPLES = {"positions", "prediction", "confidence", "flags", "kept"}
"""Arrays of a map that have one entry a sample."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What is known of each of N samples at all steps.

    Attributes:
        ids: N strings or integers, as they were logged.
        labels: int32 [N], -1 for none.
        classes: Names of the classes; empty without labels.
        texts: N strings, or None.
        metadata: For each column N values: a string, a finite number, a list of strings (tags), or None for none.
        selected_at: For each sample the first step at which an active learner chose it, None for never; or None when
            the run chooses none.
    """

    ids: tuple[int | str, ...]
    labels: IntArray
    classes: tuple[str, ...]
    texts: tuple[str, ...] | None
    metadata: Mapping[str, list[Any]]
    selected_at: list[int | None] | None

    def take(self, rows: Sequence[int]) -> Samples:
        """Those of some rows, in that order."""

        def some(values: Sequence[Any]) -> list[Any]:
            return [values[row] for row in rows]

        return Samples(
            ids=tuple(some(self.ids)),
            labels=self.labels[list(rows)],
            classes=self.classes,
            texts=None if self.texts is None else tuple(some(self.texts)),
            metadata={name: some(values) for name, values in self.metadata.items()},
            selected_at=None if self.selected_at is None else some(self.selected_at),
        )

    def class_name(self, index: int) -> str | None:
        """Name of a class; None for -1, its number where it has no name."""
        if index < 0:
            return None
        return self.classes[index] if index < len(self.classes) else str(index)


@dataclass(frozen=True, slots=True)
class LayerHistory:
    """One layer, mapped by one method, at T steps. What is not known is NaN, or -1 for a class.

    Attributes:
        run: Name of the run.
        layer: Name of the layer.
        method: Projection method; empty when there are no maps.
        steps: Every step with a snapshot or a map, ascending.
        samples: The samples.
        positions: float32 [T, N, 2], the map's own units.
        predictions: int32 [T, N], class of the largest logit.
        confidence: float32 [T, N] in [0, 1], softmax probability of the prediction.
        margin: float32 [T, N] in [0, 1], the same minus the runner-up's.
        loss: float32 [T, N], cross-entropy in nats.
        label_margin: float32 [T, N], the label's logit minus the largest other; infinite where one is impossible.
        label_quality: float32 [T, N] in [0, 1], ``LabelQuality`` of the steps so far; NaN at steps without logits.
        kept: float32 [T, N] in [0, 1], share of the sample's neighbours that the map keeps.
        mapped: bool [T], steps with a map.
        held_out: bool [T, N], samples that took no part in the fit of the map.
        flips: int32 [T, N], how often the prediction has changed until then; steps without one are passed over. -1
            where there was none yet.
        forgotten: int32 [T, N], how often a right prediction was followed by a wrong one until then; -1 without a label
            or a prediction until then.
        learned_at: int64 [T, N], of the steps until then the one from which on every prediction was right; -1 where
            it is not right, or not known.
        logits: float32 [N, C] of the last step that has any, or None.
        snapshots: The snapshot of each step that has one.
        read: Reads arrays of a snapshot by their names; those that it lacks are missing.
    """

    run: str
    layer: str
    method: str
    steps: tuple[int, ...]
    samples: Samples
    positions: FloatArray
    predictions: IntArray
    confidence: FloatArray
    margin: FloatArray
    loss: FloatArray
    label_margin: FloatArray
    label_quality: FloatArray
    kept: FloatArray
    mapped: BoolArray
    held_out: BoolArray
    flips: IntArray
    forgotten: IntArray
    learned_at: npt.NDArray[np.int64]
    logits: FloatArray | None
    snapshots: Mapping[int, Record]
    read: Callable[[Record, list[str]], Arrays]

    def activations(self, step: int) -> FloatArray | None:
        """The layer's activations at a step, float32 [N, D]; None where only a map was logged.

        Raises:
            HiddenError: They are not in this copy of the log directory.
        """
        record = self.snapshots.get(step)
        if record is None:
            return None
        found: FloatArray = self.read(record, ["activations"])["activations"].astype(np.float32)
        return found

    def placed(self) -> BoolArray:
        """Whether the map of each step places a sample, bool [T, N]; where there is no map it places none."""
        placed: BoolArray = np.logical_and.reduce(np.isfinite(self.positions), axis=2)
        return placed

    def correct(self) -> FloatArray:
        """Whether predictions are right, float32 [T, N]: 1 for the label, 0 for another class, NaN without either."""
        labels = self.samples.labels
        right: FloatArray = (self.predictions == labels).astype(np.float32)
        right[(self.predictions < 0) | (labels < 0)[None, :]] = np.nan
        return right


def layer_history(
    run: str,
    layer: str,
    method: str,
    records: History,
    arrays: Callable[[Record], Arrays],
    read: Callable[[Record, list[str]], Arrays],
    rows: Sequence[int] | None = None,
) -> LayerHistory:
    """One layer of a run.

    Args:
        run: Its name.
        layer: Name of a layer that the run has.
        method: Projection method; one that there are no maps of gives a history without maps.
        records: The records that count.
        arrays: All arrays of a record.
        read: Some arrays of a snapshot, by their names; those that it lacks are missing.
        rows: Of which samples; None: of all.

    Raises:
        HiddenError: Data is missing.
    """
    snapshots = records.snapshots.get(layer, {})
    frames = records.frames.get(layer, {}).get(method, {})
    steps = tuple(sorted(snapshots.keys() | frames.keys()))
    count = sample_count(records, layer, arrays)
    chosen = list(range(count)) if rows is None else list(rows)
    samples = _samples(records, arrays, count).take(chosen)
    size = (len(steps), len(samples.ids))
    unknown = np.full(size, np.nan, np.float32)
    positions = np.full((*size, 2), np.nan, np.float32)
    predictions, held_out = np.full(size, -1, np.int32), np.zeros(size, np.bool_)
    confidence, margin, loss, kept = unknown, unknown.copy(), unknown.copy(), unknown.copy()
    label_margin = unknown.copy()
    mapped = np.zeros(len(steps), np.bool_)
    last_logits, judged = None, []
    for row, step in enumerate(steps):
        frame = frames.get(step)
        drawn: Arrays = {} if frame is None else arrays(frame)
        if frame is not None and isinstance(frame.body, FrameRecord) and len(drawn["flags"]) == count:
            drawn = {name: values[chosen] for name, values in drawn.items() if name in _OF_SAMPLES}
            mapped[row] = True
            positions[row] = placed_positions(frame.body, drawn)
            predictions[row] = np.where(drawn["prediction"] == NO_CLASS, -1, drawn["prediction"].astype(np.int32))
            confidence[row] = np.where(predictions[row] < 0, np.nan, drawn["confidence"] / np.float32(255))
            held_out[row] = (drawn["flags"] & FLAG_HELD_OUT) > 0
            if "neighbours" in frame.body.faithfulness:
                placed = (drawn["flags"] & FLAG_NOT_PLACED) == 0
                kept[row] = np.where(placed, drawn["kept"] / np.float32(255), np.nan)
        logits = read(snapshots[step], ["logits"]).get("logits") if step in snapshots else None
        # A run may have been resumed with another probe; what was said of its samples is not about these.
        if logits is not None and len(logits) == count:
            last_logits = logits = logits[chosen]
            judged.append(row)
            found = outcomes(logits, samples.labels)
            predictions[row], confidence[row] = found.prediction, found.confidence
            margin[row], loss[row] = found.margin, found.loss
            label_margin[row] = label_margins(logits, samples.labels)
    course = learning(predictions, samples.labels)
    label_quality = unknown.copy()
    label_quality[judged] = label_qualities(label_margin[judged], [snapshots[steps[row]].version for row in judged])
    return LayerHistory(
        run=run,
        layer=layer,
        method=method,
        steps=steps,
        samples=samples,
        positions=positions,
        predictions=predictions,
        confidence=confidence,
        margin=margin,
        loss=loss,
        label_margin=label_margin,
        label_quality=label_quality,
        kept=kept,
        mapped=mapped,
        held_out=held_out,
        flips=count_flips(predictions),
        forgotten=np.where(course.seen > 0, course.forgotten, -1),
        learned_at=np.array([*steps, -1], np.int64)[course.learned_at],
        logits=last_logits,
        snapshots=snapshots,
        read=read,
    )


def count_flips(predictions: IntArray) -> IntArray:
    """How often each sample's prediction has changed, int32 [T, N], of predictions [T, N]; those of -1 are passed over.

    >>> count_flips(np.array([[-1], [0], [1], [-1], [1], [0]], np.int32))[:, 0].tolist()
    [-1, 0, 1, 1, 1, 2]
    """
    flips = np.zeros(predictions.shape, np.int32)
    if len(predictions) == 0:
        return flips
    known = predictions[0].copy()
    for step in range(1, len(predictions)):
        now = predictions[step]
        flips[step] = flips[step - 1] + ((now >= 0) & (known >= 0) & (now != known))
        known = np.where(now >= 0, now, known)
    flips[np.logical_and.accumulate(predictions < 0)] = -1
    return flips


def sample_count(history: History, layer: str, arrays: Callable[[Record], Arrays]) -> int:
    """Number of samples of a layer that the run has; ``arrays`` gives all arrays of a record."""
    probe = history.probe
    if probe is not None and isinstance(probe.body, ProbeRecord):
        return probe.body.count
    for record in history.snapshots.get(layer, {}).values():
        if isinstance(record.body, SnapshotRecord):
            return record.body.count
    frames = [record for by_step in history.frames.get(layer, {}).values() for record in by_step.values()]
    return len(arrays(frames[0])["flags"])


def _samples(history: History, arrays: Any, count: int) -> Samples:
    selected_at: list[int | None] | None = None
    for step, record in history.selected.items():
        selected_at = selected_at or [None] * count
        for row in arrays(record)["rows"].tolist():
            if selected_at[row] is None:
                selected_at[row] = step
    probe = history.probe
    if probe is None or not isinstance(probe.body, ProbeRecord):
        return Samples(tuple(range(count)), np.full(count, -1, np.int32), (), None, {}, selected_at)
    logged = arrays(probe)
    said = json.loads(logged["samples"].tobytes())
    return Samples(
        ids=tuple(said["ids"]),
        labels=logged["labels"].astype(np.int32),
        classes=probe.body.classes,
        texts=None if said["texts"] is None else tuple(said["texts"]),
        metadata={column["name"]: _values(column) for column in said.get("columns", [])},
        selected_at=selected_at,
    )


def _values(column: Mapping[str, Any]) -> list[Any]:
    """A column's values in place of its codes."""
    if column["kind"] == "number":
        return list(column["numbers"])
    names = column["values"]
    if column["kind"] == "tags":
        return [[names[code] for code in codes] for codes in column["codes"]]
    return [None if code < 0 else names[code] for code in column["codes"]]
