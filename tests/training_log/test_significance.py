import numpy as np
import pytest
from scipy import stats

from tensorboard_plugin_hidden.training_log.significance import adjusted


@pytest.mark.parametrize("seed", range(20))
def test_the_adjustment_equals_scipys(seed):
    rng = np.random.default_rng(seed)
    p = rng.random(rng.integers(1, 30)).round(1)
    np.testing.assert_allclose(adjusted(p), stats.false_discovery_control(p))


@pytest.mark.filterwarnings("error")
def test_what_is_missing_stays_missing():
    nan = np.nan
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
