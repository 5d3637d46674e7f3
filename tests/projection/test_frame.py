import io
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from sklearn import manifold
from sklearn.neighbors import NearestNeighbors

from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.projection.frame import make_frame
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.prepare import FEWEST_ROWS, held_out

CLASSES = 4


def snapshot(count=240, width=16, step=0, noise=0.0, seed=0):
    """Four groups of samples, a linear head that separates them, and ``noise`` that grows from step to step."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    middles = 3 * rng.standard_normal((CLASSES, width))
    activations = middles[labels] + rng.standard_normal((count, width))
    activations += noise * np.random.default_rng(step).standard_normal(activations.shape)
    weight = middles.astype(np.float32)
    bias = (-0.5 * (middles**2).sum(axis=1)).astype(np.float32)
    activations = activations.astype(np.float32)
    head = HeadData("linear", {"weight": weight, "bias": bias})
    return Snapshot("fc", step, activations, activations @ weight.T + bias, head)


def frame_of(snap, method="hidden", previous=None, seed=0):
    return make_frame(snap, previous, get_method(method), seed)


@cache
def first(method="hidden"):
    """The frame of ``snapshot()``, which many tests start from."""
    return frame_of(snapshot(), method)


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_frame_of_separated_groups():
    snap = snapshot()
    frame, following = first()
    assert frame.reason == ""
    assert (frame.layer, frame.step, frame.method) == ("fc", 0, "hidden")
    assert np.isfinite(frame.positions).all()
    np.testing.assert_array_equal(frame.prediction, snap.logits.argmax(axis=1))
    numbers = frame.faithfulness
    assert numbers["ppr_held_out"] > 0.95 > 0.5 > numbers["ppr_floor"]
    assert numbers["trust"] > 0.9
    assert numbers["neighbours"] > 5 * numbers["neighbours_floor"]
    assert numbers["placed"] == 1
    assert numbers["k"] == 15
    assert "displacement" not in numbers
    assert frame.landscape.source == "linear"
    assert set(np.unique(frame.landscape.classes)) == set(range(CLASSES))
    assert frame.seconds > 0
    assert frame.cpu_seconds > 0
    assert all(isinstance(value, float) for value in numbers.values())
    np.testing.assert_array_equal(following.positions, frame.positions)


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_geometric_measures_equal_independent_ones(method):
    snap = snapshot()
    frame, _ = first(method)
    high = NearestNeighbors(n_neighbors=15).fit(snap.activations).kneighbors(return_distance=False)
    low = NearestNeighbors(n_neighbors=15).fit(frame.positions).kneighbors(return_distance=False)
    kept = [len(set(a) & set(b)) / 15 for a, b in zip(high.tolist(), low.tolist(), strict=True)]
    np.testing.assert_allclose(frame.kept, kept, atol=1e-6)
    assert frame.faithfulness["neighbours"] == pytest.approx(np.mean(kept))
    trust = manifold.trustworthiness(snap.activations, frame.positions, n_neighbors=15)
    assert frame.faithfulness["trust"] == pytest.approx(trust, abs=1e-4)


def test_held_out_rows_take_no_part_in_the_fit(one_thread):
    snap = snapshot()
    frame, _ = frame_of(snap)
    apart = frame.held_out
    changed = snap.activations.copy()
    changed[apart] = changed[apart][::-1]
    # A rotation of the held-out rows among themselves leaves everything that the fit sees as it was.
    other, _ = frame_of(replace(snap, activations=changed))
    np.testing.assert_array_equal(other.positions[~apart], frame.positions[~apart])
    assert (other.positions[apart] != frame.positions[apart]).any()


def test_a_row_stays_held_out_when_rows_are_added():
    few, many = held_out(500), held_out(5_000)
    np.testing.assert_array_equal(many[:500], few)
    assert many.mean() == pytest.approx(0.2, abs=0.02)
    assert (held_out(5_000, seed=1) != many).any()


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_the_same_seed_gives_the_same_bytes(method, one_thread):
    def run():
        one, following = frame_of(snapshot(), method, seed=3)
        two, _ = frame_of(snapshot(step=1, noise=0.3), method, following, seed=3)
        return [
            part.tobytes()
            for frame in (one, two)
            for part in (frame.positions, frame.kept, frame.landscape.classes, frame.landscape.confidence)
        ]

    assert run() == run()


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_the_same_activations_stay_where_they_are(method):
    snap = snapshot()
    before, following = first(method)
    second, _ = frame_of(replace(snap, step=1), method, following)
    assert second.faithfulness["displacement"] < 0.05
    radius = np.sqrt(before.positions.var(axis=0).sum())
    moved = np.linalg.norm(second.positions - before.positions, axis=1) / radius
    # Held-out rows are placed afresh and must be as steady as fitted ones.
    assert moved[before.held_out].mean() < 0.1


def test_without_a_previous_frame_hidden_would_land_elsewhere():
    before, following = first()
    turned = snapshot()
    turned = replace(turned, activations=turned.activations[:, ::-1].copy(), head=HeadData("none"))
    cold, _ = frame_of(replace(turned, activations=-turned.activations))
    warm, _ = frame_of(replace(turned, activations=-turned.activations), previous=following)
    assert np.linalg.norm(warm.positions - before.positions, axis=1).mean() < (
        np.linalg.norm(cold.positions - before.positions, axis=1).mean()
    )


def test_the_state_between_frames_survives_pickling(one_thread):
    _, following = first()
    direct, _ = frame_of(snapshot(step=1, noise=0.2), previous=following)
    stored, _ = frame_of(snapshot(step=1, noise=0.2), previous=pickle.loads(pickle.dumps(following)))
    np.testing.assert_array_equal(direct.positions, stored.positions)


@pytest.mark.parametrize("method", ["hidden", "pca"])
@pytest.mark.parametrize(("count", "width"), [(300, 16), (180, 16), (240, 24), (240, 3)])
def test_rows_and_width_may_change_between_steps(method, count, width):
    before, following = first(method)
    second, after = frame_of(snapshot(count, width, step=1, seed=1 if width != 16 else 0), method, following)
    assert np.isfinite(second.positions).all()
    assert second.reason == ""
    assert len(after.positions) == count
    if width == 16:
        both = min(count, 240)
        moved = np.linalg.norm(second.positions[:both] - before.positions[:both], axis=1)
        assert np.median(moved) < 0.5 * np.sqrt(before.positions.var(axis=0).sum())


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_rows_that_are_not_finite_are_left_out_and_counted(method):
    snap = snapshot()
    snap.activations[[3, 50]] = np.nan
    snap.activations[7, 0] = np.inf
    frame, following = frame_of(snap, method)
    lost = np.isnan(frame.positions).any(axis=1)
    assert np.flatnonzero(lost).tolist() == [3, 7, 50]
    assert np.isnan(frame.kept[lost]).all()
    assert np.isfinite(frame.kept[~lost]).all()
    assert frame.reason == "3 of 240 samples have activations that are not finite and are left out."
    assert frame.faithfulness["placed"] == pytest.approx(237 / 240)
    assert (following.neighbours[lost] == -1).all()
    healed, _ = frame_of(snapshot(step=1), method, following)
    assert np.isfinite(healed.positions).all()


def test_a_row_keeps_its_last_place_while_it_cannot_be_drawn():
    before, following = first()
    broken = snapshot(step=1)
    broken.activations[5] = np.nan
    frame, after = frame_of(broken, previous=following)
    assert np.isnan(frame.positions[5]).all()
    np.testing.assert_array_equal(after.positions[5], before.positions[5])


def unmappable():
    snap = snapshot()
    nowhere = np.full_like(snap.activations, np.nan)
    alike = np.full_like(snap.activations, 3.7)
    few = np.where(np.arange(240)[:, None] < 9, snap.activations, np.nan).astype(np.float32)
    return {
        "all NaN": (replace(snap, activations=nowhere), "Of 240 samples only 0 have finite activations"),
        "all alike": (replace(snap, activations=alike), "gives all samples the same activations"),
        "all zero": (replace(snap, activations=np.zeros_like(alike)), "gives all samples the same activations"),
        "alike but for rounding": (
            replace(snap, activations=alike + np.float32(1e-7) * snap.activations),
            "gives all samples the same activations",
        ),
        "nine finite": (replace(snap, activations=few), "Of 240 samples only 9"),
        "one row": (
            replace(snap, activations=snap.activations[:1], logits=snap.logits[:1]),
            "at least 10 samples besides a fifth",
        ),
        "no rows": (
            replace(snap, activations=snap.activations[:0], logits=snap.logits[:0]),
            "at least 10 samples besides a fifth",
        ),
        "no units": (replace(snap, activations=snap.activations[:, :0]), "gives all samples the same activations"),
    }


@pytest.mark.parametrize("method", ["hidden", "pca"])
@pytest.mark.parametrize("case", unmappable())
def test_without_a_map_a_sentence_says_why_and_the_last_map_is_handed_on(method, case):
    snap, said = unmappable()[case]
    _, earlier = first(method)
    for previous in (None, earlier):
        frame, following = frame_of(snap, method, previous)
        assert said in frame.reason
        assert frame.reason.endswith(".")
        assert np.isnan(frame.positions).all()
        assert frame.landscape is None
        assert frame.faithfulness == {}
        assert following is previous


@pytest.mark.parametrize("method", ["hidden", "pca"])
@pytest.mark.parametrize("count", [13, 16, 30])
def test_few_samples_count_fewer_neighbours(method, count):
    snap = snapshot(count)
    frame, following = frame_of(snap, method)
    assert (~frame.held_out).sum() >= FEWEST_ROWS
    assert frame.reason == ""
    assert np.isfinite(frame.positions).all()
    assert frame.faithfulness["k"] == min(15, (count - 1) // 2)
    again, _ = frame_of(snapshot(count + 40, step=1), method, following)
    assert again.reason == ""


@pytest.mark.parametrize("method", ["hidden", "pca"])
@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1e8, 1e30])
def test_the_size_of_activations_does_not_matter(method, scale):
    snap = snapshot()
    plain, _ = first(method)
    scaled, _ = frame_of(replace(snap, activations=snap.activations * np.float32(scale), head=HeadData("none")), method)
    assert scaled.reason == ""
    assert scaled.faithfulness["neighbours"] == pytest.approx(plain.faithfulness["neighbours"], abs=0.1)
    assert scaled.faithfulness["ppr_held_out"] > 0.95


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_a_single_unit_is_drawn_and_said(method):
    snap = snapshot()
    frame, _ = frame_of(replace(snap, activations=snap.activations[:, :1].copy(), head=HeadData("none")), method)
    assert np.isfinite(frame.positions).all()
    assert "single unit" in frame.reason


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_mostly_dead_layers_are_drawn(method):
    snap = snapshot()
    snap.activations[24:] = 0
    frame, following = frame_of(snap, method)
    assert np.isfinite(frame.positions).all()
    assert np.isfinite(frame_of(snap, method, following)[0].positions).all()


def test_a_single_predicted_class_is_said_and_drawn():
    snap = snapshot()
    weight, bias = np.zeros((3, 16), np.float32), np.array([0, 5, 0], np.float32)
    logits = np.tile(bias, (240, 1))
    frame, _ = frame_of(replace(snap, logits=logits, head=HeadData("linear", {"weight": weight, "bias": bias})))
    assert frame.reason == "The network predicts class 1 for every sample."
    assert (frame.landscape.classes == 1).all()
    assert frame.faithfulness["ppr_held_out"] == frame.faithfulness["ppr_floor"] == 1


def test_without_logits_there_is_a_map_and_no_landscape():
    frame, _ = frame_of(replace(snapshot(), logits=None, head=HeadData("none")))
    assert np.isfinite(frame.positions).all()
    assert frame.prediction is None
    assert frame.confidence is None
    assert frame.landscape is None
    assert not any(name.startswith(("ppr", "confidence")) for name in frame.faithfulness)
    # Why there are none is a matter of the run, said by the index; with the map as such all is well.
    assert frame.reason == ""


def test_without_a_head_a_surrogate_draws():
    snap = snapshot()
    frame, _ = frame_of(replace(snap, head=HeadData("none")))
    assert frame.landscape.source == "surrogate"
    assert frame.reason == ""
    assert frame.faithfulness["ppr_held_out"] > 0.95


@pytest.mark.parametrize(
    "head",
    [
        HeadData("program", {}, b"broken"),
        HeadData("linear", {"weight": np.zeros((CLASSES, 3), np.float32), "bias": np.zeros(CLASSES, np.float32)}),
    ],
)
def test_a_head_that_fails_is_replaced_and_said(head):
    frame, _ = frame_of(replace(snapshot(), head=head))
    assert frame.landscape.source == "surrogate"
    assert (
        frame.reason == "The landscape comes from a head fitted to the logits, because the stored head cannot be run."
    )


def test_an_exported_head_draws_the_same_as_its_layer():
    snap = snapshot()
    layer = torch.nn.Linear(16, CLASSES)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(snap.head.arrays["weight"]))
        layer.bias.copy_(torch.from_numpy(snap.head.arrays["bias"]))
    batch = {0: torch.export.Dim("batch")}
    archive = io.BytesIO()
    torch.export.save(torch.export.export(layer, (torch.zeros(2, 16),), dynamic_shapes=(batch,)), archive)
    frame, _ = frame_of(replace(snap, head=HeadData("program", snap.head.arrays, archive.getvalue())))
    plain, _ = first()
    assert frame.landscape.source == "program"
    assert (frame.landscape.classes == plain.landscape.classes).mean() > 0.999
    np.testing.assert_allclose(frame.landscape.confidence, plain.landscape.confidence, atol=0.02)
    assert frame.faithfulness["ppr_held_out"] == plain.faithfulness["ppr_held_out"]


def test_logits_that_are_not_finite_are_unknown_predictions():
    snap = snapshot()
    snap.logits[4] = np.nan
    frame, _ = frame_of(replace(snap, head=HeadData("none")))
    assert frame.prediction[4] == -1
    assert frame.confidence[4] == 0
    assert frame.landscape is not None
    nothing, _ = frame_of(replace(snap, logits=np.full_like(snap.logits, np.nan), head=HeadData("none")))
    assert nothing.landscape is None
    assert nothing.reason == "The logits are not finite, so there is no landscape."


def test_a_head_whose_weights_are_not_finite_draws_no_landscape():
    snap = snapshot()
    weight = np.full((CLASSES, 16), np.nan, np.float32)
    head = HeadData("linear", {"weight": weight, "bias": np.zeros(CLASSES, np.float32)})
    frame, _ = frame_of(replace(snap, head=head))
    assert frame.landscape is None
    assert "not finite, so there is no landscape" in frame.reason
    assert np.isfinite(frame.positions).all()
