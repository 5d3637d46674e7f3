"""What a writer measures and warns of while a network trains."""

import warnings

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import HealthRecord, TaskRecord
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.geometry.measures import measure

COUNT, CLASSES = 60, 3
LABELS = np.arange(COUNT) % CLASSES
FAILS_AT = 12


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, CLASSES))


def probe(**options):
    generator = torch.Generator().manual_seed(1)
    # Classes that lie apart, so that there is something to learn.
    x = torch.randn(COUNT, 6, generator=generator) + 3 * torch.eye(6)[LABELS]
    return hidden.Probe((x, torch.from_numpy(LABELS)), **options)


def history(run_dir):
    return current(item.record for item in RunReader(str(run_dir)).poll())


def scalars(run_dir):
    accumulator = EventAccumulator(str(run_dir))
    accumulator.Reload()
    return {tag: {e.step: e.value for e in accumulator.Scalars(tag)} for tag in accumulator.Tags()["scalars"]}


def activations(step, broken=False):
    """Three classes that lie apart, on the move; broken, they are one."""
    rng = np.random.default_rng(step)
    centres = np.eye(CLASSES, 8) * (0 if broken else 4)
    return (centres[LABELS] + rng.normal(size=(COUNT, 8))).astype(np.float32)


def log_collapse(writer, steps=range(18), layer="fc"):
    """A layer that collapses at ``FAILS_AT``."""
    for step in steps:
        rows = activations(step, broken=step >= FAILS_AT)
        writer.add_activations(layer, rows, step, logits=rows[:, :CLASSES], labels=LABELS, method=None)


@pytest.fixture
def writer(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        yield writer


# --- measures ---


def test_measures_of_every_layer_and_of_the_network_at_every_step(tmp_path):
    model, samples = network(), probe()
    optimizer = torch.optim.SGD([{"params": model[0].parameters(), "lr": 0.3}, {"params": model[2].parameters()}], 0.1)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, samples, layers=["0", "2:input"], method=None, optimizer=optimizer)
        for step in range(3):
            nn.functional.cross_entropy(model(samples.inputs), torch.from_numpy(LABELS)).backward()
            optimizer.step()
            writer.add_hidden(step)
    log = RunReader(str(tmp_path)).health()
    assert set(log) == {"0", "2:input", ""}
    assert all(one.steps.tolist() == [0, 1, 2] for one in log.values())
    assert all(np.allclose(one.rates, 0.3) for one in log.values())
    with torch.no_grad():
        layer, logits = model[0](samples.inputs).numpy(), model(samples.inputs)
    wanted, _ = measure(layer, samples.labels, CLASSES)
    for name in ("separation", "agreement", "rank", "norm"):
        assert log["0"].measures[name][2] == pytest.approx(wanted.values[name], rel=1e-3), name
    np.testing.assert_allclose(log["0"].gaps[2], wanted.gaps, rtol=1e-3)
    np.testing.assert_allclose(log["0"].classes["separation"][2], wanted.classes["separation"], rtol=1e-3)
    loss = nn.functional.cross_entropy(logits, torch.from_numpy(LABELS)).item()
    assert log[""].measures["loss"][2] == pytest.approx(loss, rel=1e-3)
    assert np.isnan(log["0"].measures["similarity"][0])
    assert np.isfinite(log["0"].measures["similarity"][1:]).all()


def test_measures_are_ordinary_scalars_too(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), layers="0", method=None)
        for step in (0, 5):
            writer.add_hidden(step)
    found, log = scalars(tmp_path), RunReader(str(tmp_path)).health()
    assert found["hidden/0/rank"] == pytest.approx(dict(zip((0, 5), log["0"].measures["rank"].tolist(), strict=True)))
    assert list(found["hidden/0/drift"]) == [5], "there is nothing before the first step"
    assert found["hidden/loss"][5] == pytest.approx(log[""].measures["loss"][1])
    assert found["hidden/alerts"] == {0: 0, 5: 0}
    assert not [tag for tag in found if tag.startswith("hidden//")]


