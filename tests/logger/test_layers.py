from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.layers import (
    LayerSpec,
    first_tensor,
    is_linear,
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


def test_a_call_of_several_can_be_named() -> None:
    assert resolve_layers(network(), "relu#1:input@last") == [
        LayerSpec("relu#1:input@last", "relu", "input", "last", 1)
    ]
    assert [(spec.name, spec.call) for spec in resolve_layers(network(), "layer*.0#0")] == [
        ("layer1.0#0", 0),
        ("layer2.0#0", 0),
    ]
    odd = nn.ModuleDict({"c#": nn.Linear(2, 2)})
    assert resolve_layers(odd, "c#")[0].call is None


def test_a_layer_knows_whether_a_glob_named_it() -> None:
    assert [spec.glob for spec in resolve_layers(network(), ["layer*.0", "fc"])] == ["layer*.0", "layer*.0", ""]
    for patterns in (["layer1.*", "layer1.0"], ["layer1.0", "layer1.*"]):
        assert {spec.name: spec.glob for spec in resolve_layers(network(), patterns)}["layer1.0"] == ""


def test_replacements_of_linear_are_taken_for_one() -> None:
    class QuantLinear(nn.Module):
        pass

    class LinearBlock(nn.Sequential):
        pass

    class Linear8bitLt(nn.Module):
        pass

    assert is_linear(QuantLinear())
    assert is_linear(Linear8bitLt())
    assert not is_linear(nn.Bilinear(2, 2, 2))
    assert not is_linear(LinearBlock(nn.Linear(2, 2)))


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
        ("fc#x", ["unknown call", "'fc#0'", "got #x"]),
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
