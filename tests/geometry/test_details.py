"""Against scikit-learn's brute force in float64."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.geometry.details import NEIGHBOURS, SnapshotDetails


def brute_force(points, rows, k=NEIGHBOURS):
    """Distances and rows of the k nearest others, in float64 and without the trick that float32 needs."""
    points = points.astype(np.float64)
    model = NearestNeighbors(n_neighbors=k + 1, algorithm="kd_tree" if points.shape[1] < 10 else "brute").fit(points)
    distances, found = model.kneighbors(points[rows])
    others = [np.flatnonzero(found[i] != row)[:k] for i, row in enumerate(rows)]
    return [found[i][keep].tolist() for i, keep in enumerate(others)], [
        distances[i][keep] for i, keep in enumerate(others)
    ]


def cloud(rng, count=3000, width=32):
    return rng.normal(size=(count, width)).astype(np.float32)


def tight_clusters(rng, count=3000, width=64, spread=1e-4):
    """Clusters so tight for how far they are apart that float32 does not see a distance within one."""
    centres = rng.normal(size=(3, width)) * 10
    return (centres[np.arange(count) % 3] + rng.normal(size=(count, width)) * spread).astype(np.float32)


@pytest.mark.parametrize("dtype", ["f2", "f4"])
@pytest.mark.parametrize("offset", [0, 100])
def test_neighbours_are_those_of_brute_force(rng, dtype, offset):
    points = (cloud(rng) + offset).astype(dtype)
    rows = rng.choice(len(points), 200, replace=False).tolist()
    found = SnapshotDetails({"activations": points}).answer(rows)
    wanted, distances = brute_force(points, rows)
    assert found["k"] == 15
    # in float16, equal distances are many: then their order may differ, and the distances do not
    np.testing.assert_allclose(found["distances"], distances, rtol=1e-5)
    same = [len(set(a) & set(b)) / 15 for a, b in zip(found["neighbours"], wanted, strict=True)]
    assert np.mean(same) > 0.999
    assert found["classes"] == found["probabilities"] == [[]] * 200


def test_neighbours_nearer_than_float32_tells_apart(rng):
    points = tight_clusters(rng)
    rows = list(range(0, 3000, 37))
    neighbours, distances = SnapshotDetails({"activations": points}).nearest(rows)
    wanted, exact = brute_force(points, rows)
    naive = np.square(points[rows]).sum(1)[:, None] + np.square(points).sum(1) - 2 * points[rows] @ points.T
    lost = [len(set(np.argsort(a)[:16]) & set(b)) for a, b in zip(naive, wanted, strict=True)]
    assert np.mean(lost) < 10, "or this asks nothing"
    np.testing.assert_allclose(distances, exact, rtol=0.02)
    assert np.mean([len(set(a) & set(b)) for a, b in zip(neighbours, wanted, strict=True)]) > 14.5


def test_many_rows_are_answered_in_their_order_and_blocks_leave_no_seam(rng, monkeypatch):
    details = SnapshotDetails({"activations": cloud(rng)})
    rows = [7, 2999, 7, 0]
    together = details.nearest(rows)
    monkeypatch.setattr("tensorboard_plugin_hidden.geometry.details._BLOCK_ENTRIES", 3000)
    apart = [details.nearest([row]) for row in rows]
    assert together[0] == [neighbours for (neighbours,), _ in apart]
    assert together[1] == [distances for _, (distances,) in apart]
    assert together[0][0] == together[0][2]


def test_the_double_precision_is_blocked_too(rng, monkeypatch):
    points = tight_clusters(rng, count=300)
    whole = SnapshotDetails({"activations": points}).nearest(range(20))
    monkeypatch.setattr("tensorboard_plugin_hidden.geometry.details._BLOCK_ENTRIES", 64 * 17)
    assert SnapshotDetails({"activations": points}).nearest(range(20)) == whole


def test_duplicates_are_neighbours_and_the_sample_itself_is_none(rng):
    points = cloud(rng, 100)
    points[[20, 40]] = points[10]
    neighbours, distances = SnapshotDetails({"activations": points}).nearest([10, 40])
    assert [row[:2] for row in neighbours] == [[20, 40], [10, 20]]
    assert [row[:2] for row in distances] == [[0, 0], [0, 0]]
    assert 10 not in neighbours[0]


@pytest.mark.filterwarnings("error")
def test_rows_that_are_not_finite_have_no_neighbours_and_are_none(rng):
    points = cloud(rng, 200)
    bad = [3, 50, 199]
    points[3, 0], points[50, 5], points[199] = np.nan, np.inf, -np.inf
    neighbours, distances = SnapshotDetails({"activations": points}).nearest(range(200))
    assert [row for row in range(200) if not neighbours[row]] == bad
    assert [row for row in range(200) if not distances[row]] == bad
    assert not {row for found in neighbours for row in found} & set(bad)
    good = np.setdiff1d(np.arange(200), bad)
    wanted, _ = brute_force(points[good], range(len(good)))
    assert [neighbours[row] for row in good] == [good[found].tolist() for found in wanted]


@pytest.mark.filterwarnings("error")
def test_values_whose_squares_float32_cannot_hold(rng):
    points = cloud(rng, 200) * np.float32(1e30)
    neighbours, distances = SnapshotDetails({"activations": points}).nearest(range(200))
    wanted, exact = brute_force(points, range(200))
    assert neighbours == wanted
    np.testing.assert_allclose(distances, exact, rtol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5, 16, 17])
def test_few_samples(rng, count):
    neighbours, distances = SnapshotDetails({"activations": cloud(rng, count)}).nearest(range(count))
    assert [len(row) for row in neighbours] == [len(row) for row in distances] == [min(15, count - 1)] * count


def test_a_layer_that_collapsed(rng):
    neighbours, distances = SnapshotDetails({"activations": np.full((300, 8), 3.25, np.float16)}).nearest([0, 299])
    assert all(len(set(row)) == 15 for row in neighbours)
    assert 0 not in neighbours[0]
    assert 299 not in neighbours[1]
    assert distances == [[0.0] * 15] * 2


def test_all_samples_not_finite():
    assert SnapshotDetails({"activations": np.full((3, 4), np.nan, np.float32)}).nearest([0, 2]) == ([[], []], [[], []])


def test_classes_come_with_the_neighbours(rng):
    logits = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25], [1, np.nan, 1]], np.float32))
    found = SnapshotDetails({"activations": cloud(rng, 3), "logits": logits}).answer([2, 0])
    assert found["classes"] == [[], [2, 1, 0]]
    np.testing.assert_allclose(found["probabilities"][1], [0.7, 0.2, 0.1], atol=1e-6)


def test_what_is_given_is_not_changed_and_what_is_held_is_counted(rng):
    arrays = {"activations": cloud(rng), "logits": cloud(rng, width=10)}
    before = {name: array.copy() for name, array in arrays.items()}
    details = SnapshotDetails(arrays)
    details.answer([1, 2])
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])
    assert details.count == 3000
    assert details.nbytes == 3000 * (32 * 4 + 4 + 1 + 10 * 4)
