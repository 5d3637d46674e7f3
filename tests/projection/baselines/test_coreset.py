import numpy as np
import pytest

from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.baselines.coreset import covering, covering_radius, intrinsic_dimension
from tests.projection.baselines.scenes import groups


def test_covering_is_the_greedy_choice_of_centres():
    points = groups().astype(np.float32)
    chosen = [4, 17]
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    while np.quantile(apart[:, chosen].min(axis=1), 0.9) > 1.5:
        chosen.append(int(apart[:, chosen].min(axis=1).argmax()))
    assert 4 < len(chosen) < 60
    found = covering(points, np.array([4, 17], np.int32), 1.5, 0.9)
    assert found.tolist() == chosen
    assert covering_radius(points, found) == pytest.approx(apart[:, chosen].min(axis=1).max(), rel=1e-5)
    assert len(covering(points, found[:2], 0.0, most=5)) == 7
    assert len(covering(np.zeros((9, 2), np.float32), np.array([0]), 0.0)) == 1


def test_intrinsic_dimension_is_that_of_the_cloud():
    rng = np.random.default_rng(0)
    for dimension in (2, 5):
        points = (rng.random((1500, dimension)) @ rng.standard_normal((dimension, 20))).astype(np.float32)
        assert intrinsic_dimension(knn(points, 2)[1]) == pytest.approx(dimension, rel=0.15)
    assert intrinsic_dimension(np.zeros((5, 2), np.float32)) == 1
