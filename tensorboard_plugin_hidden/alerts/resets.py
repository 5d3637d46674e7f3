"""When a change of the learning rate, or of the steps between snapshots, leaves no reference to compare with."""

from __future__ import annotations

FACTOR = 2.0
"""Times by which the learning rate must have risen to be a restart."""

ANNEALED = 0.1
"""Share of the highest rate below which updates are too small to do harm, however large for their rate."""

TOLERANCE = 0.1
"""Share by which a rate may pass the highest that was seen: a first snapshot comes when the rate has begun to fall."""

STRETCH = 1.5
"""Times by which steps between snapshots may differ and what happens in them still be compared."""


class RateChanges:
    """Follows the learning rate that one layer is seen with.

    A restart is a rise to a rate that the run has known: what the lower rate had reached is given up on purpose. A
    fall makes nothing worse, and a rate beyond any before is no schedule's return but may be what goes wrong.
    """

    def __init__(self) -> None:
        self._lowest = 0.0
        self._highest = 0.0
        self.annealed = False
        """Whether the rate that was seen last is a small share of the highest."""

    def restarts(self, rate: float | None) -> bool:
        """Whether the rate of the next snapshot, None where it is not known, is that of a restart.

        >>> changes = RateChanges()
        >>> [changes.restarts(rate) for rate in (0.1, 0.05, 0.01, 0.1, 0.4, 0.4)]
        [False, False, False, True, False, False]
        """
        self.annealed = rate is not None and rate < ANNEALED * self._highest
        if rate is None or not rate > 0:
            return False
        known = rate <= self._highest * (1 + TOLERANCE)
        restart = known and FACTOR * self._lowest <= rate
        # Since the last restart, or since the rate was new.
        self._lowest = min(self._lowest, rate) if known and not restart else rate
        self._highest = max(self._highest, rate)
        return restart


class Intervals:
    """Follows the steps from one snapshot to the next."""

    def __init__(self) -> None:
        self._step: int | None = None
        self._between: int | None = None

    def change(self, step: int) -> bool:
        """Whether the next snapshot is much further from the last one, or nearer, than that from the one before.

        >>> intervals = Intervals()
        >>> [intervals.change(step) for step in (0, 100, 200, 210, 220, 320, 460, 650)]
        [False, False, False, True, False, True, False, False]
        """
        last, self._step = self._step, step
        if last is None:
            return False
        before, self._between = self._between, max(step - last, 1)
        return before is not None and max(before, self._between) > STRETCH * min(before, self._between)
