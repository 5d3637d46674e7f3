import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.baselines.timevis import TimeVis, chosen_samples
from tests.projection.baselines.scenes import CASES, assert_whole, groups, prepared


@pytest.mark.parametrize("case", CASES)
def test_timevis_survives(case):
    fitted = CASES[case]()
    some = np.arange(0, len(fitted.rows), 2) if len(fitted.rows) > 20 else np.arange(10)
    fewer = prepared(2 * fitted.activations[some], head=fitted.head, boundary=fitted.boundary, rows=fitted.rows[some])
    method = TimeVis(passes=2, first=5)
    assert list(method.fit_run([], 0)) == []
    for run in ([fitted], [fewer, fitted, fewer]):
        maps, again = method.fit_run(run, 0), method.fit_run(run, 0)
        for embedding, repeat, step in zip(maps, again, run, strict=True):
            assert_whole(embedding, step)
            assert embedding.positions.tobytes() == repeat.positions.tobytes()


def test_timevis_refuses_a_width_that_changes():
    with pytest.raises(HiddenError, match="widths 5, 6"):
        TimeVis().fit_run([prepared(groups()), prepared(groups(width=6))], 0)


def test_chosen_samples_cover_each_step_and_grow_backwards():
    run = [prepared(groups(200, seed=seed), k=3) for seed in range(3)]
    chosen = chosen_samples(run, 5, 0.2, 0)
    assert set(chosen[2]) <= set(chosen[1]) <= set(chosen[0])
    last = run[2].activations / np.linalg.norm(run[2].activations, axis=1).max()
    gaps = np.linalg.norm(last[:, None] - last[chosen[2]][None], axis=2).min(axis=1)
    assert np.quantile(gaps, 0.95) <= 0.2
    assert 5 < len(chosen[2]) < 200
