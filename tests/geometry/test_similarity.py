import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.geometry import similarity as module
from tensorboard_plugin_hidden.geometry.similarity import Sample, linear_cka, procrustes_distance, turnover
from tests.geometry.representations import clusters, falling, mixed, rotation


def cka_from_features(first, second):
    first, second = (points.astype(float) - points.astype(float).mean(axis=0) for points in (first, second))
    norm = np.linalg.norm(first.T @ first) * np.linalg.norm(second.T @ second)
    return np.linalg.norm(second.T @ first) ** 2 / norm


def residual(first, second):
    """Share of the variance left after the best rotation and scaling, carried out."""
    first, second = (points.astype(float) - points.astype(float).mean(axis=0) for points in (first, second))
    turned = first @ orthogonal_procrustes(first, second)[0]
    turned *= (turned * second).sum() / (turned**2).sum()
    return ((second - turned) ** 2).sum() / (second**2).sum()


@pytest.mark.parametrize("share", [0, 0.1, 0.4, 1])
@pytest.mark.parametrize("width", [3, 24, 128])
def test_measures_equal_direct_ones(width, share):
    first = falling(200, width, 1)
    second = mixed(first, falling(200, width, 1, seed=1), share) @ rotation(width).astype(np.float32)
    one, other = Sample.of(first), Sample.of(second)
    assert linear_cka(one, other) == pytest.approx(cka_from_features(first, second), abs=1e-5)
    assert procrustes_distance(one, other) == pytest.approx(residual(first, second), abs=1e-5)
    assert procrustes_distance(one, other) == pytest.approx(procrustes(first, second)[2], abs=1e-5)
    lists = [NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False) for x in (first, second)]
    kept = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*lists, strict=True)])
    assert turnover(one, other) == pytest.approx(1 - kept, abs=2e-3)


@pytest.mark.parametrize(("power", "error"), [(0, 0.25), (1, 0.13), (1.5, 0.02), (3, 0.001)])
def test_wide_layers_are_aligned_closely_by_their_projection(power, error):
    first, other = falling(1_000, 400, power), falling(1_000, 400, power, seed=1)
    last = 0.0
    for share in (0.1, 0.5, 1):
        second = mixed(first, other, share)
        found = procrustes_distance(Sample.of(first), Sample.of(second))
        assert residual(first, second) - 0.001 < found < residual(first, second) + error
        assert found > last
        last = found


@pytest.mark.parametrize("width", [20, 200])
@pytest.mark.parametrize("factor", [1e-15, 1, 1e15])
def test_rotation_shift_and_scale_change_nothing(width, factor):
    first, other = falling(400, width, 1), falling(400, width, 1, seed=1)
    second = mixed(first, other, 0.3)
    moved = ((second @ rotation(width) + 5) * factor).astype(np.float32)
    one, two, three = Sample.of(first), Sample.of(second), Sample.of(moved)
    assert linear_cka(one, three) == pytest.approx(linear_cka(one, two), abs=1e-4)
    assert procrustes_distance(one, three) == pytest.approx(procrustes_distance(one, two), abs=1e-3)
    assert turnover(one, three) == pytest.approx(turnover(one, two), abs=0.01)
    assert linear_cka(two, three) == pytest.approx(1, abs=1e-5)
    assert procrustes_distance(two, three) == pytest.approx(0, abs=1e-4)
    assert turnover(two, three) < 0.01


def test_order_of_samples_changes_nothing():
    first, second = falling(150, 40, 1), mixed(falling(150, 40, 1), falling(150, 40, 1, seed=1), 0.3)
    order = np.random.default_rng(0).permutation(150)
    one, two = (Sample.of(first), Sample.of(second)), (Sample.of(first[order]), Sample.of(second[order]))
    assert linear_cka(*two) == pytest.approx(linear_cka(*one), abs=1e-5)
    assert procrustes_distance(*two) == pytest.approx(procrustes_distance(*one), abs=1e-5)
    assert turnover(*two) == pytest.approx(turnover(*one), abs=1e-6)


def test_layers_of_different_widths_are_compared():
    first = falling(200, 24, 1)
    wider = np.concatenate([first, np.zeros((200, 300), np.float32)], axis=1)
    assert linear_cka(Sample.of(first), Sample.of(wider)) == pytest.approx(1, abs=1e-5)
    assert procrustes_distance(Sample.of(first), Sample.of(wider)) == pytest.approx(0, abs=1e-4)
    assert turnover(Sample.of(first), Sample.of(wider)) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("width", [5, 200])
def test_what_does_not_vary_is_not_compared(width):
    varies, same = Sample.of(falling(50, width, 1)), Sample.of(np.full((50, width), 0.1, np.float32))
    for measure in (linear_cka, procrustes_distance, turnover):
        for pair in ((varies, same), (same, varies), (same, same)):
            assert np.isnan(measure(*pair))


def test_landmarks_that_do_not_vary_leave_wide_layers_unaligned():
    points = np.zeros((module.LANDMARKS + 50, 200), np.float32)
    points[-50:] = falling(50, 200, 0)
    points[-50:] -= points[-50:].mean(axis=0)
    sample = Sample(points)
    assert np.isnan(procrustes_distance(sample, sample))


@pytest.mark.parametrize("block", [7, 1_000])
def test_neighbours_equal_scikit_learns(block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_ROWS", block)
    points = clusters(count=120)[0]
    expected = NearestNeighbors(n_neighbors=10).fit(points).kneighbors(return_distance=False)
    np.testing.assert_array_equal(np.sort(Sample.of(points).neighbours), np.sort(expected))


def test_among_duplicates_there_are_as_many_neighbours_and_never_the_sample_itself():
    points = np.repeat(falling(4, 6, 0), 30, axis=0)
    found = Sample.of(points).neighbours
    assert found.shape == (120, 10)
    assert not (found == np.arange(120)[:, None]).any()
    assert all(len(set(row)) == 10 for row in found.tolist())
    assert (found // 30 == np.arange(120)[:, None] // 30).all()
