"""From the name of a run to its directory, which TensorBoard does not tell its plugins."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

_URL = re.compile(r"[a-zA-Z][0-9a-zA-Z.+]*://")


@dataclass(frozen=True, slots=True)
class LogDirectories:
    """What TensorBoard was told to look at.

    Attributes:
        roots: Group name and directory or URL of each. The group of a plain ``--logdir``, and of a part of
            ``--logdir_spec`` without a name, is empty.
    """

    roots: tuple[tuple[str, str], ...]

    @classmethod
    def from_context(cls, context: Any) -> LogDirectories:
        """Reads ``--logdir``, or ``--logdir_spec`` when that was used, from a TBContext."""
        spec = getattr(context.flags, "logdir_spec", "") if context.flags else ""
        if context.logdir or not spec:
            return cls((("", context.logdir),))
        return cls(tuple(_group(part) for part in spec.split(",") if part))

    def describe(self) -> str:
        """What to tell a user who sees nothing."""
        return ", ".join(f"{group}:{root}" if group else root for group, root in self.roots)

    def run_directory(self, run: str) -> str | None:
        """The directory of a run, or None when no root holds it.

        Args:
            run: A name that TensorBoard listed.
        """
        if ".." in run.replace("\\", "/").split("/"):
            return None
        candidates = [
            _join(root, run.removeprefix(group).lstrip("/"))
            for group, root in self.roots
            if not group or run == group or run.startswith(group + "/")
        ]
        # Of several roots without a name only one has the run.
        existing = [path for path in candidates if _URL.match(path) or os.path.isdir(path)]
        return next(iter(existing), None)


def _group(part: str) -> tuple[str, str]:
    """Splits ``name:path``, where ``path`` alone or a URL has no name, by TensorBoard's own rules."""
    name, colon, path = part.partition(":")
    named = colon and not _URL.match(part) and not part.startswith("/") and not os.path.splitdrive(part)[0]
    if not named:
        name, path = "", part
    if not _URL.match(path):
        path = os.path.realpath(os.path.expanduser(path))
    return name, path


def _join(root: str, run: str) -> str:
    root = root if _URL.match(root) else os.path.expanduser(root)
    return root if run in ("", ".") else f"{root.rstrip('/')}/{run}"
