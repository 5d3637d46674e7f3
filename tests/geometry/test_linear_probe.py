"""Against scikit-learn's ridge regression, and against data whose classes can or cannot be told apart."""

import math

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from tensorboard_plugin_hidden.geometry.linear_probe import RIDGE, learning_half, majority_share, probe_accuracy


def blobs(rng, count, width, classes, apart):
    labels = rng.integers(0, classes, count).astype(np.int32)
    centres = rng.standard_normal((classes, width)) * apart
    return (centres[labels] + rng.standard_normal((count, width))).astype(np.float32), labels


def sklearns(x, labels, rows):
    half = learning_half(labels, rows)
    scaler = StandardScaler().fit(x[half].astype(np.float64))
    first, second = scaler.transform(x[half]), scaler.transform(x[~half])
    names = np.unique(labels[half])
    model = Ridge(alpha=RIDGE * (first**2).sum() / first.shape[1]).fit(first, np.equal.outer(labels[half], names) * 1.0)
    return float((names[model.predict(second).argmax(axis=1)] == labels[~half]).mean())


@pytest.mark.parametrize(("count", "width", "classes"), [(400, 20, 5), (100, 300, 3), (301, 151, 2), (120, 120, 4)])
def test_it_is_ridge_regression_on_one_half(rng, count, width, classes):
    x, labels = blobs(rng, count, width, classes, 0.2)
    x[:, 0] *= 1000  # a unit of another scale
    rows = rng.permutation(10_000)[:count]
    expected = sklearns(x, labels, rows)
    assert 1 / classes < expected < 1, "else the data tells nothing"
    assert probe_accuracy(x, labels, rows) == pytest.approx(expected, abs=1e-12)


def test_classes_apart_and_classes_that_are_one(rng):
    x, labels = blobs(rng, 400, 16, 4, 3)
    rows = np.arange(400)
    assert probe_accuracy(x, labels, rows) > 0.98
    assert abs(probe_accuracy(x, rng.permutation(labels), rows) - 0.25) < 0.15


def test_what_no_line_can_tell_apart(rng):
    x = rng.standard_normal((600, 2)).astype(np.float32)
    labels = (x[:, 0] * x[:, 1] > 0).astype(np.int32)  # exclusive or
    assert probe_accuracy(x, labels, np.arange(600)) < 0.6
    assert probe_accuracy(np.concatenate([x, x[:, :1] * x[:, 1:]], axis=1), labels, np.arange(600)) > 0.9


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1, 1e18, 1e30])
def test_scales_and_offsets_change_nothing(rng, scale):
    x, labels = blobs(rng, 200, 30, 4, 0.5)
    rows = np.arange(200)
    assert probe_accuracy(x * np.float32(scale), labels, rows) == probe_accuracy(x, labels, rows)
    assert probe_accuracy(x + 100, labels, rows) == pytest.approx(probe_accuracy(x, labels, rows), abs=0.03)


def test_the_order_of_samples_and_units_changes_nothing(rng):
    x, labels = blobs(rng, 200, 30, 4, 0.5)
    rows, order = np.arange(200), rng.permutation(200)
    found = probe_accuracy(x, labels, rows)
    assert probe_accuracy(x[order], labels[order], rows[order]) == found
    assert probe_accuracy(x[:, rng.permutation(30)], labels, rows) == found


def test_each_class_is_halved_by_row_numbers_alone(rng):
    labels = rng.integers(0, 5, 101).astype(np.int32)
    rows = np.sort(rng.permutation(1000)[:101])
    half = learning_half(labels, rows)
    for label in range(5):
        assert half[labels == label].sum() == math.ceil((labels == label).sum() / 2)
    order = rng.permutation(101)
    np.testing.assert_array_equal(learning_half(labels[order], rows[order]), half[order])
    assert (learning_half(labels, rows, seed=1) != half).any()
    # Neighbours in the data do not alternate: a data set may be sorted or paired.
    runs = np.diff(learning_half(np.zeros(200, np.int32), np.arange(200)).astype(int))
    assert 60 < (runs == 0).sum() < 140


@pytest.mark.filterwarnings("error")
def test_rows_that_are_not_finite_are_left_out_of_the_same_halves(rng):
    x, labels = blobs(rng, 120, 12, 3, 0.4)
    rows, lost = np.arange(120), rng.permutation(120)[:30]
    broken = x.copy()
    broken[lost[:15], 3], broken[lost[15:], 5] = np.nan, np.inf
    half, kept = learning_half(labels, rows), np.setdiff1d(rows, lost)
    scaler = StandardScaler().fit(x[kept][half[kept]])
    names = np.arange(3)
    first = scaler.transform(x[kept][half[kept]])
    targets = np.equal.outer(labels[kept][half[kept]], names) * 1.0
    model = Ridge(alpha=RIDGE * len(first)).fit(first, targets)
    predicted = model.predict(scaler.transform(x[kept][~half[kept]])).argmax(axis=1)
    assert probe_accuracy(broken, labels, rows) == (predicted == labels[kept][~half[kept]]).mean()
    unlabelled = labels.copy()
    unlabelled[lost] = -1
    assert not math.isnan(probe_accuracy(x, unlabelled, rows))


@pytest.mark.filterwarnings("error")
def test_where_there_is_nothing_to_learn_there_is_no_accuracy(rng):
    x = rng.standard_normal((40, 8)).astype(np.float32)
    two, rows = (np.arange(40) % 2).astype(np.int32), np.arange(40)
    for labels in (np.zeros(40, np.int32), np.full(40, -1, np.int32), np.arange(40, dtype=np.int32) - 38):
        assert math.isnan(probe_accuracy(x, labels, rows))
    assert math.isnan(probe_accuracy(x[:3], two[:3], rows[:3]))
    assert math.isnan(probe_accuracy(x[:0], two[:0], rows[:0]))
    assert math.isnan(probe_accuracy(x * np.nan, two, rows))
    # Every class has one sample: all are learned from, and nothing is left to be tested on.
    assert math.isnan(probe_accuracy(x, np.arange(40, dtype=np.int32), rows))


@pytest.mark.filterwarnings("error")
def test_a_layer_that_says_nothing_is_as_good_as_always_naming_the_most_frequent_class(rng):
    labels, rows = (np.arange(80) % 4 == 0).astype(np.int32), np.arange(80)
    for x in (np.zeros((80, 8)), np.full((80, 8), 3.3)):
        assert probe_accuracy(x.astype(np.float32), labels, rows) == majority_share(labels) == 0.75
    assert math.isnan(majority_share(np.full(3, -1, np.int32)))


@pytest.mark.filterwarnings("error")
def test_a_tested_sample_may_be_anywhere(rng):
    x, labels = blobs(rng, 100, 8, 2, 3)
    half = learning_half(labels, np.arange(100))
    x[half] *= 1e-30
    x[~half] *= 1e30
    assert 0 <= probe_accuracy(x, labels, np.arange(100)) <= 1
