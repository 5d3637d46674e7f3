"""What one layer did to the probe at one step: the arrays, and nothing that knows torch or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

HeadKind = Literal["linear", "program", "none"]
"""How the way from the layer to the logits is stored: weights, an exported program, or not at all."""


@dataclass(frozen=True, slots=True)
class HeadData:
    """The map from a layer's activations to the logits, as plain arrays.

    Attributes:
        kind: ``linear``: ``arrays`` has ``weight`` [C, D] and ``bias`` [C], float32.
            ``program``: ``program`` is a ``torch.export`` archive that takes [M, D] float32 and
            gives [M, C]; ``arrays`` holds its parameters at this step, by name.
            ``none``: neither could be had.
        arrays: Named parameter arrays, see ``kind``.
        program: The archive's bytes, or None.
    """

    kind: HeadKind
    arrays: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    program: bytes | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One layer over the whole probe at one step.

    Attributes:
        layer: The layer's name, as in ``fc1`` or ``fc2:input``.
        step: The training step.
        activations: float32 [N, D]; rows may hold NaN or Inf when the network does.
        logits: float32 [N, C], or None for a model that is not a classifier.
        head: From these activations to ``logits``.
        no_logits: Why there are no logits, as sentences; empty where there are, or where it is not known.
        no_head: Why there are logits but no head, as a sentence; else empty.
    """

    layer: str
    step: int
    activations: FloatArray
    logits: FloatArray | None
    head: HeadData
    no_logits: str = ""
    no_head: str = ""
