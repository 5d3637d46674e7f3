"""How a network stands, from what it answered before and answers now."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.alerts.observer import Observer
from tensorboard_plugin_hidden.alerts.progress import Progress, Standing, sampling_error
from tests.alerts.scenes import CLASSES, labels, logits


def stand(answers, **facts):
    observer, progress = Observer(labels(), CLASSES), Progress()
    return [progress.look(observer.look(step, {}, one, **facts)) for step, one in enumerate(answers)]


def test_nothing_is_known_without_answers():
    assert Progress().look(Observer(labels(), CLASSES).look(0, {}, None)) == Standing()


def test_a_network_is_well_when_it_has_learned_and_for_as_long_as_it_knows():
    found = stand([logits(right=right) for right in (0.25, 0.3, 0.6, 0.9, 0.9, 0.6, 0.6, 0.9, 0.9, 0.9, 0.9)])
    assert [one.well for one in found] == [False, False, True, True, True, False, False, False, False, False, True]
    assert all(one.known for one in found)


def test_a_class_is_well_by_its_own_answers():
    found = stand([logits(right=1.0)] * 14 + [logits(right=1.0, confused=(0, 1))] * 2)
    assert found[13].classes_well.all()
    assert not found[14].classes_well.any(), "a quarter of all answers is lost"


def test_a_loss_that_rises_with_confidence_is_memorising_and_one_that_rises_with_errors_is_not():
    surer = stand([logits(right=0.8, sure=2 + 0.3 * step) for step in range(12)])
    assert surer[-1].memorising
    assert surer[-1].well
    wrong = stand([logits(right=0.8 if step < 10 else 0.5, sure=3) for step in range(12)])
    assert not wrong[-1].memorising
    assert not wrong[-1].well


def test_the_loss_that_is_told_says_whether_a_network_learns():
    observer, progress = Observer(None, ()), Progress()
    losses = [1 - 0.1 * step for step in range(8)] + [0.9]
    found = [progress.look(observer.look(step, {}, None, loss=loss)).learning for step, loss in enumerate(losses)]
    assert found == [False] * 5 + [True] * 3 + [False], "the best is a median of five"


@pytest.mark.parametrize(("share", "count", "error"), [(0.5, 98, 0.1), (1.0, 5, 0.264), (0.8, 5, 0.342)])
def test_sampling_error(share, count, error):
    assert float(sampling_error(np.array(share), count)) == pytest.approx(error, abs=0.002)
