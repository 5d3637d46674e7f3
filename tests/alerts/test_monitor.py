"""Rules at work on layers whose classes do what a test says."""

import dataclasses

import numpy as np
import pytest

from tensorboard_plugin_hidden.alerts.builtin import margin_rules, rules
from tensorboard_plugin_hidden.alerts.monitor import Monitor
from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.alerts.observer import Observer
from tensorboard_plugin_hidden.alerts.progress import Standing
from tensorboard_plugin_hidden.errors import HiddenError
from tests.alerts.scenes import CLASSES, labels, layer, logits

STEPS = 24


class Run:
    """Watches made-up snapshots with the built-in rules."""

    def __init__(self, names=None):
        self.observer = Observer(labels(), CLASSES)
        self.monitor = Monitor(rules(*(names or ())))
        self.rng = np.random.default_rng(0)
        self.alerts = []

    def look(self, step, points=None, answers=None, **facts):
        points = layer(self.rng) if points is None else points
        answers = logits(rng=self.rng) if answers is None else answers
        seen = self.observer.look(step, {"fc": points}, answers, **facts)
        found = self.monitor.watch(seen)
        self.alerts += found
        return found


BOTH = (1, 3)
"""Two classes that are taken for one where they merge."""


def moved(pair, share):
    """Centres of which two stand nearer to each other."""
    centres = 3 * np.eye(len(CLASSES), 8)
    middle = centres[list(pair)].mean(axis=0)
    for number in pair:
        centres[number] += share * (middle - centres[number])
    return centres


def test_a_healthy_run_raises_nothing():
    run = Run()
    for step in range(STEPS):
        run.look(step)
    assert run.alerts == []


def test_two_classes_that_merge_are_named():
    run = Run(["merging"])
    for step in range(STEPS):
        late = step >= 16
        run.look(step, layer(run.rng, moved(BOTH, 0.99 * late)), logits(confused=BOTH if late else ()))
    (alert,) = run.alerts
    assert (alert.rule, alert.layer, alert.measure, alert.classes) == ("merging", "fc", "gap", (1, 3))
    assert (alert.since, alert.step) == (16, 18)
    assert alert.value < alert.limit < alert.reference
    assert "'dog' and 'fox' are merging" in alert.sentence
    assert 0 < len(alert.samples) <= 50
    assert set(labels()[list(alert.samples)]) <= {1, 3}


@pytest.mark.parametrize("again", [[], range(30, 38)], ids=["for good", "well, and then again"])
def test_classes_that_merge_are_counted_once_and_told_of_again_when_they_were_apart(again):
    run = Run(["merging"])
    for step in range(46):
        together = 16 <= step < 24 or step in again
        run.look(step, layer(run.rng, moved(BOTH, 0.99 * together)), logits(confused=BOTH if together else ()))
    assert [alert.classes for alert in run.alerts] == [(1, 3)] * (2 if again else 1)
    assert all("more:" not in alert.sentence for alert in run.alerts), "the two are each other's nearest"


def test_what_classes_were_apart_before_is_told_as_far_as_it_counts():
    run = Run(["merging"])
    for step in range(STEPS):
        late = step >= 16
        run.look(step, layer(run.rng, moved(BOTH, 0.99 * late)), logits(confused=BOTH if late else ()))
    assert run.alerts[0].reference == 1
    assert "fell from 1 or more to -" in run.alerts[0].sentence


def test_a_collapse_is_told_once_a_layer_and_again_after_it_was_over():
    run = Run(["collapse"])
    for step in range(40):
        flat = 16 <= step < 22 or step >= 32
        run.look(step, layer(run.rng, np.zeros((4, 8))) if flat else None, logits(right=0.3) if flat else None)
    # What comes back is another change: it is no more than this scene's that the rank falls then.
    while_flat = [alert.step for alert in run.alerts if 16 <= alert.step < 22 or alert.step >= 32]
    assert while_flat == [19, 35]
    assert {alert.severity for alert in run.alerts} == {"error"}


def test_a_layer_that_says_nothing_from_the_start_is_told_of():
    run = Run(["collapse"])
    for step in range(12):
        run.look(step, np.zeros((200, 8), np.float32))
    (alert,) = run.alerts
    assert (alert.step, alert.measure, alert.value, alert.samples) == (5, "dead", 1, ())
    assert alert.reference is None
    assert alert.sentence == "fc: the representation collapses: every unit gives the same for every sample."


@pytest.mark.parametrize("dead", [1, 3])
def test_a_layer_that_comes_to_life_was_never_wrong(dead):
    """As a residual block's, whose last normalisation begins at zero; a warm-up of the rate keeps it there a while."""
    run = Run()
    for step in range(12):
        run.look(step, np.zeros((200, 8), np.float32) if step < dead else None)
    assert run.alerts == []


