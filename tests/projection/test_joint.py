"""One map of several networks."""

import json
import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes as scipy_procrustes
from scipy.stats import special_ortho_group

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.codec import unpack
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.snapshot import HeadData
from tensorboard_plugin_hidden.format.store import StoreReader
from tensorboard_plugin_hidden.geometry.outcomes import softmax
from tensorboard_plugin_hidden.projection.joint import Member, draw_joint, explained, procrustes
from tensorboard_plugin_hidden.projection.joint_task import joint_tasks
from tensorboard_plugin_hidden.projection.methods import get_method
from tensorboard_plugin_hidden.projection.offline import LeftOut
from tensorboard_plugin_hidden.projection.prepare import held_out
from tensorboard_plugin_hidden.projection.resume import stored_positions
from tests.projection.test_frame import snapshot
from tests.projection.test_offline import write


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def permuted(snap, order):
    return replace(snap, activations=snap.activations[order], logits=snap.logits[order])


def turned(snap, seed=0, width=None):
    """The same network with its units mixed by a rotation, and with ``width`` units, the further ones silent."""
    wide = np.zeros((len(snap.activations), width or snap.activations.shape[1]), np.float32)
    wide[:, : snap.activations.shape[1]] = snap.activations
    weight = np.zeros((len(snap.head.arrays["weight"]), wide.shape[1]), np.float32)
    weight[:, : snap.activations.shape[1]] = snap.head.arrays["weight"]
    rotation = special_ortho_group.rvs(wide.shape[1], random_state=seed).astype(np.float32)
    head = HeadData("linear", {"weight": weight @ rotation, "bias": snap.head.arrays["bias"]})
    return replace(snap, activations=wide @ rotation, head=head)


def pair(second, ids=None, first=None):
    first = first or snapshot()
    return [
        Member("a", range(len(first.activations)), first),
        Member("b", range(len(second.activations)) if ids is None else ids, second),
    ]


def drawn(members, method="hidden", previous=None):
    return draw_joint(members, previous or [None] * len(members), get_method(method))


def radius(positions):
    return np.sqrt(positions.var(axis=0).sum())


def test_the_turn_is_the_orthogonal_procrustes_solution(rng):
    left, right = rng.normal(size=(200, 12)), rng.normal(size=(200, 12))
    right += left @ special_ortho_group.rvs(12, random_state=1)
    turn = procrustes(left.astype(np.float32), right.astype(np.float32), 12)
    wanted, _ = orthogonal_procrustes(left - left.mean(0), right - right.mean(0))
    np.testing.assert_allclose(turn.matrix, wanted, atol=1e-5)
    np.testing.assert_allclose(turn.onto(left.astype(np.float32)).mean(0), right.mean(0), atol=1e-5)


@pytest.mark.parametrize(("units", "others"), [(6, 10), (10, 6), (8, 8)])
def test_a_turn_keeps_distances_and_can_be_turned_back(rng, units, others):
    left, right = (rng.normal(size=(50, width)).astype(np.float32) for width in (units, others))
    turn = procrustes(left, right, 10)
    np.testing.assert_allclose(turn.matrix @ turn.matrix.T, np.eye(units), atol=1e-5)
    np.testing.assert_allclose(turn.back(turn.onto(left)), left, atol=1e-5)


def test_explained_variance_is_one_minus_the_procrustes_disparity(rng):
    left, right = rng.normal(size=(300, 5)), rng.normal(size=(300, 5))
    right += 1.5 * left
    turn = procrustes(left.astype(np.float32), right.astype(np.float32), 5)
    disparity = scipy_procrustes(right, left)[2]
    assert explained(turn.onto(left.astype(np.float32)), right) == pytest.approx(1 - disparity, abs=1e-5)
    assert explained(-left, left) == 0
    assert np.isnan(explained(left[:1], left[:1]))


@pytest.mark.parametrize("width", [16, 24])
def test_a_network_whose_units_are_mixed_lies_on_the_other_whatever_the_order_of_samples(rng, width):
    order = rng.permutation(240)
    one, two = drawn(pair(permuted(turned(snapshot(), width=width), order), order.tolist()))
    assert one.frame.method == two.frame.method == "hidden+joint"
    assert one.frame.settings["joint"] == two.frame.settings["joint"] == "a, b"
    assert one.frame.faithfulness["alignment"] == 1
    assert two.frame.faithfulness["alignment"] > 0.99
    apart = np.linalg.norm(one.frame.positions[order] - two.frame.positions, axis=1) / radius(one.frame.positions)
    assert np.median(apart) < 0.05
    for frame in (one.frame, two.frame):
        assert frame.reason == ""
        assert frame.faithfulness["trust"] > 0.9
        assert frame.faithfulness["ppr_held_out"] > 0.95
    assert one.frame.landscape.bounds == two.frame.landscape.bounds
    seen = np.minimum(one.frame.landscape.support, two.frame.landscape.support) > 0.5
    assert (one.frame.landscape.classes == two.frame.landscape.classes)[seen].mean() > 0.95


