import numpy as np
import torch

from tensorboard_plugin_hidden.projection.baselines.complexes import boundary_complex, repeated, temporal_complex
from tensorboard_plugin_hidden.projection.graph import Edges, scales
from tests.projection.baselines.scenes import groups, prepared, some_boundary


def test_boundary_complex_joins_everybody_to_boundary_points():
    fitted, boundary = prepared(groups()), some_boundary()
    edges = boundary_complex(fitted.activations, boundary, 4)
    joined = set(zip(edges.head.tolist(), edges.tail.tolist(), strict=True))
    everybody = np.concatenate([fitted.activations, boundary])
    expected = set()
    for row, point in enumerate(everybody):
        apart = np.linalg.norm(boundary - point, axis=1)
        if row >= 60:
            apart[row - 60] = np.inf
        for near in np.argsort(apart)[:4]:
            expected |= {(row, 60 + near), (60 + near, row)}
    assert joined == expected
    assert not len(boundary_complex(fitted.activations, boundary[:1], 4).weight)


def test_edges_are_repeated_in_proportion_to_their_weight():
    edges = Edges(torch.arange(4), torch.arange(4) + 1, torch.tensor([0.8, 0.4, 0.081, 0.07]))
    heads, tails = repeated(edges, 10)
    assert heads.tolist() == [0] * 10 + [1] * 5 + [2]
    assert (tails - heads).tolist() == [1] * 16


def test_temporal_complex_is_the_loop_over_samples_and_steps():
    rng = np.random.default_rng(0)
    rows = [np.array([0, 1, 2, 3]), np.array([1, 3, 7]), np.array([3, 2, 1]), np.array([1, 0])]
    points = [rng.standard_normal((len(part), 3)).astype(np.float32) for part in rows]
    distances = [torch.from_numpy(np.sort(0.5 + rng.random((len(part), 5))).astype(np.float32)) for part in rows]
    where = {(step, sample): None for step, part in enumerate(rows) for sample in part.tolist()}
    numbers = {key: number for number, key in enumerate(where)}
    directed = np.zeros((len(where), len(where)))
    for step, sample in where:
        place = rows[step].tolist().index(sample)
        rho, sigma = (float(part[place, 0]) for part in scales(distances[step]))
        apart = {
            other: np.linalg.norm(points[other][rows[other].tolist().index(sample)] - points[step][place])
            for other in range(4)
            if other != step and sample in rows[other]
        }
        for other in sorted(apart, key=apart.get)[:2]:
            weight = np.exp(-max(0.0, apart[other] - rho) / sigma)
            directed[numbers[step, sample], numbers[other, sample]] = weight
    expected = directed + directed.T - directed * directed.T
    edges = temporal_complex(points, rows, distances, 2)
    found = np.zeros_like(expected)
    found[edges.head, edges.tail] = edges.weight
    np.testing.assert_allclose(found, expected, atol=1e-5)
