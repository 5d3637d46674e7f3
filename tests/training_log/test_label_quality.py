"""Label quality against the words of its docstring, and over snapshots that come in another order."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.geometry.outcomes import softmax
from tensorboard_plugin_hidden.training_log.label_quality import LabelQuality, label_margins, label_qualities


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_mean_share_of_the_label_against_the_most_probable_other_class(seed):
    rng = np.random.default_rng(seed)
    steps, samples, classes = rng.integers(1, 6), rng.integers(1, 9), rng.integers(2, 7)
    logits = rng.normal(scale=4, size=(steps, samples, classes)).astype(np.float32)
    labels = rng.integers(-1, classes + 1, samples)
    logits[rng.random(logits.shape) < 0.05] = np.nan
    logits[..., 0] = np.where(rng.random(logits.shape[:2]) < 0.1, -np.inf, logits[..., 0])
    shares = [[] for _ in range(samples)]
    qualities = label_qualities(np.array([label_margins(one, labels) for one in logits]), range(steps))
    for step in range(steps):
        for i, label in enumerate(labels):
            p = softmax(logits[step, i][None])[0].astype(float)
            if 0 <= label < classes and not np.isnan(p).any():
                other = np.delete(p, label).max()
                shares[i].append(p[label] / (p[label] + other))
        expected = [np.mean(one) if one else np.nan for one in shares]
        np.testing.assert_allclose(qualities[step], expected, atol=1e-5)


@pytest.mark.filterwarnings("error")
def test_what_is_impossible_and_what_is_certain_are_the_ends():
    logits = np.array([[-np.inf, 0, 1], [5, -np.inf, -np.inf], [np.inf, 0, 0], [1e30, -1e30, 0]], np.float32)
    margins = label_margins(logits, np.zeros(4, int))
    assert LabelQuality(4).add(margins).tolist() == pytest.approx([0, 1, np.nan, 1], nan_ok=True)
    assert label_margins(np.zeros((3, 1), np.float32), np.zeros(3, int)).tolist() == [np.inf] * 3
    assert np.isnan(label_margins(np.zeros((3, 0), np.float32), np.zeros(3, int))).all()


def test_what_was_written_later_does_not_change_what_was_said():
    rng = np.random.default_rng(0)
    margins = rng.normal(size=(4, 5))
    before = label_qualities(margins[[0, 2, 3]], [1, 2, 3])
    # The second step was logged when the last one was there already.
    after = label_qualities(margins, [1, 9, 2, 3])
    np.testing.assert_array_equal(after[[0, 2, 3]], before)
    np.testing.assert_array_equal(after[1], label_qualities(margins[:2], [1, 9])[1])
