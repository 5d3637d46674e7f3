from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.faithfulness import rms_radius
from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.anchored import ACROSS, BOUNDARY_PULL, answers_of, held_in_place, weakened
from tensorboard_plugin_hidden.projection.graph import Edges, Neighbours
from tensorboard_plugin_hidden.projection.head import AffineHead
from tensorboard_plugin_hidden.projection.interpolation import filled, shepard, spread
from tensorboard_plugin_hidden.projection.methods import get_method, get_run_method
from tensorboard_plugin_hidden.projection.methods.pca import RADIUS
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted, aligned


def sample(count=160, width=12, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    points = 3 * rng.standard_normal((4, width))[labels] + rng.standard_normal((count, width))
    return points.astype(np.float32), labels


def fitted(points, k=10):
    nothing = np.empty((0, points.shape[1]), np.float32)
    return Fitted(points, *knn(points, k), np.arange(len(points), dtype=np.int32), None, nothing)


def test_a_method_for_finished_runs_is_refused_step_by_step():
    with pytest.raises(HiddenError, match="timevis looks at all steps at once"):
        get_method("timevis")
    with pytest.raises(HiddenError, match="Did you mean timevis"):
        get_run_method("timevi")


@pytest.mark.parametrize("name", ["hidden", "pca"])
def test_every_method_keeps_the_protocol(name):
    points, _ = sample()
    method = get_method(name)
    embedding = method.fit(fitted(points[:120]), None, 0)
    assert method.name == name
    assert embedding.positions.shape == (120, 2)
    assert embedding.positions.dtype == np.float32
    placed = embedding.project(points[120:])
    assert placed.shape == (40, 2)
    assert np.isfinite(placed).all()
    assert embedding.project(points[:0]).shape == (0, 2)
    back = embedding.inverse(placed)
    assert back.shape == (40, 12)
    assert back.dtype == np.float32
    weight, bias = sample(3)[0], np.ones(3, np.float32)
    np.testing.assert_allclose(embedding.inverse.through(weight, bias)(placed), back @ weight.T + bias, atol=5e-3)


@pytest.mark.parametrize("name", ["hidden", "pca"])
def test_a_later_map_stays_where_it_was(name):
    points, _ = sample()
    method = get_method(name)
    first = method.fit(fitted(points), None, 0)
    again = method.fit(fitted(points), Earlier(first.positions, np.ones(160, np.float32)), 1)
    radius = np.sqrt((first.positions.var(axis=0)).sum())
    assert np.linalg.norm(again.positions - first.positions, axis=1).mean() < 0.1 * radius


@pytest.mark.parametrize("name", ["hidden", "pca"])
def test_rows_that_fit_gives_a_place_land_near_it_when_projected(name):
    points, _ = sample()
    embedding = get_method(name).fit(fitted(points), None, 0)
    gaps = np.linalg.norm(embedding.project(points) - embedding.positions, axis=1)
    assert np.median(gaps) < 0.1 * np.sqrt((embedding.positions.var(axis=0)).sum())


@pytest.mark.parametrize("name", ["hidden", "pca"])
def test_one_unit_gives_a_map(name):
    points = sample()[0][:, :1]
    embedding = get_method(name).fit(fitted(points), None, 0)
    assert np.isfinite(embedding.positions).all()
    assert embedding.inverse(embedding.positions).shape == (160, 1)


@pytest.mark.parametrize("name", ["hidden", "pca"])
def test_many_duplicates_give_a_map(name):
    points = np.zeros((60, 5), np.float32)
    points[50:] = sample()[0][:10, :5]
    embedding = get_method(name).fit(fitted(points), None, 0)
    assert np.isfinite(embedding.positions).all()
    assert np.isfinite(embedding.inverse(embedding.positions)).all()


def test_pca_equals_scikit_learns_up_to_signs_and_scale():
    points, _ = sample()
    places = get_method("pca").fit(fitted(points), None, 0).positions
    oracle = PCA(2).fit_transform(points)
    oracle *= RADIUS / np.sqrt((oracle**2).sum(axis=1).mean())
    np.testing.assert_allclose(np.abs(places), np.abs(oracle), atol=2e-3)


def test_pca_inverse_is_the_plane():
    points, _ = sample()
    embedding = get_method("pca").fit(fitted(points), None, 0)
    oracle = PCA(2).fit(points)
    expected = oracle.inverse_transform(oracle.transform(points))
    np.testing.assert_allclose(embedding.inverse(embedding.positions), expected, atol=1e-3)
    np.testing.assert_allclose(
        embedding.project(embedding.inverse(embedding.positions)), embedding.positions, atol=1e-3
    )


def test_pca_does_not_flip_when_the_axes_turn():
    points, _ = sample()
    method = get_method("pca")
    first = method.fit(fitted(points), None, 0).positions
    for turned in (-first, first[:, ::-1], first @ np.array([[0, 1], [-1, 0]], np.float32)):
        earlier = Earlier(np.ascontiguousarray(turned), np.ones(160, np.float32))
        np.testing.assert_allclose(method.fit(fitted(points), earlier, 0).positions, turned, atol=1e-2)


def test_alignment_leaves_out_missing_rows():
    rng = np.random.default_rng(0)
    places = rng.standard_normal((30, 2)).astype(np.float32)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]], np.float32)
    earlier = places @ turn + 5
    earlier[::3] = np.nan
    np.testing.assert_allclose(aligned(places, earlier), turn, atol=1e-5)
    np.testing.assert_array_equal(aligned(places, np.full_like(places, np.nan)), np.eye(2))


