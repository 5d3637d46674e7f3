"""Answers over time as arrays, against the whole table of snapshots and samples."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend.training_answers import (
    class_count,
    class_groups,
    class_history,
    correctness_runs,
    error_history,
    flip_columns,
    same_beginning,
)
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.answers import AnswerLog, changed_answers
from tensorboard_plugin_hidden.training_log.flips import correctness, encode
from tensorboard_plugin_hidden.training_log.order import similarity_order

COLUMNS = ("sample", "start", "length", "before", "state", "last", "current")


def made_up(rng, snapshots, samples=60, classes=5):
    """A table of answers with samples that are seen now and then, and a class that is absent for a while."""
    labels = rng.integers(-1, classes, samples).astype(np.int32)
    answers = np.where(rng.random((snapshots, samples)) < 0.7, labels, rng.integers(0, classes, (snapshots, samples)))
    answers[rng.random(answers.shape) < 0.1] = -1
    answers[3:6, labels == 2] = -1
    return answers.astype(np.int32), labels


def logged(answers, labels, classes=()):
    """The same as a log of changes."""
    before, events = np.empty(0, np.int32), []
    for snapshot, row in enumerate(answers):
        change = changed_answers(before, row)
        events.append((change["sample"], np.full(len(change["sample"]), snapshot, np.int32), change["answer"]))
        before = row
    columns = zip(*events, strict=True) if events else ((np.empty(0, np.int32),),) * 3
    sample, snapshot, answer = (np.concatenate(column) for column in columns)
    ids = [f"s{row}" for row in range(len(labels))]
    return AnswerLog("outcomes", ids, labels, classes, list(range(len(answers))), sample, snapshot, answer, "ab.1")


@pytest.mark.parametrize("snapshots", [0, 1, 12, 300])
def test_runs_are_those_of_the_table(rng, snapshots):
    answers, labels = made_up(rng, snapshots)
    runs, expected = correctness_runs(logged(answers, labels)), encode(correctness(answers, labels))
    assert runs.snapshots == snapshots
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(runs, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize("known", [0, 1, 7, 20])
def test_runs_go_on_where_they_were(rng, known):
    answers, labels = made_up(rng, 20)
    older, newer = logged(answers[:known], labels), logged(answers, labels)
    assert same_beginning(older, newer)
    runs, expected = correctness_runs(newer, correctness_runs(older)), correctness_runs(newer)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(runs, name), getattr(expected, name), err_msg=name)


def test_samples_that_join_go_on_too(rng):
    answers, labels = made_up(rng, 20)
    answers[:8, 40:] = -1
    older, newer = logged(answers[:8, :40], labels[:40]), logged(answers, labels)
    assert same_beginning(older, newer)
    runs, expected = correctness_runs(newer, correctness_runs(older)), encode(correctness(answers, labels))
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(runs, name), getattr(expected, name), err_msg=name)


def test_another_past_is_no_beginning(rng):
    answers, labels = made_up(rng, 20)
    older = logged(answers[:8], labels)
    other = answers.copy()
    other[7, 5] = (other[7, 5] + 1) % 5
    assert not same_beginning(older, logged(other, labels))
    assert not same_beginning(older, logged(answers, np.roll(labels, 1)))
    assert not same_beginning(logged(answers, labels), logged(answers[:8], labels))


def test_errors_of_classes_and_of_all(rng):
    answers, labels = made_up(rng, 15)
    log = logged(answers, labels, classes=tuple("abcdefg"))
    assert class_count(log) == 7
    arrays, error = error_history(correctness_runs(log), labels, 7)
    assert arrays["size"].tolist() == [int((labels == number).sum()) for number in range(7)]
    right = correctness(answers, labels)
    for snapshot in range(15):
        row = right[snapshot]
        for number in range(7):
            seen = row[(labels == number) & (row >= 0)]
            if len(seen):
                assert error[snapshot, number] == pytest.approx(1 - seen.mean())
                assert arrays["error"][snapshot, number] == round(254 * error[snapshot, number])
            else:
                assert arrays["error"][snapshot, number] == 255
                assert np.isnan(error[snapshot, number])
        assert arrays["whole"][snapshot] == pytest.approx(1 - row[row >= 0].mean())
    assert (arrays["error"][3:6, 2] == 255).all()


@pytest.mark.parametrize("labels", [[], [-1, -1]])
def test_nothing_to_be_right_about(labels):
    log = logged(np.zeros((3, len(labels)), np.int32), np.array(labels, np.int32))
    runs = correctness_runs(log)
    arrays, error = error_history(runs, log.labels, class_count(log))
    assert arrays["error"].shape == (3, 0)
    assert np.isnan(arrays["whole"]).all()
    groups, meta = class_groups(error, 4)
    assert (len(groups["order"]), groups["cluster_error"].shape, meta) == (0, (3, 0), {"clusters": 0})
    assert len(flip_columns(runs, log.labels)["class"]) == 0


def test_groups_of_classes_that_err_together():
    early, late = np.linspace(1, 0, 10), np.linspace(1, 0.5, 10)
    error = np.stack([late, early, late, early], axis=1)
    groups, meta = class_groups(error, 2)
    assert meta == {"clusters": 2}
    assert groups["cluster"].tolist() == [1, 0, 1, 0]
    np.testing.assert_allclose(groups["cluster_error"], np.stack([early, late], axis=1), rtol=1e-6)
    assert abs(np.diff(groups["cluster"][groups["order"]])).sum() == 1


def test_flips_in_order_of_snapshot_and_sample(rng):
    answers, labels = made_up(rng, 25)
    columns = flip_columns(correctness_runs(logged(answers, labels)), labels)
    right, expected = correctness(answers, labels), []
    for t in range(1, 25):
        for i in range(len(labels)):
            if right[t, i] >= 0 and right[t - 1, i] >= 0 and right[t, i] != right[t - 1, i]:
                before = next(n for n in range(1, t + 1) if n == t or right[t - 1 - n, i] != right[t - 1, i])
                after = next(n for n in range(1, 26) if t + n == 25 or right[t + n, i] != right[t, i])
                expected.append((t, labels[i], before, after))
    assert list(zip(*(columns[name].tolist() for name in columns), strict=True)) == expected
    assert [columns[name].dtype for name in columns] == [np.uint16] * 4


def test_every_answer_to_a_class(rng):
    answers, labels = made_up(rng, 25)
    for number in (0, 2, 6):
        arrays, meta = class_history(logged(answers, labels), number)
        rows = np.flatnonzero(labels == number)
        order = similarity_order(correctness(answers[:, rows], labels[rows]))
        assert arrays["rows"].tolist() == rows[order].tolist()
        assert meta["ids"] == [f"s{row}" for row in rows[order]]
        table = answers[:, rows[order]]
        np.testing.assert_array_equal(arrays["answers"], np.where(table < 0, 65535, table))


def test_more_answers_than_anybody_looks_at_are_refused():
    none = np.empty(0, np.int32)
    log = AnswerLog("outcomes", [], np.zeros(10_000, np.int32), (), list(range(5_001)), none, none, none, "ab.1")
    with pytest.raises(HiddenError, match=r"class 0 has too many answers .* got 10,000 samples at 5,001 snapshots"):
        class_history(log, 0)
