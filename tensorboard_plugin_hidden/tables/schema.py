"""The columns of every table of samples, stated once: files, the tab and docs/export.md follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "flag"]
"""``flag`` is true or false; 1 and 0 in CSV."""

METADATA = "meta_"
"""What names of metadata begin with, so that none meets a name of ours."""

TAGS = ";"
"""Between the tags of a sample, where a format has no lists."""

DIGITS = 6
"""Significant digits of numbers: float32 has 7."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column. What is not known, or does not apply, is empty in CSV and null in JSON and Parquet.

    Attributes:
        name: Its name in every format.
        kind: What its values are; ``id`` has whole numbers where all ids are.
        unit: What a value counts, and its range.
        changes: Whether it is another at every step; else it is known of a sample once and for all.
        meaning: One line.
        optional: Only in runs that have such a thing.
    """

    name: str
    kind: Kind
    unit: str
    changes: bool
    meaning: str
    optional: bool = False


COLUMNS = (
    TableColumn("id", "text", "as logged", False, "the sample"),
    TableColumn("step", "integer", "as logged", True, "epoch or global step of a snapshot or a map"),
    TableColumn("label", "integer", "class", False, "number of the class that it is labelled as"),
    TableColumn("class", "text", "class name", False, "name of that class"),
    TableColumn("prediction", "integer", "class", True, "class of the largest logit"),
    TableColumn("predicted_class", "text", "class name", True, "name of that class"),
    TableColumn("confidence", "number", "0 to 1", True, "softmax probability of the prediction"),
    TableColumn("margin", "number", "0 to 1", True, "the same minus the runner-up's"),
    TableColumn("loss", "number", "nats", True, "cross-entropy against the label"),
    TableColumn("correct", "flag", "", True, "whether the prediction is the label"),
    TableColumn(
        "label_quality", "number", "0 to 1", True, "how far the run so far bears the label out; low is suspicious"
    ),
    TableColumn("flips", "integer", "count", True, "changes of the prediction so far"),
    TableColumn("forgotten", "integer", "count", True, "times that it went from right to wrong so far"),
    TableColumn("learned_at", "integer", "step", True, "step from which on it has been right, of those so far"),
    TableColumn("x", "number", "map units", True, "place on the map, to the right"),
    TableColumn("y", "number", "map units", True, "place on the map, upwards"),
    TableColumn("kept", "number", "0 to 1", True, "share of its neighbours in the layer that are so on the map"),
    TableColumn("held_out", "flag", "", True, "whether the map was fitted without it"),
    TableColumn(
        "selected_at", "integer", "step", False, "first step at which an active learner chose it", optional=True
    ),
    TableColumn("text", "text", "", False, "what the sample says", optional=True),
)
"""In this order; the metadata follow, whose names begin with ``METADATA``, as numbers or texts."""
