from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.probe import Probe


class Odd(nn.Module):
    """What a function makes of a linear layer's output is the output of ``odd``."""

    def __init__(self, make: Callable[[Tensor], object]) -> None:
        super().__init__()
        self.fc, self.odd = nn.Linear(4, 3), nn.Identity()
        self._make = make

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.fc(x)
        self.odd(self._make(h))
        return h


def probe() -> Probe:
    return Probe((torch.randn(12, 4), torch.arange(12) % 3))


@pytest.mark.parametrize(
    ("make", "got"),
    [
        (lambda h: torch.complex(h, h), "complex numbers"),
        (lambda h: torch.nested.nested_tensor(list(h)), "a nested tensor"),
        (lambda h: h.sum(), "no tensor"),
        (lambda h: "words", "no tensor"),
    ],
)
def test_what_cannot_be_looked_at_is_named_and_does_not_hide_the_others(
    make: Callable[[Tensor], object], got: str
) -> None:
    model = Odd(make)
    seen = capture(model, probe(), resolve_layers(model, "*"))
    assert [layer.spec.name for layer in seen.layers] == ["fc"]
    assert got in str(seen.left_out["odd"])
    with pytest.raises(HiddenError, match=f"layer 'odd' .*{got}"):
        capture(model, probe(), resolve_layers(model, "odd"))


@pytest.mark.parametrize(
    "make",
    [
        lambda h: h.to_sparse(),
        lambda h: h.half(),
        lambda h: h.double(),
        lambda h: h > 0,
        lambda h: h.long(),
        lambda h: [None, {"a": (h,)}],
        lambda h: h.t().contiguous().t(),
        lambda h: h.expand(5, *h.shape).movedim(0, 1)[:, 0],
    ],
)
def test_tensors_of_every_kind_are_read_as_numbers(make: Callable[[Tensor], object]) -> None:
    model = Odd(make)
    samples = probe()
    (layer,) = capture(model, samples, resolve_layers(model, "odd"), batch_size=5).layers
    made = make(model.fc(samples.inputs).detach())
    tensor = made[1]["a"][0] if isinstance(made, list) else made
    assert isinstance(tensor, Tensor)
    np.testing.assert_allclose(
        layer.activations, tensor.to_dense().float() if tensor.is_sparse else tensor.float(), atol=1e-3
    )


def test_a_width_that_changes_from_batch_to_batch_is_refused() -> None:
    model = Odd(lambda h: h @ h.T)
    with pytest.raises(HiddenError, match="layer 'odd' does not have one row per sample"):
        capture(model, probe(), resolve_layers(model, "odd"))
    model = Odd(lambda h: h if len(h) != 4 else torch.cat([h, h], 1))
    with pytest.raises(HiddenError, match=r"layer 'odd' has another width in every batch: expected 3 units.*got 6"):
        capture(model, probe(), resolve_layers(model, "odd"), batch_size=8)
