import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from tensorboard_plugin_hidden.geometry.scatter import LOG_LIMIT, class_separation, gaps, scatter, separation
from tests.geometry.representations import clusters


def oracle(points, labels):
    """Between- and within-class scatter from all pairs: Σ_ij |x_i - x_j|² / 2n, of all, and of each class."""
    points = points.astype(np.float64)

    def about_the_mean(rows):
        return ((rows[:, None] - rows[None]) ** 2).sum() / (2 * len(rows))

    within = sum(about_the_mean(points[labels == label]) for label in np.unique(labels))
    return np.log((about_the_mean(points) - within) / within)


@pytest.mark.parametrize("apart", [0.0, 0.3, 3.0])
def test_separation_equals_that_from_all_pairs(apart):
    points, labels = clusters(apart=apart)
    assert separation(scatter(points, labels, 5)) == pytest.approx(oracle(points, labels), abs=1e-4)


def test_scatter_equals_scikit_learns():
    points, labels = clusters()
    analysis = LinearDiscriminantAnalysis(store_covariance=True).fit(points, labels)
    of = scatter(points, labels, 5)
    np.testing.assert_allclose(of.centroids, analysis.means_, atol=1e-5)
    within = of.counts @ of.spread / of.counts.sum()
    assert within == pytest.approx(np.trace(analysis.covariance_), rel=1e-5)


def test_gaps_are_centroid_distances_over_the_spread_of_the_two():
    points, labels = clusters()
    found = gaps(scatter(points, labels, 5))
    assert found.dtype == np.float32
    for a in range(5):
        for b in range(5):
            one, other = points[labels == a].astype(float), points[labels == b].astype(float)
            spread = one.var(axis=0).sum() + other.var(axis=0).sum()
            with np.errstate(divide="ignore"):
                expected = np.log(((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum() / spread)
            assert (np.isnan(found[a, b]) and a == b) or found[a, b] == pytest.approx(expected, abs=1e-4)


def test_a_class_is_separated_from_the_one_whose_centroid_is_nearest():
    points, labels = clusters(classes=6)
    of = scatter(points, labels, 6)
    found, nearest = class_separation(of)
    between = gaps(of)
    for label in range(6):
        distances = np.linalg.norm(of.centroids - of.centroids[label], axis=1)
        distances[label] = np.inf
        assert nearest[label] == distances.argmin()
        assert found[label] == between[label, int(nearest[label])]


def test_centroids_close_together_and_far_from_the_middle_are_told_apart():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3, dtype=np.int32), 50)
    points = rng.standard_normal((150, 8)).astype(np.float32) * np.float32(1e-3)
    points[labels == 1, 0] += 0.001
    points[labels == 2] -= 100
    points[labels < 2] += 50
    found = gaps(scatter(points, labels, 3))
    one, other = points[:50].astype(float), points[50:100].astype(float)
    expected = np.log(((one.mean(0) - other.mean(0)) ** 2).sum() / (one.var(axis=0).sum() + other.var(axis=0).sum()))
    assert found[0, 1] == pytest.approx(expected, abs=0.01)


def test_points_instead_of_clusters_have_the_largest_separation_that_is_given():
    labels = np.repeat(np.arange(4, dtype=np.int32), 10)
    points = np.random.default_rng(0).standard_normal((4, 7)).astype(np.float32)[labels]
    of = scatter(points, labels, 4)
    assert separation(of) == LOG_LIMIT
    assert (gaps(of)[~np.eye(4, dtype=bool)] == LOG_LIMIT).all()
    assert (class_separation(of)[0] == LOG_LIMIT).all()


def test_classes_that_share_a_centroid_have_the_smallest():
    labels = np.array([0, 0, 1, 1], np.int32)
    points = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], np.float32)
    assert separation(scatter(points, labels, 2)) == -LOG_LIMIT
    assert gaps(scatter(points, labels, 2))[0, 1] == -LOG_LIMIT


def test_one_point_has_no_separation():
    of = scatter(np.zeros((6, 3), np.float32), np.array([0, 0, 0, 1, 1, 1], np.int32), 2)
    assert np.isnan(separation(of))
    assert np.isnan(gaps(of)).all()
    assert np.isnan(class_separation(of)[0]).all()


def test_absent_classes_single_samples_and_unlabelled_ones_take_no_part():
    points, labels = clusters()
    expected = scatter(points, labels, 5)
    more = np.concatenate([points, 50 + points[:3]])
    numbers = np.concatenate([labels, np.array([-1, -1, 6], np.int32)])
    of = scatter(more, numbers, 8)
    assert separation(of) == pytest.approx(separation(expected), abs=1e-6)
    np.testing.assert_allclose(gaps(of)[:5, :5], gaps(expected), atol=1e-6)
    assert np.isnan(gaps(of)[5:]).all()
    assert np.isnan(gaps(of)[:, 5:]).all()
    for per_class in class_separation(of):
        assert np.isnan(per_class[5:]).all()
        assert np.isfinite(per_class[:5]).all()


@pytest.mark.parametrize("classes", [0, 1, 2])
def test_fewer_than_two_classes_have_no_separation(classes):
    points = np.random.default_rng(0).standard_normal((9, 2)).astype(np.float32)
    of = scatter(points, np.full(9, min(classes, 1) - 1, np.int32), classes)
    assert np.isnan(separation(of))
    assert gaps(of).shape == (classes, classes)
    assert np.isnan(class_separation(of)).all()