def test_hidden_keeps_groups_together_and_apart():
    points, labels = sample()
    places = get_method("hidden").fit(fitted(points), None, 0).positions
    assert (labels[knn(places, 1)[0][:, 0]] == labels).mean() > 0.95


def test_hidden_holds_samples_whose_neighbours_stayed():
    points, _ = sample()
    method = get_method("hidden")
    before = method.fit(fitted(points), None, 0).positions
    changed = points.copy()
    changed[::2] = sample(seed=9)[0][::2]
    moved = {}
    for kept in (0.0, 1.0):
        earlier = Earlier(before, np.full(160, kept, np.float32))
        moved[kept] = np.linalg.norm(method.fit(fitted(changed), earlier, 0).positions - before, axis=1).mean()
    assert moved[1.0] < 0.7 * moved[0.0]


def test_hidden_neither_grows_nor_drifts():
    points, _ = sample()
    method = get_method("hidden")
    first = places = method.fit(fitted(points), None, 0).positions
    for seed in range(6):
        places = method.fit(fitted(points), Earlier(places, np.zeros(160, np.float32)), seed).positions
    assert rms_radius(places) == pytest.approx(rms_radius(first), rel=1e-3)
    np.testing.assert_allclose(places.mean(axis=0), first.mean(axis=0), atol=1e-3)


def test_pulls_are_weaker_across_answers_and_at_boundary_points():
    edges = Edges(torch.tensor([0, 0, 0, 0, 3]), torch.tensor([1, 2, 3, 4, 0]), torch.full((5,), 0.8))
    known = weakened(edges, torch.tensor([0, 0, 1, -1]))
    expected = [1, ACROSS, 1, BOUNDARY_PULL, 1]
    np.testing.assert_allclose(known.weight, 0.8 * np.array(expected), rtol=1e-6)
    unknown = weakened(edges, answers_of(None, np.zeros((4, 2), np.float32)))
    np.testing.assert_allclose(unknown.weight, 0.8 * np.array([1, 1, 1, BOUNDARY_PULL, 1]), rtol=1e-6)


def test_answers_that_are_not_finite_are_unknown():
    head = AffineHead(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), "linear")
    rows = np.array([[1, 0], [0, 1], [np.nan, 1]], np.float32)
    assert answers_of(head, rows).tolist() == [0, 1, -1]


def test_a_sample_between_two_groups_is_drawn_nearer_to_the_one_that_is_answered_alike():
    rng = np.random.default_rng(3)
    sides = np.repeat([-1.0, 1.0], 80)[:, None]
    points = np.hstack([sides * 2, np.zeros((160, 5))]) + 0.4 * rng.standard_normal((160, 6))
    middle = np.hstack([np.zeros((40, 1)), 0.4 * rng.standard_normal((40, 5))]).astype(np.float32)

    def nearer(offset):
        weight = np.zeros((2, 6), np.float32)
        weight[:, 0] = 1, -1
        head = AffineHead(weight, np.array([offset, 0], np.float32), "linear")
        embedding = get_method("hidden").fit(replace(fitted(points.astype(np.float32)), head=head), None, 0)
        places = embedding.project(middle)
        right, left = embedding.positions[80:].mean(axis=0), embedding.positions[:80].mean(axis=0)
        return np.linalg.norm(places - right, axis=1).mean() / np.linalg.norm(places - left, axis=1).mean()

    assert nearer(0.5) < nearer(-0.5)


def test_a_map_is_held_by_the_rows_it_had():
    rng = np.random.default_rng(0)
    earlier = torch.from_numpy(rng.standard_normal((30, 2)).astype(np.float32))
    known = torch.arange(30) < 20
    moved = 3 * earlier + 7
    torch.testing.assert_close(held_in_place(moved, earlier.where(known[:, None], torch.nan), known), earlier)
    few = torch.arange(30) < 5
    assert torch.equal(held_in_place(moved, earlier, few), moved)


def test_new_rows_start_among_their_neighbours():
    places = np.array([[0, 0], [2, 0], [np.nan, np.nan], [np.nan, np.nan]], np.float32)
    near = np.array([[1, 2], [0, 2], [0, 1], [2, 3]])
    assert filled(places, near).tolist() == [[0, 0], [2, 0], [1, 0], [1, 0]]


def test_places_spread_from_row_to_neighbouring_row():
    places = np.full((5, 2), np.nan, np.float32)
    places[0] = [3, -6]
    chain = np.array([[1], [0], [1], [2], [4]])
    assert spread(places, chain, 8).tolist() == 5 * [[3, -6]]
    places[4] = [9, 0]
    # One round reaches row 1 alone, and the last fill row 2; row 3 comes to the middle of rows 0, 1 and 4.
    assert spread(places, chain, 1).tolist() == [[3, -6], [3, -6], [3, -6], [5, -4], [9, 0]]
    assert np.isnan(places[1:4]).all()


def test_interpolation_gives_the_place_of_a_duplicate():
    fixed = torch.tensor([[0.0, 0.0], [5.0, 5.0]])
    near = Neighbours(torch.tensor([[1, 0]]), torch.tensor([[0.0, 1.0]]))
    torch.testing.assert_close(shepard(fixed, near), torch.tensor([[5.0, 5.0]]))


def test_an_unknown_method_names_those_like_it():
    with pytest.raises(HiddenError, match=r"expected one of hidden, .*, got 'hiden'\. Did you mean hidden"):
        get_method("hiden")
    with pytest.raises(HiddenError, match="Choose one of those"):
        get_method("zzzz")
