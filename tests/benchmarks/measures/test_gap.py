import numpy as np
import pytest

from benchmarks.projection.measures import gap as measures


def test_gap_between_the_two_largest_logits():
    logits = np.random.default_rng(7).standard_normal((50, 6)).astype(np.float32)
    expected = []
    for row in logits:
        scaled = np.sort((row - row.min()) / (row.max() - row.min()))
        expected.append(scaled[-1] - scaled[-2])
    np.testing.assert_allclose(measures.top_two_gap(logits), expected, atol=1e-6)
    np.testing.assert_array_equal(measures.top_two_gap(np.array([[2.0, 2, 2], [5, 5, 1], [9, 0, 0]])), [0, 0, 1])
    assert np.isnan(measures.top_two_gap(logits[:, :2])).all()


def test_boundary_auroc_ranks_by_the_gap():
    rng = np.random.default_rng(8)
    samples = rng.standard_normal((200, 5)).astype(np.float32)
    boundary = rng.standard_normal((80, 5)).astype(np.float32)
    boundary[:, 0] = boundary[:, 1] = boundary.max(axis=1) + 1
    boundary[:, 1] -= rng.random(80).astype(np.float32)
    one, other = measures.top_two_gap(boundary)[:, None], measures.top_two_gap(samples)
    expected = (one < other).mean() + (one == other).mean() / 2
    assert 0.6 < expected < 0.99
    assert measures.boundary_auroc(boundary, samples) == pytest.approx(expected, abs=1e-9)


def test_an_inverse_that_is_undecided_everywhere_tells_nothing():
    assert measures.boundary_auroc(np.ones((10, 4)), np.ones((30, 4))) == 0.5
    assert np.isnan(measures.boundary_auroc(np.ones((10, 2)), np.ones((30, 2))))
