"""Against scikit-learn, scipy and spelled-out formulas on each task's samples, and against changes that are known."""

import math

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.stats import ortho_group
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from tensorboard_plugin_hidden.geometry.linear_probe import RIDGE, learning_half
from tensorboard_plugin_hidden.geometry.tasks import MEASURED, NAMES, end_of_task, task_measures

TASKS = {"first": np.arange(0, 120, dtype=np.int32), "second": np.arange(120, 300, dtype=np.int32)}


@pytest.fixture
def layer(rng):
    """Classes 0 and 1 in the first task, 2, 3 and 4 in the second; 24 units that lie far from the origin."""
    labels = np.concatenate([np.arange(120) % 2, 2 + np.arange(180) % 3]).astype(np.int32)
    centres = rng.standard_normal((5, 24)) * 0.6
    return (centres[labels] + rng.standard_normal((300, 24)) + 5).astype(np.float32), labels


def of_classes(x, labels):
    """Separation and the smallest gap, in double precision, class by class."""
    x = x.astype(np.float64)
    groups = [x[labels == label] for label in np.unique(labels)]
    middles = [group.mean(axis=0) for group in groups]
    spread = [((group - middle) ** 2).sum(axis=1).mean() for group, middle in zip(groups, middles, strict=True)]
    between = sum(len(g) * ((m - x.mean(axis=0)) ** 2).sum() for g, m in zip(groups, middles, strict=True))
    within = sum(len(g) * s for g, s in zip(groups, spread, strict=True))
    gaps = [
        math.log(((middles[a] - middles[b]) ** 2).sum() / (spread[a] + spread[b]))
        for a in range(len(groups))
        for b in range(a)
    ]
    return math.log(between / within), min(gaps)


def of_neighbours(x, labels, k=10):
    near = NearestNeighbors(n_neighbors=k).fit(x.astype(np.float64)).kneighbors(return_distance=False)  # without self
    return (labels[near] == labels[:, None]).mean()


def of_probe(x, labels, rows):
    half = learning_half(labels, rows)
    scaler = StandardScaler().fit(x[half].astype(np.float64))
    names = np.unique(labels)
    model = Ridge(alpha=RIDGE * half.sum()).fit(
        scaler.transform(x[half]), np.equal.outer(labels[half], names).astype(float)
    )
    return (names[model.predict(scaler.transform(x[~half])).argmax(axis=1)] == labels[~half]).mean()


def of_change(x, y):
    """Linear CKA by units, and scipy's Procrustes disparity."""
    a, b = (side - side.mean(axis=0) for side in (x.astype(np.float64), y.astype(np.float64)))
    cka = np.linalg.norm(b.T @ a) ** 2 / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b))
    return cka, procrustes(a, b)[2]


def test_each_task_is_measured_among_its_own_samples(layer, rng):
    x, labels = layer
    later = (x @ rng.standard_normal((24, 24)) + rng.standard_normal(x.shape)).astype(np.float32)
    ends = {name: end_of_task(x, rows) for name, rows in TASKS.items()}
    found = task_measures(later, labels, TASKS, ends)
    assert tuple(found) == NAMES
    for place, rows in enumerate(TASKS.values()):
        own, known = later[rows], labels[rows]
        separation, gap = of_classes(own, known)
        similarity, drift = of_change(x[rows], own)
        expected = {
            "separation": separation,
            "gap": gap,
            "agreement": of_neighbours(own, known),
            "probe_accuracy": of_probe(own, known, rows),
            "similarity": similarity,
            "drift": drift,
        }
        for name, value in expected.items():
            assert found[name].dtype == np.float32
            assert found[name][place] == pytest.approx(value, rel=1e-3, abs=1e-3), name
    assert found["drift"].min() > 0.05, "else the comparison says nothing"


def test_what_other_tasks_do_changes_nothing(layer):
    x, labels = layer
    other = x.copy()
    other[TASKS["second"]] *= 1e6
    ends = {"first": end_of_task(x, TASKS["first"])}
    before, after = task_measures(x, labels, TASKS, ends), task_measures(other, labels, TASKS, ends)
    for name in NAMES:
        assert before[name][0] == after[name][0]


def test_a_task_that_is_not_over_is_compared_with_nothing(layer):
    x, labels = layer
    found = task_measures(x + 1, labels, TASKS, {"first": end_of_task(x, TASKS["first"])})
    assert np.isnan(found["similarity"]).tolist() == np.isnan(found["drift"]).tolist() == [False, True]
    assert not np.isnan([found[name] for name in ("separation", "agreement", "probe_accuracy", "gap")]).any()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-18, 1e-6, 1, 1e18])
