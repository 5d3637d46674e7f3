"""The bulk tier: rows of time-stacked Zarr v3 arrays below ``<run>/plugins/hidden/store.zarr``.

Every writing session has its own group, so no two processes ever write to the same array. A row is complete before the
event that names it is written; rows no event names are never read.
"""

from __future__ import annotations

import itertools
import math
import os
import shutil
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import zarr
from zarr.codecs import BloscCodec, BytesCodec
from zarr.core.chunk_key_encodings import DefaultChunkKeyEncoding
from zarr.core.metadata import ArrayV3Metadata

from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.format.arrays import fits
from tensorboard_plugin_hidden.format.chunking import ChunksOf, create_array, row_chunks, series_chunks
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME
from tensorboard_plugin_hidden.format.last_work import work_without_threads
from tensorboard_plugin_hidden.format.limits import (
    MOST_CHUNK_BYTES,
    MOST_CHUNKS,
    MOST_READ_BYTES,
    UNCHECKED_BYTES,
)
from tensorboard_plugin_hidden.format.plain_files import open_files
from tensorboard_plugin_hidden.format.schema import PayloadRef

_KEEP_FREE = 16 * 1024 * 1024
"""Bytes that are left free on the disk: room for the run's own event file and checkpoints to fail politely."""


def store_path(run_dir: str) -> str:
    """Where the store of a run is; ``run_dir`` may be a URL that fsspec knows."""
    return "/".join([run_dir.rstrip("/"), ASSETS_DIR, STORE_NAME])


def group_name(session: str, kind: str, layer: str = "") -> str:
    """The path of a group; the layer's name is percent-encoded to be a file name on every system.

    >>> group_name("ab", "snapshot", "fc2:input")
    'ab/snapshot/fc2%3Ainput'
    """
    name = quote(layer, safe="@-_.")
    if not name.strip("."):
        name = name.replace(".", "%2E")  # a name that leads elsewhere
    return "/".join([session, kind, name] if name else [session, kind])


class StoreWriter:
    """Appends rows. One per process and session; safe to call from several threads.

    Args:
        run_dir: The run's directory.
    """

    def __init__(self, run_dir: str) -> None:
        self._root = store_path(run_dir)
        self._lock = threading.Lock()
        self._arrays: dict[str, dict[str, zarr.Array[Any]]] = {}
        self._generation: dict[str, int] = {}

    def append(self, group: str, arrays: Mapping[str, npt.NDArray[Any]]) -> PayloadRef:
        """Writes one row: every array gets one more entry along its first axis.

        When names, shapes or dtypes differ from those of the rows before, a new generation of the group begins.

        Args:
            group: From ``group_name``.
            arrays: The row, by name.

        Returns:
            Where the row is.

        Raises:
            HiddenError: The disk is full or the directory cannot be written.
        """
        return self._write(group, {name: array[None] for name, array in arrays.items()}, row_chunks)

    def extend(self, group: str, arrays: Mapping[str, npt.NDArray[Any]]) -> PayloadRef:
        """Writes rows of a series, whose chunks hold many rows each, since one row is little.

        Args:
            group: From ``group_name``; not one that ``append`` writes to.
            arrays: By name, each with the new rows along its first axis. Where a row is a vector, a part of it can be
                read alone, and where it has three axes, each entry of the first.

        Returns:
            Where the first of the rows is.

        Raises:
            HiddenError: As for ``append``.
        """
        return self._write(group, arrays, series_chunks)

    def _write(self, group: str, arrays: Mapping[str, npt.NDArray[Any]], chunks_of: ChunksOf) -> PayloadRef:
        with self._lock:
            self._require_space(sum(array.nbytes for array in arrays.values()))
            try:
                return self._append(group, arrays, chunks_of)
            except RuntimeError:  # the process ends
                work_without_threads()
                return self._append(group, arrays, chunks_of)
            except OSError as error:
                raise not_writable(self._root, error) from error

    def _append(self, group: str, arrays: Mapping[str, npt.NDArray[Any]], chunks_of: ChunksOf) -> PayloadRef:
        opened = self._arrays.get(group)
        if opened is None or not _same_layout(opened, arrays) or not self._there(group):
            self._generation[group] = self._generation.get(group, -1) + 1
            path = _generation_path(group, self._generation[group])
            parent = zarr.open_group(self._root, mode="a", path=path, zarr_format=3)
            opened = {name: create_array(parent, name, array[0], chunks_of(array[0])) for name, array in arrays.items()}
            self._arrays[group] = opened
        row = min((array.shape[0] for array in opened.values()), default=0)
        for name, array in arrays.items():
            target, end = opened[name], row + len(array)
            if target.shape[0] < end:
                target.resize((end, *array.shape[1:]))
            target[row:end] = array
        return PayloadRef(_generation_path(group, self._generation[group]), row)

    def _there(self, group: str) -> bool:
        """Whether the rows so far are where they were put, and nobody has removed them."""
        return Path(self._root, _generation_path(group, self._generation[group]), "zarr.json").exists()

    def _require_space(self, nbytes: int) -> None:
        directory = Path(self._root)
        while not directory.exists() and directory != directory.parent:
            directory = directory.parent
        free = shutil.disk_usage(directory).free
        if free < nbytes + _KEEP_FREE:
            raise HiddenError(
                "the disk is full",
                expected=f"{(nbytes + _KEEP_FREE) / 1e6:.1f} MB free below {self._root}",
                got=f"{free / 1e6:.1f} MB",
                fix="Free some space or log to another directory; what is logged so far is complete.",
            )


