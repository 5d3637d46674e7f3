import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection import layout, mesh
from tensorboard_plugin_hidden.projection.graph import Edges, fuzzy_edges, nearest
from tensorboard_plugin_hidden.projection.layout import Springs, optimise, place


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def blobs(count=150, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    points = 6 * rng.standard_normal((3, 10))[labels] + rng.standard_normal((count, 10))
    x = torch.from_numpy(points.astype(np.float32))
    return x, torch.from_numpy(labels), fuzzy_edges(nearest(x, x, 10, same=True))


def divergence(y, edges):
    """t-SNE's loss with the edges' weights as P, by all pairs."""
    w = 1 / (1 + torch.cdist(y, y).square())
    w = w - torch.diag(torch.diag(w))
    q = (w / w.sum())[edges.head, edges.tail]
    p = edges.weight.to(y.dtype) / edges.weight.sum()
    return (p * (p / q).log()).sum()


def test_a_small_step_follows_the_gradient_of_tsnes_divergence(monkeypatch):
    _, _, edges = blobs()
    start = 3 * noise(150, 2)
    y = start.double().requires_grad_()
    (gradient,) = torch.autograd.grad(divergence(y, edges), y)
    w = 1 / (1 + (start[edges.head] - start[edges.tail]).square().sum(1))
    pull = edges.weight * (150 / edges.weight.sum()) * w
    stiffness = torch.zeros(150).index_add_(0, edges.head, pull)
    monkeypatch.setattr(layout, "ATTRACTION", 1.0)
    monkeypatch.setattr(layout, "FIRST_STEP", 1e-3)
    monkeypatch.setattr(layout, "LONGEST_MOVE", 1e9)
    monkeypatch.setattr(mesh, "SPACING", 0.2)  # close to the sum over all pairs, see test_mesh
    moved = optimise(start, edges, 1, Springs(start, torch.zeros(150)))
    expected = -1e-3 * 150 / 4 * gradient.float() / stiffness[:, None]
    assert float((moved - start - expected).norm() / expected.norm()) < 0.03


def test_more_steps_lower_the_divergence():
    _, _, edges = blobs()
    start = 3 * noise(150, 2)
    losses = [float(divergence(optimise(start, edges, steps).double(), edges)) for steps in (10, 60, 200)]
    assert float(divergence(start.double(), edges)) > losses[0] > losses[1] > losses[2]


def test_groups_that_share_no_edges_come_apart():
    _, labels, edges = blobs()
    y = optimise(noise(150, 2), edges, 150, exaggeration=8.0)
    closest = nearest(y, y, 5, same=True).indices
    assert (labels[closest] == labels[:, None]).float().mean() > 0.98


def test_a_strong_spring_holds_what_forces_would_move():
    _, _, edges = blobs()
    start = noise(150, 2)
    held = optimise(start, edges, 30, Springs(start, torch.full((150,), 1e6)))
    free = optimise(start, edges, 30, Springs(start, torch.zeros(150)))
    assert (held - start).norm(dim=1).max() < 1e-2
    assert (free - start).norm(dim=1).mean() > 0.5


def test_coincident_points_and_points_without_edges_stay_finite():
    none = torch.empty(0, dtype=torch.long)
    alone = optimise(torch.zeros(5, 2), Edges(none, none, torch.empty(0)), 5)
    assert alone.isfinite().all()
    _, _, edges = blobs()
    assert optimise(torch.zeros(150, 2), edges, 20).isfinite().all()


def test_a_point_far_out_comes_back_in_bounded_moves():
    _, _, edges = blobs()
    start = noise(150, 2)
    start[0] = torch.tensor([1e4, -1e4])
    y = optimise(start, edges, 5, Springs(start, torch.zeros(150)))
    assert y.isfinite().all()
    reach = layout.LONGEST_MOVE / (1 - layout.MOMENTUM)
    assert (y - start).norm(dim=1).max() <= 5 * reach


def test_the_same_start_gives_the_same_bytes():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    _, _, edges = blobs()
    first, second = (optimise(noise(150, 2), edges, 20) for _ in range(2))
    torch.set_num_threads(threads)
    assert first.numpy().tobytes() == second.numpy().tobytes()


def test_new_points_settle_among_their_neighbours_and_fixed_ones_do_not_move():
    x, labels, _ = blobs()
    middles = torch.tensor([[-6.0, 0.0], [6.0, 0.0], [0.0, 8.0]])
    fixed = middles[labels] + noise(150, 2)
    before = fixed.clone()
    near = nearest(x[:9] + 0.01, x, 5, same=False)
    y = place(torch.zeros(9, 2), fixed, near.indices, torch.ones(9, 5), 40)
    assert torch.equal(fixed, before)
    assert torch.equal(torch.cdist(y, middles).argmin(1), labels[:9])


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_only_the_proportions_of_a_new_points_weights_matter(factor):
    fixed, near = noise(30, 2), torch.tensor([[0, 1, 2]])
    weights = torch.tensor([[1.0, 0.5, 0.2]])
    once, again = (place(torch.zeros(1, 2), fixed, near, weights * f, 10) for f in (1.0, factor))
    torch.testing.assert_close(once, again)