def test_rotating_shifting_and_scaling_change_nothing(layer, scale):
    x, labels = layer
    turned = (((x - 5) @ ortho_group.rvs(24, random_state=0) + 2) * scale).astype(np.float32)
    ends = {name: end_of_task(x, rows) for name, rows in TASKS.items()}
    before, after = task_measures(x, labels, TASKS, {}), task_measures(turned, labels, TASKS, ends)
    for name in ("separation", "agreement", "gap"):
        np.testing.assert_allclose(after[name], before[name], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(after["similarity"], 1, atol=1e-4)
    np.testing.assert_allclose(after["drift"], 0, atol=1e-4)
    # The probe standardises units, so that a rotation may change a few answers.
    np.testing.assert_allclose(after["probe_accuracy"], before["probe_accuracy"], atol=0.06)


def test_head_and_representation(layer, rng):
    """A linear map that can be undone hardly moves the probe; activations that say nothing bring it down to chance."""
    x, labels = layer
    before = task_measures(x, labels, TASKS, {})["probe_accuracy"]
    mixed = task_measures(x @ rng.standard_normal((24, 24)).astype(np.float32), labels, TASKS, {})["probe_accuracy"]
    lost = task_measures(rng.standard_normal(x.shape).astype(np.float32), labels, TASKS, {})["probe_accuracy"]
    np.testing.assert_allclose(mixed, before, atol=0.08)
    assert (before > [0.8, 0.7]).all()
    assert (np.abs(lost - [1 / 2, 1 / 3]) < 0.2).all()


@pytest.mark.filterwarnings("error")
def test_rows_that_are_not_finite_are_left_out(layer):
    x, labels = layer
    ends = {"first": end_of_task(x, TASKS["first"])}
    broken = x + 0.5
    broken[[3, 50, 200], [0, 5, 9]] = np.nan, np.inf, -np.inf
    found = task_measures(broken, labels, TASKS, ends)
    kept = np.setdiff1d(TASKS["first"], [3, 50])
    separation, gap = of_classes(x[kept], labels[kept])
    assert found["separation"][0] == pytest.approx(separation, abs=1e-4)
    assert found["gap"][0] == pytest.approx(gap, abs=1e-4)
    assert found["similarity"][0] == pytest.approx(1, abs=1e-4)
    # The end of the task may be what was broken.
    found = task_measures(x, labels, TASKS, {"first": end_of_task(broken, TASKS["first"])})
    assert found["drift"][0] == pytest.approx(0, abs=1e-4)
    nothing = task_measures(np.full_like(x, np.nan), labels, TASKS, ends)
    assert all(np.isnan(values).all() for values in nothing.values())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0, 3.3, -1e30])
def test_a_layer_that_says_nothing(layer, value):
    x, labels = layer
    ends = {name: end_of_task(x, rows) for name, rows in TASKS.items()}
    found = task_measures(np.full_like(x, value), labels, TASKS, ends)
    for name in ("separation", "agreement", "similarity", "drift", "gap"):
        assert np.isnan(found[name]).all(), name
    np.testing.assert_allclose(found["probe_accuracy"], [1 / 2, 1 / 3], atol=1e-6)


@pytest.mark.filterwarnings("error")
def test_few_samples_one_class_and_no_labels(layer):
    x, labels = layer
    tasks = {
        "none": np.empty(0, np.int32),
        "one": np.array([7], np.int32),
        "beyond": np.array([299, 300, 4000], np.int32),
        "one class": np.flatnonzero(labels == 3).astype(np.int32),
        "three": np.array([0, 2, 1], np.int32),
    }
    ends = {name: end_of_task(x, rows) for name, rows in tasks.items()}
    found = task_measures(x, labels, tasks, ends)
    for name in ("separation", "probe_accuracy", "gap"):
        assert np.isnan(found[name]).all(), name
    assert np.isnan(found["similarity"]).tolist() == [True, True, True, False, False]
    assert found["agreement"][3] == 1, "there is no other label"
    unlabelled = task_measures(x, None, TASKS, {"first": ends["one class"]})
    for name in ("separation", "agreement", "probe_accuracy", "gap"):
        assert np.isnan(unlabelled[name]).all(), name
    nobody = task_measures(x, np.full_like(labels, -1), TASKS, {})
    assert all(np.isnan(values).all() for values in nobody.values())
    assert task_measures(x, labels, {}, {})["gap"].shape == (0,)


def test_a_task_whose_samples_were_told_anew_is_compared_by_those_that_are_known(layer):
    x, labels = layer
    end = end_of_task(x, np.arange(60, dtype=np.int32))
    x = x.copy()
    x[60:120] = 7
    assert task_measures(x, labels, TASKS, {"first": end})["drift"][0] == pytest.approx(0, abs=1e-4)


def test_the_end_of_a_task_is_a_copy_and_may_be_of_another_width(layer):
    x, labels = layer
    end = end_of_task(x, TASKS["first"])
    x[:] = x[:, ::-1]
    assert task_measures(x, labels, TASKS, {"first": end})["similarity"][0] == pytest.approx(1, abs=1e-4)
    x[:] = np.roll(x, 100, axis=0)
    assert task_measures(x, labels, TASKS, {"first": end})["similarity"][0] < 0.9
    wide = np.concatenate([x, x[:, :3]], axis=1)
    assert 0 < task_measures(wide, labels, TASKS, {"first": end})["similarity"][0] < 1


def test_of_many_samples_the_same_few_are_measured(rng):
    labels = (np.arange(3000) % 2).astype(np.int32)
    x = (rng.standard_normal((3000, 8)) + labels[:, None]).astype(np.float32)
    rows = {"all": np.arange(3000, dtype=np.int32)}
    end = end_of_task(x, rows["all"])
    assert len(end.rows) == MEASURED
    found = task_measures(x, labels, rows, {"all": end})
    assert found["similarity"][0] == pytest.approx(1, abs=1e-5)
    separation, gap = of_classes(x, labels)
    assert found["separation"][0] == pytest.approx(separation, abs=0.25)
    assert found["gap"][0] == pytest.approx(gap, abs=0.25)
