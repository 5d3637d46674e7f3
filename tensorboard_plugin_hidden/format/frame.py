"""One picture of one layer at one step: 2-D positions, the landscape behind them, and how far to trust both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray

LandscapeSource = Literal["linear", "program", "surrogate"]
"""Which classifier coloured the landscape: the model's own head (linear or exported) or one fitted to its logits."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """The classifier's decision over the plane, on a regular grid of G x G cells.

    Row 0 is the lowest y, column 0 the lowest x; values are at cell centres.

    Attributes:
        bounds: x0, y0, x1, y1 of the grid's outer edges, in the units of the positions.
        classes: int32 [G, G], the decided class.
        confidence: float32 [G, G] in [0, 1], softmax probability of that class.
        support: float32 [G, G] in [0, 1]: 1 where samples are near, 0 where nothing supports the cell.
        source: Which classifier decided.
    """

    bounds: tuple[float, float, float, float]
    classes: IntArray
    confidence: FloatArray
    support: FloatArray
    source: LandscapeSource


@dataclass(frozen=True, slots=True)
class Frame:
    """A layer's map at one step.

    Attributes:
        layer: The layer's name.
        step: The training step.
        method: Name of the projection method.
        settings: What the method was run with, as JSON-able values.
        positions: float32 [N, 2]; NaN where a sample could not be placed (its activations are not finite).
        prediction: int32 [N], argmax of the logits; -1 where unknown. None without logits.
        confidence: float32 [N] in [0, 1], softmax probability of the prediction. None without logits.
        held_out: bool [N], samples that took no part in the fit and were placed afterwards.
        kept: float32 [N] in [0, 1], share of each sample's k high-dimensional neighbours that are its
            neighbours in the map too; NaN where it was not placed.
        landscape: None without logits, or when there is no map.
        faithfulness: Named numbers for the whole frame, see ``geometry.faithfulness``.
        reason: Why there is no map, or what is wrong with it, as a sentence; empty when all is well.
        seconds: Wall time it took, in seconds.
        cpu_seconds: Processor time it took, in seconds.
    """

    layer: str
    step: int
    method: str
    settings: Mapping[str, int | float | str | bool]
    positions: FloatArray
    prediction: IntArray | None
    confidence: FloatArray | None
    held_out: BoolArray
    kept: FloatArray
    landscape: Landscape | None
    faithfulness: Mapping[str, float]
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)
    cpu_seconds: float = field(default=0.0, compare=False)
