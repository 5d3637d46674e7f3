"""Against a walk along each sample's history, one snapshot at a time."""

from itertools import groupby

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.flips import correctness, encode, extend
from tests.training_log.histories import history

COLUMNS = ("sample", "start", "length", "before", "state", "last", "current")


def naive_runs(states):
    """(start, sample, length, before, state) of each run, by walking."""
    found = []
    for sample in range(states.shape[1]):
        start, before = 0, 0
        for state, group in groupby(states[:, sample].tolist()):
            length = len(list(group))
            if state >= 0:
                found.append((start, sample, length, before, state))
            before = length if state >= 0 else 0
            start += length
    return sorted(found)


def same(one, other):
    assert one.snapshots == other.snapshots
    for name in COLUMNS:
        a, b = getattr(one, name), getattr(other, name)
        assert a.dtype == b.dtype == np.int32
        np.testing.assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize("seed", range(40))
def test_runs_equal_the_walk_and_give_the_history_back(seed):
    rng = np.random.default_rng(seed)
    states = history(rng.integers(0, 30), rng.integers(0, 9), seed, unseen=rng.choice([0, 0.1, 0.5]))
    runs = encode(states)
    columns = (runs.start, runs.sample, runs.length, runs.before, runs.state)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == naive_runs(states)
    np.testing.assert_array_equal(runs.history(), states)


@pytest.mark.parametrize("seed", range(40))
def test_a_log_in_pieces_is_the_log_at_once(seed):
    rng = np.random.default_rng(100 + seed)
    states = history(24, 7, seed, unseen=rng.choice([0, 0.3]))
    cuts = np.sort(rng.integers(0, 25, rng.integers(0, 6)))
    pieces = np.split(states, cuts)
    runs = encode(pieces[0])
    for piece in pieces[1:]:
        runs = extend(runs, piece)
    same(runs, encode(states))


def test_extending_leaves_the_shorter_log_alone_and_its_flips_in_place():
    states = history(30, 50, 0, unseen=0.05)
    short = encode(states[:20])
    kept = [getattr(short, name).copy() for name in COLUMNS]
    flips = short.flips()
    longer = extend(short, states[20:]).flips()
    for name, column in zip(COLUMNS, kept, strict=True):
        np.testing.assert_array_equal(getattr(short, name), column)
    count = len(flips.sample)
    assert 0 < count < len(longer.sample)
    for name in ("sample", "snapshot", "before"):
        np.testing.assert_array_equal(getattr(longer, name)[:count], getattr(flips, name))
    closed = flips.snapshot + flips.after < 20
    np.testing.assert_array_equal(longer.after[:count][closed], flips.after[closed])


def test_flips_by_hand():
    #                 0  1  2  3  4  5   6  7  8
    states = np.array([[0, 0, 1, 1, 1, -1, 0, 1, 1]]).T
    flips = encode(states).flips()
    assert [column.tolist() for column in flips] == [[0, 0], [2, 7], [2, 1], [3, 2]]


def test_any_change_of_answer_is_a_flip_of_answers():
    answers = np.array([[7, 7, 2, 2, 9, 7]]).T
    assert encode(answers).flips().snapshot.tolist() == [2, 4, 5]
    right = correctness(answers, np.array([7]))
    assert right.dtype == np.int8
    assert encode(right).flips().snapshot.tolist() == [2, 5]


def test_truth_values_and_unsigned_numbers_are_states():
    states = history(20, 5, 3)
    same(encode(states.astype(bool)), encode(states))
    same(encode(states.astype(np.uint16)), encode(states))


def test_any_negative_state_is_not_seen():
    states = np.array([[1], [-7], [-1], [1]])
    assert encode(states).history().ravel().tolist() == [1, -1, -1, 1]
    assert len(encode(states).flips().sample) == 0


def test_empty_logs_and_single_snapshots():
    empty = encode(np.empty((0, 4), np.int8))
    assert (empty.snapshots, empty.samples, len(empty.sample)) == (0, 4, 0)
    assert empty.history().shape == (0, 4)
    one = extend(empty, np.array([[0, 1, -1, 1]]))
    assert len(one.flips().sample) == 0
    assert one.length.tolist() == [1, 1, 1]
    assert encode(np.empty((3, 0), bool)).history().shape == (3, 0)
    same(extend(one, np.empty((0, 4), bool)), one)


def test_nothing_ever_changes():
    runs = encode(np.ones((50, 6), bool))
    assert len(runs.flips().sample) == 0
    assert runs.length.tolist() == [50] * 6


def test_samples_join_later_and_cannot_get_lost():
    first, then = history(9, 3, 5), history(6, 5, 6)
    together = np.full((15, 5), -1, np.int8)
    together[:9, :3], together[9:] = first, then
    same(extend(encode(first), then), encode(together))
    with pytest.raises(HiddenError, match="at least 5 samples, got 3"):
        extend(encode(then), first)


def test_what_is_no_history_is_refused():
    with pytest.raises(HiddenError, match="matrix of states"):
        encode(np.zeros((3, 2)))
    with pytest.raises(HiddenError, match="matrix of states"):
        encode(np.zeros(3, bool))
    with pytest.raises(HiddenError, match="expected 2 labels"):
        correctness(np.zeros((3, 2), int), np.zeros(3, int))


def test_correctness_equals_the_loop():
    rng = np.random.default_rng(0)
    answers, labels = rng.integers(-1, 3, (20, 30)), rng.integers(-1, 3, 30)
    expected = [
        [-1 if a < 0 or label < 0 else int(a == label) for a, label in zip(row, labels, strict=True)] for row in answers
    ]
    np.testing.assert_array_equal(correctness(answers, labels), expected)
