"""Answers as what changed: random histories of several sessions read back whole, at once or as they grow."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import MissingDataError
from tensorboard_plugin_hidden.format.answers import OUTCOMES, PROBE, Samples, read_answers
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.schema import AnswersRecord, Record, SessionRecord, Version, from_json, to_json
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.logger.answers import AnswersLog


class Run:
    """A run in several sessions, and what must be read of it."""

    def __init__(self, run_dir):
        self.run_dir, self.records, self.expected, self.labels = str(run_dir), [], {}, {}

    def session(self, purge_step=None):
        self.journal = Journal(self.run_dir, lambda summary, step: self._emit(summary))
        # Ids of sessions that begin in one millisecond are in no order.
        self.journal.session = f"{len(self.records):016x}"
        self.journal.write(SessionRecord("0", 0.0, purge_step))
        self.log = AnswersLog(self.journal)
        if purge_step is not None:
            self.expected = {step: answers for step, answers in self.expected.items() if step < purge_step}

    def _emit(self, summary):
        self.records.append(from_json(summary.value[0].metadata.plugin_data.content))

    def give(self, step, answers, labels):
        ids = list(answers)
        now = self.log.check_outcomes(ids, list(answers.values()), [labels[name] for name in ids])
        self.log.add_outcomes(now, step)
        self.expected[step] = dict(answers)
        self.labels.update({name: labels[name] for name in ids})

    def read(self, known=None, store=None):
        store = store or StoreReader(self.run_dir)
        return read_answers(current(self.records).answers, store, known)


def table(log):
    now = np.full(len(log.ids), -1)
    history = {}
    order = list(zip(log.snapshot.tolist(), log.sample.tolist(), strict=True))
    assert order == sorted(set(order))
    for number, step in enumerate(log.steps):
        here = log.snapshot == number
        assert (now[log.sample[here]] != log.answer[here]).all()  # nothing is said that was known
        now[log.sample[here]] = log.answer[here]
        history[step] = {log.ids[i]: int(now[i]) for i in np.flatnonzero(now >= 0)}
    return history


def names(count):
    return [i if i % 3 else f"sample {i}" for i in range(count)]


def same(one, other):
    assert (one.ids, one.steps, one.version, one.read) == (other.ids, other.steps, other.version, other.read)
    for part in ("labels", "sample", "snapshot", "answer"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@pytest.mark.parametrize("seed", range(6))
def test_random_histories_of_several_sessions(tmp_path, seed):
    """Samples are left out, join, and are answered anew; steps come twice; sessions take up before the end."""
    rng = np.random.default_rng(seed)
    run, store, known = Run(tmp_path), StoreReader(str(tmp_path)), None
    every, step = names(40), 0
    labels = {name: int(rng.integers(-1, 5)) for name in every}
    last = {}
    for number in range(4):
        purge = None
        if number:
            step = int(rng.integers(0, step + 2))
            purge = step
        run.session(purge)
        seen = 10
        for _ in range(int(rng.integers(1, 6))):
            seen = min(40, seen + int(rng.integers(0, 8)))
            ids = [every[i] for i in rng.permutation(seen)[: int(rng.integers(1, seen + 1))]]
            last |= {name: int(rng.integers(0, 5)) for name in ids if name not in last or rng.random() < 0.3}
            run.give(step, {name: last[name] for name in ids}, labels)
            known = run.read(known, store)
            assert table(known[OUTCOMES]) == run.expected
            step += int(rng.integers(0, 3))
    whole = run.read()[OUTCOMES]
    assert table(whole) == run.expected
    assert all(labels[name] == label for name, label in zip(whole.ids, whole.labels.tolist(), strict=True))
    same(whole, known[OUTCOMES])


def test_only_what_changed_is_stored(tmp_path):
    run = Run(tmp_path)
    run.session()
    answers = dict.fromkeys(range(1000), 1)
    run.give(0, answers, answers)
    run.give(1, answers | {3: 2, 8: 0}, answers)
    run.give(2, answers | {3: 2, 8: 0}, answers)
    bodies = [record.body for record in run.records if isinstance(record.body, AnswersRecord)]
    assert [body.count for body in bodies] == [1000, 2, 0]
    assert len({body.members for body in bodies}) == 1
    assert table(run.read()[OUTCOMES]) == run.expected


def test_what_was_read_before_is_not_read_again(tmp_path):
    import shutil

    run = Run(tmp_path)
    run.session()
    for step in range(3):
        run.give(step, {1: step, 2: 0}, {1: 0, 2: 0})
    known = run.read()
    place = run.records[-1].payload
    shutil.rmtree(tmp_path / "plugins/hidden/store.zarr" / place.group)
    assert table(run.read(known)[OUTCOMES]) == run.expected
    with pytest.raises(MissingDataError):
        run.read()


def test_an_order_of_ids_of_its_own_in_every_session(tmp_path):
    run = Run(tmp_path)
    run.session()
    run.give(0, {"a": 1, "b": 2}, {"a": 0, "b": 0})
    run.session(1)
    run.give(1, {"c": 3, "b": 2, "a": 4}, {"a": 0, "b": 9, "c": 1})
    log = run.read()[OUTCOMES]
    assert (log.ids, log.labels.tolist()) == (["a", "b", "c"], [0, 9, 1])
    assert table(log) == run.expected
    assert len(log.classes) == 10


def test_a_session_that_logs_nothing_hides_what_it_purges(tmp_path):
    run = Run(tmp_path)
    run.session()
    for step in range(3):
        run.give(step, {1: step}, {1: 0})
    known = run.read()
    run.session(1)
    assert table(run.read(known)[OUTCOMES]) == {0: {1: 0}}


@pytest.mark.parametrize("seed", range(4))
def test_steps_that_come_again_after_later_ones_are_left_out(tmp_path, seed):
    """As where training goes back to an epoch, and its purge_step counts batches."""
    rng = np.random.default_rng(seed)
    run, store, known, newest = Run(tmp_path), StoreReader(str(tmp_path)), None, {}
    labels = dict.fromkeys(names(12), 0)
    for steps in ([0, 1, 2, 3], [1, 2, 3, 3, 4], [2, 4, 5]):
        run.session(1000)
        for step in steps:
            ids = [name for name in labels if rng.random() < 0.8]
            run.give(step, {name: int(rng.integers(0, 3)) for name in ids}, labels)
            if step >= max(newest, default=0):
                newest[step] = run.expected[step]
            known = run.read(known, store)
            assert known[OUTCOMES].steps == sorted(newest)
            assert table(known[OUTCOMES]) == newest
            same(run.read()[OUTCOMES], known[OUTCOMES])


def test_records_hidden_since_are_not_taken_from_an_earlier_reading(tmp_path):
    run = Run(tmp_path)
    run.session()
    for step in range(4):
        run.give(step, {"a": step, "b": 0}, {"a": 0, "b": 0})
    run.session()
    run.give(4, {"a": 9}, {"a": 0, "b": 0})
    store, records = StoreReader(str(tmp_path)), current(run.records).answers
    known = read_answers(records, store)
    hidden = [records[0], records[-1]]  # steps 1 to 3 are hidden since, and the last session is the same
    same(read_answers(hidden, store, known)[OUTCOMES], read_answers(hidden, store)[OUTCOMES])


def test_the_probe_without_its_record_is_numbered(tmp_path):
    run = Run(tmp_path)
    run.session()
    run.log.add_probe(np.eye(4, 3, dtype=np.float32), 0)
    log = run.read()[PROBE]
    assert (log.ids, log.labels.tolist(), log.classes) == ([0, 1, 2, 3], [-1] * 4, ("0", "1", "2"))
    samples = Samples(list("wxyz"), np.array([0, 1, 2, -1], np.int32), ("p", "q", "r", "s"))
    named = read_answers(run.records, StoreReader(str(tmp_path)), probe=samples)[PROBE]
    assert (named.ids, named.labels.tolist(), named.classes) == (list("wxyz"), [0, 1, 2, -1], ("p", "q", "r", "s"))


def test_a_record_is_json(tmp_path):
    from tensorboard_plugin_hidden.format.schema import PayloadRef

    record = Record(Version("ab", 4), AnswersRecord("outcomes", 12, 3, 5, PayloadRef("ab/m", 2)), PayloadRef("ab/a", 9))
    assert from_json(to_json(record)) == record
    assert (record.tag, record.step) == ("hidden/answers/00000012/ab.4", 12)
