import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy

from tensorboard_plugin_hidden.projection.head import AffineHead, ProgramHead
from tensorboard_plugin_hidden.projection.inverse import fit_inverse
from tensorboard_plugin_hidden.projection.landscape import (
    MARGIN,
    SUPPORT_FULL,
    SUPPORT_NONE,
    cell_centres,
    decided,
    decision,
    distance_to_samples,
    draw,
    square_bounds,
    support,
)


def three_groups(seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(240) % 3
    middles = np.array([(-4, -3), (4, -3), (0, 4)])
    places = (middles[labels] + 0.4 * rng.standard_normal((240, 2))).astype(np.float32)
    activations = (np.eye(5)[labels] + 0.05 * rng.standard_normal((240, 5))).astype(np.float32)
    head = AffineHead(10 * np.eye(3, 5, dtype=np.float32), np.zeros(3, np.float32), source="linear")
    return places, labels, activations, head


def test_the_region_under_each_group_is_its_class_and_regions_fill_the_plane():
    places, labels, activations, head = three_groups()
    landscape = draw(decision(fit_inverse(places, activations), head), head, places, 0.3, cells=64)
    x0, y0, x1, y1 = landscape.bounds
    column = ((places[:, 0] - x0) / (x1 - x0) * 64).astype(int)
    row = ((places[:, 1] - y0) / (y1 - y0) * 64).astype(int)
    np.testing.assert_array_equal(landscape.classes[row, column], labels)
    # Row 0 is the lowest y: the two lower groups divide it, the upper group has the last row.
    assert landscape.classes[0, 0] == 0
    assert landscape.classes[0, -1] == 1
    assert landscape.classes[-1, 32] == 2
    assert landscape.classes.dtype == np.int32
    assert landscape.confidence.dtype == landscape.support.dtype == np.float32
    assert landscape.source == "linear"


@pytest.mark.parametrize(("interpolated", "tolerance"), [(False, 1e-6), (True, 0.01)])
def test_entropy_is_that_of_the_logits_at_every_cell_also_where_these_are_interpolated(interpolated, tolerance):
    places, _, activations, head = three_groups()
    decide, cells = decision(fit_inverse(places, activations), head), 64
    # Any function but a spline is asked at every cell.
    landscape = draw(decide if interpolated else lambda at: decide(at), head, places, 0.3, cells=cells)
    exact = decide(cell_centres(landscape.bounds, cells))
    expected = entropy(softmax(exact.astype(np.float64), axis=1), axis=1).reshape(cells, cells) / np.log(3)
    assert landscape.entropy.dtype == np.float32
    assert landscape.entropy.min() < 0.1
    assert landscape.entropy.max() > 0.9
    np.testing.assert_allclose(landscape.entropy, expected, atol=tolerance)


def test_an_affine_head_and_the_same_head_run_as_a_program_draw_the_same():
    places, _, activations, head = three_groups()
    weight, bias = torch.from_numpy(head.weight), torch.from_numpy(head.bias)
    program = ProgramHead(lambda x: torch.nn.functional.linear(x, weight, bias))
    inverse = fit_inverse(places, activations)
    centres = cell_centres(square_bounds(places), 64)
    short, long = decision(inverse, head)(centres), decision(inverse, program)(centres)
    np.testing.assert_allclose(short, long, atol=2e-3)
    assert (short.argmax(1) == long.argmax(1)).mean() > 0.999


@pytest.mark.parametrize("cells", [64, 301])
def test_interpolating_a_spline_between_coarser_places_changes_next_to_nothing(cells):
    rng = np.random.default_rng(4)
    middles = rng.uniform(-8, 8, (7, 2))
    labels = np.arange(700) % 7
    places = (middles[labels] + rng.standard_normal((700, 2))).astype(np.float32)
    activations = (np.eye(7)[labels] + 0.3 * rng.standard_normal((700, 7))).astype(np.float32)
    inverse, bounds = fit_inverse(places, activations), square_bounds(places)
    asked = []

    def each_cell(positions):
        asked.append(len(positions))
        return inverse(positions)

    exact = np.concatenate(list(decided(each_cell, bounds, cells)))
    fast = np.concatenate(list(decided(inverse, bounds, cells)))
    assert sum(asked) == cells * cells  # any other function is asked at every cell
    assert fast.shape == exact.shape
    assert fast.dtype == np.float32
    np.testing.assert_allclose(fast, exact, atol=0.01 * np.ptp(exact))
    assert (fast.argmax(1) == exact.argmax(1)).mean() > 0.999
    if cells == 301:
        assert (fast != exact).any(), "it was interpolated"


def test_bounds_are_a_square_with_a_margin():
    x0, y0, x1, y1 = square_bounds(np.array([[0, 10], [4, 12]], np.float32))
    assert (x0, x1) == pytest.approx((-4 * MARGIN, 4 + 4 * MARGIN))
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert (y0 + y1) / 2 == pytest.approx(11)


def test_bounds_of_one_place_are_not_empty():
    x0, y0, x1, y1 = square_bounds(np.ones((3, 2), np.float32))
    assert x0 < 1 < x1
    assert y0 < 1 < y1


def test_cells_run_along_x_first_from_the_lowest_corner():
    centres = cell_centres((0.0, 10.0, 2.0, 12.0), cells=2)
    assert centres.tolist() == [[0.5, 10.5], [1.5, 10.5], [0.5, 11.5], [1.5, 11.5]]


def test_distances_to_samples_are_between_cells():
    bounds = (-8.0, -8.0, 8.0, 8.0)
    samples = np.random.default_rng(1).uniform(-8, 8, (9, 2)).astype(np.float32)
    centres = cell_centres(bounds, 40)
    # A sample counts as its cell's centre.
    at_centres = centres[cdist(samples, centres).argmin(axis=1)]
    expected = cdist(centres, at_centres).min(axis=1).reshape(40, 40)
    np.testing.assert_allclose(distance_to_samples(samples, bounds, 40), expected, atol=1e-4)


def test_support_fades_with_distance_and_has_no_scale():
    distances = np.linspace(0, 15, 300, dtype=np.float32)
    faded = support(distances, 1.0)
    assert (faded[distances <= SUPPORT_FULL] == 1).all()
    assert (faded[distances >= SUPPORT_NONE] == 0).all()
    assert (np.diff(faded[(distances > 2.2) & (distances < 11.8)]) < 0).all()
    np.testing.assert_allclose(support(9 * distances, 9.0), faded, atol=1e-5)
