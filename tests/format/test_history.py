from tensorboard_plugin_hidden.format.alerts import Alert, HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.history import current, waiting
from tensorboard_plugin_hidden.format.schema import (
    EndRecord,
    FrameRecord,
    ProbeRecord,
    Record,
    SelectedRecord,
    SessionRecord,
    SnapshotRecord,
    Version,
)


def session(name, seq=0, purge_step=None):
    return Record(Version(name, seq), SessionRecord("0", 0.0, purge_step))


def snapshot(name, seq, step, layer="fc"):
    return Record(Version(name, seq), SnapshotRecord(layer, step, 1, 1, "none", None, 0, 1, 0.0))


def selection(name, seq, step):
    return Record(Version(name, seq), SelectedRecord(step, 1, 1))


def frame(name, seq, step, of="", layer="fc", method="hidden"):
    return Record(Version(name, seq), FrameRecord(layer, step, method, {}, (0, 0, 1, 1), None, None, {}, snapshot=of))


def steps(history, layer="fc"):
    return {step: str(record.version) for step, record in history.snapshots.get(layer, {}).items()}


def frames(history, layer="fc", method="hidden"):
    return {step: str(record.version) for step, record in history.frames.get(layer, {}).get(method, {}).items()}


def test_of_a_step_logged_twice_the_last_counts_with_its_frame():
    records = [session("a"), snapshot("a", 1, 0), frame("a", 2, 0, "a.1"), snapshot("a", 3, 0)]
    assert steps(current(records)) == {0: "a.3"}
    assert frames(current(records)) == {}
    records.append(frame("a", 4, 0, "a.3"))
    assert frames(current(records)) == {0: "a.4"}


def test_a_late_frame_of_an_overwritten_snapshot_stays_hidden():
    records = [session("a"), snapshot("a", 1, 0), snapshot("a", 2, 0), frame("a", 3, 0, "a.2"), frame("a", 4, 0, "a.1")]
    assert frames(current(records)) == {0: "a.3"}


def test_a_resumed_session_hides_the_branch_it_left():
    first = [session("a"), *(snapshot("a", 1 + s, s) for s in range(6))]
    resumed = [session("b"), snapshot("b", 1, 3), snapshot("b", 2, 4)]
    assert steps(current(first + resumed)) == {0: "a.1", 1: "a.2", 2: "a.3", 3: "b.1", 4: "b.2"}


def test_purge_step_hides_before_anything_is_logged():
    first = [session("a"), *(snapshot("a", 1 + s, s) for s in range(6)), frame("a", 9, 5, "a.6")]
    history = current([*first, session("b", purge_step=2)])
    assert list(steps(history)) == [0, 1]
    assert frames(history) == {}


def test_a_session_that_opened_and_logged_nothing_hides_nothing():
    first = [session("a"), snapshot("a", 1, 0), snapshot("a", 2, 1)]
    assert list(steps(current([*first, session("b")]))) == [0, 1]


def test_a_third_session_that_went_further_back_wins():
    records = [session("a"), *(snapshot("a", 1 + s, s) for s in range(10))]
    records += [session("b"), *(snapshot("b", 1 + s, 6 + s) for s in range(4))]
    records += [session("c"), snapshot("c", 1, 2)]
    assert steps(current(records)) == {0: "a.1", 1: "a.2", 2: "c.1"}


def test_frames_drawn_afterwards_follow_their_snapshots():
    """``hidden project`` writes in a session of its own, which is no resume."""
    records = [session("a"), snapshot("a", 1, 0), snapshot("a", 2, 1), frame("z", 0, 0, "a.1", method="pca")]
    history = current(records)
    assert list(steps(history)) == [0, 1]
    assert frames(history, method="pca") == {0: "z.0"}
    assert [str(record.version) for record in waiting(history, "pca")] == ["a.2"]
    assert [str(record.version) for record in waiting(history, "hidden")] == ["a.1", "a.2"]


def test_positions_logged_by_hand_need_no_snapshot():
    records = [session("a"), frame("a", 1, 4, method="logged"), frame("a", 2, 2, method="logged")]
    assert frames(current(records), method="logged") == {2: "a.2", 4: "a.1"}
    resumed = [*records, session("b", purge_step=4)]
    assert frames(current(resumed), method="logged") == {2: "a.2"}


