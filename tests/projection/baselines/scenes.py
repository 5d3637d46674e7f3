"""What is drawn by every research method in the tests."""

from dataclasses import replace

import numpy as np

from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.head import AffineHead
from tensorboard_plugin_hidden.projection.protocol import Fitted


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
