"""The list of doubtful labels, read back, against a run in which it is known which are wrong."""

import csv
import io

import numpy as np
import pytest
import torch

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.export.label_errors import write_label_errors
from tests.export.conftest import LOST

CLASSES = 4
COUNT = 200
WRONG = np.arange(0, COUNT, 20)
EPOCHS = 5


def read(history):
    file = io.BytesIO()
    write_label_errors(history, file)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode())))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A model that knows the truth a little better with every epoch, and labels of which a twentieth is not true."""
    rng = np.random.default_rng(0)
    truth = np.arange(COUNT) % CLASSES
    given = truth.copy()
    given[WRONG] = (truth[WRONG] + 1) % CLASSES
    given[5] = -1
    run_dir = tmp_path_factory.mktemp("doubt") / "run"
    with hidden.SummaryWriter(str(run_dir)) as writer:
        writer.add_probe(hidden.Probe(torch.zeros(COUNT, 2), labels=given, classes=list("abcd"), ids=range(COUNT)))
        for epoch in range(EPOCHS):
            logits = rng.normal(size=(COUNT, CLASSES)) + (1 + epoch) * np.eye(CLASSES)[truth]
            writer.add_activations("fc", rng.normal(size=(COUNT, 3)), 10 * epoch, logits=logits, method=None)
    return read(read_layer(str(run_dir)))


def test_the_planted_ones_come_first_with_their_true_class(rows):
    first = rows[: len(WRONG)]
    assert {int(row["id"]) for row in first} == set(WRONG.tolist())
    for row in first:
        assert row["suggested_class"] == "abcd"[int(row["id"]) % CLASSES]
        assert "other class ahead" in row["reasons"].split("; ")


def test_every_labelled_sample_has_a_line_and_the_others_none(rows):
    assert sorted(int(row["id"]) for row in rows) == [row for row in range(COUNT) if row != 5]
    quality = [float(row["label_quality"]) for row in rows]
    assert quality == sorted(quality)
    assert {row["learned_at"] for row in rows} <= {"", "0", "10", "20", "30", "40"}


def test_what_is_not_finite_at_one_step_is_judged_by_the_others(told):
    assert f"s{LOST}" in {row["id"] for row in read(read_layer(str(told.run_dir)))}


def test_maps_without_logits_are_refused(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_projection("space", np.random.default_rng(0).normal(size=(9, 2)), 0, labels=np.arange(9) % 3)
    with pytest.raises(HiddenError, match="no label can be judged"):
        read(read_layer(str(tmp_path)))
