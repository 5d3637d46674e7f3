import numpy as np
import pytest

from benchmarks.projection import data
from benchmarks.projection.boundary import boundary_points
from benchmarks.projection.images import draw_images
from benchmarks.projection.scaling import drifting


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_images_are_those_of_their_seed_and_their_classes_differ():
    images, labels = draw_images(400, 10, 0.1, 3)
    again, same = draw_images(400, 10, 0.1, 3)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, same)
    assert set(labels) == set(range(10))
    # Phase and place are random, so classes differ in their spectra: orientation 0 against orientation 2.
    power = np.abs(np.fft.fft2(images.mean(axis=1))) ** 2
    across, along = power[labels == 0].mean(axis=0), power[labels == 2].mean(axis=0)
    assert across[0, 2:6].sum() > 3 * along[0, 2:6].sum()
    assert set(draw_images(3_000, 100, 0.1, 0)[1]) == set(range(100))


def test_a_run_is_made_once_and_read_back_in_part(monkeypatch):
    whole = data.load("collapsed")
    monkeypatch.setattr(data.Degenerate, "make", lambda *_: pytest.fail("made twice"))
    part = data.load("collapsed", rows=100, steps=2)
    assert [snapshot.step for snapshot in part.snapshots] == [0, 2]
    assert part.epochs == (0, 2)
    np.testing.assert_array_equal(part.snapshots[1].activations, whole.snapshots[2].activations[:100])
    assert [path.name.split("-")[0] for path in data.cached("collapsed").parent.iterdir()] == ["collapsed"]


@pytest.mark.parametrize("name", ["constant", "collapsed", "one_class"])
def test_degenerate_runs_are_what_they_say(name):
    run = data.load(name)
    for snapshot in run.snapshots:
        spread = np.linalg.svd(snapshot.activations - snapshot.activations.mean(axis=0), compute_uv=False)
        predicted = len(np.unique(snapshot.logits.argmax(axis=1)))
        if name == "constant":
            assert (snapshot.activations == snapshot.activations[0]).all()
        elif name == "collapsed":
            assert 0 < spread[1] < 1e-3 * spread[0]
            assert predicted == 2
        else:
            assert predicted == 1


def test_the_head_gives_the_logits_and_the_tiny_network_learns():
    run = data.load("tiny")
    assert len(run.snapshots) == 4
    assert run.snapshots[0].activations.shape == (600, 128)
    for snapshot in run.snapshots:
        logits = snapshot.activations @ snapshot.head.arrays["weight"].T + snapshot.head.arrays["bias"]
        np.testing.assert_allclose(logits, snapshot.logits, atol=1e-4)
    right = (run.snapshots[-1].logits.argmax(axis=1) == run.labels)[run.learned].mean()
    assert right > 0.8
    assert run.accuracy[-1, 0] == pytest.approx(right, abs=1e-6)


def test_boundary_points_are_where_two_classes_are_level_and_above_all_others():
    snapshot, _ = drifting(300)
    rows = np.arange(100, 300)
    points = boundary_points(snapshot, rows, seed=0, count=50)
    assert points.shape == (50, snapshot.activations.shape[1])
    logits = np.sort(points @ snapshot.head.arrays["weight"].T + snapshot.head.arrays["bias"], axis=1)
    np.testing.assert_allclose(logits[:, -1], logits[:, -2], atol=1e-3)
    assert (logits[:, -3] <= logits[:, -1]).all()
    assert len(boundary_points(data.load("one_class").snapshots[0], rows, seed=0)) == 0
