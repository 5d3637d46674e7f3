"""Projection from files alone."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import OfflineProjection
from tensorboard_plugin_hidden.projection.source import load_snapshot


@pytest.fixture
def run_dir(tmp_path, rng):
    centres = 4 * rng.normal(size=(3, 8))
    cloud = centres[np.arange(90) % 3] + rng.normal(size=(90, 8))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for step in range(4):
            acts = cloud * (1 + 0.1 * step)
            labels = np.arange(90) % 3 if step == 0 else None
            writer.add_activations(
                "fc", acts, step, logits=acts @ centres.T, head=(centres, np.zeros(3)), labels=labels, method=None
            )
    return str(tmp_path)


def test_what_is_missing_is_drawn_once(run_dir):
    frames = []
    projection = OfflineProjection(run_dir, "hidden")
    todo = projection.waiting()
    assert [record.step for record in todo] == [0, 1, 2, 3]
    for record in todo:
        projection.draw(record, lambda frame, arrays: frames.append((frame, arrays)))
    assert [frame.step for frame, _ in frames] == [0, 1, 2, 3]
    assert projection.waiting() == []
    versions = [str(record.version) for record in todo]
    assert [frame.snapshot for frame, _ in frames] == versions


def test_following_ends_when_the_writer_is_closed(run_dir):
    frames, drawn = [], []
    OfflineProjection(run_dir, "pca").follow(lambda frame, arrays: frames.append(frame), drawn.append)
    assert [frame.step for frame in frames] == [record.step for record in drawn] == [0, 1, 2, 3]


def test_a_damaged_snapshot_costs_only_its_own_map(run_dir):
    projection = OfflineProjection(run_dir, "pca")
    todo = projection.waiting()
    row = Path(run_dir, "plugins/hidden/store.zarr", todo[1].payload.group, "activations/c", str(todo[1].payload.row))
    for chunk in [path for path in row.rglob("*") if path.is_file()]:
        chunk.write_bytes(b"nonsense")
    steps = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for record in todo:
            projection.draw(record, lambda frame, arrays: steps.append(frame.step))
    said = [str(warning.message) for warning in caught if warning.category is HiddenWarning]
    assert len(said) == 1
    assert said[0].startswith("No map of hidden/snapshot/fc/00000001")
    assert steps == [0, 2, 3]


def test_unknown_method(run_dir):
    with pytest.raises(HiddenError, match="pca"):
        OfflineProjection(run_dir, "pcca")


def test_a_chain_may_be_fed_in_any_order(run_dir):
    """A step out of the backlog starts from the nearest earlier one, and its neighbours barely move."""
    history = current(item.record for item in RunReader(run_dir).poll())
    store = StoreReader(run_dir)
    snapshots = {step: load_snapshot(record, store) for step, record in history.snapshots["fc"].items()}
    chain = Chain(get_method("hidden"))
    frames = {step: chain.project(snapshots[step]) for step in (0, 3, 1, 2)}
    radius = np.linalg.norm(frames[0].positions - frames[0].positions.mean(0), axis=1).mean()
    for before, after in ((0, 1), (0, 3), (1, 2)):
        moved = np.linalg.norm(frames[after].positions - frames[before].positions, axis=1)
        assert np.median(moved) < 0.25 * radius


def test_a_seeded_chain_goes_on_where_another_process_stopped(run_dir):
    history = current(item.record for item in RunReader(run_dir).poll())
    store = StoreReader(run_dir)
    first, second = (load_snapshot(history.snapshots["fc"][step], store) for step in (0, 1))
    whole = Chain(get_method("hidden"))
    start, wanted = whole.project(first), whole.project(second)
    resumed = Chain(get_method("hidden"))
    resumed.seed(0, start.positions, first.activations)
    np.testing.assert_allclose(resumed.project(second).positions, wanted.positions, atol=1e-3)


def test_resolve_of_what_the_live_projector_drew(digits_run):
    run = str(digits_run / "digits")
    logged = list(RunReader(run).poll())
    history = current(item.record for item in logged)
    payloads = {str(item.record.version): item.payload for item in logged}
    frames = history.frames["fc2:input"]["hidden"]
    assert list(frames) == [0, 1, 2, 3]
    for record in frames.values():
        arrays = resolve(record.payload, payloads[str(record.version)], StoreReader(run))
        assert arrays["positions"].shape == (899, 2)
