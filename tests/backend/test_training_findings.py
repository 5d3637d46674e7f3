"""What goes wrong in layers, planted."""

import json

import numpy as np

from tensorboard_plugin_hidden.backend.training_findings import GRADIENTS, MOST, WEIGHTS, LayerSeries, findings

BUCKETS, LAYERS = 200, 4


def healthy(rng, size=4):
    """Series of buckets of ``size`` rows in which nothing happens."""
    edges = np.arange(BUCKETS + 1) * size

    def series(columns, centre):
        middle = centre * (1 + 0.05 * rng.standard_normal((BUCKETS, 1, LAYERS, columns)))
        return (middle * np.array([0.98, 1, 1.02]).reshape(1, 3, 1, 1)).astype(np.float32)

    weights, gradients = series(3, 5.0), series(4, 0.1)
    weights[..., 1:] = gradients[..., 1:3] = 0
    gradients[..., 3] = 0.01
    return LayerSeries(edges, weights, gradients, series(1, 1e-3)[..., 0])


def found_in(series):
    rows = int(series.edges[-1])
    layers = [{"name": f"layer{i}"} for i in range(LAYERS)]
    return findings(series, layers, 100 * np.arange(1, rows + 1), np.arange(rows) / 8)


def test_nothing_is_found_where_nothing_happens(rng):
    assert found_in(healthy(rng)) == []


def test_what_is_planted_is_found_the_worst_first(rng):
    series = healthy(rng)
    series.gradients[50, 2, 1, GRADIENTS.index("l2")] = 9.0
    series.weights[120:, 2, 0, WEIGHTS.index("nan")] = 7
    series.gradients[90:, :, 3, GRADIENTS.index("zeros")] = 1
    series.gradients[90:, :, 3, GRADIENTS.index("l2")] = 0
    series.update[90:, :, 3] = 0
    series.update[150:, :, 2] *= 1000
    found = found_in(series)
    kinds = [(one["place"], one["array"], one["kind"], one["first_row"], one["last_row"]) for one in found]
    assert kinds[:3] == [
        (0, "weights", "non-finite", 480, 799),
        (3, "gradients", "dead", 360, 799),
        (2, "update", "explosion", 604, 799),
    ]
    assert (1, "gradients", "spike", 200, 203) in kinds
    assert (3, "gradients", "drop", 360, 363) in kinds
    assert (found[0]["step"], found[0]["time"]) == (48_100, 60.0)
    assert found[0]["sentence"] == "layer0: weights have NaN (7 of the values at most) at training step 48,100."
    assert all(one["sentence"].startswith(one["name"]) for one in found)


def test_no_update_although_there_are_gradients(rng):
    series = healthy(rng)
    series.update[40:60, :, 2] = 0
    worst = found_in(series)[0]
    assert [worst[name] for name in ("place", "array", "kind", "first_row")] == [2, "update", "dead", 160]


def test_frozen_layers_and_short_logs_are_no_findings(rng):
    series = healthy(rng)
    series.gradients[:, :, 2], series.update[:, :, 2] = np.nan, 0
    assert found_in(series) == []
    one = LayerSeries(series.edges[:2], series.weights[:1], series.gradients[:1], series.update[:1])
    assert found_in(one) == []


def test_the_greatest_of_fewer_rows_is_no_drop(rng):
    series = healthy(rng)
    series.gradients[-1, 2, 1, GRADIENTS.index("l2")] *= 0.2
    assert [(one["kind"], one["first_row"]) for one in found_in(series)] == [("drop", 796)]
    series.edges[-1] -= 1
    assert found_in(series) == []
    series.gradients[-1, 2, 1, GRADIENTS.index("l2")] *= 50
    assert [(one["kind"], one["first_row"]) for one in found_in(series)] == [("spike", 796)]


def test_infinite_values_are_json(rng):
    series = healthy(rng)
    series.weights[10:, 2, :, WEIGHTS.index("inf")] = 3
    series.weights[10:, :, :, WEIGHTS.index("l2")] = np.inf
    series.gradients[::2, 2, :, GRADIENTS.index("nan")] = 1
    series.gradients[::2, :, :, GRADIENTS.index("l2")] = np.nan
    found = found_in(series)
    assert len(found) == MOST
    json.dumps(found, allow_nan=False)
