import numpy as np
import pytest
from scipy import stats

from tensorboard_plugin_hidden.training_log.significance import adjusted, upper_tail


@pytest.mark.parametrize("seed", range(20))
def test_tail_and_adjustment_equal_the_loop_and_scipys(seed):
    rng = np.random.default_rng(seed)
    null, values = rng.integers(0, 9, rng.integers(1, 40)).astype(float), rng.integers(-1, 11, (3, 5)).astype(float)
    expected = [[(1 + sum(n >= v for n in null)) / (1 + len(null)) for v in row] for row in values]
    np.testing.assert_allclose(upper_tail(values, null), expected)
    p = rng.random(rng.integers(1, 30)).round(1)
    np.testing.assert_allclose(adjusted(p), stats.false_discovery_control(p))


def test_the_tail_of_chance_is_calibrated():
    rng = np.random.default_rng(0)
    p = np.array([upper_tail(draws[:1], draws[1:])[0] for draws in rng.standard_normal((4000, 100))])
    for level in (0.01, 0.05, 0.5):
        assert (p <= level + 1e-12).mean() == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 4000))


@pytest.mark.filterwarnings("error")
def test_what_is_missing_stays_missing():
    nan = np.nan
    assert np.isnan(upper_tail(np.array([1.0, 2]), np.array([nan]))).all()
    np.testing.assert_array_equal(upper_tail(np.array([nan, 3]), np.array([1, nan, 4])), [nan, 2 / 3])
    np.testing.assert_array_equal(adjusted(np.array([nan, 0.2])), [nan, 0.2])
    assert adjusted(np.array([])).shape == (0,)


def test_discoveries_hold_their_rate():
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(300):
        p = rng.random(200)
        p[:20] *= 1e-3
        found = adjusted(p) <= 0.1
        shares.append(found[20:].sum() / max(1, found.sum()))
    assert np.mean(shares) == pytest.approx(0.1 * 180 / 200, abs=0.02)
