"""Finds a projection method by name; a method is one module, imported when it is first asked for."""

from __future__ import annotations

import difflib
import importlib

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.protocol import Projector

METHODS = {"hidden": "Hidden", "pca": "Pca"}
"""Class of each method, in the module of the method's name."""


def get_method(name: str) -> Projector:
    """The projection method of that name, with its default settings.

    Args:
        name: One of ``METHODS``.

    Returns:
        The method.

    Raises:
        HiddenError: There is no such method; the message names those that look like it.
    """
    if name not in METHODS:
        close = difflib.get_close_matches(name, METHODS, n=3, cutoff=0.4)
        raise HiddenError(
            "unknown projection method",
            expected=f"one of {', '.join(sorted(METHODS))}",
            got=repr(name),
            fix=f"Did you mean {' or '.join(close)}?" if close else "Choose one of those.",
        )
    module = importlib.import_module(f"{__name__}.{name}")
    method: Projector = getattr(module, METHODS[name])()
    return method
