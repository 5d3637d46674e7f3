"""Against torch's softmax and cross-entropy in float64, and scipy's entropy."""

import numpy as np
import pytest
import torch
from scipy.special import softmax as scipy_softmax
from scipy.stats import entropy

from tensorboard_plugin_hidden.geometry.outcomes import certainty, likeliest, outcomes, softmax

FIELDS = ("prediction", "runner_up", "confidence", "margin", "entropy", "loss")


def logits(count, classes, scale, seed=0):
    return (np.random.default_rng(seed).normal(size=(count, classes)) * scale).astype(np.float32)


@pytest.mark.parametrize(
    ("count", "classes", "scale"), [(5000, 10, 3), (300, 2, 50), (500, 1000, 5), (7, 3, 0.01), (2, 300_000, 4)]
)
def test_every_outcome_agrees_with_torch_and_scipy(count, classes, scale):
    z = logits(count, classes, scale)
    labels = np.random.default_rng(1).integers(-1, classes, count).astype(np.int32)
    found = outcomes(z, labels)
    assert [getattr(found, name).dtype.str[1:] for name in FIELDS] == ["i4", "i4", "f4", "f4", "f4", "f4"]
    exact = torch.from_numpy(z).double()
    p, order = torch.softmax(exact, 1).topk(2)
    np.testing.assert_array_equal(found.prediction, order[:, 0])
    np.testing.assert_array_equal(found.runner_up, order[:, 1])
    np.testing.assert_allclose(found.confidence, p[:, 0], rtol=1e-5)
    np.testing.assert_allclose(found.margin, p[:, 0] - p[:, 1], rtol=1e-5, atol=1e-7)
    expected = entropy(torch.softmax(exact, 1).numpy(), axis=1) / np.log(classes)
    np.testing.assert_allclose(found.entropy, expected, rtol=1e-5, atol=1e-9)
    loss = torch.nn.functional.cross_entropy(exact, torch.from_numpy(labels).long(), reduction="none", ignore_index=-1)
    labelled = labels >= 0
    np.testing.assert_allclose(found.loss[labelled], loss.numpy()[labelled], rtol=1e-5, atol=1e-12)
    assert np.isnan(found.loss[~labelled]).all()


def test_a_loss_that_a_probability_near_one_would_lose():
    z = np.array([[30, 0, 5]], np.float32)
    loss = outcomes(z, np.array([0], np.int32)).loss
    np.testing.assert_allclose(loss, np.log1p(np.exp(-30.0) + np.exp(-25.0)), rtol=1e-6)
    assert loss.item() > 0


def test_without_labels_only_the_loss_is_missing():
    z = logits(50, 4, 1)
    labelled, without = outcomes(z, np.zeros(50, np.int32)), outcomes(z)
    assert np.isnan(without.loss).all()
    for name in FIELDS[:-1]:
        np.testing.assert_array_equal(getattr(without, name), getattr(labelled, name))


def test_a_label_that_has_no_logit_has_no_loss():
    assert np.isnan(outcomes(logits(3, 2, 1), np.array([2, 5, -1], np.int32)).loss).all()


@pytest.mark.filterwarnings("error")
def test_logits_that_are_no_distribution():
    inf, nan = np.inf, np.nan
    z = np.array([[0, nan, 1], [inf, 0, 1], [-inf, -inf, -inf], [-inf, 0, -inf], [0, -inf, 0], [1e38, -1e38, 0]], "f4")
    found = outcomes(z, np.zeros(6, np.int32))
    assert found.prediction.tolist() == [-1, -1, -1, 1, 0, 0]
    assert found.runner_up.tolist() == [-1, -1, -1, -1, 2, 2]
    for name, expected in {
        "confidence": [nan, nan, nan, 1, 0.5, 1],
        "margin": [nan, nan, nan, 1, 0, 1],
        "entropy": [nan, nan, nan, 0, np.log(2) / np.log(3), 0],
        "loss": [nan, nan, nan, inf, np.log(2), 0],
    }.items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-6)


def test_one_class():
    found = outcomes(logits(4, 1, 1), np.zeros(4, np.int32))
    assert found.prediction.tolist() == [0] * 4
    assert found.runner_up.tolist() == [-1] * 4
    assert found.confidence.tolist() == found.margin.tolist() == [1] * 4
    assert found.entropy.tolist() == found.loss.tolist() == [0] * 4


def test_blocks_leave_no_seam():
    z, labels = logits(90_001, 10, 3), np.random.default_rng(2).integers(0, 10, 90_001).astype(np.int32)
    whole, part = outcomes(z, labels), outcomes(z[39_990:40_010], labels[39_990:40_010])
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(whole, name)[39_990:40_010], getattr(part, name))


@pytest.mark.parametrize(("classes", "scale"), [(1, 1), (2, 20), (10, 3), (1000, 0.1)])
def test_certainty_alone_is_the_same(classes, scale):
    z = logits(400, classes, scale)
    found = outcomes(z)
    np.testing.assert_array_equal(certainty(z), [found.prediction, found.confidence, found.entropy])


def test_softmax_equals_scipys_for_any_size_of_logits():
    z = np.array([[1, 2, 3], [1e4, 0, -1e4], [-2e4, -2e4, -2e4], [-np.inf, 700, 0]], np.float32)
    np.testing.assert_allclose(softmax(z), scipy_softmax(z, axis=1), atol=1e-6)


@pytest.mark.filterwarnings("error")
def test_softmax_of_what_is_no_distribution():
    z = np.array([[0, np.log(3)], [np.nan, 0], [np.inf, 0], [-np.inf, -np.inf]], np.float32)
    shares = softmax(z)
    np.testing.assert_allclose(shares[0], [0.25, 0.75], rtol=1e-6)
    assert np.isnan(shares[1:]).all()


def test_the_likeliest_classes():
    z = logits(40, 30, 3)
    classes, probabilities = likeliest(z, 5)
    p, order = torch.softmax(torch.from_numpy(z).double(), 1).topk(5)
    assert classes == order.tolist()
    np.testing.assert_allclose(probabilities, p, atol=1e-6)


@pytest.mark.filterwarnings("error")
def test_the_likeliest_of_few_classes_and_of_none():
    classes, probabilities = likeliest(np.array([[1, 1], [np.nan, 0], [-np.inf, 3]], "f4"), 5)
    assert classes == [[0, 1], [], [1, 0]]
    assert probabilities == [[0.5, 0.5], [], [1, 0]]
