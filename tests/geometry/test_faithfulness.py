import numpy as np
import pytest
from sklearn import manifold

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry import faithfulness as measures
from tensorboard_plugin_hidden.geometry.neighbours import knn


def projected(count=400, width=20, seed=0):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((count, width)).astype(np.float32) * np.linspace(3, 0.2, width, dtype=np.float32)
    return points, points[:, :2] + 0.3 * rng.standard_normal((count, 2)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 5, 15])
def test_trustworthiness_and_continuity_equal_scikit_learns(k):
    points, places = projected()
    trust = measures.trustworthiness(points, knn(places, k)[0])
    continuity = measures.trustworthiness(places, knn(points, k)[0])
    assert trust == pytest.approx(manifold.trustworthiness(points, places, n_neighbors=k), abs=1e-6)
    assert continuity == pytest.approx(manifold.trustworthiness(places, points, n_neighbors=k), abs=1e-6)


def test_trustworthiness_from_anchors_is_near_that_from_all_samples(monkeypatch):
    points, places = projected(600)
    claimed = knn(places, 15)[0]
    exact = measures.trustworthiness(points, claimed)
    monkeypatch.setattr(measures, "EXACT_ROWS", 100)
    monkeypatch.setattr(measures, "ANCHORS", 300)
    sampled = measures.trustworthiness(points, claimed, seed=1)
    assert sampled != exact
    assert sampled == pytest.approx(exact, abs=0.01)
    assert measures.trustworthiness(points, claimed, seed=1) == sampled


def test_ranks_among_a_sample_give_nearly_the_same(monkeypatch):
    points, places = projected(900)
    high, low = knn(points, 15)[0], knn(places, 15)[0]
    exact = measures.trustworthiness(points, low), measures.trustworthiness(places, high)
    monkeypatch.setattr(measures, "RANKED", 300)
    sampled = measures.trustworthiness(points, low), measures.trustworthiness(places, high)
    assert sampled != exact
    assert sampled == pytest.approx(exact, abs=0.01)
    perfect = measures.trustworthiness(points, high)
    assert perfect == pytest.approx(1, abs=2e-3)


def test_trustworthiness_is_undefined_from_half_of_the_samples_on():
    points, places = projected(10)
    with pytest.raises(HiddenError, match="fewer than 5 for 10 samples, got 5"):
        measures.trustworthiness(points, knn(places, 5)[0])
    assert measures.usable_neighbours(10) == 4
    assert measures.usable_neighbours(2_000) == 15


def test_neighbour_preservation_counts_common_neighbours_row_by_row():
    points, places = projected(80)
    high, low = knn(points, 6)[0], knn(places, 6)[0]
    expected = [len(set(a.tolist()) & set(b.tolist())) / 6 for a, b in zip(high, low, strict=True)]
    np.testing.assert_allclose(measures.neighbour_preservation(high, low), expected, atol=1e-6)


def test_a_random_map_scores_the_random_floor():
    rng = np.random.default_rng(3)
    points, places = rng.standard_normal((1_000, 10)), rng.standard_normal((1_000, 2))
    high, low = knn(points.astype(np.float32), 15)[0], knn(places.astype(np.float32), 15)[0]
    mean = measures.neighbour_preservation(high, low).mean()
    # One standard error of the mean of 1,000 rows of 15 draws is about 0.001.
    assert mean == pytest.approx(measures.random_floor(1_000, 15), abs=0.004)


def test_prediction_preserving_rate_leaves_unknown_predictions_out():
    prediction, mapped = np.array([0, 1, 2, -1], np.int32), np.array([0, 1, 0, 0], np.int32)
    assert measures.prediction_preserving_rate(prediction, mapped) == pytest.approx(2 / 3)
    assert np.isnan(measures.prediction_preserving_rate(np.array([-1], np.int32), np.array([0], np.int32)))


def test_majority_share_is_what_one_class_everywhere_would_score():
    prediction = np.array([2, 2, 2, 0, 1, -1], np.int32)
    everywhere = np.full(6, 2, np.int32)
    assert measures.majority_share(prediction) == measures.prediction_preserving_rate(prediction, everywhere) == 0.6


def test_confidence_error_is_the_mean_absolute_difference():
    error = measures.confidence_error(np.array([0.9, 0.5, 1], np.float32), np.array([0.7, 0.6, np.nan], np.float32))
    assert error == pytest.approx(0.15)
    assert np.isnan(measures.confidence_error(np.array([1], np.float32), np.array([np.nan], np.float32)))


def test_displacement_is_that_of_the_steadiest_fifth_in_radii():
    before = np.random.default_rng(4).standard_normal((100, 2)).astype(np.float32)
    kept = np.linspace(1, 0, 100, dtype=np.float32)
    positions = before.copy()
    positions[20:] += 5
    assert measures.displacement(positions, before, kept) == 0
    positions = before.copy()
    positions[:20, 0] += 1
    assert measures.displacement(positions, before, kept) == pytest.approx(1 / measures.rms_radius(positions), rel=1e-5)


def test_displacement_has_no_scale_and_needs_rows_in_both_maps():
    rng = np.random.default_rng(5)
    before = rng.standard_normal((50, 2)).astype(np.float32)
    positions, kept = before + 0.1, rng.random(50).astype(np.float32)
    small = measures.displacement(positions, before, kept)
    assert measures.displacement(100 * positions, 100 * before, kept) == pytest.approx(small, rel=1e-4)
    assert np.isnan(measures.displacement(positions, np.full_like(before, np.nan), kept))
    before[0] = np.nan
    assert np.isfinite(measures.displacement(positions, before, kept))
