"""From healthy trainings to margins, and from trainings with a fault to how good the rules are. Pure.

A margin is the largest deviation that healthy trainings showed, times a slack. The slack is what cross-validation
over these trainings asks for: rules are many, and each of them is a chance to cry wolf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import Observation
from tensorboard_plugin_hidden.alerts.progress import Progress
from tensorboard_plugin_hidden.alerts.rules import MarginDetector, MarginRule
from tensorboard_plugin_hidden.format.alerts import INFO

Floats = npt.NDArray[np.float64]

FOLDS = 10
SLACKS = np.round(np.arange(0.05, 4.05, 0.05), 2)
"""The slacks that are tried. One rule alone may do with less than the largest deviation: some trainings may alarm."""

RARE = 0.99
"""Share of the healthy trainings whose largest deviation a margin is measured by."""

LEAST = {
    "separation": 0.5,
    "gap": 1.0,
    "agreement": 0.1,
    "confidence": 0.1,
    "overconfidence": 0.2,
    "accuracy": 0.1,
    "drift": 0.1,
    "turnover": 0.25,
    "flips": 0.25,
    "dead": 0.2,
    "gradient": 0.7,
    "update": 0.7,
}
"""Smallest margins by measure: less is no trouble, however still healthy trainings are. 0.7 is twice as much."""

LEAST_ELSE = 0.2
"""For other measures, which are logarithms, and the loss."""


def least(rule: MarginRule) -> float:
    """The smallest margin that makes sense for a rule."""
    return LEAST.get(rule.measure, LEAST_ELSE)


def excess(rules: Sequence[MarginRule], history: Sequence[Sequence[Observation]]) -> dict[str, Floats]:
    """How far each rule's measure was on the wrong side at every step of one training, the worst of all layers.

    Args:
        rules: Which; their margins do not matter.
        history: The observations of every step.

    Returns:
        By the rule's key float64 [T], what a margin has to be below for the rule to warn; 0 where what it finds would
        be no more than information.
    """
    worst = {rule.key: np.zeros(len(history)) for rule in rules}
    detectors: dict[tuple[str, str], MarginDetector] = {}
    progress = Progress()
    for place, observations in enumerate(history):
        standing = progress.look(observations)
        for rule in rules:
            told = rule.severity_for(standing) != INFO
            for seen in observations:
                where = (rule.key, seen.layer)
                if where not in detectors:
                    detectors[where] = MarginDetector(rule)
                found = detectors[where].excess(seen, standing)
                if found is not None and told:
                    most = float(np.max(found.deviation, initial=0.0))
                    worst[rule.key][place] = max(worst[rule.key][place], most)
    return worst


def margins(peaks: Mapping[str, Floats], least: Mapping[str, float], target: float) -> tuple[dict[str, float], float]:
    """Margins for a set of rules that fire together.

    Args:
        peaks: For each rule the largest excess of every healthy training, float64 [runs]; the order of runs is the
            same for all rules, and at random.
        least: For each rule the smallest margin that makes sense.
        target: Largest share of healthy trainings that may alarm.

    Returns:
        Margins by rule, and the slack: the smallest of ``SLACKS`` with which, at most, that share of the trainings
        alarmed that were left out, ``FOLDS`` times, when margins were taken from the others. The largest if none is.
    """
    table, floor = np.stack([*peaks.values()]), np.array([least[key] for key in peaks])
    runs = table.shape[1]
    fold = np.arange(runs) % FOLDS
    chosen = float(SLACKS[-1])
    for slack in SLACKS:
        alarms = 0
        for left_out in range(FOLDS):
            found = _widened(table[:, fold != left_out], floor, slack)
            alarms += int((table[:, fold == left_out] > found[:, None]).any(axis=0).sum())
        if alarms <= target * runs:
            chosen = float(slack)
            break
    return dict(zip(peaks, _widened(table, floor, chosen).tolist(), strict=True)), chosen


def _widened(table: Floats, floor: Floats, slack: float) -> Floats:
    """Margins by the slack: of what hardly any training passes, so that one that goes its own way blinds no rule.

    A rule that no training would have set off at its smallest margin keeps that.
    """
    large = np.quantile(table, RARE, axis=1, method="higher")
    result: Floats = np.where(table.max(axis=1) <= floor, floor, np.maximum(slack * large, floor))
    return result


def first_alarm(excesses: Mapping[str, Floats], limits: Mapping[str, float]) -> int | None:
    """The first step of a training at which any of some rules fires; None where none does.

    Args:
        excesses: By rule, float64 [T].
        limits: Margins by rule; of others nothing is asked.
    """
    fired = np.stack([excesses[rule] > limit for rule, limit in limits.items()]).any(axis=0)
    return int(fired.argmax()) if fired.any() else None


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share (Wilson 1927); 95 % by default.

    >>> [round(bound, 3) for bound in wilson(0, 20)]
    [0.0, 0.161]
    """
    if not total:
        return 0.0, 1.0
    share, denominator = hits / total, 1 + z * z / total
    middle = (share + z * z / (2 * total)) / denominator
    reach = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / denominator
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


@dataclass(frozen=True, slots=True)
class Delays:
    """How soon a fault was seen, over several trainings.

    Attributes:
        detected: How many were detected within the window.
        early: How many had an alarm before the onset, which is a false one.
        total: How many there were.
        median: Median steps from the onset to the first alarm, infinite for those that were not detected.
        interval: 95 % of the medians of resampled trainings.
    """

    detected: int
    early: int
    total: int
    median: float
    interval: tuple[float, float]


def delays(alarms: Sequence[int | None], onsets: Sequence[int], window: int, seed: int = 0) -> tuple[Delays, Floats]:
    """What first alarms say of a detector.

    Args:
        alarms: First alarm of every training; None for none.
        onsets: First step at which the fault can be seen.
        window: Steps within which it has to be.
        seed: Of the resampling.

    Returns:
        The summary, and the delay of every training: infinite where there was no alarm or only a false one.
    """
    each = np.full(len(alarms), np.inf)
    early = 0
    for place, (alarm, onset) in enumerate(zip(alarms, onsets, strict=True)):
        if alarm is not None and alarm < onset:
            early += 1
        elif alarm is not None:
            each[place] = alarm - onset
    detected = int((each < window).sum())
    return Delays(detected, early, len(each), float(np.median(each)), resampled(each, seed)), each


def resampled(values: Floats, seed: int = 0, draws: int = 2000) -> tuple[float, float]:
    """95 % of the medians of samples with replacement (Efron 1979), for values that may be infinite."""
    rng = np.random.default_rng(seed)
    picked = values[rng.integers(0, len(values), (draws, len(values)))]
    # Differences of two infinities are in the middle.
    medians = np.sort(np.nan_to_num(np.sort(picked, axis=1)[:, (len(values) - 1) // 2], posinf=np.inf, neginf=-np.inf))
    return float(medians[int(0.025 * draws)]), float(medians[int(0.975 * draws) - 1])


def leads(ours: Floats, theirs: Floats) -> Floats:
    """How many steps earlier a detector was than another on each training; 0 where neither saw anything."""
    with np.errstate(invalid="ignore"):
        difference = theirs - ours
    result: Floats = np.where(np.isinf(ours) & np.isinf(theirs), 0.0, difference)
    return result