def test_networks_that_have_nothing_in_common_are_said_not_to_agree(rng):
    other = snapshot()
    other = replace(other, activations=rng.normal(size=other.activations.shape).astype(np.float32))
    _, two = drawn(pair(other))
    assert two.frame.faithfulness["alignment"] < 0.1


def test_the_turn_does_not_see_samples_that_are_held_out(rng):
    plain = drawn(pair(turned(snapshot())))
    changed = turned(snapshot())
    apart = held_out(240)
    changed.activations[apart] = changed.activations[apart][::-1]
    other = drawn(pair(changed))
    for one, two in zip(plain, other, strict=True):
        np.testing.assert_array_equal(one.frame.positions[~apart], two.frame.positions[~apart])


def test_a_members_head_decides_on_activations_turned_back():
    _, two = drawn(pair(turned(snapshot(), width=20)))
    places = two.frame.positions[two.frame.held_out]
    head = two.prepared.fitted.head
    direct = head(two.embedding.inverse(places))
    np.testing.assert_allclose(two.embedding.inverse.through(head.weight, head.bias)(places), direct, atol=1e-2)
    assert (softmax(direct).argmax(1) == two.frame.prediction[two.frame.held_out]).mean() > 0.95


@pytest.mark.parametrize("method", ["hidden", "pca"])
def test_the_next_step_stays_where_it_was(method):
    first = drawn(pair(turned(snapshot())), method)
    later = pair(turned(snapshot(step=1), seed=5), first=snapshot(step=1))
    second = drawn(later, method, [item.following for item in first])
    for before, after in zip(first, second, strict=True):
        moved = np.linalg.norm(after.frame.positions - before.frame.positions, axis=1) / radius(before.frame.positions)
        assert np.median(moved) < 0.1
        assert after.frame.faithfulness["displacement"] < 0.1


@pytest.mark.parametrize("broken", [0, 1])
def test_a_member_without_a_map_says_why_and_the_other_is_drawn(broken):
    members = pair(turned(snapshot()))
    dead = replace(members[broken].snapshot, activations=np.zeros((240, 16), np.float32))
    members[broken] = replace(members[broken], snapshot=dead)
    frames = [item.frame for item in drawn(members)]
    assert "gives all samples the same activations" in frames[broken].reason
    assert frames[broken].method == "hidden+joint"
    assert np.isfinite(frames[1 - broken].positions).all()
    dead_both = [replace(member, snapshot=dead) for member in members]
    assert all(item.frame.reason for item in drawn(dead_both))


def test_samples_with_other_ids_cannot_share_a_map():
    with pytest.raises(HiddenError, match="a and b cannot share a map at step 0"):
        drawn(pair(snapshot(), ids=range(1_000, 1_240)))


def test_a_member_without_logits_gets_its_map_and_no_landscape():
    one, two = drawn(pair(replace(snapshot(), logits=None, head=HeadData("none"))))
    assert one.frame.landscape is not None
    assert two.frame.landscape is None
    assert np.isfinite(two.frame.positions).all()


def log(run_dir, order, steps=range(3), layers=("fc",), seed=0):
    data = hidden.Probe(np.zeros((150, 2), np.float32), ids=[f"sample {place}" for place in order], size=150)
    with hidden.SummaryWriter(str(run_dir)) as writer:
        writer.add_probe(data)
        for step in steps:
            rows = np.asarray(order) % 150
            for place, layer in enumerate(layers):
                snap = turned(snapshot(150, step=step, noise=0.2), seed + place)
                snap = permuted(snap, rows)
                head = (snap.head.arrays["weight"], snap.head.arrays["bias"])
                writer.add_activations(layer, snap.activations, step, logits=snap.logits, head=head, method=None)
    return str(run_dir)


def frames(run_dir, layer="fc", method="pca+joint"):
    history = current(item.record for item in RunReader(run_dir).poll())
    return history.frames.get(layer, {}).get(method, {})


def places(run_dir, step, **which):
    payloads = {str(item.record.version): item.payload for item in RunReader(run_dir).poll()}
    return stored_positions(frames(run_dir, **which)[step], payloads, StoreReader(run_dir))


def draw(runs, method="pca", layers=()):
    """Draws what is missing and writes it; what was left out."""
    tasks, left_out = joint_tasks(runs, method, layers)
    for task in tasks:
        left_out += [outcome for outcome in write(task.outcomes()) if isinstance(outcome, LeftOut)]
    return [item.reason for item in left_out]


