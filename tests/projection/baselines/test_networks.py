import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection.baselines.networks import Autoencoder, embedding_of, unit_variance
from tests.projection.baselines.scenes import groups, prepared


def test_networks_see_units_of_variance_one_and_give_back_activations():
    fitted = prepared(groups())
    rows = unit_variance(fitted.activations)
    assert float(rows.square().mean()) == pytest.approx(1, rel=1e-5)
    network = Autoencoder(5, [7], 0)
    embedding = embedding_of(network, fitted.activations)
    with torch.no_grad():
        expected = network.decoder(network.encoder(rows)).numpy() / np.sqrt(5)
    np.testing.assert_allclose(embedding.inverse(embedding.positions), expected, atol=1e-6)
