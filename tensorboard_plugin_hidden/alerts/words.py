"""What an alert says, in one sentence for people. Pure."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.alerts.observation import Observation
from tensorboard_plugin_hidden.alerts.rules import Finding

SHARES = (
    "accuracy",
    "agreement",
    "probe_accuracy",
    "dead",
    "nonfinite",
    "still",
    "flips",
    "turnover",
    "drift",
    "confidence",
    "overconfidence",
)
"""Measures between 0 and 1."""

LOGARITHMS = ("norm", "gradient", "update")
"""Measures that are logarithms of what people think of."""

_MEASURES = {
    "separation": "the separation of the classes",
    "agreement": "the agreement of neighbours' labels",
    "rank": "the effective rank",
    "participation": "the participation ratio",
    "uniformity": "the uniformity",
    "norm": "the activations' norm",
    "gap": "the gap between them",
    "loss": "the loss over the probe",
    "accuracy": "the accuracy",
    "drift": "the drift from one snapshot to the next",
    "turnover": "the share of new neighbours",
    "gradient": "the gradients' norm",
    "update": "the largest update over its weight",
    "dead": "the share of dead units",
    "confidence": "the mean confidence",
    "flips": "the share of changed answers",
    "overconfidence": "the confidence beyond the accuracy",
}


def sentence(
    rule: str,
    finding: Finding,
    classes: tuple[int, ...],
    observation: Observation,
    probe_accuracy: tuple[str, float] | None = None,
) -> str:
    """One sentence: what happened, where, and the numbers.

    Args:
        rule: The rule's name.
        finding: What it found.
        classes: The classes to name.
        observation: Where it was found.
        probe_accuracy: Of a task: the layer on which a linear probe reads it best, and its accuracy.
    """
    names = [_class_name(number, observation.sight.classes) for number in classes]
    what = _what(rule, finding, names, observation, probe_accuracy)
    return f"{observation.layer}: {what}" if observation.layer else what[:1].upper() + what[1:]


def _what(
    rule: str, finding: Finding, names: list[str], observation: Observation, probe: tuple[str, float] | None
) -> str:
    numbers = _numbers(finding)
    if rule == "nonfinite":
        return f"{show('nonfinite', finding.value)} of the samples are NaN or infinite."
    if rule == "stagnation":
        layers = observation.sight.still_layers
        which = ", ".join(layers[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
        return f"{which or 'layers'} learn nothing any more: their gradients or their updates are zero."
    if rule == "forgetting" and finding.task:
        return _forgotten(finding, names, observation, probe)
    if rule == "merging" and len(names) == 2:
        more = f", and {finding.others} more" if finding.others else ""
        return f"classes {names[0]} and {names[1]} are merging{more}: {_MEASURES['gap']} {numbers}."
    if names:
        more = f" (and {finding.others} other classes)" if finding.others else ""
        doing = {
            "merging": "runs into another class",
            "noise": "is answered wrong" if finding.measure == "accuracy" else "is being mixed with others",
        }.get(rule, "changes")
        return f"class {names[0]}{more} {doing}: {_measure(finding.measure)} {numbers}."
    doing = {
        "collapse": "the representation collapses",
        "vanishing": "the activations shrink",
        "divergence": "training is unstable",
        "dead": "units are dying",
        "noise": "the answers become uncertain",
        "overfitting": "the network overfits",
        "sentrycam": "the published SentryCam rule fires",
    }.get(rule, rule)
    if rule == "collapse" and finding.measure == "dead":
        return f"{doing}: every unit gives the same for every sample."
    if rule == "collapse" and finding.measure in ("separation", "agreement"):
        doing = "the representation no longer tells the classes apart"
    sight = observation.sight
    largest = {"gradient": sight.largest_gradient_layer, "update": sight.largest_update_layer}.get(finding.measure)
    where = f", the largest in {largest}" if largest else ""
    return f"{doing}: {_measure(finding.measure)} {numbers}{where}."


def _forgotten(finding: Finding, names: list[str], observation: Observation, probe: tuple[str, float] | None) -> str:
    if finding.measure == "probe_accuracy":
        return (
            f"the representation forgets task {finding.task!r}: a linear probe reads "
            f"{show('accuracy', finding.value)} of it, where it read {show('accuracy', finding.reference)}."
        )
    text = (
        f"task {finding.task!r} is being forgotten: its accuracy is {show('accuracy', finding.value)}, "
        f"{show('accuracy', finding.reference)} at best"
    )
    if len(names) == 2:
        text += f"; {names[0]} is mostly taken for {names[1]}"
    if probe is not None:
        text += f"; a linear probe on {probe[0]} still reads {show('accuracy', probe[1])}"
    return text + "."


def _numbers(finding: Finding) -> str:
    """From what a measure went, to what, and what it had to pass."""
    now = show(finding.measure, finding.value)
    if finding.reference != finding.reference:
        return f"is {now}"
    bound = (" or more" if finding.value < finding.reference else " or less") if finding.beyond else ""
    went = "fell" if finding.value < finding.reference else "rose"
    before, limit = show(finding.measure, finding.reference), show(finding.measure, finding.limit)
    return f"{went} from {before}{bound} to {now} (limit {limit})"


def _measure(name: str) -> str:
    return _MEASURES.get(name, f"the {name}")


def show(measure: str, value: float) -> str:
    """A number as people read it.

    >>> show("norm", 2.8332), show("accuracy", 0.5), show("rank", 12.345)
    ('17', '50 %', '12.3')
    """
    if measure in SHARES:
        return f"{100 * value:.0f} %"
    with np.errstate(over="ignore"):
        return f"{np.exp(value) if measure in LOGARITHMS else value:.3g}"


def _class_name(number: int, classes: tuple[str, ...]) -> str:
    return repr(classes[number]) if number < len(classes) else f"'{number}'"
