"""A map goes on where another process left it: it neither turns nor jumps."""

import os
import signal
from itertools import pairwise

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.frame_codec import placed_positions
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.projection import chain as chain_module
from tensorboard_plugin_hidden.projection.chain import Chain
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import OfflineProjection
from tests.projection.test_frame import snapshot


def activations(step):
    rng = np.random.default_rng(0)
    cloud = 3 * rng.normal(size=(5, 8))[np.arange(150) % 5] + rng.normal(size=(150, 8))
    # Turned a little more at every step, so that a map begun afresh lies elsewhere.
    return cloud * (1 + 0.02 * step) + 0.1 * step * np.roll(cloud, 1, axis=1)


def log(run_dir, steps, before=lambda writer, step: None, **options):
    with hidden.SummaryWriter(str(run_dir), **options) as writer:
        for step in steps:
            before(writer, step)
            writer.add_activations("fc", activations(step), step)


def moves(run_dir):
    """How far samples moved in the map from step to step, in radii of the map."""
    logged = list(RunReader(str(run_dir)).poll())
    payloads = {str(item.record.version): item.payload for item in logged}
    places = {}
    for step, record in current(item.record for item in logged).frames["fc"]["hidden"].items():
        arrays = resolve(record, payloads[str(record.version)], StoreReader(str(run_dir)))
        places[step] = placed_positions(record.body, arrays)
    radius = np.sqrt(places[0].var(axis=0).sum())
    steps = sorted(places)
    return {b: np.linalg.norm(places[b] - places[a], axis=1).mean() / radius for a, b in pairwise(steps)}


def test_a_resumed_run_goes_on_from_its_last_map(tmp_path):
    log(tmp_path, range(2))
    log(tmp_path, range(2, 4))
    assert moves(tmp_path)[2] < 0.2


def test_a_resumed_run_goes_on_from_before_the_step_where_it_takes_up(tmp_path):
    log(tmp_path, range(4))
    log(tmp_path, range(2, 4), purge_step=2)
    assert list(moves(tmp_path)) == [1, 2, 3]
    assert moves(tmp_path)[2] < 0.2


def test_a_projector_that_died_goes_on_from_its_last_map(tmp_path):
    def kill(writer, step):
        if step == 2:
            service = writer._recorder.maps.service
            service.drain(lambda done, total: None)
            os.kill(service.pid, signal.SIGKILL)

    log(tmp_path, range(4), kill)
    assert moves(tmp_path)[2] < 0.2


def test_offline_goes_on_from_what_was_drawn_live(tmp_path):
    log(tmp_path, range(2))
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.add_activations("fc", activations(2), 2, method=None)
    projection = OfflineProjection(str(tmp_path), "hidden")
    (drawn,) = [projection.draw(record) for record in projection.waiting()]
    assert drawn.record.step == 2
    assert drawn.record.faithfulness["displacement"] < 0.2


def test_a_chain_forgets_most_of_very_many_steps(monkeypatch):
    monkeypatch.setattr(chain_module, "_REMEMBERED", 8)
    chain = Chain(get_method("pca"))
    for step in range(40):
        chain.project(snapshot(40, 4, step=step))
        assert chain.knows(step, step + 1), "the last one is always remembered"
    assert len(chain._previous) <= 8
    assert chain.knows(0, 1), "so is the first"


@pytest.mark.parametrize(("earlier", "step", "known"), [(3, 9, True), (4, 9, False), (3, 3, False), (0, 2, False)])
def test_what_a_chain_knows(earlier, step, known):
    chain = Chain(get_method("pca"))
    chain.project(snapshot(40, 4, step=3))
    assert chain.knows(earlier, step) is known
