"""What the first capture of a model showed, for whoever looks at the terminal: a line a layer, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot_codec import encode_snapshot
from tensorboard_plugin_hidden.logger.capture import Capture, LayerCapture

MOST_LINES = 8
"""Layers that have a line each."""

MOST_NAMED = 3
"""Layers that a reason names."""

POOLED = {
    "none": "not pooled",
    "positions": "mean over positions",
    "mean": "mean over tokens",
    "cls": "first token",
    "last": "last token",
}


def lines(seen: Capture, classes: int, milliseconds: float) -> list[str]:
    """A line for each layer: what is looked at, whether there are predictions, and what it cost, export included.

    Args:
        seen: The first capture.
        classes: Classes of the probe.
        milliseconds: What it took, with everything that is written.
    """
    sizes = [_bytes(seen, place) for place in range(len(seen.layers))]
    share = milliseconds / len(seen.layers)
    told = [
        f"{_layer(layer)}; {_answers(seen, classes)}{_head(seen, layer)}; {_cost(size, share)} for this first capture."
        for layer, size in zip(seen.layers[:MOST_LINES], sizes, strict=False)
    ]
    left = len(seen.layers) - MOST_LINES
    if left > 0:
        noun = "layer" if left == 1 else "layers"
        told.append(f"and {left} more {noun}; {_cost(sum(sizes), milliseconds)} for this first capture in all.")
    return told


def missing(seen: Capture, *, classes: int, expected: bool) -> str:
    """What a user would expect of a classifier and does not get, and why; empty where nothing is missing.

    Args:
        seen: The first capture.
        classes: Classes of the probe.
        expected: The user did not say that there is no classifier.
    """
    if not classes or not expected:
        return ""
    if seen.logits is None:
        return f"There are no predictions. {seen.reason}"
    if all(layer.reason for layer in seen.layers):
        first = seen.layers[0]
        return f"The landscape comes from a classifier that is fitted to the logits. {first.spec.name}: {first.reason}"
    return ""


def left_out(troubles: Mapping[str, HiddenError]) -> str:
    """Which layers a glob matches that cannot be looked at, and why, without a final stop; empty for none.

    Args:
        troubles: Of a capture.
    """
    reasons: dict[str, list[str]] = {}
    for name, trouble in troubles.items():
        reasons.setdefault(trouble.problem.removeprefix(f"layer {name!r} "), []).append(name)
    parts = []
    for reason, names in reasons.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        parts.append(f"{', '.join(names[:MOST_NAMED])}{more} ({reason})")
    several = f"{len(troubles)} layer{'s' if len(troubles) > 1 else ''} that a glob matches"
    return f"left out {several}: {'; '.join(parts)}" if troubles else ""


def _layer(layer: LayerCapture) -> str:
    count, width = layer.activations.shape
    return f"layer {layer.spec.name!r}, {count} samples × {width} units, {POOLED[layer.pooling]}"


def _answers(seen: Capture, classes: int) -> str:
    several = f"{classes} {'class' if classes == 1 else 'classes'}" if classes else "no classes"
    if seen.logits is None:
        return f"{several}, no predictions: {seen.reason.rstrip('.')}"
    where = f"{seen.source.module}, before the {seen.source.scale}" if seen.source.module else seen.source.name
    return f"{several}, {seen.logits.shape[1]} logits from {where}"


def _head(seen: Capture, layer: LayerCapture) -> str:
    if seen.logits is None:
        return ""
    return f", {layer.head.kind} head" if not layer.reason else f", no head: {layer.reason.rstrip('.')}"


def _bytes(seen: Capture, place: int) -> int:
    return sum(array.nbytes for array in encode_snapshot(seen.snapshots(0)[place]).values())


def _cost(size: int, milliseconds: float) -> str:
    unit, scale = ("MB", 1e6) if size >= 1e6 else ("kB", 1e3)
    return f"{size / scale:.1f} {unit} and {milliseconds:.0f} ms"
