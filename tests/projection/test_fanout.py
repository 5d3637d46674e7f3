"""Tasks over real processes and a real Ray cluster of this machine."""

import asyncio
import builtins
import os
import signal
import sys
import time
import types
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from zarr.core.sync import sync

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.fanout import Failure, draw_here, fan_out, processes, ray_cluster
from tensorboard_plugin_hidden.projection.offline import LeftOut, Map, layer_tasks
from tests.processes import alive
from tests.servers import free_port


@dataclass(frozen=True)
class Says:
    """A task that reports on the process that it is drawn by, and counts its calls in a file."""

    name: str
    calls: str
    expected: int = 1

    def outcomes(self):
        with open(self.calls, "a") as file:
            file.write(".")
        yield LeftOut(f"{torch.get_num_threads()} {os.environ.get('NUMBA_NUM_THREADS')} {os.getpid()}")


@dataclass(frozen=True)
class Dies(Says):
    """Kills its own process the first few times."""

    times: int = 1

    def outcomes(self):
        yield from super().outcomes()
        if Path(self.calls).stat().st_size <= self.times:
            os.kill(os.getpid(), signal.SIGKILL)
        yield LeftOut("came through")


class Breaks(Says):
    def outcomes(self):
        yield from super().outcomes()
        raise ZeroDivisionError("of all things")


class Reads(Says):
    """Is in the middle of reading from a store, which is done in an event loop."""

    def outcomes(self):
        yield from super().outcomes()
        sync(asyncio.sleep(120))


@pytest.fixture(scope="module")
def cluster():
    """Ray of this machine alone, for all tests of this file."""
    with ray_cluster("local", 2) as workforce:
        yield workforce


@pytest.fixture(params=["processes", pytest.param("ray", marks=pytest.mark.slow)])
def workforce(request):
    if request.param == "ray":
        yield request.getfixturevalue("cluster")
    else:
        with processes(2) as workforce:
            yield workforce


@contextmanager
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def log(run_dir, layers, steps=3):
    rng = np.random.default_rng(0)
    with hidden.SummaryWriter(str(run_dir)) as writer:
        for step in range(steps):
            for layer in layers:
                writer.add_activations(layer, rng.normal(size=(60, 5)), step, method=None)
    return str(run_dir)


def test_every_layer_of_every_run_is_drawn_as_in_one_process(tmp_path, workforce):
    runs = [log(tmp_path / "a", ["x", "y"]), log(tmp_path / "b", ["x"])]
    tasks = [task for run in runs for task in layer_tasks(run, "hidden")]
    assert len(tasks) == 3
    apart, here = [], []
    fan_out(tasks, apart.append, workforce)
    with one_thread():
        draw_here(tasks, here.append)

    def sorted_out(outcomes):
        assert all(isinstance(outcome, Map) for outcome in outcomes)
        return {(o.run_dir, o.record.layer, o.record.step): o.arrays["positions"].tobytes() for o in outcomes}

    assert len(apart) == 9
    assert sorted_out(apart) == sorted_out(here)
    for task in tasks:
        steps = [o.record.step for o in apart if (o.run_dir, o.record.layer) == (task.run_dir, task.layer)]
        assert steps == [0, 1, 2], "each is started from the one before"


def test_one_that_fails_reports_itself_and_does_not_stop_the_others(tmp_path, workforce):
    calls = [str(tmp_path / name) for name in "abcd"]
    tasks = [
        Breaks("breaks", calls[0]),
        Dies("dies", calls[1], times=99),
        Dies("recovers", calls[2], times=1),
        Says("says", calls[3]),
    ]
    came = []
    fan_out(tasks, came.append, workforce)
    failures = {outcome.task: outcome.reason for outcome in came if isinstance(outcome, Failure)}
    assert failures.keys() == {"breaks", "dies"}
    assert failures["breaks"] == "ZeroDivisionError: of all things"
    assert "ended with SIGKILL" in failures["dies"] or "Ray worker is gone" in failures["dies"]
    assert [Path(file).stat().st_size for file in calls] == [1, 2, 2, 1]
    said = [outcome.reason for outcome in came if isinstance(outcome, LeftOut)]
    assert said.count("came through") == 1
    threads, numba, pids = zip(*[line.split() for line in said if line != "came through"], strict=True)
    assert set(threads) == set(numba) == {"1"}
    assert str(os.getpid()) not in pids


def test_when_a_map_cannot_be_written_all_is_stopped_quietly(tmp_path, workforce, capfd):
    pids = []

    def deliver(outcome):
        pids.append(int(outcome.reason.split()[-1]))
        if len(pids) == 2:
            raise HiddenError("the disk is full", expected="a", got="b", fix="C.")

    with pytest.raises(HiddenError, match="the disk is full"):
        fan_out([Reads(str(place), str(tmp_path / "calls")) for place in range(3)], deliver, workforce)
    wait_until(lambda: not any(map(alive, pids)))
    assert len(pids) == 2
    assert capfd.readouterr().err == ""


def test_ray_leaves_the_built_in_print_alone(cluster):
    from ray.experimental import tqdm_ray

    tqdm_ray.instance()  # what Ray calls before it shows a worker's words
    assert isinstance(builtins.print, types.BuiltinFunctionType)  # numba cannot compile any other


def test_the_environment_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    with processes(1):
        assert os.environ["OMP_NUM_THREADS"] == os.environ["NUMBA_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "NUMBA_NUM_THREADS" not in os.environ


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(HiddenError, match=r'pip install "tensorboard-plugin-hidden\[ray\]"'), ray_cluster("local"):
        pass


def test_a_cluster_that_does_not_answer_is_said(monkeypatch):
    monkeypatch.setattr("ray.is_initialized", lambda: False)  # whether or not other tests are connected to one
    with (
        pytest.raises(HiddenError, match=r"no Ray cluster to draw on.*refused"),
        ray_cluster(f"127.0.0.1:{free_port()}"),
    ):
        pass


def test_a_run_is_not_the_address_of_a_cluster(tmp_path):
    with pytest.raises(HiddenError, match="took a run for the address"), ray_cluster(str(tmp_path)):
        pass
