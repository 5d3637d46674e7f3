"""One line to whoever looks at the terminal: what was inferred, what is measured, what is wrong. Standard library."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Writes one line to the standard error stream, if there is one: training does not end with its terminal.

    For what a user should know and need not act on; what could not be done is a ``HiddenWarning``.

    Args:
        sentence: What to say; ``hidden:`` is put before it.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"hidden: {sentence}".encode(errors="replace").decode(), file=sys.stderr, flush=True)
