from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.outputs import Source, chosen, described_output, distinct, flat, is_rows, parts

A, B = torch.randn(4, 3), torch.randn(4, 5)
Named = namedtuple("Named", ["scores", "features"])


@dataclass
class Output:
    loss: Tensor | None = None
    logits: Tensor | None = None


class Lazy:
    """As a distribution of PyTorch, whose logits are a property; and one that has none to give."""

    def __init__(self, logits: Tensor | None) -> None:
        self._held = logits

    @property
    def logits(self) -> Tensor:
        if self._held is None:
            raise ValueError("none")
        return self._held


@pytest.mark.parametrize(
    ("output", "names"),
    [
        (A, ["output"]),
        ((A, B), ["output[0]", "output[1]"]),
        (((A,), [B]), ["output[0][0]", "output[1][0]"]),
        ({"a": A, 3: {"b": B}}, ['output["a"]', 'output[3]["b"]']),
        (Named(A, B), ["output.scores", "output.features"]),
        (Output(None, A), ["output.logits"]),
        (SimpleNamespace(pred=A), ["output.pred"]),
        (Lazy(A), ["output._held", "output.logits"]),
        (Lazy(None), []),
        ("text", []),
        (None, []),
    ],
)
def test_every_tensor_of_an_output_is_found_by_a_path_that_leads_back_to_it(output: Any, names: list[str]) -> None:
    found = parts(output)
    assert [part.name for part in found] == names
    for part in found:
        assert Source(part.path).of(output) is part.tensor


def test_an_output_that_holds_itself_is_walked_once() -> None:
    output: dict[str, Any] = {"y": A}
    output["self"] = output
    assert [part.name for part in parts(output)] == ['output["y"]']


def test_rows_are_what_has_one_row_of_floating_numbers_per_sample() -> None:
    fits: list[Any] = [A, A[:, 0], A[:, None], A[:, :, None, None], A.half(), A.to_sparse()]
    for value in fits:
        assert is_rows(value, 4)
    others: list[Any] = [A.long(), A.sum(), A[:3], A[:, :, None], A[:, :, None, None].repeat(1, 1, 2, 1), A + 0j, None]
    for value in others:
        assert not is_rows(value, 4)
    assert [tuple(flat(value).shape) for value in fits[:4]] == [(4, 3), (4, 1), (4, 3), (4, 3)]


def test_what_an_output_holds_is_listed_with_shapes() -> None:
    many = {f"h{i}": B for i in range(10)}
    assert described_output((A, A.argmax(1), A.sum()), 4) == "output[0] [N, 3], output[1] int64 [N], output[2] []"
    assert described_output(many, 4).endswith('output["h7"] [N, 5] and 2 more')
    assert described_output([], 4) == "a list without a tensor"
    assert described_output(None, 4) == "None"


def test_probabilities_beside_their_logits_are_the_same_answer() -> None:
    for other in (A.clone(), A.softmax(1), A.log_softmax(1), A.sigmoid()):
        assert [part.name for part in distinct(parts((A, other)))] == ["output[0]"]
    assert [part.name for part in distinct(parts((A.softmax(1), A)))] == ["output[1]"]
    assert len(distinct(parts((A, A + B[:, :3])))) == 2


@pytest.mark.parametrize(
    ("output", "choice", "tensor"),
    [
        ((A, B), 1, B),
        ((A, B), -2, A),
        ({"a": A, "b": B}, "b", B),
        ({0: A, 1: B}, 1, B),
        (Named(A, B), "features", B),
        (Output(None, A), "logits", A),
        ((A, B), lambda output: output[1], B),
    ],
)
def test_a_part_is_chosen_by_key_attribute_position_or_function(output: Any, choice: Any, tensor: Tensor) -> None:
    assert chosen(output, choice, 4).of(output) is tensor


@pytest.mark.parametrize(
    ("output", "choice", "message"),
    [
        ((A, B), 2, r"logits=2 chooses nothing.*IndexError.*it returns output\[0\] \[N, 3\], output\[1\] \[N, 5\]"),
        ({"a": A}, "b", r"logits='b' chooses nothing.*KeyError.*output\[\"a\"\] \[N, 3\]"),
        ((A, B), lambda output: output["a"], r"the function logits= gives no logits.*TypeError"),
        ((A, A.sum()), 1, r"logits=1 chooses no logits.*got float32 \[\]; it returns"),
        (A, 0, r"logits=0 chooses no logits.*got one tensor, \[N, 3\]"),
    ],
)
def test_what_cannot_be_chosen_is_an_error_that_lists_what_there_is(output: Any, choice: Any, message: str) -> None:
    with pytest.raises(HiddenError, match=message):
        chosen(output, choice, 4)


def test_logits_of_probabilities_give_these_back() -> None:
    p = torch.tensor([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    logits = Source(scale="softmax").logits(p)
    assert logits.isfinite().all()
    torch.testing.assert_close(logits.softmax(dim=1), p)
    single = Source(scale="sigmoid", single=True).logits(torch.tensor([0.25, 0.0, 1.0]))
    assert single.isfinite().all()
    torch.testing.assert_close(single.softmax(dim=1)[:, 1], torch.tensor([0.25, 0.0, 1.0]), atol=1e-6, rtol=0)
    assert torch.equal(Source(module="fc", scale="softmax").logits(A), A), "what goes into a softmax are logits"
    assert np.isnan(Source(scale="softmax").logits(torch.full((1, 2), np.nan)).numpy()).all()
