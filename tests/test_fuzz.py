"""Runs that were tampered with: every route answers with a documented status, every command works or says why not.

A few of them; ``HIDDEN_FUZZ=1000`` tries as many of each.
"""

import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format import payload
from tests.cli.test_project import invoke
from tests.hostile import COMMANDS, Routes, attempt, questions, use_commands

MORE = int(os.environ.get("HIDDEN_FUZZ", "0"))


def train(run):
    """A short training that logs something of everything."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    inputs, labels = torch.rand(60, 1, 4, 4), torch.arange(60) % 3
    probe = hidden.Probe((inputs, labels), classes=["a", "b", "c"], metadata={"m": list(range(60))})
    log = hidden.TrainingLog(hidden.every(1))
    with hidden.SummaryWriter(str(run)) as writer:
        writer.watch(model, probe, layers=["1", "2"], method=None, optimizer=optimizer, training_log=log)
        writer.add_task("first", classes=[0, 1])
        for step in range(3):
            for _ in range(5):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(inputs), labels)
                loss.backward()
                optimizer.step()
            writer.add_scalar("loss", loss.item(), step)
            writer.add_hidden(step, selected=[1, 2, step])
            answered = labels[:30].numpy() if step == 0 else None
            writer.add_outcomes(list(range(30)), np.arange(30) % 2, answered, global_step=step)
            writer.add_projection("1", np.random.default_rng(0).normal(size=(60, 2)), step)
    assert invoke(str(run), "--method", "pca", "--layer", "2").exit_code == 0
    return run


@pytest.fixture(scope="module", params=["in events", "in the store"])
def run(request, tmp_path_factory):
    """Its payloads are in the events, or nearly all in the store."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "in the store":
            patch.setattr(payload, "INLINE_LIMIT", 200)
        return train(tmp_path_factory.mktemp("whole") / "run")


def faults(what, first, count, run, folder):
    command = [sys.executable, "-m", "tests.hostile", what, str(first), str(count), str(run), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 30 * count)
    return done.stdout + (done.stderr if done.returncode else "")


def test_of_a_whole_run_all_is_answered(run):
    """Else nothing below would say much."""
    routes = Routes(run)
    index, training = routes.told("index"), routes.told("training")
    statuses = {}
    for route, query in questions(index, training):
        statuses.setdefault(route, set()).add(routes.ask(route, query).status_code)
    assert set(statuses) == set(routes.names)
    assert {route for route, found in statuses.items() if 200 not in found} <= {"image"}
    built = (resources.files("tensorboard_plugin_hidden") / "static" / "standalone.js").is_file()
    for arguments in COMMANDS if built else [one for one in COMMANDS if "--html" not in one]:
        assert invoke_command(arguments, run).exit_code == 0


def invoke_command(arguments, run):
    from click.testing import CliRunner

    from tensorboard_plugin_hidden.cli import cli

    return CliRunner().invoke(cli, [arguments[0], str(run), *arguments[1:]], catch_exceptions=False)


def test_routes_of_spoilt_runs(run, tmp_path):
    assert faults("routes", 0, MORE or 6, run, tmp_path) == ""


def test_commands_on_spoilt_runs(run, tmp_path):
    found = [attempt(seed, run, tmp_path, use_commands(run)) for seed in range(500, 500 + (MORE or 3))]
    assert [fault for fault in found if fault] == []


def test_nonsense_is_answered(run, tmp_path):
    assert faults("nonsense", 0, 10 * MORE or 200, run, tmp_path) == ""
