"""A log that is in trouble does not end a training."""

import os
import shutil
import threading
import warnings

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils import tensorboard

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning, MissingDataError
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader

ACTS = np.arange(60.0).reshape(30, 2)


def history(run_dir):
    return current(item.record for item in RunReader(str(run_dir)).poll())


def scalars(run_dir):
    accumulator = EventAccumulator(str(run_dir), size_guidance={"scalars": 0})
    accumulator.Reload()
    found = {tag: [event.step for event in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}
    return {tag: steps for tag, steps in found.items() if not tag.startswith("hidden/")}


def test_a_relative_directory_stays_where_it_was(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with hidden.SummaryWriter("run") as writer:
        monkeypatch.chdir(tmp_path / "elsewhere")
        writer.add_activations("a", ACTS, 0, method="pca")
        writer.add_scalar("x", 1.0, 0)
        writer.add_scalars("group", {"one": 1.0}, 0)
        assert writer.get_logdir() == "run"
    assert not os.listdir(tmp_path / "elsewhere")
    assert scalars(tmp_path / "run") == {"x": [0]}
    assert scalars(tmp_path / "run" / "group_one") == {"group": [0]}
    assert list(history(tmp_path / "run").frames["a"]["pca"]) == [0]


def test_a_run_that_is_removed_goes_on(tmp_path):
    run = tmp_path / "run"
    with hidden.SummaryWriter(str(run)) as writer:
        writer.add_activations("a", ACTS, 0, method=None, labels=[0, 1, 2] * 10)
        writer.add_scalars("group", {"one": 1.0}, 0)
        writer.flush()
        shutil.rmtree(run)
        with pytest.warns(HiddenWarning, match="was removed while it was written"):
            writer.add_activations("a", ACTS, 1, method=None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one for each event file
            writer.add_scalars("group", {"one": 1.0}, 1)
            writer.add_scalar("x", 1.0, 1)
            writer.flush()
    assert scalars(run) == {"x": [1]}
    assert scalars(run / "group_one") == {"group": [1]}
    assert list(history(run).snapshots["a"]) == [1]
    assert history(run).probe.body.count == 30


def test_plugins_that_are_removed_are_made_anew(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("a", ACTS, 0, method=None, labels=[0, 1, 2] * 10)
        shutil.rmtree(tmp_path / "plugins")
        with pytest.warns(HiddenWarning, match="store.zarr was removed.*made anew"):
            writer.add_activations("a", ACTS + 1, 1, method=None)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            writer.add_activations("a", ACTS + 2, 2, method=None)
    store, snapshots = StoreReader(str(tmp_path)), history(tmp_path).snapshots["a"]
    with pytest.raises(MissingDataError):
        store.read(snapshots[0].payload)
    for step in (1, 2):
        np.testing.assert_array_equal(store.read(snapshots[step].payload)["activations"], ACTS + step)


def test_nothing_raises_while_a_file_is_in_the_way(tmp_path):
    run = tmp_path / "run"
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    with hidden.SummaryWriter(str(run)) as writer:
        writer.watch(model, hidden.Probe((torch.as_tensor(ACTS).float(), torch.arange(30) % 3)), method=None)
        writer.add_hidden(0)
        writer.flush()
        shutil.rmtree(run)
        run.write_text("in the way")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for step in (1, 2):
                writer.add_hidden(step)
                writer.add_scalar("x", 1.0, step)
                writer.add_scalars("group", {"one": 1.0}, step)
                writer.add_hparams({"rate": 0.1}, {"accuracy": 0.5})
                writer.add_embedding(torch.randn(3, 3))
                writer.flush()
        assert all(issubclass(one.category, HiddenWarning) for one in caught)
        run.unlink()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            writer.add_hidden(3)
            writer.add_scalar("x", 1.0, 3)
    assert scalars(run)["x"] == [1, 2, 3]
    assert 3 in history(run).snapshots["2:input"]


def test_a_file_where_the_store_should_be_is_a_mistake_that_is_told(tmp_path):
    (tmp_path / "plugins" / "hidden").mkdir(parents=True)
    (tmp_path / "plugins" / "hidden" / "store.zarr").touch()
    with hidden.SummaryWriter(str(tmp_path)) as writer, pytest.raises(HiddenError, match="cannot be written"):
        writer.add_activations("a", ACTS, 0, method=None)


@pytest.mark.parametrize("first", ["ours", "framework's"])
def test_a_framework_that_writes_into_the_same_directory_is_told_of(tmp_path, first):
    others = [tensorboard.SummaryWriter(str(tmp_path))] if first != "ours" else []
    writer = hidden.SummaryWriter(str(tmp_path))
    others = others or [tensorboard.SummaryWriter(str(tmp_path))]
    others[0].add_scalar("theirs", 1.0, 0)
    others[0].flush()
    writer.add_activations("a", ACTS, 0, method=None)
    with pytest.warns(HiddenWarning, match="Another writer is at work.*Give that writer another directory"):
        writer.close()
    others[0].close()


def test_earlier_sessions_and_other_directories_are_no_other_writers(tmp_path, recwarn):
    for session in range(3):
        with (tensorboard.SummaryWriter if session == 0 else hidden.SummaryWriter)(str(tmp_path)) as writer:
            writer.add_scalar("x", 1.0, session)
            writer.add_hparams({"rate": 0.1}, {"accuracy": 0.5}, run_name=f"trial-{session}")
    with hidden.SummaryWriter(str(tmp_path)) as writer, tensorboard.SummaryWriter(str(tmp_path / "other")) as other:
        other.add_scalar("x", 1.0, 0)
        writer.add_scalar("x", 1.0, 9)
    assert not [one for one in recwarn.list if issubclass(one.category, HiddenWarning)]
    assert scalars(tmp_path)["x"] == [0, 1, 2, 9]


def test_writers_of_other_ranks_leave_the_directory_to_the_first(tmp_path, monkeypatch, recwarn):
    """TensorBoard's Python loader would wait at the end of their empty files."""
    first = hidden.SummaryWriter(str(tmp_path))
    monkeypatch.setenv("RANK", "1")
    other = hidden.SummaryWriter(str(tmp_path))
    other.flush()
    first.add_scalar("x", 1.0, 0)
    first.close()
    assert len(list(tmp_path.glob("*tfevents*"))) == 1
    other.add_scalar("y", 1.0, 0)
    other.close()
    assert scalars(tmp_path) == {"x": [0], "y": [0]}
    assert not [one for one in recwarn.list if issubclass(one.category, HiddenWarning)]


def test_a_forked_child_says_that_it_cannot_log(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.add_activations("a", ACTS, 0, method=None)
    child = os.fork()
    if child == 0:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for step in range(1, 30):
                writer.add_scalar("x", 1.0, step)
                writer.add_activations("a", ACTS, step, method=None)
            writer.flush()
            writer.close()
        os._exit([one.category for one in caught] != [HiddenWarning])
    assert os.waitpid(child, 0)[1] == 0
    writer.add_scalar("x", 1.0, 30)
    writer.close()
    assert scalars(tmp_path) == {"x": [30]}
    assert list(history(tmp_path).snapshots["a"]) == [0]


def test_threads_log_side_by_side(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.add_probe(hidden.Probe((torch.as_tensor(ACTS).float(), torch.arange(30) % 3)))

    def log(name):
        for step in range(10):
            writer.add_activations(name, ACTS, step, method="pca")
            writer.add_scalar(name, 1.0, step)

    threads = [threading.Thread(target=log, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    expected = {name: list(range(10)) for name in "abc"}
    assert scalars(tmp_path) == expected
    assert {name: list(by["pca"]) for name, by in history(tmp_path).frames.items()} == expected
