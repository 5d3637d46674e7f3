"""A rule: one measure, which direction is bad, what it is compared with, how far is too far, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import Observation
from tensorboard_plugin_hidden.alerts.progress import Standing, sampling_error
from tensorboard_plugin_hidden.alerts.resets import Intervals, RateChanges
from tensorboard_plugin_hidden.alerts.track import BURN_IN, HELD, Against, Excess, Track, Values, Worse
from tensorboard_plugin_hidden.format.alerts import INFO

Scope = Literal["whole", "class", "pair", "task"]
"""What a measure is of: a layer as a whole, each class, each two classes, or each task that is over."""

QUIET = 4
"""Steps after an alert in which a rule says nothing of other classes, nor another of its measures of the same layer:
what follows one collapse is one event."""


FEW = 15
"""Samples of a class with fewer of which nothing is said of it: each of them would be much of the class."""

SHARES_OF_SAMPLES = ("accuracy", "agreement", "flips")
"""Measures that are shares of the samples, and no better known than those of so many samples can be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """That a rule fired.

    Attributes:
        score: How many times over the margin.
        measure: What was measured.
        value: What it came to.
        reference: What it was compared with.
        limit: What it had to pass.
        since: First of the steps that agreed.
        classes: Numbers of the classes concerned, the worst pair or class.
        task: Name of the task concerned.
        others: How many more classes, pairs or tasks passed the margin.
        beyond: Whether what it was compared with is only known to have been no worse: see ``MarginRule.clip``.
    """

    score: float
    measure: str
    value: float
    reference: float
    limit: float
    since: int
    classes: tuple[int, ...] = ()
    task: str = ""
    others: int = 0
    beyond: bool = False


class Detector(Protocol):
    """A rule at work on one layer."""

    def observe(self, observation: Observation, standing: Standing) -> Finding | None:
        """Looks at the next step; gives what is new, once.

        Args:
            observation: Of the layer.
            standing: How the network stands.
        """

    def reset(self) -> None:
        """Forgets what no longer compares, as another task has begun."""


class Rule(Protocol):
    """What a monitor needs of a rule."""

    @property
    def name(self) -> str:
        """The name that alerts carry; several rules may share one, and then speak with one voice."""

    @property
    def once(self) -> bool:
        """Whether an alert of a layer is told once a task."""

    def severity_for(self, standing: Standing) -> str:
        """How bad what it finds is, for a network that stands so."""

    def start(self) -> Detector:
        """Begins to watch a layer."""


@dataclass(frozen=True, slots=True)
class MarginRule:
    """A measure that is further from its reference than its margin, for several steps in a row.

    Attributes:
        name: The name that alerts carry.
        scope: What the measure is of.
        measure: Its name.
        worse: Which direction is bad.
        against: See ``Track``.
        margin: Smallest deviation that counts, in the measure's units, from calibration.
        persistence: How many steps in a row.
        severity: How bad.
        held: Steps of which the best, or the usual, is a median.
        log: Whether the logarithm of the measure is compared.
        clip: Smallest and largest value that are told apart: classes that are far from each other may come nearer,
            and a network that is less sure than it is right may become surer.
        unless_improving: Whether steps do not count at which the loss is better than ever: everything moves when a
            network begins to learn.
        unless_well: Whether steps do not count at which the answers, of a class or a pair its own, have not suffered:
            a layer may be changed by all that goes well, too.
        if_able: Whether only steps count at which more answers are right than wrong, where they are known.
        unless_memorising: Whether steps do not count at which a rise of the loss is overfitting, which has a rule
            of its own.
        if_memorising: Whether only these count.
        restarts: Whether the past is forgotten as the learning rate restarts: some measures show it, others do not.
        per_rate: Whether the logarithm of the learning rate is taken off, where that is known.
        between: Whether the measure compares a snapshot with the one before, and so grows with the steps between.
        once: Whether an alert is one event to the end of the task, whichever measure of the rule it is of.
    """

    name: str
    scope: Scope
    measure: str
    worse: Worse
    against: Against
    margin: float
    persistence: int = 2
    severity: str = "warning"
    held: int = HELD
    log: bool = False
    clip: tuple[float, float] = (-np.inf, np.inf)
    unless_improving: bool = False
    unless_well: bool = False
    if_able: bool = False
    unless_memorising: bool = False
    if_memorising: bool = False
    restarts: bool = False
    per_rate: bool = False
    between: bool = False
    once: bool = False

    @property
    def of_classes(self) -> bool:
        """Whether it looks at how classes lie, which is no fault of a network that does not answer by them."""
        return self.scope in ("class", "pair") or self.measure in ("separation", "agreement")

    def severity_for(self, standing: Standing) -> str:
        """How bad what it finds is, for a network that stands so."""
        shows_no_harm = self.of_classes or self.name == "dead"
        return INFO if shows_no_harm and not standing.known else self.severity

    @property
    def key(self) -> str:
        """Tells it from the others of its name, in the table of margins."""
        return f"{self.name}/{self.scope}.{self.measure}"

    def values(self, observation: Observation) -> Values | None:
        """What it looks at; None where the observation has no such measure."""
        if self.scope == "whole":
            found = observation.measures.get(self.measure)
            values = None if found is None else np.array(found, np.float64)
        elif self.scope == "class":
            row = observation.classes.get(self.measure)
            values = None if row is None else row.astype(np.float64)
            if values is not None and observation.counts is not None:
                values[observation.counts < FEW] = np.nan
        elif self.scope == "pair":
            gaps = observation.gaps
            # Each pair once.
            values = None if gaps is None else np.where(np.tri(len(gaps), k=-1, dtype=bool).T, gaps, np.nan)
        else:
            values = self._of_tasks(observation)
        if values is None:
            return None
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(values)
        return values - self._offset(observation)

    def in_units(self, number: float, observation: Observation) -> float:
        """What is compared as the measure itself has it."""
        number += self._offset(observation)
        return float(np.exp(number)) if self.log else float(number)

    def _offset(self, observation: Observation) -> float:
        rate = observation.rate
        return float(np.log(rate)) if self.per_rate and rate is not None and rate > 0 else 0.0

    def start(self) -> MarginDetector:
        """Begins to watch a layer."""
        return MarginDetector(self)

    def _of_tasks(self, observation: Observation) -> Values | None:
        row = observation.tasks.get(self.measure)
        if row is None or observation.task not in observation.task_names:
            return None
        # Those still to come were never known.
        begun = np.arange(len(row)) <= observation.task_names.index(observation.task)
        return np.where(begun, row, np.nan).astype(np.float64)


