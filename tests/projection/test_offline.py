"""Projection from files alone."""

import shutil
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.summary.writer.event_file_writer import EventFileWriter

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.format.summaries import event
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import LayerTask, LeftOut, Map, OfflineProjection, layer_tasks
from tensorboard_plugin_hidden.projection.resume import stored_positions
from tensorboard_plugin_hidden.projection.source import load_snapshot


def write(outcomes):
    """Writes each map to its run before the next is drawn; all outcomes."""
    seen = []
    with ExitStack() as stack:
        journals = {}
        for outcome in outcomes:
            seen.append(outcome)
            if not isinstance(outcome, Map):
                continue
            if outcome.run_dir not in journals:
                events = stack.enter_context(closing(EventFileWriter(str(Path(outcome.run_dir, ASSETS_DIR)))))
                journals[outcome.run_dir] = Journal(outcome.run_dir, emitter(events))
            journals[outcome.run_dir].write(outcome.record, outcome.arrays)
    return seen


def emitter(events):
    return lambda summary, step: events.add_event(event(summary, step))


def stored(run_dir, method, layer="fc"):
    """Positions by step, as a reader finds them."""
    logged = list(RunReader(run_dir).poll())
    payloads = {str(item.record.version): item.payload for item in logged}
    frames = current(item.record for item in logged).frames.get(layer, {}).get(method, {})
    return {step: stored_positions(record, payloads, StoreReader(run_dir)) for step, record in frames.items()}


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


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def damage(run_dir, record):
    row = Path(run_dir, "plugins/hidden/store.zarr", record.payload.group, "activations/c", str(record.payload.row))
    for chunk in [path for path in row.rglob("*") if path.is_file()]:
        chunk.write_bytes(b"nonsense")


def test_what_is_missing_is_drawn_once(run_dir):
    projection = OfflineProjection(run_dir, "hidden")
    todo = projection.waiting()
    assert [record.step for record in todo] == [0, 1, 2, 3]
    maps = [projection.draw(record) for record in todo]
    assert [drawn.record.step for drawn in maps] == [0, 1, 2, 3]
    assert projection.waiting() == []
    assert [drawn.record.snapshot for drawn in maps] == [str(record.version) for record in todo]


def test_following_ends_when_the_writer_is_closed(run_dir):
    maps = []
    OfflineProjection(run_dir, "pca").follow(maps.append)
    assert [drawn.record.step for drawn in maps] == [0, 1, 2, 3]


def test_a_damaged_snapshot_costs_only_its_own_map(run_dir):
    damage(run_dir, OfflineProjection(run_dir, "pca").waiting()[1])
    (task,) = layer_tasks(run_dir, "pca")
    outcomes = write(task.outcomes())
    (reason,) = [outcome.reason for outcome in outcomes if isinstance(outcome, LeftOut)]
    assert reason.startswith("No map of hidden/snapshot/fc/00000001")
    assert list(stored(run_dir, "pca")) == [0, 2, 3]
    assert [type(outcome) for outcome in task.outcomes()] == [LeftOut], "nothing else is drawn again"


@pytest.mark.parametrize("method", ["hidden", "pca"])
@pytest.mark.parametrize("written", [1, 3])
def test_what_was_cut_short_goes_on_to_the_same_bytes(run_dir, tmp_path, one_thread, method, written):
    copy = str(tmp_path / "copy")
    shutil.copytree(run_dir, copy, ignore=shutil.ignore_patterns("copy"))
    for run in (run_dir, copy):
        (task,) = layer_tasks(run, method)
        assert (task.layer, task.expected) == ("fc", 4)
        write(islice(task.outcomes(), written if run == copy else None))
    write(LayerTask(copy, "fc", method, 0).outcomes())
    assert layer_tasks(copy, method) == []
    whole, halted = stored(run_dir, method), stored(copy, method)
    assert list(whole) == list(halted) == [0, 1, 2, 3]
    for step, positions in whole.items():
        np.testing.assert_array_equal(halted[step], positions)


def log_one_more(run_dir, step):
    history = current(item.record for item in RunReader(run_dir).poll())
    last = load_snapshot(history.snapshots["fc"][3], StoreReader(run_dir))
    with hidden.SummaryWriter(run_dir) as writer:
        head = (last.head.arrays["weight"], last.head.arrays["bias"])
        writer.add_activations("fc", last.activations * 1.1, step, logits=last.logits, head=head, method=None)


def test_a_method_that_looks_at_all_steps_draws_all_when_one_is_missing(run_dir):
    damage(run_dir, OfflineProjection(run_dir, "pca").waiting()[1])
    (task,) = layer_tasks(run_dir, "hidden_refit")
    assert task.expected == 4
    (reason,) = [outcome.reason for outcome in write(task.outcomes()) if isinstance(outcome, LeftOut)]
    assert reason.startswith("No map of hidden/snapshot/fc/00000001")
    before = stored(run_dir, "hidden_refit")
    assert list(before) == [0, 2, 3]
    assert [type(outcome) for outcome in task.outcomes()] == [LeftOut], "nothing else is drawn again"

    log_one_more(run_dir, 4)
    (task,) = layer_tasks(run_dir, "hidden_refit")
    half = [outcome for outcome in write(islice(task.outcomes(), 3)) if isinstance(outcome, Map)]
    assert [drawn.record.step for drawn in half] == [0, 2]
    rest = [outcome for outcome in write(task.outcomes()) if isinstance(outcome, Map)]
    assert [drawn.record.step for drawn in rest] == [0, 2, 3, 4], "the one that was missing is written last"
    after = stored(run_dir, "hidden_refit")
    assert list(after) == [0, 2, 3, 4]
    assert (before[0] != after[0]).any()


def test_only_the_layers_that_are_named(run_dir, rng):
    with hidden.SummaryWriter(run_dir) as writer:
        writer.add_activations("other", rng.normal(size=(90, 4)), 9, method=None)
    assert [(task.layer, task.expected) for task in layer_tasks(run_dir, "pca")] == [("fc", 4), ("other", 1)]
    assert [task.layer for task in layer_tasks(run_dir, "pca", ("other",))] == ["other"]
    with pytest.raises(HiddenError, match="expected one of fc, other, got 'fx'"):
        layer_tasks(run_dir, "pca", ("fx",))


def test_unknown_method(run_dir):
    with pytest.raises(HiddenError, match="pca"):
        layer_tasks(run_dir, "pcca")


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
    resumed.seed(0, start.positions, first)
    np.testing.assert_allclose(resumed.project(second).positions, wanted.positions, atol=1e-3)


def test_resolve_of_what_the_live_projector_drew(digits_run):
    run = str(digits_run / "digits")
    logged = list(RunReader(run).poll())
    history = current(item.record for item in logged)
    payloads = {str(item.record.version): item.payload for item in logged}
    frames = history.frames["fc2:input"]["hidden"]
    assert list(frames) == [0, 1, 2, 3]
    for record in frames.values():
        arrays = resolve(record, payloads[str(record.version)], StoreReader(run))
        assert arrays["positions"].shape == (899, 2)
