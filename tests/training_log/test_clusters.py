"""Against scikit-learn's scaler and k-means, and clusters that were planted."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.clusters import error_clusters


def planted(seed, snapshots=60, classes=50):
    rng = np.random.default_rng(seed)
    t, kind = np.linspace(0, 1, snapshots)[:, None], rng.integers(0, 4, classes)
    level, fall = np.array([0.2, 0.45, 0.7, 0.95])[kind], np.array([0.1, 0.4, 0.3, 0.05])[kind]
    return np.clip(level - fall * t + 0.02 * rng.standard_normal((snapshots, classes)), 0, 1), kind


@pytest.mark.parametrize("seed", range(6))
def test_as_good_as_scikit_learn_and_the_planted_groups(seed):
    error, kind = planted(seed)
    found = error_clusters(error)
    reference = KMeans(4, n_init=10, random_state=0).fit(StandardScaler().fit_transform(error.T))
    assert found.inertia == pytest.approx(reference.inertia_, rel=1e-6)
    assert adjusted_rand_score(kind, found.cluster) == 1
    np.testing.assert_allclose(found.error, np.stack([error[:, found.cluster == c].mean(axis=1) for c in range(4)], 1))
    assert (np.diff(found.error.sum(axis=0)) > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_on_noise_it_is_close_to_scikit_learns_best(seed):
    error = np.random.default_rng(seed).random((12, 80))
    reference = KMeans(5, n_init=10, random_state=0).fit(StandardScaler().fit_transform(error.T))
    assert error_clusters(error, 5).inertia <= 1.03 * reference.inertia_


def test_the_same_every_time_and_whatever_the_order_of_classes():
    error, _ = planted(9)
    first = error_clusters(error)
    np.testing.assert_array_equal(error_clusters(error).cluster, first.cluster)
    shuffle = np.random.default_rng(0).permutation(50)
    np.testing.assert_array_equal(error_clusters(error[:, shuffle]).cluster, first.cluster[shuffle])


@pytest.mark.filterwarnings("error")
def test_a_class_that_is_absent_for_a_while_stays_with_its_own():
    error, _ = planted(3)
    whole = error_clusters(error)
    error[20:35, 7] = np.nan
    error[5] = np.nan
    found = error_clusters(error)
    np.testing.assert_array_equal(found.cluster, whole.cluster)
    assert np.isnan(found.error[5]).all()
    assert not np.isnan(np.delete(found.error, 5, axis=0)).any()


@pytest.mark.filterwarnings("error")
def test_fewer_clusters_where_fewer_classes_differ():
    assert error_clusters(np.full((5, 7), 0.3)).cluster.tolist() == [0] * 7
    two = np.tile([0.9, 0.1, 0.9, 0.1], (5, 1))
    assert error_clusters(two).cluster.tolist() == [1, 0, 1, 0]
    assert error_clusters(two).error[0].tolist() == [0.1, 0.9]
    assert error_clusters(np.random.default_rng(0).random((9, 3))).error.shape == (9, 3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(0, 0), (4, 0), (0, 3), (1, 1)])
def test_empty_and_single(shape):
    found = error_clusters(np.full(shape, 0.5))
    assert found.cluster.tolist() == [0] * shape[1]
    assert found.error.shape == (shape[0], min(1, shape[1]))
    assert np.isnan(error_clusters(np.full((4, 3), np.nan)).error).all()


def test_unusable_arguments_are_refused():
    with pytest.raises(HiddenError, match="at least 1 cluster"):
        error_clusters(np.zeros((3, 3)), 0)