_UNREADABLE = (Exception,)
"""What zarr raises of what is absent, cut short, nested without end or of another program, and as its process ends:
nearly everything, since it was made for stores that one trusts."""


class StoreReader:
    """Reads rows of one store, and keeps the arrays it has opened.

    Args:
        run_dir: The run's directory, or a URL that fsspec knows.
    """

    def __init__(self, run_dir: str) -> None:
        self._files = open_files(store_path(run_dir))
        self._lock = threading.Lock()
        self._arrays: dict[str, dict[str, zarr.Array[Any]]] = {}
        self._series: dict[tuple[str, str], zarr.Array[Any]] = {}

    def read(self, reference: PayloadRef, names: Collection[str] | None = None) -> dict[str, npt.NDArray[Any]]:
        """One row, by name.

        Args:
            reference: Which row.
            names: The arrays that are wanted, of which those that there are come; None: all.

        Raises:
            MissingDataError: The store is not in this copy of the log directory, lacks the row, or is damaged.
        """
        arrays = self._row(reference)
        wanted = [name for name in arrays if names is None or name in names]
        return {name: self._values(reference, arrays[name]) for name in wanted}

    def read_part(self, reference: PayloadRef, name: str, part: slice) -> npt.NDArray[Any]:
        """A part of one array of a row, along its first axis: only its chunks are read.

        Args:
            reference: Which row.
            name: Which array.
            part: Which part of it.

        Raises:
            MissingDataError: As for ``read``, and when there is no such array.
        """
        arrays = self._row(reference)
        if name not in arrays:
            raise self._missing(reference)
        return self._values(reference, arrays[name], part=(part,))

    def read_rows(
        self, reference: PayloadRef, count: int, names: Collection[str] | None = None
    ) -> dict[str, npt.NDArray[Any]]:
        """Rows of a series, by name, each array with the rows along its first axis.

        Args:
            reference: The first row.
            count: How many, at least 1.
            names: As for ``read``.

        Raises:
            MissingDataError: As for ``read``.
        """
        arrays = self._row(PayloadRef(reference.group, reference.row + count - 1))
        rows = slice(reference.row, reference.row + count)
        wanted = [name for name in arrays if names is None or name in names]
        return {name: self._values(reference, arrays[name], rows=rows) for name in wanted}

    def read_series(self, group: str, name: str, rows: slice, *part: slice) -> npt.NDArray[Any]:
        """A part of one array of a series: only its chunks are read, and of other arrays nothing.

        Args:
            group: From a record's payload.
            name: Which array.
            rows: Which rows; both ends are given.
            part: Which part of the further axes.

        Raises:
            MissingDataError: As for ``read``, and when there is no such array.
        """
        reference = PayloadRef(group, rows.stop - 1)
        array = self._one(group, name, rows.stop)
        if array is None or array.shape[0] < rows.stop:
            raise self._missing(reference)
        return self._values(reference, array, rows=rows, part=part)

    def length(self, group: str, name: str, wanted: int) -> int:
        """How many rows an array of a series has; 0 where there is none.

        Args:
            group: As for ``read_series``.
            name: Which array.
            wanted: How many there should be: where fewer are known, the store is looked at again.
        """
        array = self._one(group, name, wanted)
        return 0 if array is None else int(array.shape[0])

    def _one(self, group: str, name: str, rows: int) -> zarr.Array[Any] | None:
        with self._lock:
            array = self._series.get((group, name))
            if array is None or array.shape[0] < rows:
                if ".." in group.split("/"):
                    return None
                try:
                    found = zarr.open_array(self._files, mode="r", path=f"{group}/{name}", zarr_format=3)
                    array = self._ours(found)
                except _UNREADABLE:
                    return None
                self._series[group, name] = array
        return array

    def _row(self, reference: PayloadRef) -> dict[str, zarr.Array[Any]]:
        with self._lock:
            arrays = self._arrays.get(reference.group)
            if arrays is None or any(array.shape[0] <= reference.row for array in arrays.values()):
                arrays = self._open(reference)
                self._arrays[reference.group] = arrays
        if not arrays or any(array.shape[0] <= reference.row for array in arrays.values()):
            raise self._missing(reference)
        return arrays

    def _values(
        self,
        reference: PayloadRef,
        array: zarr.Array[Any],
        *,
        rows: slice | None = None,
        part: tuple[slice, ...] = (),
    ) -> npt.NDArray[Any]:
        place = reference.row if rows is None else rows
        try:
            self._require_room(array, slice(place, place + 1) if isinstance(place, int) else place, part)
            return np.asarray(array[(place, *part)])
        except _UNREADABLE as error:
            raise self._missing(reference) from error

    def _require_room(self, array: zarr.Array[Any], rows: slice, part: tuple[slice, ...]) -> None:
        """Takes no memory for what is not there.

        Raises:
            ValueError: The part is larger than any of ours, or than what the files can hold.
        """
        slices = [rows, *part, *[slice(None)] * (array.ndim - 1 - len(part))]
        spans = [one.indices(size)[:2] for one, size in zip(slices, array.shape, strict=True)]
        nbytes = array.dtype.itemsize * math.prod(max(0, stop - start) for start, stop in spans)
        chunks = [
            range(start // size, -(-max(start, stop) // size))
            for (start, stop), size in zip(spans, array.chunks, strict=True)
        ]
        if nbytes > MOST_READ_BYTES or math.prod(len(one) for one in chunks) > MOST_CHUNKS:
            raise ValueError("more than this package writes")
        if nbytes > UNCHECKED_BYTES:
            keys = ("/".join([array.path, "c", *map(str, place)]) for place in itertools.product(*chunks))
            self._files.require_room(keys, nbytes)

    def _ours(self, array: zarr.Array[Any]) -> zarr.Array[Any]:
        """An array as this package writes it: numbers of Zarr v3, by its own codecs; others may run code.

        Raises:
            ValueError: It is another.
        """
        metadata = array.metadata
        if not isinstance(metadata, ArrayV3Metadata) or array.dtype.kind not in "biuf" or not array.ndim:
            raise ValueError("not an array of numbers of Zarr v3")
        if [type(codec) for codec in metadata.codecs] != [BytesCodec, BloscCodec] or metadata.storage_transformers:
            raise ValueError("a codec that this package does not write")
        if metadata.chunk_key_encoding != DefaultChunkKeyEncoding(separator="/"):
            raise ValueError("chunks in other places")
        nbytes = array.dtype.itemsize * math.prod(array.chunks)  # of another grid than the regular one there are none
        if not 0 < nbytes <= MOST_CHUNK_BYTES:
            raise ValueError("chunks larger than this package writes")
        if not fits(array.path, array.dtype, array.ndim):
            raise ValueError("not what an array of its name holds")
        self._files.chunks.expect(array.path, nbytes)
        return array

    def _open(self, reference: PayloadRef) -> dict[str, zarr.Array[Any]]:
        if ".." in reference.group.split("/"):
            raise self._missing(reference)
        try:
            group = zarr.open_group(self._files, mode="r", path=reference.group, zarr_format=3, use_consolidated=False)
            return {name: self._ours(array) for name, array in group.arrays()}
        except _UNREADABLE as error:
            raise self._missing(reference) from error

    def _missing(self, reference: PayloadRef) -> MissingDataError:
        return MissingDataError(
            "the arrays are not in this copy of the log directory",
            expected=f"row {reference.row} of {reference.group} in {ASSETS_DIR}/{STORE_NAME} of the run",
            got="no such row",
            fix=f"Copy the run's {ASSETS_DIR} directory along with its event files.",
        )


def not_writable(path: str, error: OSError) -> HiddenError:
    """The error for a directory that refuses to be written."""
    return HiddenError(
        "the log directory cannot be written",
        expected=f"a writable directory at {path}",
        got=error.strerror or str(error),
        fix="Change its permissions, free space on the disk, or log to another directory.",
    )


def require_writable(run_dir: str) -> None:
    """Fails early where the assets of a run could not be written.

    Raises:
        HiddenError: The directory cannot be made or written.
    """
    assets = Path(run_dir, ASSETS_DIR)
    try:
        assets.mkdir(parents=True, exist_ok=True)
        trial = assets / f".writable-{os.getpid()}"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise not_writable(str(assets), error) from error


def _generation_path(group: str, generation: int) -> str:
    return f"{group}~{generation}" if generation else group


def _same_layout(opened: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
    return opened.keys() == arrays.keys() and all(
        opened[name].shape[1:] == array.shape[1:] and opened[name].dtype == array.dtype
        for name, array in arrays.items()
    )
