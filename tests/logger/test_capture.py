from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.head import HeadExporter
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.wrappers import unwrap
from tests.logger.networks import Cnn, Counting, Reader, image_probe, text_probe

EVERY_HEAD = ["bn", "fc1:input", "fc2:input"]
"""Layers of ``Cnn`` with no head, a program and a linear head."""


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.detach().cpu().contiguous().numpy().tobytes()


def state_of(model: nn.Module) -> dict[str, Any]:
    """Everything that observing must not change, in a form that compares bit for bit."""
    inner = unwrap(model)
    state: dict[str, Any] = {
        "torch": bits(torch.get_rng_state()),
        "numpy": [np.asarray(part).tobytes() for part in np.random.get_state()],
        "random": random.getstate(),
        "grad mode": torch.is_grad_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "autocast cache": torch.is_autocast_cache_enabled(),
        "cudnn": (torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic),
        "fused": torch.backends.mha.get_fastpath_enabled(),
        "children": [(name, id(module)) for name, module in inner.named_modules()],
        "modes": [module.training for module in model.modules()],
        "hooks": [
            (dict(m._forward_hooks), dict(m._forward_pre_hooks), dict(m._backward_hooks)) for m in model.modules()
        ],
        "plain": [sorted(vars(m)) for m in inner.modules()],
    }
    for name, tensor in [*inner.named_parameters(), *inner.named_buffers()]:
        grad = tensor.grad
        state[name] = (id(tensor), bits(tensor), tensor._version, tensor.requires_grad)
        state[name + ".grad"] = None if grad is None else (id(grad), bits(grad))
    return state


def train(model: nn.Module, steps: int, look: Callable[[], object], autocast: bool = False) -> list[float]:
    """Losses of a short training, with a look in the middle of every step and after it."""
    torch.manual_seed(7)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(steps):
        x, y = torch.randn(16, 1, 6, 6), torch.randint(0, 3, (16,))
        with torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext():
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            look()
            loss.backward()
        optimizer.step()
        look()
        losses.append(loss.item())
    return losses


@pytest.fixture
def process_group(tmp_path: Path) -> Iterator[None]:
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/rendezvous", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def compiled_in_place(model: nn.Module) -> nn.Module:
    model.compile(backend="eager")
    return model


WRAPPERS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "plain": lambda model: model,
    "compiled": lambda model: torch.compile(model, backend="aot_eager"),
    "compiled in place": compiled_in_place,
    "data parallel": nn.DataParallel,
    "distributed": nn.parallel.DistributedDataParallel,
}


def made(wrap: str) -> nn.Module:
    torch.manual_seed(0)
    return WRAPPERS[wrap](Counting() if wrap == "plain" else Cnn())


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.usefixtures("process_group")
def test_training_is_bit_identical_with_and_without_observing(wrap: str) -> None:
    torch._dynamo.reset()
    alone, observed = made(wrap), made(wrap)
    probe, exporter = image_probe(), HeadExporter()
    layers = resolve_layers(unwrap(observed), EVERY_HEAD)

    def look() -> None:
        before = state_of(observed)
        capture(observed, probe, layers, exporter=exporter)
        assert state_of(observed) == before

    assert train(observed, 4, look) == train(alone, 4, lambda: None)
    for name, tensor in unwrap(alone).state_dict().items():
        assert bits(tensor) == bits(unwrap(observed).state_dict()[name]), name
    if isinstance(alone, Counting) and isinstance(observed, Counting):
        assert alone.seen == observed.seen == 4


def test_training_under_autocast_is_bit_identical_even_inside_its_region() -> None:
    alone, observed = made("plain"), made("plain")
    probe, exporter = image_probe(), HeadExporter()
    dtypes = set()

    def look() -> None:
        before = state_of(observed)
        hook = observed.fc1.register_forward_hook(lambda m, a, output: dtypes.add(output.dtype))
        seen = capture(observed, probe, exporter=exporter)
        hook.remove()
        assert seen.layers[0].head.kind == "linear"
        assert seen.logits is not None
        assert seen.logits.dtype == seen.layers[0].activations.dtype == np.float32
        assert state_of(observed) == before

    assert train(observed, 4, look, autocast=True) == train(alone, 4, lambda: None, autocast=True)
    assert dtypes == {torch.bfloat16, torch.float32}  # inside the region, and after it


