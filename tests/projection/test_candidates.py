import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.geometry.neighbours import knn, overlap
from tensorboard_plugin_hidden.projection import candidates
from tensorboard_plugin_hidden.projection.candidates import map_neighbours, neighbours_and_graph


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


@pytest.mark.parametrize("fitted", [12, 60, 590])
def test_exact_neighbours_are_those_of_the_measures(fitted):
    x = points()
    high, onto = neighbours_and_graph(x, fitted, 15, 10, 0)
    assert np.array_equal(high.indices.numpy(), knn(x, 15)[0])
    assert np.array_equal(onto.indices[:fitted].numpy(), knn(x[:fitted], 10)[0])
    apart = np.linalg.norm(x[fitted:, None] - x[None, :fitted], axis=2)
    assert np.array_equal(onto.indices[fitted:].numpy(), np.argsort(apart, axis=1)[:, :10])
    np.testing.assert_allclose(onto.distances[fitted:], np.sort(apart, axis=1)[:, :10], rtol=1e-4)


def test_a_row_far_from_all_others_costs_the_others_no_precision():
    x = points()
    x[-1] = 1e9
    _, onto = neighbours_and_graph(x, 500, 15, 10, 0)
    assert np.array_equal(onto.indices[:500].numpy(), knn(x[:500], 10)[0])


@pytest.mark.slow
def test_approximate_neighbours_are_nearly_the_exact_ones(monkeypatch):
    x, fitted = points(), 480
    exact = neighbours_and_graph(x, fitted, 15, 10, 0)
    monkeypatch.setattr(candidates, "EXACT_ROWS", 100)
    approximate = neighbours_and_graph(x, fitted, 15, 10, 0)
    for right, got in zip(exact, approximate, strict=True):
        assert got.indices.shape == right.indices.shape
        assert overlap(right.indices.numpy(), got.indices.numpy()).mean() > 0.97
        assert (got.distances.diff(dim=1) >= 0).all()
        rows = torch.arange(len(x))[:, None]
        assert not (got.indices == rows).any()
        true = (torch.from_numpy(x)[got.indices] - torch.from_numpy(x)[:, None]).norm(dim=2)
        torch.testing.assert_close(got.distances, true, rtol=1e-3, atol=1e-3)
    assert approximate[1].indices.max() < fitted


@pytest.mark.slow
def test_too_few_fitted_neighbours_are_made_up_from_the_neighbours_neighbours(monkeypatch):
    # Half of the rows are not fitted: most rows lack some of the 10.
    x, fitted = points(), 300
    exact = neighbours_and_graph(x, fitted, 15, 15, 0)[1]
    monkeypatch.setattr(candidates, "EXACT_ROWS", 100)
    got = neighbours_and_graph(x, fitted, 15, 15, 0)[1]
    assert overlap(exact.indices.numpy(), got.indices.numpy()).mean() > 0.9
    assert got.indices.max() < fitted
    assert got.distances.isfinite().all()
    assert (got.indices.sort(1).values.diff(dim=1) > 0).all()


@pytest.mark.slow
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
