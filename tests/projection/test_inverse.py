import numpy as np
import pytest
import torch
from scipy.interpolate import RBFInterpolator

from tensorboard_plugin_hidden.projection import inverse as module
from tensorboard_plugin_hidden.projection.inverse import fit_inverse, kernel, spread_centres


def samples(count=300, width=6, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.uniform(-5, 5, (count, 2)).astype(np.float32)
    waves = rng.uniform(-0.4, 0.4, (2, width)).astype(np.float32)
    return places, np.sin(places @ waves).astype(np.float32)


def test_a_smooth_function_is_found_again_where_no_sample_was():
    places, values = samples()
    held_out = slice(0, 60)
    inverse = fit_inverse(places[60:], values[60:])
    error = np.abs(inverse(places[held_out]) - values[held_out])
    assert np.median(error) < 0.02


def test_without_smoothing_it_is_the_multiquadric_interpolant(monkeypatch):
    places, values = samples(80)
    monkeypatch.setattr(module, "SMOOTHING", 0.0)
    monkeypatch.setattr(module, "JITTER", 1e-14)
    monkeypatch.setattr(module, "SOFTNESS", 0.1)
    inverse = fit_inverse(places, values)
    oracle = RBFInterpolator(places, values, kernel="multiquadric", epsilon=1 / inverse.softness, degree=0)
    elsewhere = samples(50, seed=1)[0]
    np.testing.assert_allclose(inverse(elsewhere), oracle(elsewhere), atol=1e-3)


def test_an_affine_head_may_go_through_the_inverse():
    places, values = samples()
    rng = np.random.default_rng(1)
    weight, bias = rng.standard_normal((4, 6)).astype(np.float32), rng.standard_normal(4).astype(np.float32)
    inverse = fit_inverse(places, values)
    elsewhere = rng.uniform(-9, 9, (500, 2)).astype(np.float32)
    np.testing.assert_allclose(
        inverse.through(weight, bias)(elsewhere), inverse(elsewhere) @ weight.T + bias, atol=1e-3
    )


def test_far_away_it_levels_off_to_a_value_per_direction():
    places, values = samples()
    inverse = fit_inverse(places, values)
    angles = np.linspace(0, 2 * np.pi, 12, dtype=np.float32)
    direction = np.stack([np.cos(angles), np.sin(angles)], 1)
    near, far = inverse(100 * direction), inverse(200 * direction)
    assert np.abs(far - near).max() < 0.2 * np.ptp(values)
    assert np.ptp(far, axis=0).max() > 0.1 * np.ptp(values)


def test_no_class_rings_another_between_two_groups():
    rng = np.random.default_rng(2)
    places = np.concatenate([rng.normal((-4, 0), 0.5, (150, 2)), rng.normal((4, 0), 0.5, (150, 2))]).astype(np.float32)
    values = np.repeat(np.eye(3, dtype=np.float32)[:2], 150, axis=0)
    line = np.stack([np.linspace(-12, 12, 400), np.full(400, 0.3)], 1).astype(np.float32)
    classes = fit_inverse(places, values)(line).argmax(1)
    assert set(classes.tolist()) == {0, 1}
    assert (np.diff(classes) != 0).sum() == 1


def test_the_map_s_scale_does_not_matter():
    places, values = samples()
    elsewhere = samples(seed=3)[0]
    small, large = fit_inverse(places, values)(elsewhere), fit_inverse(1000 * places, values)(1000 * elsewhere)
    np.testing.assert_allclose(small, large, atol=5e-3)


def test_centres_are_farthest_points():
    places = torch.tensor([[0.0, 0.0], [0.1, 0.0], [0.0, 3.0], [5.0, 0.0], [0.0, -3.1]])
    assert spread_centres(places, 4).tolist() == [1, 3, 4, 2]


def test_coincident_places_are_one_centre():
    places = torch.ones(50, 2)
    assert len(spread_centres(places, 10)) == 1
    values = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    there = fit_inverse(places.numpy(), values)(places.numpy()[:1])
    np.testing.assert_allclose(there[0], values.mean(axis=0), atol=1e-5)


def test_the_kernel_is_the_multiquadric():
    value = kernel(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 4.0]]), 12.0)
    assert float(value) == pytest.approx(-13.0)
