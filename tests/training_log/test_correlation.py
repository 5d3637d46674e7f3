"""Mini-sets against partition refinement, counts against set operations, p-values against planted chance."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.correlation import detail, kept_classes, mini_sets, overview


def logs(iterations, classes, filters, seed, often=0.1):
    rng = np.random.default_rng(seed)
    layers = np.sort(rng.integers(0, 4, filters))
    return rng.random((iterations, classes)) < often, rng.random((iterations, filters)) < often, layers


def bursts(length, series, seed):
    """bool [length, series], mostly quiet, with bursts of some eight snapshots at random places."""
    rng = np.random.default_rng(seed)
    found = np.zeros((length, series), bool)
    for column in range(series):
        for start in rng.choice(length, 4, replace=False):
            found[(start + np.arange(rng.integers(4, 13))) % length, column] = True
    return found


def refined(anomalies, members, layers, layer):
    """Partition refinement, cell by cell: split every part into what is in the cell's set and what is not."""
    cells = [(c, t) for c in range(anomalies.shape[1]) for t in np.flatnonzero(anomalies[:, c])]
    parts = [set(np.flatnonzero(layers == layer).tolist())]
    for _, t in cells:
        chosen = set(np.flatnonzero(members[t]).tolist())
        parts = [part for old in parts for part in (old & chosen, old - chosen) if part]
    weights = [sum(part <= set(np.flatnonzero(members[t]).tolist()) for _, t in cells) * len(part) for part in parts]
    return {(tuple(sorted(part)), weight) for part, weight in zip(parts, weights, strict=True) if weight}


@pytest.mark.parametrize("seed", range(30))
def test_mini_sets_equal_partition_refinement(seed):
    rng = np.random.default_rng(seed)
    anomalies, members, layers = logs(*rng.integers(1, 14, 2), rng.integers(1, 40), seed, rng.choice([0.05, 0.2, 0.6]))
    for least in (1, 4):
        found = mini_sets(anomalies, members, layers, least)
        for layer in range(4):
            mine = {(tuple(one.filters.tolist()), one.weight) for one in found if one.layer == layer}
            expected = {pair for pair in refined(anomalies, members, layers, layer) if pair[1] >= least}
            assert mine == expected
        assert [(one.layer, one.filters[0]) for one in found] == sorted((one.layer, one.filters[0]) for one in found)
        for one in found:
            at = anomalies.any(axis=1) & members[:, one.filters].any(axis=1)
            np.testing.assert_array_equal(one.iterations, np.flatnonzero(at))


@pytest.mark.parametrize("seed", range(10))
def test_counts_and_p_equal_sets_and_all_shifts(seed):
    anomalies, members, layers = logs(15, 5, 20, seed, 0.15)

    def pairs(shifted, layer, c):
        return [f for t in np.flatnonzero(shifted[:, c]) for f in np.flatnonzero(members[t]) if layers[f] == layer]

    def every(number):
        return np.array([[number(layer, c) for c in range(5)] for layer in range(5)])

    found = overview(anomalies, members, layers, 5)
    np.testing.assert_array_equal(found.count, every(lambda layer, c: len(set(pairs(anomalies, layer, c)))))
    np.testing.assert_array_equal(found.marks, every(lambda layer, c: len(pairs(anomalies, layer, c))))
    shifts = [np.roll(anomalies, shift, axis=0) for shift in range(15)]
    reached = [every(lambda layer, c: len(pairs(one, layer, c))) >= found.marks for one in shifts]  # noqa: B023
    np.testing.assert_allclose(found.p, np.mean(reached, axis=0))
    small = detail(anomalies, members, layers, 1)
    for row, one in enumerate(small.sets):
        for c in range(5):
            assert small.count[row, c] == sum(anomalies[t, c] for t in one.iterations)


def share_below(null, level, rounds=30):
    """Share of cells with p at or below a level, when bursts of classes and of filters have nothing to do with it."""
    shares = []
    for seed in range(rounds):
        anomalies, members = bursts(240, 6, 2 * seed), bursts(240, 30, 2 * seed + 1)
        shares.append((null(anomalies, members, np.repeat(np.arange(5), 6)) <= level).mean())
    return np.mean(shares)


def shifted(anomalies, members, layers):
    return overview(anomalies, members, layers, 5).p


def shuffled(anomalies, members, layers):
    """The null that was not taken: a class's anomalies in any order."""
    rng = np.random.default_rng(0)
    rows = members @ (layers[:, None] == np.arange(5)).astype(int)

    def marks(these):
        return rows.T @ these.astype(int)

    observed = marks(anomalies)
    return (1 + sum(marks(rng.permuted(anomalies, axis=0)) >= observed for _ in range(199))) / 200


def test_shifts_are_calibrated_for_what_comes_in_bursts_and_shuffles_are_not():
    assert 0.025 <= share_below(shifted, 0.05) <= 0.065
    assert share_below(shuffled, 0.05) >= 0.1


def test_mini_sets_that_have_nothing_to_do_with_classes():
    share = share_below(lambda *logs: detail(*logs, 1).p, 0.05, rounds=10)
    assert 0.015 <= share <= 0.07


def test_a_planted_pair_is_found_and_others_are_not():
    anomalies, members = bursts(240, 6, 100), bursts(240, 30, 101)
    members[:, 12:15] |= anomalies[:, [4]]  # three filters of layer 2 go with class 4
    found = overview(anomalies, members, np.repeat(np.arange(5), 6), 5)
    assert found.p[2, 4] <= 0.01
    assert found.p[2, 4] == found.p.min()
    details = detail(anomalies, members, np.repeat(np.arange(5), 6))
    planted = [row for row, one in enumerate(details.sets) if set(one.filters.tolist()) & {12, 13, 14}]
    assert planted
    assert min(details.p[row, 4] for row in planted) <= 0.01
    assert (details.q >= details.p).all()


@pytest.mark.parametrize("shapes", [((0, 3), (0, 4)), ((1, 3), (1, 4)), ((6, 0), (6, 4)), ((6, 3), (6, 0))])
def test_logs_with_nothing_in_them(shapes):
    anomalies, members = np.zeros(shapes[0], bool), np.zeros(shapes[1], bool)
    layers = np.zeros(shapes[1][1], int)
    assert mini_sets(anomalies, members, layers) == []
    found = overview(anomalies, members, layers, 2)
    assert found.count.shape == found.p.shape == (2, shapes[0][1])
    assert not found.count.any()
    assert not found.marks.any()
    assert (found.p == 1).all()
    assert detail(anomalies, members, layers).count.shape == (0, shapes[0][1])
    assert kept_classes(anomalies).shape == (0,)


def test_classes_with_one_anomaly_are_left_out():
    anomalies = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)
    assert kept_classes(anomalies).tolist() == [1]


def test_unusable_arguments_are_refused():
    with pytest.raises(HiddenError, match="do not match"):
        mini_sets(np.zeros((3, 2), bool), np.zeros((4, 2), bool), np.zeros(2, int))
    with pytest.raises(HiddenError, match="do not match"):
        overview(np.zeros((3, 2), bool), np.zeros((3, 2), bool), np.zeros(3, int), 1)
