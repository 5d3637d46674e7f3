"""Against the rule as it is written: for every image and snapshot, look back k snapshots and ahead k snapshots."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.anomalies import (
    anomalous,
    flip_counts,
)
from tensorboard_plugin_hidden.training_log.flips import encode
from tests.training_log.histories import history


def naive_counts(states, labels, k, classes):
    snapshots, samples = states.shape
    left, right = np.zeros((2, snapshots, classes), int)
    for i in range(samples):
        v = states[:, i].tolist()
        if not 0 <= labels[i] < classes:
            continue
        for t in range(1, snapshots):
            if v[t] < 0 or v[t - 1] < 0 or v[t] == v[t - 1]:
                continue
            if t >= k and all(v[t - back] == v[t - 1] for back in range(1, k + 1)):
                left[t, labels[i]] += 1
            if t + k <= snapshots and all(v[t + ahead] == v[t] for ahead in range(k)):
                right[t, labels[i]] += 1
    return left, right


@pytest.mark.parametrize("seed", range(40))
def test_both_rules_equal_the_naive_loop(seed):
    rng = np.random.default_rng(seed)
    snapshots, samples, classes = rng.integers(1, 40), rng.integers(1, 15), rng.integers(1, 5)
    states = history(snapshots, samples, seed, unseen=rng.choice([0, 0.05, 0.3]), flip=rng.choice([0.05, 0.3]))
    labels = rng.integers(-1, classes + 1, samples)
    if seed % 3 == 0:
        states[snapshots // 3 : snapshots // 2][:, labels == 0] = -1  # a class that is absent for a while
    runs = encode(states)
    for k in (1, 2, 3, 7, 31):
        found = flip_counts(runs.flips(), labels, k=k, snapshots=snapshots, classes=classes)
        left, right = naive_counts(states, labels, k, classes)
        np.testing.assert_array_equal(found.left, left)
        np.testing.assert_array_equal(found.right, right)


def test_the_window_of_one_counts_every_flip_on_both_sides():
    states = history(60, 40, 0)
    counts = flip_counts(encode(states).flips(), np.zeros(40, int), k=1, snapshots=60, classes=1)
    flips = (states[1:] != states[:-1]).sum(axis=1)
    np.testing.assert_array_equal(counts.left[1:, 0], flips)
    np.testing.assert_array_equal(counts.right, counts.left)


def test_a_planted_anomaly_is_found_on_its_side():
    rng = np.random.default_rng(1)
    states = (rng.random((200, 100)) < 0.5).astype(np.int8)
    labels = np.repeat([0, 1], 50)
    for image in range(8):  # of class 0 eight rise one by one, and fall together
        states[50 + 2 * image : 100, image] = 1
    states[100, :8] = 0
    states[119, 50:56] = 0  # six of class 1 rise together, and then stay right for 40
    states[120:160, 50:56] = 1
    counts = flip_counts(encode(states).flips(), labels, k=31, snapshots=200, classes=2)
    assert np.argwhere(anomalous(counts.left, 0 * counts.right, 5)).tolist() == [[100, 0]]
    assert np.argwhere(anomalous(0 * counts.left, counts.right, 5)).tolist() == [[120, 1]]
    assert counts.left[100, 0] == 8
    assert counts.right[120, 1] == 6
    per_class = np.array([9, 5])
    assert np.argwhere(anomalous(counts.left, counts.right, per_class)).tolist() == [[120, 1]]


@pytest.mark.parametrize("shape", [(0, 5), (1, 5), (9, 0), (9, 5)])
def test_logs_without_a_flip(shape):
    runs = encode(np.ones(shape, bool))
    labels = np.zeros(shape[1], int)
    counts = flip_counts(runs.flips(), labels, k=2, snapshots=shape[0], classes=2)
    assert counts.left.shape == counts.right.shape == (shape[0], 2)
    assert not counts.left.any()
    assert not anomalous(*counts, 1).any()


def test_unusable_arguments_are_refused():
    flips = encode(np.array([[0], [1]])).flips()
    with pytest.raises(HiddenError, match="k of at least 1, got 0"):
        flip_counts(flips, np.array([0]), k=0, snapshots=2, classes=1)
    with pytest.raises(HiddenError, match="at least 1 labels, got 0"):
        flip_counts(flips, np.array([], int), k=1, snapshots=2, classes=1)
    with pytest.raises(HiddenError, match="threshold above 0"):
        anomalous(np.zeros((2, 1)), np.zeros((2, 1)), 0)
