from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import SnapshotRecord
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.first_look import left_out, lines, missing
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.predictions import LogitReader
from tests.logger.networks import Cnn, image_probe


class Around(nn.Module):
    """The input leads around its only layer to the logits, which so are no function of what the layer gives."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.inner(x)) + x[:, :3]


def network(columns: int = 3) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, columns))


def probe(**more: Any) -> hidden.Probe:
    x = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))
    return hidden.Probe((x, torch.arange(60) % 3), **more)


def logged(path: Path, model: nn.Module, samples: hidden.Probe, steps: int = 2, **more: Any) -> list[SnapshotRecord]:
    with hidden.SummaryWriter(str(path)) as writer:
        writer.watch(model, samples, method=None, **more)
        for step in range(steps):
            writer.add_hidden(step)
    return stored(path)


def stored(path: Path) -> list[SnapshotRecord]:
    snapshots = current(item.record for item in RunReader(str(path)).poll()).snapshots
    bodies = [record.body for by_step in snapshots.values() for record in by_step.values()]
    return [body for body in bodies if isinstance(body, SnapshotRecord)]


def test_a_line_says_all_of_the_first_capture_and_nothing_is_said_of_the_next(tmp_path: Path, capsys: Any) -> None:
    logged(tmp_path, network(), probe(), steps=3)
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(
        r"hidden: layer '2:input', 60 samples × 16 units, not pooled; 3 classes, 3 logits from output, linear head; "
        r"2\.8 kB and \d+ ms for this first capture\.",
        line,
    )


def test_each_layer_has_a_line_up_to_a_number_that_can_be_read() -> None:
    model = Cnn()
    told = lines(capture(model, image_probe(), resolve_layers(model, ["conv", "fc1:input"])), 3, 50.0)
    assert told[0].startswith(
        "layer 'conv', 30 samples × 4 units, mean over positions; 3 classes, 3 logits from output, "
    )
    assert "no head: The rest of the network cannot be exported: the activations are pooled" in told[0]
    assert "program head" in told[1]
    assert told[1].endswith("kB and 25 ms for this first capture.")
    deep = nn.Sequential(*(nn.Linear(4, 4) for _ in range(11)), nn.Linear(4, 3))
    seen = capture(deep, probe(), resolve_layers(deep, "*"), reader=LogitReader(classifier=False))
    told = lines(seen, 3, 120.0)
    assert len(told) == 9
    assert told[-1] == "and 4 more layers; 8.9 kB and 120 ms for this first capture in all."


def test_predictions_that_are_missing_are_warned_of_once_and_stored(tmp_path: Path, capsys: Any) -> None:
    with pytest.warns(
        HiddenWarning, match=r"There are no predictions\. The model's output has 8 columns, more"
    ) as told:
        records = logged(tmp_path, network(8), probe(classes=["cat", "dog", "eel"]), steps=3)
    assert len(told) == 1
    assert told[0].filename == __file__
    assert {body.no_logits[:37] for body in records} == {"The model's output has 8 columns, mor"}
    assert {body.no_head for body in records} == {""}
    assert "3 classes, no predictions: The model's output has 8 columns" in capsys.readouterr().err


def test_a_head_that_is_missing_is_warned_of_once_and_stored(tmp_path: Path) -> None:
    with pytest.warns(HiddenWarning, match=r"fitted to the logits\. inner: The rest of the .* a way around") as told:
        records = logged(tmp_path, Around(), probe(), layers="inner")
    assert len(told) == 1
    assert all(body.logits and "a way around 'inner'" in body.no_head for body in records)
    assert {body.no_logits for body in records} == {""}


def test_what_nobody_expects_is_no_warning(tmp_path: Path, capsys: Any) -> None:
    unlabelled = hidden.Probe(torch.randn(30, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error", HiddenWarning)
        (body,) = logged(tmp_path / "a", network(), unlabelled, steps=1)
        assert body.no_logits == "The probe has no labels, so the model is not taken for a classifier."
        (body,) = logged(tmp_path / "b", network(8), probe(), steps=1, classifier=False)
        assert (body.logits, body.no_logits) == (False, "The model is watched with classifier=False.")
    assert "no classes, no predictions: The probe has no labels" in capsys.readouterr().err
    model = Cnn()
    some = capture(model, image_probe(), resolve_layers(model, ["conv", "fc2:input"]))
    assert missing(some, classes=3, expected=True) == "", "one of the layers has a head"


def test_a_decision_that_changes_is_said_with_its_step(tmp_path: Path, capsys: Any) -> None:
    torch.manual_seed(0)
    y = torch.arange(120) % 3
    x = 4 * torch.randn(3, 4)[y] + torch.randn(120, 4)
    model = network(50)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y)), method=None)
        with pytest.warns(HiddenWarning, match="where the labels need 3"):
            writer.add_hidden(0)
        for step in range(1, 4):
            for _ in range(20):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            writer.add_hidden(step)
    told = [line for line in capsys.readouterr().err.splitlines() if "from now on" in line]
    assert len(told) == 1
    assert re.match(r"hidden: step [123]: output \[N, 50\] is taken for class logits from now on: in 3 of 3", told[0])


def test_logits_can_be_chosen(tmp_path: Path, capsys: Any) -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"a": self.a(x), "b": self.b(x)}

    with pytest.warns(HiddenWarning, match=r"output\[\"a\"\] and output\[\"b\"\].*Pass logits="):
        logged(tmp_path / "asked", Two(), probe())
    (body,) = logged(tmp_path / "chosen", Two(), probe(), steps=1, logits="b")
    assert body.logits
    assert 'logits from output["b"]' in capsys.readouterr().err
    with pytest.raises(HiddenError, match=r"logits='c' chooses nothing.*output\[\"a\"\] \[N, 3\], output\[\"b\"\]"):
        logged(tmp_path / "wrong", Two(), probe(), logits="c")
    with pytest.raises(HiddenError, match="the model has logits and is no classifier"):
        logged(tmp_path / "both", Two(), probe(), logits="b", classifier=False)


def test_activations_without_logits_say_so(tmp_path: Path) -> None:
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", torch.randn(20, 4), 0, method=None)
    (body,) = stored(tmp_path)
    assert body.no_logits == "The activations were logged without logits."


class Early(nn.Module):
    """Its second layer does not run in evaluation, and its third when the network was told so."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
        self.fc = nn.Linear(4, 3)
        self.short = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.layers[0](x)
        h = self.layers[1](h) if self.training else h
        return self.fc(h if self.short else self.layers[2](h))


