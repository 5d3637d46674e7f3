from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_hidden.logger.sampling import stratified_sample

LABELS = [0] * 60 + [1] * 30 + [2] * 9 + [3]


def test_sample_is_proportional_and_no_class_is_lost() -> None:
    counts = np.array([700, 200, 95, 4, 1])
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(5), counts))
    chosen = stratified_sample(labels, 100, seed=3)
    got = np.bincount(labels[chosen], minlength=5)
    assert got.sum() == len(np.unique(chosen)) == 100
    assert (np.diff(chosen) > 0).all()
    assert got[4] == got[3] == 1
    assert np.abs(got - counts / 10).max() <= 1.0


@pytest.mark.parametrize("size", [1, 3, 4, 5, 50, 99])
def test_sample_has_its_size(size: int) -> None:
    chosen = stratified_sample(np.array(LABELS), size, seed=0)
    assert len(np.unique(chosen)) == size
    if size >= 4:
        assert set(np.array(LABELS)[chosen]) == {0, 1, 2, 3}


def test_sample_depends_on_the_seed_alone() -> None:
    labels = np.array(LABELS)
    np.testing.assert_array_equal(stratified_sample(labels, 20, 1), stratified_sample(labels, 20, 1))
    assert (stratified_sample(labels, 20, 1) != stratified_sample(labels, 20, 2)).any()
