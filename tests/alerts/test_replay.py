"""Rules over what was stored give what they gave while it was logged."""

import numpy as np

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.alerts.builtin import rules
from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.alerts.replay import PastStep, PastTask, replay
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader

LABELS = (np.arange(90) % 3).astype(np.int32)
CLASSES = ("a", "b", "c")


def layer(step, apart):
    rng = np.random.default_rng(step)
    return (np.eye(3, 8)[LABELS] * apart + rng.normal(size=(90, 8))).astype(np.float32)


def logits(step, apart):
    return layer(step + 1000, apart)[:, :3].copy()


def past(steps, fails=12):
    for step in steps:
        apart = 4.0 if step < fails else 0.0
        yield PastStep(step, {"fc": layer(step, apart), "fc2": layer(step + 500, 4.0)}, logits(step, apart), 0.1)


def test_the_same_alerts_as_while_it_was_logged(tmp_path):
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        for one in past(range(18)):
            for name, rows in one.layers.items():
                writer.add_activations(name, rows, one.step, logits=one.logits, labels=LABELS, method=None)
    logged = [record.body for record in current(item.record for item in RunReader(str(tmp_path)).poll()).alerts]
    again = list(replay(past(range(18)), LABELS, ("0", "1", "2")))
    place = lambda alert: (alert.step, alert.layer, alert.rule, alert.severity, alert.value)  # noqa: E731
    assert logged
    assert sorted(map(place, again)) == sorted(map(place, logged))
    assert {alert.layer for alert in again} == {"fc", ""}, "the other layer is well"


def test_nothing_is_seen_ahead():
    whole = [alert for alert in replay(past(range(18)), LABELS, CLASSES) if alert.step <= 14]
    assert whole
    assert list(replay(past(range(15)), LABELS, CLASSES)) == whole


def test_only_the_rules_that_are_asked_for():
    assert {alert.rule for alert in replay(past(range(18)), LABELS, CLASSES, rules("collapse"))} == {"collapse"}
    assert list(replay(past(range(18)), LABELS, CLASSES, [])) == []


def test_a_task_that_begins_is_a_new_beginning():
    task = PastTask("second", 12, np.arange(90, dtype=np.int32))
    assert list(replay(past(range(18)), LABELS, CLASSES, rules("collapse"), [task])) == []


def test_what_was_logged_of_gradients_is_looked_at():
    still = GradientFacts(0.0, 0.0, 0.5, ("conv",))
    steps = [PastStep(step, {}, None, None, still if step > 8 else GradientFacts(0.0, 0.0, 0.0)) for step in range(14)]
    (alert,) = replay(steps, LABELS, CLASSES, rules("stagnation"))
    assert (alert.layer, alert.measure) == ("", "still")


def test_broken_numbers_are_told_and_without_labels_too():
    broken = layer(0, 4.0)
    broken[5] = np.nan
    steps = [PastStep(0, {"fc": layer(0, 4.0)}, None), PastStep(1, {"fc": broken}, None)]
    (alert,) = replay(steps, np.full(90, -1, np.int32), ())
    assert (alert.rule, alert.step, alert.samples) == ("nonfinite", 1, (5,))
