"""When to capture: plain predicates on the step, and a budget of wall time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from tensorboard_plugin_hidden.errors import HiddenError

Schedule = Callable[[int], bool]
"""Whether a step is captured."""


def every(n: int) -> Schedule:
    """Steps 0, n, 2n, ...

    Args:
        n: Steps from one capture to the next, at least 1.

    Raises:
        HiddenError: ``n`` is less than 1.

    >>> [step for step in range(10) if every(4)(step)]
    [0, 4, 8]
    """
    _positive(n, "every(n)", "steps")
    return lambda step: step % n == 0


def log_spaced(per_decade: int = 10) -> Schedule:
    """Step 0 and then the steps nearest to ``10 ** (k / per_decade)``: dense at first, then thinning out.

    Args:
        per_decade: Captures in each factor of ten, at least 1; fewer below ``per_decade``, where there are not
            as many steps.

    Raises:
        HiddenError: ``per_decade`` is less than 1.

    >>> [step for step in range(101) if log_spaced(4)(step)]
    [0, 1, 2, 3, 6, 10, 18, 32, 56, 100]
    """
    _positive(per_decade, "log_spaced(per_decade)", "captures")

    def due(step: int) -> bool:
        if step <= 0:
            return step == 0
        k = round(per_decade * math.log10(step))
        # A step may be the rounded value of a neighbour of the nearest k.
        return any(round(10 ** (j / per_decade)) == step for j in range(max(0, k - 1), k + 2))

    return due


class DenserAfterAlert:
    """A schedule that listens to alerts; ``denser_after_alert`` says what it does.

    Args:
        schedule: Which steps to capture.
        dense: Which steps to capture as well after an alert.
        steps: For how many steps.
    """

    def __init__(self, schedule: Schedule, dense: Schedule, steps: int) -> None:
        self._schedule = schedule
        self._dense = dense
        self._steps = steps
        self._alerted: int | None = None

    def __call__(self, step: int) -> bool:
        """Whether a step is captured."""
        after = self._alerted is not None and self._alerted < step <= self._alerted + self._steps
        return self._schedule(step) or (after and self._dense(step))

    def hear(self, step: int) -> None:
        """An alert was raised at a step."""
        self._alerted = step


def denser_after_alert(schedule: Schedule, dense: Schedule, steps: int) -> DenserAfterAlert:
    """Steps of ``schedule``, and after each alert those of ``dense`` as well, to see closely what goes wrong.

    A budget given to ``watch`` holds for the dense steps too.

    Args:
        schedule: Which steps to capture, as ``hidden.every(100)``.
        dense: Which steps to capture as well after an alert, as ``hidden.every(10)``.
        steps: For how many steps after an alert, at least 1.

    Raises:
        HiddenError: A schedule cannot be called, or ``steps`` is less than 1.

    >>> schedule = denser_after_alert(every(10), every(2), 6)
    >>> schedule.hear(20)
    >>> [step for step in range(41) if schedule(step)]
    [0, 10, 20, 22, 24, 26, 30, 40]
    """
    if not callable(schedule) or not callable(dense):
        raise HiddenError(
            "a schedule cannot be called",
            expected="functions that tell of a step whether it is captured",
            got=f"{type(schedule).__name__} and {type(dense).__name__}",
            fix="Write hidden.denser_after_alert(hidden.every(100), hidden.every(10), 500).",
        )
    _positive(steps, "denser_after_alert(schedule, dense, steps)", "steps")
    return DenserAfterAlert(schedule, dense, steps)


class TimeBudget:
    """Keeps captures within a share of the wall time since the budget was made.

    The first capture is always due, since its cost is not known before. From then on one is due when it would,
    at the cost of the last, leave the total within the share.

    Args:
        share: Largest share of wall time that captures may take, above 0 and at most 1.
        clock: Wall time in seconds from any origin.

    Raises:
        HiddenError: ``share`` is not above 0 and at most 1.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.perf_counter) -> None:
        if not 0.0 < share <= 1.0:
            raise HiddenError(
                "the time budget is not a share",
                expected="a number above 0 and at most 1",
                got=repr(share),
                fix="Write 0.02 for two per cent of training time.",
            )
        self.share = share
        self._clock = clock
        self._start = clock()
        self._spent = 0.0
        self._last = 0.0

    def due(self) -> bool:
        """Whether a capture now stays within the budget."""
        return self._spent == 0.0 or self._spent + self._last <= self.share * (self._clock() - self._start)

    def spend(self, seconds: float) -> None:
        """Tells what a capture has cost.

        Args:
            seconds: Its wall time.
        """
        self._spent += seconds
        self._last = seconds


def _positive(value: int, name: str, unit: str) -> None:
    if value < 1:
        raise HiddenError(
            f"{name} is too small", expected=f"at least 1 of {unit}", got=repr(value), fix="Give 1 or more."
        )
