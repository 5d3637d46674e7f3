"""The index as columns, from records made by hand."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend.index import run_index
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.schema import (
    FrameRecord,
    PayloadRef,
    ProbeRecord,
    Record,
    SelectedRecord,
    SnapshotRecord,
    Version,
)


def record(sequence, step, method="m", faithfulness=None, **settings):
    """A frame that was logged on its own, as the ``sequence``-th write of its session."""
    body = FrameRecord(
        "fc", step, method, settings, (0, 0, 1, 1), None, None, faithfulness or {}, cpu_seconds=0.1 * step
    )
    return Record(Version("ab", sequence), body)


def frames(*records):
    (layer,) = run_index("r", current(records), {})["layers"]
    return layer["frames"]


def test_settings_that_changed_are_told_frame_by_frame():
    made = frames(
        record(1, 0, iterations=60),
        record(2, 1, iterations=80),
        record(3, 2, iterations=60, joint="a, b"),
        record(4, 3, iterations=60),
    )["m"]
    assert made["settings"] == [{"iterations": 60}, {"iterations": 80}, {"iterations": 60, "joint": "a, b"}]
    assert made["settings_of"] == [0, 1, 2, 0]
    assert np.allclose(made["cpu_seconds"], [0, 0.1, 0.2, 0.3])


def test_the_order_in_which_settings_are_named_does_not_matter():
    made = frames(record(1, 0, a=1, b=2), record(2, 1, b=2, a=1))["m"]
    assert made["settings"] == [{"a": 1, "b": 2}]


def test_methods_have_steps_of_their_own():
    made = frames(record(1, 0), record(2, 4), record(3, 0, "pca"), record(4, 1, "pca"), record(5, 2, "pca"))
    assert {method: columns["steps"] for method, columns in made.items()} == {"m": [0, 4], "pca": [0, 1, 2]}


def test_a_measure_that_only_some_frames_have_is_null_in_the_others():
    made = frames(record(1, 0, faithfulness={"trust": 0.9}), record(2, 1, faithfulness={"trust": 0.8, "boundary": 0.5}))
    assert made["m"]["faithfulness"] == {"trust": [0.9, 0.8], "boundary": [None, 0.5]}


def test_snapshots_have_versions():
    snapshots = [Record(Version("ab", n), SnapshotRecord("fc", n, 1, 1, "none", None, 0, 1, 0.0)) for n in (3, 5)]
    index = run_index("r", current([*snapshots, record(6, 7)]), {})
    assert (index["layers"][0]["steps"], index["layers"][0]["versions"]) == ([3, 5], ["ab.3", "ab.5"])
    assert run_index("r", current([record(6, 7)]), {})["layers"][0]["versions"] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [([True, True], True), ([False, True], True), ([False, False], False), ([None, False], None), ([], None)],
)
def test_whether_a_layer_has_logits_is_only_said_when_all_records_say_it(said, expected):
    snapshots = [
        Record(Version("ab", n), SnapshotRecord("fc", n, 1, 1, "none", None, 0, 1, 0.0, logits=one))
        for n, one in enumerate(said)
    ]
    (layer,) = run_index("r", current([*snapshots, record(6, 7)]), {})["layers"]
    assert layer["logits"] is expected


def test_why_a_layer_has_no_predictions_or_no_head_is_that_of_its_newest_snapshot():
    said = [("undecided", ""), ("", "pooled")]
    snapshots = [
        Record(Version("ab", n), SnapshotRecord("fc", n, 1, 1, "none", None, 0, 1, 0.0, no_logits=one, no_head=other))
        for n, (one, other) in enumerate(said)
    ]
    (layer,) = run_index("r", current(snapshots), {})["layers"]
    assert (layer["no_logits"], layer["no_head"]) == ("", "pooled")
    assert run_index("r", current([record(6, 7)]), {})["layers"][0]["no_logits"] == ""


def test_selections_are_columns_and_null_when_there_are_none():
    chosen = [Record(Version("ab", 1), SelectedRecord(4, 2, 9)), Record(Version("ab", 2), SelectedRecord(0, 0, 3))]
    assert run_index("r", current(chosen), {})["selected"] == {
        "steps": [0, 4],
        "versions": ["ab.2", "ab.1"],
        "counts": [0, 2],
        "totals": [3, 9],
    }
    assert run_index("r", current([record(1, 0)]), {})["selected"] is None


def test_whether_there_are_pictures():
    for place in (None, PayloadRef("ab/pictures", 0)):
        probe = Record(Version("ab", 1), ProbeRecord(3, (), images=place))
        assert run_index("r", current([probe]), {})["probe"]["images"] == (place is not None)
