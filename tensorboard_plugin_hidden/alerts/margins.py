"""How far from its reference each measure must be: the largest deviations of healthy trainings.

Written by ``python -m benchmarks.alerts``; do not edit by hand. ``docs/alerts.md`` has the runs and what comes of it.
"""

MARGINS: dict[str, float] = {
    "nonfinite/whole.nonfinite": 0.0,
    "stagnation/whole.still": 0.0,
    "collapse/whole.separation": 0.5,
    "collapse/whole.agreement": 0.1,
    "collapse/whole.rank": 0.5,
    "collapse/whole.participation": 0.6,
    "collapse/whole.uniformity": 0.5,
    "collapse/whole.norm": 0.7,
    "merging/pair.gap": 1.2,
    "merging/class.separation": 1.2,
    "divergence/whole.loss": 0.5,
    "divergence/whole.accuracy": 0.1,
    "divergence/whole.norm": 1.0,
    "divergence/whole.drift": 0.2,
    "divergence/whole.turnover": 0.3,
    "divergence/whole.gradient": 3.0,
    "divergence/whole.update": 3.0,
    "dead/whole.dead": 0.2,
    "noise/whole.confidence": 0.1,
    "noise/whole.flips": 0.1,
    "noise/class.agreement": 0.25,
    "forgetting/task.accuracy": 0.2,
    "forgetting/task.probe_accuracy": 0.1,
    "overconfidence/whole.overconfidence": 0.15,
}
"""By ``MarginRule.key``, in the measure's units."""
