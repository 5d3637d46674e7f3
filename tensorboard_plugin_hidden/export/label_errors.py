"""The samples of a run, those first whose labels training speaks against, and what speaks: one CSV. Pure writer."""

from __future__ import annotations

import math
from typing import BinaryIO

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.tables.layer import LayerHistory
from tensorboard_plugin_hidden.tables.text import write_rows
from tensorboard_plugin_hidden.training_log.label_errors import label_errors

_DIGITS = 6
"""Significant digits of the measures, as in the other tables."""

_MEASURES = (
    *("label_quality", "suggested_share", "label_probability", "variability", "correctness", "area_under_margin"),
)


def write_label_errors(history: LayerHistory, file: BinaryIO) -> None:
    """One line for each labelled sample, UTF-8 with a heading, the lowest quality first.

    The columns are those of ``training_log.label_errors``, with the sample's id, names of classes and training steps.

    Raises:
        HiddenError: No snapshot has logits, or no sample a label.
    """
    margins = history.label_margin
    steps = np.array(history.steps)
    # The loss is the cross-entropy in nats, so this is the probability of the label.
    probability = np.exp(-history.loss.astype(np.float64))
    probability[np.isnan(margins)] = np.nan
    answers = np.where(np.isnan(margins), -1, history.predictions)
    samples = history.samples
    judged = np.flatnonzero([not np.isnan(one).all() for one in history.label_quality])
    quality = history.label_quality[judged[-1]] if len(judged) else np.full(len(samples.ids), np.nan)
    found = label_errors(quality, probability, margins, answers, samples.labels, len(samples.ids))
    if not len(found["sample"]):
        raise HiddenError(
            "no label can be judged",
            expected="snapshots with logits, and samples with labels",
            got=f"layer {history.layer!r} without either",
            fix="Log them with writer.watch, or writer.add_activations(..., logits=logits, labels=labels).",
        )
    learned = found["learned_at"]
    columns: dict[str, list[object]] = {
        "id": [samples.ids[row] for row in found["sample"].tolist()],
        "label": found["label"].tolist(),
        "class": [samples.class_name(label) for label in found["label"].tolist()],
        "suggested": [label if label >= 0 else "" for label in found["suggested"].tolist()],
        "suggested_class": [samples.class_name(label) for label in found["suggested"].tolist()],
        "reasons": found["reasons"].tolist(),
        **{name: [_text(value) for value in found[name].tolist()] for name in _MEASURES},
        "learned_at": [int(steps[snapshot]) if snapshot >= 0 else "" for snapshot in learned.tolist()],
        "forgotten": found["forgotten"].tolist(),
    }
    write_rows(file, list(columns), zip(*columns.values(), strict=True))


def _text(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.{_DIGITS}g}"
