import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection.baselines.edge_training import Patience, edge_loss, one_pass
from tensorboard_plugin_hidden.projection.baselines.networks import A, Autoencoder, B, unit_variance
from tests.projection.baselines.scenes import groups, prepared


def test_edge_loss_is_umaps_cross_entropy():
    rng = np.random.default_rng(0)
    heads, tails = (torch.from_numpy(rng.standard_normal((7, 2)).astype(np.float32)) for _ in range(2))
    order = torch.randperm(35, generator=torch.Generator().manual_seed(5)).tolist()
    total = 0.0
    for edge in range(7):
        q = 1 / (1 + A * float((heads[edge] - tails[edge]).square().sum()) ** B)
        total -= np.log(q)
        for draw in range(5):
            other = tails[order[5 * edge + draw] // 5]
            q = 1 / (1 + A * float((heads[edge] - other).square().sum()) ** B)
            total -= np.log(max(1 - q, 1e-4))
    loss = edge_loss(heads, tails, 5, torch.Generator().manual_seed(5))
    assert float(loss) == pytest.approx(total / 42, rel=1e-3)


def test_one_pass_reports_the_loss_of_its_formula():
    """At learning rate 0, one batch: cross entropy + 2 · mean over both ends of the weighted error + penalty."""
    rows = unit_variance(prepared(groups()).activations)
    network = Autoencoder(5, [7], 0)
    heads, tails = torch.tensor([0, 1, 1, 4]), torch.tensor([1, 2, 3, 0])
    importance = torch.rand(rows.shape, generator=torch.Generator().manual_seed(1))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.0)
    generator = torch.Generator().manual_seed(2)
    found = one_pass(network, optimiser, rows, importance, (heads, tails), 2.0, generator, lambda: torch.tensor(7.0))
    generator = torch.Generator().manual_seed(2)
    order = torch.randperm(4, generator=generator)
    with torch.no_grad():
        places = network.encoder(rows)
        error = (importance * (rows - network.decoder(places)) ** 2).mean(1)
        cross = edge_loss(places[heads[order]], places[tails[order]], 5, generator)
    assert found == pytest.approx(float(cross + (error[heads].mean() + error[tails].mean()) + 7), rel=1e-5)


def test_patience_ends_after_passes_without_improvement():
    patience = Patience(3, 0.1)
    assert [patience.over(loss) for loss in (1.0, 0.8, 0.75, 0.72, 0.69, 0.69, 0.65, 0.6)] == [False] * 7 + [True]
