from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.layers import (
    LayerSpec,
    first_tensor,
    pool,
    replace_first_tensor,
    resolve_layers,
)


def network() -> nn.Module:
    return nn.ModuleDict(
        {
            "layer1": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)),
            "layer2": nn.Sequential(nn.Conv2d(2, 2, 3)),
            "fc": nn.Linear(2, 2),
            "relu": nn.ReLU(),
        }
    )


def names(patterns: Any) -> list[str]:
    return [spec.name for spec in resolve_layers(network(), patterns)]


def test_names_and_globs() -> None:
    assert names("fc") == ["fc"]
    assert names(["relu", "layer*.0"]) == ["relu", "layer1.0", "layer2.0"]
    assert names(["layer?", "layer1"]) == ["layer1", "layer2"]
    assert names(["layer*.0:input"]) == ["layer1.0:input", "layer2.0:input"]
    assert resolve_layers(network(), ["fc:input@cls"]) == [LayerSpec("fc:input@cls", "fc", "input", "cls")]
    assert resolve_layers(network(), ["fc:output"]) == [LayerSpec("fc", "fc", "output", "mean")]


def test_containers_are_not_layers() -> None:
    model = nn.Module()
    model.blocks = nn.ModuleList([nn.Linear(2, 2)])
    assert [spec.name for spec in resolve_layers(model, "*")] == ["blocks.0"]


def test_separately_compiled_submodules_keep_their_names() -> None:
    model = nn.Module()
    model.body = torch.compile(nn.Sequential(nn.Linear(2, 2)), backend="eager")
    assert [spec.name for spec in resolve_layers(model, "*")] == ["body", "body.0"]


def test_default_is_the_input_of_the_last_linear() -> None:
    assert resolve_layers(network()) == [LayerSpec("fc:input", "fc", "input")]
    two = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU())
    assert resolve_layers(two)[0].name == "1:input"
    assert resolve_layers(two, ran=["1", "0", "2"])[0].name == "0:input"
    assert resolve_layers(two, ran=["0", "2"])[0].name == "0:input"


def test_default_without_linear_is_the_last_module_with_parameters() -> None:
    assert resolve_layers(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()))[0].name == "0"


@pytest.mark.parametrize(
    ("patterns", "parts"),
    [
        ("layer1.conv", ["no layer matches 'layer1.conv'", "near matches: layer1", "named_modules"]),
        ("zzz*", ["no layer matches", "near matches: none"]),
        ("fc@max", ["unknown suffix", "@mean, @cls or @last", "got @max"]),
        ("fc:in", ["unknown side", ":input or :output", "got :in"]),
        ([], ["no layers were asked for", "got []"]),
    ],
)
def test_unknown_layers_are_explained(patterns: Any, parts: list[str]) -> None:
    with pytest.raises(HiddenError) as caught:
        resolve_layers(network(), patterns)
    for part in parts:
        assert part in str(caught.value)


def test_a_model_without_layers_is_refused() -> None:
    with pytest.raises(HiddenError, match=r"no layer to look at by default.*Name a layer"):
        resolve_layers(nn.Sequential(nn.ReLU()))


def test_pooling_of_vectors_and_feature_maps() -> None:
    x = torch.randn(4, 3, 5, 6, dtype=torch.float64)
    rows, how = pool(x, "mean")
    np.testing.assert_allclose(rows, x.numpy().mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)
    assert (how, rows.dtype) == ("positions", torch.float32)
    assert pool(x[:, 0, 0, 0], "cls")[0].shape == (4, 1)
    assert pool(x[:, :, 0, 0], "cls")[1] == "none"
    assert pool(x.flatten(2), "mean", channels_first=True)[0].shape == (4, 3)


def test_pooled_rows_have_memory_of_their_own() -> None:
    x = torch.zeros(2, 3)
    rows, _ = pool(x, "mean")
    x += 1
    assert rows.max() == 0


def test_pooling_of_half_precision_does_not_overflow() -> None:
    assert pool(torch.full((1, 1, 64, 64), 6e4, dtype=torch.float16), "mean")[0].item() == pytest.approx(6e4, rel=1e-3)


@pytest.mark.parametrize("tokens", ["mean", "cls", "last"])
@pytest.mark.parametrize("masked", [False, True])
def test_pooling_of_tokens(tokens: Any, masked: bool) -> None:
    x = torch.randn(3, 5, 2)
    lengths = [5, 2, 1] if masked else [5, 5, 5]
    mask = torch.arange(5)[None] < torch.tensor(lengths)[:, None] if masked else None
    if masked:
        x[1, 2:] = np.nan
    rows, how = pool(x, tokens, mask=mask)
    for row, sample, n in zip(rows.numpy(), x.numpy(), lengths, strict=True):
        wanted = {"mean": sample[:n].mean(axis=0), "cls": sample[0], "last": sample[n - 1]}[tokens]
        np.testing.assert_allclose(row, wanted, rtol=1e-5, atol=1e-6)
    assert how == tokens


def test_left_padding_is_masked_too() -> None:
    x = torch.arange(4.0).reshape(1, 4, 1)
    mask = torch.tensor([[0, 0, 1, 1]])
    assert pool(x, "last", mask=mask)[0].item() == 3.0
    assert pool(x, "mean", mask=mask)[0].item() == 2.5


@dataclass
class Output:
    loss: None
    pooled: torch.Tensor
    last_hidden_state: torch.Tensor


A, B = torch.zeros(2, 3), torch.ones(2, 3)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (A, A),
        ((None, A, B), A),
        (([B], A), B),
        ({"x": A, "last_hidden_state": B}, B),
        (Output(None, A, B), B),
        ({"loss": None}, None),
        (3, None),
    ],
)
def test_first_tensor(value: Any, wanted: torch.Tensor | None) -> None:
    assert first_tensor(value) is wanted


def test_replaced_tensors_are_found_again_and_the_rest_is_kept() -> None:
    new = torch.full((2, 3), 5.0)
    for value in (A, (None, A, B), ([A], B), {"x": A, "y": B}, Output(None, B, A), {"x": B, "last_hidden_state": A}):
        replaced = replace_first_tensor(value, new)
        assert first_tensor(replaced) is new
        assert type(replaced) is type(value) or isinstance(value, torch.Tensor)
    assert replace_first_tensor((None, A, B), new)[2] is B
    assert replace_first_tensor(Output(None, B, A), new).pooled is B
