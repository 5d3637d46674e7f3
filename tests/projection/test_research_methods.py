"""The research methods and baselines: each draws real maps, survives bad input, and computes what its paper says."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.attention import attention, differentiated
from tensorboard_plugin_hidden.projection.complexes import boundary_complex, repeated, temporal_complex
from tensorboard_plugin_hidden.projection.coreset import covering, covering_radius, intrinsic_dimension
from tensorboard_plugin_hidden.projection.edge_training import Patience, edge_loss, one_pass
from tensorboard_plugin_hidden.projection.graph import Edges, scales
from tensorboard_plugin_hidden.projection.head import AffineHead, ProgramHead
from tensorboard_plugin_hidden.projection.interpolation import filled, interpolated, laid_over, warm_start
from tensorboard_plugin_hidden.projection.methods import METHODS, RUN_METHODS, get_method, get_run_method
from tensorboard_plugin_hidden.projection.methods.aligned_umap import NOWHERE, AlignedUmap, relations_of
from tensorboard_plugin_hidden.projection.methods.dvi import Dvi
from tensorboard_plugin_hidden.projection.methods.parametric import Parametric, layout_loss
from tensorboard_plugin_hidden.projection.methods.sentrycam import SentryCam
from tensorboard_plugin_hidden.projection.methods.timevis import TimeVis, chosen_samples
from tensorboard_plugin_hidden.projection.methods.tsne import Tsne
from tensorboard_plugin_hidden.projection.methods.umap import Umap, umap_layout
from tensorboard_plugin_hidden.projection.networks import A, Autoencoder, B, embedding_of, unit_variance
from tensorboard_plugin_hidden.projection.optional import imported
from tensorboard_plugin_hidden.projection.protocol import Earlier, Fitted

ROOT = Path(__file__).parents[2]

SMALL = {
    "dvi": lambda: Dvi(passes=3),
    "sentrycam": lambda: SentryCam(passes=2),
    "parametric": lambda: Parametric(cold_steps=20, warm_steps=5),
    "umap": lambda: Umap(epochs=20),
    "umap_cold": lambda: Umap(start="cold"),
    "tsne": lambda: Tsne(iterations=20),
}
"""The methods with caps that keep the tests fast."""


def prepared(points, k=10, **given):
    points = np.ascontiguousarray(points, np.float32)
    points = points - points.mean(axis=0)
    points /= np.sqrt((points**2).sum(axis=1).mean())
    rows = np.arange(len(points), dtype=np.int32)
    nobody = np.empty((0, points.shape[1]), np.float32)
    return replace(Fitted(points, *knn(points, min(k, len(points) - 1)), rows, None, nobody), **given)


def groups(count=60, width=5, seed=0):
    rng = np.random.default_rng(seed)
    return 3 * rng.standard_normal((4, width))[np.arange(count) % 4] + rng.standard_normal((count, width))


def some_head(width=5, classes=3, seed=1):
    rng = np.random.default_rng(seed)
    weight, bias = rng.standard_normal((classes, width)), rng.standard_normal(classes)
    return AffineHead(weight.astype(np.float32), bias.astype(np.float32), "linear")


def some_boundary(count=9, width=5):
    return np.random.default_rng(2).standard_normal((count, width)).astype(np.float32)


CASES = {
    "ten rows": lambda: prepared(groups(10)),
    "duplicates": lambda: prepared(np.concatenate([np.zeros((50, 5)), groups(10)])),
    "constant features": lambda: prepared(np.hstack([groups(60, 2), np.ones((60, 3))])),
    "one unit": lambda: prepared(groups(60, 1)),
    "two units": lambda: prepared(groups(60, 2)),
    "head": lambda: prepared(groups(), head=some_head()),
    "one class": lambda: prepared(groups(), head=some_head(classes=1)),
    "one boundary point": lambda: prepared(groups(), head=some_head(), boundary=some_boundary(1)),
    "boundary": lambda: prepared(groups(), head=some_head(), boundary=some_boundary()),
}


def assert_whole(embedding, fitted):
    count, width = fitted.activations.shape
    assert embedding.positions.shape == (count, 2)
    assert embedding.positions.dtype == np.float32
    assert np.isfinite(embedding.positions).all()
    placed = embedding.project(fitted.activations[:7])
    assert placed.shape == (7, 2)
    assert placed.dtype == np.float32
    assert np.isfinite(placed).all()
    assert embedding.project(fitted.activations[:0]).shape == (0, 2)
    back = embedding.inverse(placed)
    assert back.shape == (7, width)
    assert back.dtype == np.float32
    assert np.isfinite(back).all()
    weight, bias = np.ones((2, width), np.float32), np.array([0, 1], np.float32)
    np.testing.assert_allclose(
        embedding.inverse.through(weight, bias)(placed), back @ weight.T + bias, atol=1e-3 * (1 + np.abs(back).max())
    )


def test_every_registered_method_is_tested_here():
    assert set(SMALL) == set(METHODS) - {"hidden", "pca"}
    assert set(RUN_METHODS) == {"hidden_refit", "timevis", "aligned_umap"}
    for name in METHODS:
        assert get_method(name).name == name
        assert get_method(name).settings
    for name in RUN_METHODS:
        assert get_run_method(name).name == name
        assert get_run_method(name).settings


def test_a_method_for_finished_runs_is_refused_step_by_step():
    with pytest.raises(HiddenError, match="timevis looks at all steps at once"):
        get_method("timevis")
    with pytest.raises(HiddenError, match="Did you mean timevis"):
        get_run_method("timevi")


def test_a_missing_library_is_named_with_its_extra():
    with pytest.raises(HiddenError, match=r'pip install "tensorboard-plugin-hidden\[umap\]"'):
        imported("a_library_that_is_not_there", "umap", "umap")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", SMALL)
def test_methods_survive(name, case):
    fitted, method = CASES[case](), SMALL[name]()
    first = method.fit(fitted, None, 0)
    assert_whole(first, fitted)
    places = first.positions.copy()
    places[::3] = np.nan
    half = np.full(len(places), 0.5, np.float32)
    for earlier in (places, np.full_like(places, np.nan), np.zeros_like(places)):
        assert_whole(method.fit(fitted, Earlier(earlier, half), 1), fitted)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_bytes(name):
    fitted = prepared(groups(), head=some_head(), boundary=some_boundary())
    maps = []
    for _ in range(2):
        method = SMALL[name]()
        first = method.fit(fitted, None, 3)
        later = method.fit(fitted, Earlier(first.positions, np.ones(60, np.float32)), 4)
        maps.append((first, later))
    for one, other in zip(*maps, strict=True):
        assert one.positions.tobytes() == other.positions.tobytes()
        assert one.inverse(one.positions).tobytes() == other.inverse(other.positions).tobytes()


@pytest.mark.parametrize("name", SMALL)
def test_a_width_that_changes_gives_a_map(name):
    method = SMALL[name]()
    first = method.fit(prepared(groups()), None, 0)
    wider = prepared(groups(width=9), head=some_head(9))
    assert_whole(method.fit(wider, Earlier(first.positions, np.ones(60, np.float32)), 1), wider)


@pytest.fixture(scope="module")
def digits():
    """Fitted rows of two epochs of a small network on 300 digits, and rows held out of the second one."""
    images, labels = load_digits(return_X_y=True)
    images, labels = images[:420] / 16, labels[:420]
    network = MLPClassifier((64,), random_state=0, warm_start=True, max_iter=15, solver="adam", learning_rate_init=3e-3)
    steps = []
    for _ in range(2):
        with pytest.warns(match="Maximum iterations"):
            network.fit(images, labels)
        hidden = np.maximum(images @ network.coefs_[0] + network.intercepts_[0], 0)
        centre = hidden[:300].mean(axis=0)
        scale = np.sqrt(((hidden[:300] - centre) ** 2).sum(axis=1).mean())
        points = ((hidden - centre) / scale).astype(np.float32)
        weight = (network.coefs_[1].T * scale).astype(np.float32)
        bias = (network.intercepts_[1] + network.coefs_[1].T @ centre).astype(np.float32)
        rows = np.arange(300, dtype=np.int32)
        head = AffineHead(weight, bias, "linear")
        fitted = Fitted(points[:300], *knn(points[:300], 15), rows, head, np.empty((0, 64), np.float32))
        steps.append((fitted, points[300:]))
    return steps


def kept(embedding, fitted):
    low = knn(embedding.positions, 15)[0]
    return np.mean([len(np.intersect1d(*pair)) for pair in zip(low, fitted.neighbours, strict=True)]) / 15


def preserved(embedding, fitted, held):
    decode = embedding.inverse.through(fitted.head.weight, fitted.head.bias)
    return (decode(embedding.project(held)).argmax(1) == fitted.head(held).argmax(1)).mean()


REAL = {
    "dvi": (lambda: Dvi(passes=8), 0.25, 0.4),
    "parametric": (Parametric, 0.3, 0.65),
    "umap": (Umap, 0.4, 0.75),
    "tsne": (Tsne, 0.45, 0.75),
}
"""A method, and the least share of neighbours and of predictions that it keeps; chance keeps .03 and about .1."""


@pytest.mark.parametrize("name", REAL)
def test_maps_of_digits_are_true_and_steady(name, digits):
    make, neighbours, predictions = REAL[name]
    method = make()
    (early, _), (late, held) = digits
    first = method.fit(early, None, 0)
    share = np.array([len(np.intersect1d(*pair)) for pair in zip(early.neighbours, late.neighbours, strict=True)]) / 15
    second = method.fit(late, Earlier(first.positions, share.astype(np.float32)), 1)
    assert kept(second, late) > neighbours
    assert preserved(second, late, held) > predictions
    radius = np.sqrt(second.positions.var(axis=0).sum())
    anew = make().fit(late, None, 2).positions
    moved = np.linalg.norm(second.positions - first.positions, axis=1).mean()
    assert moved < 0.6 * radius
    assert moved < np.linalg.norm(anew - first.positions, axis=1).mean()


def test_timevis_draws_a_run_of_digits(digits):
    run = [fitted for fitted, _ in digits]
    early, late = TimeVis(passes=8, first=100, radius=0.5).fit_run(run, 0)
    assert kept(early, run[0]) > 0.12
    assert kept(late, run[1]) > 0.12
    # Eight passes are not enough for a good map; twice the commonest class is more than a map of noise gets.
    assert preserved(late, *digits[1]) > 0.25


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


def draw_an_aligned_run():
    points, moved = groups(40), np.arange(45, dtype=np.int32) + 4
    run = [prepared(points), prepared(points[:30] * 1.1), prepared(groups(45, 7), rows=moved)]
    for embedding, step in zip(AlignedUmap(epochs=20).fit_run(run, 0), run, strict=True):
        assert_whole(embedding, step)
        labels = step.rows % 4
        assert (labels[knn(embedding.positions, 1)[0][:, 0]] == labels).mean() > 0.5
    (alone,) = AlignedUmap().fit_run([prepared(groups(10))], 0)
    assert_whole(alone, prepared(groups(10)))


def test_aligned_umap_draws_a_run():
    """In a process where numba compiles nothing, which would take a minute, and checks every index."""
    code = f"import {__name__} as here; here.draw_an_aligned_run()"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, cwd=ROOT)


def test_relations_tie_the_same_samples():
    first, second = relations_of([np.array([3, 5, 9]), np.array([5, 9]), np.array([9, 4, 2, 1])])
    assert first == {1: 0, 2: 1, 3: NOWHERE}
    assert second == {1: 0, 3: NOWHERE}
    with pytest.raises(HiddenError, match="between snapshots 0 and 1"):
        relations_of([np.array([1, 2]), np.array([3, 4])])


def test_umap_refuses_a_start_that_would_corrupt_memory():
    fitted = prepared(groups())
    for start in (np.zeros((59, 2), np.float32), np.full((60, 2), np.nan, np.float32)):
        with pytest.raises(ValueError, match="finite and of shape"):
            umap_layout(fitted, 0, start, 10)


def test_a_start_is_complete_and_has_no_twins():
    fitted = prepared(groups())
    assert warm_start(None, fitted.neighbours, 0) is None
    half = np.ones(60, np.float32)
    assert warm_start(Earlier(np.full((60, 2), np.nan, np.float32), half), fitted.neighbours, 0) is None
    assert warm_start(Earlier(np.ones((60, 2), np.float32), half), fitted.neighbours, 0) is None
    places = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
    places[:20] = np.nan
    start = warm_start(Earlier(places, half), fitted.neighbours, 0)
    assert np.isfinite(start).all()
    assert len(np.unique(start, axis=0)) == 60
    np.testing.assert_allclose(start[20:], places[20:], atol=0.02)
    expected = filled(places, fitted.neighbours)
    for row in range(20):
        there = [near for near in fitted.neighbours[row] if near >= 20]
        among = places[there] if there else places[20:]
        np.testing.assert_allclose(expected[row], among.mean(axis=0), atol=1e-5)


def test_interpolation_is_shepards_and_exact_on_fitted_rows():
    fitted = prepared(groups())
    places = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
    embedding = interpolated(places, fitted.activations)
    np.testing.assert_allclose(embedding.project(fitted.activations), places, atol=1e-4)
    row = fitted.activations[:1] + 0.3
    apart = np.linalg.norm(fitted.activations - row, axis=1)
    near = np.argsort(apart)[:10]
    weights = 1 / apart[near] ** 2
    np.testing.assert_allclose(embedding.project(row)[0], weights @ places[near] / weights.sum(), atol=1e-4)


def test_a_map_is_laid_over_the_earlier_one():
    earlier = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)
    turned = earlier @ np.array([[0.6, 0.8], [0.8, -0.6]], np.float32) + 4
    partly = earlier.copy()
    partly[::4] = np.nan
    np.testing.assert_allclose(laid_over(turned, partly), earlier, atol=1e-4)


def test_edge_loss_is_umaps_cross_entropy():
    rng = np.random.default_rng(0)
    heads, tails = (torch.from_numpy(rng.standard_normal((7, 2)).astype(np.float32)) for _ in range(2))
    order = torch.randperm(35, generator=torch.Generator().manual_seed(5)).tolist()
    total = 0.0
    for edge in range(7):
        q = 1 / (1 + A * float((heads[edge] - tails[edge]).square().sum()) ** B)
        total -= np.log(q)
        for draw in range(5):
            other = tails[order[5 * edge + draw] // 5]
            q = 1 / (1 + A * float((heads[edge] - other).square().sum()) ** B)
            total -= np.log(max(1 - q, 1e-4))
    loss = edge_loss(heads, tails, 5, torch.Generator().manual_seed(5))
    assert float(loss) == pytest.approx(total / 42, rel=1e-3)


def test_layout_loss_is_the_mean_over_all_pairs():
    """With every shift drawn, the random pairs are all pairs, and the loss a double loop over them."""
    rng = np.random.default_rng(0)
    places = rng.standard_normal((6, 2)).astype(np.float32)
    edges = [(0, 1, 0.9), (1, 4, 0.3), (2, 5, 0.5)]
    q = 1 / (1 + A * ((places[:, None] - places[None]) ** 2).sum(2) ** B)
    attraction = sum(-w * np.log(q[i, j]) for i, j, w in edges)
    degree = np.zeros(6)
    for i, j, w in edges:
        degree[[i, j]] += w
    repulsion = sum(degree[i] * np.mean([-np.log(1 - q[i, j]) for j in range(6) if j != i]) for i in range(6))
    head, tail, weight = (torch.tensor(part) for part in zip(*edges, strict=True))
    generator = torch.Generator().manual_seed(0)
    draws = [float(layout_loss(torch.from_numpy(places), Edges(head, tail, weight), 500, generator)) for _ in range(4)]
    assert np.mean(draws) == pytest.approx((attraction + 5 * repulsion / 2) / (6 * float(weight.sum())), rel=0.02)


def test_losses_have_finite_slopes_where_places_coincide():
    places = torch.zeros((4, 2), requires_grad=True)
    edges = Edges(torch.tensor([0, 1]), torch.tensor([1, 2]), torch.ones(2))
    layout_loss(places, edges, 3, torch.Generator()).backward()
    edge_loss(places[:2], places[2:], 5, torch.Generator()).backward()
    assert torch.isfinite(places.grad).all()


def test_attention_of_an_affine_head_is_what_differentiation_gives():
    head, rows = some_head(6, 4), torch.from_numpy(groups(50, 6).astype(np.float32))
    program = ProgramHead(lambda x: x @ torch.from_numpy(head.weight).T + torch.from_numpy(head.bias))
    closed, differentiated_ = (attention(either, rows, 2.4, 0.3) for either in (head, program))
    torch.testing.assert_close(closed, differentiated_)
    torch.testing.assert_close(closed.sum(1), torch.ones(50))
    single = some_head(6, 1)
    expected = torch.softmax(torch.from_numpy(single.weight[0]).abs() / 2.4 / 0.3, 0)
    torch.testing.assert_close(attention(single, rows, 2.4, 0.3)[0], expected)


def test_attention_of_a_curved_head_is_its_difference_quotient():
    def run(x):
        return torch.stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], -10 + 0 * x[:, 2]], 1)

    rows = torch.tensor([[2.0, 3.0, 1.0]], dtype=torch.float64)
    slopes = differentiated(run, rows, 1.0)[0]
    for unit in range(3):
        step = torch.zeros(1, 3, dtype=torch.float64)
        step[0, unit] = 1e-6
        quotient = (run(rows + step) - run(rows - step))[0, :2].abs().sum() / 2e-6
        assert float(slopes[unit]) == pytest.approx(float(quotient), abs=1e-5)


def test_a_head_without_gradients_weighs_all_units_alike():
    rows = torch.from_numpy(groups().astype(np.float32))
    even = attention(ProgramHead(lambda x: (x.detach()[:, :2] > 0).float()), rows, 1.0, 0.3)
    torch.testing.assert_close(even, torch.full_like(rows, 0.2))


def test_boundary_complex_joins_everybody_to_boundary_points():
    fitted, boundary = prepared(groups()), some_boundary()
    edges = boundary_complex(fitted.activations, boundary, 4)
    joined = set(zip(edges.head.tolist(), edges.tail.tolist(), strict=True))
    everybody = np.concatenate([fitted.activations, boundary])
    expected = set()
    for row, point in enumerate(everybody):
        apart = np.linalg.norm(boundary - point, axis=1)
        if row >= 60:
            apart[row - 60] = np.inf
        for near in np.argsort(apart)[:4]:
            expected |= {(row, 60 + near), (60 + near, row)}
    assert joined == expected
    assert not len(boundary_complex(fitted.activations, boundary[:1], 4).weight)


def test_edges_are_repeated_in_proportion_to_their_weight():
    edges = Edges(torch.arange(4), torch.arange(4) + 1, torch.tensor([0.8, 0.4, 0.081, 0.07]))
    heads, tails = repeated(edges, 10)
    assert heads.tolist() == [0] * 10 + [1] * 5 + [2]
    assert (tails - heads).tolist() == [1] * 16


def test_temporal_complex_is_the_loop_over_samples_and_steps():
    rng = np.random.default_rng(0)
    rows = [np.array([0, 1, 2, 3]), np.array([1, 3, 7]), np.array([3, 2, 1]), np.array([1, 0])]
    points = [rng.standard_normal((len(part), 3)).astype(np.float32) for part in rows]
    distances = [torch.from_numpy(np.sort(0.5 + rng.random((len(part), 5))).astype(np.float32)) for part in rows]
    where = {(step, sample): None for step, part in enumerate(rows) for sample in part.tolist()}
    numbers = {key: number for number, key in enumerate(where)}
    directed = np.zeros((len(where), len(where)))
    for step, sample in where:
        place = rows[step].tolist().index(sample)
        rho, sigma = (float(part[place, 0]) for part in scales(distances[step]))
        apart = {
            other: np.linalg.norm(points[other][rows[other].tolist().index(sample)] - points[step][place])
            for other in range(4)
            if other != step and sample in rows[other]
        }
        for other in sorted(apart, key=apart.get)[:2]:
            weight = np.exp(-max(0.0, apart[other] - rho) / sigma)
            directed[numbers[step, sample], numbers[other, sample]] = weight
    expected = directed + directed.T - directed * directed.T
    edges = temporal_complex(points, rows, distances, 2)
    found = np.zeros_like(expected)
    found[edges.head, edges.tail] = edges.weight
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_bandwidths_make_weights_sum_to_the_logarithm():
    distances = torch.from_numpy(np.sort(0.1 + np.random.default_rng(0).random((20, 15))).astype(np.float32))
    rho, sigma = scales(distances)
    torch.testing.assert_close(rho[:, 0], distances[:, 0])
    sums = torch.exp(-(distances - rho) / sigma).sum(1)
    torch.testing.assert_close(sums, torch.full((20,), float(np.log2(15))), atol=1e-3, rtol=0)


def test_covering_is_the_greedy_choice_of_centres():
    points = groups().astype(np.float32)
    chosen = [4, 17]
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    while np.quantile(apart[:, chosen].min(axis=1), 0.9) > 1.5:
        chosen.append(int(apart[:, chosen].min(axis=1).argmax()))
    assert 4 < len(chosen) < 60
    found = covering(points, np.array([4, 17], np.int32), 1.5, 0.9)
    assert found.tolist() == chosen
    assert covering_radius(points, found) == pytest.approx(apart[:, chosen].min(axis=1).max(), rel=1e-5)
    assert len(covering(points, found[:2], 0.0, most=5)) == 7
    assert len(covering(np.zeros((9, 2), np.float32), np.array([0]), 0.0)) == 1


def test_intrinsic_dimension_is_that_of_the_cloud():
    rng = np.random.default_rng(0)
    for dimension in (2, 5):
        points = (rng.random((1500, dimension)) @ rng.standard_normal((dimension, 20))).astype(np.float32)
        assert intrinsic_dimension(knn(points, 2)[1]) == pytest.approx(dimension, rel=0.15)
    assert intrinsic_dimension(np.zeros((5, 2), np.float32)) == 1


def test_chosen_samples_cover_each_step_and_grow_backwards():
    run = [prepared(groups(200, seed=seed), k=3) for seed in range(3)]
    chosen = chosen_samples(run, 5, 0.2, 0)
    assert set(chosen[2]) <= set(chosen[1]) <= set(chosen[0])
    last = run[2].activations / np.linalg.norm(run[2].activations, axis=1).max()
    gaps = np.linalg.norm(last[:, None] - last[chosen[2]][None], axis=2).min(axis=1)
    assert np.quantile(gaps, 0.95) <= 0.2
    assert 5 < len(chosen[2]) < 200


def test_the_network_is_warm_only_after_an_earlier_map_of_its_width():
    fitted = prepared(groups())
    ones = np.ones(60, np.float32)
    for method in (Dvi(passes=1), Parametric(cold_steps=3, warm_steps=1)):
        first = method.fit(fitted, None, 0)
        later = method.fit(fitted, Earlier(first.positions, ones), 1)
        anew = method.fit(fitted, None, 1)
        radius = np.sqrt(anew.positions.var(axis=0).sum())
        assert np.abs(later.positions - first.positions).max() < np.abs(anew.positions - first.positions).max()
        assert np.abs(later.positions - first.positions).max() < 5 * radius


def test_dvis_temporal_loss_holds_the_weights():
    fitted, far = prepared(groups()), prepared(groups(seed=7))

    def change(temporal):
        method = Dvi(passes=6, temporal=temporal)
        places = method.fit(fitted, None, 0).positions
        before = [weight.detach().clone() for weight in method._network.parameters()]
        method.fit(far, Earlier(places, np.ones(60, np.float32)), 1)
        pairs = zip(before, method._network.parameters(), strict=True)
        return sum(float((now.detach() - then).square().sum()) for then, now in pairs)

    assert change(100.0) < 0.2 * change(0.0)


def test_springs_hold_the_parametric_map():
    fitted, changed = prepared(groups()), prepared(groups() + 0.7 * groups(seed=9))

    def moved(strength):
        method = Parametric(cold_steps=60, warm_steps=30, anchor=1.0)
        places = method.fit(fitted, None, 0).positions
        now = method.fit(changed, Earlier(places, np.full(60, strength, np.float32)), 1).positions
        return np.linalg.norm(now - places, axis=1).mean()

    assert moved(1.0) < 0.8 * moved(0.0)


def test_a_map_does_not_change_when_its_network_trains_on():
    method = Dvi(passes=2)
    fitted = prepared(groups())
    first = method.fit(fitted, None, 0)
    placed, back = first.project(fitted.activations), first.inverse(first.positions)
    method.fit(fitted, Earlier(first.positions, np.ones(60, np.float32)), 1)
    np.testing.assert_array_equal(first.project(fitted.activations), placed)
    np.testing.assert_array_equal(first.inverse(first.positions), back)
    np.testing.assert_allclose(placed, first.positions, atol=1e-6)


def test_networks_see_units_of_variance_one_and_give_back_activations():
    fitted = prepared(groups())
    rows = unit_variance(fitted.activations)
    assert float(rows.square().mean()) == pytest.approx(1, rel=1e-5)
    network = Autoencoder(5, [7], 0)
    embedding = embedding_of(network, fitted.activations)
    with torch.no_grad():
        expected = network.decoder(network.encoder(rows)).numpy() / np.sqrt(5)
    np.testing.assert_allclose(embedding.inverse(embedding.positions), expected, atol=1e-6)


def test_one_pass_reports_the_loss_of_its_formula():
    """At learning rate 0, one batch: cross entropy + 2 · mean over both ends of the weighted error + penalty."""
    rows = unit_variance(prepared(groups()).activations)
    network = Autoencoder(5, [7], 0)
    heads, tails = torch.tensor([0, 1, 1, 4]), torch.tensor([1, 2, 3, 0])
    importance = torch.rand(rows.shape, generator=torch.Generator().manual_seed(1))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.0)
    generator = torch.Generator().manual_seed(2)
    found = one_pass(network, optimiser, rows, importance, (heads, tails), 2.0, generator, lambda: torch.tensor(7.0))
    generator = torch.Generator().manual_seed(2)
    order = torch.randperm(4, generator=generator)
    with torch.no_grad():
        places = network.encoder(rows)
        error = (importance * (rows - network.decoder(places)) ** 2).mean(1)
        cross = edge_loss(places[heads[order]], places[tails[order]], 5, generator)
    assert found == pytest.approx(float(cross + (error[heads].mean() + error[tails].mean()) + 7), rel=1e-5)


def test_patience_ends_after_passes_without_improvement():
    patience = Patience(3, 0.1)
    assert [patience.over(loss) for loss in (1.0, 0.8, 0.75, 0.72, 0.69, 0.69, 0.65, 0.6)] == [False] * 7 + [True]
