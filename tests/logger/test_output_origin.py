from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.logger.output_origin import Inner, Origin, origin, same, squashed


class Ending(nn.Module):
    """Two ``Linear`` after each other, and whatever makes an output of what the second gives."""

    def __init__(self, end: Callable[[Tensor], Tensor], columns: int = 3) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(5, 6), nn.Linear(6, columns)
        self.end = end

    def forward(self, x: Tensor) -> Tensor:
        return self.end(self.fc2(torch.relu(self.fc1(x))))


def came_from(model: nn.Module, x: Tensor | None = None) -> Origin:
    torch.manual_seed(1)
    with ExitStack() as stack, torch.no_grad():
        inner = Inner(model, stack)
        inner.hear()
        output = model(torch.randn(9, 5) if x is None else x)
        return origin(output, inner.heard())


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Ending(lambda z: z), Origin(affine=True, last=True)),
        (Ending(lambda z: z.squeeze(1), 1), Origin(affine=True, last=True)),
        (Ending(lambda z: torch.softmax(z, 1)), Origin(squashed="softmax", module="fc2", last=True)),
        (Ending(lambda z: z.exp() / z.exp().sum(1, keepdim=True)), Origin(squashed="softmax", module="fc2", last=True)),
        (Ending(torch.sigmoid, 1), Origin(squashed="sigmoid", module="fc2", last=True)),
        (Ending(torch.sigmoid_, 1), Origin(squashed="sigmoid", module="fc2", last=True)),
        (Ending(lambda z: 1 / (1 + torch.exp(-z)), 1), Origin(squashed="sigmoid", module="fc2", last=True)),
        (Ending(lambda z: torch.relu(z) + 1), Origin()),
        (Ending(lambda z: torch.softmax(z / 2, 1)), Origin()),
        (Ending(nn.Softmax(1)), Origin(squashed="softmax", module="fc2", last=True)),
        (
            nn.Sequential(nn.Linear(5, 4), nn.Sequential(nn.Linear(4, 3), nn.Dropout(0)), nn.Softmax(1)),
            Origin(squashed="softmax", module="1.1", last=True),
        ),
    ],
)
def test_what_gave_an_output_is_found_by_its_numbers(model: nn.Module, expected: Origin) -> None:
    assert came_from(model) == expected


def test_a_softmax_of_equal_logits_is_not_its_own_origin() -> None:
    model = Ending(nn.Softmax(1))
    nn.init.zeros_(model.fc2.weight)
    nn.init.zeros_(model.fc2.bias)
    assert came_from(model).module == "fc2"


def test_an_output_that_is_decoded_afterwards_is_not_the_last() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = nn.Linear(5, 3), nn.Linear(3, 5)

        def forward(self, x: Tensor) -> Tensor:
            z: Tensor = self.encoder(x)
            self.decoder(z)
            return z

    assert came_from(Both()) == Origin(affine=True)


def test_modules_that_give_anything_are_heard_and_forgotten() -> None:
    class Odd(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            return x.sum(), x.long(), x[None]

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.odd, self.scalar, self.fc = Odd(), nn.MSELoss(), nn.Linear(5, 3)

        def forward(self, x: Tensor) -> Tensor:
            self.odd(x), self.scalar(x, x)
            return self.fc(x)

    model = Model()
    assert came_from(model) == Origin(affine=True, last=True)
    assert not any(module._forward_hooks for module in model.modules())


def test_numbers_are_the_same_but_for_rounding() -> None:
    z = torch.randn(4, 3)
    assert same(z, z + 1e-6)
    assert not same(z, z + 1e-3)
    assert same(z.bfloat16().float(), z, half=True)
    assert same(torch.cat([z, z * torch.nan]), torch.cat([z, z * torch.inf]))
    assert not same(z * torch.nan, z * torch.nan)
    torch.testing.assert_close(squashed(z, "softmax").sum(1), torch.ones(4))
