from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.probe import Probe


class Stateful(nn.Module):
    """A layer with every kind of state, and a forward pass that changes some of it."""

    def __init__(self, change: Callable[[Any, Tensor], Any]) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.register_buffer("cache", torch.arange(6.0).reshape(2, 3))
        self.register_buffer("late", None)
        self.plain = torch.ones(3)
        self.seen: list[Any] = [torch.zeros(2), 1]
        self.recent: deque[int] = deque([1, 2], maxlen=3)
        self.named: dict[str, Any] = {"keys": [torch.ones(2)], "count": 1}
        self.kinds = {"a"}
        self.pair = ([1], 2)
        self._change = change

    def forward(self, x: Tensor) -> Tensor:
        self._change(self, x)
        out: Tensor = self.fc(x)
        return out


HOLDERS = ("seen", "recent", "named", "kinds", "pair", "late")


def state(model: Stateful) -> Any:
    buffer, plain, seen = model.cache, model.plain, model.seen[0]
    return [
        (id(t), t.tolist(), t.shape, t.stride(), t._version) for t in (buffer, plain, seen, model.named["keys"][0])
    ] + [(id(value), repr(value)) for value in (*(getattr(model, name) for name in HOLDERS), model.named["keys"])]


CHANGES: dict[str, Callable[[Any, Tensor], Any]] = {
    "a cache grows": lambda m, x: setattr(m, "cache", torch.cat([m.cache, m.cache])),
    "resized": lambda m, x: m.cache.resize_(5, 3).fill_(1),
    "resized smaller": lambda m, x: m.cache.resize_(1),
    "turned": lambda m, x: m.cache.t_(),
    "its data replaced": lambda m, x: setattr(m.cache, "data", torch.zeros(len(x), 7)),
    "set to other memory": lambda m, x: m.cache.set_(torch.ones(4)),
    "of another type": lambda m, x: setattr(m.cache, "data", torch.ones(2, 3, dtype=torch.int64)),
    "memory given up": lambda m, x: m.cache.untyped_storage().resize_(0),
    "another registered": lambda m, x: m.register_buffer("late", torch.ones(len(x))),
    "one deleted": lambda m, x: m._buffers.pop("cache", None),
    "a plain tensor": lambda m, x: m.plain.add_(1),
    "a running list": lambda m, x: m.seen.append(x.detach()),
    "a list emptied": lambda m, x: m.seen.clear(),
    "in the list": lambda m, x: m.seen and m.seen[0].add_(1),
    "a queue": lambda m, x: m.recent.extend([3, 4, 5]),
    "a mapping": lambda m, x: m.named.update(count=m.named["count"] + 1, more=x),
    "deep in it": lambda m, x: m.named["keys"].append(x),
    "a cache of keys": lambda m, x: m.named["keys"].__setitem__(0, torch.cat([m.named["keys"][0], x[0]])),
    "a set": lambda m, x: m.kinds.add(len(x)),
    "in a tuple": lambda m, x: m.pair[0].append(len(x)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_forward_pass_changes_is_put_back(change: str) -> None:
    model = Stateful(CHANGES[change])
    before = state(model)
    seen = capture(model, Probe((torch.randn(30, 4), torch.arange(30) % 3)), batch_size=8)
    assert state(model) == before
    assert seen.layers[0].head.kind == "linear"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_scripted_state_is_put_back() -> None:
    class Scripted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.count, self.seen = 0, [1]
            self.register_buffer("cache", torch.zeros(1))
            self.plain = torch.zeros(2)

        def forward(self, x: Tensor) -> Tensor:
            self.count += 1
            self.seen.append(3)
            self.cache = torch.cat([self.cache, x.flatten()])
            self.plain += 1
            return self.fc(x)

    part = torch.jit.script(Scripted())
    model = nn.Sequential(part, nn.Linear(4, 3))
    capture(model, Probe((torch.randn(12, 4), torch.arange(12) % 3)))
    assert (part.count, part.seen, part.cache.tolist(), part.plain.tolist()) == (0, [1], [0.0], [0.0, 0.0])
    assert part.training


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))


def quantised() -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(network(), {nn.Linear})


def exported() -> nn.Module:
    rows = torch.export.Dim("rows")
    return torch.export.export(network(), (torch.zeros(2, 4),), dynamic_shapes=({0: rows},)).module()


def compiled_inside() -> nn.Module:
    model = network()
    model[0] = torch.compile(model[0], backend="eager")
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("make", "found"),
    [
        (quantised, "2:input"),
        (lambda: nn.Sequential(torch.jit.script(network()[:2]), nn.Linear(6, 3)), "1:input"),
        (lambda: nn.Sequential(torch.jit.trace(network()[:2], torch.zeros(2, 4)), nn.Linear(6, 3)), "1:input"),
        (lambda: nn.Sequential(torch.jit.freeze(torch.jit.script(network()[:2].eval())), nn.Linear(6, 3)), "1:input"),
        (lambda: torch.compile(network(), backend="eager"), "2:input"),
        (compiled_inside, "2:input"),
        (lambda: nn.Sequential(quantised(), nn.Linear(3, 3)), "1:input"),
        (exported, ""),
        (lambda: torch.fx.symbolic_trace(network()), "2:input"),
        (lambda: torch.jit.script(network()), ""),
        (lambda: torch.jit.trace(network(), torch.zeros(2, 4)), ""),
        (lambda: torch.jit.freeze(torch.jit.script(network().eval())), ""),
    ],
)
def test_models_in_other_forms_are_captured_or_refused_with_a_reason(make: Callable[[], nn.Module], found: str) -> None:
    model = make()
    probe = Probe((torch.randn(12, 4), torch.arange(12) % 3))
    if found:
        seen = capture(model, probe)
        assert [layer.spec.name for layer in seen.layers] == [found]
        assert seen.logits is not None
        np.testing.assert_allclose(seen.logits, model.eval()(probe.inputs).detach(), rtol=1e-4, atol=1e-5)
    else:
        with pytest.raises(HiddenError):
            capture(model, probe)
