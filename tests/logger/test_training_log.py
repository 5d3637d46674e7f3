"""The training log: what is logged at which steps, what reads back, and that it never disturbs the training."""

from __future__ import annotations

import copy
import gc
import math
import warnings
import weakref

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format import chunking, parameter_levels
from tensorboard_plugin_hidden.format import store as store_module
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.parameter_series import read_buckets, stretches
from tensorboard_plugin_hidden.format.parameters import decode_change, encode_change
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.logger import training_log as module
from tensorboard_plugin_hidden.logger.parameters import ParameterTracker
from tensorboard_plugin_hidden.logger.training_log import TrainingLog


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))


def data(count=60):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, 6, generator=generator), torch.arange(count) % 3


class Training:
    """A model, its optimizer, and steps of it."""

    def __init__(self, kind=torch.optim.SGD, **options):
        self.model = network()
        self.optimizer = kind(self.model.parameters(), **({"lr": 0.1} | options))
        self.data = data()

    def watch(self, writer, schedule=None, **options):
        log = True if schedule is None else TrainingLog(schedule)
        writer.watch(
            self.model,
            hidden.Probe(self.data),
            method=None,
            optimizer=self.optimizer,
            **({"training_log": log} | options),
        )

    def steps(self, count):
        for _ in range(count):
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(self.data[0]), self.data[1]).backward()
            self.optimizer.step()

    def run(self, run_dir, epochs, per_epoch, schedule=None, **options):
        with hidden.SummaryWriter(str(run_dir), **options) as writer:
            self.watch(writer, schedule)
            for epoch in epochs:
                self.steps(per_epoch)
                writer.add_hidden(epoch)


def the_log(run_dir, *span, **names):
    (log,) = RunReader(str(run_dir)).training_log(*span, **names)
    return log


@pytest.mark.parametrize("value", [0.0, 1e-18, 3.7e-9, 0.02, 1.0, 2e18])
def test_changes_keep_three_digits_over_many_magnitudes(value):
    got = decode_change(encode_change(np.array([value], np.float32)))[0]
    assert got == pytest.approx(value, rel=8e-4, abs=0)


def test_changes_beyond_the_scale_are_at_its_ends_and_none_is_none():
    got = decode_change(encode_change(np.array([1e-30, 1e30, np.nan])))
    assert got[:2].tolist() == [2.0**-64, 2.0**64]
    assert np.isnan(got[2])


def test_every_hundredth_step_and_every_capture_by_default(tmp_path):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer)
        writer.add_hidden(0)
        training.steps(150)
        writer.add_hidden(1)
        training.steps(50)
        writer.add_hidden(2)
        training.steps(101)
    log = the_log(tmp_path)
    assert log.arrays["step"].tolist() == [0, 100, 150, 200, 300]
    assert log.arrays["snapshot_step"].tolist() == [0, -1, 1, 2, -1]
    records = current(item.record for item in RunReader(str(tmp_path)).poll()).parameters
    assert [(record.step, record.body.count) for record in records] == [(0, 1), (1, 2), (2, 1), (3, 1)]


def test_what_is_read_is_what_was_measured(tmp_path):
    training, twin = Training(torch.optim.Adam, lr=0.01), Training(torch.optim.Adam, lr=0.01)
    training.run(tmp_path, range(2), 3, hidden.every(2))
    tracker, wanted = ParameterTracker(twin.model), []
    for step in range(1, 7):
        if step % 2 == 0:
            tracker.before_update()
        twin.steps(1)
        if step % 2 == 0 or step == 3:
            wanted.append(tracker.measure(twin.optimizer))
    log = the_log(tmp_path)
    got = log.arrays
    assert got["step"].tolist() == [2, 3, 4, 6]
    for i, seen in enumerate(wanted):
        np.testing.assert_allclose(got["weights"][i], seen.weights, rtol=1e-6)
        np.testing.assert_allclose(got["gradients"][i], seen.gradients, rtol=1e-6)
        np.testing.assert_allclose(got["update"][i], seen.update, rtol=1e-6)
        np.testing.assert_allclose(got["change.one_minus_cos"][i], seen.changes[:, -1], rtol=1e-3)
        np.testing.assert_allclose(got["change.l2"][i], seen.changes[:, 1], rtol=1e-3)
        assert got["top_by_layer"][i].tolist() == seen.top_filters_by_layer().tolist()
        assert [row for row in got["top"][i].tolist() if row >= 0] == seen.top_filters().tolist()
    assert np.isfinite(got["update"][[0, 2, 3], 0]).all()
    assert np.isnan(got["update"][1]).all()  # no step was observed for it
    assert got["learning_rates"].tolist() == [[0.01]] * 4
    assert [layer["name"] for layer in log.layout["layers"]] == [layer.name for layer in seen.layers]
    assert log.layout["nodes"][0] == {"path": "", "start": 0, "stop": 6}


