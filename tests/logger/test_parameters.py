"""Weights and gradients as numbers: every statistic against plain numpy, for every kind of parameter."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger import parameters_reduce
from tensorboard_plugin_hidden.logger.parameters import ParameterTracker
from tensorboard_plugin_hidden.logger.parameters_reduce import STATISTICS, describe, select
from tests.logger.networks import Cnn, Reader


def oracle(values):
    """The row of STATISTICS of all values of an array, from their definitions."""
    values = np.asarray(values, np.float64).ravel()
    finite = values[np.isfinite(values)]
    nan, inf = np.isnan(values).sum(), np.isinf(values).sum()
    if not len(finite):
        return np.array([np.nan] * 4 + [0, 0] + [np.nan] * 3 + [nan, inf, np.nan])
    ordered = np.sort(finite)
    return np.array(
        [
            ordered[0],
            ordered[-1],
            finite.mean(),
            finite.std(),
            np.abs(finite).sum(),
            math.sqrt((finite**2).sum()),
            *(ordered[math.floor(q * len(ordered))] for q in (0.25, 0.5, 0.75)),
            nan,
            inf,
            (finite == 0).mean(),
        ]
    )


def numbers(tensor):
    tensor = tensor.detach()
    return (torch.view_as_real(tensor) if tensor.is_complex() else tensor).double().numpy()


def check(table, wanted, rtol=2e-6, atol=1e-7):
    for column, name in enumerate(STATISTICS):
        np.testing.assert_allclose(table[:, column], [row[column] for row in wanted], rtol, atol, err_msg=name)


def below(model, path):
    module = model.get_submodule(path)
    return np.concatenate([numbers(p).ravel() for p in module.parameters()])


def seeded(make, seed=0):
    torch.manual_seed(seed)
    return make()


def learn(model, lr=0.1):
    """Fills gradients and makes one step."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    return optimizer


def test_every_statistic_of_every_layer_and_node_is_what_numpy_says():
    model = seeded(Cnn)
    learn(model)
    seen = ParameterTracker(model).measure()
    parameters = dict(model.named_parameters())
    trained = [layer for layer in seen.layers if layer.kind == "parameter"]
    assert [layer.name for layer in trained] == list(parameters)
    tensors = [model.get_parameter(layer.name) for layer in trained] + [
        model.get_buffer(layer.name) for layer in seen.layers if layer.kind == "buffer"
    ]
    nodes = [below(model, node.path) for node in seen.nodes]
    check(seen.weights, [*(oracle(numbers(t)) for t in tensors), *map(oracle, nodes)])
    assert [node.path for node in seen.nodes] == ["", "conv", "bn", "bn2", "fc1", "fc2"]
    for node in seen.nodes:
        inside = {layer.name for layer in seen.layers[node.start : node.stop]}
        assert inside == {
            f"{node.path}.{name}".strip(".") for name, _ in model.get_submodule(node.path).named_parameters()
        }
    count = len(trained)
    check(seen.gradients[:count], [oracle(numbers(p.grad)) for p in parameters.values()])
    assert np.isnan(seen.gradients[count : len(seen.layers)]).all()
    whole = np.concatenate([numbers(p.grad).ravel() for p in parameters.values()])
    check(seen.gradients[[len(seen.layers)]], [oracle(whole)])
    assert (seen.strides == 1).all()
    assert seen.skipped == ()


def test_running_statistics_of_batch_norm_are_layers_but_in_no_node():
    model = seeded(Cnn)
    seen = ParameterTracker(model).measure()
    buffers = [layer for layer in seen.layers if layer.kind == "buffer"]
    assert [layer.name for layer in buffers] == [
        f"{module}.{name}" for module in ("bn", "bn2") for name in ("running_mean", "running_var")
    ]
    assert max(node.stop for node in seen.nodes) == len(seen.layers) - len(buffers)
    assert {layer.filters for layer in buffers} == {0}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_single(dtype):
    model = seeded(lambda: nn.Linear(300, 70)).to(dtype)
    learn(model)
    seen = ParameterTracker(model).measure()
    tensors = [model.weight, model.bias]
    check(seen.weights[:2], [oracle(numbers(t)) for t in tensors])
    check(seen.gradients[:2], [oracle(numbers(t.grad)) for t in tensors])


