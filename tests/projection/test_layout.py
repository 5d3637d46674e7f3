import numpy as np
import torch

from tensorboard_plugin_hidden.projection import layout
from tensorboard_plugin_hidden.projection.graph import Edges, fuzzy_edges, nearest
from tensorboard_plugin_hidden.projection.layout import Springs, attraction, optimise, refine, repulsion


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def blobs(count=150, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    points = 6 * rng.standard_normal((3, 10))[labels] + rng.standard_normal((count, 10))
    x = torch.from_numpy(points.astype(np.float32))
    return x, torch.from_numpy(labels), fuzzy_edges(nearest(x, x, 10, same=True))


def test_forces_are_the_gradient_of_umaps_cross_entropy():
    y = torch.tensor([[0.3, -0.8]], dtype=torch.float64, requires_grad=True)
    similarity = 1 / (1 + layout.A * y.square().sum() ** layout.B)
    (pull,) = torch.autograd.grad(-torch.log(similarity), y, retain_graph=True)
    (push,) = torch.autograd.grad(-torch.log(1 - similarity), y)
    squared = y.detach().square().sum()[None]
    torch.testing.assert_close(attraction(squared, torch.ones(1)) * y.detach(), pull, rtol=1e-5, atol=0)
    # The push differs from the gradient by the small distance that keeps it finite.
    torch.testing.assert_close(-repulsion(squared) * y.detach(), push, rtol=3 * layout.NEAR, atol=0)


def test_groups_that_share_no_edges_come_apart():
    _, labels, edges = blobs()
    y = optimise(torch.randn(150, 2, generator=generator()), edges, 150, generator())
    closest = nearest(y, y, 5, same=True).indices
    assert (labels[closest] == labels[:, None]).float().mean() > 0.98


def test_a_strong_spring_holds_what_forces_would_move():
    _, _, edges = blobs()
    start = torch.randn(150, 2, generator=generator())
    held = optimise(start, edges, 30, generator(), Springs(start, torch.full((150,), 1e6)))
    free = optimise(start, edges, 30, generator(), Springs(start, torch.zeros(150)))
    assert (held - start).norm(dim=1).max() < 1e-2
    assert (free - start).norm(dim=1).mean() > 0.5


def test_coincident_points_and_points_without_edges_stay_finite():
    none = torch.empty(0, dtype=torch.long)
    alone = optimise(torch.zeros(5, 2), Edges(none, none, torch.empty(0)), 5, generator())
    assert alone.isfinite().all()
    _, _, edges = blobs()
    assert optimise(torch.zeros(150, 2), edges, 20, generator()).isfinite().all()


def test_the_same_generator_gives_the_same_bytes():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    _, _, edges = blobs()
    start = torch.randn(150, 2, generator=generator())
    first, second = (optimise(start, edges, 20, generator(7)) for _ in range(2))
    torch.set_num_threads(threads)
    assert first.numpy().tobytes() == second.numpy().tobytes()
    assert not torch.equal(first, optimise(start, edges, 20, generator(8)))


def test_new_points_settle_among_their_neighbours_and_fixed_ones_do_not_move():
    x, labels, _ = blobs()
    middles = torch.tensor([[-6.0, 0.0], [6.0, 0.0], [0.0, 8.0]])
    fixed = middles[labels] + torch.randn(150, 2, generator=generator())
    before = fixed.clone()
    near = nearest(x[:9] + 0.01, x, 5, same=False)
    y = refine(torch.zeros(9, 2), fixed, near.indices, torch.ones(9, 5), 40, generator())
    assert torch.equal(fixed, before)
    assert torch.equal(torch.cdist(y, middles).argmin(1), labels[:9])


def test_a_spring_holds_a_new_point():
    fixed = torch.randn(20, 2, generator=generator())
    start = torch.tensor([[4.0, 4.0]])
    near = torch.tensor([[0, 1, 2]])
    held = refine(start, fixed, near, torch.ones(1, 3), 20, generator(), Springs(start, torch.tensor([1e6])))
    free = refine(start, fixed, near, torch.ones(1, 3), 20, generator(), Springs(start, torch.zeros(1)))
    assert (held - start).norm() < 1e-3
    assert (free - start).norm() > 1
