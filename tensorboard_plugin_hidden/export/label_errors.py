"""The samples of a run, those first whose labels training speaks against, and what speaks: one CSV. Pure writer."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import LayerHistory
from tensorboard_plugin_hidden.export.text import write_rows
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.training_log.label_errors import label_errors

_DIGITS = 4
"""Significant digits of the measures."""


def write_label_errors(history: LayerHistory, file: BinaryIO) -> None:
    """One line for each labelled sample, UTF-8 with a heading, the most doubtful first.

    The columns are those of ``training_log.label_errors``, with the sample's id, names of classes and training steps.

    Raises:
        HiddenError: No snapshot has logits, or no sample a label.
    """
    margins = _margins(history)
    steps = np.array(history.steps)
    # The loss is the cross-entropy in nats, so this is the probability of the label.
    probability = np.exp(-history.loss.astype(np.float64))
    probability[np.isnan(margins)] = np.nan
    answers = np.where(np.isnan(margins), -1, history.predictions)
    samples = history.samples
    found = label_errors(probability, margins, answers, samples.labels, len(samples.ids))
    if not len(found["sample"]):
        raise HiddenError(
            "no label can be judged",
            expected="snapshots with logits, and samples with labels",
            got=f"layer {history.layer!r} without either",
            fix="Log them with writer.watch, or writer.add_activations(..., logits=logits, labels=labels).",
        )
    first = found["first_learned"]
    columns: dict[str, list[object]] = {
        "id": [samples.ids[row] for row in found["sample"].tolist()],
        "label": found["label"].tolist(),
        "class": [samples.class_name(label) for label in found["label"].tolist()],
        "suggested": [label if label >= 0 else "" for label in found["suggested"].tolist()],
        "suggested_class": [samples.class_name(label) for label in found["suggested"].tolist()],
        "reasons": found["reasons"].tolist(),
        **{
            name: [f"{value:.{_DIGITS}g}" for value in found[name].tolist()]
            for name in ("doubt", "suggested_share", "confidence", "variability", "correctness", "area_under_margin")
        },
        "first_learned": [int(steps[snapshot]) if snapshot >= 0 else "" for snapshot in first.tolist()],
        "forgotten": found["forgotten"].tolist(),
    }
    write_rows(file, list(columns), zip(*columns.values(), strict=True))


def _margins(history: LayerHistory) -> FloatArray:
    """The label's logit minus the largest other, float32 [T, N]; NaN where one of them is not known."""
    labels = history.samples.labels
    rows = np.flatnonzero(labels >= 0)
    margins = np.full((len(history.steps), len(labels)), np.nan, np.float32)
    for place, step in enumerate(history.steps):
        record = history.snapshots.get(step)
        logits = None if record is None else history.store.read(record.payload, ["logits"]).get("logits")
        if logits is None:
            continue
        known = rows[(labels[rows] < logits.shape[1]) & np.isfinite(logits[rows]).all(axis=1)]
        of_label = logits[known, labels[known]].astype(np.float32)
        others = logits[known].astype(np.float32)
        others[np.arange(len(known)), labels[known]] = -np.inf
        margins[place, known] = of_label - others.max(axis=1)
    return margins
