"""The published rule gives what its authors published."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.alerts.monitor import Monitor
from tensorboard_plugin_hidden.alerts.observer import Observer
from tensorboard_plugin_hidden.alerts.sentrycam import SentryCamRule, distance_and_variance, trigger
from tests.alerts.scenes import CLASSES, labels, layer

# The authors' unstable ResNet-34, read off their figure: the loss of epochs 1 to 7, 11 and 14. What lies between was
# not read and is filled in as they describe it: falling to epoch 12, then rising.
LOSS = [4.02, 3.86, 4.59, 4.06, 3.57, 4.05, 3.60, 3.45, 3.30, 3.15, 3.05, 3.00, 3.60, 4.29]

# Distance of the centroids: epochs 5 to 7 are read off, before them it rises.
DISTANCE = [2.2, 2.8, 3.2, 3.5, 3.64, 3.44, 3.19]
VARIANCE = [16.0, 14.0, 12.5, 11.5, 10.6, 9.8, 9.2]


@pytest.mark.parametrize(("k", "loss", "distance"), [(2, 14, 7), (1, 6, 6)])
def test_the_anecdote(k, loss, distance):
    """With k = 2 it is seven epochs before the loss; with k = 1 it is none."""
    assert trigger(LOSS, rising_is_bad=True, k=k) + 1 == loss
    assert trigger(DISTANCE, rising_is_bad=False, k=k) + 1 == distance
    assert trigger(VARIANCE, rising_is_bad=True, k=k) is None


def test_it_cries_wolf_at_noise(rng):
    """As measured by others: on white noise, two measures alarm within 40 epochs in nearly every run."""
    alarms = [
        trigger(rng.normal(size=40), rising_is_bad=False) is not None
        or trigger(rng.normal(size=40), rising_is_bad=True) is not None
        for _ in range(200)
    ]
    assert np.mean(alarms) > 0.98


def test_distance_and_variance_are_what_their_names_say(rng):
    points, classes = layer(rng), labels()
    distance, variance = distance_and_variance(points, classes)
    centres = [points[classes == c].mean(axis=0) for c in range(4)]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(centres) for b in centres[:i]]
    within = [((points[classes == c] - centres[c]) ** 2).sum(axis=1).mean() for c in range(4)]
    assert distance == pytest.approx(np.mean(apart), rel=1e-5)
    assert variance == pytest.approx(np.mean(within), rel=1e-5)
    assert np.isnan(distance_and_variance(points, np.zeros(200, np.int32))).all()


def test_as_a_rule_it_fires_once_and_names_what_it_saw(rng):
    observer, monitor = Observer(labels(), CLASSES), Monitor([SentryCamRule()])
    sizes = [1, 1.5, 2, 2.5, 3, 3.2, 2.6, 1.8, 1.0, 0.5]
    alerts = []
    for step, size in enumerate(sizes):
        points = layer(rng, size * np.eye(4, 8), spread=0.05)
        alerts += monitor.watch(observer.look(step, {"fc": points}, None))
    assert [(alert.step, alert.rule, alert.measure) for alert in alerts] == [(7, "sentrycam", "centroid distance")]