def test_a_layer_that_dies_is_told_of_at_once():
    run = Run(["collapse"])
    for step in range(12):
        run.look(step, np.zeros((200, 8), np.float32) if step >= 8 else None)
    assert [(alert.step, alert.measure) for alert in run.alerts] == [(9, "dead")]


def test_classes_that_come_together_slowly_from_afar_are_one_event():
    """One of the two was further from its nearest before, and so is over its margin first."""
    run = Run(["merging"])
    for step in range(60):
        centres = moved((1, 3), 0)
        centres[1, 4:] += 2.0
        share = min(max(step - 16, 0) / 20, 1)
        centres[3] = centres[1] + (centres[3] - centres[1]) * (1 - share)
        run.look(step, layer(run.rng, centres), logits(confused=BOTH if share > 0.7 else ()))
    assert [alert.classes for alert in run.alerts if set(alert.classes) == {1, 3}] == [(1, 3)]


def test_a_pace_that_slows_down_steadily_is_judged():
    """As of ``log_spaced``: every snapshot is a quarter further on than the last."""
    steps = np.unique((100 * 1.26 ** np.arange(24)).astype(int)).tolist()
    run = Run(["divergence"])
    still = layer(run.rng)
    for step in steps:
        late = step > steps[-4]
        points = layer(run.rng, spread=3.0) if late else still + 0.01 * run.rng.normal(size=still.shape)
        run.look(step, points, logits(right=0.5) if late else None)
    assert {alert.measure for alert in run.alerts} & {"drift", "turnover"}


def test_snapshots_that_come_less_often_are_no_jump():
    """After an alert they may come ten times as often for a while; what changes in between grows with the steps."""
    steps = [*range(0, 2000, 100), *range(2000, 2200, 10), *range(2200, 5000, 100)]
    run = Run(["divergence"])
    points, before = layer(run.rng, spread=1.0), steps[0]
    for step in steps:
        points = points + 0.04 * np.sqrt(step - before) * run.rng.normal(size=points.shape).astype(np.float32)
        points, before = points / points.std(), step
        run.look(step, points)
    assert [alert for alert in run.alerts if alert.measure in ("drift", "turnover")] == []


def test_nothing_counts_while_the_loss_is_at_its_best():
    run = Run(["collapse"])
    for step in range(STEPS):
        better = logits(right=1.0, sure=1 + 0.2 * step)
        run.look(step, layer(run.rng, np.zeros((4, 8))) if step >= 16 else None, better)
    assert run.alerts == []


def test_what_is_not_finite_is_told_at_once_with_the_samples():
    run = Run()
    for step in range(3):
        run.look(step)
    points, answers = layer(run.rng), logits()
    points[[3, 8]], answers[[3, 8]] = np.nan, np.nan
    found = run.look(3, points, answers)
    assert {(alert.rule, alert.layer, alert.samples) for alert in found} == {
        ("nonfinite", "fc", (3, 8)),
        ("nonfinite", "", (3, 8)),
    }


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((200, 8), np.float32),
        np.full((200, 8), 7, np.float32),
        np.full((200, 8), np.nan, np.float32),
        np.full((200, 8), np.inf, np.float32),
    ],
    ids=["zeros", "identical", "NaN", "infinite"],
)
def test_a_layer_that_breaks_is_an_alert_and_no_error(points):
    run = Run()
    for step in range(STEPS):
        run.look(step, points if step >= 16 else None)
    assert run.alerts
    for alert in run.alerts:
        numbers = (alert.value, alert.reference, alert.limit)
        assert all(number is None or np.isfinite(number) for number in numbers)
        assert "nan" not in alert.sentence.lower().replace("are nan or infinite", "")


@pytest.mark.parametrize("kind", ["one class", "no labels", "one sample", "absent class"])
def test_few_labels_and_samples_are_no_error(kind):
    count = 1 if kind == "one sample" else 200
    classes = {"one class": np.zeros(count), "absent class": labels(count) % 3}.get(kind, labels(count))
    observer = Observer(None if kind == "no labels" else classes.astype(np.int32), CLASSES)
    monitor, rng = Monitor(), np.random.default_rng(0)
    alerts = []
    for step in range(12):
        alerts += monitor.watch(observer.look(step, {"fc": layer(rng, samples=count)}, logits(samples=count)))
    assert alerts == []


def test_layers_that_stand_still_are_named():
    run = Run(["stagnation"])
    for step in range(6):
        still = step >= 3
        run.look(step, gradients=GradientFacts(0.0, -3.0, 0.5 * still, ("stem.conv",) if still else ()))
    (alert,) = run.alerts
    assert (alert.step, alert.since) == (4, 3)
    assert "stem.conv" in alert.sentence.lower()


def test_updates_that_are_too_large_are_told_with_their_layer():
    run = Run(["divergence"])
    for step in range(STEPS):
        update = -6.0 + 0.01 * (step % 2) + 3 * (step >= 16)
        run.look(step, gradients=GradientFacts(0.0, update, 0.0, largest_update_layer="head"))
    (alert,) = run.alerts
    assert (alert.step, alert.measure) == (17, "update")
    assert "the largest update over its weight rose from 0.00" in alert.sentence
    assert alert.sentence.endswith("), the largest in head.")


