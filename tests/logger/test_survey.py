from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.capture import Capture, capture
from tensorboard_plugin_hidden.logger.head import HeadExporter
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.survey import survey

N = 12
DROP, HEAD, SMALL = nn.Dropout(), nn.Linear(7, 3), nn.Linear(4, 3)


class Of(nn.Module):
    """A model of some modules and a function of these and the inputs."""

    def __init__(self, forward: Callable[..., Any], **modules: nn.Module) -> None:
        super().__init__()
        self._forward = forward
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Any:
        return self._forward(self, x)


def looked(model: nn.Module, x: Tensor, *layers: str) -> Capture:
    exporter = HeadExporter(math.inf)
    return capture(model, Probe((x, torch.arange(len(x)) % 3)), resolve_layers(model, layers), exporter=exporter)


def given(model: nn.Module, x: Tensor, path: str) -> Tensor:
    """What a module gives in a forward pass of its own."""
    kept: list[Tensor] = []
    with torch.no_grad():
        hook = model.get_submodule(path).register_forward_hook(lambda _, args, out: kept.append(out))
        model.eval()(x)
        hook.remove()
    return kept[-1] if isinstance(kept[-1], Tensor) else kept[-1][0]


def blocks(conv: nn.Module, norm: nn.Module) -> nn.Module:
    block = nn.Sequential(conv, norm, nn.ReLU(), nn.Dropout())
    return Of(lambda m, x: m.fc(m.block(x).flatten(2).mean(2)), block=block, fc=nn.Linear(5, 3))


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (blocks(nn.Conv1d(2, 5, 3), nn.BatchNorm1d(5)), (N, 2, 30)),
        (blocks(nn.Conv2d(2, 5, 3), nn.GroupNorm(1, 5)), (N, 2, 6, 7)),
        (blocks(nn.Conv3d(2, 5, 3), nn.BatchNorm3d(5)), (N, 2, 4, 5, 6)),
    ],
)
def test_blocks_of_convolutions_are_pooled_over_space(model: nn.Module, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)
    seen = looked(model, x, "block", "block.0", "block.2", "block.3", "block:input")
    assert seen.notes == ()
    for layer in seen.layers[:4]:
        wanted = given(model, x, layer.spec.module).flatten(2).mean(2)
        np.testing.assert_allclose(layer.activations, wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.layers[4].activations, x.flatten(2).mean(2), rtol=1e-4, atol=1e-6)


def test_pictures_with_channels_last_are_pooled_over_height_and_width() -> None:
    model = Of(
        lambda m, x: m.fc(m.block(m.stem(x).permute(0, 2, 3, 1)).mean((1, 2))),
        stem=nn.Conv2d(3, 8, 4, 4),
        block=nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 5), nn.GELU()),
        fc=nn.Linear(5, 3),
    )
    x = torch.randn(N, 3, 16, 16)
    for layer in looked(model, x, "block", "block.0", "block:input").layers[:2]:
        wanted = given(model, x, layer.spec.module).mean((1, 2))
        np.testing.assert_allclose(layer.activations, wanted, rtol=1e-5, atol=1e-6)
        assert layer.pooling == "positions"


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("time", [10, N])
def test_the_samples_are_found_where_time_comes_first(kind: Any, time: int) -> None:
    torch.manual_seed(0)
    model = Of(
        lambda m, x: m.fc(m.drop(m.rnn(x.transpose(0, 1))[0])[-1]),
        rnn=kind(6, 7),
        drop=nn.Dropout(),
        fc=nn.Linear(7, 3),
    )
    x = torch.randn(N, time, 6)
    seen = looked(model, x, "rnn", "drop", "rnn@last")
    steps = given(model, x, "rnn")
    np.testing.assert_allclose(seen.layers[0].activations, steps.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.layers[1].activations, steps.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.layers[2].activations, steps[-1], rtol=1e-5, atol=1e-6)
    assert seen.notes == (
        "samples do not lie along the first axis, but where the batch is, of 'rnn', 'drop', 'rnn@last'",
    )


def test_what_nothing_says_is_supposed_and_said() -> None:
    model = Of(lambda m, x: m.fc(m.same(x).mean(1)), same=nn.Identity(), fc=nn.Linear(6, 3))
    seen = looked(model, torch.randn(N, 10, 6), "same")
    assert seen.layers[0].activations.shape == (N, 6)
    assert seen.notes == ("nothing shows along which axis the units lie; supposed of 'same' [N, T, D]",)


@pytest.mark.parametrize(
    ("forward", "size", "got"),
    [
        (lambda m, x: m.fc((x + m.look(torch.arange(N))).mean(1)), N, r"\[12, 6\]"),
        (
            lambda m, x: m.fc(m.look(torch.cat([x, x])[:, :, 0].long().abs())[: len(x)].mean(1)),
            4,
            r"\[6, 4, 6\] for N = 3",
        ),
        (lambda m, x: m.fc(m.look(torch.zeros(len(x), len(x)).long()).mean(1)), 4, r"\[N, N, 6\]"),
    ],
)
def test_what_has_no_row_per_sample_is_not_taken_for_one(forward: Any, size: int, got: str) -> None:
    """A table of positions has as many rows as there are samples by chance only."""
    model = Of(forward, look=nn.Embedding(50, 6), fc=nn.Linear(6, 3))
    with pytest.raises(HiddenError, match="does not have one row per sample.*" + got):
        looked(model, torch.randn(N, size, 6), "look")


def test_calls_are_counted_and_each_can_be_had() -> None:
    model = Of(
        lambda m, x: m.fc(m.act(m.shared(m.act(m.shared(x))))),
        shared=nn.Linear(4, 4),
        act=nn.ReLU(),
        fc=nn.Linear(4, 3),
    )
    x = torch.randn(N, 4)
    seen = looked(model, x, "shared", "shared#0", "shared#1", "shared#1:input", "act")
    last, first, second, between, _ = (layer.activations for layer in seen.layers)
    with torch.no_grad():
        np.testing.assert_allclose(first, model.shared(x), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(between, model.shared(x).relu(), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(second, model.shared(model.shared(x).relu()), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(last, second)
    assert seen.notes == (
        "'shared' 2 times, 'act' 2 times in one forward pass: the last call is shown, and 'shared#0' is the first",
    )
    with pytest.raises(HiddenError, match=r"layer 'shared#2' did not run.*2 calls of 'shared'"):
        looked(model, x, "shared#2")


def test_a_model_that_takes_no_small_batches_is_captured_all_the_same() -> None:
    model = Of(lambda m, x: m.fc(x.reshape(N // 2, -1)), fc=nn.Linear(4, 3))
    probe = Probe((torch.randn(N, 4), torch.arange(N) % 3))
    assert capture(model, probe, batch_size=N // 2).layers[0].activations.shape == (N, 4)


def test_what_ran_is_listed_once_in_the_order_in_which_it_ended() -> None:
    inner = nn.Sequential(nn.Linear(4, 4))
    model = Of(lambda m, x: m.b(m.a(m.b(x))), b=nn.Linear(4, 4), a=inner, unused=nn.Linear(4, 4))
    seen = survey(model, lambda count: torch.randn(count, 4))
    assert seen.ran == ("b", "a.0", "a")
    assert (seen.calls("b"), seen.calls("a"), seen.calls("unused")) == (2, 1, 0)
