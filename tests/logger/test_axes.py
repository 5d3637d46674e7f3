from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn import functional as F

from tensorboard_plugin_hidden.logger.axes import UnitAxes, regrouped

CONV1, CONV2 = nn.Conv1d(3, 6, 3), nn.Conv2d(3, 6, 3)
LINEAR, LAST = nn.Linear(7, 6), nn.Linear(6, 8)
ADJACENT = torch.rand(5, 5)

COMPUTED: dict[str, tuple[tuple[int, ...], Callable[[Tensor], Tensor], set[int] | None]] = {
    "convolution": ((2, 3, 9), lambda x: CONV1(x).relu() * 2, {1}),
    "convolution of the user's own": ((2, 3, 9), lambda x: F.conv1d(x, torch.ones(6, 3, 3)), {1}),
    "as long as wide": ((2, 3, 8), lambda x: F.gelu(CONV1(x)), {1}),
    "linear": ((2, 5, 7), lambda x: F.dropout(LINEAR(x), 0.1), {2}),
    "channels to the end": ((2, 3, 9, 9), lambda x: CONV2(x).permute(0, 2, 3, 1), {3}),
    "and back": ((2, 3, 9, 9), lambda x: LAST(CONV2(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2), {1}),
    "patches": ((2, 3, 9, 9), lambda x: CONV2(x).flatten(2).transpose(1, 2) + torch.zeros(1, 49, 6), {2}),
    "in place": ((2, 3, 9), lambda x: CONV1(x).transpose_(1, 2), {2}),
    "frames": ((4, 3, 9, 9), lambda x: CONV2(x).unflatten(0, (2, 2)), {2}),
    "gate": ((2, 3, 9, 9), lambda x: CONV2(x).mean((2, 3))[:, :, None, None].sigmoid() * CONV2(x), {1}),
    "joined": ((2, 3, 9), lambda x: torch.cat([CONV1(x), CONV1(x)], 1)[:, :, 1:], {1}),
    "shuffled": ((2, 3, 9), lambda x: CONV1(x).view(2, 2, 3, 7).transpose(1, 2).reshape(2, 6, 7), {1}),
    "scaled up": ((2, 3, 9, 9), lambda x: F.interpolate(CONV2(x), scale_factor=2), {1}),
    "neighbours in a graph": ((2, 5, 7), lambda x: ADJACENT @ LINEAR(x), {2}),
    "tokens mixed": ((2, 5, 7), lambda x: F.linear(LINEAR(x).transpose(1, 2), torch.ones(9, 5)).transpose(1, 2), {2}),
    "normalised": ((2, 3, 9), lambda x: F.layer_norm(CONV1(x).transpose(1, 2), (6,)), {2}),
    "heads": ((2, 5, 7), lambda x: LINEAR(x).view(2, 5, 3, 2), {2, 3}),
    "attention": ((2, 5, 7), lambda x: (LINEAR(x) @ LINEAR(x).transpose(1, 2)).softmax(2), None),
    "mixed by attention": ((2, 5, 7), lambda x: F.scaled_dot_product_attention(*[LINEAR(x)[:, None]] * 3)[:, 0], {2}),
    "largest": ((2, 5, 7), lambda x: LINEAR(x).view(2, 5, 3, 2).amax(3), {2}),
    "steps put together": ((2, 5, 7), lambda x: torch.stack([LINEAR(step) for step in x.unbind(1)], 1), {2}),
    "nothing": ((2, 5, 7), lambda x: x + 1, None),
}


@pytest.mark.parametrize("case", COMPUTED)
def test_units_are_followed(case: str) -> None:
    shape, compute, wanted = COMPUTED[case]
    with torch.no_grad(), UnitAxes() as axes:
        found = axes.of(compute(torch.randn(shape)))
    assert found == wanted


@pytest.mark.parametrize(
    ("shape", "prepared", "taker", "wanted"),
    [
        ((2, 3, 9), lambda x: x, CONV1, {1}),
        ((2, 9, 3), lambda x: x.transpose(1, 2), CONV1, {2}),
        ((2, 5, 7), lambda x: x.relu(), LINEAR, {2}),
        ((5, 2, 7), lambda x: x.transpose(0, 1), nn.LSTM(7, 2, batch_first=True), {2}),
    ],
)
def test_of_what_goes_in_the_taker_says_it(
    shape: tuple[int, ...], prepared: Callable[[Tensor], Tensor], taker: nn.Module, wanted: set[int]
) -> None:
    x = torch.randn(shape)
    with torch.no_grad(), UnitAxes() as axes:
        taker(prepared(x))
    assert axes.of(x) == wanted


def test_no_memory_is_kept_and_none_that_is_used_again_is_taken_for_what_was_there() -> None:
    with torch.no_grad(), UnitAxes() as axes:
        for _ in range(50):
            made = CONV1(torch.randn(2, 3, 9))
            assert axes.of(made) == {1}
            held = StorageWeakRef(made.untyped_storage())
            del made
            assert held.expired()
            assert axes.of(torch.zeros(2, 6, 7)) is None


def test_looking_imports_no_compiler() -> None:
    script = """
import sys, torch, tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.logger.capture import capture
model = torch.nn.Sequential(torch.nn.Conv1d(2, 4, 3), torch.nn.Flatten(), torch.nn.Linear(8, 3))
assert capture(model, hidden.Probe((torch.randn(6, 2, 4), torch.arange(6) % 3))).layers[0].head.kind == "linear"
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(
    ("axes", "before", "after", "wanted"),
    [
        ({2}, (8, 4, 6), (2, 4, 4, 6), {3}),
        ({1, 2}, (2, 3, 2, 5), (2, 6, 5), {1}),
        ({1}, (2, 6, 1, 1), (2, 6), {1}),
        ({1}, (2, 6, 4), (2, 3, 8), None),
        ({0}, (1, 5), (5,), None),
    ],
)
def test_regrouping(axes: set[int], before: tuple[int, ...], after: tuple[int, ...], wanted: set[int] | None) -> None:
    assert regrouped(frozenset(axes), before, after) == wanted
