import numpy as np
import pytest
import torch
from scipy.optimize import brentq

from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection import graph
from tensorboard_plugin_hidden.projection.graph import Neighbours, fuzzy_edges, membership, nearest, scales


def points(count=200, width=12, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32))


@pytest.mark.parametrize("width", [2, 12])
def test_nearest_agrees_with_the_measures_neighbours(width, monkeypatch):
    monkeypatch.setattr(graph, "BLOCK_ENTRIES", 7_000)
    x = points(width=width)
    found = nearest(x, x, 9, same=True)
    expected, distances = knn(x.numpy(), 9)
    np.testing.assert_array_equal(found.indices, expected)
    np.testing.assert_allclose(found.distances, distances, atol=1e-5)


def test_nearest_among_other_points_may_be_the_same_place():
    x = points()
    found = nearest(x[:30], x, 1, same=False)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(30))


def test_memberships_solve_umaps_equation():
    x = points()
    near = nearest(x, x, 15, same=True)
    weights = membership(near)
    for row in range(0, 200, 17):
        gaps = near.distances[row].double().numpy() - float(near.distances[row, 0])
        sigma = brentq(lambda s, gaps=gaps: np.exp(-gaps / s).sum() - np.log2(15), 1e-6, 1e3)
        np.testing.assert_allclose(weights[row], np.exp(-gaps / sigma), atol=1e-4)


def test_duplicates_and_a_lone_point_get_finite_weights():
    x = torch.zeros(30, 4)
    x[29] = 1e6
    near = nearest(x, x, 10, same=True)
    edges = fuzzy_edges(near)
    assert edges.weight.isfinite().all()
    assert (edges.weight > 0).any()


def test_edges_are_the_symmetric_fuzzy_union():
    x = points(60)
    near = nearest(x, x, 8, same=True)
    directed = torch.zeros(60, 60).scatter_(1, near.indices, membership(near))
    union = directed + directed.T - directed * directed.T
    edges = fuzzy_edges(near)
    dense = torch.zeros(60, 60)
    dense[edges.head, edges.tail] = edges.weight
    torch.testing.assert_close(dense, union)
    torch.testing.assert_close(dense, dense.T)
    assert (edges.head.diff() >= 0).all()


def test_a_single_neighbour_is_enough():
    near = Neighbours(torch.tensor([[1], [0], [1]]), torch.tensor([[1.0], [1.0], [2.0]]))
    assert fuzzy_edges(near).weight.isfinite().all()


def test_bandwidths_make_weights_sum_to_the_logarithm():
    distances = torch.from_numpy(np.sort(0.1 + np.random.default_rng(0).random((20, 15))).astype(np.float32))
    rho, sigma = scales(distances)
    torch.testing.assert_close(rho[:, 0], distances[:, 0])
    sums = torch.exp(-(distances - rho) / sigma).sum(1)
    torch.testing.assert_close(sums, torch.full((20,), float(np.log2(15))), atol=1e-3, rtol=0)
