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
    read_record,
    to_json,
)
from tensorboard_plugin_hidden.format.store import group_name
from tensorboard_plugin_hidden.format.succession import new_session_id

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


BIG = "9" * 400

WRONG = [
    ("v", "true", "1.0", '"1"', "0", "-1", "null", "[]"),
    ("kind", "5", "null", '["frame"]', '"nonsense"', '"__class__"'),
    ("session", "5", "null", "[]", "{}", '""', '"a/b"', '".."', '"a b"', '"é"', f'"{"a" * 65}"'),
    ("seq", "-1", "1.5", '"1"', "true", "null", BIG, "9007199254740993", "NaN"),
    ("step", "-1", "1.0", '"1"', "true", "null", BIG, "9007199254740993", "Infinity", "[1]", "{}"),
    ("count", "-1", "2.5", '"3"', "false", "null", BIG, "Infinity", "NaN", "16777217"),
    ("width", "-1", '"3"', BIG, "Infinity"),
    ("layer", "5", "null", "[]", f'"{"x" * 2**20}"', f'"{"x" * 1025}"'),
    ("head", "5", "null", "{}"),
    ("accuracy", '"0.5"', "true", "NaN", "Infinity", "-Infinity", "1e999", BIG, "[0.5]"),
    ("capture_ms", "null", '"1"', "NaN", "1e999"),
    ("logits", "1", '"yes"', "[]"),
    ("no_head", "null", "5", f'"{"x" * 2**20}"'),
    ("probe", "5", "null"),
    ("program", "5", '"ab/p"', "[]", '{"group": "ab/p", "row": -1}', '{"group": "../x"}', '{"group": 5}'),
    ("payload", "null", "5", '"ab"', "[]", '["ab", 1]', '{"row": true}', '{"row": 1e3}', f'{{"row": {BIG}}}'),
]
GROUPS = [
    "..",
    ".",
    "a/..",
    "../a",
    "a/../b",
    "/etc",
    "a//b",
    "a/",
    "a\\\\b",
    "C:/x",
    "a/./b",
    "a\\u0000b",
    "é",
    "~/..",
    "...",
]
WRONG.append(("payload", *(f'{{"group": "{group}", "row": 0}}' for group in GROUPS)))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, *texts in WRONG for text in texts])
def test_a_field_of_a_wrong_type_or_range_is_a_damaged_record(name, text):
    whole = to_json(Record(Version("ab", 3), SNAPSHOT, PayloadRef("ab/snapshot/fc1", 3))).decode()
    fields = {key: json.dumps(value) for key, value in json.loads(whole).items()} | {name: text}
    content = "{" + ",".join(f'"{key}":{value}' for key, value in fields.items()) + "}"
    with pytest.raises(HiddenError, match="a record is damaged") as caught:
        from_json(content.encode())
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        (FRAME, "bounds", [0, 0, 1]),
        (FRAME, "bounds", [0, 0, 1, "1"]),
        (FRAME, "bounds", None),
        (FRAME, "settings", []),
        (FRAME, "settings", {"a": json.loads("[" * 50 + "]" * 50)}),
        (FRAME, "faithfulness", {"trust": "high"}),
        (FRAME, "faithfulness", {"x" * 2000: 0.5}),
        (HEALTH, "measures", [0.5]),
        (HEALTH, "tasks", "first"),
        (HEALTH, "modules", {"still": "0"}),
        (ALERT, "classes", [-1]),
        (ALERT, "classes", [65535]),
        (ALERT, "samples", [True]),
        (ALERT, "sentence", "x" * 2**20),
        (ProbeRecord(10, ("a",), Tiles(8, 9, 3)), "thumbnails", {"tile_width": 8}),
        (ProbeRecord(10, ("a",), Tiles(8, 9, 3)), "thumbnails", {"tile_width": 2**40, "tile_height": 1, "columns": 1}),
        (ProbeRecord(10, ("a",)), "classes", [1, 2]),
        (ProbeRecord(10, ("a",)), "texts", 1),
        (AnswersRecord("probe", 3, 0, 7), "samples", 2**53),
        (SessionRecord("0.1", 12.5), "purge_step", 1.5),
    ],
)
def test_so_it_is_with_the_fields_of_every_kind(body, name, value):
    fields = json.loads(to_json(Record(Version("ab", 3), body)))
    with pytest.raises(HiddenError, match=rf"a record is damaged.*{name}"):
        from_json(json.dumps(fields | {name: value}).encode())


@pytest.mark.parametrize("layer", ["fc1", "a.b-c/d", "été", "..", ".", "a" * 80, "50%", "x~1", "a:b"])
def test_groups_of_every_layer_are_taken(layer):
    group = group_name("ab", "snapshot", layer)
    record = Record(Version("ab", 3), SNAPSHOT, PayloadRef(group + "~2", 3))
    assert from_json(to_json(record)) == record


def test_a_record_under_another_tag_is_damaged():
    record = Record(Version("ab", 3), SNAPSHOT)
    assert read_record(record.tag, to_json(record)) == record
    with pytest.raises(HiddenError, match="a record is damaged"):
        read_record(Record(Version("ab", 3), FRAME).tag, to_json(record))


def test_what_no_reader_would_take_is_not_logged():
    with pytest.raises(HiddenError, match=r"cannot be logged.*layer"):
        to_json(Record(Version("ab", 3), HealthRecord("x" * 5000, 1, {})))


@pytest.mark.parametrize("text", ["ab." + "9" * 5000, "a" * 10_000 + ".1."])
def test_malformed_versions_of_any_length(text):
    with pytest.raises(HiddenError, match="not a version") as caught:
        Version.parse(text)
    assert len(str(caught.value)) < 300
