from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.columns import RESERVED_NAMES, Column
from tensorboard_plugin_hidden.logger.metadata import columns, original_label_column

ALL = np.arange(3)
nan = float("nan")


def column(values: Any, total: int = 3, indices: Any = ALL) -> Column:
    (found,) = columns({"x": values}, total, indices)
    return found


CATEGORIES = [
    (["a", "b", "a"], ("a", "b"), (0, 1, 0)),
    (["b", None, "a"], ("b", "a"), (0, -1, 1)),
    (("a", nan, ""), ("a", ""), (0, -1, 1)),
    ([True, False, True], ("true", "false"), (0, 1, 0)),
    (np.array([False, True, True]), ("false", "true"), (0, 1, 1)),
    (torch.tensor([True, True, True]), ("true",), (0, 0, 0)),
    (np.array(["a", "b", "b"]), ("a", "b"), (0, 1, 1)),
    (np.array(["a", nan, None], object), ("a",), (0, -1, -1)),
    ([np.str_("a"), "bool", "c"], ("a", "bool", "c"), (0, 1, 2)),
]


@pytest.mark.parametrize(("values", "names", "codes"), CATEGORIES)
def test_strings_and_truth_values_are_categories(values: Any, names: Any, codes: Any) -> None:
    assert column(values) == Column("x", "category", names, codes)


NUMBERS = [
    ([1, 2, 3], (1, 2, 3)),
    ([0.5, None, nan], (0.5, None, None)),
    ([np.float32(0.5), np.int64(7), 1], (0.5, 7, 1)),
    ([float("inf"), -1, 10**400], (None, -1, None)),
    (np.array([0.25, np.nan, -np.inf], np.float16), (0.25, None, None)),
    (np.arange(3, dtype=np.uint8), (0, 1, 2)),
    (torch.tensor([0.5, 1, 2], dtype=torch.bfloat16, requires_grad=True), (0.5, 1, 2)),
    ([torch.tensor(1), torch.tensor(2.5), None], (1, 2.5, None)),
    (range(3), (0, 1, 2)),
    ([None, None, None], (None, None, None)),
]


@pytest.mark.parametrize(("values", "numbers"), NUMBERS)
def test_numbers(values: Any, numbers: Any) -> None:
    found = column(values)
    assert found == Column("x", "number", numbers=numbers)
    assert all(type(number) in (int, float, type(None)) for number in found.numbers)


TAGS = [
    ([["b", "a"], [], ["a"]], ("a", "b"), ((0, 1), (), (0,))),
    ([("a", "a"), {"c", "b"}, frozenset()], ("a", "b", "c"), ((0,), (1, 2), ())),
    ([None, ["z"], nan], ("z",), ((), (0,), ())),
]


@pytest.mark.parametrize(("values", "names", "codes"), TAGS)
def test_sequences_of_strings_are_tags(values: Any, names: Any, codes: Any) -> None:
    assert column(values) == Column("x", "tags", names, codes)


def test_only_the_values_of_the_chosen_samples_are_kept() -> None:
    values = ["a", "b", "c", "d"]
    assert column(values, 4, np.array([1, 3])) == Column("x", "category", ("b", "d"), (0, 1))


def test_the_kind_is_that_of_all_of_the_data() -> None:
    """Whichever samples are chosen, a column means the same."""
    assert column(["a", None, None], 3, np.array([1, 2])) == Column("x", "category", (), (-1, -1))
    assert column([["a"], None], 2, np.array([1])) == Column("x", "tags", (), ((),))


def test_many_strings_are_kept_and_long_ones_cut() -> None:
    names = [str(i) for i in range(5000)]
    assert column(names, 5000, np.arange(5000)).values == tuple(names)
    long = column(["y" * 1500, "y" * 2000, "y" * 1000])
    assert long.values == ("y" * 999 + "…", "y" * 1000)
    assert long.codes == (0, 0, 1)
    assert column([["y" * 1500], [], []]).values == ("y" * 999 + "…",)


def test_columns_keep_their_order() -> None:
    found = columns({"b": ALL, "a": ["x"] * 3, "_c1": [[]] * 3}, 3, ALL)
    assert [(c.name, c.kind) for c in found] == [("b", "number"), ("a", "category"), ("_c1", "tags")]


def test_original_labels_are_class_numbers() -> None:
    found = original_label_column(np.array([2, -1, 0], np.int32), ["a", "b", "c"])
    assert found == Column("original_label", "category", ("a", "b", "c"), (2, -1, 0))


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
def test_reserved_names(name: str) -> None:
    with pytest.raises(HiddenError, match=f"name of metadata is reserved.*got '{name}'"):
        columns({name: ALL}, 3, ALL)


@pytest.mark.parametrize("name", ["", "2nd", "a b", "a-b", "größe", "x.y", 3, None])
def test_names_that_cannot_be_typed(name: Any) -> None:
    with pytest.raises(HiddenError, match=r"not a name for metadata.*letters, digits and _"):
        columns({name: ALL}, 3, ALL)


@pytest.mark.parametrize("values", [["a"], range(4), np.zeros(2), "abc", {"a", "b", "c"}, {0: 1, 1: 2, 2: 3}, 3, None])
def test_as_many_values_as_samples(values: Any) -> None:
    with pytest.raises(HiddenError, match="metadata 'x' does not match the data: expected 3 values"):
        column(values)


@pytest.mark.parametrize(
    ("values", "types"),
    [
        (["a", 1, 2], "int, str"),
        ([True, 1, 0], "bool, int"),
        ([True, "true", "x"], "bool, str"),
        ([b"a", b"b", b"c"], "bytes"),
        ([["a"], "b", []], "list, str"),
        ([[1], [2], []], "list"),
        (np.zeros((3, 2)), "list"),
        ([1j, 2, 3], "complex, int"),
        ([{}, {}, {}], "dict"),
    ],
)
def test_values_of_no_known_kind(values: Any, types: str) -> None:
    with pytest.raises(HiddenError, match=f"metadata 'x' is of no known kind.*values of type {types}"):
        column(values)