def test_observing_first_in_an_autocast_region_does_not_cut_the_weights_off() -> None:
    model = made("plain")
    with torch.autocast("cpu", torch.bfloat16):
        capture(model, image_probe())
        model(torch.randn(8, 1, 6, 6)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_mixed_modes_come_back_and_a_train_method_of_the_users_is_not_called() -> None:
    class Frozen(Cnn):
        def train(self, mode: bool = True) -> Cnn:
            raise AssertionError("observing called train()")

    model = Frozen()
    model.bn.training, model.drop.training = False, False
    model.fc1.weight.requires_grad_(False)
    modes = []
    model.bn2.register_forward_hook(lambda module, *_: modes.append(module.training))
    before = state_of(model)
    capture(model, image_probe(), resolve_layers(model, EVERY_HEAD))
    assert state_of(model) == before
    # Twice with a few samples, once with the probe: heads are looked for without the user's hooks.
    assert modes == [False, False, False]


@pytest.mark.parametrize("wrap", ["compiled", "compiled in place"])
def test_nothing_is_compiled_for_observing(wrap: str) -> None:
    graphs: list[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    torch._dynamo.reset()
    model = Cnn()
    if wrap == "compiled":
        model = torch.compile(model, backend=backend)
    else:
        model.compile(backend=backend)
    exporter = HeadExporter()
    capture(model, image_probe(), exporter=exporter)
    assert graphs == []
    x = torch.randn(16, 1, 6, 6)
    model(x)
    compiled = len(graphs)
    assert compiled > 0
    for _ in range(2):
        capture(model, image_probe(), exporter=exporter)
        model(x)
    assert len(graphs) == compiled


def test_wrappers_of_wrappers_are_taken_off() -> None:
    model = Cnn()
    assert unwrap(nn.DataParallel(torch.compile(nn.DataParallel(model), backend="eager"))) is model


def test_everything_comes_back_when_the_forward_fails() -> None:
    class Failing(Counting):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            super().forward(x)
            torch.rand(()), np.random.rand(), random.random()
            self.bn.running_mean.fill_(3.0)
            self.bn.register_buffer("late", torch.zeros(1))
            self.bn.running_var = torch.full((4,), float("nan"))
            raise ValueError("no such luck")

    model = Failing()
    before = state_of(model)
    with pytest.raises(HiddenError, match=r"could not take the probe.*ValueError: no such luck.*training loop"):
        capture(model, image_probe())
    assert state_of(model) == before


def test_a_backward_pass_after_observing_still_has_its_buffers() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.register_buffer("scale", torch.ones(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.scale.mul_(1.5)
            return self.fc(x) * self.scale

    model = Scaled()
    loss = model(torch.randn(4, 3)).sum()
    capture(model, Probe(torch.randn(5, 3)))
    loss.backward()
    torch.testing.assert_close(model.fc.bias.grad, torch.full((3,), 6.0))


def test_activations_are_what_the_network_computes_in_evaluation() -> None:
    model, probe = made("plain"), image_probe()
    train(model, 3, lambda: None)
    seen = capture(model, probe, resolve_layers(model, ["conv", "bn", "fc1:input", "fc1", "fc2:input"]), batch_size=7)
    model.eval()
    with torch.no_grad():
        conv = model.conv(probe.inputs)
        bn = model.bn(conv)
        pooled = model.bn2(torch.relu(bn)).mean(dim=(2, 3))
        fc1 = model.fc1(pooled)
        logits = model.fc2(torch.relu(fc1))
    wanted = [conv.mean((2, 3)), bn.mean((2, 3)), pooled, fc1, torch.relu(fc1)]
    for layer, tensor in zip(seen.layers, wanted, strict=True):
        np.testing.assert_allclose(layer.activations, tensor.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.logits, logits.numpy(), rtol=1e-5, atol=1e-6)
    assert [layer.pooling for layer in seen.layers] == ["positions", "positions", "none", "none", "none"]


def test_snapshots_carry_step_and_layers() -> None:
    probe = image_probe()
    seen = capture(made("plain"), probe, resolve_layers(made("plain"), ["fc1", "fc2:input"]))
    first, second = seen.snapshots(12)
    assert (first.layer, second.layer, first.step) == ("fc1", "fc2:input", 12)
    assert first.logits is second.logits is seen.logits
    assert second.head.kind == "linear"
    assert first.activations.shape == second.activations.shape == (30, 6)
    assert seen.seconds > 0


def test_default_layer_is_the_input_of_the_last_linear_that_runs() -> None:
    class Spare(Cnn):
        def __init__(self) -> None:
            super().__init__()
            self.auxiliary = nn.Linear(4, 3)

    assert [layer.spec.name for layer in capture(Spare(), image_probe()).layers] == ["fc2:input"]


def test_token_sequences_in_mappings() -> None:
    model, probe = Reader(), text_probe()
    wanted = ["encoder", "encoder@cls", "encoder@last", "dense:input", "encoder.layers.0.linear1", "classifier:input"]
    before = state_of(model)
    seen = capture(model, probe, resolve_layers(model, wanted), batch_size=5)
    assert state_of(model) == before
    model.eval()
    assert isinstance(probe.inputs, dict)
    with torch.no_grad():
        torch.backends.mha.set_fastpath_enabled(False)
        output = model(**probe.inputs)
        torch.backends.mha.set_fastpath_enabled(True)
    states, mask = output["states"].numpy(), probe.inputs["attention_mask"].numpy()
    layers = {layer.spec.name: layer for layer in seen.layers}
    for i, n in enumerate(mask.sum(axis=1)):
        np.testing.assert_allclose(layers["encoder"].activations[i], states[i, :n].mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(layers["encoder@last"].activations[i], states[i, n - 1], atol=1e-5)
    np.testing.assert_allclose(layers["encoder@cls"].activations, states[:, 0], atol=1e-5)
    np.testing.assert_allclose(seen.logits, output["logits"].numpy(), atol=1e-5)
    assert [layer.pooling for layer in seen.layers] == ["mean", "cls", "last", "none", "mean", "none"]
    assert [layer.head.kind for layer in seen.layers] == ["none", "none", "none", "program", "none", "linear"]


def test_what_the_model_lacks_is_said_with_its_cure() -> None:
    class WithLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return nn.functional.cross_entropy(self.fc(x), y)

    pair = torch.randn(6, 3), torch.arange(6) % 2
    with pytest.raises(HiddenError, match=r"missing 1 required.*inputs=lambda batch: batch"):
        capture(WithLoss(), Probe(pair))
    assert capture(WithLoss(), Probe(pair, inputs=lambda batch: batch)).layers[0].activations.shape == (6, 3)


def test_several_inputs_are_positional() -> None:
    bilinear = nn.Bilinear(3, 4, 2)
    probe = Probe((torch.randn(6, 3), torch.randn(6, 4)), inputs=lambda batch: batch, classes="ab")

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bilinear = bilinear

        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            return self.bilinear(a, b)

    got = capture(Two(), probe, batch_size=4)
    np.testing.assert_allclose(got.logits, bilinear(*probe.inputs).detach(), rtol=1e-5, atol=1e-6)
    assert got.layers[0].spec.name == "bilinear"


def test_the_last_call_of_a_module_counts() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(torch.tanh(self.fc(x)))

    model, probe = Twice(), Probe(torch.randn(5, 3), classes="abc")
    seen = capture(model, probe, resolve_layers(model, ["fc"]))
    np.testing.assert_array_equal(seen.layers[0].activations, seen.logits)


def test_values_that_are_not_finite_pass_through() -> None:
    x = torch.randn(6, 3)
    x[2, 1], x[4] = np.nan, np.inf
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    seen = capture(model, Probe(x, classes="ab"))
    assert np.isfinite(seen.layers[0].activations).all(axis=1).tolist() == [True, True, False, True, False, True]
    assert seen.layers[0].head.kind == "linear"
    assert seen.logits is not None
    assert np.isnan(seen.logits[2]).all()


@pytest.mark.parametrize(("dtype", "given"), [(torch.bfloat16, torch.float32), (torch.float64, torch.float32)])
def test_inputs_take_the_models_floating_type(dtype: torch.dtype, given: torch.dtype) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).to(dtype)
    seen = capture(model, Probe(torch.randn(5, 3, dtype=given), classes="ab"))
    assert seen.layers[0].activations.dtype == np.float32
    assert seen.layers[0].head.kind == "linear"


def test_one_number_per_sample_is_the_second_of_two_logits() -> None:
    x, y = torch.randn(8, 3), torch.arange(8) % 2
    for model in (nn.Sequential(nn.Linear(3, 1)), nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))):
        seen = capture(model, Probe((x, y)))
        assert seen.logits is not None
        np.testing.assert_allclose(seen.logits[:, 1], model(x).detach().flatten(), rtol=1e-5, atol=1e-6)
        assert (seen.logits[:, 0] == 0).all()
        head = seen.layers[0].head
        np.testing.assert_allclose(
            seen.layers[0].activations @ head.arrays["weight"].T + head.arrays["bias"], seen.logits, atol=1e-5
        )


@pytest.mark.parametrize(
    ("model", "labels", "reason"),
    [
        (nn.Linear(3, 1), [0, 1, 2, 0], "one number per sample"),
        (nn.Linear(3, 1), None, "the model is not taken for a classifier"),
        (nn.Linear(3, 2), [0, 1, 2, 0], "2 columns, fewer than the 3 classes"),
        (nn.Unflatten(1, (3, 1)), None, "3 axes"),
        (nn.LSTM(3, 2), None, "not a tensor of logits"),
    ],
)
def test_what_is_no_classifier_is_said_to_be_none(model: nn.Module, labels: Any, reason: str) -> None:
    seen = capture(nn.Sequential(nn.Linear(3, 3), model), Probe(torch.randn(4, 3), labels=labels))
    assert seen.logits is None
    assert reason in seen.reason
    assert seen.layers[0].head.kind == "none"
    assert seen.layers[0].reason == seen.reason
    assert seen.snapshots(0)[0].logits is None


class Odd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.unused = nn.Linear(3, 2)
        self.fold = nn.Unflatten(0, (2, 2))
        self.nothing = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.fold(x)
        self.nothing(None)
        return self.fc(x)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("unused", ["layer 'unused' did not run", "no call of 'unused'", "only run in training"]),
        (
            "fold",
            [
                "layer 'fold' does not have one row per sample",
                "expected 4 rows",
                "(2, 2, 3)",
                "before batches are folded",
            ],
        ),
        ("nothing", ["layer 'nothing' has nothing to look at", "no tensor"]),
    ],
)
def test_layers_that_cannot_be_looked_at_are_named(name: str, parts: list[str]) -> None:
    model, probe = Odd(), Probe(torch.randn(4, 3))
    before = state_of(model)
    with pytest.raises(HiddenError) as caught:
        capture(model, probe, resolve_layers(model, [name]))
    for part in parts:
        assert part in str(caught.value)
    assert state_of(model) == before


