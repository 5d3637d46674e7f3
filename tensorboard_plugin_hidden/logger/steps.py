"""What is a step, and which may follow which."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorboard_plugin_hidden.errors import HiddenError

_LAST_STEP = 2**53 - 1
"""Largest integer that JSON's readers in browsers keep exactly."""


def as_step(step: Any) -> Any:
    """A step as ``add_scalar`` takes it, a 0-d tensor or array too, as an integer; what is none stays as it is."""
    return step.item() if getattr(step, "ndim", None) == 0 else step


def check_step(step: int, last: int, what: str) -> None:
    """Refuses what is no step, or cannot follow.

    Args:
        step: The epoch or global step.
        last: The step before; -1 for none.
        what: Whose steps they are, for the message.

    Raises:
        HiddenError: The step is negative, too large, not an integer, or goes backwards.
    """
    if isinstance(step, bool) or not isinstance(step, int | np.integer) or not 0 <= step <= _LAST_STEP:
        raise HiddenError(
            "not a step",
            expected=f"an integer from 0 to {_LAST_STEP}",
            got=repr(step),
            fix="Pass the epoch or global step.",
        )
    if step < last:
        raise HiddenError(
            f"the steps of {what} go backwards",
            expected=f"a step of {last} or more",
            got=str(step),
            fix="To take up training from an earlier checkpoint, open a new writer with purge_step.",
        )
