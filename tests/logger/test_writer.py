"""``hidden.SummaryWriter`` is PyTorch's, and more."""

import gc
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn
from torch.utils import tensorboard

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import SnapshotRecord
from tensorboard_plugin_hidden.format.store import StoreReader


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.4), nn.Linear(16, 3))


def data(count=60):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, 6, generator=generator), torch.arange(count) % 3


def history(run_dir):
    return current(item.record for item in RunReader(str(run_dir)).poll())


def scalars(run_dir):
    accumulator = EventAccumulator(str(run_dir))
    accumulator.Reload()
    return {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}


def train(run_dir, steps, *, observe):
    """A short training; everything that observing could disturb is returned."""
    model, (x, y) = network(), data()
    torch.manual_seed(5)
    np.random.seed(5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    with hidden.SummaryWriter(str(run_dir)) as writer:
        if observe:
            writer.watch(model, hidden.Probe((x, y)), layers=["0", "2", "4:input"])
        for step in range(steps):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if observe:
                writer.add_hidden(step)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    return (
        losses,
        state,
        torch.get_rng_state(),
        np.random.get_state()[1].tolist(),
        [m.training for m in model.modules()],
    )


def test_observing_changes_nothing(tmp_path):
    alone, seen = train(tmp_path / "alone", 6, observe=False), train(tmp_path / "seen", 6, observe=True)
    assert alone[0] == seen[0]
    assert all(torch.equal(alone[1][name], seen[1][name]) for name in alone[1])
    assert torch.equal(alone[2], seen[2])
    assert alone[3:] == seen[3:]
    found = history(tmp_path / "seen")
    assert list(found.snapshots) == ["0", "2", "4:input"]
    assert all(list(by_step) == list(range(6)) for by_step in found.snapshots.values())
    assert {layer: list(methods["hidden"]) for layer, methods in found.frames.items()} == {
        layer: list(range(6)) for layer in found.snapshots
    }
    assert {layer: found.frames[layer]["hidden"][5].body.landscape for layer in found.snapshots} == {
        "0": "program",
        "2": "linear",  # dropout does nothing in evaluation
        "4:input": "linear",
    }
    assert found.closed


def test_snapshots_hold_what_the_layer_gave(tmp_path):
    model, (x, y) = network(), data()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y)), method=None)
        writer.add_hidden(4)
    record = history(tmp_path).snapshots["4:input"][4]
    arrays = StoreReader(str(tmp_path)).read(record.payload)
    model.eval()
    with torch.no_grad():
        wanted, logits = model[:4](x), model(x)
    np.testing.assert_allclose(arrays["activations"], wanted, atol=2e-3)
    np.testing.assert_allclose(arrays["logits"], logits, atol=1e-5)
    assert record.body.accuracy == pytest.approx((logits.argmax(1) == y).float().mean().item())


# --- a torch.utils.tensorboard.SummaryWriter ---


def use_everything(writer):
    """Every kind of thing that a writer of PyTorch logs."""
    writer.add_scalar("scalar", 1.5, 3)
    writer.add_scalars("scalars", {"a": 1.0, "b": 2.0}, 3)
    writer.add_histogram("histogram", torch.arange(10.0), 3)
    writer.add_image("image", torch.rand(3, 8, 8), 3)
    writer.add_images("images", torch.rand(2, 3, 8, 8), 3)
    writer.add_text("text", "words", 3)
    writer.add_graph(nn.Linear(2, 2), torch.zeros(1, 2))
    writer.add_embedding(torch.rand(4, 3), metadata=list("abcd"), global_step=3)
    writer.add_pr_curve("pr", torch.tensor([0, 1, 1]), torch.tensor([0.1, 0.6, 0.9]), 3)
    writer.add_mesh("mesh", torch.rand(1, 5, 3), global_step=3)
    writer.add_custom_scalars({"group": {"chart": ["Multiline", ["scalar"]]}})
    writer.add_hparams({"lr": 0.1}, {"metric": 1.0}, run_name="trial")
    writer.flush()