def test_what_a_glob_matches_and_does_not_run_is_left_out_and_said_once(tmp_path: Path, capsys: Any) -> None:
    model = Early()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, probe(), layers=["layers.*", "fc:input"], method=None)
        for step in range(2):
            writer.add_hidden(step)
        told = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
        assert told == ["hidden: left out 1 layer that a glob matches: layers.1 (did not run)."]
        model.short = True
        with pytest.warns(
            HiddenWarning, match=r"Step 2: left out 1 layer that a glob matches: layers\.2 \(did not run"
        ):
            writer.add_hidden(2)
        with warnings.catch_warnings():
            warnings.simplefilter("error", HiddenWarning)
            writer.add_hidden(3)
            model.short = False
            writer.add_hidden(4)
    steps = sorted((body.layer, body.step) for body in stored(tmp_path))
    assert [step for layer, step in steps if layer == "layers.0"] == [0, 1, 2, 3, 4]
    assert [step for layer, step in steps if layer == "layers.2"] == [0, 1, 4]


def test_many_that_are_left_out_are_counted() -> None:
    deep = nn.Sequential(*(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True) for _ in range(5)))
    model = nn.Sequential(nn.Unflatten(1, (1, 4)), deep, nn.Flatten(), nn.Linear(4, 3))
    seen = capture(model, probe(), resolve_layers(model, "1.*"), reader=LogitReader(classifier=False))
    assert left_out(seen.left_out) == (
        "left out 5 layers that a glob matches: "
        "1.0.self_attn.out_proj, 1.1.self_attn.out_proj, 1.2.self_attn.out_proj and 2 more (did not run)"
    )
    assert left_out({}) == ""