def test_globs_leave_out_what_cannot_be_looked_at_and_names_do_not() -> None:
    model, probe = Odd(), Probe(torch.randn(4, 3))
    seen = capture(model, probe, resolve_layers(model, ["*"]))
    assert [layer.spec.name for layer in seen.layers] == ["fc"]
    assert {name: error.problem for name, error in seen.left_out.items()} == {
        "unused": "layer 'unused' did not run",
        "fold": "layer 'fold' does not have one row per sample",
        "nothing": "layer 'nothing' has nothing to look at",
    }
    with pytest.raises(HiddenError, match="layer 'unused' did not run"):
        capture(model, probe, resolve_layers(model, ["*", "unused"]))
    with pytest.raises(HiddenError, match=r"nothing that 'u\*' matches can be looked at.*'unused' did not run"):
        capture(model, probe, resolve_layers(model, ["fc", "u*"]))


def test_scripted_modules_are_refused_as_layers_but_not_as_parts() -> None:
    model = nn.Sequential(torch.jit.script(nn.Linear(3, 3)), nn.Linear(3, 2))
    assert capture(model, Probe(torch.randn(4, 3), classes="ab")).layers[0].head.kind == "linear"
    with pytest.raises(HiddenError, match=r"layer '0' cannot be looked at.*takes no hooks"):
        capture(model, Probe(torch.randn(4, 3)), resolve_layers(model, ["0"]))


