"""Relative density: what power law and published rule say of known sets, and how the knee and the order behave."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.density import (
    ENOUGH,
    LEAST,
    NEIGHBOUR,
    SIZES,
    density,
    knee,
    kth_distances,
    published_ratio,
    stratified_order,
)
from tensorboard_plugin_hidden.geometry.neighbours import knn


def gaussian(count, width, seed=0):
    return np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)


@pytest.mark.parametrize(("count", "width", "ratio"), [(2_000, 64, 0.1), (12_000, 10, 0.1), (2_000, 2, 0.5)])
def test_the_published_rule_takes_the_published_ratios_of_gaussians(count, width, ratio):
    assert density(gaussian(count, width)).published_ratio == ratio


def test_the_published_rule_compares_slopes():
    assert published_ratio(np.array([0.78, 0.8, 0.83, 0.9, 0.9])) == 0.1
    assert published_ratio(np.array([0.77, 0.81, 0.9, 0.9, 0.9])) == 0.2
    assert published_ratio(np.array([0.1, 0.1, 0.1, 0.1, 0.86])) == 0.5
    assert published_ratio(np.array([0.1, 0.1, 0.1, 0.1, 0.1])) == 0.5


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_the_curve_is_a_power_of_the_size(dimensions):
    """k-th neighbours of n samples in a box of d dimensions are n^(-1/d) apart; its edges bend that a little."""
    rng = np.random.default_rng(1)
    turned = np.linalg.qr(rng.standard_normal((9, 9)))[0][:dimensions]
    found = density((rng.random((6_000, dimensions)) @ turned).astype(np.float32))
    slope = np.polyfit(np.log(found.sizes), np.log(found.relative), 1)[0]
    assert slope == pytest.approx(1 / dimensions, rel=0.25)
    assert (np.diff(found.relative) > 0).all()
    assert found.relative[-1] == 1
    assert (len(found.sizes), found.sizes[0], found.sizes[-1]) == (SIZES, LEAST, 6_000)


def test_the_knee_is_where_the_curve_is_high_enough():
    sizes = np.array([100, 400, 1_600])
    assert knee(sizes, np.array([0.25, 0.5, 1.0])) == round(ENOUGH * ENOUGH * 1_600)
    assert knee(sizes, np.array([0.9, 0.95, 1.0])) == 100
    assert knee(sizes, np.array([0.0, 0.0, 1.0])) == pytest.approx(1_600, rel=0.05)


def test_the_knee_hardly_depends_on_the_seed():
    knees = [density(gaussian(3_000, 8), None, seed).knee for seed in range(3)]
    assert max(knees) < 1.15 * min(knees)


def test_distances_are_those_to_the_kth_other_point():
    points = gaussian(300, 5)
    among = [knn(points[:count], NEIGHBOUR)[1][:, -1] for count in (100, 300)]
    assert kth_distances(points, [300])[0] == pytest.approx(among[1].mean(), rel=1e-5)
    # Points beyond the subset are asked as well, and have one more that may be near.
    beyond = np.sort(np.linalg.norm(points[100:, None] - points[None, :100], axis=2), axis=1)[:, NEIGHBOUR - 1]
    assert kth_distances(points, [100])[0] == pytest.approx(np.append(among[0], beyond).mean(), rel=1e-5)


def test_every_beginning_of_the_order_has_each_class_its_share():
    labels = np.repeat([-1, 0, 7], [60, 30, 210])
    order = stratified_order(labels, 0)
    assert sorted(order) == list(range(300))
    for size in (10, 50, 200):
        for name, share in ((-1, 0.2), (0, 0.1), (7, 0.7)):
            assert abs((labels[order[:size]] == name).sum() - share * size) <= 2
    assert (stratified_order(labels, 1) != order).any()
    assert (stratified_order(labels, 0) == order).all()


def test_degenerate_samples_have_a_knee():
    same = density(np.ones((500, 3), np.float32))
    assert same.relative.tolist() == [1] * SIZES
    assert same.knee == LEAST
    points = gaussian(500, 3)
    points[::2, 1] = np.nan
    whole = density(points)
    assert (whole.sizes[-1], whole.relative[-1]) == (250, 1)
    for count in (1, 2, 30):
        few = density(gaussian(count, 3))
        assert (few.sizes.tolist(), few.relative.tolist(), few.knee) == ([count], [1], count)
    with pytest.raises(HiddenError, match="none of them finite"):
        density(np.full((4, 2), np.nan, np.float32))
