import numpy as np

from tensorboard_plugin_hidden.projection.interpolation import filled, interpolated, laid_over, warm_start
from tensorboard_plugin_hidden.projection.protocol import Earlier
from tests.projection.baselines.scenes import groups, prepared


def test_a_start_is_complete_and_has_no_twins():
    fitted = prepared(groups())
    assert warm_start(None, fitted.neighbours, 0) is None
    half = np.ones(60, np.float32)
    assert warm_start(Earlier(np.full((60, 2), np.nan, np.float32), half), fitted.neighbours, 0) is None
    assert warm_start(Earlier(np.ones((60, 2), np.float32), half), fitted.neighbours, 0) is None
    places = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
    places[:20] = np.nan
    start = warm_start(Earlier(places, half), fitted.neighbours, 0)
    assert np.isfinite(start).all()
    assert len(np.unique(start, axis=0)) == 60
    np.testing.assert_allclose(start[20:], places[20:], atol=0.02)
    expected = filled(places, fitted.neighbours)
    for row in range(20):
        there = [near for near in fitted.neighbours[row] if near >= 20]
        among = places[there] if there else places[20:]
        np.testing.assert_allclose(expected[row], among.mean(axis=0), atol=1e-5)


def test_interpolation_is_shepards_and_exact_on_fitted_rows():
    fitted = prepared(groups())
    places = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
    embedding = interpolated(places, fitted.activations)
    np.testing.assert_allclose(embedding.project(fitted.activations), places, atol=1e-4)
    row = fitted.activations[:1] + 0.3
    apart = np.linalg.norm(fitted.activations - row, axis=1)
    near = np.argsort(apart)[:10]
    weights = 1 / apart[near] ** 2
    np.testing.assert_allclose(embedding.project(row)[0], weights @ places[near] / weights.sum(), atol=1e-4)


def test_a_map_is_laid_over_the_earlier_one():
    earlier = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)
    turned = earlier @ np.array([[0.6, 0.8], [0.8, -0.6]], np.float32) + 4
    partly = earlier.copy()
    partly[::4] = np.nan
    np.testing.assert_allclose(laid_over(turned, partly), earlier, atol=1e-4)
