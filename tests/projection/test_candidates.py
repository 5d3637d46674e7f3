import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.geometry.neighbours import knn, overlap
from tensorboard_plugin_hidden.projection import candidates
from tensorboard_plugin_hidden.projection.candidates import map_neighbours, nearest_fitted, neighbours_and_graph


def points(count=600, width=16, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((count, 3)) @ rng.standard_normal((3, width))).astype(np.float32)


def test_neighbours_in_the_map_equal_the_exact_ones():
    places = np.random.default_rng(0).standard_normal((400, 2)).astype(np.float32)
    farthest, rows = map_neighbours(places, 12)
    expected, distances = knn(places, 12)
    assert np.array_equal(rows.numpy(), expected)
    np.testing.assert_allclose(farthest, distances[:, -1], rtol=1e-5)


@pytest.mark.parametrize("distinct", [1, 5])
def test_no_place_is_its_own_neighbour_among_duplicates(distinct):
    places = np.repeat(np.random.default_rng(0).standard_normal((distinct, 2)).astype(np.float32), 40, axis=0)
    _, rows = map_neighbours(places, 7)
    assert rows.shape == (len(places), 7)
    assert not (rows.numpy() == np.arange(len(places))[:, None]).any()
    assert (places[rows.numpy()] == places[:, None]).all()


def test_approximate_neighbours_are_nearly_the_exact_ones(monkeypatch):
    x, fitted = points(), 480
    exact = neighbours_and_graph(x, fitted, 15, 10, 0)
    monkeypatch.setattr(candidates, "EXACT_ROWS", 100)
    approximate = neighbours_and_graph(x, fitted, 15, 10, 0)
    for right, got, k in zip(exact, approximate, (15, 10), strict=True):
        assert got.indices.shape == right.indices.shape
        assert overlap(right.indices.numpy(), got.indices.numpy()).mean() > 0.97
        assert (got.distances.diff(dim=1) >= 0).all()
        rows = torch.arange(len(got.indices))[:, None]
        assert not (got.indices == rows).any()
        true = (torch.from_numpy(x)[got.indices] - torch.from_numpy(x)[: len(got.indices), None]).norm(dim=2)
        torch.testing.assert_close(got.distances, true, rtol=1e-3, atol=1e-3)
        assert k == got.indices.shape[1]
    assert approximate[1].indices.max() < fitted


def test_rows_whose_near_neighbours_were_all_held_out_get_exact_ones(monkeypatch):
    monkeypatch.setattr(candidates, "EXACT_ROWS", 100)
    # Ten fitted rows amid a crowd of rows that are not, and the other fitted rows far away.
    rng = np.random.default_rng(1)
    crowd = rng.standard_normal((210, 4)).astype(np.float32)
    far = 50 + rng.standard_normal((300, 4)).astype(np.float32)
    x = np.concatenate([crowd[:10], far, crowd[10:]])
    _, graph = neighbours_and_graph(x, 310, 15, 12, 0)
    expected, _ = knn(x[:310], 12)
    assert np.array_equal(np.sort(graph.indices[:10].numpy()), np.sort(expected[:10]))


def test_rows_that_were_not_fitted_find_nearly_the_exact_neighbours(monkeypatch):
    x = points()
    exact = nearest_fitted(x[500:], x[:500], 10, 0)
    monkeypatch.setattr(candidates, "EXACT_ROWS", 100)
    approximate = nearest_fitted(x[500:], x[:500], 10, 0)
    assert overlap(exact.indices.numpy(), approximate.indices.numpy()).mean() > 0.97
    assert (approximate.distances.diff(dim=1) >= 0).all()