def test_double_and_complex_numbers():
    model = nn.ParameterDict(
        {
            "wide": nn.Parameter(torch.rand(50, dtype=torch.float64) + 1e6),
            "phase": nn.Parameter(torch.randn(4, 5, dtype=torch.cfloat)),
        }
    )
    seen = ParameterTracker(model).measure()
    check(
        seen.weights,
        [oracle(numbers(model[name])) for name in ("phase", "wide")]
        + [oracle(np.concatenate([numbers(model[name]).ravel() for name in ("phase", "wide")]))],
    )


def test_a_small_spread_around_a_large_mean_is_not_lost():
    values = 1 + 1e-4 * np.random.default_rng(0).normal(size=5000).astype(np.float32)
    table, _ = describe([torch.from_numpy(values[:2000]), torch.from_numpy(values[2000:])], [(0, 2)])
    spread = [
        values[:2000].astype(np.float64).std(),
        values[2000:].astype(np.float64).std(),
        values.astype(np.float64).std(),
    ]
    np.testing.assert_allclose(table[:, STATISTICS.index("std")], spread, rtol=2e-3)


def test_norms_of_millions_of_values_are_precise(rng):
    values = torch.from_numpy(rng.normal(size=3_000_000).astype(np.float32))
    check(describe([values], [])[0], [oracle(values)])


@pytest.mark.parametrize("scale", [1e-30, 1e25])
def test_values_whose_squares_leave_single_precision(scale):
    values = torch.randn(1000, generator=torch.Generator().manual_seed(0)) * scale
    table, _ = describe([values, values[:10]], [(0, 2)])
    check(table, [oracle(values), oracle(values[:10]), oracle(torch.cat([values, values[:10]]))], atol=0)


def test_nan_and_inf_are_counted_and_the_rest_described():
    model = seeded(lambda: nn.Sequential(nn.Linear(10, 20), nn.Linear(20, 3)))
    with torch.no_grad():
        model[0].weight[2, 3:5] = math.nan
        model[0].weight[4, 0] = -math.inf
        model[0].weight[5, :7] = 0
        model[0].bias.fill_(math.inf)
    model[0].weight.grad = model[0].weight.detach().clone()
    seen = ParameterTracker(model).measure()
    check(
        seen.weights,
        [*(oracle(numbers(p)) for p in model.parameters()), *(oracle(below(model, n.path)) for n in seen.nodes)],
    )
    check(seen.gradients[:1], [oracle(numbers(model[0].weight))])
    counts = dict(zip(STATISTICS, seen.weights[0], strict=True))
    assert (counts["nan"], counts["inf"]) == (2, 1)
    assert np.isfinite(seen.weights[4]).all()  # the whole model


def test_empty_and_zero_dimensional_parameters():
    model = nn.ParameterDict({"scale": nn.Parameter(torch.tensor(3.0)), "nothing": nn.Parameter(torch.empty(0, 4))})
    tracker = ParameterTracker(model)
    tracker.measure()
    seen = tracker.measure()
    check(seen.weights, [oracle([]), oracle([3.0]), oracle([3.0])])
    assert [layer.filters for layer in seen.layers] == [0, 0]
    assert seen.changes.shape == (0, 5)


def test_a_model_without_parameters():
    seen = ParameterTracker(nn.ReLU()).measure()
    assert seen.weights.shape == (0, 12)
    assert seen.changes.shape == (0, 5)
    assert not seen.layers
    assert not seen.nodes


def test_channels_last_is_described_alike():
    model = seeded(lambda: nn.Conv2d(6, 8, 3))
    plain = ParameterTracker(model).measure()
    last = ParameterTracker(copy.deepcopy(model).to(memory_format=torch.channels_last)).measure()
    np.testing.assert_allclose(plain.weights, last.weights, rtol=1e-6, atol=1e-8)


def test_sparse_gradients_count_their_zeros():
    model = seeded(lambda: nn.Embedding(10, 4, sparse=True))
    model(torch.tensor([1, 1, 7])).sum().backward()
    seen = ParameterTracker(model).measure()
    check(seen.gradients[:1], [oracle(model.weight.grad.to_dense())])
    assert seen.gradients[0, -1] == pytest.approx(0.8)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 50, 101])
