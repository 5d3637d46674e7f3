"""What detectors make of the trainings: margins from some healthy ones, false alarms in others, delays with faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.alerts.families import ALL_KINDS, OVERFITTED
from benchmarks.alerts.faults import FAULTS
from benchmarks.alerts.training import QUARTERS, Recording
from tensorboard_plugin_hidden.alerts.builtin import margin_rules
from tensorboard_plugin_hidden.alerts.calibration import (
    Delays,
    Floats,
    delays,
    excess,
    first_alarm,
    leads,
    least,
    margins,
    resampled,
)
from tensorboard_plugin_hidden.alerts.rules import MarginRule
from tensorboard_plugin_hidden.alerts.sentrycam import trigger

TARGET = 0.04
"""Share of healthy trainings that may alarm; what is promised is 5 %."""

WINDOW_EPOCHS = 10
"""Epochs from the onset within which a fault must be seen to be detected."""

PACES = {"quarter": QUARTERS, "epoch": 1}
"""Snapshots in an epoch."""

FIXED = {"nonfinite/whole.nonfinite": 0.0, "stagnation/whole.still": 0.0, "collapse/whole.dead": 0.999999}
"""Rules whose margins need no calibration: anything but zero, and a layer of which nothing is left."""

OUTSIDE_GEOMETRY = ("loss", "accuracy", "confidence", "flips", "overconfidence", "gradient", "update", "still")
"""Measures that need no look into a layer."""

WITHOUT_LOG = "without a training log"
FROM_LOG = ("gradient", "update", "still")
"""Measures that only ``training_log`` gives, at the steps that it logs."""

BASELINES = {
    "loss alone": MarginRule("alone", "whole", "loss", "high", "best", np.inf, restarts=True),
    "accuracy alone": MarginRule("alone", "whole", "accuracy", "low", "best", np.inf, restarts=True),
    "gradient norm alone": MarginRule(
        "alone", "whole", "gradient", "high", "usual", np.inf, restarts=True, unless_improving=True
    ),
}
"""What everybody has: one rule each, and an eye for NaN."""

_NAN = "nonfinite/whole.nonfinite"

PUBLISHED = "SentryCam's rule on activations"


def detectors() -> dict[str, list[MarginRule]]:
    """Sets of rules that are compared, each with margins of its own, by name."""
    rules = margin_rules()
    found = [rule for rule in rules if rule.scope != "task"]
    geometry = [rule for rule in found if rule.measure not in OUTSIDE_GEOMETRY]
    return {
        "all rules": found,
        WITHOUT_LOG: [rule for rule in found if rule.measure not in FROM_LOG],
        "geometry only": geometry,
        **{name: [rule, *(one for one in rules if one.key == _NAN)] for name, rule in BASELINES.items()},
    }


@dataclass(frozen=True)
class Seen:
    """One training as rules see it: the excess of every rule at both paces, by pace and key."""

    family: str
    fault: str | None
    seed: int
    onset: int
    accuracy: float
    excess: dict[str, dict[str, Floats]]
    published: int | None


def see(recording: Recording) -> Seen:
    """Runs every rule over one training."""
    histories = {"quarter": recording.fine, "epoch": recording.coarse}
    found = {
        pace: excess([*(rule for rule in margin_rules() if rule.scope != "task"), *BASELINES.values()], history)
        for pace, history in histories.items()
    }
    pairs = np.array(recording.published).reshape(-1, 2)
    alarms = [trigger(pairs[:, 0], rising_is_bad=False), trigger(pairs[:, 1], rising_is_bad=True)]
    published = min((alarm for alarm in alarms if alarm is not None), default=None)
    return Seen(
        recording.family, recording.fault, recording.seed, recording.onset, recording.accuracy, found, published
    )


@dataclass(frozen=True)
class Result:
    """What the tables say.

    Attributes:
        margins: Of the product: the rules together, at the pace that asks for more.
        slack: By detector and pace.
        false_alarms: By detector and pace, healthy trainings held out that alarmed, and how many there were.
        delays: By detector, pace and fault, in snapshots.
        leads: By baseline, pace and fault, epochs by which all rules together were earlier: median and interval.
        first: By fault, rules that fired first, and how often.
        by_rule: By rule's name, healthy trainings held out that alarmed, and what it made of each fault.
        accuracy: By fault, mean accuracy in the end; of healthy trainings under ``healthy``.
        kinds: By kind of healthy training, detector and pace, trainings held out that alarmed, and how many there
            were. Of those that overfit, one warning of that is right and no alarm.
        counts: How many trainings there were to calibrate, to hold out, with each fault, and of other kinds to
            calibrate.
    """

    margins: dict[str, float]
    slack: dict[tuple[str, str], float]
    false_alarms: dict[tuple[str, str], tuple[int, int]]
    delays: dict[tuple[str, str, str], Delays]
    leads: dict[tuple[str, str, str], tuple[float, tuple[float, float]]]
    first: dict[str, dict[str, int]]
    by_rule: dict[str, tuple[int, dict[str, Delays]]]
    accuracy: dict[str, float]
    kinds: dict[str, dict[tuple[str, str], tuple[int, int]]]
    counts: tuple[int, int, int, int]


def evaluate(calibration: Sequence[Seen], others: Sequence[Seen]) -> Result:
    """Margins from the first, figures from the others."""
    held_out = [run for run in others if run.fault is None and run.family not in ALL_KINDS]
    digits = [run for run in calibration if run.family not in ALL_KINDS]
    limits = _limits(calibration, digits)
    ours = {pace: limits["all rules", pace][0] for pace in PACES}
    product = {key: max(ours[pace][key] for pace in PACES) for key in ours["epoch"]}
    # The figures are of the margins that users get, which are the same at every pace.
    for pace in PACES:
        limits["all rules", pace] = (product, limits["all rules", pace][1])
        of_rules = {rule.key: product[rule.key] for rule in detectors()[WITHOUT_LOG]}
        limits[WITHOUT_LOG, pace] = (of_rules, limits["all rules", pace][1])
    false_alarms: dict[tuple[str, str], tuple[int, int]] = {}
    summaries: dict[tuple[str, str, str], Delays] = {}
    each: dict[tuple[str, str, str], Floats] = {}
    for (name, pace), (found, _) in limits.items():
        alarms = [_alarm(run, pace, found) for run in held_out]
        false_alarms[name, pace] = (sum(alarm is not None for alarm in alarms), len(held_out))
        for fault in FAULTS:
            runs = [run for run in others if run.fault == fault]
            alarms = [_alarm(run, pace, found) for run in runs]
            onsets = [run.onset * PACES[pace] + 1 for run in runs]
            summaries[name, pace, fault], each[name, pace, fault] = delays(alarms, onsets, WINDOW_EPOCHS * PACES[pace])
    false_alarms[PUBLISHED, "epoch"] = (sum(run.published is not None for run in held_out), len(held_out))
    for fault in FAULTS:
        runs = [run for run in others if run.fault == fault]
        summaries[PUBLISHED, "epoch", fault], _ = delays(
            [run.published for run in runs], [run.onset + 1 for run in runs], WINDOW_EPOCHS
        )
    earlier = {}
    for name in detectors():
        for pace in PACES:
            for fault in FAULTS:
                lead = leads(each["all rules", pace, fault], each[name, pace, fault]) / PACES[pace]
                earlier[name, pace, fault] = (float(np.median(lead)), resampled(lead))
    runs_by_fault = {fault: [run for run in others if run.fault == fault] for fault in FAULTS}
    return Result(
        margins=product,
        slack={where: slack for where, (_, slack) in limits.items()},
        false_alarms=false_alarms,
        delays=summaries,
        leads=earlier,
        first={fault: _first(runs, product) for fault, runs in runs_by_fault.items()},
        by_rule=_by_rule(held_out, runs_by_fault, product),
        accuracy={
            "healthy": float(np.mean([run.accuracy for run in held_out])),
            **{fault: float(np.mean([run.accuracy for run in runs])) for fault, runs in runs_by_fault.items()},
        },
        kinds=_kinds([run for run in others if run.family in ALL_KINDS], limits),
        counts=(len(digits), len(held_out), len(runs_by_fault[FAULTS[0]]), len(calibration) - len(digits)),
    )


def _limits(
    calibration: Sequence[Seen], digits: Sequence[Seen]
) -> dict[tuple[str, str], tuple[dict[str, float], float]]:
    """Margins and slack of every detector at every pace; those of the baselines for the digits, where they are best."""
    limits = {}
    healthy = [run for run in calibration if run.family != OVERFITTED]
    # Folds are to hold some of every kind.
    mixed = [healthy[place] for place in np.random.default_rng(0).permutation(len(healthy))]
    for name, rules in detectors().items():
        keys = [rule.key for rule in rules if rule.key not in FIXED]
        fixed = {rule.key: FIXED[rule.key] for rule in rules if rule.key in FIXED}
        for pace in PACES:
            runs = digits if name in BASELINES else mixed
            peaks = {key: np.array([run.excess[pace][key].max() for run in runs]) for key in keys}
            # A baseline may use its whole allowance: no margin is too small for it.
            floor = {rule.key: 0.0 if name in BASELINES else least(rule) for rule in rules}
            found, slack = margins(peaks, floor, TARGET)
            limits[name, pace] = (found | fixed, slack)
    return limits


def _kinds(
    runs: Sequence[Seen], limits: dict[tuple[str, str], tuple[dict[str, float], float]]
) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    """How many of each kind alarm, by the product's rules with and without a training log."""
    result: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for kind in ALL_KINDS:
        mine = [run for run in runs if run.family == kind]
        for name in ("all rules", WITHOUT_LOG):
            for pace in PACES:
                found = limits[name, pace][0]
                if kind == OVERFITTED:
                    found = {key: limit for key, limit in found.items() if not key.startswith("overfitting/")}
                alarms = sum(_alarm(run, pace, found) is not None for run in mine)
                result.setdefault(kind, {})[name, pace] = (alarms, len(mine))
    return result


