"""Against classical scaling of all pairs, and gradients that were shuffled."""

import numpy as np
import pytest
from scipy import stats

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log import order
from tensorboard_plugin_hidden.training_log.order import matrix_order, seriation, similarity_order
from tests.training_log.histories import history


def classical_scaling(states):
    """Torgerson's method on the full matrix of distances between signed histories at length 1."""
    signed = np.where(states.T < 0, 0, np.where(states.T > 0, 1.0, -1.0))
    length = np.linalg.norm(signed, axis=1, keepdims=True)
    signed = signed / np.where(length > 0, length, 1)
    squared = ((signed[:, None] - signed[None]) ** 2).sum(axis=2)
    centre = np.eye(len(squared)) - 1 / len(squared)
    values, vectors = np.linalg.eigh(-centre @ squared @ centre / 2)
    return vectors[:, -1] * np.sqrt(values[-1])


@pytest.mark.parametrize("seed", range(12))
def test_the_order_is_that_of_classical_scaling(seed):
    states = history(40, 60, seed, unseen=[0, 0.1][seed % 2], flip=0.05)
    places = classical_scaling(states)[similarity_order(states)]
    assert (np.diff(places * np.sign(places[-1] - places[0])) >= -1e-5).all()


def test_the_larger_part_does_not_change_the_order(monkeypatch):
    states = history(30, 500, 3, flip=0.05)
    whole = similarity_order(states)
    monkeypatch.setattr(order, "_BLOCK", 37)
    assert abs(stats.spearmanr(np.argsort(whole), np.argsort(similarity_order(states))).statistic) > 0.9999


def test_images_learned_in_turn_lie_in_turn():
    learned = np.random.default_rng(0).permutation(80)
    states = (np.arange(100)[:, None] >= learned).astype(np.int8)
    found = learned[similarity_order(states)]
    assert abs(stats.spearmanr(found, np.arange(80)).statistic) > 0.999
    assert states[:, similarity_order(states)[-1]].mean() > 0.9


@pytest.mark.parametrize("make", [similarity_order, lambda states: seriation(states.T.astype(float))])
def test_equal_rows_stay_together_in_their_order(make):
    kinds = history(20, 7, 1)
    which = np.random.default_rng(1).integers(0, 7, 90)
    found = make(kinds[:, which])
    assert sorted(found.tolist()) == list(range(90))
    groups = which[found]
    assert (np.diff(groups) != 0).sum() == 6
    for kind in range(7):
        assert (np.diff(found[groups == kind]) > 0).all()
    np.testing.assert_array_equal(make(kinds[:, which]), found)


@pytest.mark.parametrize("limit", [500, 2])
def test_a_shuffled_gradient_is_restored_on_both_sides(monkeypatch, limit):
    monkeypatch.setattr(order, "LEAVES", limit)
    rng = np.random.default_rng(2)
    i, j = rng.permutation(30), rng.permutation(20)
    matrix = np.exp(-(((i[:, None] / 30 - j[None, :] / 20) * 3) ** 2))
    rows, columns = matrix_order(matrix)
    assert abs(stats.spearmanr(i[rows], np.arange(30)).statistic) > 0.99
    assert abs(stats.spearmanr(j[columns], np.arange(20)).statistic) > 0.99


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0), (1, 1), (1, 5), (5, 1), (2, 2), (3, 3)])
def test_small_and_uniform_histories_keep_their_order(shape):
    for states in (np.ones(shape, bool), np.zeros(shape, np.int8), np.full(shape, -1)):
        assert similarity_order(states).tolist() == list(range(shape[1]))
        assert seriation(states.astype(float)).tolist() == list(range(shape[0]))


@pytest.mark.filterwarnings("error")
def test_missing_values_and_both_zeros():
    rows = np.array([[np.nan, 1.0], [0.0, 1.0], [1.0, 0.0], [-0.0, 1.0]])
    found = seriation(rows).tolist()
    assert found in ([0, 1, 3, 2], [2, 0, 1, 3])


def test_what_is_no_matrix_is_refused():
    with pytest.raises(HiddenError, match="two dimensions"):
        similarity_order(np.zeros(3, bool))
