"""The files of a store, read where they are: a link may lead to any file of this machine, and a pipe never ends."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from zarr.storage import LocalStore

from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME

_BELOW_RUN = len([*ASSETS_DIR.split("/"), STORE_NAME])
"""Parts of the store's path below the run's directory, which may itself be a link that the user made."""


class PlainFiles(LocalStore):
    """A store of a directory, for reading, that gives what is in plain files and refuses all else."""

    def __init__(self, root: str) -> None:
        super().__init__(root, read_only=True)

    async def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """What a file holds.

        Raises:
            ValueError: It is no file, or a link leads to it. To give nothing would be to say that it is zeros.
        """
        _require_plain(self.root, key)
        return await super().get(key, *args, **kwargs)

    def get_sync(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """As ``get``, for the versions of zarr that ask so."""
        _require_plain(self.root, key)
        return super().get_sync(key, *args, **kwargs)


def _require_plain(root: Path, key: str) -> None:
    path = root
    for _ in range(_BELOW_RUN):
        path = path.parent
    parts = (root / key).relative_to(path).parts
    for place, part in enumerate(parts):
        path = path / part
        try:
            mode = path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return  # a chunk that was never written
        if not (stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and place == len(parts) - 1)):
            raise ValueError("not a plain file")