@pytest.mark.parametrize("model", [nn.LazyLinear(2), nn.Linear(3, 2, device="meta")])
def test_models_without_values_are_refused(model: nn.Module) -> None:
    probe = Probe(torch.randn(4, 3))
    before = torch.get_rng_state()
    with pytest.raises(HiddenError, match=r"parameters without values.*lazy"):
        capture(nn.Sequential(model), probe)
    assert torch.equal(before, torch.get_rng_state())


def test_outputs_with_too_many_axes_for_logits_are_not_kept() -> None:
    """Of a segmentation network's pixels or a language model's tokens the whole probe would not fit the memory."""
    given: list[weakref.ref[torch.Tensor]] = []
    alive: list[int] = []

    class Pixels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 5, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            alive.append(sum(output() is not None for output in given))
            output: torch.Tensor = self.conv(x)
            given.append(weakref.ref(output))
            return output

    seen = capture(Pixels(), image_probe(), resolve_layers(Pixels(), "conv"), batch_size=8)
    assert seen.logits is None
    assert "4 axes" in seen.reason
    assert alive == [0] * 6  # four batches, and two small ones before


@pytest.mark.parametrize("last", [False, True])
def test_what_is_no_logits_is_not_kept_alive(last: bool) -> None:
    """A view would keep the whole: with one of every batch alive, the batch size bounds no memory."""
    kept: list[weakref.ref[torch.UntypedStorage]] = []
    alive: list[int] = []

    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            gc.collect()
            alive.append(sum(one() is not None for one in kept))
            output = self.fc(x)[:, None].repeat(1, 7, 1)
            kept.append(weakref.ref(output.untyped_storage()))
            return output[:, -1] if last else output

    seen = capture(Tokens(), Probe((torch.randn(12, 3), torch.arange(12) % 5)), batch_size=2)
    assert (seen.logits is not None) == last
    assert len(alive) >= 6
    assert max(alive) <= 1
