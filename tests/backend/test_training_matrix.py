"""Layers against classes, from rows and answers, against loops over both."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend.training_matrix import MOST_SETS, class_anomalies, marks, matrix
from tensorboard_plugin_hidden.training_log.anomalies import anomalous, flip_counts
from tensorboard_plugin_hidden.training_log.correlation import overview
from tensorboard_plugin_hidden.training_log.flips import correctness, encode

OFFSETS = np.array([0, 4, 4, 10, 16])


def test_filters_of_the_rows_since_the_snapshot_before(rng):
    times = np.sort(rng.uniform(2.5, 12.5, 40))
    top = rng.integers(-1, 16, (40, 3)).astype(np.int32)
    found = marks(list(range(20)), times, top)
    assert found.first == 3
    assert len(found.members) == 11
    for snapshot in range(3, 14):
        rows = (times > snapshot - 1) & (times <= snapshot)
        expected = set(top[rows].ravel().tolist()) - {-1}
        assert set(found.filters[found.members[snapshot - 3]].tolist()) == expected


def test_a_row_at_a_snapshot_belongs_to_it():
    found = marks([0, 1, 2], np.array([0.0, 0.5, 1.0, 1.5]), np.array([[3], [4], [5], [6]], np.int32))
    assert [found.filters[row].tolist() for row in found.members] == [[3], [4, 5], [6]]


@pytest.mark.parametrize(("steps", "times"), [([], [1.0]), ([0, 1], [5.0, 6.0])])
def test_snapshots_without_rows(steps, times):
    found = marks(steps, np.array(times), np.zeros((len(times), 2), np.int32))
    assert found.members.shape == (0, 0)
    answer = matrix(np.ones((len(steps), 3), bool), found, OFFSETS, detailed=True)
    assert (answer["classes"], sorted(answer["layers"])) == ([], [0, 2, 3])
    assert answer["detail"]["sets"] == []


def test_anomalies_are_those_of_the_table(rng):
    right = np.repeat(rng.integers(0, 2, (6, 80)), 5, axis=0)
    labels = rng.integers(0, 4, 80).astype(np.int32)
    answers = np.where(right == 1, labels, (labels + 1) % 4)
    runs = encode(correctness(answers, labels))
    expected = anomalous(*flip_counts(runs.flips(), labels, k=4, snapshots=30, classes=4), 6)
    np.testing.assert_array_equal(class_anomalies(runs, labels, 4, 4, 6), expected)
    assert expected.any()


def planted(rng):
    """Classes 1 and 4 have their anomalies when filters 5 and 6 of layer 2 move."""
    times = np.arange(30.0)
    top = rng.integers(0, 16, (30, 3)).astype(np.int32)
    top[top == 5] = top[top == 6] = 7
    anomalies = rng.random((30, 6)) < 0.1
    anomalies[:, [1, 4]] = False
    anomalies[[3, 9, 20]] |= np.isin(np.arange(6), [1, 4])
    anomalies[:, 0] = np.arange(30) == 3
    top[[3, 9, 20], :2] = [5, 6]
    return anomalies, marks(list(range(30)), times, top)


def test_the_matrix_in_its_own_order(rng):
    anomalies, found = planted(rng)
    answer = matrix(anomalies, found, OFFSETS, detailed=False)
    assert sorted(answer["classes"]) == np.flatnonzero(anomalies.sum(axis=0) >= 2).tolist()
    assert sorted(answer["layers"]) == [0, 2, 3]
    layer = np.searchsorted(OFFSETS, found.filters, side="right") - 1
    expected = overview(anomalies, found.members, layer, 4)
    for name in ("count", "marks", "p"):
        table = getattr(expected, name)[answer["layers"]][:, answer["classes"]]
        np.testing.assert_allclose(answer[name], table, atol=5e-5)
    for number, snapshots in answer["anomalies"].items():
        assert snapshots == np.flatnonzero(anomalies[:, int(number)]).tolist()
    assert answer["anomalies"]["0"] == [3]
    assert answer["detail"] is None


def test_mini_sets_name_filters_of_their_layer(rng):
    anomalies, found = planted(rng)
    answer = matrix(anomalies, found, OFFSETS, detailed=True)
    detail = answer["detail"]
    place = next(i for i, one in enumerate(detail["sets"]) if one["layer"] == 2 and one["filters"] == [1, 2])
    assert detail["sets"][place]["snapshots"] == [3, 9, 20]
    for number in (1, 4):
        column = answer["classes"].index(number)
        assert detail["marks"][place][column] == 3
        assert detail["count"][place][column] == 2
        assert detail["q"][place][column] == min(row[column] for row in detail["q"])


def test_of_many_sets_of_one_weight_the_first_are_told():
    offsets, snapshots = np.array([0, 1000]), 20
    pairs = np.stack(np.triu_indices(snapshots, 1), axis=1)[:150]  # filter i is anomalous at two snapshots of its own
    top = np.full((snapshots, 150), -1, np.int32)
    for number, both in enumerate(pairs):
        top[both, number] = number
    found = marks(list(range(snapshots)), np.arange(float(snapshots)), top)
    answer = matrix(np.ones((snapshots, 2), bool), found, offsets, detailed=True)
    assert [one["filters"] for one in answer["detail"]["sets"]] == [[number] for number in range(MOST_SETS)]
    assert {one["weight"] for one in answer["detail"]["sets"]} == {4}
    assert len(answer["detail"]["marks"]) == len(answer["detail"]["q"]) == MOST_SETS


def test_only_the_heaviest_sets_are_told(rng):
    offsets = np.array([0, 2000])
    top = np.stack([rng.permutation(2000)[:900] for _ in range(40)]).astype(np.int32)
    found = marks(list(range(40)), np.arange(40.0), top)
    answer = matrix(rng.random((40, 3)) < 0.5, found, offsets, detailed=True)
    assert 0 < len(answer["detail"]["sets"]) <= MOST_SETS
