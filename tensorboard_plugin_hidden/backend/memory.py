"""Gives memory back to the system: a TensorBoard stays small beside the training that it shows."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable


def release() -> None:
    """Returns what was freed.

    The C library of Linux keeps what threads have freed, and every request is a thread: arrays of 20 MB that came and
    went would stay as hundreds. Elsewhere this does nothing.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim
