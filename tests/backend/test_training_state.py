"""What is kept of a training log as it grows, against reading it anew."""

from contextlib import closing, contextmanager
from dataclasses import fields

import numpy as np
import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from benchmarks.runs import journal
from tensorboard_plugin_hidden.backend.records import RunRecords
from tensorboard_plugin_hidden.backend.training_state import RunLog, TrainingLogs
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import SessionRecord
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.format.summaries import event
from tensorboard_plugin_hidden.logger.answers import AnswersLog
from tests.backend.training_runs import RowWriter, layout, made_up_rows

LAYOUT = layout([20, 0, 30])
LABELS = np.arange(40) % 4


@contextmanager
def live_journal(run_dir):
    """A journal whose events can be read at once."""
    with closing(EventFileWriter(run_dir)) as events:

        def emit(summary, step):
            events.add_event(event(summary, step))
            events.flush()

        writing = Journal(run_dir, emit)
        writing.write(SessionRecord("test", 0.0))
        yield writing


def found(run_dir):
    items = list(RunReader(str(run_dir)).poll())
    return RunRecords([item.record for item in items], {item.record.version: item.wall_time for item in items})


def read(run_dir, before=None):
    return RunLog(found(run_dir), StoreReader(str(run_dir)), lambda record: None, before)


def log_part(rng, rows, answers, first, steps):
    rows.write(made_up_rows(rng, LAYOUT, 90, first), steps[-1])
    for step in steps:
        named = rng.permutation(40)[:35]
        known = answers.check_outcomes(named.tolist(), (LABELS[named] + (rng.random(35) < 0.3)) % 4, LABELS[named])
        answers.add_outcomes(known, step)


def same(a, b):
    for field in fields(a):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, tuple):
            assert [x.tolist() for x in one] == [x.tolist() for x in other]
        else:
            np.testing.assert_array_equal(one, other, err_msg=field.name)


def test_what_is_known_goes_on_as_if_read_anew(tmp_path, rng):
    with live_journal(str(tmp_path / "run")) as writing:
        rows, answers = RowWriter(writing, LAYOUT), AnswersLog(writing)
        log, versions = None, []
        for part in range(4):
            log_part(rng, rows, answers, 90 * part, range(3 * part, 3 * part + 3))
            log, fresh = read(tmp_path / "run", log), read(tmp_path / "run")
            versions.append(log.version)
            assert log.stretches[0].rows == 90 * (part + 1)
            assert log.answers["outcomes"].steps == list(range(3 * part + 3))
            assert log.version == fresh.version
            assert log.stretches == fresh.stretches
            same(log.runs("outcomes"), fresh.runs("outcomes"))
            same(log.usual(0), fresh.usual(0))
            assert log.anchors() == fresh.anchors()
    assert len(set(versions)) == 4


def test_a_training_that_goes_back_is_read_anew(tmp_path, rng):
    run_dir = str(tmp_path / "run")
    with journal(run_dir) as writing:
        log_part(rng, RowWriter(writing, LAYOUT), AnswersLog(writing), 0, range(6))
    before = read(run_dir)
    before.runs("outcomes"), before.usual(0)
    with journal(run_dir) as writing:
        log_part(rng, RowWriter(writing, LAYOUT), AnswersLog(writing), 0, range(3, 6))
    log, fresh = read(run_dir, before), read(run_dir)
    assert log.version != before.version
    assert log.answers["outcomes"].steps == list(range(6))
    same(log.runs("outcomes"), fresh.runs("outcomes"))
    same(log.usual(0), fresh.usual(0))
    with pytest.raises(AssertionError):
        same(before.runs("outcomes"), log.runs("outcomes"))


def test_two_runs_are_kept(tmp_path, rng):
    logs, versions = TrainingLogs(), {}
    for name in "abc":
        with journal(str(tmp_path / name)) as writing:
            log_part(rng, RowWriter(writing, LAYOUT), AnswersLog(writing), 0, range(2))
        records = found(tmp_path / name)
        one = logs.current("", name, records, lambda before, name=name: read(tmp_path / name, before))
        assert logs.current("", name, records, lambda before: pytest.fail("it is known")) is one
        versions[name] = one.version
    assert logs.known("", "a", versions["a"]) is None
    assert logs.known("", "b", versions["b"]) is not None
    assert logs.known("", "c", versions["b"]) is None
    assert logs.known("other", "c", versions["c"]) is None


def test_what_takes_long_is_computed_once(tmp_path, rng):
    with journal(str(tmp_path / "run")) as writing:
        log_part(rng, RowWriter(writing, LAYOUT), AnswersLog(writing), 0, range(2))
    log, computed = read(tmp_path / "run"), []
    for key in [0, 0, *range(20), 0]:
        assert log.once(key, lambda key=key: computed.append(key) or key) == key
    assert computed == [*range(20), 0]
