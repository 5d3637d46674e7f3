import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import pdist

from benchmarks.projection.measures.temporal import movement_correlation, trajectory_correlation
from tensorboard_plugin_hidden.errors import HiddenError


def walks(steps, count, width, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((steps, count, width)).cumsum(axis=0).astype(np.float32)


def test_movement_correlation_equals_scipys():
    before, positions = walks(2, 70, 2, 0)
    kept = np.random.default_rng(1).integers(0, 16, 70).astype(np.float32) / 15
    moved = [np.hypot(*(a - b)) for a, b in zip(positions.astype(float), before.astype(float), strict=True)]
    expected = stats.spearmanr(1 - kept.astype(float), moved).statistic
    assert movement_correlation(positions, before, kept) == pytest.approx(expected, abs=1e-12)


def test_movement_that_follows_change_correlates_and_missing_rows_are_left_out():
    before = np.random.default_rng(2).standard_normal((50, 2)).astype(np.float32)
    kept = np.linspace(0, 1, 50, dtype=np.float32)
    positions = before + np.stack([2 - kept, 0 * kept], axis=1)
    assert movement_correlation(positions, before, kept) == pytest.approx(1)
    assert movement_correlation(positions, before, 1 - kept) == pytest.approx(-1)
    before[:10] = np.nan
    assert movement_correlation(positions, before, kept) == pytest.approx(1)
    assert np.isnan(movement_correlation(positions, positions, kept))


def test_trajectory_correlation_equals_scipys_sample_by_sample():
    high, low = walks(6, 20, 12, 3), walks(6, 20, 2, 4)
    expected = [stats.spearmanr(pdist(high[:, i]), pdist(low[:, i])).statistic for i in range(20)]
    np.testing.assert_allclose(trajectory_correlation(list(high), list(low)), expected, atol=1e-5)


def test_trajectories_in_the_plane_of_the_activations_correlate_fully():
    high = walks(5, 10, 2, 5)
    np.testing.assert_allclose(trajectory_correlation(list(high), list(7 * high + 3)), 1, atol=1e-6)
    low = 7 * high
    low[1:, 0] = np.nan
    assert np.isnan(trajectory_correlation(list(high), list(low))[0])


def test_steps_of_other_samples_or_widths_are_refused():
    high, low = list(walks(3, 10, 4, 6)), list(walks(3, 10, 2, 7))
    with pytest.raises(HiddenError, match="same samples and units"):
        trajectory_correlation([*high[:2], high[2][:, :3]], low)
    with pytest.raises(HiddenError, match="same samples and units"):
        trajectory_correlation(high, [*low[:2], low[2][:5]])
    with pytest.raises(HiddenError, match="expected 3 maps, got 2"):
        trajectory_correlation(high, low[:2])
