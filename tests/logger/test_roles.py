"""Which part of a batch is what, where there is one reading; and the question where there are several."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.roles import part

N = 12
X = torch.randn(N, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(N) % 3
IDX = torch.arange(N) + 100
LENGTHS = 1 + torch.arange(N) % 5
PADDED = torch.randn(N, 5, 2) * (torch.arange(5) < LENGTHS[:, None])[..., None]


def shapes(inputs: Any) -> Any:
    if isinstance(inputs, dict):
        return {key: list(value.shape) for key, value in inputs.items()}
    return [list(value.shape) for value in inputs] if isinstance(inputs, tuple) else list(inputs.shape)


@pytest.mark.parametrize(
    ("batch", "inputs", "target"),
    [
        (X, [N, 4], None),
        ((X, Y), [N, 4], Y),
        ((X, Y.float()), [N, 4], Y.float()),
        ((X, X[:, 0]), [N, 4], X[:, 0]),
        ((X, X[:, :2]), [N, 4], X[:, :2]),
        ((X, X + 1, Y), [[N, 4], [N, 4]], Y),
        ((X, Y, IDX), [N, 4], Y),
        ((IDX, X, Y), [N, 4], Y),
        ((X, Y, [f"image {i}.png" for i in range(N)]), [N, 4], Y),
        ((PADDED, Y, LENGTHS), [[N, 5, 2], [N]], Y),
        ((PADDED, LENGTHS, Y), [[N, 5, 2], [N]], Y),
        (((X, X), Y), [[N, 4], [N, 4]], Y),
        (({"a": X, "b": X}, Y), {"a": [N, 4], "b": [N, 4]}, Y),
        ({"x": X, "label": Y}, {"x": [N, 4]}, Y),
        ({"x": X, "label": Y, "labels": Y.clone()}, {"x": [N, 4]}, Y),
        ({"input_ids": X, "attention_mask": X, "labels": Y}, {"input_ids": [N, 4], "attention_mask": [N, 4]}, Y),
        ({"x": X, "fine_label": Y}, {"x": [N, 4]}, Y),
        ({"x": X, "Target": Y}, {"x": [N, 4]}, Y),
        ((X, X, X), [[N, 4]] * 3, None),
        ((Y, X), [N, 4], Y),
        ((Y == 0, X), [N, 4], Y == 0),
        ((Y.float(), X), [N], X),
    ],
)
def test_one_reading_is_taken(batch: Any, inputs: Any, target: Any) -> None:
    found = part(batch)
    assert shapes(found.inputs) == inputs
    assert (found.target is None) == (target is None)
    assert target is None or torch.equal(found.target, target)


def test_words_of_a_mapping_that_say_a_class_are_the_labels() -> None:
    found = part({"x": X, "species": ["cat", "dog", "eel"] * 4})
    assert (shapes(found.inputs), found.key) == ({"x": [N, 4]}, "species")
    assert "'species' is taken for the labels" in found.notes


@pytest.mark.parametrize("name", ["species", "genre", "timestep"])
@pytest.mark.parametrize("values", [Y, Y == 0])
def test_whole_numbers_beside_an_input_may_be_labels_or_an_input_too(name: str, values: torch.Tensor) -> None:
    batch = {"x": X, name: values}
    with pytest.raises(HiddenError, match=f"may be the labels.*{name}.*labels='{name}'"):
        part(batch)
    assert shapes(part(batch, labels=name).inputs) == {"x": [N, 4]}
    assert shapes(part(batch, inputs=lambda batch: batch).inputs) == {"x": [N, 4], name: [N]}
    assert shapes(part(batch, labelled=True).inputs) == {"x": [N, 4], name: [N]}


def test_a_batch_may_be_inputs_only() -> None:
    assert shapes(part((X, torch.ones(N, 4)), sample=False).inputs) == [[N, 4], [N, 4]]
    assert part((X, torch.ones(N, 4)), sample=False).target is None
    assert shapes(part((X, Y), sample=False, labelled=True).inputs) == [[N, 4], [N]]
    found = part((X, torch.eye(N)[:, :3]), sample=False)
    assert shapes(found.inputs) == [N, 4]
    assert "taken for targets; inputs= makes it an input" in found.notes[0]


def test_what_was_inferred_is_said() -> None:
    assert part((X, Y, IDX)).notes == ("part 2 of each sample counts the samples and is not given to the model",)
    assert part((PADDED, Y, LENGTHS)).notes == (
        "part 2 is taken for the lengths of the sequences, and given to the model",
    )
    assert part({"x": X, "boxes": [X[:1], X[:2]] * 6, "label": Y}).notes == (
        "boxes cannot be stacked and is not given to the model",
    )


@pytest.mark.parametrize(
    ("batch", "parts"),
    [
        ((X, Y, torch.randint(9, (N,))), ["labels", "1: int64 [12]", "2: int64 [12]", "labels=1"]),
        ((X, Y.float(), X[:, 0]), ["labels", "1: float32 [12], 2: float32 [12]"]),
        ({"x": X, "idx": IDX, "y": Y}, ["inputs", "x: float32 [12, 4], idx: int64 [12]", "inputs='x'"]),
        ({"x": X, "lengths": LENGTHS, "y": Y}, ["inputs", "lengths: int64 [12]"]),
        ({"x": {"image": X}, "y": Y}, ["inputs", "x: dict of 1"]),
        ({"x": X, "fine_label": Y, "coarse_label": Y // 2}, ["labels", "fine_label, coarse_label"]),
        ({"x": X, "id": IDX}, ["inputs", "id: int64 [12]"]),
        ({"x": X, "label": Y, "target": Y + 1}, ["labels", "label: int64 [12], target: int64 [12]"]),
    ],
)
def test_several_readings_are_asked_about(batch: Any, parts: list[str]) -> None:
    with pytest.raises(HiddenError) as caught:
        part(batch)
    assert all(each in str(caught.value) for each in ["several parts", "function of the batch", *parts])


def test_a_pair_of_matrices_may_be_two_inputs_or_an_input_and_its_targets() -> None:
    pair = (X, torch.rand(N, 2))
    with pytest.raises(HiddenError, match=r"several parts that may be the inputs.*1: float32 \[12, 2\]"):
        part(pair, sample=False)
    assert shapes(part(pair, sample=False, inputs=lambda batch: batch).inputs) == [[N, 4], [N, 2]]
    one = part(pair, sample=False, inputs=0)
    assert (shapes(one.inputs), one.target is pair[1]) == ([N, 4], True)
    assert part(pair).target is pair[1]


def test_a_key_a_position_or_a_function_chooses() -> None:
    other = torch.randint(9, (N,))
    by_place = part((X, Y, other), inputs=0, labels=2)
    assert (shapes(by_place.inputs), by_place.target.tolist()) == ([N, 4], other.tolist())
    by_key = part({"x": X, "idx": IDX, "y": Y, "z": other}, inputs="x", labels="z")
    assert (shapes(by_key.inputs), by_key.target.tolist(), by_key.key) == ([N, 4], other.tolist(), "z")
    by_function = part((X, Y), labels=lambda batch: batch[1] % 2)
    assert (shapes(by_function.inputs), by_function.target.tolist()) == ([N, 4], (Y % 2).tolist())
    whole = part({"input_ids": X, "labels": X}, inputs=lambda batch: batch)
    assert shapes(whole.inputs) == {"input_ids": [N, 4], "labels": [N, 4]}
    pair = part((X, Y), inputs=lambda batch: batch)
    assert (shapes(pair.inputs), pair.target.tolist()) == ([[N, 4], [N]], Y.tolist())
    assert shapes(part({"x": {"image": X}, "y": Y}, inputs=lambda batch: batch["x"]["image"]).inputs) == [N, 4]


@pytest.mark.parametrize(
    ("choice", "parts"),
    [
        ({"labels": "z"}, ["labels='z' chooses nothing", "x: float32 [12, 4]", "KeyError"]),
        ({"inputs": 5}, ["inputs=5 chooses nothing", "KeyError"]),
        ({"inputs": lambda batch: batch.nothing}, ["the function inputs= failed", "AttributeError"]),
        ({"labels": lambda batch: batch["y"][:3]}, ["one label for each sample", "12 values", "got 3"]),
        ({"labels": lambda batch: 3}, ["one label for each sample", "got int"]),
    ],
)
def test_a_choice_of_nothing_lists_what_there_is(choice: Any, parts: list[str]) -> None:
    with pytest.raises(HiddenError) as caught:
        part({"x": X, "y": Y}, **choice)
    assert all(each in str(caught.value) for each in parts)
