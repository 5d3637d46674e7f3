"""One layer of a run as arrays over steps and samples: what every table is written from."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, FLAG_HELD_OUT, FLAG_NOT_PLACED, NO_CLASS
from tensorboard_plugin_hidden.format.frame_codec import placed_positions
from tensorboard_plugin_hidden.format.history import History, current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import FrameRecord, ProbeRecord, Record, SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.geometry.outcomes import outcomes
from tensorboard_plugin_hidden.training_log.label_quality import label_margins, label_qualities

DEFAULT_METHOD = "hidden"
"""The map that is taken where there are several and none is named."""

_MOST_NAMED = 20
"""Names in one sentence of advice."""


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
        held_out: bool [T, N], samples that took no part in the fit of the map.
        flips: int32 [T, N], how often the prediction has changed until then; steps without one are passed over.
        logits: float32 [N, C] of the last step that has any, or None.
        snapshots: The snapshot of each step that has one.
        store: The run's store.
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
    held_out: BoolArray
    flips: IntArray
    logits: FloatArray | None
    snapshots: Mapping[int, Record]
    store: StoreReader

    def activations(self, step: int) -> FloatArray | None:
        """The layer's activations at a step, float32 [N, D]; None where only a map was logged.

        Raises:
            HiddenError: They are not in this copy of the log directory.
        """
        record = self.snapshots.get(step)
        if record is None:
            return None
        found: FloatArray = self.store.read(record.payload, ["activations"])["activations"].astype(np.float32)
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


def read_layer(run_dir: str, layer: str | None = None, method: str | None = None) -> LayerHistory:
    """Reads one layer of a run from its files.

    Args:
        run_dir: The run's directory.
        layer: Name of the layer; may be left out when there is one.
        method: Projection method; may be left out when there is one, or one is ``hidden``.

    Raises:
        HiddenError: There is no such run, layer or method (and which there are), or data is missing.
    """
    logged = {str(item.record.version): item for item in open_run(run_dir).poll()}
    records = current(item.record for item in logged.values())
    store = StoreReader(run_dir)

    def arrays(record: Record) -> dict[str, npt.NDArray[Any]]:
        return resolve(record.payload, logged[str(record.version)].payload, store)

    layer = pick_layer(records, layer)
    snapshots = records.snapshots.get(layer, {})
    maps = records.frames.get(layer, {})
    method = _pick_method(layer, maps, method)
    frames = maps.get(method, {})
    steps = tuple(sorted(snapshots.keys() | frames.keys()))
    samples = _samples(records, arrays, _count(records, layer, arrays))
    size = (len(steps), len(samples.ids))
    unknown = np.full(size, np.nan, np.float32)
    positions = np.full((*size, 2), np.nan, np.float32)
    predictions, held_out = np.full(size, -1, np.int32), np.zeros(size, np.bool_)
    confidence, margin, loss, kept = unknown, unknown.copy(), unknown.copy(), unknown.copy()
    label_margin = unknown.copy()
    last_logits, judged = None, []
    for row, step in enumerate(steps):
        frame = frames.get(step)
        if frame is not None and isinstance(frame.body, FrameRecord):
            drawn = arrays(frame)
            positions[row] = placed_positions(frame.body, drawn)
            predictions[row] = np.where(drawn["prediction"] == NO_CLASS, -1, drawn["prediction"].astype(np.int32))
            confidence[row] = np.where(predictions[row] < 0, np.nan, drawn["confidence"] / np.float32(255))
            held_out[row] = (drawn["flags"] & FLAG_HELD_OUT) > 0
            if "neighbours" in frame.body.faithfulness:
                placed = (drawn["flags"] & FLAG_NOT_PLACED) == 0
                kept[row] = np.where(placed, drawn["kept"] / np.float32(255), np.nan)
        logits = store.read(snapshots[step].payload, ["logits"]).get("logits") if step in snapshots else None
        if logits is not None:
            last_logits = logits
            judged.append(row)
            found = outcomes(logits, samples.labels)
            predictions[row], confidence[row] = found.prediction, found.confidence
            margin[row], loss[row] = found.margin, found.loss
            label_margin[row] = label_margins(logits, samples.labels)
    label_quality = unknown.copy()
    label_quality[judged] = label_qualities(label_margin[judged], [snapshots[steps[row]].version for row in judged])
    return LayerHistory(
        run=run_name(run_dir),
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
        held_out=held_out,
        flips=count_flips(predictions),
        logits=last_logits,
        snapshots=snapshots,
        store=store,
    )


def run_name(run_dir: str) -> str:
    """What a run is called: the last part of its directory's path."""
    return Path(run_dir).resolve().name


def open_run(run_dir: str) -> RunReader:
    """A reader of a run's events.

    Raises:
        HiddenError: It is no run; names the runs that are near.
    """
    try:
        return RunReader(run_dir)
    except HiddenError as error:
        near = next(place for place in (Path(run_dir), *Path(run_dir).absolute().parents) if place.is_dir())
        runs = sorted({str(file.parent) for file in near.glob("**/*tfevents*") if ASSETS_DIR not in str(file.parent)})
        if not runs:
            raise
        raise HiddenError(
            "not a run", expected=one_of(runs), got=run_dir, fix="Pass the directory that was given to SummaryWriter."
        ) from error


def pick_layer(history: History, layer: str | None) -> str:
    """The layer that is meant.

    Raises:
        HiddenError: There is no such layer, or none is named and there are several.
    """
    layers = list(dict.fromkeys([*history.snapshots, *history.frames]))
    if layer is None and len(layers) == 1:
        return layers[0]
    if layer in layers:
        return str(layer)
    raise HiddenError(
        "no such layer" if layers else "the run has no layers",
        expected=one_of(layers) if layers else "a run with hidden data",
        got="none" if layer is None else repr(layer),
        fix="Choose one with --layer." if layers else "Log some with SummaryWriter.add_hidden.",
    )


def one_of(names: Collection[str]) -> str:
    """The names that would have been right, as many as a reader can take in.

    >>> one_of(["fc1", "fc2"])
    "one of 'fc1', 'fc2'"
    """
    shown = ", ".join(repr(name) for name in list(names)[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"one of {shown}" + (f" and {more} more" if more > 0 else "")


def count_flips(predictions: IntArray) -> IntArray:
    """How often each sample's prediction has changed, int32 [T, N], of predictions [T, N]; those of -1 are passed over.

    >>> count_flips(np.array([[0], [1], [-1], [1], [0]], np.int32))[:, 0].tolist()
    [0, 1, 1, 1, 2]
    """
    flips = np.zeros(predictions.shape, np.int32)
    if len(predictions) == 0:
        return flips
    known = predictions[0].copy()
    for step in range(1, len(predictions)):
        now = predictions[step]
        flips[step] = flips[step - 1] + ((now >= 0) & (known >= 0) & (now != known))
        known = np.where(now >= 0, now, known)
    return flips


def _pick_method(layer: str, maps: Mapping[str, Any], method: str | None) -> str:
    if method is None and (not maps or len(maps) == 1 or DEFAULT_METHOD in maps):
        return DEFAULT_METHOD if DEFAULT_METHOD in maps else next(iter(maps), "")
    if method in maps:
        return str(method)
    raise HiddenError(
        f"no such map of layer {layer!r}",
        expected=one_of(list(maps)) if maps else "a run with maps",
        got="none" if method is None else repr(method),
        fix="Choose one with --method, or draw it with `hidden project RUN --method NAME`.",
    )


def _count(history: History, layer: str, arrays: Any) -> int:
    """Number of samples."""
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
