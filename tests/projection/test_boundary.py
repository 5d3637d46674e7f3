import numpy as np
import pytest

from tensorboard_plugin_hidden.projection.boundary import boundary_points
from tensorboard_plugin_hidden.projection.head import AffineHead


def sample(classes=4, count=300, width=6, seed=0):
    rng = np.random.default_rng(seed)
    activations = rng.standard_normal((count, width)).astype(np.float32)
    head = AffineHead(
        rng.standard_normal((classes, width)).astype(np.float32),
        rng.standard_normal(classes).astype(np.float32),
        "linear",
    )
    return activations, head


def gaps(logits):
    ordered = np.sort(logits, axis=1)
    return ordered[:, -1] - ordered[:, -2]


@pytest.mark.parametrize("classes", [2, 4, 30])
def test_the_head_hesitates_between_two_classes_at_every_point(classes):
    activations, head = sample(classes)
    points = boundary_points(activations, head, 80, 0)
    assert len(points) >= 75
    assert gaps(head(points)).max() < 2e-3 * gaps(head(activations)).mean() + 1e-2
    assert gaps(head(points)).mean() < 0.01 * gaps(head(activations)).mean()


def test_points_lie_on_the_way_between_two_samples_of_different_classes():
    activations, head = sample(count=40)
    predicted = head(activations).argmax(axis=1)
    for point in boundary_points(activations, head, 20, 1):
        to = np.linalg.norm(activations - point, axis=1)
        detour = to[:, None] + to[None, :] - np.linalg.norm(activations[:, None] - activations[None], axis=2)
        detour[predicted[:, None] == predicted[None]] = np.inf
        assert detour.min() < 1e-4


def test_any_callable_head_is_bisected():
    activations, _ = sample()

    class Ring:
        source = "program"

        def __call__(self, x):
            return np.stack([np.linalg.norm(x, axis=1), np.full(len(x), 2.0)], axis=1).astype(np.float32)

    points = boundary_points(activations, Ring(), 50, 0)
    assert np.abs(np.linalg.norm(points, axis=1) - 2).max() < 0.01


def test_unsure_samples_start_more_often():
    rng = np.random.default_rng(0)
    # Two groups of a first class, one near the boundary x = 0 and one far from it, and a second class beyond.
    x = np.concatenate([rng.uniform(0.1, 0.2, 100), rng.uniform(5, 6, 100), rng.uniform(-9, -8, 10)])
    activations = np.stack([x, np.arange(210)], axis=1).astype(np.float32)
    head = AffineHead(np.array([[1, 0], [-1, 0]], np.float32), np.zeros(2, np.float32), "linear")
    points = boundary_points(activations, head, 200, 0)
    # The second coordinate of the crossing tells which group the way started from when it started in the first class.
    assert (points[:, 1] < 104).mean() > 0.75


@pytest.mark.parametrize("case", ["one class", "one logit", "not finite", "none wanted"])
def test_there_are_none_where_there_is_no_boundary(case):
    activations, head = sample()
    if case == "one class":
        head = AffineHead(0 * head.weight, np.array([1, 0, 0, 0], np.float32), "linear")
    if case == "one logit":
        head = AffineHead(head.weight[:1], head.bias[:1], "linear")
    if case == "not finite":
        head = AffineHead(head.weight * np.nan, head.bias, "linear")
    points = boundary_points(activations, head, 0 if case == "none wanted" else 50, 0)
    assert points.shape == (0, 6)


def test_the_same_seed_gives_the_same_points():
    activations, head = sample()
    assert np.array_equal(boundary_points(activations, head, 50, 3), boundary_points(activations, head, 50, 3))
    assert not np.array_equal(boundary_points(activations, head, 50, 3), boundary_points(activations, head, 50, 4))
