import json

import pytest

from tensorboard_plugin_hidden.errors import HiddenError, NewerFormatError
from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.schema import (
    AnswersRecord,
    EndRecord,
    FrameRecord,
    PayloadRef,
    ProbeRecord,
    Record,
    SelectedRecord,
    SessionRecord,
    SnapshotRecord,
    Tiles,
    Version,
    from_json,
    new_session_id,
    to_json,
)

FRAME = FrameRecord(
    "fc1", 12, "hidden", {"anchor": 3}, (0.0, 1.0, 2.0, 3.0), "linear", (-1.0, 0.0, 3.0, 4.0), {"trust": 0.9}
)
SNAPSHOT = SnapshotRecord("fc1", 3, 10, 4, "program", 0.5, 1, 80, 2.5, "ab.1", PayloadRef("g", 2))
ALERT = Alert(16, "merging", "warning", "fc", "gap", 0.1, 2.0, 0.8, 15, "They merge.", (4, 9), "", (3, 1))
HEALTH = HealthRecord("fc", 16, {"separation": -0.5, "drift": None}, 0.1, ("first", "second"))
BODIES = [
    ALERT,
    Alert(1, "collapse", "error", "", "loss", None, None, None, 1, "It is gone."),
    HEALTH,
    HealthRecord("", 0, {}),
    HealthRecord("", 0, {"still": 0.5, "update": -2.0}, modules={"still": ("0", "2"), "update": ("4",)}),
    TaskRecord(5, "second", 40, (5, 6), False),
    AnswersRecord("probe", 3, 0, 7),
    SessionRecord("0.1", 12.5, 7),
    SessionRecord("0.1", 12.5),
    EndRecord(),
    ProbeRecord(10, ("a", "b"), Tiles(8, 9, 3), True),
    ProbeRecord(10, (), density={"layer": "fc", "sizes": [5, 10], "relative": [0.5, 1.0], "knee": 9}),
    ProbeRecord(10, ()),
    ProbeRecord(10, (), images=PayloadRef("ab/pictures", 1)),
    SelectedRecord(4, 2, 100),
    SNAPSHOT,
    FRAME,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.KIND)
@pytest.mark.parametrize("payload", [PayloadRef(), PayloadRef("ab/frame/x", 3)])
def test_records_come_back_equal(body, payload):
    record = Record(Version("ab", 3), body, payload)
    assert from_json(to_json(record)) == record


def test_every_write_has_a_tag_of_its_own():
    records = [
        Record(Version(session, seq), body) for session in ("ab", "cd") for seq in (0, 1) for body in (FRAME, SNAPSHOT)
    ]
    assert len({record.tag for record in records}) == len(records)
    assert records[0].tag == "hidden/frame/fc1/00000012/ab.0"


def test_the_tag_of_a_selection_has_its_step():
    assert Record(Version("ab", 2), SelectedRecord(4, 2, 100)).tag == "hidden/selected/00000004/ab.2"
    assert Record(Version("ab", 2), SelectedRecord(4, 2, 100)).step == 4
    assert Record(Version("ab", 1), ProbeRecord(10, ())).tag == "hidden/probe/ab.1"


def test_tags_of_measures_and_alerts():
    """What is measured of the whole network has no layer in its tag, where nothing would stand between two slashes."""
    tags = [
        (HEALTH, "hidden/health/fc/00000016/ab.2"),
        (HealthRecord("", 16, {}), "hidden/health/00000016/ab.2"),
        (ALERT, "hidden/alert/00000016/ab.2"),
        (TaskRecord(16, "second", 1), "hidden/task/00000016/ab.2"),
    ]
    for body, tag in tags:
        assert Record(Version("ab", 2), body).tag == tag
        assert Record(Version("ab", 2), body).step == 16


def test_numbers_that_are_not_finite_become_null():
    record = Record(Version("ab", 0), FrameRecord("a", 0, "m", {}, (0, 0, 1, 1), None, None, {"trust": float("nan")}))
    assert json.loads(to_json(record))["faithfulness"] == {"trust": None}


def test_unknown_fields_are_ignored_and_missing_ones_are_an_error():
    fields = json.loads(to_json(Record(Version("ab", 0), FRAME)))
    assert from_json(json.dumps(fields | {"new": 1}).encode()).body == FRAME
    del fields["layer"]
    with pytest.raises(HiddenError, match="damaged"):
        from_json(json.dumps(fields).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b'{"v": 1, "kind": "nonsense"}', b"\xff"])
def test_damaged_records(content):
    with pytest.raises(HiddenError, match="damaged"):
        from_json(content)


def test_the_future_is_refused():
    fields = json.loads(to_json(Record(Version("ab", 0), FRAME))) | {"v": 99, "kind": "hologram"}
    with pytest.raises(NewerFormatError, match="format 99"):
        from_json(json.dumps(fields).encode())


def test_session_ids_sort_by_time():
    ids = [new_session_id()]
    while ids[-1][:12] == ids[0][:12]:
        ids.append(new_session_id())
    assert ids[-1] > ids[0]


@pytest.mark.parametrize("text", ["", "ab", "ab.", ".1", "ab.x", "ab.1.2", "a/b.1", "ab.-1", "..1", "ab.²"])
def test_malformed_versions(text):
    with pytest.raises(HiddenError, match="not a version"):
        Version.parse(text)


def test_versions_come_back_equal():
    assert Version.parse(str(Version("0a1b", 12))) == Version("0a1b", 12)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"v": 1, "kind": "' + b"x" * 100_000 + b'"}'])
def test_hostile_records_are_refused_in_few_words(content):
    with pytest.raises(HiddenError, match="a record is damaged") as caught:
        from_json(content)
    assert len(str(caught.value)) < 500