def tags(run_dir):
    found = {}
    for directory in [run_dir, *(path for path in Path(run_dir).iterdir() if path.is_dir())]:
        if not any(directory.glob("*tfevents*")):
            continue
        accumulator = EventAccumulator(str(directory))
        accumulator.Reload()
        listed = accumulator.Tags()
        found[directory.name if directory != run_dir else ""] = {
            k: v if isinstance(v, bool) else sorted(v) for k, v in listed.items()
        }
    return found


def test_everything_of_torch_works_unchanged(tmp_path):
    for kind, folder in ((tensorboard.SummaryWriter, "torch"), (hidden.SummaryWriter, "hidden")):
        with kind(str(tmp_path / folder), filename_suffix=".mine") as writer:
            use_everything(writer)
        assert all(file.name.endswith(".mine") for file in (tmp_path / folder).glob("*tfevents*"))
    assert tags(tmp_path / "hidden") == tags(tmp_path / "torch")
    assert "trial" in tags(tmp_path / "hidden")
    assert issubclass(hidden.SummaryWriter, tensorboard.SummaryWriter)
    assert not (tmp_path / "hidden" / "plugins").exists(), "nothing of ours until something of ours is logged"


def test_default_log_dir(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with hidden.SummaryWriter(comment="_x") as writer:
        writer.add_projection("p", np.random.default_rng(0).normal(size=(5, 2)), 0, labels=[0, 1, 0, 1, 0])
    (run_dir,) = (tmp_path / "runs").iterdir()
    assert run_dir.name.endswith("_x")
    assert list(history(run_dir).frames["p"]["logged"]) == [0]


def test_scalars_and_hidden_data_share_one_event_file(tmp_path):
    model, (x, y) = network(), data()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y)))
        for step in range(3):
            writer.add_scalar("loss", float(step), step)
            writer.add_hidden(step)
    assert len(list(tmp_path.glob("*tfevents*"))) == 1
    found = scalars(tmp_path)
    assert {tag: values for tag, values in found.items() if not tag.startswith("hidden/")} == {
        "loss": [(0, 0.0), (1, 1.0), (2, 2.0)]
    }
    assert [step for step, _ in found["hidden/4:input/rank"]] == [0, 1, 2]
    assert list(history(tmp_path).frames["4:input"]["hidden"]) == [0, 1, 2]


def test_purge_step_hides_the_abandoned_branch(tmp_path):
    model, (x, y) = network(), data()
    for begin, end, purge in ((0, 6, None), (3, 5, 3)):
        with hidden.SummaryWriter(str(tmp_path), purge_step=purge) as writer:
            writer.watch(model, hidden.Probe((x, y)), method=None)
            for step in range(begin, end):
                writer.add_hidden(step)
    found = history(tmp_path).snapshots["4:input"]
    assert list(found) == [0, 1, 2, 3, 4]
    assert len({record.version.session for record in found.values()}) == 2


def test_a_script_without_a_main_guard_and_without_close(tmp_path):
    """The README's script, pasted anywhere: no guard, no close, and the last map is still drawn."""
    script = f"""
import torch, tensorboard_plugin_hidden as hidden
print("started")
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
writer = hidden.SummaryWriter({str(tmp_path)!r})
writer.watch(model, hidden.Probe((torch.randn(40, 4), torch.arange(40) % 2)))
for epoch in range(2):
    writer.add_hidden(epoch)
"""
    file = tmp_path / "train.py"
    file.write_text(script)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("started") == 1
    assert list(history(tmp_path).frames["2:input"]["hidden"]) == [0, 1]


# --- schedules and ranks ---


def test_a_schedule_leaves_steps_out(tmp_path):
    model, (x, y) = network(), data()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y)), method=None, schedule=hidden.every(3))
        for step in range(8):
            writer.add_hidden(step)
    assert list(history(tmp_path).snapshots["4:input"]) == [0, 3, 6]


