"""On a network that is trained, here in numpy, on labels of which some are wrong."""

import csv
import io
from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.dynamics import area_under_margin, cartography, learning
from tensorboard_plugin_hidden.training_log.label_errors import REASONS
from tensorboard_plugin_hidden.training_log.label_errors import label_errors as of_quality
from tensorboard_plugin_hidden.training_log.label_quality import label_qualities

SAMPLES = 1000
WRONG = 100


def label_errors(probability, margins, answers, labels, count):
    """The table of a course, with the quality of its last snapshot."""
    if margins.shape != probability.shape or len(margins) == 0:
        quality = np.full(len(labels), np.nan)
    else:
        quality = label_qualities(margins, range(len(margins)))[-1]
    return of_quality(quality, probability, margins, answers, labels, count)


@cache
def trained(data, seed, epochs=20):
    """Label probability, margin and answer at each epoch of a two-layer network; labels as given and as they are."""
    rng = np.random.default_rng(seed)
    if data == "digits":
        images, truth = load_digits(return_X_y=True)
        chosen = rng.permutation(len(images))[:SAMPLES]
        inputs, truth = (images[chosen] - images.mean()) / images.std(), truth[chosen]
    else:
        truth = rng.integers(0, 10, SAMPLES)
        inputs = 0.8 * rng.standard_normal((10, 20))[truth] + rng.standard_normal((SAMPLES, 20))
    labels, rows = truth.copy(), np.arange(SAMPLES)
    wrong = rng.choice(SAMPLES, WRONG, replace=False)
    labels[wrong] = (truth[wrong] + rng.integers(1, 10, WRONG)) % 10
    first = rng.standard_normal((inputs.shape[1], 48)) * np.sqrt(2 / inputs.shape[1])
    second = rng.standard_normal((48, 10)) / np.sqrt(48)

    def softmax(z):
        p = np.exp(z - z.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)

    course = []
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(SAMPLES), SAMPLES // 32):
            hidden = np.maximum(inputs[batch] @ first, 0)
            error = softmax(hidden @ second)
            error[np.arange(len(batch)), labels[batch]] -= 1
            step = 0.1 / len(batch)
            first -= step * inputs[batch].T @ (error @ second.T * (hidden > 0))
            second -= step * hidden.T @ error
        z = np.maximum(inputs @ first, 0) @ second
        others = z.copy()
        others[rows, labels] = -np.inf
        course.append((softmax(z)[rows, labels], z[rows, labels] - others.max(axis=1), z.argmax(axis=1)))
    return *(np.array(column) for column in zip(*course, strict=True)), labels, truth


def test_no_single_measure_finds_more_of_the_planted_errors_and_chance_a_tenth():
    found = {}
    for data in ("digits", "blobs"):
        for seed in range(3):
            probability, margins, answers, labels, truth = trained(data, seed)
            course, place = learning(answers, labels), cartography(probability, answers, labels)
            doubts = {
                "confidence": -place.confidence,
                "correctness": -place.correctness,
                "variability": place.variability,
                "area": -area_under_margin(margins),
                "learned_at": np.where(course.learned_at[-1] < 0, len(answers), course.learned_at[-1]),
                "forgotten": np.where(place.correctness == 0, len(answers), course.forgotten[-1]),
            }
            ranked = {name: np.argsort(-doubt, kind="stable")[:WRONG] for name, doubt in doubts.items()}
            ranked["all"] = label_errors(probability, margins, answers, labels, WRONG)["sample"]
            for name, samples in ranked.items():
                found.setdefault(name, []).append((labels != truth)[samples].mean())
    precision = {name: np.mean(values) for name, values in found.items()}
    chance = WRONG / SAMPLES
    assert precision["all"] >= 8 * chance
    assert all(precision["all"] >= other - 0.005 for other in precision.values()), precision


def test_the_class_said_instead_is_the_true_one_and_reasons_hold():
    probability, margins, answers, labels, truth = trained("digits", 0)
    table = label_errors(probability, margins, answers, labels, 80)
    sample = table["sample"]
    planted = labels[sample] != truth[sample]
    assert (table["suggested"][planted] == truth[sample][planted]).mean() > 0.9
    assert (np.diff(table["label_quality"]) >= 0).all()
    named = [set(entry.split("; ")) - {""} for entry in table["reasons"].tolist()]
    assert set().union(*named) <= set(REASONS)
    for row, i in enumerate(sample):
        right = answers[:, i] == labels[i]
        assert ("never learned" in named[row]) == (not right.any())
        assert ("mostly wrong" in named[row]) == (right.mean() < 0.5)
        assert ("label improbable" in named[row]) == (probability[:, i].mean() < 0.5)
        assert ("other class ahead" in named[row]) == (margins[:, i].mean() < 0)
        values, votes = np.unique(answers[:, i][~right], return_counts=True)
        assert table["suggested"][row] == (values[votes.argmax()] if len(values) else -1)
        assert table["suggested_share"][row] == pytest.approx(votes.max(initial=0) / len(answers))
        assert ("one other class" in named[row]) == (votes.max(initial=0) > len(answers) / 2)
    assert sum(len(reasons) >= 2 for reasons in named) >= 0.9 * len(named)


def test_late_and_forgotten_are_said_of_the_outermost_tenth():
    answers = np.zeros((20, 50), int)
    answers[:15, 3] = 1  # learned at 15, all others at once
    answers[[4, 8, 12], 5] = 1  # forgotten three times
    margins = np.where(answers == 0, 2.0, -1.0)
    table = label_errors(np.full((20, 50), 0.6), margins, answers, np.zeros(50, int), 50)
    reasons = dict(zip(table["sample"].tolist(), table["reasons"].tolist(), strict=True))
    assert table["sample"][:2].tolist() == [3, 5]
    assert reasons[3] == "mostly wrong; other class ahead; one other class; learned late"
    assert reasons[5] == "learned late; often forgotten", "what is learned anew is learned then"
    assert all(not text for sample, text in reasons.items() if sample not in (3, 5))


def test_columns_make_a_table():
    probability, margins, answers, labels, _ = trained("blobs", 1)
    table = label_errors(probability, margins, answers, labels, 30)
    file = io.StringIO()
    csv.writer(file).writerows(zip(*(column.tolist() for column in table.values()), strict=True))
    read = list(csv.reader(io.StringIO(file.getvalue())))
    assert len(read) == 30
    assert {len(row) for row in read} == {len(table)}


@pytest.mark.filterwarnings("error")
def test_samples_without_a_label_or_never_seen_are_left_out():
    answers = np.array([[0, 1, -1, 1], [0, 0, -1, 1]])
    margins = np.where(answers < 0, np.nan, [[1.0, -2, 0, 5], [2, 1, 0, 5]])
    table = label_errors(np.where(answers < 0, np.nan, 0.5), margins, answers, np.array([0, 0, 0, -1]), 10)
    assert table["sample"].tolist() == [1, 0]
    assert table["suggested"].tolist() == [1, -1]
    for empty in (np.empty((0, 4)), np.empty((3, 0))):
        none = label_errors(empty, empty, empty.astype(int), np.zeros(empty.shape[1], int), 10)
        assert all(len(column) == 0 for column in none.values())
    flat = np.zeros((2, 3))
    assert label_errors(flat, flat, flat.astype(int), np.zeros(3, int), 2)["sample"].tolist() == [0, 1]


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(HiddenError, match="of one shape"):
        label_errors(np.ones((2, 3)), np.ones((2, 2)), np.ones((2, 3), int), np.ones(3, int), 1)
