"""Later is later, whatever the clock says: names of event files and ids of sessions that sort after those before.

TensorBoard reads the files of a run in the order of their names and does not go back, and of two sessions the one with
the greater id counts (``history``). A clock may be behind that of an earlier session: on another machine, or set back.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME

_STAMP = re.compile(r"tfevents\.(\d{1,10})\.")
_LAST_STAMP = 10**10 - 2
_SESSION = re.compile(r"[0-9a-f]{16}")


def event_files(directory: str) -> dict[str, int]:
    """The event files right in a directory, with their bytes.

    Args:
        directory: A path; nothing is found in one that cannot be read.
    """
    found: dict[str, int] = {}
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if "tfevents" in entry.name:
                with contextlib.suppress(OSError):
                    found[entry.path] = entry.stat().st_size
    return found


def next_stamp(paths: Iterable[str]) -> int:
    """The time for the name of a new event file, in seconds: now, or later where a file has a later name.

    Args:
        paths: Event files beside which the new one is to be.
    """
    return max([int(time.time()), *(stamp + 1 for stamp in _stamps(paths))])


def new_session_id(run_dir: str | None = None) -> str:
    """An id that sorts by time of creation: 12 hexadecimal digits of milliseconds, 4 of chance.

    Args:
        run_dir: The run, whose earlier sessions have smaller ids.
    """
    last = 0 if run_dir is None else max(_moments(run_dir), default=0)
    return f"{max(time.time_ns() // 1_000_000, last + 1):012x}{secrets.token_hex(2)}"


def enter(run_dir: str, session: str) -> None:
    """Leaves the id of a session in the store, for those that come after it.

    Raises:
        OSError: The store cannot be written.
    """
    _entry(run_dir, session).mkdir(parents=True, exist_ok=True)


def entered(run_dir: str, session: str) -> bool:
    """Whether the id is there still."""
    return _entry(run_dir, session).is_dir()


def _entry(run_dir: str, session: str) -> Path:
    return Path(run_dir, ASSETS_DIR, STORE_NAME, session)


def _stamps(paths: Iterable[str]) -> list[int]:
    found = (_STAMP.search(os.path.basename(path)) for path in paths)
    stamps = [int(match.group(1)) for match in found if match]
    return [stamp for stamp in stamps if stamp < _LAST_STAMP]


def _moments(run_dir: str) -> list[int]:
    """When sessions of a run were begun, or later, in milliseconds."""
    assets = os.path.join(run_dir, ASSETS_DIR)
    files = [*event_files(run_dir), *event_files(assets)]
    moments = [1000 * stamp for stamp in _stamps(files)]
    with contextlib.suppress(OSError):
        names = os.listdir(os.path.join(assets, STORE_NAME))
        moments += [int(name[:12], 16) for name in names if _SESSION.fullmatch(name)]
    return moments
