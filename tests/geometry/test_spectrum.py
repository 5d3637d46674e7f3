import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.special import logsumexp
from scipy.stats import entropy

from tensorboard_plugin_hidden.geometry.spectrum import participation_ratio, rankme, spectrum, uniformity
from tests.geometry.representations import clusters, falling


def centred(points):
    return (points - points.mean(axis=0)).astype(np.float32)


@pytest.mark.parametrize("shape", [(200, 30), (30, 200)])
@pytest.mark.parametrize("power", [0, 1, 2, 3, 5])
def test_ranks_equal_those_from_singular_values_in_double_precision(shape, power):
    points = centred(falling(*shape, power))
    singular = np.linalg.svd(points.astype(np.float64), compute_uv=False)
    singular = singular[: min(shape[0] - 1, shape[1])]
    found = spectrum(points.T @ points if shape[1] < shape[0] else points @ points.T)
    assert rankme(found) == pytest.approx(np.exp(entropy(singular)), rel=0.05)
    variances = singular**2
    assert participation_ratio(found) == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=1e-4)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_rounding_moves_the_rank_of_wide_layers_by_less_than_five_in_a_hundred(power):
    points = centred(falling(1_000, 400, power))
    singular = np.linalg.svd(points.astype(np.float64), compute_uv=False)
    assert rankme(spectrum(points.T @ points)) == pytest.approx(np.exp(entropy(singular)), rel=0.05)


def test_rounding_makes_no_directions_of_a_line():
    rng = np.random.default_rng(0)
    points = centred(rng.standard_normal((500, 1)) * rng.standard_normal(300))
    assert rankme(spectrum(points.T @ points)) == pytest.approx(1, abs=0.05)
    assert participation_ratio(spectrum(points.T @ points)) == pytest.approx(1, abs=1e-5)


def test_no_variance_has_no_rank():
    values = spectrum(np.zeros((4, 4), np.float32))
    assert values.tolist() == [0, 0, 0, 0]
    assert rankme(values) == participation_ratio(values) == 0
    assert rankme(spectrum(np.zeros((0, 0), np.float32))) == 0


def uniformity_of_pairs(points):
    units = points.astype(np.float64) / np.linalg.norm(points.astype(np.float64), axis=1, keepdims=True)
    distances = pdist(units, "sqeuclidean")
    return logsumexp(-2 * distances) - np.log(len(distances))


@pytest.mark.parametrize("scale", [1e-38, 1e-20, 1, 1e30])
def test_uniformity_equals_that_from_all_distances(scale):
    points = clusters(count=90, apart=1)[0] * np.float32(scale)
    assert uniformity(points) == pytest.approx(uniformity_of_pairs(points), abs=1e-4)


def test_uniformity_is_zero_for_one_direction_and_lowest_for_two_opposite_ones():
    line = np.outer(np.arange(1.0, 9.0), [3, 4]).astype(np.float32)
    assert uniformity(line) == pytest.approx(0, abs=1e-6)
    assert uniformity(np.array([[1, 0], [-5, 0]], np.float32)) == pytest.approx(-8)


def test_zeros_have_no_direction():
    points = clusters(count=40, apart=1)[0]
    with_zeros = np.concatenate([points, np.zeros((5, points.shape[1]), np.float32)])
    assert uniformity(with_zeros) == pytest.approx(uniformity(points), abs=1e-6)
    assert np.isnan(uniformity(with_zeros[-6:]))
    assert np.isnan(uniformity(np.zeros((0, 3), np.float32)))
