"""How far from its reference each measure must be: the largest deviations of healthy trainings.

Written by ``python -m benchmarks.alerts``; do not edit by hand. ``docs/alerts.md`` has the runs and what comes of it.
"""

MARGINS: dict[str, float] = {
    "nonfinite/whole.nonfinite": 0.0,
    "stagnation/whole.still": 0.0,
    "collapse/whole.separation": 0.565,
    "collapse/whole.agreement": 0.0546,
    "collapse/whole.rank": 0.2,
    "collapse/whole.participation": 0.296,
    "collapse/whole.uniformity": 0.2,
    "collapse/whole.dead": 0.999999,
    "merging/pair.gap": 1.51,
    "merging/class.separation": 0.876,
    "divergence/whole.loss": 0.2,
    "divergence/whole.accuracy": 0.1,
    "divergence/whole.norm": 0.2,
    "divergence/whole.drift": 0.1,
    "divergence/whole.turnover": 0.25,
    "divergence/whole.gradient": 1.24,
    "divergence/whole.update": 0.816,
    "vanishing/whole.norm": 0.2,
    "overfitting/whole.loss": 0.4,
    "overfitting/whole.accuracy": 0.1,
    "overfitting/whole.overconfidence": 0.2,
    "dead/whole.dead": 0.2,
    "noise/whole.confidence": 0.1,
    "noise/whole.flips": 0.422,
    "noise/class.agreement": 0.233,
    "noise/class.accuracy": 0.25,
    "forgetting/task.accuracy": 0.2,
    "forgetting/task.probe_accuracy": 0.1,
}
"""By ``MarginRule.key``, in the measure's units."""
