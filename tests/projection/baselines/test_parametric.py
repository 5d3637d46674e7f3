import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection.baselines.edge_training import edge_loss
from tensorboard_plugin_hidden.projection.baselines.networks import A, B
from tensorboard_plugin_hidden.projection.baselines.parametric import Parametric, layout_loss
from tensorboard_plugin_hidden.projection.graph import Edges
from tensorboard_plugin_hidden.projection.protocol import Earlier
from tests.projection.baselines.scenes import groups, prepared


def test_layout_loss_is_the_mean_over_all_pairs():
    """With every shift drawn, the random pairs are all pairs, and the loss a double loop over them."""
    rng = np.random.default_rng(0)
    places = rng.standard_normal((6, 2)).astype(np.float32)
    edges = [(0, 1, 0.9), (1, 4, 0.3), (2, 5, 0.5)]
    q = 1 / (1 + A * ((places[:, None] - places[None]) ** 2).sum(2) ** B)
    attraction = sum(-w * np.log(q[i, j]) for i, j, w in edges)
    degree = np.zeros(6)
    for i, j, w in edges:
        degree[[i, j]] += w
    repulsion = sum(degree[i] * np.mean([-np.log(1 - q[i, j]) for j in range(6) if j != i]) for i in range(6))
    head, tail, weight = (torch.tensor(part) for part in zip(*edges, strict=True))
    generator = torch.Generator().manual_seed(0)
    draws = [float(layout_loss(torch.from_numpy(places), Edges(head, tail, weight), 500, generator)) for _ in range(4)]
    assert np.mean(draws) == pytest.approx((attraction + 5 * repulsion / 2) / (6 * float(weight.sum())), rel=0.02)


def test_losses_have_finite_slopes_where_places_coincide():
    places = torch.zeros((4, 2), requires_grad=True)
    edges = Edges(torch.tensor([0, 1]), torch.tensor([1, 2]), torch.ones(2))
    layout_loss(places, edges, 3, torch.Generator()).backward()
    edge_loss(places[:2], places[2:], 5, torch.Generator()).backward()
    assert torch.isfinite(places.grad).all()


def test_springs_hold_the_parametric_map():
    fitted, changed = prepared(groups()), prepared(groups() + 0.7 * groups(seed=9))

    def moved(strength):
        method = Parametric(cold_steps=60, warm_steps=30, anchor=1.0)
        places = method.fit(fitted, None, 0).positions
        now = method.fit(changed, Earlier(places, np.full(60, strength, np.float32)), 1).positions
        return np.linalg.norm(now - places, axis=1).mean()

    assert moved(1.0) < 0.8 * moved(0.0)
