import numpy as np
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.geometry.label_agreement import label_agreement
from tests.geometry.representations import clusters


def near(points, k):
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)


def test_agreement_equals_the_share_counted_one_by_one():
    points, labels = clusters(apart=0.7)
    neighbours = near(points, 10)
    expected = [np.mean([labels[j] == labels[i] for j in row]) for i, row in enumerate(neighbours)]
    np.testing.assert_allclose(label_agreement(neighbours, labels), expected, atol=1e-6)
    assert 0.3 < np.mean(expected) < 0.9


def test_a_small_class_can_agree_fully():
    points, labels = clusters(count=80, classes=20, apart=30)
    found = label_agreement(near(points, 10), labels)
    alone = np.bincount(labels, minlength=20)[labels] == 1
    assert (found[~alone] == 1).all()
    assert np.isnan(found[alone]).all()


def test_samples_without_labels_neither_agree_nor_disagree():
    labels = np.array([0, 0, 0, 1, -1, -1], np.int32)
    neighbours = np.array([[1, 4], [3, 5], [4, 5], [0, 1], [0, 1], [0, 1]], np.int32)
    np.testing.assert_array_equal(label_agreement(neighbours, labels), [1, 0, np.nan, np.nan, np.nan, np.nan])
    assert np.isnan(label_agreement(neighbours, np.full(6, -1, np.int32))).all()
