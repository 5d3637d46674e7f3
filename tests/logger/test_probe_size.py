"""A probe of the size that the model's own activations ask for."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.backend.index import run_index
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.geometry.density import density


def data(count=1_200):
    rng = torch.Generator().manual_seed(0)
    return TensorDataset(torch.randn(count, 6, generator=rng), torch.arange(count) % 3)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 2), nn.Tanh(), nn.Dropout(0.5), nn.Linear(2, 3))


def test_the_size_is_the_knee_of_the_layer():
    model, samples = network(), data()
    probe = hidden.Probe.sized(samples, model, layer="1")
    inputs, labels = samples.tensors
    with torch.no_grad():
        layer = model[1](model[0](inputs)).numpy()
    expected = density(layer, labels.numpy())
    assert len(probe) == probe.density["knee"] == expected.knee
    assert probe.density["sizes"] == expected.sizes.tolist()
    assert (probe.density["layer"], probe.density["candidates"]) == ("1", 1_200)
    assert 200 < len(probe) < 1_200
    assert np.bincount(probe.labels).min() >= len(probe) // 3
    same = hidden.Probe(samples, len(probe))
    assert probe.ids == same.ids
    assert same.density is None


def test_measuring_leaves_the_model_and_the_random_numbers_alone():
    model, samples = network(), data(300)
    before, numbers = {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()
    hidden.Probe.sized(samples, model, seed=4)
    assert torch.equal(torch.get_rng_state(), numbers)
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_options_and_the_largest_size_reach_the_probe():
    samples = data(900)
    probe = hidden.Probe.sized(
        samples.tensors[0], network(), largest=250, labels=samples.tensors[1], classes=["a", "b", "c"]
    )
    assert probe.classes == ("a", "b", "c")
    assert probe.density["candidates"] == 250
    assert len(probe) <= 250


def test_several_layers_are_refused():
    with pytest.raises(hidden.HiddenError, match="read off one layer"):
        hidden.Probe.sized(data(60), network(), layer="[01]")


def test_the_curve_is_logged_and_served(tmp_path):
    probe = hidden.Probe.sized(data(300), network())
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_probe(probe)
    history = current(item.record for item in RunReader(str(tmp_path)).poll())
    assert run_index("run", history, {})["probe"]["density"] == probe.density
