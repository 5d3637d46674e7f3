from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_plugin_hidden.format.snapshot import HeadData
from tensorboard_plugin_hidden.logger import head
from tensorboard_plugin_hidden.logger.capture import Capture, LayerCapture, capture
from tensorboard_plugin_hidden.logger.head import HeadExporter, agrees, linear_arrays
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe
from tests.logger.networks import Cnn, Reader, image_probe, text_probe

ELSEWHERE = """
import sys
import numpy as np
import torch

assert not any(name.startswith(("tensorboard_plugin_hidden", "tests")) for name in sys.modules)
for case in sys.argv[1:]:
    arrays = dict(np.load(case + ".arrays.npz"))
    module = torch.export.load(case + ".pt2").module()
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    data = np.load(case + ".data.npz")
    for rows in (1, 2, len(data["activations"])):
        logits = module(torch.from_numpy(data["activations"][:rows]))
        assert logits.dtype == torch.float32
        np.testing.assert_allclose(logits.numpy(), data["logits"][:rows], rtol=1e-4, atol=1e-5)
print("same")
"""


class Looping(nn.Module):
    """Not traceable symbolically, because the shape of its input is a loop's bound; works in place behind ``d``."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(5, 5)
        self.lstm = nn.LSTM(5, 6, batch_first=True)
        self.d = nn.Linear(6, 4)
        self.relu = nn.ReLU(inplace=True)
        self.c = nn.Linear(4, 2)
        self.scale = torch.tensor([2.0, 3.0])

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h = self.a(x)
        for i in range(x.size(1)):
            h = h + i
        h = self.relu(self.d(self.lstm(h[:, None])[0][:, -1]))
        return {"logits": self.c(h) * self.scale}


class Around(nn.Module):
    """A skip connection leads around ``inner``, and a sum of it and the input to the logits."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.out = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.inner(x) + x)