def test_selections_follow_resumes_and_repeats_like_frames():
    first = [session("a"), *(selection("a", 1 + s, s) for s in range(0, 10, 2)), selection("a", 99, 2)]
    chosen = {step: str(record.version) for step, record in current(first).selected.items()}
    assert chosen == {0: "a.1", 2: "a.99", 4: "a.5", 6: "a.7", 8: "a.9"}
    assert list(current([*first, session("b", purge_step=4)]).selected) == [0, 2]
    assert list(current([*first, session("b"), snapshot("b", 1, 6)]).selected) == [0, 2, 4]


def test_a_selection_says_where_a_session_takes_up():
    records = [session("a"), *(snapshot("a", 1 + s, s) for s in range(6)), session("b"), selection("b", 1, 3)]
    assert list(steps(current(records))) == [0, 1, 2]


def test_order_of_reading_does_not_matter():
    records = [session("a"), *(snapshot("a", 1 + s, s) for s in range(4)), session("b"), snapshot("b", 1, 2)]
    assert steps(current(records[::-1])) == steps(current(records))


def test_closed_is_about_the_newest_writer():
    records = [session("a"), Record(Version("a", 1), EndRecord())]
    assert current(records).closed
    assert not current([*records, session("b")]).closed
    assert not current([]).closed


def test_the_newest_probe_counts():
    records = [Record(Version("a", 1), ProbeRecord(3, ())), Record(Version("b", 1), ProbeRecord(3, ("x",)))]
    assert str(current(records).probe.version) == "b.1"


def health(name, seq, step, layer="fc"):
    return Record(Version(name, seq), HealthRecord(layer, step, {}))


def alert(name, seq, step):
    return Record(Version(name, seq), Alert(step, "merging", "warning", "fc", "gap", None, None, None, step, "It is."))


def task(name, seq, step, called, begun=True):
    return Record(Version(name, seq), TaskRecord(step, called, 1, (), begun))


def versions(records):
    return [str(record.version) for record in records]


def test_a_resume_hides_measures_and_alerts_as_it_does_snapshots():
    first = [session("a"), *(snapshot("a", 1 + s, s) for s in range(6)), *(health("a", 10 + s, s) for s in range(6))]
    first += [health("a", 20, 2, layer=""), alert("a", 21, 2), alert("a", 22, 5), task("a", 23, 4, "late")]
    resumed = [session("b"), snapshot("b", 1, 3), health("b", 2, 3), alert("b", 3, 3)]
    history = current(first + resumed)
    assert versions(history.health["fc"].values()) == ["a.10", "a.11", "a.12", "b.2"]
    assert versions(history.health[""].values()) == ["a.20"]
    assert versions(history.alerts) == ["a.21", "b.3"]
    assert history.tasks == []


def test_measures_and_tasks_say_nothing_of_where_a_session_takes_up():
    """A resumed script declares its tasks before it knows its step."""
    first = [session("a"), *(snapshot("a", 1 + s, s) for s in range(6))]
    history = current([*first, session("b"), task("b", 1, 0, "one"), health("b", 2, 0), snapshot("b", 3, 5)])
    assert list(steps(history)) == [0, 1, 2, 3, 4, 5]


def test_of_a_measured_step_logged_twice_the_last_counts():
    history = current([session("a"), snapshot("a", 1, 0), health("a", 2, 1), health("a", 3, 0), health("a", 4, 0)])
    assert [(step, str(record.version)) for step, record in history.health["fc"].items()] == [(0, "a.4"), (1, "a.2")]


def test_tasks_that_have_begun_come_first_in_the_order_in_which_they_did():
    records = [session("a"), snapshot("a", 1, 0)]
    records += [task("a", 2, 0, "third", begun=False), task("a", 3, 0, "second", begun=False)]
    records += [task("a", 4, 0, "first"), task("a", 5, 16, "second")]
    assert versions(current(records).tasks) == ["a.4", "a.5", "a.2"]


def test_a_task_that_is_declared_again_after_a_resume_began_when_it_first_did():
    first = [
        session("a"),
        *(snapshot("a", 1 + s, s) for s in range(9)),
        task("a", 20, 0, "one"),
        task("a", 21, 5, "two"),
    ]
    resumed = [session("b"), task("b", 1, 7, "one"), task("b", 2, 7, "two"), snapshot("b", 3, 7)]
    assert versions(current(first + resumed).tasks) == ["a.20", "a.21"]
    earlier = [session("c"), task("c", 1, 3, "two"), snapshot("c", 2, 3)]
    assert versions(current(first + earlier).tasks) == ["a.20", "c.1"]
