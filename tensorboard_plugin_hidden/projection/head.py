"""The classifier behind the landscape, as one callable, and an honest name for where it came from."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.frame import LandscapeSource
from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData

RIDGE = 1e-3
"""Penalty of the surrogate, as a share of the mean variance of an activation."""

BATCH = 4_096
"""Rows given to an exported program at once."""


@dataclass(frozen=True, slots=True)
class AffineHead:
    """logits = weight x + bias.

    Attributes:
        weight: float32 [C, D].
        bias: float32 [C].
        source: ``linear`` for the model's own layer, ``surrogate`` for one fitted to its logits.
    """

    weight: FloatArray
    bias: FloatArray
    source: LandscapeSource

    def __call__(self, activations: FloatArray) -> FloatArray:
        """Logits [m, C] of activations [m, D]."""
        return activations @ self.weight.T + self.bias


@dataclass(frozen=True, slots=True)
class ProgramHead:
    """The rest of the network, exported.

    Attributes:
        run: From float32 [m, D] to float32 [m, C].
    """

    run: Callable[[torch.Tensor], torch.Tensor]

    @property
    def source(self) -> LandscapeSource:
        """``program``."""
        return "program"

    def __call__(self, activations: FloatArray) -> FloatArray:
        """Logits [m, C] of activations [m, D], a batch at a time."""
        with torch.no_grad():
            batches = torch.split(torch.from_numpy(np.ascontiguousarray(activations)), BATCH)
            logits: FloatArray = torch.cat([self.run(batch).float() for batch in batches]).numpy()
        return logits


Head = AffineHead | ProgramHead


def stored_head(data: HeadData, width: int, classes: int) -> Head | None:
    """The head that was stored with a snapshot.

    Args:
        data: As captured.
        width: D, units of the layer.
        classes: C, logits of the model.

    Returns:
        The head, or None when none was stored.

    Raises:
        HiddenError: What was stored cannot be run, or maps between other widths.
    """
    if data.kind == "none":
        return None
    try:
        head = _linear(data) if data.kind == "linear" else _program(data)
        shape = head(np.zeros((2, width), np.float32)).shape
    except Exception as error:  # An archive from elsewhere can fail in any way.
        raise HiddenError(
            "the stored head cannot be run",
            expected=f"a {data.kind} head from {width} units to {classes} logits",
            got=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}",
            fix="Log the layer again, or choose the input of the last linear layer.",
        ) from error
    if shape != (2, classes):
        raise HiddenError(
            "the stored head does not fit the logits",
            expected=f"{classes} logits",
            got=f"an output of shape {shape} for two samples",
            fix="Log the layer and the logits in the same step.",
        )
    return head


def surrogate_head(activations: FloatArray, logits: FloatArray) -> AffineHead:
    """The affine map that explains the logits best, by ridge regression on centred data.

    weight = (Xᵀ X + λ n v I)⁻¹ Xᵀ Z with λ = ``RIDGE`` and v the mean variance of a unit (Hoerl & Kennard 1970).

    Args:
        activations: float32 [n, D].
        logits: float32 [n, C], finite.

    Returns:
        The fitted head, labelled ``surrogate``.
    """
    mean, middle = activations.mean(axis=0, dtype=np.float64), logits.mean(axis=0, dtype=np.float64)
    centred = activations - mean
    gram = centred.T @ centred
    ridge = RIDGE * max(float(np.trace(gram)) / len(gram), float(np.finfo(np.float32).tiny))
    gram[np.diag_indices(len(gram))] += ridge
    weight = np.linalg.solve(gram, centred.T @ (logits - middle)).T
    return AffineHead(weight.astype(np.float32), (middle - weight @ mean).astype(np.float32), source="surrogate")


def standardised(head: Head, centre: FloatArray, scale: float) -> Head:
    """The same head for activations z = (x - centre) / scale."""
    if isinstance(head, AffineHead):
        return AffineHead(head.weight * np.float32(scale), head.weight @ centre + head.bias, head.source)
    offset, run = torch.from_numpy(centre), head.run
    return ProgramHead(lambda z: run(z * scale + offset))


def _linear(data: HeadData) -> AffineHead:
    weight = np.asarray(data.arrays["weight"], np.float32)
    return AffineHead(weight, np.asarray(data.arrays["bias"], np.float32), source="linear")


def _program(data: HeadData) -> ProgramHead:
    if data.program is None:
        raise ValueError("no program was stored")
    module = torch.export.load(io.BytesIO(data.program)).module()
    known = module.state_dict()
    unknown = sorted(set(data.arrays) - set(known))
    if unknown:
        raise ValueError(f"the program has no parameter {unknown[0]!r}")
    for name, array in data.arrays.items():
        with torch.no_grad():
            known[name].copy_(torch.from_numpy(np.array(array)))
    return ProgramHead(module)
