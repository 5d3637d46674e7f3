import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection import mesh


def naive(places, points):
    """Sums over all pairs, one by one, in float64."""
    similarity, push = np.zeros(len(places)), np.zeros((len(places), 2))
    for i, place in enumerate(places.astype(np.float64)):
        for point in points.astype(np.float64):
            w = 1 / (1 + ((place - point) ** 2).sum())
            similarity[i] += w
            push[i] += w * w * (place - point)
    return similarity, push


def cloud(count, radius, seed=0):
    return (radius * np.random.default_rng(seed).standard_normal((count, 2))).astype(np.float32)


def columns(places):
    return torch.from_numpy(places[:, 0].copy()), torch.from_numpy(places[:, 1].copy())


@pytest.mark.parametrize(("radius", "tolerance"), [(1.0, 0.02), (3.0, 0.1)])
def test_a_mesh_gives_the_sums_over_all_pairs(radius, tolerance):
    points = cloud(150, radius)
    similarity, push = naive(points, points)
    right, up, total, _ = mesh.repulsion(*columns(points))
    assert total == pytest.approx(similarity.sum() - len(points), rel=5e-3)
    got = np.stack([right.numpy(), up.numpy()], 1) * total
    assert np.linalg.norm(got - push) < tolerance * np.linalg.norm(push)


def test_a_finer_mesh_is_closer(monkeypatch):
    points = cloud(200, 6.0)
    _, push = naive(points, points)
    errors = []
    for spacing in (1.0, 0.7, 0.35):
        monkeypatch.setattr(mesh, "SPACING", spacing)
        right, _, total, _ = mesh.repulsion(*columns(points))
        errors.append(np.abs(right.numpy() * total - push[:, 0]).mean())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02 * np.abs(push[:, 0]).mean()


def test_the_field_is_read_between_the_points_too():
    points, places = cloud(120, 4.0), cloud(40, 3.0, seed=1)
    similarity, push = naive(places, points)
    got = mesh.repulsion(*columns(points))[3].at(*columns(places))
    inside = (np.abs(places) < np.abs(points).max(axis=0)).all(axis=1)
    np.testing.assert_allclose(got[0].numpy()[inside], similarity[inside], rtol=0.02)
    error = np.linalg.norm(got[1].numpy()[inside] - push[inside, 0])
    assert error < 0.1 * np.linalg.norm(push[inside, 0])


def test_pushes_add_up_to_nothing():
    right, up, _, _ = mesh.repulsion(*columns(cloud(500, 5.0)))
    assert abs(float(right.sum())) < 1e-2 * float(right.abs().sum())
    assert abs(float(up.sum())) < 1e-2 * float(up.abs().sum())


def test_a_very_wide_map_keeps_the_mesh_small():
    points = cloud(50, 1e6)
    assert mesh.repulsion(*columns(points))[3].side <= 2 * mesh._fast_size(mesh.LARGEST)
    assert all(part.isfinite().all() for part in mesh.repulsion(*columns(points))[:2])


def test_coincident_points_do_not_push_each_other():
    right, up, total, _ = mesh.repulsion(torch.zeros(30), torch.zeros(30))
    assert float(right.abs().max()) < 1e-5
    assert float(up.abs().max()) < 1e-5
    assert total == pytest.approx(30 * 29, rel=0.03)
