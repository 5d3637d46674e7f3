import numpy as np
import pytest
from scipy import ndimage

from tensorboard_plugin_hidden.geometry.regions import cell_of, connected_regions, fragmentation
from tests.geometry.landscapes import halves, landscape

SPIRAL = np.array(
    [
        [1, 1, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 1, 0, 1],
        [1, 0, 0, 0, 1, 0, 1],
        [1, 0, 1, 1, 1, 0, 1],
        [1, 0, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 1, 1, 1],
    ]
)


def labelled(classes):
    """scipy's regions of each class in turn, numbered in the order of their first cell."""
    regions = np.zeros(classes.shape, int)
    for kind in np.unique(classes):
        found, _ = ndimage.label(classes == kind)
        regions += np.where(found > 0, found + regions.max(), 0)
    _, first = np.unique(regions, return_index=True)
    order = np.empty(regions.max() + 1, int)
    order[regions.ravel()[np.sort(first)]] = np.arange(len(first))
    return order[regions]


@pytest.mark.parametrize(
    "classes", [SPIRAL, np.zeros((9, 9)), np.arange(35).reshape(5, 7)], ids=["spiral", "one", "all"]
)
def test_regions_equal_scipys(classes):
    np.testing.assert_array_equal(connected_regions(classes.astype(np.int32)), labelled(classes))


def test_regions_of_random_grids_equal_scipys():
    rng = np.random.default_rng(0)
    for classes in (2, 3, 10):
        grid = rng.integers(0, classes, (60, 60)).astype(np.int32)
        np.testing.assert_array_equal(connected_regions(grid), labelled(grid))


def test_a_region_without_a_sample_of_its_class_is_counted():
    classes = halves(10)
    classes[2:4, 1:3] = 2
    classes[7, 7] = 3
    # In x, y: one sample in each half, one in the island of 2 that the network calls 0, one of 3 at home.
    positions = np.array([[0.5, 8.5], [9.5, 0.5], [1.5, 2.5], [7.5, 7.5]], np.float32)
    found = fragmentation(landscape(classes), positions, np.array([0, 1, 0, 3], np.int32))
    assert (found.regions, found.share) == (1, 0.04)
    found = fragmentation(landscape(classes), positions, np.array([0, 1, 2, -1], np.int32))
    assert (found.regions, found.share) == (1, 0.01)
    found = fragmentation(landscape(classes), positions, np.array([0, 1, 2, 3], np.int32))
    assert (found.regions, found.share) == (0, 0)


def test_an_island_where_nothing_is_supported_is_not_counted():
    classes, support = halves(10), np.ones((10, 10))
    classes[2:4, 1:3] = 2
    positions, prediction = np.array([[0.5, 8.5], [9.5, 0.5]], np.float32), np.array([0, 1], np.int32)
    support[2:4, 1:3] = 0.4
    assert fragmentation(landscape(classes, support), positions, prediction).regions == 0
    support[2, 1] = 0.6
    found = fragmentation(landscape(classes, support), positions, prediction)
    assert (found.regions, found.share) == (1, pytest.approx(1 / 97))
    assert np.isnan(fragmentation(landscape(classes, 0 * support), positions, prediction).share)


def test_a_position_lies_in_the_cell_whose_centre_is_nearest():
    chart = landscape(np.zeros((8, 8)), bounds=(-3.0, 2.0, 1.0, 6.0))
    places = np.random.default_rng(1).uniform([-3.4, 1.6], [1.4, 6.4], (50, 2)).astype(np.float32)
    x, y = -3 + (np.arange(8) + 0.5) / 2, 2 + (np.arange(8) + 0.5) / 2
    for (row, column), place in zip(cell_of(chart, places), places, strict=True):
        assert column == np.abs(x - place[0]).argmin()
        assert row == np.abs(y - place[1]).argmin()
