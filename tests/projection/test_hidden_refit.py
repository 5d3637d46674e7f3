import numpy as np
import pytest

from tensorboard_plugin_hidden.geometry.faithfulness import displacement, neighbour_preservation
from tensorboard_plugin_hidden.geometry.neighbours import knn, overlap
from tensorboard_plugin_hidden.projection.methods import get_run_method
from tensorboard_plugin_hidden.projection.methods.hidden import Hidden
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

COUNT, STEPS, K = 200, 5, 12


def step(time, rows=None):
    """Four groups that part over time, with a little noise of their own at every step."""
    rng = np.random.default_rng(0)
    groups = np.arange(COUNT) % 4
    middles, shape = rng.standard_normal((4, 10)), rng.standard_normal((COUNT, 10))
    noise = np.random.default_rng(1 + time).standard_normal((COUNT, 10))
    points = (2 * time * middles[groups] + 2 * shape + 0.3 * noise).astype(np.float32)
    rows = np.arange(COUNT) if rows is None else rows
    points = points[rows] / np.sqrt((points[rows] ** 2).sum(axis=1).mean())
    return Fitted(points, *knn(points, K), rows.astype(np.int32), None, np.empty((0, 10), np.float32))


def quality(run, maps):
    kept = [neighbour_preservation(f.neighbours, knn(m.positions, K)[0]).mean() for f, m in zip(run, maps, strict=True)]
    moved = [
        displacement(after.positions, before.positions, overlap(one.neighbours, other.neighbours))
        for one, other, before, after in zip(run, run[1:], maps, maps[1:], strict=False)
    ]
    return np.mean(kept), np.mean(moved)


def test_knowing_what_comes_steadies_the_maps_and_costs_no_neighbours():
    run = [step(time) for time in range(STEPS)]
    online, earlier = [], None
    for i, fitted in enumerate(run):
        online.append(Hidden().fit(fitted, earlier, 0))
        if i + 1 < len(run):
            earlier = Earlier(online[-1].positions, overlap(run[i + 1].neighbours, fitted.neighbours))
    kept, moved = quality(run, online)
    kept_refit, moved_refit = quality(run, get_run_method("hidden_refit").fit_run(run, 0))
    assert kept_refit > kept - 0.01
    assert moved_refit < moved


def test_samples_may_come_and_go():
    halves = [np.arange(0, 150), np.arange(50, 200), np.arange(100, 200)]
    run = [step(2 + time, rows) for time, rows in enumerate(halves)]
    maps = get_run_method("hidden_refit").fit_run(run, 0)
    assert [len(m.positions) for m in maps] == [150, 150, 100]
    assert all(np.isfinite(m.positions).all() for m in maps)
    shared = np.arange(50, 150)
    before, after = maps[0].positions[shared], maps[1].positions[shared - 50]
    unrelated = np.linalg.norm(before - np.roll(after, 7, axis=0), axis=1).mean()
    assert np.linalg.norm(before - after, axis=1).mean() < 0.5 * unrelated


@pytest.mark.parametrize("steps", [1, 2])
def test_short_runs_and_runs_without_a_common_sample_are_drawn(steps):
    run = [step(0, np.arange(100)), step(1, np.arange(100, 200))][:steps]
    maps = get_run_method("hidden_refit").fit_run(run, 0)
    assert len(maps) == steps
    assert all(np.isfinite(m.positions).all() for m in maps)
