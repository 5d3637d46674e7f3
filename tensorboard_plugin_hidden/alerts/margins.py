"""How far from its reference each measure must be: the largest deviations of healthy trainings.

Written by ``python -m benchmarks.alerts``; do not edit by hand. ``docs/alerts.md`` has the runs and what comes of it.
"""

MARGINS: dict[str, float] = {
    "nonfinite/whole.nonfinite": 0.0,
    "stagnation/whole.still": 0.0,
    "collapse/whole.separation": 0.5,
    "collapse/whole.agreement": 0.1,
    "collapse/whole.rank": 0.2,
    "collapse/whole.participation": 0.2,
    "collapse/whole.uniformity": 0.2,
    "collapse/whole.dead": 0.999999,
    "merging/pair.gap": 1.0,
    "merging/class.separation": 0.5,
    "divergence/whole.loss": 0.2,
    "divergence/whole.accuracy": 0.1,
    "divergence/whole.norm": 0.2,
    "divergence/whole.drift": 0.1,
    "divergence/whole.turnover": 0.25,
    "divergence/whole.gradient": 0.7,
    "divergence/whole.update": 1.47,
    "vanishing/whole.norm": 0.325,
    "overfitting/whole.loss": 0.255,
    "overfitting/whole.accuracy": 0.1,
    "overfitting/whole.overconfidence": 0.216,
    "dead/whole.dead": 0.2,
    "noise/whole.confidence": 0.1,
    "noise/whole.flips": 0.539,
    "noise/class.agreement": 0.1,
    "noise/class.accuracy": 0.33,
    "forgetting/task.accuracy": 0.2,
    "forgetting/task.probe_accuracy": 0.1,
}
"""By ``MarginRule.key``, in the measure's units."""