def test_a_training_log_tells_of_gradients(tmp_path):
    model, samples = network(), probe()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        log = hidden.TrainingLog(hidden.every(1))
        writer.watch(model, samples, method=None, optimizer=optimizer, training_log=log)
        nn.functional.cross_entropy(model(samples.inputs), torch.from_numpy(LABELS)).backward()
        norm = np.linalg.norm(np.concatenate([p.grad.numpy().ravel() for p in model.parameters()]))
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        writer.add_hidden(0)
    found = RunReader(str(tmp_path)).health()[""].measures
    assert found["gradient"][0] == pytest.approx(np.log(norm), rel=1e-3)
    assert np.isfinite(found["update"][0])
    assert found["still"][0] == 0


class TwoHeads(nn.Module):
    """A trunk, and a head for each task."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.trunk = nn.Linear(6, 16)
        self.heads = nn.ModuleList([nn.Linear(16, CLASSES), nn.Linear(16, CLASSES)])
        self.head = 0

    def forward(self, x):
        return self.heads[self.head](self.trunk(x).relu())


@pytest.mark.parametrize("to_none", [True, False], ids=["no gradient", "a gradient of zero"])
def test_heads_of_other_tasks_do_not_stagnate(tmp_path, to_none):
    model, samples, heard = TwoHeads(), probe(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        log = hidden.TrainingLog(hidden.every(1))
        writer.watch(model, samples, layers="trunk", method=None, optimizer=optimizer, training_log=log)
        writer.on_alert(heard.append)
        for step in range(16):
            if step in (0, 8):
                model.head = step // 8
                writer.add_task(f"task {model.head}", classes=range(CLASSES))
                writer.add_hidden(2 * step)
            optimizer.zero_grad(set_to_none=to_none)
            nn.functional.cross_entropy(model(samples.inputs), torch.from_numpy(LABELS)).backward()
            optimizer.step()
            writer.add_hidden(2 * step + 1)
    assert set(RunReader(str(tmp_path)).health()[""].measures["still"].tolist()[2:8]) == {0}
    assert "stagnation" not in {alert.rule for alert in heard}


def test_the_record_names_what_the_gradients_are_of(tmp_path):
    model, samples = network(), probe()
    with torch.no_grad():
        model[0].bias.fill_(-100)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        log = hidden.TrainingLog(hidden.every(1))
        writer.watch(model, samples, layers="0", method=None, optimizer=optimizer, training_log=log)
        nn.functional.cross_entropy(model(samples.inputs), torch.from_numpy(LABELS)).backward()
        optimizer.step()
        writer.add_hidden(0)
    found = history(tmp_path).health
    assert found["0"][0].body.modules == {}
    # The weights behind a dead layer have no gradient either, but their bias has: it is at work.
    assert found[""][0].body.modules["still"] == ("0",)
    assert found[""][0].body.modules["gradient"] == ("2",)


def test_activations_of_your_own_are_measured_and_the_network_once_a_step(tmp_path, rng):
    logits = rng.normal(size=(COUNT, CLASSES))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in range(2):
            for layer in ("a", "b"):
                writer.add_activations(layer, activations(step), step, logits=logits, labels=LABELS, method=None)
    records = [item.record.body for item in RunReader(str(tmp_path)).poll()]
    measured = [(body.layer, body.step) for body in records if isinstance(body, HealthRecord)]
    assert sorted(measured) == sorted((layer, step) for layer in ("", "a", "b") for step in range(2))


def test_the_cost_of_measuring_is_told(tmp_path):
    rows = np.random.default_rng(0).normal(size=(1500, 256))
    for name, options in (("with", {}), ("without", {"alerts": False})):
        with hidden.SummaryWriter(str(tmp_path / name)) as writer:
            writer.watch(
                network(), hidden.Probe((torch.zeros(1500, 6), torch.arange(1500) % 3)), method=None, **options
            )
            for layer in ("a", "b"):
                writer.add_activations(layer, rows, 0, method=None)
    shown = {name: history(tmp_path / name).snapshots["a"][0].body.capture_ms for name in ("with", "without")}
    assert shown["with"] > shown["without"]


def test_nothing_is_measured_where_nobody_wants_it(tmp_path, capsys):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), method=None, alerts=False)
        writer.add_hidden(0)
        log_collapse(writer)
    found = history(tmp_path)
    assert (found.health, found.alerts) == ({}, [])
    assert not [tag for tag in scalars(tmp_path) if tag.startswith("hidden")]
    assert [line for line in capsys.readouterr().err.splitlines() if not line.startswith("hidden: layer ")] == []


def test_a_step_that_is_logged_twice_is_measured_once(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in (0, 1, 1, 2):
            writer.add_activations("fc", activations(step), step, labels=LABELS, method=None)
    assert RunReader(str(tmp_path)).health()["fc"].steps.tolist() == [0, 1, 2]


def test_what_fails_while_measuring_is_one_warning_and_training_goes_on(tmp_path, monkeypatch):
    def broken(*_, **__):
        raise FloatingPointError("no such number")

    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", activations(0), 0, labels=LABELS, method=None)
        monkeypatch.setattr("tensorboard_plugin_hidden.alerts.observer.measure", broken)
        message = "measures of hidden layers end at step 1: FloatingPointError: no such number"
        with pytest.warns(HiddenWarning, match=message) as caught:
            writer.add_activations("fc", activations(1), 1, method=None)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            writer.add_activations("fc", activations(2), 2, method=None)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert list(history(tmp_path).snapshots["fc"]) == [0, 1, 2]
    assert RunReader(str(tmp_path)).health()["fc"].steps.tolist() == [0]


def test_a_full_disk_costs_measures_and_not_the_alert(tmp_path, monkeypatch, capsys):
    def full(*_, **__):
        raise HiddenError("the disk is full", expected="space", got="none", fix="Free some.")

    with hidden.SummaryWriter(str(tmp_path)) as writer:
        log_collapse(writer, range(FAILS_AT))
        monkeypatch.setattr(writer._recorder._journal, "store", full)
        with pytest.warns(HiddenWarning, match=r"Step 1\d is not logged. the disk is full"):
            log_collapse(writer, range(FAILS_AT, 18))
    assert "collapse" in {record.body.rule for record in history(tmp_path).alerts}
    assert RunReader(str(tmp_path)).health()["fc"].steps.tolist() == list(range(FAILS_AT))


@pytest.mark.parametrize(
    "loss", [0.5, np.float32(0.5), torch.tensor(0.5, requires_grad=True), torch.tensor([0.5], dtype=torch.bfloat16)]
)
def test_the_loss_that_is_told_is_logged(tmp_path, loss):
    """A model without logits has no other."""
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(nn.Sequential(nn.Linear(6, 4), nn.Linear(4, 4)), probe(), method=None, layers="0")
        writer.add_hidden(0, loss=loss)
        writer.add_hidden(1)
        writer.add_hidden(2, loss=float("nan"))
    log = RunReader(str(tmp_path)).health()[""]
    assert log.measures["training_loss"][0] == 0.5
    assert np.isnan(log.measures["training_loss"][1:]).all()
    assert scalars(tmp_path)["hidden/training_loss"] == {0: 0.5}


@pytest.mark.parametrize("loss", ["low", torch.ones(3), True, [0.5, 0.6], 1j, torch.tensor([])])
def test_a_loss_that_is_no_number_is_refused(writer, loss):
    writer.watch(network(), probe(), method=None)
    with pytest.raises(HiddenError, match="the loss is no number"):
        writer.add_hidden(0, loss=loss)


# --- alerts ---


def test_a_collapse_is_told_once_everywhere(tmp_path, capsys):
    heard = []
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.on_alert(heard.append)
        log_collapse(writer)
    logged = [record.body for record in history(tmp_path).alerts]
    assert logged == heard
    (alert,) = [alert for alert in heard if alert.rule == "collapse"]
    assert isinstance(alert, hidden.Alert)
    assert alert.layer == "fc"
    assert FAILS_AT <= alert.step <= FAILS_AT + 3
    assert alert.severity == "error"
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "classes apart" in line] == [
        f"hidden: step {alert.step}, {alert.sentence} [error]"
    ]
    assert len(lines) == len(heard)
    assert scalars(tmp_path)["hidden/alerts"][17] == len(heard)
    assert scalars(tmp_path)["hidden/alerts"][FAILS_AT - 1] == 0


def test_severity_is_the_least_that_is_told(writer):
    warnings_too, errors = [], []
    writer.on_alert(warnings_too.append)
    writer.on_alert(errors.append, severity="error")
    log_collapse(writer)
    assert {alert.severity for alert in warnings_too} == {"warning", "error"}
    assert errors == [alert for alert in warnings_too if alert.severity == "error"]


def test_some_rules_only(tmp_path):
    heard = []
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), method=None, alerts=["collapse"])
        writer.on_alert(heard.append, severity="info")
        log_collapse(writer)
    assert {alert.rule for alert in heard} == {"collapse"}
    assert "fc" in history(tmp_path).health


def test_a_script_stops_itself_when_everything_is_written(tmp_path):
    class StopError(Exception):
        pass

    def stop(alert):
        raise StopError(alert.sentence)

    heard = []
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.on_alert(stop, severity="error")
    writer.on_alert(heard.append, severity="error")
    with pytest.raises(StopError, match="unstable"):
        log_collapse(writer)
    # Before the writer is closed: what is on disk already.
    found = history(tmp_path)
    (step,) = {alert.step for alert in heard}
    assert heard, "one callback that raises keeps nothing from the others"
    assert [record.body for record in found.alerts if record.body.step == step][: len(heard)] == heard
    assert max(found.snapshots["fc"]) == max(found.health["fc"]) == step
    writer.close()


def test_steps_are_denser_after_an_alert(tmp_path):
    model, samples = network(), probe()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        schedule = hidden.denser_after_alert(hidden.every(10), hidden.every(2), 6)
        writer.watch(model, samples, method=None, schedule=schedule, alerts="nonfinite")
        for step in range(41):
            if step == 15:
                with torch.no_grad():
                    model[2].bias.fill_(float("nan"))
            writer.add_hidden(step)
    found = history(tmp_path)
    assert {record.body.step for record in found.alerts if record.body.rule == "nonfinite"} == {20}
    assert list(found.snapshots["2:input"]) == [0, 10, 20, 22, 24, 26, 30, 40]


def test_a_budget_holds_for_measuring_and_for_denser_steps(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        schedule = hidden.denser_after_alert(hidden.every(2), hidden.every(1), 100)
        writer.watch(network(), probe(), method=None, schedule=schedule, budget=1e-6)
        schedule.hear(0)
        for step in range(6):
            writer.add_hidden(step)
    assert list(history(tmp_path).snapshots["2:input"]) == [0]


def test_a_resumed_run_watches_afresh_and_hides_the_alerts_of_the_branch_it_left(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        log_collapse(writer)
    assert history(tmp_path).alerts
    with hidden.SummaryWriter(str(tmp_path), purge_step=FAILS_AT) as writer:
        for step in range(FAILS_AT, 18):
            writer.add_activations("fc", activations(step), step, labels=LABELS, method=None)
    found = history(tmp_path)
    assert found.alerts == []
    assert list(found.health["fc"]) == list(range(18))


def test_a_webhook_is_told_before_the_writer_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    from tests.alerts.test_notification import Server

    with Server() as server:
        with hidden.SummaryWriter(str(tmp_path / "cnn")) as writer:
            writer.on_alert(hidden.webhook(server.url), severity="error")
            log_collapse(writer)
        posted = [body for _, _, body in server.posted]
    assert [body["rule"] for body in posted] == [
        record.body.rule for record in history(tmp_path / "cnn").alerts if record.body.severity == "error"
    ]
    assert {body["run"] for body in posted} == {"cnn"}
    for body in posted:
        assert body["class_names"] == [str(number) for number in body["classes"]]
        assert body["sample_ids"] == body["samples"], "ids of this probe are its rows"
    assert any(body["sample_ids"] for body in posted)


BAD = {
    "no function": (lambda w: w.on_alert("me@example.org"), "cannot be called.*got 'me@example.org'"),
    "severity": (lambda w: w.on_alert(print, severity="fatal"), "one of info, warning, error, got 'fatal'"),
    "rule": (lambda w: w.watch(network(), probe(), alerts=["colapse"]), "no such rule.*got 'colapse'"),
    "rules": (lambda w: w.watch(network(), probe(), alerts=3), "alerts are not chosen.*got 3"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(writer, case, tmp_path):
    call, message = BAD[case]
    with pytest.raises(HiddenError, match=message):
        call(writer)
    writer.flush()
    assert history(tmp_path).probe is None


def test_after_close(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.add_activations("a", activations(0), 0, labels=LABELS, method=None)
    writer.close()
    for call in (lambda: writer.on_alert(print), lambda: writer.add_task("t", [0])):
        with pytest.raises(HiddenError, match="the writer is closed"):
            call()


# --- tasks ---


def tasks(run_dir):
    return [record.body for record in history(run_dir).tasks]


def test_tasks_begin_after_what_was_logged_before(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), method=None)
        writer.add_task("first", classes=[0])
        writer.add_hidden(3)
        writer.add_hidden(7)
        writer.add_task("second", classes=["1", 2])
        writer.add_hidden(9)
    assert tasks(tmp_path) == [TaskRecord(3, "first", 20, (0,)), TaskRecord(8, "second", 40, (1, 2))]
    log = RunReader(str(tmp_path)).health()
    assert log["2:input"].tasks == log[""].tasks == ("first", "second")
    assert np.isnan(log["2:input"].task_measures["probe_accuracy"]).all(axis=0).tolist() == [True, False]
    found, accuracy = scalars(tmp_path), log[""].task_measures["accuracy"]
    for place, name in enumerate(("first", "second")):
        by_step = zip((3, 7, 9), accuracy[:, place].tolist(), strict=True)
        wanted = {step: value for step, value in by_step if not np.isnan(value)}
        assert found[f"hidden/task/{name}/accuracy"] == pytest.approx(wanted)
    read = log["2:input"].task_measures["probe_accuracy"][2, 1]
    assert found["hidden/2:input/task/second/probe_accuracy"] == {9: pytest.approx(read)}
    assert "hidden/2:input/task/first/probe_accuracy" not in found, "which has one class"
    known = np.isfinite(log["2:input"].task_measures["similarity"])
    assert known[:, 0].tolist() == [False, False, True], "compared with its end, once it is over"
    assert not known[:, 1].any()


def test_tasks_to_come_are_those_of_the_metadata(tmp_path):
    named = probe(metadata={"task": [f"task {label}" for label in LABELS]})
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), named, method=None)
        writer.add_task("task 1")
        for step in range(2):
            writer.add_hidden(step)
        writer.add_task("task 0")
        writer.add_hidden(2)
    assert tasks(tmp_path) == [
        TaskRecord(0, "task 1", 20, (1,)),
        TaskRecord(2, "task 0", 20, (0,)),
        TaskRecord(0, "task 2", 20, (2,), begun=False),
    ]
    accuracy = RunReader(str(tmp_path)).health()[""].task_measures["accuracy"]
    assert np.isfinite(accuracy).all(), "also of tasks that are still to come"


def test_a_resumed_run_says_its_tasks_again(tmp_path):
    for steps, options, names in ((range(4), {}, ["a", "b"]), (range(4, 6), {"purge_step": 4}, ["a", "b", "c"])):
        with hidden.SummaryWriter(str(tmp_path), **options) as writer:
            writer.watch(network(), probe(), method=None)
            for number, name in enumerate(names):
                writer.add_task(name, classes=[number])
            for step in steps:
                writer.add_hidden(step)
    assert [(task.name, task.step) for task in tasks(tmp_path)] == [("a", 0), ("b", 0), ("c", 4)]


def test_a_switch_of_tasks_is_no_alert(tmp_path):
    """What is right when another task begins: everything changes."""
    heard = []
    for declared in (False, True):
        heard.append([])
        with hidden.SummaryWriter(str(tmp_path / str(declared))) as writer:
            writer.add_probe(probe())
            writer.on_alert(heard[-1].append)
            log_collapse(writer, range(FAILS_AT))
            if declared:
                writer.add_task("all at once", classes=[0, 1, 2])
            log_collapse(writer, range(FAILS_AT, 18))
    assert "collapse" in {alert.rule for alert in heard[0]}
    assert "collapse" not in {alert.rule for alert in heard[1]}


BAD_TASKS = {
    "twice": (lambda w: (w.add_task("a", [0]), w.add_task("a", [1])), "a task begins twice.*got 'a'"),
    "class": (lambda w: w.add_task("b", [7]), "unknown class"),
    "ids": (lambda w: w.add_task("b", probe=[1, 1000]), "1 others, as 1000"),
    "nothing": (lambda w: w.add_task("b"), "is not known"),
}


@pytest.mark.parametrize("case", BAD_TASKS)
def test_bad_tasks_leave_nothing_behind(writer, case, tmp_path):
    call, message = BAD_TASKS[case]
    writer.watch(network(), probe(), method=None)
    with pytest.raises(HiddenError, match=message):
        call(writer)
    writer.add_hidden(0)
    writer.flush()
    assert [task.name for task in tasks(tmp_path)] == (["a"] if case == "twice" else [])


def test_a_task_before_anything_is_watched(writer):
    with pytest.raises(HiddenError, match=r"nothing is watched.*before add_task"):
        writer.add_task("a", [0])