def test_levels_and_bands_come_from_what_was_measured(tmp_path):
    Training().run(tmp_path, range(30), 10, hidden.every(1))
    log = the_log(tmp_path).arrays
    records = current(item.record for item in RunReader(str(tmp_path)).poll()).parameters
    assert records[-1].body.stored[0] == 65  # of 75 buckets, since the 64th came with the 65th
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(records, store)
    change = read_buckets(store, stretch, "change.one_minus_cos", 0, 300, 1)
    assert change.edges.tolist() == list(range(0, 301, 4))
    with warnings.catch_warnings(action="ignore"):  # of the first row, where no filter has a change
        most = np.nanmax(log["change.one_minus_cos"].reshape(75, 4, -1), axis=1)
    np.testing.assert_array_equal(decode_change(change.values), most)
    norms = read_buckets(store, stretch, "weights", 0, 300, 1, slice(0, 2), [5]).values[..., 0]
    blocks = log["weights"][:, :2, 5].reshape(75, 4, 2)
    np.testing.assert_allclose(norms, np.stack([blocks.min(1), blocks.mean(1), blocks.max(1)], axis=1), rtol=1e-6)
    moved = log["change.relative_l2"][1:, :16]
    for i, edge in enumerate((1e-4, 1e-3, 1e-2, 1e-1)):
        np.testing.assert_allclose(log["bands"][1:, 0, i], (moved >= edge).mean(axis=1), atol=1e-6)
    assert np.isnan(log["bands"][0]).all()


def test_a_span_of_steps_and_some_names(tmp_path):
    Training().run(tmp_path, range(3), 4, hidden.every(1))
    whole = the_log(tmp_path).arrays
    part = the_log(tmp_path, 3, 9, names=["weights"]).arrays
    assert part.keys() == {"step", "weights"}
    assert part["step"].tolist() == [3, 4, 5, 6, 7, 8]
    assert (part["weights"] == whole["weights"][2:8]).all()
    assert RunReader(str(tmp_path)).training_log(100) == []


def test_a_long_epoch_is_written_before_it_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", 5)
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(12)
        writer.flush()
        assert the_log(tmp_path).arrays["step"].tolist() == list(range(1, 11))
        writer.add_hidden(7)
    log = the_log(tmp_path)
    assert log.arrays["step"].tolist() == list(range(1, 13))
    assert log.arrays["snapshot_step"].tolist() == [-1] * 11 + [7]


def test_rows_over_many_chunks_read_back_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(chunking, "_SERIES_ROWS", (3, 3))
    Training().run(tmp_path, range(4), 5, hidden.every(1))
    log = the_log(tmp_path)
    assert log.arrays["step"].tolist() == list(range(1, 21))
    assert len(np.unique(log.arrays["weights"][:, 0, 5])) == 20


def test_a_resumed_run_goes_on_and_hides_what_it_takes_up(tmp_path):
    training = Training()
    training.run(tmp_path, range(3), 2, hidden.every(1))
    Training().run(tmp_path, range(2, 4), 2, hidden.every(1), purge_step=2)
    log = the_log(tmp_path)
    assert log.arrays["step"].tolist() == list(range(1, 9))
    assert log.arrays["snapshot_step"].tolist() == [-1, 0, -1, 1, -1, 2, -1, 3]
    # epochs 2 and 3 come from the second session, which began with other weights and knows no change yet
    assert np.isnan(log.arrays["change.l2"][4]).all()


def test_rows_after_the_last_capture_are_hidden_by_a_resume(tmp_path):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(2)
        writer.add_hidden(0)
        training.steps(5)
    training.run(tmp_path, range(1, 2), 2, hidden.every(1), purge_step=1)
    assert the_log(tmp_path).arrays["step"].tolist() == [1, 2, 3, 4]


def test_a_layer_that_is_added_begins_another_stretch(tmp_path):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(2)
        training.model.append(nn.Linear(3, 3))
        training.optimizer.add_param_group({"params": training.model[-1].parameters(), "lr": 0.5})
        training.steps(2)
    first, second = RunReader(str(tmp_path)).training_log()
    assert (first.arrays["step"].tolist(), second.arrays["step"].tolist()) == ([1, 2], [3, 4])
    assert second.arrays["learning_rates"].tolist() == [[0.1, 0.5]] * 2
    assert second.layout["groups"] == [0, 0, 0, 0, 0, 0, 1, 1, -1, -1]
    assert np.isfinite(second.arrays["change.l2"][0, :19]).all()
    assert np.isnan(second.arrays["change.l2"][0, 19:]).all()


@pytest.mark.parametrize("fused", [False, True])
def test_gradients_are_unscaled_under_a_grad_scaler(tmp_path, fused):
    training = Training(torch.optim.Adam, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=4096.0)
    x, y = training.data
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        twin = copy.deepcopy(training.model)
        nn.functional.cross_entropy(twin(x), y).backward()
        scaler.scale(nn.functional.cross_entropy(training.model(x), y)).backward()
        scaler.step(training.optimizer)
        scaler.update()
        writer.add_hidden(0)
    norms = [p.grad.norm().item() for p in twin.parameters()]
    np.testing.assert_allclose(the_log(tmp_path).arrays["gradients"][0, :6, 5], norms, rtol=1e-3)


