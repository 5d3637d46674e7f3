"""Against loops that spell the papers' formulas out, and against cases that are plain."""

import math

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.forgetting import accuracy_matrix, transfer

nan = float("nan")


def spelled_out(R, b):
    """Lopez-Paz & Ranzato (2017), eq. 2 to 4, and Chaudhry et al. (2018), eq. 2 and 3, index by index, of full rows."""
    T = len(R)
    acc = sum(R[T - 1][i] for i in range(T)) / T
    bwt = sum(R[T - 1][i] - R[i][i] for i in range(T - 1)) / (T - 1)
    fwt = sum(R[i - 1][i] - b[i] for i in range(1, T)) / (T - 1)
    f = [max(R[row][j] for row in range(T - 1)) - R[T - 1][j] for j in range(T - 1)]
    return acc, sum(f) / (T - 1), bwt, fwt, f


@pytest.mark.parametrize("tasks", [2, 3, 7])
def test_the_papers_formulas(rng, tasks):
    R, b = rng.random((tasks, tasks)), rng.random(tasks)
    found, (acc, forgetting, bwt, fwt, each) = transfer(R, b), spelled_out(R.tolist(), b.tolist())
    assert found.average_accuracy == pytest.approx(acc)
    assert found.forgetting == pytest.approx(forgetting)
    assert found.backward_transfer == pytest.approx(bwt)
    assert found.forward_transfer == pytest.approx(fwt)
    np.testing.assert_allclose(found.forgotten[:-1], each, rtol=1e-6)
    assert np.isnan(found.forgotten[-1])


def test_a_task_that_was_best_before_the_last_but_one_counts_from_its_best():
    R = np.array([[0.6, 0, 0], [0.9, 0.8, 0], [0.5, 0.8, 1]])
    found = transfer(R)
    assert found.forgotten[0] == pytest.approx(0.4)
    assert found.backward_transfer == pytest.approx((-0.1 + 0) / 2)
    assert math.isnan(found.forward_transfer), "nobody said how good the untrained network was"


def test_tasks_still_to_come_count_only_for_what_was_passed_on():
    """Two of four tasks have been learned: what the others are accurate at is no average accuracy."""
    R = np.array([[1, 0.7, 0.1, 0.2], [0.5, 1, 0.3, 0.4]])
    found = transfer(R, np.array([0.5, 0.5, 0.5, 0.5]))
    assert found.average_accuracy == pytest.approx(0.75)
    assert found.forgetting == pytest.approx(0.5)
    assert found.backward_transfer == pytest.approx(-0.5)
    assert found.forward_transfer == pytest.approx(0.2)
    assert np.isnan(found.forgotten).tolist() == [False, True, True, True]


@pytest.mark.filterwarnings("error")
def test_what_is_not_known_is_left_out():
    R = np.array([[1, nan, nan], [nan, 0.8, nan], [0.4, nan, 1]])
    found = transfer(R, np.array([nan, 0.5, 0.5]))
    assert found.average_accuracy == pytest.approx(0.7)
    assert found.forgetting == pytest.approx(0.6)
    assert found.backward_transfer == pytest.approx(-0.6)
    assert math.isnan(found.forward_transfer)
    assert transfer(np.full((3, 3), nan)).forgotten.tolist() == pytest.approx([nan] * 3, nan_ok=True)


@pytest.mark.filterwarnings("error")
def test_one_task_and_none():
    found = transfer(np.array([[0.9, 0.2]]), np.array([0.1, 0.1]))
    assert found.average_accuracy == pytest.approx(0.9)
    assert all(math.isnan(v) for v in (found.forgetting, found.backward_transfer, found.forward_transfer))
    for empty in (np.empty((0, 3)), np.empty((0, 0))):
        found = transfer(empty)
        assert math.isnan(found.average_accuracy)
        assert len(found.forgotten) == empty.shape[1]


@pytest.mark.parametrize(
    ("matrix", "untrained"), [(np.ones((3, 2)), None), (np.ones(3), None), (np.ones((2, 2)), np.ones(3))]
)
def test_what_is_no_matrix_of_tasks_is_refused(matrix, untrained):
    with pytest.raises(HiddenError, match="shape"):
        transfer(matrix, untrained)


def test_the_ends_of_tasks_among_the_steps_of_a_run():
    accuracy = np.arange(14, dtype=np.float32).reshape(7, 2)
    steps = [0, 10, 20, 30, 40, 50, 60]
    # The first task begins after the untrained network was looked at, the second after step 30.
    np.testing.assert_array_equal(accuracy_matrix(steps, accuracy, [1, 31]), accuracy[[3, 6]])
    np.testing.assert_array_equal(accuracy_matrix(steps, accuracy, [0, 31]), accuracy[[3, 6]])
    np.testing.assert_array_equal(accuracy_matrix(steps, accuracy, [1]), accuracy[[6]])
    assert accuracy_matrix(steps, accuracy, []).shape == (0, 2)


def test_a_task_without_a_step_has_no_accuracies():
    accuracy = np.ones((2, 3), np.float32)
    found = accuracy_matrix([0, 10], accuracy, [0, 5, 5])
    assert np.isnan(found).all(axis=1).tolist() == [False, True, False]
    assert np.isnan(accuracy_matrix([0, 10], accuracy, [0, 11])[1]).all(), "it has only just begun"
