"""Against torch's softmax and cross-entropy, and scipy's entropy."""

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from tensorboard_plugin_hidden.format.constants import NO_CLASS
from tensorboard_plugin_hidden.format.outcomes import likeliest, outcomes

BYTES = ("confidence", "margin", "entropy")


def logits(count, classes, scale, seed=0):
    return (np.random.default_rng(seed).normal(size=(count, classes)) * scale).astype(np.float32)


@pytest.mark.parametrize(
    ("count", "classes", "scale"), [(5000, 10, 3), (300, 2, 50), (500, 1000, 5), (7, 3, 0.01), (2, 300_000, 4)]
)
def test_every_outcome_agrees_with_torch_and_scipy(count, classes, scale):
    z = logits(count, classes, scale)
    labels = np.random.default_rng(1).integers(-1, classes, count).astype(np.int32)
    found = outcomes(z, labels)
    dtypes = {name: array.dtype.str[1:] for name, array in found.items()}
    assert dtypes == {"prediction": "u2", "runner_up": "u2", "confidence": "u1", "margin": "u1", "entropy": "u1"} | {
        "loss": "f2"
    }
    exact = torch.from_numpy(z).double()
    p, order = torch.softmax(exact, 1).topk(2)
    order = order.clamp(max=NO_CLASS)
    np.testing.assert_array_equal(found["prediction"], order[:, 0])
    np.testing.assert_array_equal(found["runner_up"], order[:, 1])
    wanted = {
        "confidence": p[:, 0],
        "margin": p[:, 0] - p[:, 1],
        "entropy": entropy(torch.softmax(exact, 1).numpy(), axis=1) / np.log(classes),
    }
    for name in BYTES:
        assert np.abs(found[name] / 255 - np.asarray(wanted[name])).max() <= 0.5 / 255 + 1e-5, name
    loss = torch.nn.functional.cross_entropy(exact, torch.from_numpy(labels).long(), reduction="none", ignore_index=-1)
    labelled = labels >= 0
    np.testing.assert_allclose(found["loss"][labelled], loss.numpy()[labelled], rtol=1e-3, atol=1e-6)
    assert np.isnan(found["loss"][~labelled]).all()


def test_without_labels_only_the_loss_is_missing():
    z = logits(50, 4, 1)
    labelled, without = outcomes(z, np.zeros(50, np.int32)), outcomes(z, None)
    assert np.isnan(without.pop("loss")).all()
    for name, array in without.items():
        np.testing.assert_array_equal(array, labelled[name])


def test_a_label_that_has_no_logit_has_no_loss():
    assert np.isnan(outcomes(logits(3, 2, 1), np.array([2, 5, -1], np.int32))["loss"]).all()


@pytest.mark.filterwarnings("error")
def test_logits_that_are_no_distribution():
    inf, nan = np.inf, np.nan
    z = np.array([[0, nan, 1], [inf, 0, 1], [-inf, -inf, -inf], [-inf, 0, -inf], [0, -inf, 0], [1e38, -1e38, 0]], "f4")
    found = outcomes(z, np.zeros(6, np.int32))
    assert found["prediction"].tolist() == [NO_CLASS, NO_CLASS, NO_CLASS, 1, 0, 0]
    assert found["runner_up"].tolist() == [NO_CLASS, NO_CLASS, NO_CLASS, NO_CLASS, 2, 2]
    assert found["confidence"].tolist() == [0, 0, 0, 255, 128, 255]
    assert found["margin"].tolist() == [0, 0, 0, 255, 0, 255]
    assert found["entropy"].tolist() == [0, 0, 0, 0, round(255 * np.log(2) / np.log(3)), 0]
    np.testing.assert_allclose(found["loss"], [nan, nan, nan, inf, np.log(2), 0], atol=1e-3)


def test_one_class():
    found = outcomes(logits(4, 1, 1), np.zeros(4, np.int32))
    assert found["prediction"].tolist() == [0] * 4
    assert found["runner_up"].tolist() == [NO_CLASS] * 4
    assert found["confidence"].tolist() == found["margin"].tolist() == [255] * 4
    assert found["entropy"].tolist() == found["loss"].tolist() == [0] * 4


def test_blocks_leave_no_seam():
    z, labels = logits(90_001, 10, 3), np.random.default_rng(2).integers(0, 10, 90_001).astype(np.int32)
    whole, part = outcomes(z, labels), outcomes(z[39_990:40_010], labels[39_990:40_010])
    for name in whole:
        np.testing.assert_array_equal(whole[name][39_990:40_010], part[name])


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
