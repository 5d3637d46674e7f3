"""The formats of other tools: what cleanlab, FiftyOne and Emblaze take of the last step, or of all. Pure writers."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.geometry.details import NEIGHBOURS, SnapshotDetails
from tensorboard_plugin_hidden.geometry.outcomes import softmax
from tensorboard_plugin_hidden.tables.files import id_array
from tensorboard_plugin_hidden.tables.layer import LayerHistory


def write_cleanlab(history: LayerHistory, file: BinaryIO) -> None:
    """``labels`` int64 [M], ``pred_probs`` float64 [M, C] and ``ids``, for ``cleanlab.filter.find_label_issues``.

    Samples without a label or without finite logits are left out, since cleanlab takes none. Rows sum to 1.

    Raises:
        HiddenError: There are no logits, or no sample has a label.
    """
    if history.logits is None:
        raise HiddenError(
            "cleanlab asks what the model predicted",
            expected="snapshots with logits",
            got=f"none of layer {history.layer!r}",
            fix="Log a classifier with SummaryWriter.add_hidden, or pass logits to add_activations.",
        )
    shares, labels = softmax(history.logits).astype(np.float64), history.samples.labels
    usable = np.isfinite(shares).all(axis=1) & (labels >= 0) & (labels < shares.shape[1])
    if not usable.any():
        raise HiddenError(
            "cleanlab compares predictions with labels",
            expected="samples with labels",
            got="none",
            fix="Give the probe labels.",
        )
    shares = shares[usable] / shares[usable].sum(axis=1, keepdims=True)
    np.savez_compressed(file, labels=labels[usable].astype(np.int64), pred_probs=shares, ids=id_array(history)[usable])


def write_fiftyone(history: LayerHistory, file: BinaryIO) -> None:
    """Samples with their labels and predictions, and ``points`` [M, 2] for ``compute_visualization``, at the last map.

    Samples that the map does not place are left out of both.

    Raises:
        HiddenError: There is no map.
    """
    row = _last_map(history)
    samples = history.samples
    placed = history.placed()[row]
    entries = []
    for place in np.flatnonzero(placed).tolist():
        prediction = int(history.predictions[row, place])
        entry: dict[str, Any] = {"id": samples.ids[place]}
        label = samples.class_name(int(samples.labels[place]))
        if label is not None:
            entry["ground_truth"] = {"label": label}
        if prediction >= 0:
            confidence = round(float(history.confidence[row, place]), 6)
            entry["prediction"] = {"label": samples.class_name(prediction), "confidence": confidence}
        flips = int(history.flips[row, place])
        entry["flips"] = flips if flips >= 0 else None
        entry["metadata"] = {name: values[place] for name, values in samples.metadata.items()}
        entries.append(entry)
    content = {
        "brain_key": re.sub(r"\W+", "_", f"hidden_{history.layer}"),
        "step": history.steps[row],
        "samples": entries,
        "points": history.positions[row, placed].astype(float).round(5).tolist(),
    }
    file.write(json.dumps(content, separators=(",", ":"), allow_nan=False).encode())


def write_emblaze(history: LayerHistory, file: BinaryIO) -> None:
    """One frame for each map as ``emblaze.Viewer(file=...)`` reads it, in the compressed form of Emblaze 0.11.

    Samples are numbered by row, since Emblaze takes whole numbers for ids; their own ids are the names it shows. Those
    that some map does not place are left out. Neighbours are those in the layer's activations, or in the map where
    there are none.

    Raises:
        HiddenError: There is no map, or too few samples are placed in all of them.
    """
    _last_map(history)
    placed = history.placed()
    mapped = np.flatnonzero(placed.any(axis=1)).tolist()
    rows = np.flatnonzero(np.logical_and.reduce(placed[mapped]))
    if len(rows) < 2:
        raise HiddenError(
            "Emblaze follows samples from map to map",
            expected="at least 2 that every map places",
            got=str(len(rows)),
            fix="Export another layer or method.",
        )
    samples = history.samples
    names = [samples.class_name(label) for label in samples.labels[rows].tolist()]
    frames = [_emblaze_frame(history, row, rows, [name or "none" for name in names]) for row in mapped]
    items = {
        str(row): {"id": row, "name": str(samples.ids[row]), "description": (samples.texts or samples.ids)[row] or ""}
        for row in rows.tolist()
    }
    content = {
        "_format": "emblaze.Viewer.SaveData",
        "embeddings": {"data": frames, "frameLabels": [f"step {history.steps[row]}" for row in mapped]},
        "thumbnails": {"format": "text_descriptions", "items": items},
    }
    file.write(json.dumps(content, separators=(",", ":")).encode())


def _emblaze_frame(history: LayerHistory, row: int, rows: npt.NDArray[np.intp], colours: list[str]) -> dict[str, Any]:
    places = history.positions[row, rows]
    activations = history.activations(history.steps[row])
    nearest = _neighbours(places if activations is None else activations[rows])
    head = {"_format": "compressed", "_idtype": "u4", "_length": len(rows), "ids": _encoded(rows, np.uint32)}
    neighbours = {
        **head,
        "metric": "euclidean",
        "n_neighbors": nearest.shape[1],
        "neighbors": {**_encoded(rows[nearest], np.uint32), "interval": nearest.shape[1]},
    }
    return {
        **head,
        "x": _encoded(places[:, 0], np.float32),
        "y": _encoded(places[:, 1], np.float32),
        "color": {"values": base64.b64encode(json.dumps(colours).encode()).decode()},
        "neighbors": neighbours,
        "metric": "euclidean",
        "n_neighbors": nearest.shape[1],
    }


def _neighbours(points: FloatArray) -> npt.NDArray[np.intp]:
    """The nearest other rows of each, [N, k], where k is ``NEIGHBOURS`` or all others."""
    found, _ = SnapshotDetails({"activations": points}).nearest(range(len(points)))
    fewest = min(min(map(len, found)), NEIGHBOURS)
    return np.array([near[:fewest] for near in found], np.intp).reshape(len(points), fewest)


def _encoded(values: npt.NDArray[Any], dtype: Any) -> dict[str, Any]:
    return {"values": base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode()}


def _last_map(history: LayerHistory) -> int:
    """Row of the last step with a map."""
    mapped = np.flatnonzero(history.placed().any(axis=1))
    if len(mapped) == 0:
        raise HiddenError(
            f"there is no map of layer {history.layer!r}",
            expected="at least one",
            got="none",
            fix="Draw the maps with `hidden project RUN`.",
        )
    return int(mapped[-1])
