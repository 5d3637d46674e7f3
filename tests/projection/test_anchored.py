import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.geometry.neighbours import knn, overlap
from tensorboard_plugin_hidden.projection import anchored
from tensorboard_plugin_hidden.projection.anchored import RADIUS, first_map, graph_of
from tensorboard_plugin_hidden.projection.protocol import Fitted


def fitted(count=600, boundary=20):
    rng = np.random.default_rng(0)
    group = rng.integers(0, 5, count)
    middles = 4 * rng.standard_normal((5, 8))
    x = (middles[group] + rng.standard_normal((count, 8))).astype(np.float32)
    indices, distances = knn(x, 15)
    edge = ((middles[group[:boundary]] + middles[group[boundary : 2 * boundary]]) / 2).astype(np.float32)
    return Fitted(x, indices, distances, np.arange(count, dtype=np.int32), None, edge), group


def kept(places, data):
    return overlap(data.neighbours, knn(places, 15)[0]).mean()


def test_landmarks_give_a_first_map_as_good_as_all_steps_of_all_samples(monkeypatch):
    data, group = fitted()
    whole = first_map(graph_of(data), 0).numpy()
    monkeypatch.setattr(anchored, "LANDMARKS", 200)
    monkeypatch.setattr(anchored, "MANY", 500)
    graph = graph_of(data)
    found = first_map(graph, 0).numpy()
    assert found.shape == whole.shape == (620, 2)
    assert not np.array_equal(found, whole)
    assert kept(found[:600], data) > 0.9 * kept(whole[:600], data)
    near = knn(found[:600], 10)[0]
    assert (group[near] == group[:, None]).mean() > 0.9
    radius = np.sqrt(((found - found.mean(0)) ** 2).sum(1).mean())
    assert radius == pytest.approx(RADIUS * np.sqrt(600), rel=1e-3)


def test_boundary_points_are_tied_to_an_even_part_of_very_many_samples(monkeypatch):
    data, _ = fitted()
    monkeypatch.setattr(anchored, "LANDMARKS", 200)
    onto = graph_of(data).onto
    assert (onto.indices % 3 == 0).all()
    assert onto.indices.max() < 600
    true = np.linalg.norm(data.boundary[:, None] - data.activations[onto.indices.numpy()], axis=2)
    torch.testing.assert_close(onto.distances, torch.from_numpy(true), rtol=1e-3, atol=1e-3)
