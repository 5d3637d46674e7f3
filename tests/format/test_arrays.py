import json

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.answers import ANSWERS, MEMBERS, encode_members, probe_samples, read_answers
from tensorboard_plugin_hidden.format.answers import Samples as Named
from tensorboard_plugin_hidden.format.arrays import checked, fits, ids_of, parsed, within
from tensorboard_plugin_hidden.format.parameters import LAYOUT, encode_layout, read_layout
from tensorboard_plugin_hidden.format.schema import (
    AnswersRecord,
    FrameRecord,
    PayloadRef,
    ProbeRecord,
    Record,
    SelectedRecord,
    SnapshotRecord,
    Version,
)
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter

FRAME = FrameRecord("fc", 1, "pca", {}, (0.0, 0.0, 1.0, 1.0), None, None, {})
POINTS = {
    "positions": np.zeros((4, 2), np.uint16),
    "prediction": np.zeros(4, np.uint16),
    **{name: np.zeros(4, np.uint8) for name in ("confidence", "flags", "kept")},
}
SNAPSHOT = SnapshotRecord("fc", 1, 4, 3, "none", None, 0, 0, 0.0)
PROBE = {"samples": np.zeros(9, np.uint8), "labels": np.zeros(4, np.int32)}


@pytest.mark.parametrize(
    ("body", "arrays"),
    [
        (FRAME, POINTS | {"landscape": np.zeros((5, 5, 4), np.uint8), "later": np.zeros(3)}),
        (SNAPSHOT, {"activations": np.zeros((4, 3), np.float16), "head.weight": np.zeros((2, 3), np.float32)}),
        (ProbeRecord(4, ()), PROBE),
    ],
)
def test_what_is_as_it_should_be_is_taken(body, arrays):
    assert checked(body, arrays) == arrays


@pytest.mark.parametrize(
    ("body", "arrays"),
    [
        (FRAME, {name: array for name, array in POINTS.items() if name != "kept"}),
        (FRAME, POINTS | {"positions": np.zeros((4, 3), np.uint16)}),
        (FRAME, POINTS | {"positions": np.zeros((4, 2), np.float32)}),
        (FRAME, POINTS | {"flags": np.zeros(5, np.uint8)}),
        (FRAME, POINTS | {"landscape": np.zeros((5, 6, 4), np.uint8)}),
        (FRAME, POINTS | {"landscape": np.zeros(100, np.uint8)}),
        (SNAPSHOT, {"activations": np.zeros((5, 3), np.float16)}),
        (SNAPSHOT, {"activations": np.zeros((4, 2), np.float16)}),
        (SNAPSHOT, {"logits": np.zeros((4, 2), np.float32)}),
        (SNAPSHOT, {"activations": np.zeros((4, 3), np.float32), "logits": np.zeros(4, np.float32)}),
        (ProbeRecord(5, ()), PROBE),
        (ProbeRecord(4, ()), {"samples": PROBE["samples"]}),
        (ProbeRecord(4, ()), PROBE | {"sprite": np.zeros((2, 2), np.uint8)}),
        (SelectedRecord(1, 3, 3), {}),
        (SelectedRecord(1, 3, 3), {"rows": np.zeros(3, np.float64)}),
    ],
)
def test_what_is_otherwise_is_damaged(body, arrays):
    with pytest.raises(HiddenError, match="a payload is damaged"):
        checked(body, arrays)


def test_what_a_group_of_the_store_may_hold():
    assert fits("ab/snapshot/fc~2/logits", np.dtype("<f4"), 3)
    assert not fits("ab/snapshot/fc~2/logits", np.dtype("<f4"), 2)
    assert not fits("ab/parameters~1/top", np.dtype("<f4"), 2)
    assert not fits("ab/frame/fc/container", np.dtype("<i8"), 2)
    assert fits("ab/snapshot/fc/head.weight", np.dtype("<f8"), 5)
    assert fits("ab/hologram/depth", np.dtype("<f8"), 5)


def text(value):
    return np.frombuffer((value if isinstance(value, str) else json.dumps(value)).encode(), np.uint8)


