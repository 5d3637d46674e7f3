"""The files of a store, read as a stranger's.

A link may lead to any file of this machine, a pipe never ends, and a kilobyte may claim to be a gigabyte. A file is
opened link by link from the run's directory down, looked at, and read by what was opened: nobody can put another in its
place meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import stat
import struct
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from zarr.abc.store import RangeByteRequest
from zarr.core.buffer import default_buffer_prototype
from zarr.storage import FsspecStore, LocalStore, WrapperStore

from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME
from tensorboard_plugin_hidden.format.limits import MOST_ARRAYS, MOST_METADATA_BYTES, MOST_RATIO

_BELOW_RUN = len([*ASSETS_DIR.split("/"), STORE_NAME])
"""Parts of the store's path below the run's directory, which may itself be a link that the user made."""

_METADATA = "zarr.json"

_HEADER = struct.Struct("<BBBBIII")
"""Of a Blosc chunk: version, version of the codec, flags, item size, bytes before compression, of a block, after it."""

_LZ4 = 1
"""The codec, in the upper three bits of the flags."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Chunks:
    """How large the chunks of each array are, as far as arrays are known."""

    def __init__(self) -> None:
        self._bytes: dict[str, int] = {}

    def expect(self, array: str, nbytes: int) -> None:
        """Takes note of an array.

        Args:
            array: Its path below the store's root.
            nbytes: Of a chunk before compression.
        """
        self._bytes[array] = nbytes

    def most(self, key: str) -> int:
        """The most bytes that a file can have.

        Raises:
            ValueError: It is a chunk of an array that is not known.
        """
        if _is_metadata(key):
            return MOST_METADATA_BYTES
        return self._of(key) + _HEADER.size

    def require(self, key: str, data: bytes | None) -> None:
        """Checks a file before it is parsed or decompressed.

        Raises:
            ValueError: It is a chunk that is not there, of which zarr would make zeros; or not as this package writes
                them: LZ4 in Blosc, of the size that the array says.
        """
        if _is_metadata(key):
            return
        if data is None or len(data) < _HEADER.size:
            raise ValueError("a chunk is missing or cut short")
        _, _, flags, _, nbytes, _, compressed = _HEADER.unpack_from(data)
        if flags >> 5 != _LZ4 or nbytes != self._of(key) or compressed != len(data):
            raise ValueError("a chunk is not what its array says")

    def _of(self, key: str) -> int:
        known = self._bytes.get(key.rpartition("/c/")[0])
        if known is None:
            raise ValueError("a file of no known array")
        return known


class PlainFiles(LocalStore):
    """A store of a directory, for reading, that gives what is in plain files and refuses all else.

    Args:
        root: The store's directory.

    Attributes:
        chunks: What is known of its arrays.
    """

    def __init__(self, root: str) -> None:
        super().__init__(root, read_only=True)
        self.chunks = Chunks()

    async def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """What a file holds.

        Raises:
            ValueError: It is no plain file, a link leads to it, or it is not as ``chunks`` expects.
        """
        return await asyncio.to_thread(self.get_sync, key, *args, **kwargs)

    def get_sync(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """As ``get``, for the versions of zarr that ask so."""
        data = self._read(key, self.chunks.most(key))
        self.chunks.require(key, data)
        return None if data is None else default_buffer_prototype().buffer.from_bytes(data)

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Names of what is in a group.

        Raises:
            ValueError: They are more than of any of ours.
        """
        count = 0
        async for name in super().list_dir(prefix):
            count += 1
            if count > MOST_ARRAYS:
                raise ValueError("more arrays than this package writes")
            yield name

    def require_room(self, keys: Iterable[str], nbytes: int) -> None:
        """Checks that files are large enough for what they are said to hold, before memory is taken for it.

        Args:
            keys: The chunks.
            nbytes: Of all of them before compression.

        Raises:
            ValueError: They cannot hold as much, or one is missing.
        """
        there = 0
        for key in keys:
            try:
                size = (self.root / key).lstat().st_size
            except OSError as error:
                raise ValueError("a chunk is missing") from error
            if size > self.chunks.most(key):
                raise ValueError("a file is larger than it can be")
            there += size
        if nbytes > MOST_RATIO * there:
            raise ValueError("more is claimed than the files can hold")

    def _read(self, key: str, most: int) -> bytes | None:
        parts = [*self.root.parts[-_BELOW_RUN:], *key.split("/")]
        if ".." in parts:
            raise ValueError("not a plain file")
        try:
            file = _opened(self.root.parents[_BELOW_RUN - 1], parts)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ValueError("not a plain file") from error
        with os.fdopen(file, "rb") as opened:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise ValueError("not a plain file")
            if found.st_size > most:
                raise ValueError("a file is larger than it can be")
            return opened.read(most)


class RemoteFiles(WrapperStore[FsspecStore]):
    """The same of a URL that fsspec knows; there are neither links nor pipes.

    Args:
        store: The store, or its URL.
    """

    def __init__(self, store: FsspecStore | str) -> None:
        super().__init__(FsspecStore.from_url(store, read_only=True) if isinstance(store, str) else store)
        self.chunks = Chunks()

    async def get(self, key: str, prototype: Any = None, byte_range: Any = None) -> Any:
        """What a file holds.

        Raises:
            ValueError: It is not as ``chunks`` expects.
        """
        most = self.chunks.most(key)
        found = await self._store.get(key, prototype or default_buffer_prototype(), RangeByteRequest(0, most + 1))
        data = None if found is None else found.to_bytes()
        if data is not None and len(data) > most:
            raise ValueError("a file is larger than it can be")
        self.chunks.require(key, data)
        return found

    def require_room(self, keys: Iterable[str], nbytes: int) -> None:
        """As of ``PlainFiles``; nothing is checked, since each question costs a journey."""


def open_files(root: str) -> PlainFiles | RemoteFiles:
    """The files of a store, of a directory or a URL."""
    return RemoteFiles(root) if "://" in root else PlainFiles(root)


def _is_metadata(key: str) -> bool:
    return key.rpartition("/")[2] == _METADATA


def _opened(directory: Path, parts: list[str]) -> int:
    """A file of a directory, opened for reading without following any link below the directory."""
    if os.open not in os.supports_dir_fd:  # Windows
        for place in range(len(parts)):
            if stat.S_ISLNK(directory.joinpath(*parts[: place + 1]).lstat().st_mode):
                raise OSError("a link")
        return os.open(directory.joinpath(*parts), _FLAGS)
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    for place, part in enumerate(parts):
        above = file
        try:
            file = os.open(part, _FLAGS | (os.O_DIRECTORY if place < len(parts) - 1 else 0), dir_fd=above)
        finally:
            os.close(above)
    return file
