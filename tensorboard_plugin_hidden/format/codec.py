"""The container: named arrays and a little JSON in one byte string, the same in events and over HTTP.

Layout in ``docs/http_api.md``. numpy only.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError, NewerFormatError
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION
from tensorboard_plugin_hidden.format.fields import Form, Name, read_fields
from tensorboard_plugin_hidden.format.limits import MOST_INFLATED

Arrays = Mapping[str, npt.NDArray[Any]]

MAGIC = b"HIDN"
_PREFIX = struct.Struct("<4sHHII")
_ALIGN = 8
_DTYPES = ("u1", "u2", "u4", "i4", "i8", "f2", "f4", "f8")
_MIN_DEFLATE = 512
"""Arrays of fewer bytes are not worth deflating."""


def can_pack(array: npt.NDArray[Any]) -> bool:
    """Whether a container can hold an array of this type."""
    return array.dtype.newbyteorder("<").str[1:] in _DTYPES


def pack(arrays: Arrays, meta: Mapping[str, Any] | None = None, *, compress: bool = False) -> bytes:
    """Puts named arrays and JSON-able ``meta`` into one container.

    Args:
        arrays: Arrays of the dtypes ``u1 u2 u4 i4 i8 f2 f4 f8``, any shape.
        meta: JSON-able values that travel in the header.
        compress: Deflates every array that shrinks by at least a tenth.

    Returns:
        The container's bytes.

    Raises:
        HiddenError: An array has another dtype.

    >>> unpack(pack({"a": np.arange(3, dtype=np.uint8)}, {"x": 1}))
    ({'a': array([0, 1, 2], dtype=uint8)}, {'x': 1})
    """
    entries, bodies, offset = [], [], 0
    for name, array in arrays.items():
        dtype = array.dtype.newbyteorder("<").str[1:]
        if dtype not in _DTYPES:
            raise HiddenError(
                f"array {name!r} cannot be stored",
                expected=f"a dtype of {', '.join(_DTYPES)}",
                got=str(array.dtype),
                fix="Convert it before packing.",
            )
        body = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
        entry: dict[str, Any] = {"name": name, "dtype": dtype, "shape": list(array.shape), "offset": offset}
        if compress and len(body) >= _MIN_DEFLATE:
            deflated = zlib.compress(body, 6)
            if len(deflated) < 0.9 * len(body):
                body, entry["codec"] = deflated, "zlib"
        entry["nbytes"] = len(body)
        entries.append(entry)
        padding = bytes(-len(body) % _ALIGN)
        bodies += [body, padding]
        offset += len(body) + len(padding)
    header = json.dumps({"arrays": entries, "meta": dict(meta or {})}, separators=(",", ":")).encode()
    header += b" " * (-(_PREFIX.size + len(header)) % _ALIGN)
    return b"".join([_PREFIX.pack(MAGIC, FORMAT_VERSION, 0, len(header), 0), header, *bodies])


def unpack(data: bytes) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Takes a container apart.

    Args:
        data: What ``pack`` gave.

    Returns:
        The arrays by name (read-only views where the array was not deflated) and ``meta``.

    Raises:
        HiddenError: The bytes are no container, are cut short, or are newer than this reader.
    """
    if len(data) < _PREFIX.size or data[:4] != MAGIC:
        raise _broken("the magic bytes HIDN", repr(bytes(data[:4])))
    _, version, _, header_length, _ = _PREFIX.unpack_from(data)
    if version > FORMAT_VERSION:
        raise newer_format(version)
    start = _PREFIX.size + header_length
    try:
        header = json.loads(data[_PREFIX.size : start])
        entries = [read_fields(_Entry, entry) for entry in header["arrays"]]
        if sum(entry.inflated for entry in entries if entry.codec) > MOST_INFLATED:
            raise ValueError("more is deflated than this package deflates")
        if not isinstance(header["meta"], dict):
            raise ValueError("meta is no object")
        return {entry.name: _array(data, start, entry) for entry in entries}, header["meta"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise _broken("a header and the arrays it names", f"{len(data)} bytes ({error})"[:300]) from error


def newer_format(version: int) -> NewerFormatError:
    """The refusal of data from the future, naming both versions."""
    return NewerFormatError(
        "the data was written by a newer tensorboard-plugin-hidden",
        expected=f"format {FORMAT_VERSION} or older",
        got=f"format {version}",
        fix="Upgrade the plugin where TensorBoard runs: pip install -U tensorboard-plugin-hidden.",
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One array of a container's header.

    Attributes:
        inflated: Bytes of the array itself.
    """

    name: Name
    dtype: Annotated[str, Form("|".join(_DTYPES))]
    shape: tuple[int, ...]
    offset: int
    nbytes: int
    codec: Annotated[str, Form("zlib")] | None = None

    @property
    def inflated(self) -> int:
        return int(self.dtype[1:]) * math.prod(self.shape)


def _array(data: bytes, start: int, entry: _Entry) -> npt.NDArray[Any]:
    begin = start + entry.offset
    body: bytes | memoryview = memoryview(data)[begin : begin + entry.nbytes]
    if entry.codec:
        body = zlib.decompressobj().decompress(body, entry.inflated + 1)
    if len(body) != entry.inflated:
        raise ValueError(f"array {entry.name[:60]!r} is cut short, or of another shape")
    return np.frombuffer(body, dtype="<" + entry.dtype).reshape(entry.shape)


def _broken(expected: str, got: str) -> HiddenError:
    return HiddenError(
        "a payload is damaged", expected=expected, got=got, fix="Copy the log directory again, or log the step again."
    )
