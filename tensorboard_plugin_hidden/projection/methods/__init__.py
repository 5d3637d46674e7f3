"""Finds a projection method by name, the research methods in ``baselines/`` too; imported when first asked for."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.protocol import Projector, RunProjector

_Recipe = tuple[str, str, Mapping[str, Any]]

_PROJECTION = __name__.rpartition(".")[0]

METHODS: Mapping[str, _Recipe] = {
    "hidden": ("methods.hidden", "Hidden", {}),
    "pca": ("methods.pca", "Pca", {}),
    "parametric": ("baselines.parametric", "Parametric", {}),
    "dvi": ("baselines.dvi", "Dvi", {}),
    "sentrycam": ("baselines.sentrycam", "SentryCam", {}),
    "umap": ("baselines.umap", "Umap", {}),
    "umap_cold": ("baselines.umap", "Umap", {"start": "cold"}),
    "tsne": ("baselines.tsne", "Tsne", {}),
}
"""Methods that draw step by step: module, class and settings of each."""

RUN_METHODS: Mapping[str, _Recipe] = {
    "hidden_refit": ("methods.hidden_refit", "HiddenRefit", {}),
    "timevis": ("baselines.timevis", "TimeVis", {}),
    "aligned_umap": ("baselines.aligned_umap", "AlignedUmap", {}),
}
"""Methods that draw all steps of a finished run at once."""


def get_method(name: str) -> Projector:
    """The projection method of that name, with its default settings.

    Args:
        name: One of ``METHODS``.

    Returns:
        The method; every call gives a new one, for one chain of steps.

    Raises:
        HiddenError: There is no such method, and the message names those that look like it; or it needs a run that
            is over.
    """
    if name in RUN_METHODS:
        raise HiddenError(
            f"the method {name} looks at all steps at once",
            expected=f"one that draws step by step: {', '.join(METHODS)}",
            got=repr(name),
            fix="Use it on a run that is over.",
        )
    method: Projector = _made(name, METHODS)
    return method


def get_run_method(name: str) -> RunProjector:
    """The method of that name that draws a finished run, with its default settings.

    Args:
        name: One of ``RUN_METHODS``.

    Returns:
        The method.

    Raises:
        HiddenError: There is no such method; the message names those that look like it.
    """
    method: RunProjector = _made(name, RUN_METHODS)
    return method


def _made(name: str, known: Mapping[str, _Recipe]) -> Any:
    if name not in known:
        close = difflib.get_close_matches(name, [*METHODS, *RUN_METHODS], n=3, cutoff=0.4)
        raise HiddenError(
            "unknown projection method",
            expected=f"one of {', '.join(known)}",
            got=repr(name),
            fix=f"Did you mean {' or '.join(close)}?" if close else "Choose one of those.",
        )
    module, kind, settings = known[name]
    return getattr(importlib.import_module(f"{_PROJECTION}.{module}"), kind)(**settings)
