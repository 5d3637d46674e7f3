"""Answers of the model: they read back as they were given, and a wrong call writes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format import store as store_module
from tensorboard_plugin_hidden.format.answers import probe_samples, read_answers
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.logger.answers import predicted


def the_answers(run_dir):
    """All sets of a run, as its reader gives them."""
    return RunReader(str(run_dir)).answers()


def table(log):
    """One answer for each step and id, from what changed."""
    now = dict.fromkeys(log.ids, -1)
    history = {}
    for number, step in enumerate(log.steps):
        for event in np.flatnonzero(log.snapshot == number):
            now[log.ids[log.sample[event]]] = int(log.answer[event])
        history[step] = {name: answer for name, answer in now.items() if answer >= 0}
    return history


def test_outcomes_read_back_as_they_were_given(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_outcomes(["a", "b", 7], [0, 1, 2], [0, 0, 2], global_step=3)
        writer.add_outcomes(np.array([7]), torch.tensor([4]), global_step=5)
        writer.add_outcomes(("b", "c"), np.array([1, 1]), [0, None], global_step=9)
    log = the_answers(tmp_path)["outcomes"]
    assert (log.ids, log.labels.tolist(), log.steps) == (["a", "b", 7, "c"], [0, 0, 2, -1], [3, 5, 9])
    assert table(log) == {3: {"a": 0, "b": 1, 7: 2}, 5: {7: 4}, 9: {"b": 1, "c": 1}}
    assert log.classes == ("0", "1", "2", "3", "4")


def test_of_a_step_given_twice_the_last_call_counts(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_outcomes([1, 2], [0, 1], [0, 1], global_step=0)
        writer.add_outcomes([1, 2], [1, 1], None, global_step=1)
        writer.add_outcomes([1], [0], None, global_step=1)
        writer.add_outcomes([1, 2], [1, 1], None, global_step=2)
    log = the_answers(tmp_path)["outcomes"]
    assert table(log) == {0: {1: 0, 2: 1}, 1: {1: 0}, 2: {1: 1, 2: 1}}


def test_answers_that_stay_are_a_snapshot_all_the_same(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_outcomes([1, 2], [0, 1], [0, 1], global_step=step)
    log = the_answers(tmp_path)["outcomes"]
    assert (log.steps, len(log.sample)) == ([0, 1, 2], 2)


def test_a_resume_hides_what_it_takes_up_and_leaves_no_gap(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in range(5):
            writer.add_outcomes([1, 2], [step, 1], [0, 1], global_step=step)
    with hidden.SummaryWriter(str(tmp_path), purge_step=3) as writer:
        writer.add_outcomes([2, 9], [1, 6], [1, 5], global_step=3)
        writer.add_outcomes([1, 2], [8, 8], [0, 1], global_step=4)
    log = the_answers(tmp_path)["outcomes"]
    given = {0: {1: 0, 2: 1}, 1: {1: 1, 2: 1}, 2: {1: 2, 2: 1}, 3: {2: 1, 9: 6}, 4: {1: 8, 2: 8}}
    assert table(log) == given
    assert dict(zip(log.ids, log.labels.tolist(), strict=True)) == {1: 0, 2: 1, 9: 5}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (([1, 2], [0]), "predictions do not match the ids"),
        (([1, 2], [0, 1], [0]), "labels do not match the ids"),
        (([1, 2], [[0, 1]]), "predictions do not match the ids"),
        (([1, 2], [0, -1]), "predictions are no class numbers"),
        (([1, 2], [0, 65535]), "predictions are no class numbers"),
        (([1, 2], [0.0, 1.0]), "predictions do not match the ids"),
        (([1, 2], [True, False]), "predictions do not match the ids"),
        (([1, 2], ["0", "1"]), "predictions do not match the ids"),
        (([1, 2], [None, 1]), "predictions are no class numbers"),
        (([1, 2], 3), "predictions do not match the ids"),
        (([1, 2], [[0], [1, 2]]), "predictions do not match the ids"),
        (([1, 2], [0, 1], [0, -2]), "labels are no class numbers"),
        (([1, 2], [0, 1], [1, 1]), "expected label 0 for sample 1, as before, got 1"),
        (([1, 3], [0, 1]), "1 new ids, as 3"),
        (([1, 1], [0, 1]), "ids are not unique"),
        (([1.5], [0], [0]), "the ids are none"),
        (([], [], []), "the ids are none"),
        (("ab", [0, 1], [0, 1]), "the ids are none"),
        (([True], [0], [0]), "the ids are none"),
        ((torch.ones(1, dtype=torch.bfloat16), [0], [0]), "the ids are none"),
        (([1, 2], torch.ones(2, dtype=torch.bfloat16)), r"predictions do not .* got torch.bfloat16 of shape \[2\]"),
        (([1, 2], [0, 1], torch.ones(2, dtype=torch.bfloat16)), "labels do not match the ids"),
    ],
)
def test_a_wrong_call_writes_nothing(tmp_path, call, message):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_outcomes([1, 2], [0, 1], [0, 1], global_step=0)
        writer.flush()
        files = sorted(tmp_path.rglob("*"))
        with pytest.raises(HiddenError, match=message):
            writer.add_outcomes(*call, global_step=1)
        assert sorted(tmp_path.rglob("*")) == files
        with pytest.raises(HiddenError, match="3 new ids"):  # of a wrong call nothing is known afterwards
            writer.add_outcomes([3, 4, 5], [0, 0, 0], global_step=1)
    log = the_answers(tmp_path)["outcomes"]
    assert (log.ids, log.steps) == ([1, 2], [0])


@pytest.mark.parametrize(("step", "message"), [(-1, "not a step"), (1.0, "not a step"), (2, "go backwards")])
def test_steps_that_cannot_be(tmp_path, step, message):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_outcomes([1], [0], [0], global_step=3)
        with pytest.raises(HiddenError, match=message):
            writer.add_outcomes([1], [1], None, global_step=step)
    assert table(the_answers(tmp_path)["outcomes"]) == {3: {1: 0}}


def test_a_full_disk_costs_one_step_of_answers(tmp_path, monkeypatch):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_outcomes([1, 2], [0, 1], [0, 1], global_step=0)
        with monkeypatch.context() as full:
            full.setattr(store_module, "_KEEP_FREE", 2**62)
            with pytest.warns(HiddenWarning, match="outcomes of step 1 are not logged. the disk is full"):
                writer.add_outcomes([1, 3], [5, 5], [0, 2], global_step=1)
        writer.add_outcomes([1, 2, 3], [5, 1, 6], None, global_step=2)
    log = the_answers(tmp_path)["outcomes"]
    assert table(log) == {0: {1: 0, 2: 1}, 2: {1: 5, 2: 1, 3: 6}}
    assert log.labels.tolist() == [0, 1, 2]


def test_a_disk_that_is_full_at_first_is_an_error(tmp_path, monkeypatch):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        monkeypatch.setattr(store_module, "_KEEP_FREE", 2**62)
        with pytest.raises(HiddenError, match="disk is full"):
            writer.add_outcomes([1], [0], [0], global_step=0)


def test_a_disk_that_is_full_once_snapshots_are_logged_is_a_warning(tmp_path, monkeypatch):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", np.ones((3, 2)), 0, labels=[0, 1, 2], method=None)
        monkeypatch.setattr(store_module, "_KEEP_FREE", 2**62)
        with pytest.warns(HiddenWarning, match="outcomes of step 0 are not logged. the disk is full"):
            writer.add_outcomes([1], [0], [0], global_step=0)


def test_outcomes_say_of_which_step_they_are(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer, pytest.raises(TypeError, match="global_step"):
        writer.add_outcomes([1], [0], [0])


def test_the_probe_is_answered_with_every_snapshot(tmp_path):
    torch.manual_seed(0)
    model, x, y = nn.Sequential(nn.Linear(4, 3)), torch.randn(30, 4), torch.arange(30) % 3
    expected = {}
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        probe = hidden.Probe((x, y), classes=["a", "b", "c"], ids=[f"s{i}" for i in range(30)])
        writer.watch(model, probe, method=None)
        for step in (0, 2, 3):
            with torch.no_grad():
                model[0].weight.add_(torch.randn(3, 4))
                expected[step] = {f"s{i}": int(c) for i, c in enumerate(model(x).argmax(1))}
            writer.add_hidden(step)
    answers = the_answers(tmp_path)
    log = answers["probe"]
    assert answers.keys() == {"probe"}
    assert table(log) == expected
    assert (log.labels.tolist(), log.classes) == (y.tolist(), ("a", "b", "c"))


def test_layers_with_the_same_logits_are_one_record(tmp_path):
    logits = np.eye(6, dtype=np.float32)[:, :3] * [[1], [1], [1], [np.nan], [1], [1]]
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for layer in ("fc1", "fc2"):
            writer.add_activations(layer, np.ones((6, 2)), 4, logits=logits, labels=[0, 1, 2, 0, 1, 2], method=None)
    history = current(item.record for item in RunReader(str(tmp_path)).poll())
    assert [(record.step, record.body.count, record.body.members) for record in history.answers] == [(4, 5, None)]
    assert table(the_answers(tmp_path)["probe"]) == {4: {0: 0, 1: 1, 2: 2, 4: 0, 5: 0}}


def test_layers_logged_one_after_the_other_tell_of_a_step_once(tmp_path):
    logits = np.random.default_rng(0).random((8, 6, 3)).astype(np.float32)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for layer, steps in (("fc1", range(5)), ("fc2", range(8))):
            for step in steps:
                writer.add_activations(
                    layer, np.ones((6, 2)), step, logits=logits[step], labels=[0, 1, 2] * 2, method=None
                )
    history = current(item.record for item in RunReader(str(tmp_path)).poll())
    assert [record.step for record in history.answers] == list(range(8))
    log = the_answers(tmp_path)["probe"]
    assert table(log) == {step: dict(enumerate(logits[step].argmax(axis=1).tolist())) for step in range(8)}


def test_without_logits_there_are_no_answers(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", np.ones((6, 2)), 0, labels=[0] * 6, method=None)
    assert the_answers(tmp_path) == {}


def test_outcomes_are_named_as_the_classes_of_the_probe(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_probe(hidden.Probe((torch.zeros(4, 2), torch.tensor([0, 1, 0, 1])), classes=["cat", "dog"]))
        writer.add_outcomes([1], [2], [1], global_step=0)
    assert the_answers(tmp_path)["outcomes"].classes == ("cat", "dog", "2")


def test_a_class_is_predicted_only_where_logits_say_one():
    logits = np.array([[0, 3, 1], [np.nan, 9, 1], [np.inf, 0, 0], [-np.inf, -5, -np.inf]], np.float32)
    assert predicted(logits).tolist() == [1, -1, -1, 1]


def test_a_probe_of_another_size_leaves_earlier_answers_out(tmp_path):
    for size in (6, 4):
        with hidden.SummaryWriter(str(tmp_path)) as writer:
            step = 6 - size
            logits = np.eye(size, 3, dtype=np.float32)
            writer.add_activations("fc", np.ones((size, 2)), step, logits=logits, labels=[0] * size, method=None)
    assert the_answers(tmp_path)["probe"].steps == [2]


def test_the_samples_of_a_probe_come_from_its_record(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", np.ones((3, 2)), 0, logits=np.eye(3), labels=[2, 1, 0], method=None)
    items = list(RunReader(str(tmp_path)).poll())
    store = StoreReader(str(tmp_path))
    (probe,) = (item for item in items if item.record.body.KIND == "probe")
    samples = probe_samples(probe.record.body, resolve(probe.record, probe.payload, store))
    log = read_answers(current(item.record for item in items).answers, store, probe=samples)["probe"]
    assert (log.ids, log.labels.tolist()) == ([0, 1, 2], [2, 1, 0])
