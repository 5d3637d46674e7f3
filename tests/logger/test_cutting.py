from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.logger import head
from tensorboard_plugin_hidden.logger.capture import Capture, capture
from tensorboard_plugin_hidden.logger.cutting import Trace
from tensorboard_plugin_hidden.logger.head import LATER, HeadExporter
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.projection.head import stored_head

N = 20


class Block(nn.Module):
    """A residual block that works in place."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.wide, self.act, self.back = nn.Linear(width, 2 * width), nn.ReLU(inplace=True), nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.back(self.act(self.wide(self.norm(x))))
        return out


class Shared(nn.Module):
    """One block, run three times, and a shared activation; the batch's size is used in computing."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.act, self.fc = Block(4), nn.ReLU(inplace=True), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        for _ in range(3):
            x = self.act(self.block(x).reshape(x.shape[0], 2, 2).flatten(1))
        return {"logits": self.fc(x)}


def deep(depth: int, width: int = 4) -> nn.Sequential:
    layers = [layer for _ in range(depth - 1) for layer in (nn.Linear(width, width), nn.Tanh())]
    return nn.Sequential(*layers, nn.Linear(width, 3))


def probe() -> Probe:
    return Probe((torch.randn(N, 4), torch.arange(N) % 3))


def looked(model: nn.Module, layers: Any, exporter: HeadExporter | None = None) -> Capture:
    return capture(model, probe(), resolve_layers(model, layers), exporter=exporter)


NETWORKS: dict[str, tuple[Callable[[], nn.Module], list[str], list[str]]] = {
    "deep": (lambda: deep(5), ["0", "1", "2", "4", "6", "7"], []),
    "residual": (
        lambda: nn.Sequential(nn.Linear(4, 6), Block(6), Block(6), nn.BatchNorm1d(6), nn.Linear(6, 3)),
        ["0", "1", "2", "1:input", "2:input"],
        ["1.norm", "1.wide", "2.act"],
    ),
    "shared": (Shared, ["block", "block#0", "block#1", "act#0", "act#1"], ["block.back#2", "block.wide"]),
    "probabilities": (lambda: nn.Sequential(*deep(3), nn.Softmax(1)), ["0", "1", "2"], []),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_heads_of_all_layers_give_the_logits_and_follow_the_parameters(kind: str) -> None:
    torch.manual_seed(0)
    make, cut, around = NETWORKS[kind]
    model, exporter = make(), HeadExporter(math.inf)
    looked(model, cut + around, exporter)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    seen = looked(model, cut + around, exporter)
    assert seen.logits is not None
    for layer in seen.layers:
        if layer.spec.name in around:
            assert f"a way around {layer.spec.name!r}" in layer.reason
            continue
        assert layer.head.kind in ("program", "linear"), (layer.spec.name, layer.reason)
        stored = stored_head(layer.head, layer.activations.shape[1], 3)
        assert stored is not None
        for rows in (1, 2, N):
            np.testing.assert_allclose(stored(layer.activations[:rows]), seen.logits[:rows], rtol=1e-4, atol=1e-5)


def test_one_trace_serves_all_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    traced: list[int] = []

    class Counted(Trace):
        def __init__(self, model: nn.Module, layers: Any, *more: Any) -> None:
            traced.append(len(layers))
            super().__init__(model, layers, *more)

    monkeypatch.setattr(head, "Trace", Counted)
    monkeypatch.setattr(head, "traced_program", None)  # which would be called, and fail, for each layer
    model = deep(8)
    seen = looked(model, "*", HeadExporter(math.inf))
    assert {layer.head.kind for layer in seen.layers[:-1]} == {"program", "linear"}
    assert len(traced) == 1


def test_a_capture_exports_the_last_layers_first_and_later_ones_the_others() -> None:
    model, exporter = deep(6), HeadExporter(1e-9)
    names = ["0", "2", "4", "6", "8"]
    counts = []
    for _ in range(6):
        seen = looked(model, names, exporter)
        kinds = [layer.head.kind for layer in seen.layers]
        assert kinds == sorted(kinds)  # "none" before "program"
        counts.append(kinds.count("program"))
        assert {layer.reason for layer in seen.layers if layer.head.kind == "none"} <= {LATER}
        told = [note for note in seen.notes if "heads" in note]
        assert told == (
            [
                "4 of 5 layers have their heads exported at later captures, 1e-09 s each; watch(..., head_seconds=) "
                "allows more"
            ]
            if len(counts) == 1
            else []
        )
    assert counts == [1, 2, 3, 4, 5, 5]


def test_the_time_for_heads_is_the_users_to_choose(tmp_path: Any, capsys: Any) -> None:
    for seconds, heads in ((0, 1), (math.inf, 5)):
        with hidden.SummaryWriter(str(tmp_path / str(seconds))) as writer:
            writer.watch(deep(3), probe(), layers=["*", "4:input"], method=None, head_seconds=seconds)
            writer.add_hidden(0)
        told = capsys.readouterr().err
        assert told.count("program head") + told.count("linear head") == heads + 1
        assert told.count("no head: Heads are not exported, with head_seconds=0") == 5 - heads


def test_all_programs_of_a_capture_share_the_room_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "PROGRAM_LIMIT", 500)
    seen = looked(deep(6), ["0", "2", "4", "6", "8"], HeadExporter(math.inf))
    assert [layer.head.kind for layer in seen.layers] == ["none", "none", "program", "program", "program"]
    assert "more than the" in seen.layers[0].reason
    assert "MiB that may be stored with every capture" in seen.layers[0].reason
