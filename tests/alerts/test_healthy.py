"""What healthy trainings do is no trouble, and what is trouble still is."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.alerts.builtin import rules
from tensorboard_plugin_hidden.alerts.monitor import Monitor
from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.alerts.observer import Observer
from tests.alerts.scenes import CLASSES, labels, layer, logits

STEPS = 40


def watch(looks, names=(), of=None, classes=CLASSES):
    """The alerts of looks: activations, logits, and facts by name."""
    observer, monitor = Observer(labels() if of is None else of, classes), Monitor(rules(*names))
    alerts = []
    for step, (points, answers, *facts) in enumerate(looks):
        seen = observer.look(step, {"fc": points}, answers, **(facts[0] if facts else {}))
        alerts += monitor.watch(seen)
    return alerts


def rise(step, middle=8.0, width=2.0):
    """From 0 to 1, as early learning goes."""
    return 1 / (1 + np.exp(-(step - middle) / width))


def unlabelled(rng, late=None):
    """A layer that grows and turns from one shape to another while it learns."""
    before, after = (layer(rng, spread=1.0) for _ in range(2))
    after[:, 4:] *= 0.3
    for step in range(STEPS):
        share = rise(step)
        points = (1 + 5 * share) * ((1 - share) * before + share * after) + 0.01 * rng.normal(size=before.shape)
        if late is not None and step >= 30:
            points = late(points, step)
        yield points.astype(np.float32), None


def test_early_learning_is_no_trouble_where_no_loss_is_known(rng):
    assert watch(unlabelled(rng), of=np.full(200, -1, np.int32), classes=()) == []


@pytest.mark.parametrize(
    ("measures", "late"),
    [
        ({"norm"}, lambda points, step: points * 3.0 ** (step - 29)),
        ({"drift", "turnover"}, lambda points, step: np.random.default_rng(step).normal(size=points.shape)),
        ({"rank", "participation", "uniformity"}, lambda points, step: points[:, :1] * np.ones(8) + 1e-3 * points),
        ({"dead"}, lambda points, step: 0 * points),
    ],
    ids=["explodes", "is thrown about", "collapses", "dies"],
)
def test_what_breaks_later_is_told_without_a_loss(rng, measures, late):
    alerts = watch(unlabelled(rng, late), of=np.full(200, -1, np.int32), classes=())
    assert {alert.measure for alert in alerts} & measures
    assert all(alert.step >= 30 for alert in alerts)
    assert "error" in {alert.severity for alert in alerts}


def test_a_loss_that_is_told_and_falls_is_learning(rng):
    """The layer grows as it never did before; the loss says that it learns."""

    def looks(losses):
        still = layer(rng, spread=1.0)
        for step, loss in enumerate(losses):
            grown = still * (1.0 if step < 30 else 1.5 ** (step - 29))
            yield grown + 0.01 * rng.normal(size=still.shape), None, {"loss": loss}

    none = np.full(200, -1, np.int32)
    falls, stays = [2 - 0.05 * step for step in range(STEPS)], [1 + 0.01 * (step % 2) for step in range(STEPS)]
    assert watch(looks(falls), ["divergence"], none, ()) == []
    assert {alert.measure for alert in watch(looks(stays), ["divergence"], none, ())} == {"norm"}


def overfits(rng, accuracy=0.8, per_step=0.05):
    """Answers become surer than they are right, the loss rises, and the layer sharpens to fewer directions."""
    for step in range(STEPS):
        points = layer(rng)
        points[:, 4:] *= 0.9**step
        right = min(0.3 + 0.1 * step, accuracy) - (0.004 * max(step - 10, 0))
        yield points, logits(right=right, sure=min(1 + 0.3 * step, 3) + per_step * max(step - 10, 0) * 4)


@pytest.mark.parametrize(("kept", "told"), [(True, set()), (False, {"vanishing"})])
def test_what_shrinks_and_tells_the_classes_apart_as_ever_is_no_trouble(rng, kept, told):
    """As an encoder before its normalisation, whose loss nobody tells; where the classes go too, it is told."""
    whole = layer(rng)
    other = rng.permutation(whole)

    def looks():
        for step in range(STEPS):
            apart = rise(step, 4.0, 1.0)
            points = apart * whole + (1 - apart) * other
            yield (0.1 * (points if kept else other) if step >= 30 else points).astype(np.float32), None

    assert {alert.rule for alert in watch(looks()) if alert.rule == "vanishing"} == told


@pytest.mark.parametrize(("loss", "told"), [(0.0, set()), (0.3, {"stagnation"})])
def test_gradients_are_zero_where_the_loss_is(rng, loss, told):
    """A triplet loss whose margin is kept everywhere has nothing to learn; with a loss left, a layer stands still."""
    whole = layer(rng)

    def looks():
        for step in range(STEPS):
            facts = GradientFacts(-np.inf, -np.inf, 1.0, ("fc",)) if step >= 30 else GradientFacts(0.0, -7.0, 0.0)
            yield whole, None, {"gradients": facts, "loss": loss if step >= 30 else 1.0 - step / 40}

    assert {alert.rule for alert in watch(looks(), of=np.full(200, -1, np.int32), classes=())} == told


def test_overfitting_is_one_warning(rng):
    (alert,) = watch(overfits(rng))
    assert (alert.rule, alert.severity) == ("overfitting", "warning")
    assert alert.sentence.startswith("The network overfits: ")


def test_classes_that_overfitting_brings_together_are_the_same_event(rng):
    """Two classes are lost slowly, and come together, while the network becomes surer than it is right."""
    looks = []
    for step in range(60):
        centres = 3 * np.eye(4, 8)
        share = min(max(step - 25, 0) / 20, 1)
        centres[3] += share * (centres[1] - centres[3])
        answers = logits(right=0.8, sure=3 + 0.1 * step, rng=np.random.default_rng(0))
        lost = np.flatnonzero(labels() == 3)[: round(share * 50)]
        answers[lost] = np.roll(answers[lost], 2, axis=1)
        looks.append((layer(rng, centres), answers))
    found = watch(looks, ["overfitting", "merging", "collapse"])
    assert [alert.rule for alert in found] == ["overfitting"]


def test_an_ordinary_generalisation_gap_is_no_overfitting(rng):
    looks = [(layer(rng), logits(right=0.86, sure=1 + 0.2 * min(step, 16))) for step in range(STEPS)]
    assert watch(looks) == []


def test_answers_that_are_lost_suddenly_are_no_overfitting(rng):
    looks = [(layer(rng), logits(right=0.8 if step < 20 else 0.5, sure=6)) for step in range(STEPS)]
    assert {alert.rule for alert in watch(looks) if alert.severity == "error"} == {"divergence"}


def test_what_changes_in_a_layer_while_the_answers_are_as_good_is_no_collapse(rng):
    """As a network that has learned its samples pulls each class to a point, or two of them together in one layer."""

    def looks():
        for step in range(STEPS):
            points = layer(rng, spread=0.3 if step < 20 else 0.01)
            points[:, :2] *= 1.0 if step < 20 else 0.05
            yield points, logits(sure=5)

    assert watch(looks(), ["collapse", "merging"]) == []


@pytest.mark.parametrize("bad", [1, 2, 3])
def test_a_loss_that_comes_back_within_an_epoch_is_no_collapse(rng, bad):
    looks = [
        (layer(rng, np.zeros((4, 8))), logits(right=0.4)) if 20 <= step < 20 + bad else (layer(rng), logits())
        for step in range(STEPS)
    ]
    assert watch(looks, ["collapse"]) == []


def test_classes_of_five_samples_are_not_judged(rng):
    few = np.concatenate([labels(195) % 3, np.full(5, 3)]).astype(np.int32)

    def looks():
        for step in range(STEPS):
            points = (3 * np.eye(4, 8)[few] + 0.3 * rng.normal(size=(200, 8))).astype(np.float32)
            if step >= 20:
                points[-3:] = points[:3]
            yield points, (5 * np.eye(4)[few]).astype(np.float32)

    assert watch(looks(), of=few) == []


@pytest.mark.parametrize("classifier", [True, False])
def test_classes_that_merge_are_information_where_labels_are_for_colour(rng, classifier):
    centres = 3 * np.eye(4, 8)
    together = centres.copy()
    together[3] = together[1]

    def looks():
        for step in range(STEPS):
            late = step >= 20
            answers = logits(confused=(1, 3) if late else ()) if classifier else None
            yield layer(rng, together if late else centres), answers

    severities = {alert.severity for alert in watch(looks(), ["merging"])}
    assert severities == ({"warning"} if classifier else {"info"})


def test_a_class_that_is_answered_wrong_is_named(rng):
    """Its images are labelled otherwise from some step on: a tenth of the answers, and all of the class."""
    looks = [(layer(rng), logits(confused=(0, 2) if step >= 20 else ())) for step in range(STEPS)]
    found = [alert for alert in watch(looks, ["noise"]) if alert.classes]
    assert [(alert.classes, alert.measure, alert.step) for alert in found] == [((2,), "accuracy", 22)]
    assert found[0].sentence.startswith("Class 'owl' is answered wrong: the accuracy fell from 9")


@pytest.mark.parametrize("first", [1.0, 0.92], ids=["seen from the peak", "seen when it has begun to fall"])
def test_a_warm_restart_moves_everything(rng, first):
    """Neighbours, shape and separation: what the lower rate had reached is given up on purpose."""

    def looks(restarts):
        still = layer(rng, spread=0.5)
        for step in range(STEPS):
            place = step % 20
            late = step >= 20
            noise = (1.5 if late else 0.05) * rng.normal(size=still.shape)
            rate = 0.1 * max(first - 0.045 * place if not late else 1.0 - 0.045 * place, 0.05)
            facts = {"rate": rate if restarts else 0.01}
            yield (still + noise).astype(np.float32), logits(right=0.97 if not late else 0.8, sure=2), facts

    moved = {"drift", "turnover", "separation", "agreement"}
    assert not moved & {alert.measure for alert in watch(looks(True), ["divergence", "collapse"])}
    assert moved & {alert.measure for alert in watch(looks(False), ["divergence", "collapse"])}


def test_large_updates_for_a_rate_that_is_almost_nothing_do_no_harm():
    def looks(rate):
        for step in range(STEPS):
            update = np.log(rate(step)) + 0.01 * (step % 2) + (2 if step >= 30 else 0)
            yield (
                layer(np.random.default_rng(0)),
                logits(),
                {"rate": rate(step), "gradients": GradientFacts(0, update, 0)},
            )

    assert watch(looks(lambda step: 0.1 if step < 25 else 0.001), ["divergence"]) == []
    assert {alert.measure for alert in watch(looks(lambda step: 0.1), ["divergence"])} == {"update"}


def test_numbers_read_forwards_and_in_units_of_their_own(rng):
    looks = [((1.0 if step < 20 else 0.6) * layer(rng), None) for step in range(STEPS)]
    (alert,) = watch(looks, ["vanishing"])
    assert alert.severity == "warning"
    before, after, limit = (np.exp(number) for number in (alert.reference, alert.value, alert.limit))
    said = (
        f"fc: the activations shrink: the activations' norm fell from {before:.3g} to {after:.3g} (limit {limit:.3g})."
    )
    assert alert.sentence == said
    assert after < limit < before