def test_a_budget_leaves_steps_out(tmp_path):
    model, (x, y) = network(), data()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y)), method=None, budget=1e-6)
        for step in range(5):
            writer.add_hidden(step)
    assert list(history(tmp_path).snapshots["4:input"]) == [0]


def test_other_ranks_log_nothing(tmp_path):
    script = f"""
import sys, torch, torch.distributed as dist, tensorboard_plugin_hidden as hidden
rank = int(sys.argv[1])
dist.init_process_group("gloo", init_method="file://{tmp_path}/rendezvous", rank=rank, world_size=2)
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Linear(8, 2)))
writer = hidden.SummaryWriter(f"{tmp_path}/rank{{rank}}")
writer.watch(model, hidden.Probe((torch.randn(30, 4), torch.arange(30) % 2)), method=None)
for step in range(2):
    model(torch.randn(5, 4)).sum().backward()
    writer.add_hidden(step)
writer.close()
dist.barrier()  # gloo aborts the process whose peer is gone before it
dist.destroy_process_group()
"""
    ranks = [subprocess.Popen([sys.executable, "-c", script, str(rank)], stderr=subprocess.PIPE) for rank in (0, 1)]
    for process in ranks:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    assert list(history(tmp_path / "rank0").snapshots["1:input"]) == [0, 1]
    assert not (tmp_path / "rank1" / "plugins").exists()


# --- arrays of your own ---


def test_activations_of_your_own(tmp_path, rng):
    weight = rng.normal(size=(3, 8))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in range(2):
            acts = torch.tensor(rng.normal(size=(50, 8)), dtype=torch.bfloat16)
            logits = acts.float() @ torch.tensor(weight.T, dtype=torch.float32)
            writer.add_activations(
                "mine", acts, step, logits=logits, head=(weight, np.zeros(3)), labels=np.arange(50) % 3
            )
    found = history(tmp_path)
    assert list(found.frames["mine"]["hidden"]) == [0, 1]
    assert found.frames["mine"]["hidden"][1].body.landscape == "linear"


def test_activations_without_labels_or_logits(tmp_path, rng):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("mine", rng.normal(size=(50, 8)), 0)
    frame = history(tmp_path).frames["mine"]["hidden"][0].body
    assert frame.landscape is None
    assert frame.faithfulness["neighbours"] > frame.faithfulness["neighbours_floor"]


# --- what an active learner chose ---


def selections(run_dir):
    found = history(run_dir).selected
    payloads = {str(item.record.version): item.payload for item in RunReader(str(run_dir)).poll()}
    store = StoreReader(str(run_dir))
    return {
        step: (
            resolve(record, payloads[str(record.version)], store)["rows"].tolist(),
            record.body.count,
            record.body.total,
        )
        for step, record in found.items()
    }


def test_selected_samples_are_logged_where_they_were_chosen(tmp_path):
    model, (x, y) = network(), data()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((x, y), size=60, ids=np.arange(60) * 10), method=None)
        writer.add_hidden(0, selected=[30, 10, 10])
        writer.add_hidden(1)
        writer.add_hidden(2, selected=[])
        writer.add_hidden(3, selected=torch.tensor([590, 7, 8]))
    assert selections(tmp_path) == {0: ([1, 3], 2, 2), 3: ([59], 1, 3)}
    assert list(history(tmp_path).snapshots["4:input"]) == [0, 1, 2, 3]


def test_a_selection_is_logged_where_the_schedule_leaves_the_capture_out(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), method=None, schedule=hidden.every(2))
        for step in range(3):
            writer.add_hidden(step, selected={step})
    assert selections(tmp_path) == {step: ([step], 1, 1) for step in range(3)}
    assert list(history(tmp_path).snapshots["4:input"]) == [0, 2]