@pytest.fixture
def two_runs(tmp_path, rng):
    """The same samples in another order, the second run with two more of its own, and one step that only it has."""
    return [
        log(tmp_path / "first", range(150), range(3)),
        log(tmp_path / "second", [*rng.permutation(148), 990, 991], range(4), seed=3),
    ]


def test_each_run_gets_its_own_frames_on_common_axes(two_runs):
    tasks, _ = joint_tasks(two_runs, "pca")
    assert [(task.name, task.expected) for task in tasks] == [("first, second jointly", 6)]
    said = draw(two_runs)
    assert said == ["No joint map of 1 step of first, second that not all of them have."]
    one, two = (frames(run) for run in two_runs)
    assert list(one) == list(two) == [0, 1, 2]
    for step in range(3):
        assert one[step].body.bounds == two[step].body.bounds
        assert one[step].body.landscape_bounds == two[step].body.landscape_bounds
        assert one[step].body.settings["joint"] == "first, second"
        assert two[step].body.faithfulness["alignment"] > 0.95
    assert joint_tasks(two_runs, "pca")[0] == []
    assert len(joint_tasks(two_runs[::-1], "pca")[0]) == 1, "other axes are another map"


def test_the_same_sample_lies_at_the_same_place_in_both_runs(two_runs):
    draw(two_runs, "hidden")
    there = {}
    for run in two_runs:
        probe = next(item for item in RunReader(run).poll() if item.record.body.KIND == "probe")
        samples = unpack(probe.payload)[0]["samples"].tobytes()
        where = places(run, 2, method="hidden+joint")
        there[run] = dict(zip(json.loads(samples)["ids"], where, strict=True))
    one, two = there.values()
    common = one.keys() & two.keys()
    assert len(common) == 148
    apart = [np.linalg.norm(one[name] - two[name]) for name in common]
    assert np.median(apart) < 0.1 * radius(np.array(list(one.values())))


def test_layers_of_one_run_share_a_map(tmp_path):
    run = log(tmp_path / "run", range(150), layers=("fc1", "fc2", "fc3"))
    draw([run], layers=("fc1", "fc3"))
    assert list(frames(run, "fc1")) == list(frames(run, "fc3")) == [0, 1, 2]
    assert frames(run, "fc2") == {}
    assert frames(run, "fc3")[0].body.settings["joint"] == "fc1, fc3"


@pytest.mark.parametrize("method", ["pca", "hidden"])
@pytest.mark.parametrize("written", [1, 4])
def test_what_was_cut_short_goes_on_to_the_same_bytes(two_runs, tmp_path, method, written):
    copies = [str(tmp_path / "copy" / name) for name in ("first", "second")]
    for run, copy in zip(two_runs, copies, strict=True):
        shutil.copytree(run, copy)
    draw(two_runs, method)
    ((task,), _) = joint_tasks(copies, method)
    list(write(islice(task.outcomes(), written)))
    draw(copies, method)
    for whole, halted in zip(two_runs, copies, strict=True):
        for step in range(3):
            wanted, got = (places(run, step, method=method + "+joint") for run in (whole, halted))
            np.testing.assert_array_equal(got, wanted)


def test_a_snapshot_that_cannot_be_read_costs_only_its_step(two_runs):
    store = Path(two_runs[1], ASSETS_DIR, "store.zarr")
    (chunk,) = [path for path in store.rglob("activations/c/1/**/*") if path.is_file()]
    chunk.write_bytes(b"nonsense")
    said = draw(two_runs)
    assert any("No map of hidden/snapshot/fc/00000001" in line and two_runs[1] in line for line in said)
    assert list(frames(two_runs[0])) == list(frames(two_runs[1])) == [0, 2]


def test_layers_that_not_all_runs_have_are_named(tmp_path):
    runs = [log(tmp_path / "a", range(150), [0], ("fc", "x")), log(tmp_path / "b", range(150), [0], ("fc",))]
    tasks, left_out = joint_tasks(runs, "pca")
    assert [task.members for task in tasks] == [tuple((run, "fc") for run in runs)]
    assert [item.reason for item in left_out] == ["Not all runs have the layer x."]


def test_what_cannot_be_joint(tmp_path, two_runs):
    with pytest.raises(HiddenError, match="at least two members"):
        joint_tasks(two_runs[:1], "pca")
    with pytest.raises(HiddenError, match="at least two members"):
        joint_tasks([two_runs[0], two_runs[0] + "/"], "pca")
    with pytest.raises(HiddenError, match="no snapshots of that layer"):
        joint_tasks(two_runs, "pca", ("fd",))
    with pytest.raises(HiddenError, match="looks at all steps at once"):
        joint_tasks(two_runs, "timevis")
    strange = log(tmp_path / "strange", range(5_000, 5_150))
    ((task,), _) = joint_tasks([two_runs[0], strange], "pca")
    with pytest.raises(HiddenError, match="samples of the same ids"):
        list(task.outcomes())
