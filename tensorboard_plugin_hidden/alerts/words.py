"""What an alert says, in one sentence for people. Pure."""

from __future__ import annotations

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

_MEASURES = {
    "separation": "the separation of the classes",
    "agreement": "the agreement of neighbours' labels",
    "rank": "the effective rank",
    "participation": "the participation ratio",
    "uniformity": "the uniformity",
    "norm": "the log of the activations' norm",
    "gap": "the gap",
    "loss": "the loss",
    "accuracy": "the accuracy",
    "drift": "the drift from one snapshot to the next",
    "turnover": "the share of new neighbours",
    "gradient": "the log of the gradients' norm",
    "update": "the log of update over weight",
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
        return f"{_show('nonfinite', finding.value)} of the samples are NaN or infinite."
    if rule == "stagnation":
        layers = observation.sight.still_layers
        which = ", ".join(layers[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
        return f"{which or 'layers'} learn nothing any more: their gradients or their updates are zero."
    if rule == "forgetting" and finding.task:
        return _forgotten(finding, names, observation, probe)
    if rule == "merging" and len(names) == 2:
        more = f", and {finding.others} more" if finding.others else ""
        return f"classes {names[0]} and {names[1]} are merging{more}: {_MEASURES['gap']} between them is {numbers}."
    if names:
        more = f" (and {finding.others} other classes)" if finding.others else ""
        doing = {
            "merging": "runs into another class",
            "noise": "is being mixed with others",
        }.get(rule, "changes")
        return f"class {names[0]}{more} {doing}: {_measure(finding.measure)} is {numbers}."
    doing = {
        "collapse": "the representation collapses",
        "divergence": "training is unstable",
        "dead": "units are dying",
        "noise": "the answers become uncertain",
        "overconfidence": "the network is surer than it is right",
        "sentrycam": "the published SentryCam rule fires",
    }.get(rule, rule)
    sight = observation.sight
    largest = {"gradient": sight.largest_gradient_layer, "update": sight.largest_update_layer}.get(finding.measure)
    where = f", the largest in {largest}" if largest else ""
    return f"{doing}: {_measure(finding.measure)} is {numbers}{where}."


def _forgotten(finding: Finding, names: list[str], observation: Observation, probe: tuple[str, float] | None) -> str:
    if finding.measure == "probe_accuracy":
        return (
            f"the representation forgets task {finding.task!r}: a linear probe reads "
            f"{_show('accuracy', finding.value)} of it, where it read {_show('accuracy', finding.reference)}."
        )
    text = (
        f"task {finding.task!r} is being forgotten: its accuracy is {_show('accuracy', finding.value)}, "
        f"{_show('accuracy', finding.reference)} at best"
    )
    if len(names) == 2:
        text += f"; {names[0]} is mostly taken for {names[1]}"
    if probe is not None:
        text += f"; a linear probe on {probe[0]} still reads {_show('accuracy', probe[1])}"
    return text + "."


def _numbers(finding: Finding) -> str:
    now = _show(finding.measure, finding.value)
    if finding.reference != finding.reference:
        return now
    bound = (" or more" if finding.value < finding.reference else " or less") if finding.beyond else ""
    return f"{now}, {_show(finding.measure, finding.reference)}{bound} before"


def _measure(name: str) -> str:
    return _MEASURES.get(name, f"the {name}")


def _show(measure: str, value: float) -> str:
    return f"{100 * value:.0f} %" if measure in SHARES else f"{value:.3g}"


def _class_name(number: int, classes: tuple[str, ...]) -> str:
    return repr(classes[number]) if number < len(classes) else f"'{number}'"
