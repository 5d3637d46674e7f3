"""Margins, delays and intervals, on numbers of which the answer is known."""

import numpy as np
import pytest
from scipy.stats import binomtest

from tensorboard_plugin_hidden.alerts.builtin import margin_rules
from tensorboard_plugin_hidden.alerts.calibration import (
    SLACKS,
    delays,
    excess,
    first_alarm,
    leads,
    margins,
    wilson,
)
from tensorboard_plugin_hidden.alerts.monitor import Monitor
from tensorboard_plugin_hidden.alerts.observer import Observer
from tests.alerts.scenes import CLASSES, labels, layer, logits


def test_margins_keep_the_promise_on_trainings_they_have_not_seen(rng):
    def draw(runs):
        return {name: rng.gamma(2.0, 0.1, runs) for name in "abcdefgh"}

    found, slack = margins(draw(100), dict.fromkeys("abcdefgh", 0.0), 0.04)
    new = draw(4000)
    alarm = np.stack([new[name] > limit for name, limit in found.items()]).any(axis=0).mean()
    assert slack > 1, "with eight rules the largest of a hundred is not enough"
    assert alarm < 0.08


def test_a_margin_is_never_less_than_what_makes_sense():
    found, slack = margins({"a": np.zeros(20)}, {"a": 0.3}, 0.05)
    assert found == {"a": 0.3}
    assert slack == SLACKS[0]


@pytest.mark.parametrize(("hits", "total"), [(0, 20), (3, 60), (20, 20), (11, 40)])
def test_wilson(hits, total):
    expected = binomtest(hits, total).proportion_ci(0.95, method="wilson")
    assert wilson(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_delays():
    found, each = delays([82, 90, None, 40, 200], [81] * 5, window=40)
    assert (found.detected, found.early, found.total) == (2, 1, 5)
    assert each.tolist() == [1, 9, np.inf, np.inf, 119]
    assert found.median == 119
    assert found.interval[0] <= found.median <= found.interval[1]


def test_leads():
    ours, theirs = np.array([1, 5, np.inf, np.inf, 2]), np.array([3, 2, 4, np.inf, np.inf])
    assert leads(ours, theirs).tolist() == [2, -3, -np.inf, 0, np.inf]


def test_the_first_alarm_by_excess_is_the_monitors():
    observer, rng = Observer(labels(), CLASSES), np.random.default_rng(0)
    history = [
        observer.look(step, {"fc": layer(rng, np.zeros((4, 8)) if step >= 16 else None)}, logits(rng=rng))
        for step in range(24)
    ]
    chosen = [rule for rule in margin_rules() if rule.scope != "task"]
    by_excess = first_alarm(excess(chosen, history), {rule.key: rule.margin for rule in chosen})
    monitor = Monitor(chosen)
    by_monitor = [step for step, seen in enumerate(history) if monitor.watch(seen)]
    assert by_excess == by_monitor[0] == 17
