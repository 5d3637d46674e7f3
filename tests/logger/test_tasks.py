"""Which samples belong to a task."""

import numpy as np
import pytest
import torch

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.tasks import MOST_TASKS, classes_of, task_rows, tasks_to_come

LABELS = np.array([0, 1, 2, 0, 1, -1])


def probe(**options):
    return hidden.Probe(
        torch.zeros(6, 2), labels=LABELS, classes=["cat", "dog", "2"], **({"ids": list("uvwxyz")} | options)
    )


@pytest.mark.parametrize(
    "classes", [[0, 2], ["cat", "2"], {"cat", 2}, np.array([2, 0]), torch.tensor([0, 2]), (np.int64(0), "2")]
)
def test_samples_of_classes_by_number_or_name(classes):
    assert task_rows("pets", classes, None, probe()).tolist() == [0, 2, 3]


@pytest.mark.parametrize("ids", [["y", "v"], ("v", "y", "v"), np.array(["y", "v"])])
def test_samples_by_id(ids):
    rows = task_rows("pets", None, ids, probe())
    assert rows.tolist() == [1, 4]
    assert rows.dtype == np.int32


def test_samples_of_another_probe():
    part = hidden.Probe(torch.zeros(2, 2), ids=["z", "u"])
    assert task_rows("pets", None, part, probe()).tolist() == [0, 5]


def test_samples_of_the_metadata():
    named = probe(metadata={"task": ["a", "b", None, "a", "b", "c"]})
    assert task_rows("b", None, None, named).tolist() == [1, 4]
    assert {name: rows.tolist() for name, rows in tasks_to_come(named).items()} == {"a": [0, 3], "b": [1, 4], "c": [5]}


@pytest.mark.parametrize(
    "metadata", [{}, {"task": [1, 2, 3, 4, 5, 6]}, {"split": list("aabbcc")}], ids=["none", "numbers", "another"]
)
def test_other_metadata_names_no_tasks(metadata):
    assert tasks_to_come(probe(metadata=metadata)) == {}


def test_a_column_of_texts_is_no_column_of_tasks():
    count = MOST_TASKS + 1
    long = hidden.Probe(torch.zeros(count, 2), metadata={"task": [f"text {i}" for i in range(count)]})
    assert tasks_to_come(long) == {}


BAD = {
    "number as name": ((3, [0], None), "not the name of a task.*got 3"),
    "empty name": (("", [0], None), "not the name of a task"),
    "both": (("t", [0], ["u"]), "given twice"),
    "unknown number": (("t", [0, 3], None), r"unknown class in task 't'.*below 3.*'cat', 'dog'.*got 3"),
    "negative": (("t", [-1], None), "unknown class.*got -1"),
    "unknown name": (("t", ["bird"], None), "unknown class.*got 'bird'"),
    "truth value": (("t", [True], None), "unknown class.*got True"),
    "fraction": (("t", [0.5], None), "unknown class.*got 0.5"),
    "one name": (("t", "cat", None), "are not listed.*got 'cat'"),
    "one number": (("t", 0, None), "are not listed.*got 0"),
    "no classes": (("t", [], None), "has no samples"),
    "unknown ids": (("t", None, ["u", 7]), "lacks samples of task 't'.*as 'u'.*1 others, as 7"),
    "no ids": (("t", None, []), "has no samples"),
    "a list as an id": (("t", None, [["u"]]), "lacks samples"),
    "no metadata": (("t", None, None), "is not known.*got no such metadata"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case):
    arguments, message = BAD[case]
    with pytest.raises(HiddenError, match=message):
        task_rows(*arguments, probe())


def test_a_name_that_the_metadata_lacks():
    with pytest.raises(HiddenError, match="got only 'a', 'b'"):
        task_rows("c", None, None, probe(metadata={"task": list("ababab")}))


def test_a_class_that_the_probe_has_no_sample_of():
    with pytest.raises(HiddenError, match="task 't' has no samples"):
        task_rows("t", [1], None, hidden.Probe(torch.zeros(2, 1), labels=[0, 0], classes=["a", "b"]))


def test_classes_are_those_of_the_labelled_samples():
    assert classes_of(np.array([5, 2, 0], np.int32), LABELS.astype(np.int32)) == (0, 2)
