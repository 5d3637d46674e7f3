import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry import neighbours as module
from tensorboard_plugin_hidden.geometry.neighbours import claimed_blocks, knn, overlap


@pytest.mark.parametrize("width", [1, 2, 3, 40])
def test_neighbours_equal_scikit_learns(width):
    points = np.random.default_rng(0).standard_normal((300, width)).astype(np.float32)
    distances, indices = NearestNeighbors(n_neighbors=7).fit(points).kneighbors()
    found, gaps = knn(points, 7)
    np.testing.assert_array_equal(found, indices)
    np.testing.assert_allclose(gaps, distances, atol=2e-5)
    assert found.dtype == np.int32
    assert gaps.dtype == np.float32


def test_blocks_change_nothing(monkeypatch):
    points = np.random.default_rng(1).standard_normal((100, 5)).astype(np.float32)
    whole = knn(points, 4)[0]
    monkeypatch.setattr(module, "BLOCK_ENTRIES", 700)
    np.testing.assert_array_equal(knn(points, 4)[0], whole)


def test_an_offset_far_from_the_origin_costs_no_neighbours():
    points = np.random.default_rng(2).integers(-50, 50, (200, 30)).astype(np.float32)
    np.testing.assert_array_equal(knn(points + 30_000, 5)[0], knn(points, 5)[0])


def test_a_point_is_not_its_own_neighbour_among_duplicates():
    found, gaps = knn(np.zeros((20, 3), np.float32), 19)
    assert not (found == np.arange(20)[:, None]).any()
    assert (gaps == 0).all()


def test_all_other_points_are_the_most_that_can_be_asked_for():
    points = np.arange(4, dtype=np.float32)[:, None]
    assert knn(points, 3)[0][0].tolist() == [1, 2, 3]
    with pytest.raises(HiddenError, match=r"expected 1 to 3 neighbours for 4 points, got 4"):
        knn(points, 4)


def test_overlap_counts_what_both_lists_name():
    first = np.array([[1, 2, 3], [4, 5, 6], [-1, -1, -1]], np.int32)
    second = np.array([[3, 1, 9], [7, 8, 9], [-1, -1, -1]], np.int32)
    np.testing.assert_allclose(overlap(first, second), [2 / 3, 0, 0], atol=1e-6)


def test_overlap_of_lists_of_unequal_length_is_out_of_the_longer():
    assert overlap(np.array([[1, 2]], np.int32), np.array([[1, 2, 3, 4]], np.int32)).tolist() == [0.5]


@pytest.mark.parametrize("step", [1, 3])
def test_claimed_neighbours_are_measured_whether_or_not_they_are_among_the_others(step, monkeypatch):
    points = 50 + np.random.default_rng(4).standard_normal((90, 6)).astype(np.float32)
    rows, others, claimed = np.arange(0, 90, 7), np.arange(0, 90, step), knn(points, 5)[0]
    monkeypatch.setattr(module, "BLOCK_ENTRIES", 4 * len(others))
    apart = ((points[:, None] - points[None]) ** 2).sum(2)
    np.fill_diagonal(apart, np.inf)
    for block, distances, own in claimed_blocks(points, rows, others, claimed):
        chosen = rows[block]
        np.testing.assert_allclose(distances, apart[chosen][:, others], rtol=1e-4)
        np.testing.assert_allclose(own, np.take_along_axis(apart[chosen], claimed[chosen], axis=1), rtol=1e-4)
