"""How far a measure is from what it was, judged by its own noise: the one statistic behind every built-in rule. Causal.

A measure alone says little: how large it is depends on data, network and layer. So it is compared with its own past,
and a difference counts only where it passes what the measure does anyway from one step to the next, for several
steps in a row.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Worse = Literal["low", "high"]
Against = Literal["best", "usual", "zero"]

BURN_IN = 4
"""Steps from the beginning, or from a reset, whose values are a past but are not judged."""

SIGMAS = 4.0
"""Standard deviations of the noise that a difference must pass before its size is looked at."""

RECORD = 2.0
"""Times as far as ever before that something has to move where nothing else tells trouble from learning."""

HELD = 5
"""Steps of which the median is what is usual. The best is the best such median: one lucky step is no achievement."""

LONG = 11
"""The same for one class or pair: beginners give up one class for another, and it must have been well to be missed."""

_WINDOW = 16
"""Steps from which the noise is estimated."""

_TO_SIGMA = 1.4826 / np.sqrt(2.0)
"""From the median absolute difference of two values to the standard deviation of one, for normal noise."""


@dataclass(frozen=True, slots=True)
class Excess:
    """How far values are on the wrong side, arrays of one shape.

    Attributes:
        values: What was pushed.
        deviation: Smallest distance from the reference, in the measure's units, over the steps that must agree; 0
            where one of them is on the right side or within the noise. Infinite for infinite values.
        reference: What the newest value was compared with; not-a-number where there is nothing.
        calm: Whether the newest value was judged, and found on the right side or within the noise.
        since: Step of the first of the steps that must agree.
    """

    values: Values
    deviation: Values
    reference: Values
    calm: npt.NDArray[np.bool_]
    since: int


class Track:
    """Follows values of one shape: one number, one for each class, or one for each two classes.

    With x the value, turned so that more is worse, and r the reference, the deviation is x - r where that is more than
    ``SIGMAS`` s, and else 0. s = 1.4826 median(abs(differences of neighbouring steps)) / sqrt(2) over the last
    ``_WINDOW`` steps before this one (Rousseeuw and Croux 1993).

    Args:
        worse: Whether lower or higher values are worse.
        against: ``best``: the best median of ``held`` steps so far; ``usual``: that of the last; ``zero``: 0,
            without noise or burn-in.
        persistence: How many steps in a row must deviate, at least 1.
        held: Steps of a median.
        noisy: Whether noise is asked for, and a burn-in to know it; else every difference is a deviation.
    """

    _going: npt.NDArray[np.bool_]
    _run: npt.NDArray[np.int64]
    _held_up: Values
    _travels: deque[Values]
    _travelled: Values
    _settled: npt.NDArray[np.bool_]

    def __init__(
        self, worse: Worse, against: Against, persistence: int, held: int = HELD, *, noisy: bool = True
    ) -> None:
        self._sign = 1.0 if worse == "high" else -1.0
        self._against = against
        self._persistence = persistence
        self._held = held
        self._noisy = noisy
        self.reset()

    @property
    def best(self) -> Values:
        """The best median so far, turned so that less is better; not-a-number before there is one."""
        return self._best if self._count else np.array(np.nan)

    def reset(self) -> None:
        """Forgets the past."""
        self._deviations: deque[tuple[int, Values]] = deque(maxlen=self._persistence)
        self._recent = np.empty(0)
        self._count = 0
        self._begin_events(())

    def push(self, step: int, values: Values, *, counts: bool = True, alone: bool = False) -> Excess:
        """Takes the values of one step, and compares them with those before.

        Args:
            step: Training step.
            values: Any shape, always the same, but that a vector may grow; not-a-number where there is none. A step
                at which a single number is not known is passed over.
            counts: Whether a deviation at this step is one.
            alone: Whether nothing but the values themselves tells trouble from learning. A deviation then is one only
                when the first rise or fall is over, and where it is ``RECORD`` times as long as any before.
        """
        turned = self._sign * values
        if self._count and turned.ndim == 1 and self._newest.ndim == 1 and len(turned) > len(self._newest):
            self._widen(len(turned) - len(self._newest))
        if self._count == 0 or self._recent.shape[1:] != turned.shape:
            self._begin(turned.shape)
        if turned.ndim == 0 and np.isnan(turned):
            # Some numbers are known at some steps only; their neighbours are then the steps at which they were.
            return Excess(values, np.zeros_like(turned), np.full_like(turned, np.nan), np.zeros((), bool), step)
        deviation, reference = np.zeros_like(turned), np.full_like(turned, np.nan)
        known = self._against == "zero" or self._count >= (BURN_IN if self._noisy else 1)
        if self._against == "zero":
            reference = np.zeros_like(turned)
            deviation = np.nan_to_num(turned, nan=0.0, posinf=np.inf, neginf=0.0).clip(min=0)
        elif known:
            reference = self._best if self._against == "best" else np.where(self._going, self._held_up, self._usual)
            noise = _TO_SIGMA * _median(self._differences) if self._noisy else np.zeros_like(turned)
            with np.errstate(invalid="ignore"):
                # Without a past, or noise to judge by, there is not-a-number, with which comparisons are false.
                deviation = np.where(turned - reference > SIGMAS * noise, turned - reference, 0.0)
        # What does not count may be calm all the same.
        calm = (deviation == 0) & ~np.isnan(turned) & known
        if not counts:
            deviation = np.zeros_like(turned)
        travel = np.abs(np.where(np.isfinite(turned), turned, np.nan) - self._usual)
        if alone and self._against != "zero":
            slow = self._settled & (deviation > RECORD * np.nan_to_num(self._travelled))
            deviation = np.where(slow, deviation, 0.0)
        # What deviates is no part of the usual before it is known whether it stays.
        going = (deviation > 0) & (self._run + 1 < self._persistence)
        self._held_up = np.where(self._going, self._held_up, self._usual)
        self._run = np.where(going, self._run + 1, 0)
        self._going = going
        self._remember(turned, travel)
        self._deviations.append((step, deviation))
        if len(self._deviations) < self._persistence:
            deviation = np.zeros_like(turned)
        elif self._persistence > 1:
            deviation = np.minimum.reduce([one for _, one in self._deviations])
        return Excess(values, deviation, self._sign * reference, calm, self._deviations[0][0])

    def _begin(self, shape: tuple[int, ...]) -> None:
        self.reset()
        # Rings, since the order of what a median is taken of does not matter.
        self._recent = np.full((self._held, *shape), np.nan)
        self._differences = np.full((_WINDOW - 1, *shape), np.nan)
        self._newest = np.full(shape, np.nan)
        self._usual = np.full(shape, np.nan)
        self._best = np.full(shape, np.nan)
        self._begin_events(shape)

    def _begin_events(self, shape: tuple[int, ...]) -> None:
        """Nothing deviates, and nothing has moved yet."""
        self._going, self._run = np.zeros(shape, bool), np.zeros(shape, np.int64)
        self._held_up = np.full(shape, np.nan)
        self._travels = deque()
        self._travelled = np.full(shape, np.nan)
        self._settled = np.zeros(shape, bool)

    def _widen(self, more: int) -> None:
        """Makes room for values that were not there before, and have no past."""

        def padded(values: Values, with_: float = np.nan) -> Values:
            return np.concatenate([values, np.full((*values.shape[:-1], more), with_)], axis=-1)

        self._recent, self._differences = padded(self._recent), padded(self._differences)
        self._newest, self._usual, self._best = (padded(one) for one in (self._newest, self._usual, self._best))
        fresh = np.zeros((*self._settled.shape[:-1], more), bool)
        self._travelled = padded(self._travelled)
        self._settled, self._going = (np.concatenate([one, fresh], axis=-1) for one in (self._settled, self._going))
        self._travels = deque(padded(one) for one in self._travels)
        self._run = np.concatenate([self._run, fresh.astype(np.int64)], axis=-1)
        self._held_up = padded(self._held_up)
        for place, (step, deviation) in enumerate(self._deviations):
            self._deviations[place] = (step, padded(deviation, 0.0))

    def _remember(self, turned: Values, travel: Values) -> None:
        # What must agree for an alert is no record that it has to break itself.
        self._travels.append(travel)
        self._settled |= travel <= self._travelled / 2
        if len(self._travels) > self._persistence:
            self._travelled = np.fmax(self._travelled, self._travels.popleft())
        # What is not finite is no past to return to.
        finite = np.where(np.isfinite(turned), turned, np.nan)
        self._recent[self._count % self._held] = finite
        self._differences[self._count % (_WINDOW - 1)] = np.abs(finite - self._newest)
        self._newest = finite
        self._count += 1
        self._usual = _median(self._recent)
        if self._count >= self._held:
            self._best = np.fmin(self._best, self._usual)


def _median(values: Values) -> Values:
    """Median along the first axis, of what is not not-a-number; not-a-number of nothing."""
    ordered = np.sort(values, axis=0)
    count = len(ordered)
    if not np.isnan(ordered[-1]).any():
        result: Values = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
        return result
    known = (~np.isnan(ordered)).sum(axis=0)
    places = (np.maximum(known - 1, 0) // 2, np.minimum(known // 2, np.maximum(known - 1, 0)))
    low, high = (np.take_along_axis(ordered, place[None], axis=0)[0] for place in places)
    result = np.where(known > 0, (low + high) / 2, np.nan)
    return result