def test_order_statistics(count, rng):
    values = rng.integers(0, 30, count).astype(np.float32)
    ranks = [count * quarter // 4 for quarter in (1, 2, 3)]
    assert select(values.copy(), ranks).tolist() == np.sort(values)[ranks].tolist()


def test_quartiles_of_very_many_values_are_of_a_sample_and_say_so(monkeypatch, rng):
    monkeypatch.setattr(parameters_reduce, "_QUARTILE_VALUES", 1000)
    values = torch.from_numpy(rng.normal(size=3500))
    table, strides = describe([values, values[:900]], [(0, 2)])
    assert strides.tolist() == [4, 1, 5]
    check(table[[1], :], [oracle(values[:900])])
    np.testing.assert_allclose(table[0, 6:9], oracle(values[::4])[6:9])
    np.testing.assert_allclose(table[0, :6], oracle(values)[:6])


# Filters


def exact_changes(w, v):
    """The columns of CHANGES, of rows, from their definitions, in extended precision."""
    w, v = np.asarray(w, np.longdouble), np.asarray(v, np.longdouble)
    d = w - v
    n1, n2, m2 = np.abs(v).sum(1), np.sqrt((v**2).sum(1)), np.sqrt((w**2).sum(1))
    l1, l2 = np.abs(d).sum(1), np.sqrt((d**2).sum(1))
    return np.stack([l1, l2, l1 / n1, l2 / n2, 1 - (w * v).sum(1) / (n2 * m2)], 1).astype(np.float64)


def moved(model, size=0.01, seed=3):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += size * torch.randn(parameter.shape, generator=generator).to(parameter.dtype)


FILTERS = {
    "linear": (lambda: nn.Linear(30, 7), "weight", lambda w: w),
    "convolution": (lambda: nn.Conv2d(6, 8, 3, groups=2), "weight", lambda w: w.reshape(8, -1)),
    "transposed": (
        lambda: nn.ConvTranspose2d(6, 4, 3),
        "weight",
        lambda w: np.stack([w[:, o].ravel() for o in range(4)]),
    ),
    "transposed in groups": (
        lambda: nn.ConvTranspose1d(6, 4, 3, groups=2),
        "weight",
        lambda w: np.stack([w[3 * g : 3 * g + 3, o].ravel() for g in range(2) for o in range(2)]),
    ),
    "embedding": (lambda: nn.Embedding(12, 5), "weight", lambda w: w),
    "attention": (lambda: nn.MultiheadAttention(8, 2), "in_proj_weight", lambda w: w),
    "recurrent": (lambda: nn.LSTM(5, 3), "weight_hh_l0", lambda w: w),
    "bilinear": (lambda: nn.Bilinear(3, 4, 5), "weight", lambda w: w.reshape(5, -1)),
    "weight norm": (lambda: weight_norm(nn.Linear(9, 4)), "parametrizations.weight.original1", lambda w: w),
}


@pytest.mark.parametrize("kind", FILTERS)
def test_filters_are_output_channels_or_rows(kind):
    make, name, rows = FILTERS[kind]
    model = seeded(make)
    tracker = ParameterTracker(model)
    assert np.isnan(tracker.measure().changes).all()
    before = numbers(model.get_parameter(name)).copy()
    moved(model)
    seen = tracker.measure()
    i = [layer.name for layer in seen.layers].index(name)
    got = seen.changes[seen.offsets[i] : seen.offsets[i + 1]]
    wanted = exact_changes(rows(numbers(model.get_parameter(name))), rows(before))
    assert seen.layers[i].filters == len(wanted)
    np.testing.assert_allclose(got, wanted, rtol=2e-5)


def test_filters_of_a_transformers_conv1d_are_columns():
    class Conv1D(nn.Module):
        def __init__(self):
            super().__init__()
            self.nf = 3
            self.weight = nn.Parameter(torch.randn(5, 3, generator=torch.Generator().manual_seed(0)))

    model = Conv1D()
    tracker = ParameterTracker(model)
    tracker.measure()
    before = numbers(model.weight).copy()
    moved(model)
    np.testing.assert_allclose(tracker.measure().changes, exact_changes(numbers(model.weight).T, before.T), rtol=2e-5)


@pytest.mark.parametrize("size", [1e-1, 1e-3, 1e-5])
def test_the_cosine_of_small_changes_is_not_rounding(size):
    model = seeded(lambda: nn.Linear(400, 5, bias=False))
    tracker = ParameterTracker(model)
    tracker.measure()
    before = numbers(model.weight).copy()
    moved(model, size * 0.03)
    wanted = exact_changes(numbers(model.weight), before)
    np.testing.assert_allclose(tracker.measure().changes[:, -1], wanted[:, -1], rtol=1e-4)


def test_filters_that_do_not_move_that_are_zero_and_that_break():
    model = seeded(lambda: nn.Linear(6, 5, bias=False))
    with torch.no_grad():
        model.weight[1:3] = 0
    tracker = ParameterTracker(model)
    tracker.measure()
    with torch.no_grad():
        model.weight[2] = 1.0
        model.weight[3, 2] = math.nan
        model.weight[4] *= -1
    change = tracker.measure().changes
    assert (change[:2] == 0).all()  # nothing changed, once of something and once of zeros
    assert change[2, :2].tolist() == pytest.approx([6.0, math.sqrt(6)])
    assert np.isnan(change[2, 2:]).all()
    assert np.isnan(change[3]).all()
    assert change[4].tolist()[2:] == pytest.approx([2, 2, 2])


def test_change_is_to_the_last_look_in_the_weights_own_type():
    model = seeded(lambda: nn.Linear(64, 4, bias=False)).bfloat16()
    tracker = ParameterTracker(model)
    tracker.measure()
    for seed in range(3):
        before = numbers(model.weight).copy()
        moved(model, 0.05, seed)
        np.testing.assert_allclose(tracker.measure().changes, exact_changes(numbers(model.weight), before), rtol=1e-4)


def test_most_changed_filters():
    model = seeded(lambda: nn.Sequential(nn.Linear(8, 100), nn.ReLU(), nn.Linear(100, 5)))
    tracker = ParameterTracker(model)
    first = tracker.measure()
    assert len(first.top_filters()) == 0
    assert (first.top_filters_by_layer() == -1).all()
    moved(model)
    seen = tracker.measure()
    change = seen.changes[:, -1]
    assert seen.top_filters().tolist() == np.argsort(-change, kind="stable")[:64].tolist()
    by_layer = seen.top_filters_by_layer()
    assert by_layer.shape == (4, 8)
    assert by_layer[0].tolist() == np.argsort(-change[:100], kind="stable")[:8].tolist()
    assert by_layer[2].tolist() == [*(100 + np.argsort(-change[100:], kind="stable")), -1, -1, -1]
    assert (by_layer[[1, 3]] == -1).all()  # biases have no filters


# Which parameters


def test_tied_parameters_are_one_layer_of_two_names():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(10, 4)
            self.body = nn.Linear(4, 4)
            self.output = nn.Linear(4, 10, bias=False)
            self.output.weight = self.embedding.weight
            self.again = self.body

    seen = ParameterTracker(seeded(Tied)).measure()
    assert {layer.name: layer.aliases for layer in seen.layers} == {
        "embedding.weight": ("output.weight",),
        "body.weight": ("again.weight",),
        "body.bias": ("again.bias",),
    }
    assert [node.path for node in seen.nodes] == ["", "embedding", "body"]


def test_frozen_parameters_are_there_and_do_not_move():
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    model[0].requires_grad_(False)
    tracker = ParameterTracker(model)
    tracker.measure()
    tracker.before_update()
    optimizer = learn(model)
    seen = tracker.measure(optimizer)
    assert [layer.trainable for layer in seen.layers] == [False, False, True, True]
    assert (seen.changes[:3] == 0).all()
    assert (seen.changes[3:] > 0).all()
    assert (seen.update[:2] == 0).all()
    assert np.isnan(seen.gradients[:2]).all()
    check(seen.gradients[[4]], [oracle(np.concatenate([numbers(p.grad).ravel() for p in model[1].parameters()]))])


def test_adapters_beside_frozen_weights():
    class Lora(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(6, 5).requires_grad_(False)
            self.lora_A = nn.Parameter(torch.randn(2, 6))
            self.lora_B = nn.Parameter(torch.zeros(5, 2))

    model = seeded(Lora)
    tracker = ParameterTracker(model)
    tracker.measure()
    learn(model)
    seen = tracker.measure()
    rows = {
        layer.name: seen.changes[a:b] for layer, a, b in zip(seen.layers, seen.offsets, seen.offsets[1:], strict=False)
    }
    assert {name: len(row) for name, row in rows.items()} == {
        "lora_A": 2,
        "lora_B": 5,
        "base.weight": 5,
        "base.bias": 0,
    }
    assert (rows["lora_B"][:, 1] > 0).all()
    assert np.isnan(rows["lora_B"][:, -1]).all()


def test_what_cannot_be_measured_is_named_with_a_reason():
    class Sharded(nn.Linear):
        pass

    class FullyShardedDataParallel(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(2, 2)

    model = nn.Module()
    model.lazy = nn.LazyLinear(3)
    model.meta = nn.Linear(2, 2, bias=False, device="meta")
    model.packed = nn.Parameter(torch.zeros(4, dtype=torch.uint8), requires_grad=False)
    model.flat = nn.Linear(2, 2, bias=False)
    model.flat.weight._is_flat_param = True
    model.wrapped = FullyShardedDataParallel()
    model.fine = nn.Linear(2, 2)
    seen = ParameterTracker(model).measure()
    assert [layer.name for layer in seen.layers] == ["fine.weight", "fine.bias"]
    assert [(name, reason.split()[2]) for name, reason in seen.skipped] == [
        ("packed", "are"),
        ("lazy.weight", "no"),
        ("lazy.bias", "no"),
        ("meta.weight", "on"),
        ("flat.weight", "sharded"),
        ("wrapped.inner.weight", "sharded"),
        ("wrapped.inner.bias", "sharded"),
    ]


def test_layers_that_come_go_and_change_their_shape_have_no_change_for_that_look():
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    tracker = ParameterTracker(model)
    tracker.measure()
    model[1] = nn.Linear(3, 6)
    model.append(nn.Linear(6, 2))
    moved(model)
    seen = tracker.measure()
    assert seen.offsets.tolist() == [0, 3, 3, 9, 9, 11, 11]
    assert (seen.changes[:3] > 0).all()
    assert np.isnan(seen.changes[3:]).all()
    moved(model)
    assert (tracker.measure().changes > 0).all()
    del model[0]  # what was "1" is "0" now, and of another shape
    assert np.isnan(tracker.measure().changes[:6]).all()


def test_transformers_and_wrapped_models():
    model = seeded(Reader)
    seen = ParameterTracker(nn.DataParallel(model)).measure()
    assert [layer.name for layer in seen.layers] == [name for name, _ in model.named_parameters()]
    check(seen.weights[len(seen.layers) :], [oracle(below(model, node.path)) for node in seen.nodes])


def test_a_module_that_holds_its_parent_ends():
    model = nn.Sequential(nn.Linear(2, 2))
    model[0].parent = model
    assert len(ParameterTracker(model).measure().layers) == 2


# Steps


def test_update_over_weight():
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)))
    tracker = ParameterTracker(model)
    before = [numbers(p).copy() for p in model.parameters()]
    tracker.before_update()
    learn(model)
    seen = tracker.measure()
    after = [numbers(p) for p in model.parameters()]

    def ratio(which):
        d = np.concatenate([(after[i] - before[i]).ravel() for i in which])
        return np.linalg.norm(d) / np.linalg.norm(np.concatenate([before[i].ravel() for i in which]))

    wanted = [ratio([0]), ratio([1]), ratio([2]), np.nan, np.nan, np.nan, ratio(range(4)), ratio([0, 1]), ratio([2, 3])]
    np.testing.assert_allclose(seen.update, wanted, rtol=1e-5)  # norms begin with a bias of zeros
    assert np.isnan(tracker.measure().update).all()  # of one step only