def test_a_restart_of_the_rate_makes_the_loss_no_reference_and_a_rate_that_runs_away_does_not():
    def alerts(rate):
        run = Run(["divergence"])
        for step in range(STEPS):
            late = step >= 16
            run.look(step, answers=logits(right=0.6 if late else 0.98, rng=run.rng), rate=rate(step))
        return run.alerts

    restart = [
        alert for alert in alerts(lambda step: 0.1 * 0.7 ** (step % 16)) if alert.measure in ("loss", "accuracy")
    ]
    assert restart == []
    assert any(alert.measure in ("loss", "accuracy") for alert in alerts(lambda step: 0.1 if step < 16 else 0.8))


def test_a_forgotten_task_is_told_at_the_first_snapshot_with_what_it_is_taken_for():
    run = Run()
    tasks = {
        "old": np.flatnonzero(labels() < 2).astype(np.int32),
        "new": np.flatnonzero(labels() >= 2).astype(np.int32),
    }
    run.observer.set_tasks(tasks, "old")
    for step in range(10):
        run.look(step)
    run.observer.end_task("old")
    run.observer.set_tasks(tasks, "new")
    run.monitor.reset()
    forgotten = np.where(labels() < 2, 2, labels())
    found = run.look(10, answers=(5 * np.eye(4)[forgotten]).astype(np.float32))
    (alert,) = [one for one in found if one.rule == "forgetting"]
    assert (alert.step, alert.task, alert.measure) == (10, "old", "accuracy")
    assert alert.classes in [(0, 2), (1, 2)]
    assert set(alert.samples) <= set(tasks["old"].tolist())
    assert "a linear probe on fc still reads 100 %" in alert.sentence


@pytest.mark.parametrize("announced", [True, False])
def test_each_task_is_told_of_whatever_the_order_in_which_they_come(announced):
    run = Run(["forgetting"])
    rows = {str(number): np.flatnonzero(labels() == number).astype(np.int32) for number in range(3)}
    order = ["1", "0", "2"]
    for place, name in enumerate(order):
        begun = order[: place + 1]
        waiting = [other for other in rows if other not in begun] if announced else []
        run.observer.set_tasks({task: rows[task] for task in begun + waiting}, name)
        for step in range(6 * place, 6 * place + 6):
            answers = np.where(np.isin(labels(), [int(task) for task in begun[:-1]]), 3, labels())
            run.look(step, answers=(5 * np.eye(4)[answers]).astype(np.float32))
        run.observer.end_task(name)
        run.monitor.reset()
    forgotten = [(alert.step, alert.task, alert.classes) for alert in run.alerts if alert.measure == "accuracy"]
    assert forgotten == [(6, "1", (1, 3)), (12, "0", (0, 3))]


def test_a_task_that_is_forgotten_twice_is_told_of_twice():
    run = Run(["forgetting"])
    tasks = {
        "old": np.flatnonzero(labels() < 2).astype(np.int32),
        "new": np.flatnonzero(labels() >= 2).astype(np.int32),
    }
    run.observer.set_tasks(tasks, "old")
    for step in range(6):
        run.look(step, answers=logits(right=1.0))
    run.observer.end_task("old")
    run.observer.set_tasks(tasks, "new")
    for step, well in enumerate([0.1, 0.1, 0.97, 0.97, 0.1, 0.1], 6):
        run.look(step, answers=logits(right=well))
    assert [alert.step for alert in run.alerts if alert.measure == "accuracy"] == [6, 10]


def test_an_unknown_rule_is_refused():
    with pytest.raises(HiddenError, match="no such rule"):
        rules("collaps")
    assert {rule.name for rule in rules()} >= {"collapse", "merging", "divergence", "nonfinite"}
    assert "sentrycam" not in {rule.name for rule in rules()}


def test_every_rule_has_a_margin():
    assert all(np.isfinite(rule.margin) for rule in margin_rules())
    assert len({rule.key for rule in margin_rules()}) == len(margin_rules())


def test_a_margin_of_a_logarithm_is_told_in_the_measures_units():
    rule = next(rule for rule in margin_rules() if rule.key == "collapse/whole.rank")
    detector = dataclasses.replace(rule, margin=np.log(2)).start()
    rng = np.random.default_rng(0)
    for step in range(14):
        observer = Observer(None, ())
        rank = 8.0 if step < 10 else 2.0
        (seen,) = observer.look(step, {"fc": layer(rng)}, None)
        found = detector.observe(dataclasses.replace(seen, measures={"rank": rank}), Standing(known=True))
    assert found is not None
    assert (found.value, found.reference, found.limit) == pytest.approx((2, 8, 4))