def test_selected_with_activations_of_your_own(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("a", ACTS, 0, selected=np.array([2, 19]), method=None)
    assert selections(tmp_path) == {0: ([2, 19], 2, 2)}


def test_a_selection_too_large_for_its_event(tmp_path, rng):
    rows = np.sort(rng.choice(200_000, 90_000, replace=False))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("a", np.zeros((200_000, 1), np.float32), 0, selected=rows, method=None)
    assert selections(tmp_path)[0] == (rows.tolist(), 90_000, 90_000)
    assert sum(file.stat().st_size for file in tmp_path.glob("*tfevents*")) < 10_000


def test_a_selection_that_the_probe_cannot_show_is_counted_and_warned_of(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(network(), probe(), method=None)
        with pytest.warns(HiddenWarning, match="holds none of the 2 samples selected at step 0.*like 0"):
            writer.add_hidden(0, selected=["x", "y"])
    assert selections(tmp_path) == {0: ([], 0, 2)}


def test_purge_step_hides_selections_too(tmp_path):
    for steps, options in ((range(6), {}), ((4,), {"purge_step": 3})):
        with hidden.SummaryWriter(str(tmp_path), **options) as writer:
            writer.watch(network(), probe(), method=None)
            for step in steps:
                writer.add_hidden(step, selected=[step])
    assert list(selections(tmp_path)) == [0, 1, 2, 4]


def test_a_full_disk_does_not_end_a_training_that_selects(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    acts, many = np.zeros((200_000, 1), np.float32), np.random.default_rng(0).permutation(200_000)[:90_000]
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("a", acts, 0, method=None)
        with monkeypatch.context() as disk:
            disk.setattr("shutil.disk_usage", lambda path: usage(10, 10, 0))
            with pytest.warns(HiddenWarning) as caught:
                writer.add_activations("a", acts, 1, selected=many, method=None)
    sentences = [str(warning.message).split(".")[0] for warning in caught]
    assert sentences == ["The selection of step 1 is not logged", "Step 1 is not logged"]
    assert selections(tmp_path) == {}


# --- bad input ---


@pytest.fixture
def writer(tmp_path):
    with hidden.SummaryWriter(str(tmp_path / "run")) as writer:
        yield writer


def probe(count=20):
    return hidden.Probe((torch.randn(count, 6), torch.arange(count) % 3))


ACTS = np.zeros((20, 4), np.float32)
BAD = {
    "no watch": (lambda w: w.add_hidden(0), r"nothing is watched.*watch\(model, hidden.Probe"),
    "not a model": (lambda w: w.watch(3, probe()), "expected a torch.nn.Module and a hidden.Probe, got int and Probe"),
    "not a probe": (lambda w: w.watch(network(), data()), "got Sequential and tuple"),
    "unknown layer": (lambda w: w.watch(network(), probe(), layers="5"), "(?s)layer"),
    "unknown method": (lambda w: w.watch(network(), probe(), method="hiden"), "hidden"),
    "budget": (lambda w: w.watch(network(), probe(), budget=3), "share"),
    "text step": (lambda w: w.add_activations("a", ACTS, "3"), "not a step.*got '3'"),
    "negative step": (lambda w: w.add_activations("a", ACTS, -1), "not a step"),
    "bool step": (lambda w: w.add_activations("a", ACTS, True), "not a step"),
    "1-D": (lambda w: w.add_activations("a", np.zeros(20), 0), r"shape \[N, D\], got float64 of shape \[20\]"),
    "4-D": (lambda w: w.add_activations("a", torch.zeros(20, 3, 8, 8), 0), "Flatten or pool"),
    "empty": (lambda w: w.add_activations("a", np.zeros((0, 4)), 0), "shape"),
    "complex": (lambda w: w.add_activations("a", np.zeros((20, 4), complex), 0), "complex128"),
    "objects": (lambda w: w.add_activations("a", [["x"]], 0), "wrong shape or type"),
    "logit rows": (lambda w: w.add_activations("a", ACTS, 0, logits=np.zeros((19, 3))), r"\[20, D\]"),
    "head width": (lambda w: w.add_activations("a", ACTS, 0, head=(np.zeros((3, 5)), np.zeros(3))), "weights"),
    "head bias": (lambda w: w.add_activations("a", ACTS, 0, head=(np.zeros((3, 4)), np.zeros(2))), "biases"),
    "label count": (lambda w: w.add_activations("a", ACTS, 0, labels=[0] * 19), "19"),
    "selected mask": (
        lambda w: w.add_activations("a", ACTS, 0, selected=np.ones(20, bool)),
        "not ids.*got True.*not a mask",
    ),
    "3-D map": (lambda w: w.add_projection("a", np.zeros((20, 3)), 0), r"shape \[N, 2\]"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_and_leaves_no_trace(writer, case, tmp_path):
    call, message = BAD[case]
    with pytest.raises(HiddenError, match=message):
        call(writer)
    writer.flush()
    records = [item.record.body for item in RunReader(str(tmp_path / "run")).poll()]
    assert not [body for body in records if isinstance(body, SnapshotRecord)]


def test_steps_may_repeat_but_not_go_back(writer, tmp_path):
    writer.add_activations("a", ACTS, 5, labels=[0] * 20, method=None)
    writer.add_activations("a", ACTS + 1, 5, method=None)
    with pytest.raises(HiddenError, match=r"go backwards: expected a step of 5 or more, got 4.*purge_step"):
        writer.add_activations("a", ACTS, 4, method=None)
    writer.add_activations("b", ACTS, 0, method=None)
    writer.flush()
    assert list(history(tmp_path / "run").snapshots["a"]) == [5]


def test_watched_steps_may_not_go_back_either(writer):
    writer.watch(network(), probe(), method=None)
    writer.add_hidden(3)
    with pytest.raises(HiddenError, match="go backwards"):
        writer.add_hidden(2)


def test_the_number_of_samples_is_kept(writer):
    writer.add_activations("a", ACTS, 0, labels=[0] * 20, method=None)
    with pytest.raises(HiddenError, match="expected 20 rows, one for each sample, got 21"):
        writer.add_activations("a", np.zeros((21, 4)), 1, method=None)
    with pytest.raises(HiddenError, match="probe's size changed"):
        writer.watch(network(), probe(25), method=None)


def test_values_that_are_not_finite_are_logged_and_flagged(tmp_path, rng):
    acts = rng.normal(size=(60, 4))
    acts[3] = np.nan
    acts[7, 2] = np.inf
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("a", acts, 0, logits=acts[:, :3])
    found = history(tmp_path)
    assert found.snapshots["a"][0].body.nonfinite == 2
    frame = found.frames["a"]["hidden"][0].body
    assert "2" in frame.reason
    assert frame.faithfulness["placed"] == pytest.approx(58 / 60, abs=1e-5)


def test_a_log_directory_that_cannot_be_written(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        (tmp_path / "plugins").write_text("a file where the directory should be")
        with pytest.raises(HiddenError, match="log directory cannot be written"):
            writer.watch(network(), probe())


def test_a_full_disk_shows_at_once_and_never_ends_a_training(writer, monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    full = lambda path: usage(10, 10, 0)  # noqa: E731
    writer.watch(network(), probe(), method=None)
    with monkeypatch.context() as disk:
        disk.setattr("shutil.disk_usage", full)
        with pytest.raises(HiddenError, match="the disk is full"):
            writer.add_hidden(0)
    writer.add_hidden(0)
    with monkeypatch.context() as disk:
        disk.setattr("shutil.disk_usage", full)
        with pytest.warns(HiddenWarning, match="Step 1 is not logged. the disk is full"):
            writer.add_hidden(1)
    writer.add_hidden(2)
    writer.flush()
    assert list(history(tmp_path / "run").snapshots["4:input"]) == [0, 2]


def test_a_log_directory_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with hidden.SummaryWriter("memory://runs") as writer, pytest.raises(HiddenError, match="local directories only"):
        writer.watch(network(), probe())


def test_a_forward_that_fails_late_never_ends_a_training(tmp_path):
    class Moody(nn.Linear):
        fails = False

        def forward(self, x):
            if self.fails:
                raise RuntimeError("out of memory")
            return super().forward(x)

    moody = Moody(6, 3)
    model = nn.Sequential(moody)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, probe(), method=None)
        moody.fails = True
        with pytest.raises(HiddenError, match="out of memory"):
            writer.add_hidden(0)
        moody.fails = False
        writer.add_hidden(0)
        moody.fails = True
        with pytest.warns(HiddenWarning, match=r"Step 1 is not logged\..*out of memory"):
            writer.add_hidden(1)
        moody.fails = False
        writer.add_hidden(2)
    assert list(history(tmp_path).snapshots["0:input"]) == [0, 2]


def test_after_close(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.add_activations("a", ACTS, 0, method=None)
    writer.close()
    writer.close()
    with pytest.raises(HiddenError, match="the writer is closed"):
        writer.add_activations("a", ACTS, 1)
    with pytest.raises(HiddenError, match="the writer is closed"):
        writer.add_hidden(1)


def test_nothing_is_printed_and_nothing_warned_in_a_plain_run(tmp_path, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error", HiddenWarning)
        train(tmp_path, 2, observe=True)
    assert capfd.readouterr().out == ""


def test_labels_out_of_range_name_the_range():
    with pytest.raises(HiddenError):
        hidden.Probe((torch.randn(4, 2), torch.tensor([0, 1, 2, 3])), classes=["a", "b"])


def test_projector_leaves_no_process_behind(tmp_path):
    before = set(os.listdir("/proc"))
    train(tmp_path, 2, observe=True)
    left = [pid for pid in set(os.listdir("/proc")) - before if pid.isdigit()]
    commands = [Path("/proc", pid, "cmdline").read_bytes() for pid in left if Path("/proc", pid, "cmdline").exists()]
    assert not [command for command in commands if str(tmp_path).encode() in command]


# --- what a session takes up and leaves ---


def test_purge_step_counts_even_when_the_first_step_is_later(tmp_path):
    """With a schedule the first step that is logged again may lie beyond the one where training took up."""
    model, (x, y) = network(), data()
    for steps, options in ((range(6), {}), ((4, 5), {"purge_step": 2})):
        with hidden.SummaryWriter(str(tmp_path), **options) as writer:
            writer.watch(model, hidden.Probe((x, y)), method=None)
            for step in steps:
                writer.add_hidden(step)
    assert list(history(tmp_path).snapshots["4:input"]) == [0, 1, 4, 5]


def test_a_log_dir_may_be_a_path_object(tmp_path):
    with hidden.SummaryWriter(tmp_path / "run") as writer:
        writer.add_activations("a", ACTS, 0, method=None)
    assert list(history(tmp_path / "run").snapshots) == ["a"]


def test_the_same_labels_again_are_the_same_probe(tmp_path):
    labels = np.arange(20) % 2
    probe = hidden.Probe((torch.rand(20, 1, 8, 8), labels), ids=[f"image-{i}" for i in range(20)])
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_probe(probe)
        for step in range(3):
            writer.add_activations("a", ACTS, step, labels=labels, method=None)
    probes = [item.record for item in RunReader(str(tmp_path)).poll() if item.record.body.KIND == "probe"]
    assert len(probes) == 1
    assert probes[0].body.thumbnails is not None


def test_a_method_of_none_is_left_to_later_beside_one_that_is_drawn(tmp_path, rng):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("drawn", rng.normal(size=(40, 4)), 0, method="pca")
        writer.add_activations("later", rng.normal(size=(40, 4)), 0, method=None)
        with pytest.raises(HiddenError, match=r"expected method='pca', as before, or None, got 'hidden'"):
            writer.add_activations("other", rng.normal(size=(40, 4)), 0, method="hidden")
    assert {layer: list(methods) for layer, methods in history(tmp_path).frames.items()} == {"drawn": ["pca"]}


@pytest.mark.parametrize("step", [1.5, True, "3", None, 2**53, torch.tensor([1]), torch.tensor(1.5)])
def test_what_is_no_step_is_refused_before_the_first_capture(writer, step):
    writer.watch(network(), probe(), method=None, schedule=hidden.every(2))
    with pytest.raises(HiddenError, match="not a step"):
        writer.add_hidden(step)


def test_steps_are_what_add_scalar_takes(writer):
    writer.watch(network(), probe(), method=None)
    for step in (0, np.int64(1), torch.tensor(2), np.array(3)):
        writer.add_hidden(step)
    writer.close()
    assert [list(steps) for steps in history(writer.log_dir).snapshots.values()] == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x.to_sparse(),
        lambda x: x.to_sparse_csr(),
        lambda x: x.bfloat16(),
        lambda x: x.requires_grad_(),
        lambda x: x.numpy(),
        lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.qint8),
    ],
)
def test_activations_of_every_layout_are_logged_as_their_values(writer, form):
    writer.add_activations("a", form(torch.arange(12.0).reshape(6, 2).relu()), 0, method=None)


def test_a_dropped_writer_draws_its_maps_and_then_ends_its_projector(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    for step in range(3):
        writer.add_activations("a", torch.randn(40, 4), step, method="pca")
    service = writer._recorder.maps.service
    del writer
    gc.collect()
    deadline = time.monotonic() + 60
    while not history(tmp_path).closed and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(history(tmp_path).frames["a"]["pca"]) == [0, 1, 2]
    assert service.pid is None


def test_a_cell_that_is_run_again_leaves_one_projector(tmp_path):
    """The new writer is there before the old one is dropped, and draws of its maps what it does not hide."""
    acts, services = torch.randn(40, 4), []
    for first in (0, 2):
        writer = hidden.SummaryWriter(str(tmp_path))
        for step in range(first, first + 4):
            writer.add_activations("a", acts, step, method="pca")
        services.append(writer._recorder.maps.service)
        os.kill(wait_for_pid(services[-1]), signal.SIGSTOP if first == 0 else signal.SIGCONT)
    assert services[0].pid is None
    gc.collect()
    writer.close()
    assert list(history(tmp_path).frames["a"]["pca"]) == [0, 1, 2, 3, 4, 5]


def test_a_writer_opened_after_one_was_dropped_takes_its_maps_over(tmp_path):
    writer = hidden.SummaryWriter(str(tmp_path))
    writer.add_activations("a", torch.randn(40, 4), 0, method="pca")
    first = writer._recorder.maps.service
    os.kill(wait_for_pid(first), signal.SIGSTOP)
    del writer
    gc.collect()
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        assert first.pid is None
        writer.add_scalar("loss", 1.0, 1)
    assert list(history(tmp_path).frames["a"]["pca"]) == [0]


def wait_for_pid(service):
    deadline = time.monotonic() + 60
    while service.pid is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return service.pid


def test_ctrl_c_while_the_last_maps_are_drawn_leaves_them_and_closes_the_log(tmp_path):
    script = f"""
import os, signal, torch, tensorboard_plugin_hidden as hidden
writer = hidden.SummaryWriter({str(tmp_path)!r})
for step in range(3):
    writer.add_activations("a", torch.randn(40, 4), step)
os.kill(writer._recorder.maps.service.pid, signal.SIGSTOP)
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.5)
writer.close()
print("saved the model")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "saved the model\n"
    assert "3 maps are left to `hidden project`" in done.stderr
    assert list(history(tmp_path).snapshots["a"]) == [0, 1, 2]
    assert history(tmp_path).closed


def test_a_forked_child_that_ends_leaves_the_log_and_the_projector_alone(tmp_path):
    script = f"""
import os, sys, torch, tensorboard_plugin_hidden as hidden
writer = hidden.SummaryWriter({str(tmp_path)!r})
writer.add_activations("a", torch.randn(40, 4), 0)
child = os.fork()
if child == 0:
    writer.close()
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
assert writer._recorder.maps.service.pid is not None
writer.add_activations("a", torch.randn(40, 4), 1)
writer.close()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert list(history(tmp_path).frames["a"]["hidden"]) == [0, 1]
    ends = [item.record for item in RunReader(str(tmp_path)).poll() if item.record.body.KIND == "end"]
    assert len(ends) == 1