@pytest.mark.parametrize("value", ["", "{", "[" * 100_000, "[1", {}, {"ids": None}, {"ids": [[]]}, [None], [True], 5])
def test_ids_that_are_none(value):
    with pytest.raises(HiddenError, match="a payload is damaged"):
        ids_of(text(value))


def test_ids_are_as_many_as_there_are_samples():
    assert ids_of(text({"ids": [1, "a"]}), 2) == [1, "a"]
    with pytest.raises(HiddenError, match="damaged"):
        ids_of(text([1, "a"]), 3)
    with pytest.raises(HiddenError, match="damaged"):
        probe_samples(ProbeRecord(1, ()), {"samples": text({"ids": ["a"]}), "labels": np.array([2**31 - 1], np.int32)})


def test_json_has_a_limit(monkeypatch):
    monkeypatch.setattr("tensorboard_plugin_hidden.format.arrays.MOST_JSON_BYTES", 10)
    assert parsed(text([1]), "x") == [1]
    with pytest.raises(HiddenError, match="at most 10 bytes"):
        parsed(text([1] * 10), "x")


def test_numbers_within():
    assert within(np.array([], np.int32), 0, 1, "x").size == 0
    for array in ([-1], [5], [0, 2**31 - 1]):
        with pytest.raises(HiddenError, match="damaged"):
            within(np.array(array, np.int32), 0, 5, "x")


@pytest.mark.parametrize(
    ("sample", "answer", "samples"),
    [([7], [0], 3), ([-1], [0], 3), ([0], [2**31 - 1], 3), ([0], [-7], 3), ([0], [0], 4), ([0], [0], 2**24)],
)
def test_answers_of_samples_and_classes_that_are_not(tmp_path, sample, answer, samples):
    """A class of two thousand millions would make as many names; a negative sample would be another one's."""
    writer = StoreWriter(str(tmp_path))
    members = writer.append(f"ab/{MEMBERS}/outcomes", encode_members(Named(["a", "b", "c"], np.zeros(3, np.int32))))
    rows = {"sample": np.array(sample, np.int32), "answer": np.array(answer, np.int32)}
    place = writer.extend(f"ab/{ANSWERS}/outcomes", rows)
    body = AnswersRecord("outcomes", 1, 1, samples, members if samples < 5 else None)
    record = Record(Version("ab", 1), body, place)
    with pytest.raises(HiddenError, match="damaged"):
        read_answers([record], StoreReader(str(tmp_path)))


LAYER = {"name": "a", "module": "", "kind": "Linear", "shape": [2, 2], "trainable": True, "filters": 2, "aliases": []}
GOOD = {
    "layers": [LAYER],
    "nodes": [{"path": "", "start": 0, "stop": 1}],
    "skipped": [["b", "It is tied."]],
    "statistics": ["l2"],
    "groups": [-1],
    "learning_rates": 1,
}


def stored(tmp_path, layout):
    place = StoreWriter(str(tmp_path)).append("ab/parameters_layout", {LAYOUT: encode_layout(layout)})
    return read_layout(place, StoreReader(str(tmp_path)))


def test_a_layout_comes_back(tmp_path):
    assert stored(tmp_path, GOOD) == GOOD


@pytest.mark.parametrize(
    "wrong",
    [
        {"layers": None},
        {"layers": [LAYER | {"filters": -1}]},
        {"layers": [LAYER | {"filters": 2**40}]},
        {"layers": [{}]},
        {"nodes": [{"path": "", "start": 0, "stop": 2}]},
        {"nodes": [{"path": "", "start": 1, "stop": 0}]},
        {"groups": [-2]},
        {"statistics": "l2"},
        {"learning_rates": "1"},
        {"skipped": [["b"]]},
    ],
    ids=str,
)
def test_a_layout_of_another_form_is_damaged(tmp_path, wrong):
    with pytest.raises(HiddenError, match="a payload is damaged"):
        stored(tmp_path, GOOD | wrong)


def test_a_program_or_layout_that_is_not_in_its_group(tmp_path):
    place = StoreWriter(str(tmp_path)).append("ab/parameters_layout", {"other": np.zeros(3, np.uint8)})
    with pytest.raises(HiddenError, match="damaged"):
        read_layout(PayloadRef(place.group, place.row), StoreReader(str(tmp_path)))
