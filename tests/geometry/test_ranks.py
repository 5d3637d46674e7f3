import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from tensorboard_plugin_hidden.geometry.ranks import auroc, average_ranks, spearman


def tied(count, seed):
    return np.random.default_rng(seed).integers(0, 7, count).astype(np.float32)


def test_ranks_equal_scipys_with_and_without_ties():
    for values in (tied(50, 0), np.random.default_rng(1).standard_normal(50)):
        np.testing.assert_array_equal(average_ranks(values), stats.rankdata(values))


def test_spearman_equals_scipys():
    first, second = tied(80, 2), np.random.default_rng(3).standard_normal(80)
    second += first
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic, abs=1e-12)
    second[5] = np.nan
    both = np.isfinite(second)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first[both], second[both]).statistic, abs=1e-12)


def test_spearman_of_what_does_not_vary_is_undefined():
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))
    assert np.isnan(spearman(np.array([1.0, np.nan]), np.array([1.0, 2.0])))


def test_auroc_equals_scikit_learns_with_ties():
    positive, negative = tied(30, 4) + 1, tied(50, 5)
    truth = np.repeat([1, 0], [30, 50])
    expected = roc_auc_score(truth, np.concatenate([positive, negative]))
    assert auroc(positive, negative) == pytest.approx(expected, abs=1e-12)
    assert auroc(positive, positive) == 0.5
    assert np.isnan(auroc(positive, negative[:0]))
