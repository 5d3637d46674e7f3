"""Against loops over each sample's answers, as the papers put their measures in words."""

from itertools import pairwise

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.dynamics import (
    area_under_margin,
    cartography,
    learning,
)


def courses(snapshots, samples, seed):
    rng = np.random.default_rng(seed)
    answers, labels = rng.integers(0, 3, (snapshots, samples)), rng.integers(-1, 3, samples)
    unseen = rng.random(answers.shape) < rng.choice([0, 0.2, 0.9])
    probability = np.where(unseen, np.nan, rng.random(answers.shape))
    return probability, np.where(unseen, -1, answers), labels


@pytest.mark.parametrize("seed", range(30))
def test_learning_and_forgetting_equal_the_walk(seed):
    rng = np.random.default_rng(seed)
    _, answers, labels = courses(rng.integers(0, 15), rng.integers(0, 12), seed)
    found = learning(answers, labels)
    for (last, sample), _ in np.ndenumerate(answers):
        label = labels[sample]
        seen = [(t, a == label) for t, a in enumerate(answers[: last + 1, sample]) if a >= 0 and label >= 0]
        right = [ok for _, ok in seen]
        assert found.seen[last, sample] == len(seen)
        assert found.forgotten[last, sample] == sum(a and not b for a, b in pairwise(right))
        unbroken = [t for k, (t, _) in enumerate(seen) if all(ok for _, ok in seen[k:])]
        assert found.learned_at[last, sample] == next(iter(unbroken), -1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(20))
def test_the_map_equals_numpys_statistics_of_what_was_seen(seed):
    probability, answers, labels = courses(12, 10, seed)
    found = cartography(probability, answers, labels)
    for sample, label in enumerate(labels):
        known = probability[:, sample][~np.isnan(probability[:, sample])]
        said = answers[:, sample][answers[:, sample] >= 0]
        expected = [known.mean(), known.std()] if len(known) else [np.nan] * 2
        np.testing.assert_allclose([found.confidence[sample], found.variability[sample]], expected)
        share = (said == label).mean() if len(said) and label >= 0 else np.nan
        np.testing.assert_allclose(found.correctness[sample], share)
    np.testing.assert_allclose(area_under_margin(probability), found.confidence)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_logs_and_single_snapshots(shape):
    answers, labels = np.zeros(shape, int), np.zeros(shape[1], int)
    found = learning(answers, labels)
    np.testing.assert_array_equal(found.learned_at[-1:], np.zeros((min(shape[0], 1), shape[1])))
    places = cartography(np.ones(shape), answers, labels)
    np.testing.assert_array_equal(places.confidence, [1.0 if shape[0] else np.nan] * shape[1])


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(HiddenError, match="do not match the answers"):
        cartography(np.ones((3, 2)), np.zeros((2, 2), int), np.zeros(2, int))
    with pytest.raises(HiddenError, match="one label for every sample"):
        learning(np.zeros((2, 2), int), np.zeros(3, int))
