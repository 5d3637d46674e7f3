"""The projector process: real processes, real snapshots."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.schema import PayloadRef, Record, SnapshotRecord, Version, to_json
from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import encode_snapshot
from tensorboard_plugin_hidden.format.store import StoreWriter
from tensorboard_plugin_hidden.projection.service import ProjectionService, processor_seconds
from tensorboard_plugin_hidden.projection.wire import send
from tests.processes import alive


class Run:
    """A store with snapshots of a slowly moving cloud, and what came back for them."""

    def __init__(self, path):
        self.path = str(path)
        self.store = StoreWriter(self.path)
        self.frames = []
        self.delivered = threading.Condition()
        rng = np.random.default_rng(0)
        self.centres = 4 * rng.normal(size=(3, 8))
        self.cloud = self.centres[np.arange(120) % 3] + rng.normal(size=(120, 8))

    def deliver(self, frame, arrays):
        with self.delivered:
            self.frames.append((frame, arrays))
            self.delivered.notify_all()

    def snapshot(self, step, layer="fc"):
        activations = (self.cloud * (1 + 0.05 * step)).astype(np.float32)
        weight, bias = self.centres.astype(np.float32), np.zeros(3, np.float32)
        snapshot = Snapshot(
            layer=layer,
            step=step,
            activations=activations,
            logits=activations @ weight.T,
            head=HeadData("linear", {"weight": weight, "bias": bias}),
        )
        reference = self.store.append(f"s/{layer}", encode_snapshot(snapshot))
        body = SnapshotRecord(layer, step, 120, 8, "linear", None, 0, 1, 0.0)
        return Record(Version("s", step), body, reference)

    def wait(self, count, timeout=120):
        with self.delivered:
            assert self.delivered.wait_for(lambda: len(self.frames) >= count, timeout), f"{len(self.frames)} of {count}"

    def steps(self):
        return [frame.step for frame, _ in self.frames]


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


@pytest.fixture
def service(run):
    service = ProjectionService(run.path, "hidden", run.deliver)
    yield service
    service.close()
    assert service.pid is None


def test_frames_come_back_for_every_layer(run, service):
    for step in range(3):
        for layer in ("a", "b"):
            service.submit(run.snapshot(step, layer))
    service.drain(lambda done, total: None)
    assert sorted((frame.layer, frame.step) for frame, _ in run.frames) == [(x, s) for x in "ab" for s in range(3)]
    frame, arrays = run.frames[-1]
    assert frame.landscape == "linear"
    assert arrays["positions"].shape == (120, 2)
    assert frame.faithfulness["neighbours"] > 3 * frame.faithfulness["neighbours_floor"]


def test_the_newest_goes_first_and_nothing_is_lost(run, service):
    """Submitted faster than they can be drawn, the last must not wait for those before it."""
    for step in range(8):
        service.submit(run.snapshot(step))
    service.drain(lambda done, total: None)
    assert sorted(run.steps()) == list(range(8))
    assert run.steps().index(7) <= 1
    rest = [step for step in run.steps() if step not in run.steps()[:2]]
    assert rest == sorted(rest), "the backlog is worked off oldest first"


def test_progress_is_told_while_draining(run, service):
    for step in range(4):
        service.submit(run.snapshot(step))
    told = []
    service.drain(lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_killed_projector_is_restarted_and_no_frame_is_lost(run, service):
    service.submit(run.snapshot(0))
    run.wait(1)
    first = service.pid
    os.kill(first, signal.SIGKILL)
    for step in (1, 2):
        service.submit(run.snapshot(step))
    service.drain(lambda done, total: None)
    assert sorted(run.steps()) == [0, 1, 2]
    assert service.pid not in (None, first)


def test_a_projector_that_cannot_run_leaves_training_alone(run, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    caught = []
    monkeypatch.setattr("warnings.warn", lambda message, *_, **__: caught.append(str(message)))
    service = ProjectionService(run.path, "hidden", run.deliver)
    service.submit(run.snapshot(0))
    service.submit(run.snapshot(1))
    service.drain(lambda done, total: None)
    service.close()
    assert run.frames == []
    assert any("ended 3 times in a row" in text and "hidden project" in text for text in caught)


def test_a_projector_that_cannot_run_is_not_tried_for_ever(run, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    caught = []
    monkeypatch.setattr("warnings.warn", lambda message, *_, **__: caught.append(str(message)))
    service = ProjectionService(run.path, "hidden", run.deliver)
    for step in range(3):
        service.submit(run.snapshot(step))
        service.drain(lambda done, total: None)
    assert service.pending == 0
    service.close()
    assert len(caught) == 1


def test_a_frame_that_cannot_be_logged_costs_only_itself(run, monkeypatch):
    caught = []
    monkeypatch.setattr("warnings.warn", lambda message, *_, **__: caught.append(str(message)))

    def deliver(frame, arrays):
        if frame.step == 0:
            raise OSError("no space left on device")
        run.deliver(frame, arrays)

    service = ProjectionService(run.path, "pca", deliver)
    for step in range(2):
        service.submit(run.snapshot(step))
        service.drain(lambda done, total: None)
    service.close()
    assert run.steps() == [1]
    assert any("no space left on device" in text for text in caught)


def test_closing_at_once_leaves_no_process(run):
    services = [ProjectionService(run.path, "pca", run.deliver) for _ in range(5)]
    for service in services:
        service.close()
    assert [service.pid for service in services] == [None] * 5


def test_closing_does_not_wait_for_a_projector_that_was_stopped(run, monkeypatch):
    monkeypatch.setattr("tensorboard_plugin_hidden.projection.service._PARTING_SECONDS", 0.2)
    service = ProjectionService(run.path, "pca", run.deliver)
    while service.pid is None:
        time.sleep(0.01)
    os.kill(service.pid, signal.SIGSTOP)
    service.close()
    assert service.pid is None


def test_a_projector_that_hangs_is_not_waited_for(run, monkeypatch):
    """A stopped process uses no processor; one that works slowly does, and is waited for."""
    monkeypatch.setattr("tensorboard_plugin_hidden.projection.service._IDLE_SECONDS", 1.0)
    service = ProjectionService(run.path, "hidden", run.deliver)
    service.submit(run.snapshot(0))
    run.wait(1)
    os.kill(service.pid, signal.SIGSTOP)
    for step in (1, 2):
        service.submit(run.snapshot(step))
    start = time.monotonic()
    with pytest.warns(HiddenWarning, match=r"hangs and was ended; 2 frames are not drawn.*`hidden project"):
        service.drain(lambda done, total: None)
    service.close()
    assert time.monotonic() - start < 10
    assert run.steps() == [0]
    assert service.pid is None


def test_processor_time_is_told_of_processes_that_work():
    used = processor_seconds(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert used < processor_seconds(os.getpid())
    assert processor_seconds(2**22 + 1) is None


def test_ctrl_c_in_the_terminal_does_not_reach_the_projector(run, service):
    while service.pid is None:
        time.sleep(0.01)
    assert os.getpgid(service.pid) != os.getpgid(0)


def test_a_snapshot_that_is_gone_costs_only_its_own_frame(run, service, monkeypatch):
    caught = []
    monkeypatch.setattr("warnings.warn", lambda message, *_, **__: caught.append(str(message)))
    lost = Record(Version("s", 9), run.snapshot(0).body, PayloadRef("nowhere", 0))
    service.submit(lost)
    service.submit(run.snapshot(1))
    service.drain(lambda done, total: None)
    assert run.steps() == [1]
    assert any("not in this copy" in text for text in caught)


def test_submitting_takes_no_time_worth_mentioning(run, service):
    """It must return while the process is still importing torch."""
    records = [run.snapshot(step) for step in range(3)]
    for record in records:
        service.submit(record)
    assert service.pending == 3
    assert run.frames == []
    service.drain(lambda done, total: None)


def test_closing_does_not_wait_for_what_is_pending(run):
    service = ProjectionService(run.path, "hidden", run.deliver)
    for step in range(50):
        service.submit(run.snapshot(step))
    service.close()
    assert len(run.frames) < 50


def test_it_ends_with_the_training_process(run, tmp_path):
    """A training process that is killed leaves no projector behind."""
    code = f"""
import time
from tensorboard_plugin_hidden.projection.service import ProjectionService, processor_seconds
service = ProjectionService({run.path!r}, "hidden", lambda *_: None)
while service.pid is None: time.sleep(.01)
print(service.pid, flush=True)
time.sleep(600)
"""
    training = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    projector = int(training.stdout.readline())
    training.kill()
    training.wait()
    deadline = time.monotonic() + 60
    while alive(projector):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_says_nothing_when_training_is_killed_while_it_draws(run):
    worker = subprocess.Popen(
        [sys.executable, "-m", "tensorboard_plugin_hidden.projection.worker", json.dumps([run.path, "pca"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    worker.stdout.close()
    send(worker.stdin, to_json(run.snapshot(0)))
    worker.stdin.close()
    assert worker.stderr.read() == b""
    worker.wait()
