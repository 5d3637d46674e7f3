"""Whether the TensorBoard that is installed can start. Standard library only: asked before anything is imported."""

from __future__ import annotations

import functools
import re
from importlib import metadata, util

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.notices import say

_WITHOUT_PKG_RESOURCES = (2, 21)
"""The first TensorBoard that does without setuptools' ``pkg_resources``, which setuptools 82 no longer has."""


def tensorboard_trouble() -> HiddenError | None:
    """Why TensorBoard would end at once in this environment, and the cure; None when nothing is known to be wrong."""
    version = _version("tensorboard")
    if version is None:
        return None
    major_minor = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if major_minor >= _WITHOUT_PKG_RESOURCES or util.find_spec("pkg_resources") is not None:
        return None
    setuptools = _version("setuptools")
    return HiddenError(
        "TensorBoard cannot start",
        expected=f"setuptools below 82 beside TensorBoard {version}, which imports its pkg_resources",
        got="none" if setuptools is None else f"setuptools {setuptools}",
        fix='Run `pip install "setuptools<82"`, or `pip install "tensorboard>=2.21"`.',
    )


@functools.cache
def say_tensorboard_trouble() -> None:
    """Tells whoever trains, once, that the TensorBoard beside this would not start; training goes on."""
    if trouble := tensorboard_trouble():
        say(str(trouble))


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
