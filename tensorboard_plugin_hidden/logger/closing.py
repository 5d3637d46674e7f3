"""What happens as a writer ends: the last maps are waited for, also where a script never closes it."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

import click


def closer(writer: weakref.ref[Any]) -> Callable[[], None]:
    """What closes a writer at the end of this process, if it is still there.

    Args:
        writer: Which.
    """
    process = os.getpid()

    def close() -> None:
        alive = writer()
        # A forked child that ends has none of the threads, and the projector is not its own.
        if alive is not None and os.getpid() == process:
            alive.close()

    return close


class ProgressLine:
    """One line on stderr while maps are drawn at the end, if there is anything to wait for."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> ProgressLine:
        """Shows nothing yet."""
        return self

    def __call__(self, done: int, total: int) -> None:
        """Says how many maps are done, and how many there are in all."""
        if self._bar is None and total:
            label = "drawing the last maps (Ctrl-C leaves them to `hidden project`)"
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def __exit__(self, *error: Any) -> None:
        """Ends the line."""
        if self._bar is not None:
            self._bar.__exit__(*error)
