"""Arrays and tensors that a user hands over, checked and converted; torch ends here."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.logger.labels import column

LOGGED_BY_HAND = "logged"
"""Name of the method in the view, for positions that the user computed."""


def matrix(name: str, value: Any, *, rows: int | None = None, columns: int | None = None) -> FloatArray:
    """A tensor or array as float32 [rows, columns].

    Args:
        name: What an error calls it, in the plural.
        value: Real numbers of any type.
        rows: Rows that it must have; None: any.
        columns: Columns that it must have; None: any.

    Raises:
        HiddenError: The shape or type is another, or it is empty.
    """
    if isinstance(value, torch.Tensor):
        value = column(value)
    array: npt.NDArray[Any] = np.asarray(value)
    wanted = f"real numbers of shape [{rows or 'N'}, {columns or 'D'}]"
    fits = array.ndim == 2 and len(array) > 0 and array.shape[1] > 0
    if not fits or array.dtype.kind not in "fiu" or array.shape != (rows or len(array), columns or array.shape[1]):
        raise HiddenError(
            f"{name} have the wrong shape or type",
            expected=wanted,
            got=f"{array.dtype} of shape {list(array.shape)}",
            fix="Flatten or pool each sample to one row, in the order of the probe.",
        )
    return array.astype(np.float32)


def number(name: str, value: Any) -> float:
    """A number as training scripts have it: of Python or numpy, or a tensor or array of one element.

    Args:
        name: What an error calls it.
        value: A real number, which need not be finite.

    Raises:
        HiddenError: It is no real number, or there are several.

    >>> number("loss", torch.tensor([0.5], requires_grad=True))
    0.5
    """
    held = value.detach().cpu().to(torch.float64) if isinstance(value, torch.Tensor) else value
    array: npt.NDArray[Any] = np.asarray(held)
    if array.size != 1 or array.dtype.kind not in "fiu":
        raise HiddenError(
            f"the {name} is no number",
            expected="a number, or a tensor of one element",
            got=f"{type(value).__name__} of shape {list(array.shape)}" if array.ndim else repr(value)[:100],
            fix=f"Give the mean over a batch or an epoch, as {name}=loss.item().",
        )
    return float(array.reshape(-1)[0])


def linear_head(head: tuple[Any, Any], width: int, logits: FloatArray | None) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a linear ``HeadData``.

    Args:
        head: Weight [C, D] and bias [C].
        width: D.
        logits: [N, C] that the head leads to, or None.

    Raises:
        HiddenError: The shapes are others.
    """
    weight = matrix("the head's weights", head[0], rows=None if logits is None else logits.shape[1], columns=width)
    bias = matrix("the head's biases", torch.as_tensor(head[1]).reshape(1, -1), rows=1, columns=len(weight))
    return {"weight": weight, "bias": bias[0]}


def logged_frame(layer: str, step: int, positions: FloatArray, logits: FloatArray | None) -> Frame:
    """A map that a user computed, with predictions where there are logits.

    Args:
        layer: Its name.
        step: The training step.
        positions: float32 [N, 2].
        logits: float32 [N, C], or None.
    """
    prediction = confidence = None
    if logits is not None:
        probabilities = torch.softmax(torch.from_numpy(logits), dim=1)
        top = probabilities.max(dim=1)
        prediction, confidence = top.indices.numpy().astype(np.int32), top.values.numpy()
    unplaced = int((~np.isfinite(positions).all(axis=1)).sum())
    return Frame(
        layer=layer,
        step=step,
        method=LOGGED_BY_HAND,
        settings={},
        positions=positions,
        prediction=prediction,
        confidence=confidence,
        held_out=np.zeros(len(positions), bool),
        kept=np.full(len(positions), np.nan, np.float32),
        landscape=None,
        faithfulness={},
        reason=f"{unplaced} samples have no finite position." if unplaced else "",
    )
