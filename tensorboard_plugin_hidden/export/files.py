"""A new file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_hidden.errors import HiddenError


@contextmanager
def new_file(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, that takes its name once everything is in it; whatever fails leaves nothing behind.

    Args:
        path: Its name.
        force: Whether a file of that name is replaced.

    Raises:
        HiddenError: There is such a file, or the directory cannot be written.
    """
    if path.exists() and (path.is_dir() or not force):
        raise HiddenError(
            "the file is there already",
            expected=f"no {path}" if not path.is_dir() else "the name of a file",
            got="a directory" if path.is_dir() else "one",
            fix="Choose another name with --out." if path.is_dir() else "Choose another with --out, or pass --force.",
        )
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = open(part, "wb")  # noqa: SIM115 (closed below, before it is renamed)
    except OSError as error:
        raise _not_writable(path, error) from error
    try:
        with file:
            yield file
        os.replace(part, path)
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def _not_writable(path: Path, error: OSError) -> HiddenError:
    return HiddenError(
        "the file cannot be written",
        expected=f"a directory with room for {path}",
        got=error.strerror or str(error),
        fix="Choose another place with --out.",
    )
