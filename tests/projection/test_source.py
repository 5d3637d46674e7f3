"""Stored programs are code: they are read where somebody answers for them, and else left out."""

import os
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.proof import digest_of, prove
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import Version
from tensorboard_plugin_hidden.format.snapshot_codec import PROGRAM
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter
from tensorboard_plugin_hidden.projection.fanout import fan_out, processes, ray_cluster
from tensorboard_plugin_hidden.projection.frame import draw_frame
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import LeftOut
from tensorboard_plugin_hidden.projection.source import TRUST_PROGRAMS, load_snapshot


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """The record and the store of a layer whose way to the logits is a program."""
    run = str(tmp_path_factory.mktemp("run"))
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    with hidden.SummaryWriter(run) as writer:
        writer.watch(model, hidden.Probe((torch.randn(60, 4), torch.arange(60) % 3)), layers="0", method=None)
        writer.add_hidden(0)
    history = current(item.record for item in RunReader(run).poll())
    return history.snapshots["0"][0], StoreReader(run)


@pytest.fixture
def strangers(tmp_path, monkeypatch):
    """Whoever reads has another key than who wrote."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    prove("ab", "fc", digest_of(b""))


def test_a_strangers_program_is_not_even_loaded_without_the_users_word(logged, strangers, monkeypatch):
    record, store = logged
    assert record.body.program is not None
    monkeypatch.setattr(torch.export, "load", lambda *_: pytest.fail("a program was loaded"))
    snapshot = load_snapshot(record, store)
    assert (snapshot.head.kind, snapshot.head.program) == ("none", None)
    frame = draw_frame(snapshot, None, get_method("pca"), 0).frame
    assert frame.landscape.source == "surrogate"


def test_it_is_where_the_training_itself_or_the_user_says_so(logged, strangers, monkeypatch):
    record, store = logged
    trusted = load_snapshot(record, store, own=True)
    assert draw_frame(trusted, None, get_method("pca"), 0).frame.landscape.source == "program"
    monkeypatch.setenv(TRUST_PROGRAMS, "1")
    assert load_snapshot(record, store).head.kind == "program"
    np.testing.assert_array_equal(load_snapshot(record, store).activations, trusted.activations)


def test_it_is_where_its_proof_is_of_this_users_key(logged):
    record, store = logged
    assert load_snapshot(record, store).head.kind == "program"


@pytest.mark.parametrize("changed", ["the proof", "the layer", "the session", "no proof"])
def test_it_is_not_with_a_proof_of_something_else(logged, changed):
    record, store = logged
    body, version = record.body, record.version
    if changed == "the session":
        record = replace(record, version=Version("0" * 16, version.sequence))
    elif changed == "the layer":
        record = replace(record, body=replace(body, layer="1"))
    else:
        record = replace(record, body=replace(body, proof="" if changed == "no proof" else "0" * 64))
    assert load_snapshot(record, store).head.kind == "none"


def test_a_program_that_was_exchanged_is_left_out_by_the_projector_too(logged, tmp_path):
    """Beside the training its record, which came through a pipe, names the bytes."""
    record, store = logged
    other = StoreWriter(str(tmp_path))
    place = other.append("s/program/0", {PROGRAM: np.frombuffer(b"evil", np.uint8)})
    payload = other.append("s/snapshot/0", store.read(record.payload))
    there = replace(record, payload=payload, body=replace(record.body, program=place))
    for own in (True, False):
        assert load_snapshot(there, StoreReader(str(tmp_path)), own=own).head.kind == "none"


@dataclass(frozen=True)
class Trust:
    """A task that says whether programs are trusted where it is drawn."""

    name: str = "trust"
    expected: int = 1

    def outcomes(self):
        yield LeftOut(os.environ.get(TRUST_PROGRAMS, "unset"))


@pytest.mark.parametrize("where", ["processes", pytest.param("ray", marks=pytest.mark.slow)])
@pytest.mark.parametrize("told", ["1", "0"])
def test_the_users_word_reaches_workers_also_of_a_cluster_that_runs_already(monkeypatch, where, told):
    with ray_cluster("local", 2) if where == "ray" else processes(2) as workforce:
        fan_out([Trust()], lambda _: None, workforce)
        monkeypatch.setenv(TRUST_PROGRAMS, told)
        said = []
        fan_out([Trust() for _ in range(3)], said.append, workforce)
        assert {one.reason for one in said} == {told}
