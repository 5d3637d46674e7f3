"""Against sorting by cosine, and against what chance was planted."""

import numpy as np
import pytest
from scipy import stats

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.filters import most_changed
from tests.training_log.rarity import rarity, robust_scores


def quiet(iterations, sizes, seed, carry=0.0):
    """Changes [iterations, filters] of filters whose level and spread are their own, and each one's layer."""
    rng = np.random.default_rng(seed)
    filters = sum(sizes)
    noise = rng.standard_normal((iterations, filters))
    for t in range(1, iterations):
        noise[t] = carry * noise[t - 1] + np.sqrt(1 - carry**2) * noise[t]
    spread, level = rng.uniform(0.2, 1, filters), rng.uniform(-9, -3, filters)
    return np.exp(level + spread * noise), np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize("seed", range(20))
def test_the_published_rule_is_the_sort_by_cosine(seed):
    rng = np.random.default_rng(seed)
    cosine = rng.integers(0, 12, (4, 30)) / 12
    cosine[rng.random(cosine.shape) < 0.1] = np.nan
    for count in (0, 1, 10, 30, 99):
        expected = [sorted(np.flatnonzero(~np.isnan(row)), key=lambda f: (row[f], f))[:count] for row in cosine]
        for row, filters in zip(cosine, expected, strict=True):
            assert most_changed(1 - row, count).tolist() == filters


def test_scores_equal_scipys_median_and_mad():
    change, layers = quiet(50, (3, 5), 0)
    y = np.log(change)
    expected = (y - np.median(y, axis=0)) / stats.median_abs_deviation(y, axis=0, scale="normal")
    np.testing.assert_allclose(robust_scores(change, layers), expected, rtol=1e-4)
    for layer in (0, 1):
        mine = y[:, layers == layer]
        expected = (mine - np.median(mine)) / stats.median_abs_deviation(mine, axis=None, scale="normal")
        np.testing.assert_allclose(robust_scores(change, layers, "layer")[:, layers == layer], expected, rtol=1e-4)


@pytest.mark.parametrize("per", ["filter", "layer"])
@pytest.mark.parametrize("carry", [0, 0.8])
def test_on_chance_alone_p_is_calibrated_and_discoveries_are_few(per, carry):
    shares, any_found = {0.01: [], 0.05: [], 0.2: []}, 0
    for seed in range(60):
        change, layers = quiet(150, (8, 64, 20), seed, carry)
        pins = np.random.default_rng(1000 + seed).choice(150, 3, replace=False)
        found = rarity(change, layers, pins, per=per)
        for level, share in shares.items():
            share.append((found.p <= level).mean())
        any_found += (found.q <= 0.05).any(axis=1).sum()
    for level, share in shares.items():
        assert np.mean(share) == pytest.approx(level, abs=0.15 * level + 0.004)
    assert any_found / 180 <= 0.09


def test_a_jump_in_a_quiet_layer_that_ranking_misses():
    change, layers = quiet(300, (40, 40), 5)
    change[:, layers == 1] *= 1e-4
    for pin in (70, 200):
        change[pin, 60] = np.median(change[:, 60]) * 200
    pins = np.array([70, 200])
    assert all(60 not in most_changed(row) for row in change[pins])
    found = rarity(change, layers, pins)
    assert (found.q[:, 60] <= 0.05).all()
    assert np.flatnonzero(found.q_all <= 0.05).tolist() == [60]
    np.testing.assert_allclose(found.p[:, 60], found.floor[60])
    assert found.floor[60] == pytest.approx(1 / (1 + 200 * 40))


def test_rare_at_one_pin_is_not_rare_at_all():
    change, layers = quiet(300, (40,), 6)
    change[70, 3] *= 1e4
    found = rarity(change, layers, np.array([70, 200]))
    assert found.q[0, 3] <= 0.05
    assert found.q_all[3] > 0.05


def test_the_random_iterations_depend_on_the_seed_alone():
    change, layers = quiet(500, (5,), 7)
    one, again, other = (rarity(change, layers, np.array([9]), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.p, again.p)
    assert (one.p != other.p).any()


@pytest.mark.filterwarnings("error")
def test_what_never_changes_or_is_never_known():
    change, layers = quiet(100, (4, 2), 8)
    change[:, 0] = 0
    change[:, 1] = 0.3
    change[40, 1] = 0.301
    change[:, 4:] = np.nan
    change[10, 2] = np.nan
    found = rarity(change, layers, np.array([10, 40]))
    assert np.isnan(found.p[:, 4:]).all()
    assert np.isnan(found.floor[4:]).tolist() == [False, False]
    assert np.isnan(found.p[0, 2])
    assert np.isnan(found.q_all[2])
    assert found.score[:, 0].tolist() == [0, 0]
    assert abs(found.score[1, 1]) < 0.1
    assert np.isnan(rarity(change, layers, np.array([], int)).q_all).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 0)])
def test_logs_without_a_null(shape):
    change = np.ones(shape)
    pins = np.arange(min(1, shape[0]))
    found = rarity(change, np.zeros(shape[1], int), pins)
    assert found.p.shape == found.q.shape == (len(pins), shape[1])
    assert np.isnan(found.p).all()
    assert most_changed(np.empty(0)).shape == (0,)


def test_unusable_arguments_are_refused():
    with pytest.raises(HiddenError, match="layer for every filter"):
        rarity(np.ones((4, 3)), np.zeros(2, int), np.array([0]))
    with pytest.raises(HiddenError, match="outside the log"):
        rarity(np.ones((4, 3)), np.zeros(3, int), np.array([4]))
