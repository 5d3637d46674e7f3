"""Class labels, however they are written; and targets that are no classes."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.labels import class_names, column, read_targets

Color = Enum("Color", "red green")
WORDS = ["b", "a", None, "b"]


@pytest.mark.parametrize(
    ("values", "labels", "names"),
    [
        ([1, 0, None, 1], [1, 0, -1, 1], None),
        (torch.tensor([1, 0, -100, 1]), [1, 0, -1, 1], None),
        (np.array([1, 0, -1, 1], np.int8), [1, 0, -1, 1], None),
        (torch.tensor([True, False, False]), [1, 0, 0], ("False", "True")),
        ([1.0, 0.0, float("nan"), 1.0], [1, 0, -1, 1], None),
        (torch.tensor([1, 0, 1]).bfloat16(), [1, 0, 1], None),
        (torch.tensor([[1], [0], [2]]), [1, 0, 2], None),
        (torch.eye(3)[[2, 0, 1]], [2, 0, 1], ("0", "1", "2")),
        ([[0, 1], [1, 0]], [1, 0], ("0", "1")),
        (np.array([[1.0, 0], [np.nan, np.nan]]), [0, -1], ("0", "1")),
        (WORDS, [1, 0, -1, 1], ("a", "b")),
        (np.array(WORDS, dtype=object), [1, 0, -1, 1], ("a", "b")),
        (np.array(["10", "9", "10"]), [1, 0, 1], ("9", "10")),
        ([b"dog", b"cat"], [1, 0], ("cat", "dog")),
        ([Color.red, Color.green], [1, 0], ("green", "red")),
        ([torch.tensor(1), torch.tensor(0)], [1, 0], None),
        ([np.int64(1), np.int64(0)], [1, 0], None),
        ([["b"], ["a"]], [1, 0], ("a", "b")),
        (pd.Series(WORDS, index=[3, 2, 1, 0]), [1, 0, -1, 1], ("a", "b")),
        (pd.Series(["a", "c"]).astype(pd.CategoricalDtype(["c", "b", "a"])), [2, 0], ("c", "b", "a")),
        (pd.Categorical(WORDS), [1, 0, -1, 1], ("a", "b")),
        (pd.array([1, None, 0], dtype="Int64"), [1, -1, 0], None),
        (pa.array(WORDS), [1, 0, -1, 1], ("a", "b")),
        (pa.chunked_array([["b"], ["a", None]]), [1, 0, -1], ("a", "b")),
        (pa.array(WORDS).dictionary_encode(), [0, 1, -1, 0], ("b", "a")),
        (pa.chunked_array([pa.array(["z"]), pa.array(["y"])]).dictionary_encode(), [0, 1], ("z", "y")),
    ],
)
def test_labels_of_any_form(values: Any, labels: list[int], names: tuple[str, ...] | None) -> None:
    found = read_targets(values)
    assert found.kind == "classes"
    assert found.labels.tolist() == labels
    assert found.names == names


def test_soft_labels_keep_their_distribution() -> None:
    soft = torch.softmax(torch.randn(50, 7, generator=torch.Generator().manual_seed(0)), dim=1).half()
    found = read_targets(soft)
    assert found.labels.tolist() == soft.argmax(dim=1).tolist()
    assert found.distribution is not None
    np.testing.assert_allclose(found.distribution, soft.float(), atol=1e-3)
    assert "sum to 1" in found.note


def test_real_numbers_are_targets_and_no_labels() -> None:
    one = read_targets(torch.linspace(0, 1, 9))
    assert (one.kind, set(one.labels.tolist()), list(one.numbers)) == ("numbers", {-1}, ["target"])
    assert one.note == "no class labels because the targets are real numbers"
    assert list(read_targets(torch.rand(9, 3)).numbers) == ["target_0", "target_1", "target_2"]
    assert read_targets(torch.rand(9, 99)).kind == "other"
    ages = read_targets(np.arange(50.0))
    assert (ages.kind, ages.note) == (
        "numbers",
        "no class labels because the targets are whole numbers of which 50 are different",
    )
    assert read_targets(np.arange(50.0), given=True).labels.tolist() == list(range(50))


def test_several_labels_at_once_are_kept() -> None:
    found = read_targets([[1, 1, 0], [0, 0, 0]])
    assert found.kind == "multi-label"
    assert found.hot is not None
    assert found.hot.tolist() == [[True, True, False], [False] * 3]
    assert "several labels" in found.note


def test_integers_that_are_hardly_classes_are_said() -> None:
    found = read_targets(np.arange(120) * 100)
    assert found.note == "integers up to 11900, of which 120 are different, are taken for class numbers"
    assert read_targets(np.arange(120) * 100, given=True).note == ""
    assert read_targets(np.random.default_rng(0).integers(0, 1000, 2000)).note == ""


def test_texts_and_masks_are_no_labels() -> None:
    assert read_targets([f"a photo of {i}" for i in range(60)]).kind == "texts"
    assert "shape [8, 8]" in read_targets(torch.zeros(3, 8, 8)).note


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ([1, -1, 1], ["two ways", "y > 0 for two classes"]),
        ([0, -2], ["negative", "-100 for no label", "got -2"]),
        ([2**40, 0], ["too large", "got 1099511627776", "labels="]),
        ({0, 1}, ["one value for each sample", "got set"]),
        ("abc", ["one value for each sample", "got str"]),
        (3, ["one value for each sample", "got int"]),
    ],
)
def test_what_cannot_be_read_is_said(values: Any, parts: list[str]) -> None:
    with pytest.raises(HiddenError) as caught:
        read_targets(values)
    assert all(part in str(caught.value) for part in parts)


def test_an_unlabelled_mark_beside_class_one_is_no_second_class() -> None:
    assert read_targets([1, -100, None]).labels.tolist() == [1, -1, -1]
    assert read_targets([1, None, -1]).labels.tolist() == [1, -1, -1]


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (["a", b"b"], ("a", "b")),
        (np.array(["a", "b"]), ("a", "b")),
        (pd.Series(["a", "b"], index=[1, 0]), ("a", "b")),
        ({1: "b", 0: "a"}, ("a", "b")),
        ({"1": "b", "0": "a"}, ("a", "b")),
        ({"b": 1, "a": 0}, ("a", "b")),
        ({0: "a", 3: "d"}, ("a", "1", "2", "d")),
        ({"0": 0, "1": 1}, ("0", "1")),
        ([], None),
        (None, None),
        ("abc", ("a", "b", "c")),
    ],
)
def test_names_of_classes(classes: Any, names: tuple[str, ...] | None) -> None:
    assert class_names(classes) == names


@pytest.mark.parametrize("classes", [{"a": "b"}, {"a": 1.5}, {"a": 0, "b": 0}, {0: "a", 10**9: "b"}])
def test_names_that_cannot_be_read_are_refused(classes: Any) -> None:
    with pytest.raises(HiddenError, match="names of the classes cannot be read"):
        class_names(classes)


def test_columns_are_read_by_position() -> None:
    shuffled = pd.DataFrame({"t": list("abcd")}).sample(frac=1, random_state=1)["t"]
    assert column(shuffled).tolist() == shuffled.tolist()
    assert column(torch.eye(2).to_sparse()).tolist() == [[1, 0], [0, 1]]
    assert column([np.zeros(2), np.ones(2)]).shape == (2, 2)