def test_training_is_the_same_with_and_without(tmp_path):
    alone, seen = Training(), Training()
    alone.steps(9)
    rng = torch.get_rng_state()
    seen.steps(0)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        seen.watch(writer, hidden.every(2))
        torch.set_rng_state(rng)
        seen.steps(9)
    assert torch.equal(torch.get_rng_state(), rng)
    assert all(torch.equal(a, b) for a, b in zip(alone.model.parameters(), seen.model.parameters(), strict=True))


def test_what_goes_wrong_is_a_warning_and_training_goes_on(tmp_path):
    def schedule(step):
        if step == 3:
            raise ValueError("a broken schedule")
        return True

    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, schedule)
        training.steps(1)
        writer.add_hidden(0)
        with pytest.warns(HiddenWarning, match=r"ends at step 2: ValueError: a broken schedule"):
            training.steps(4)
        writer.add_hidden(1)
    assert the_log(tmp_path).arrays["step"].tolist() == [1]


def test_a_full_disk_costs_rows_and_nothing_else(tmp_path, monkeypatch):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(1)
        writer.add_hidden(0)
        training.steps(1)
        with monkeypatch.context() as full:
            full.setattr(store_module, "_KEEP_FREE", 2**62)
            with (
                pytest.warns(HiddenWarning, match="Step 1 is not logged"),
                pytest.warns(HiddenWarning, match="Training steps 2 to 2 are not logged. the disk is full"),
            ):
                writer.add_hidden(1)
        training.steps(1)
        writer.add_hidden(2)
    assert the_log(tmp_path).arrays["step"].tolist() == [1, 3]


def test_parameters_that_cannot_be_logged_are_named_once(tmp_path):
    training = Training()
    training.model.packed = nn.Parameter(torch.zeros(4, dtype=torch.uint8), requires_grad=False)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        with pytest.warns(HiddenWarning, match="'packed' will not be in the training log") as caught:
            training.steps(3)
    assert len([w for w in caught if w.category is HiddenWarning]) == 1
    assert the_log(tmp_path).layout["skipped"][0][0] == "packed"


def test_broken_weights_are_logged_as_counts(tmp_path):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(1)
        with torch.no_grad():
            training.model[0].weight[0, 0] = math.inf
        training.steps(1)
    log = the_log(tmp_path)
    column = log.layout["statistics"].index("nan")
    assert log.arrays["weights"][0, :, column].sum() == 0
    assert log.arrays["weights"][1, 0, column] > 0  # the step made NaN of it


def test_the_optimizer_is_left_alone_afterwards(tmp_path):
    training = Training()
    training.run(tmp_path, range(1), 1)
    assert not training.optimizer._optimizer_step_pre_hooks
    assert not training.optimizer._optimizer_step_post_hooks


def test_a_dropped_writer_takes_its_log_with_it(tmp_path):
    training = Training()
    writer = hidden.SummaryWriter(str(tmp_path))
    training.watch(writer, hidden.every(1))
    recorder = weakref.ref(writer._watched._parameters)
    del writer
    gc.collect()
    assert recorder() is None
    training.steps(1)


def test_watching_anew_ends_the_log_of_the_first(tmp_path):
    training = Training()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        training.watch(writer, hidden.every(1))
        training.steps(1)
        training.watch(writer, training_log=False)
        training.steps(1)
    assert the_log(tmp_path).arrays["step"].tolist() == [1]


def test_watching_anew_goes_on_with_rows_and_levels(tmp_path, monkeypatch):
    monkeypatch.setattr(parameter_levels, "_BATCH", 3)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for epoch, rate in enumerate((0.1, 0.001)):
            training = Training(lr=rate)
            training.watch(writer, hidden.every(1))
            training.steps(40)
            writer.add_hidden(epoch)
    log = the_log(tmp_path).arrays
    records = current(item.record for item in RunReader(str(tmp_path)).poll()).parameters
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(records, store)
    assert [segment.stored[0] > 0 for segment in stretch.segments] == [True]
    update = read_buckets(store, stretch, "update", 0, 80, 1).values[:, 2]
    np.testing.assert_allclose(update, np.fmax.reduce(log["update"].reshape(20, 4, -1), axis=1), rtol=1e-6)


@pytest.mark.parametrize("wrong", [{"optimizer": None}, {"optimizer": 3}, {"training_log": "often"}])
def test_a_training_log_needs_an_optimizer(tmp_path, wrong):
    training = Training()
    options = {"optimizer": training.optimizer, "training_log": True} | wrong
    with hidden.SummaryWriter(str(tmp_path)) as writer, pytest.raises(HiddenError, match="needs the optimizer"):
        writer.watch(training.model, hidden.Probe(training.data), method=None, **options)


def test_a_wrapped_optimizer_is_stepped_over(tmp_path):
    training = Training()

    class Wrapper:
        def __init__(self, optimizer):
            self.optimizer = optimizer

    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(
            training.model,
            hidden.Probe(training.data),
            method=None,
            optimizer=Wrapper(training.optimizer),
            training_log=TrainingLog(hidden.every(2)),
        )
        training.steps(2)
    assert the_log(tmp_path).arrays["step"].tolist() == [2]