class MarginDetector:
    """A ``MarginRule`` at work on one layer."""

    def __init__(self, rule: MarginRule) -> None:
        self._rule = rule
        # A task may be seen at few steps, of which its being forgotten is one: the margin alone has to do.
        self._track = Track(rule.worse, rule.against, rule.persistence, rule.held, noisy=rule.scope != "task")
        self._rates = RateChanges()
        self._intervals = Intervals()
        self._armed: npt.NDArray[np.bool_] = np.empty(0, bool)
        self._well: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._tellers: dict[tuple[int, ...], int] = {}
        self._quiet = 0
        self._tasks: list[str] = []
        self._alive = False
        self._looks = 0

    def reset(self) -> None:
        """Forgets, unless a task is compared with what it was when it was learned, which another task is to leave."""
        if self._rule.scope != "task":
            self._track.reset()

    def excess(self, observation: Observation, standing: Standing) -> Excess | None:
        """How far the measure is on the wrong side; None where the observation has no such measure."""
        rule = self._rule
        if self._rates.restarts(observation.rate) and rule.restarts:
            self._track.reset()
        if self._intervals.change(observation.step) and rule.between:
            self._track.reset()
        values = rule.values(observation)
        if values is None:
            return None
        if self._rule.scope == "task":
            values = self._in_order(observation, values)
        compared = np.clip(values, *self._rule.clip)
        annealed = rule.per_rate and self._rates.annealed
        better = standing.improving or (standing.learning and not standing.known and rule.name != "collapse")
        better = better or (standing.apart and rule.name == "vanishing")
        well = standing.well if rule.scope == "whole" else False
        found = self._track.push(
            observation.step,
            compared,
            counts=not (
                not self._lives(values)
                or (better and rule.unless_improving)
                or (well and rule.unless_well)
                or (standing.known and rule.if_able and not standing.able)
                or annealed
                or (rule.unless_memorising if standing.memorising else rule.if_memorising)
            ),
            alone=rule.unless_improving and not standing.known,
        )
        if rule.unless_well and rule.scope in ("class", "pair") and standing.classes_well is not None:
            fine = standing.classes_well
            found.deviation[fine if rule.scope == "class" else fine[:, None] & fine[None, :]] = 0
        if rule.scope == "class" and rule.measure == "accuracy" and observation.counts is not None:
            # Beginners give up one class for another; what a class loses for nothing is missing in the whole.
            share = observation.counts / max(int(observation.counts.sum()), 1)
            missing = standing.lost >= found.deviation * share / 2
            found = replace(found, deviation=np.where(missing, found.deviation, 0.0))
        if rule.measure in SHARES_OF_SAMPLES and observation.counts is not None:
            counts = observation.counts if rule.scope == "class" else int(observation.counts.sum())
            least = sampling_error(np.nan_to_num(found.reference), counts)
            if rule.scope == "class":
                # One of many is easily over by chance: its margin grows with what chance may do.
                found = replace(found, deviation=np.maximum(found.deviation - least, 0.0))
            else:
                found = replace(found, deviation=np.where(found.deviation > least, found.deviation, 0.0))
        if self._rule.scope == "task":
            # The task that is learned is not forgotten; what it reaches is what it is compared with afterwards.
            found.deviation[self._tasks.index(observation.task)] = 0
        # What is told is the value itself.
        return replace(found, values=values)

    def _lives(self, values: Values) -> bool:
        """False of a layer that has not come to life yet: a block may begin as nothing but its input."""
        self._looks += 1
        self._alive |= not (self._rule.measure == "dead" and bool(values >= 1))
        return self._alive or self._looks > BURN_IN

    def _in_order(self, observation: Observation, values: Values) -> Values:
        """Tasks in the order in which they were first seen: one that begins changes its place among the others."""
        self._tasks += [name for name in observation.task_names if name not in self._tasks]
        ordered = np.full(len(self._tasks), np.nan)
        ordered[[self._tasks.index(name) for name in observation.task_names]] = values
        return ordered

    def observe(self, observation: Observation, standing: Standing) -> Finding | None:
        """Looks at the next step."""
        rule = self._rule
        excess = self.excess(observation, standing)
        if excess is None:
            return None
        values = excess.values
        self._rearm(excess)
        over = (excess.deviation > rule.margin) & self._armed
        for number in np.flatnonzero(over) if rule.scope == "class" else ():
            # Two classes that run into each other are one event, whichever of them is over first.
            teller = self._tellers.get(_classes(rule, (int(number),), observation), number)
            if teller != number and not self._armed[teller]:
                over[number] = self._armed[number] = False
        self._quiet -= 1
        if not over.any() or (self._quiet > 0 and rule.scope in ("class", "pair")):
            return None
        self._quiet = QUIET
        worst = np.unravel_index(int(np.where(over, excess.deviation, -np.inf).argmax()), over.shape)
        # Every task that is forgotten is told of, at this step or at the next; of classes and pairs the worst speaks.
        if rule.scope == "task":
            self._armed[worst] = False
        else:
            self._armed &= ~over
        # Nothing was before what is bad at any time.
        reference = float(excess.reference[worst]) if rule.against != "zero" else float("nan")
        turned = 1.0 if rule.worse == "high" else -1.0
        place = tuple(int(index) for index in worst)
        classes = _classes(rule, place, observation)
        if rule.scope == "class":
            self._tellers[classes] = place[0]
        return Finding(
            score=float(excess.deviation[worst] / max(rule.margin, 1e-12)),
            # What separates a class from its nearest is the gap between the two.
            measure="gap" if len(classes) == 2 else rule.measure,
            value=rule.in_units(float(values[worst]), observation),
            reference=rule.in_units(reference, observation),
            limit=rule.in_units(float(excess.reference[worst]) + turned * rule.margin, observation),
            since=excess.since,
            classes=classes,
            task=self._tasks[place[0]] if rule.scope == "task" else "",
            others=int(over.sum() - (over[list(classes)].sum() if rule.scope == "class" else 1)),
            beyond=reference == rule.clip[1 if rule.worse == "low" else 0],
        )

    def _rearm(self, excess: Excess) -> None:
        """What has come back within the noise for as many steps as make an alert may be told of again."""
        rule, values = self._rule, excess.values
        if self._armed.shape != values.shape:
            armed, well = np.ones(values.shape, bool), np.zeros(values.shape, np.int64)
            if armed.ndim == self._armed.ndim == 1 and len(armed) > len(self._armed):
                armed[: len(self._armed)], well[: len(self._well)] = self._armed, self._well
            self._armed, self._well = armed, well
        calm = excess.calm
        if rule.scope == "task" or rule.against == "zero":
            # A task need not be as well known as ever, nor a layer be without any dead unit.
            calm = calm | ((excess.deviation <= rule.margin / 2) & ~np.isnan(values))
        self._well = np.where(calm, self._well + 1, 0)
        self._armed |= self._well >= rule.persistence


def _classes(rule: MarginRule, place: tuple[int, ...], observation: Observation) -> tuple[int, ...]:
    """The classes to name: of one that runs into another also that other, which is the nearest."""
    if rule.scope not in ("class", "pair"):
        return ()
    nearest = observation.classes.get("nearest")
    if rule.measure != "separation" or nearest is None or not np.isfinite(nearest[place[0]]):
        return place
    pair = sorted((place[0], int(nearest[place[0]])))
    return (pair[0], pair[1])