class Images(nn.Module):
    """Feature maps of one position before a head of two layers, with BatchNorm in it."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x)).squeeze(1)


def vectors(width: int, n: int = 20) -> Probe:
    return Probe((torch.randn(n, width), torch.arange(n) % 2))


def images() -> Probe:
    return Probe((torch.randn(20, 1, 6, 6), torch.arange(20) % 2))


PROGRAMS: dict[str, tuple[Callable[[], nn.Module], Callable[[], Probe], str]] = {
    "traced": (Cnn, image_probe, "fc1:input"),
    "mapping": (Reader, text_probe, "dense"),
    "one position, one number": (Images, images, "features"),
    "exported whole": (Looping, lambda: vectors(5), "d"),
    "exported whole, input": (Looping, lambda: vectors(5), "d:input"),
    "exported whole, tuple": (Looping, lambda: vectors(5), "a"),
}


def looked_at(model: nn.Module, probe: Probe, layer: str, exporter: HeadExporter | None = None) -> LayerCapture:
    return capture(model, probe, resolve_layers(model, layer), exporter=exporter).layers[0]


def changed(model: nn.Module) -> None:
    """As if training had gone on: every parameter and floating buffer is another."""
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.is_floating_point():
                tensor.add_(torch.rand_like(tensor) * 0.5)


def test_programs_run_where_the_model_is_unknown_and_follow_its_parameters(tmp_path: Path) -> None:
    cases = []
    for i, (make, data, layer) in enumerate(PROGRAMS.values()):
        torch.manual_seed(i)
        model, probe, exporter = make(), data(), HeadExporter()
        first = looked_at(model, probe, layer, exporter)
        assert first.head.kind == "program", first.reason
        changed(model)
        seen = capture(model, probe, resolve_layers(model, layer), exporter=exporter)
        head = seen.layers[0].head
        assert head.program is not None
        assert head.program is first.head.program  # exported once
        assert set(head.arrays) == set(first.head.arrays)
        case = tmp_path / str(i)
        case.with_suffix(".pt2").write_bytes(head.program)
        np.savez(case.with_suffix(".arrays.npz"), **head.arrays)
        np.savez(case.with_suffix(".data.npz"), activations=seen.layers[0].activations, logits=seen.logits)
        cases.append(str(case))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *cases], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "same", done.stderr


def test_archives_hold_no_class_path_or_code_of_the_users() -> None:
    head = looked_at(Looping(), vectors(5), "d").head
    assert head.program is not None
    with zipfile.ZipFile(io.BytesIO(head.program)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"aten" in content
    for word in (b"Looping", b"test_head", b"logger", b"def forward", str(Path.cwd()).encode()):
        assert word not in content


def test_linear_heads_are_the_layers_own_weights_at_every_step() -> None:
    model, exporter = Cnn(), HeadExporter()
    for _ in range(2):
        seen = capture(model, image_probe(), exporter=exporter)
        head = seen.layers[0].head
        np.testing.assert_array_equal(head.arrays["weight"], model.fc2.weight.detach())
        np.testing.assert_array_equal(head.arrays["bias"], model.fc2.bias.detach())
        before = head.arrays["weight"].copy()
        changed(model)
        np.testing.assert_array_equal(head.arrays["weight"], before)


def test_a_linear_head_is_found_by_numbers_not_by_name() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(4, 3, bias=False)
    )
    seen = capture(model, image_probe(), resolve_layers(model, ["0", "1", "2", "3", "4", "5:input"]))
    # The mean over positions is what the network itself does from layer 1 on.
    assert [layer.head.kind for layer in seen.layers] == ["none", "linear", "linear", "linear", "linear", "linear"]
    assert seen.layers[1].head.arrays["bias"].tolist() == [0, 0, 0]
    assert "pooled" in seen.layers[0].reason


def test_a_linear_whose_output_is_not_the_logits_is_no_linear_head() -> None:
    class Tempered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.log_softmax(self.fc(x), dim=1)

    layer = looked_at(Tempered(), Probe(torch.randn(20, 4), classes="abc"), "fc:input")
    assert layer.head.kind == "program"


def test_reparametrized_linear_heads_give_their_effective_weight() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)))
    head = looked_at(model, Probe(torch.randn(20, 4), classes="abc"), "1:input").head
    assert head.kind == "linear"
    np.testing.assert_allclose(head.arrays["weight"], model[1].weight.detach(), rtol=1e-6)


def test_single_numbers_get_a_row_of_zeros() -> None:
    module = nn.Linear(3, 1)
    arrays = linear_arrays(module, single=True)
    np.testing.assert_array_equal(arrays["weight"], np.stack([np.zeros(3), module.weight[0].detach().numpy()]))
    np.testing.assert_array_equal(arrays["bias"], [0, module.bias.item()])


def test_ways_around_a_layer_leave_no_head_and_say_so() -> None:
    model, exporter = Around(), HeadExporter()
    layer = looked_at(model, vectors(3), "inner", exporter)
    assert (layer.head, layer.head.arrays) == (HeadData("none"), {})
    assert "a way around 'inner'" in layer.reason
    assert looked_at(model, vectors(3), "inner", exporter).reason == layer.reason
    assert looked_at(model, vectors(3), "out.1", exporter).head.kind == "linear"


def test_what_cannot_be_exported_never_raises() -> None:
    class Willful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(3, 3)
            self.b = nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.a(x)
            return self.b(h.sin() if float(h.sum()) > -1e9 else h)

    layer = looked_at(Willful(), vectors(3), "a")
    assert layer.head.kind == "none"
    assert layer.reason.startswith("The rest of the network cannot be exported: ")


def test_programs_that_are_too_large_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "PROGRAM_LIMIT", 100)
    layer = looked_at(Cnn(), image_probe(), "fc1:input")
    assert layer.head.kind == "none"
    assert "MiB of parameters, more than" in layer.reason


def test_a_program_whose_network_computes_something_else_now_is_given_up() -> None:
    class Switched(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 2)
            self.squared = False

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = torch.tanh(self.a(x))
            return self.b(h * h if self.squared else h)

    model, exporter, probe = Switched(), HeadExporter(), vectors(3)
    assert looked_at(model, probe, "a", exporter).head.kind == "program"
    model.squared = True
    layer = looked_at(model, probe, "a", exporter)
    assert layer.head.kind == "none"
    assert "no longer gives the network's logits" in layer.reason


def test_a_network_that_diverged_keeps_the_heads_found_before() -> None:
    model, exporter, probe = Cnn(), HeadExporter(), image_probe()

    def kinds() -> list[Any]:
        seen: Capture = capture(model, probe, resolve_layers(model, ["fc1:input", "fc2:input"]), exporter=exporter)
        return [layer.head.kind for layer in seen.layers]

    assert kinds() == ["program", "linear"]
    with torch.no_grad():
        model.conv.weight.fill_(float("nan"))
    assert kinds() == ["program", "linear"]
    fresh = looked_at(model, probe, "fc1:input")
    assert fresh.head.kind == "none"
    assert "not finite" in fresh.reason


def test_mixed_precision_has_its_own_tolerance() -> None:
    model = Cnn()
    with torch.autocast("cpu", torch.bfloat16):
        layers = capture(model, image_probe(), resolve_layers(model, ["fc1:input", "fc2:input"])).layers
    assert [layer.head.kind for layer in layers] == ["program", "linear"]
    assert layers[1].head.arrays["weight"].dtype == np.float32


def test_the_users_hooks_see_nothing_of_an_export() -> None:
    model, seen = Cnn(), []
    model.fc2.register_forward_hook(lambda module, args, output: seen.append(type(output)))
    assert looked_at(model, image_probe(), "fc1:input").head.kind == "program"
    assert seen == [torch.Tensor] * 3  # of two small forward passes and of the probe's


def test_agreement() -> None:
    activations, logits = np.ones((3, 2), np.float32), np.array([[10, 0], [0, 5], [1, 1]], np.float32)
    assert agrees(logits + 0.009, activations, logits, half=False) is True
    assert agrees(logits + 0.011, activations, logits, half=False) is False
    assert agrees(logits + 0.4, activations, logits, half=True) is True
    assert agrees(logits + np.nan, activations, logits, half=True) is False
    assert agrees(logits[:, :1], activations, logits, half=False) is False
    broken = logits.copy()
    broken[0] = np.nan
    assert agrees(np.nan_to_num(broken), activations, broken, half=False) is True
    assert agrees(logits, activations * np.nan, logits, half=False) is None
