"""Stored programs are code: they are read where somebody answers for them, and else left out."""

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.frame import draw_frame
from tensorboard_plugin_hidden.projection.methods import get_method
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


def test_a_program_is_not_even_read_without_the_users_word(logged, monkeypatch):
    record, store = logged
    assert record.body.program is not None
    monkeypatch.setattr(torch.export, "load", lambda *_: pytest.fail("a program was loaded"))
    snapshot = load_snapshot(record, store)
    assert (snapshot.head.kind, snapshot.head.program) == ("none", None)
    frame = draw_frame(snapshot, None, get_method("pca"), 0).frame
    assert frame.landscape.source == "surrogate"


def test_it_is_where_the_training_itself_or_the_user_says_so(logged, monkeypatch):
    record, store = logged
    trusted = load_snapshot(record, store, trusted=True)
    assert draw_frame(trusted, None, get_method("pca"), 0).frame.landscape.source == "program"
    monkeypatch.setenv(TRUST_PROGRAMS, "1")
    assert load_snapshot(record, store).head.kind == "program"
    np.testing.assert_array_equal(load_snapshot(record, store).activations, trusted.activations)
