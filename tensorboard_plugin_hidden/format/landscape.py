"""A landscape as it is drawn now: with the entropy that landscapes of older logs lack. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_hidden.format.frame import Landscape
from tensorboard_plugin_hidden.format.snapshot import FloatArray


@dataclass(frozen=True, slots=True)
class EntropyLandscape(Landscape):
    """A landscape that also says how undecided the classifier is.

    Attributes:
        entropy: float32 [G, G] in [0, 1], entropy of the softmax over its largest value, the logarithm of the number of
            classes.
    """

    entropy: FloatArray
