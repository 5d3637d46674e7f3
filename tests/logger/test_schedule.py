from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.schedule import TimeBudget, denser_after_alert, every, log_spaced


def test_every_takes_multiples() -> None:
    assert [step for step in range(11) if every(5)(step)] == [0, 5, 10]
    assert all(every(1)(step) for step in range(5))


@pytest.mark.parametrize("per_decade", [1, 3, 10])
def test_log_spaced_takes_the_rounded_powers(per_decade: int) -> None:
    due = log_spaced(per_decade)
    wanted = {0} | {int(np.floor(10 ** (k / per_decade) + 0.5)) for k in range(4 * per_decade + 1)}
    assert {step for step in range(10_001) if due(step)} == wanted


def test_log_spaced_thins_out() -> None:
    due = [step for step in range(1, 10_001) if log_spaced(5)(step)]
    ratios = np.diff(np.log10([step for step in due if step >= 100]))
    np.testing.assert_allclose(ratios, 0.2, atol=0.01)


@pytest.mark.parametrize("make", [every, log_spaced])
def test_no_interval_is_refused(make) -> None:
    with pytest.raises(HiddenError, match=r"expected at least 1 of .*, got 0"):
        make(0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("cost", [0.05, 3.0])
def test_captures_stay_within_their_share_after_the_first(cost: float) -> None:
    clock = Clock()
    budget = TimeBudget(0.02, clock)
    spent, captures = 0.0, 0
    for _ in range(20_000):
        clock.now += 0.1
        if budget.due():
            clock.now += cost
            budget.spend(cost)
            spent, captures = spent + cost, captures + 1
            assert captures == 1 or spent <= 0.02 * (clock.now - 100.0)
    assert spent > 0.9 * 0.02 * (clock.now - 100.0) - cost


def test_first_capture_is_due_at_once() -> None:
    assert TimeBudget(0.01, Clock()).due()


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(HiddenError, match="not a share: expected a number above 0 and at most 1, got"):
        TimeBudget(share)


def test_denser_for_some_steps_after_an_alert_and_no_longer() -> None:
    schedule = denser_after_alert(every(100), every(10), 25)
    assert [step for step in range(301) if schedule(step)] == [0, 100, 200, 300]
    schedule.hear(100)
    assert [step for step in range(301) if schedule(step)] == [0, 100, 110, 120, 200, 300]
    schedule.hear(120)
    assert [step for step in range(301) if schedule(step)] == [0, 100, 130, 140, 200, 300]


@pytest.mark.parametrize("arguments", [(3, every(1), 4), (every(1), None, 4)])
def test_no_schedule_to_make_denser(arguments) -> None:
    with pytest.raises(HiddenError, match="a schedule cannot be called"):
        denser_after_alert(*arguments)


def test_denser_for_no_step_is_refused() -> None:
    with pytest.raises(HiddenError, match="at least 1 of steps, got 0"):
        denser_after_alert(every(2), every(1), 0)
