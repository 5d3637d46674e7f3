from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from tensorboard_plugin_hidden.logger.output_choice import select

torch.manual_seed(0)
A, B, WIDE, ONE = torch.randn(4, 3), torch.randn(4, 3), torch.randn(4, 16), torch.randn(4)
Inception = namedtuple("Inception", ["logits", "aux_logits"])


@dataclass
class Output:
    loss: Tensor | None = None
    logits: Any = None
    hidden_states: tuple[Tensor, ...] = ()


@pytest.mark.parametrize(
    ("output", "classes", "name"),
    [
        (A, 3, "output"),
        (WIDE, 3, "output"),
        ((A, WIDE), 3, "output[0]"),
        ((WIDE, A), 3, "output[1]"),
        ((A.mean(), A), 3, "output[1]"),
        ((A.argmax(1), A), 3, "output[1]"),
        ((A, A.softmax(1)), 3, "output[0]"),
        ((A.softmax(1), A), 3, "output[1]"),
        (((A,), WIDE), 3, "output[0][0]"),
        ((ONE, WIDE), 2, "output[0]"),
        ((torch.randn(4, 2), ONE), 2, "output[0]"),
        ((torch.randn(4, 2), WIDE), 3, "output[1]"),
        ({"logits": A, "z": B}, 3, 'output["logits"]'),
        ({"logits": [A], "z": B}, 3, 'output["logits"][0]'),
        ({"out": A, "aux": B}, 3, 'output["out"]'),
        ({"main": A, "aux_head": B}, 3, 'output["main"]'),
        ({"embedding": A, "pred": B}, 3, 'output["pred"]'),
        ({"features": WIDE, "y": A}, 3, 'output["y"]'),
        (Inception(A, B), 3, "output.logits"),
        (Output(None, A, (B, B)), 3, "output.logits"),
        (torch.distributions.Categorical(logits=A), 3, "output.logits"),
    ],
)
def test_the_logits_are_found_where_there_is_one_reading(output: Any, classes: int, name: str) -> None:
    found = select(output, 4, classes, named=False)
    assert found.part is not None, found.reason
    assert (found.part.name, found.reason, found.doubt) == (name, "", "")


@pytest.mark.parametrize(
    ("output", "parts"),
    [
        ((A, B), ["2 parts", "output[0] and output[1]", "output[0] [N, 3], output[1] [N, 3]", "Pass logits="]),
        (((A, B), WIDE), ["output[0][0] and output[0][1]", "output[1] [N, 16]"]),
        ([A, B, A + B], ["3 parts", "output[0] and output[1] and output[2]"]),
        ({"logits": [A, B]}, ['output["logits"][0] and output["logits"][1]']),
        ({"a": A, "b": B}, ['output["a"] and output["b"]']),
        ((WIDE, WIDE + 1), ["output[0] and output[1]"]),
        ((torch.randn(4, 8, 8), A, B), ["output[1] and output[2]", "output[0] [N, 8, 8]"]),
    ],
)
def test_several_readings_are_listed(output: Any, parts: list[str]) -> None:
    found = select(output, 4, 3, named=False)
    assert found.part is None
    for part in parts:
        assert part in found.reason


@pytest.mark.parametrize(
    ("output", "classes", "named", "reason"),
    [
        (A.argmax(1), 3, False, "of type int64"),
        (A + 0j, 3, False, "of type complex64"),
        (A.mean(), 3, False, "a single number, as a loss is"),
        (A[:2], 3, False, "not a tensor of logits with one row per sample: [2, 3] for 4 samples"),
        (torch.randn(4, 3, 8, 8), 3, False, "output has 4 axes"),
        ({"logits": torch.randn(4, 7, 3), "z": A}, 3, False, 'output["logits"] has 3 axes'),
        ((A, B), 0, False, "no labels that tell which part is: output[0] [N, 3], output[1] [N, 3]"),
        ((A, WIDE), 5, True, "No part of the model's output has a column for each of the 5 classes: output[0] [N, 3]"),
        ((A.argmax(1),), 3, False, "it is output[0] int64 [N]"),
        ([{"boxes": row} for row in A], 3, False, 'output[0]["boxes"] [3]'),
        ("text", 3, False, "it is a str without a tensor"),
        (None, 3, False, "it is None"),
    ],
)
def test_what_holds_no_logits_is_described(output: Any, classes: int, named: bool, reason: str) -> None:
    found = select(output, 4, classes, named=named)
    assert found.part is None
    assert reason in found.reason
    assert found.reason.endswith(".")


def test_a_part_beside_one_that_is_shaped_as_the_inputs_may_be_a_code() -> None:
    given = [torch.randn(4, 16), torch.arange(4)]
    assert select((WIDE, A), 4, 3, named=False, inputs=given).doubt.startswith("output[0] beside it is shaped as")
    assert select((WIDE[:, :8], A), 4, 3, named=False, inputs=given).doubt == ""
    assert select({"x": WIDE, "logits": A}, 4, 3, named=False, inputs=given).doubt == ""