def _alarm(run: Seen, pace: str, limits: dict[str, float]) -> int | None:
    # Of the snapshots that are counted from 0, which is before the first step.
    return first_alarm(run.excess[pace], limits)


def _first(runs: Sequence[Seen], limits: dict[str, float]) -> dict[str, int]:
    """Which rules fired first, each counted where it is among the first."""
    counts: dict[str, int] = {}
    for run in runs:
        alarm = _alarm(run, "quarter", limits)
        if alarm is None or alarm <= run.onset * QUARTERS:
            continue
        for key, limit in limits.items():
            if run.excess["quarter"][key][alarm] > limit:
                counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _by_rule(
    held_out: Sequence[Seen], faulty: dict[str, list[Seen]], limits: dict[str, float]
) -> dict[str, tuple[int, dict[str, Delays]]]:
    result = {}
    for name in dict.fromkeys(key.partition("/")[0] for key in limits):
        mine = {key: limit for key, limit in limits.items() if key.startswith(f"{name}/")}
        false = sum(_alarm(run, "quarter", mine) is not None for run in held_out)
        seen = {}
        for fault, runs in faulty.items():
            alarms = [_alarm(run, "quarter", mine) for run in runs]
            onsets = [run.onset * QUARTERS + 1 for run in runs]
            seen[fault] = delays(alarms, onsets, WINDOW_EPOCHS * QUARTERS)[0]
        result[name] = (false, seen)
    return result
