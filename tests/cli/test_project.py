"""``hidden project`` over several runs, together, and after an interruption."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.projection.source import TRUST_PROGRAMS
from tests.cli.test_commands import COMMAND, history, run
from tests.processes import alive
from tests.projection.test_offline import stored
from tests.servers import tensorboard


def log(run_dir, layers=("fc",), steps=3, ids=range(60)):
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(3, 6))
    with hidden.SummaryWriter(str(run_dir)) as writer:
        writer.add_probe(hidden.Probe(np.zeros((60, 2), np.float32), ids=list(ids), size=60))
        for step in range(steps):
            for layer in layers:
                rows = 3 * middles[np.arange(60) % 3] + rng.normal(size=(60, 6))
                writer.add_activations(layer, rows, step, method=None)
    return str(run_dir)


def invoke(*arguments):
    """The command within this process; a ``HiddenError`` is raised."""
    return CliRunner().invoke(cli, ["project", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("option", "own", "source"),
    [((), False, "surrogate"), (("--trust-programs",), False, "program"), ((), True, "program")],
)
def test_programs_run_on_proof_or_on_the_word_of_the_command(tmp_path, monkeypatch, option, own, source):
    """Whatever the environment says, as it does after another command of this process."""
    monkeypatch.setenv(TRUST_PROGRAMS, str(int(not option)))
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, hidden.Probe((torch.randn(60, 4), torch.arange(60) % 3)), layers="0", method=None)
        writer.add_hidden(0)
    if not own:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another user"))
    done = invoke(str(tmp_path), "--method", "pca", *option)
    assert done.exit_code == 0
    assert history(tmp_path).frames["0"]["pca"][0].body.landscape == source
    told = "1 of the landscapes is of a head fitted to the logits" in done.stderr
    assert told == (source == "surrogate")
    assert ("--trust-programs" in done.stderr) == told


def test_several_runs_in_several_processes(tmp_path):
    runs = [log(tmp_path / "a", ("x", "y")), log(tmp_path / "b", ("x",))]
    done = run("project", *runs, "--jobs", "2", "--method", "pca")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("9 maps drawn by method 'pca'.\n")
    assert {layer: list(by["pca"]) for layer, by in history(runs[0]).frames.items()} == {"x": [0, 1, 2], "y": [0, 1, 2]}
    assert list(history(runs[1]).frames["x"]["pca"]) == [0, 1, 2]
    assert "Every snapshot of" in invoke(*runs, "--method", "pca").output


def test_a_ray_cluster_is_started_quietly_for_the_time_being(tmp_path):
    runs = [log(tmp_path / "a"), log(tmp_path / "b")]
    done = run("project", *runs, "--method", "pca", "--jobs", "2", "--ray")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("6 maps drawn by method 'pca'.\n")
    assert "ray" not in done.stdout.lower()
    for name in runs:
        assert list(history(name).frames["fc"]["pca"]) == [0, 1, 2]


def test_what_fails_is_named_and_the_rest_is_drawn(tmp_path):
    one, other = log(tmp_path / "a", ("x", "y")), log(tmp_path / "b", ("x",), steps=2, ids=range(500, 560))
    done = invoke(one, other, "--joint", "--method", "pca")
    assert done.exit_code == 1
    assert "failed: a, b jointly: a and b cannot share a map at step 0" in done.stderr
    assert "left out: Not all runs have the layer y." in done.stderr
    assert "left out: No joint map of 1 step of a, b that not all of them have." in done.stderr
    assert done.stdout.endswith("0 maps drawn by method 'pca+joint'. (2 left out, 1 failed)\n")
    assert not list(Path(one, ASSETS_DIR).glob("*tfevents*"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--follow", "--method", "timevis"], "timevis looks at all steps at once: expected a run that is over"),
        (["--follow", "--jobs", "2"], "--follow draws one run"),
        (["--joint", "--method", "timevis"], "looks at all steps at once"),
        (["--joint"], "at least two members"),
        (["--layer", "fd"], "no snapshots of that layer: expected one of fc, got 'fd'"),
    ],
)
def test_what_cannot_go_together_is_said(tmp_path, arguments, sentence):
    with pytest.raises(HiddenError, match=sentence):
        invoke(log(tmp_path / "run"), *arguments)


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_killed_in_the_middle_it_goes_on_to_the_same_maps(tmp_path, one_thread):
    """The killed command leaves an event file that ends in the middle of a record; both loaders read on in the next."""
    whole, halted = log(tmp_path / "whole", ("x", "y"), steps=8), str(tmp_path / "logs" / "halted")
    shutil.copytree(whole, halted)
    assert invoke(whole).exit_code == 0

    command = [*COMMAND, "project", halted, "--jobs", "2"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assets = Path(halted, ASSETS_DIR)
    while sum(record.KIND == "frame" for record in bodies(halted)) < 3:
        assert first.poll() is None
        time.sleep(0.02)
    workers = children(first.pid)
    first.send_signal(signal.SIGKILL)
    first.wait()
    drawn = sum(record.KIND == "frame" for record in bodies(halted))
    assert 3 <= drawn < 16
    (events,) = assets.glob("*tfevents*")
    os.truncate(events, events.stat().st_size - 5)
    deadline = time.monotonic() + 30
    while any(map(alive, workers)):
        assert time.monotonic() < deadline, "workers do not outlive their owner"
        time.sleep(0.05)

    assert invoke(halted).exit_code == 0
    assert len(list(assets.glob("*tfevents*"))) == 2
    frames = [(record.layer, record.step) for record in bodies(halted) if record.KIND == "frame"]
    assert sorted(frames) == [(layer, step) for layer in "xy" for step in range(8)], "each step is there once"
    for layer in "xy":
        wanted, got = stored(whole, "hidden", layer), stored(halted, "hidden", layer)
        for step in range(8):
            np.testing.assert_array_equal(got[step], wanted[step])
    assert invoke(halted, "--joint", "--method", "pca").exit_code == 0
    for loader in ("fast", "slow"):
        with tensorboard(["--logdir", str(tmp_path / "logs")], loader=loader) as server:
            index = server.index("halted", lambda index: index["layers"] and complete(index["layers"]))
            joint = index["layers"][1]["frames"]["pca+joint"]
            assert joint["settings"][0]["joint"] == "x, y"
            answer = server.get("frame", run="halted", layer="y", step=7, v=joint["versions"][-1])
            assert answer.status == 200


def test_an_interruption_ends_the_workers_quietly(tmp_path):
    run_dir = log(tmp_path / "run", ("x", "y"), steps=60)
    command = [*COMMAND, "project", run_dir, "--jobs", "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not any(record.KIND == "frame" for record in bodies(run_dir)):
        assert process.poll() is None
        time.sleep(0.05)
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.strip()) == (130, "hidden: interrupted")
    assert not any(map(alive, workers))


def bodies(run_dir):
    return [item.record.body for item in RunReader(run_dir).poll()]


def complete(layers):
    wanted = {"hidden", "pca+joint"}
    return all(
        wanted <= layer["frames"].keys() and all(layer["frames"][m]["steps"] == list(range(8)) for m in wanted)
        for layer in layers
    )
