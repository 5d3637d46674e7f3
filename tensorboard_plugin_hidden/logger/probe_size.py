"""How many samples a probe needs, read off how densely the samples of a subset lie in one layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.geometry.density import NEIGHBOUR, density
from tensorboard_plugin_hidden.logger.batches import Inputs, take_rows
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.layers import resolve_layers
from tensorboard_plugin_hidden.logger.wrappers import unwrap


@dataclass(frozen=True, slots=True)
class Candidates:
    """Samples that are measured only: no names, no pictures, and no classes, so that no head is looked for.

    Attributes:
        inputs: What the model is called with, on the CPU.
        labels: int32 [N], -1 for none.
    """

    inputs: Inputs
    labels: IntArray

    @property
    def classes(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def named(self) -> bool:
        """They are none."""
        return False

    @property
    def targets(self) -> str:
        """Nothing is said of them."""
        return ""

    @property
    def multi_label(self) -> bool:
        """They have no labels."""
        return False

    def __len__(self) -> int:
        """How many."""
        return len(self.labels)

    def batches(self, batch_size: int) -> Iterator[Inputs]:
        """The inputs in order, a batch at a time."""
        for start in range(0, len(self), batch_size):
            yield take_rows(self.inputs, slice(start, start + batch_size))


def measured_size(model: nn.Module, candidates: Candidates, layer: str | None, seed: int) -> dict[str, Any]:
    """Looks at one layer over the candidates and says how many of them are enough.

    Args:
        model: As it is now; it is left as it was.
        candidates: To choose among.
        layer: Its name; None: the default one.
        seed: Of the subsets.

    Returns:
        JSON-able: ``layer``, ``candidates`` (how many), ``neighbour`` (k), ``sizes`` and ``relative`` (the curve),
        ``knee``, ``published_ratio``.

    Raises:
        HiddenError: The name stands for several layers, the model cannot take the samples, or none of the layer's
            activations are finite.
    """
    specs = None if layer is None else resolve_layers(unwrap(model), layer)
    if specs is not None and len(specs) > 1:
        raise HiddenError(
            "the probe's size is read off one layer",
            expected="the name of one",
            got=f"{layer!r}, which is {', '.join(spec.name for spec in specs)}",
            fix="Name one of them.",
        )
    (seen,) = capture(model, candidates, specs).layers
    curve = density(seen.activations, candidates.labels, seed)
    return {
        "layer": seen.spec.name,
        "candidates": len(candidates),
        "neighbour": NEIGHBOUR,
        "sizes": curve.sizes.tolist(),
        "relative": [round(float(value), 4) for value in curve.relative],
        "knee": curve.knee,
        "published_ratio": curve.published_ratio,
    }
