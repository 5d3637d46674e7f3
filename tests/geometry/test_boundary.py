import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry import boundary as measures


def cloud(count, width, seed):
    return np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)


@pytest.mark.parametrize("width", [2, 30])
def test_nearest_others_equal_scikit_learns(width, monkeypatch):
    points, others = cloud(70, width, 0) + 100, cloud(40, width, 1) + 100
    expected = NearestNeighbors(n_neighbors=6).fit(others).kneighbors(points, return_distance=False)
    np.testing.assert_array_equal(measures.nearest_others(points, others, 6), expected)
    monkeypatch.setattr(measures, "BLOCK_ENTRIES", 90)
    np.testing.assert_array_equal(measures.nearest_others(points, others, 6), expected)


def test_more_boundary_neighbours_than_points_are_refused():
    with pytest.raises(HiddenError, match="1 to 4 neighbours among 4 points, got 5"):
        measures.nearest_others(cloud(3, 2, 0), cloud(4, 2, 1), 5)


def test_boundary_overlap_equals_sets_counted_one_by_one():
    samples, boundary, places, boundary_places = cloud(60, 9, 0), cloud(30, 9, 1), cloud(60, 2, 2), cloud(30, 2, 3)
    expected = []
    for sample, place in zip(samples, places, strict=True):
        high = np.argsort(((boundary - sample) ** 2).sum(1))[:5]
        low = np.argsort(((boundary_places - place) ** 2).sum(1))[:5]
        expected.append(len(set(high) & set(low)) / 5)
    found = measures.boundary_overlap(samples, boundary, places, boundary_places, 5)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_boundary_overlap_is_one_for_a_faithful_map_and_the_floor_for_a_random_one():
    samples, boundary = cloud(500, 2, 4), cloud(100, 2, 5)
    assert measures.boundary_overlap(samples, boundary, 3 * samples + 1, 3 * boundary + 1, 15).min() == 1
    random = measures.boundary_overlap(samples, boundary, cloud(500, 2, 6), boundary, 15).mean()
    assert random == pytest.approx(measures.boundary_floor(100, 15), abs=0.05)