def test_learning_rates_by_parameter_group():
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2)))
    optimizer = torch.optim.Adam(
        [{"params": model[2].parameters(), "lr": torch.tensor(0.5)}, {"params": [model[0].weight]}], lr=0.25
    )
    seen = ParameterTracker(model).measure(optimizer)
    assert seen.learning_rates.tolist() == [0.5, 0.25]
    assert seen.groups.tolist() == [1, -1, -1, -1, 0, 0, -1, -1]
    assert len(ParameterTracker(model).measure().learning_rates) == 0


def test_scaled_gradients_are_unscaled():
    model = seeded(lambda: nn.Linear(4, 3))
    model(torch.ones(2, 4)).square().sum().backward()
    plain = ParameterTracker(model).measure()
    for parameter in model.parameters():
        parameter.grad *= 1024
    scaled = ParameterTracker(model).measure(scale=1024.0)
    np.testing.assert_allclose(scaled.gradients, plain.gradients, rtol=1e-6)
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(HiddenError, match="unscaled"):
            ParameterTracker(model).measure(scale=wrong)


def test_looking_changes_nothing():
    model = seeded(Cnn)
    learn(model)
    state = copy.deepcopy(model.state_dict())
    gradients = [p.grad.clone() for p in model.parameters()]
    versions = [p._version for p in model.parameters()]
    rng = torch.get_rng_state()
    tracker = ParameterTracker(model)
    tracker.before_update()
    tracker.measure()
    tracker.measure()
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert all(torch.equal(p.grad, g) for p, g in zip(model.parameters(), gradients, strict=True))
    assert [p._version for p in model.parameters()] == versions
    assert torch.equal(torch.get_rng_state(), rng)
