"""How rows are cut into the chunks of an array: large enough for few files, small enough to read a part."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy.typing as npt
import zarr
from zarr.codecs import BloscCodec

_CHUNK_BYTES = 4 * 1024 * 1024
"""Bytes of one chunk before compression: large enough for few files, small enough to read a slice of a big layer."""

_SERIES_BYTES = 256 * 1024
"""Bytes of one chunk of a series before compression: few files for a long training, little to write anew for a row."""

_SERIES_ROWS = (64, 4096)
"""Rows of such a chunk, at least and at most."""

_SERIES_PIECE = 2048
"""Numbers of a long vector in one chunk, so that a reader who wants a part of them need not read all."""

ChunksOf = Callable[[npt.NDArray[Any]], tuple[int, ...]]
"""From a row to the shape of a chunk."""


def row_chunks(row: npt.NDArray[Any]) -> tuple[int, ...]:
    """Chunks of one row, cut along its first axis where it is large."""
    return (1, *_pieces(row, 1))


def series_chunks(row: npt.NDArray[Any]) -> tuple[int, ...]:
    """Chunks of many rows."""
    least, most = _SERIES_ROWS
    pieces = _pieces(row, least)
    if row.ndim == 1:
        pieces = (min(pieces[0], _SERIES_PIECE),)
    elif row.ndim == 3:
        pieces = (1, *pieces[1:])
    rows = _SERIES_BYTES // (row.itemsize * math.prod(pieces))
    return (max(least, min(most, 2 ** max(0, rows.bit_length() - 1))), *pieces)


def _pieces(row: npt.NDArray[Any], rows: int) -> tuple[int, ...]:
    """The shape of a row in one chunk, so that ``rows`` of them are not too large."""
    if not row.ndim:
        return ()
    pieces = [max(1, size) for size in row.shape]
    for axis, size in enumerate(pieces):
        bytes_per_entry = row.itemsize * rows * math.prod(pieces[axis + 1 :])
        pieces[axis] = max(1, min(size, _CHUNK_BYTES // bytes_per_entry))
        if bytes_per_entry <= _CHUNK_BYTES:
            break
    return tuple(pieces)


def create_array(parent: zarr.Group, name: str, row: npt.NDArray[Any], chunks: tuple[int, ...]) -> zarr.Array[Any]:
    """An array without rows yet.

    Args:
        parent: The group that it is to be in.
        name: Its name.
        row: One row, for its shape and dtype.
        chunks: The shape of a chunk.
    """
    return parent.create_array(
        name,
        shape=(0, *row.shape),
        chunks=chunks,
        dtype=row.dtype,
        compressors=BloscCodec(cname="lz4", clevel=3, shuffle="bitshuffle"),
        # To find chunks of zeros, which are not written otherwise, takes a third of the time.
        config={"write_empty_chunks": True},
    )
