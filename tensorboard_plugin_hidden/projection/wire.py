"""Messages between the training process and its projector: length, then bytes, over a pipe."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LENGTH = struct.Struct("<I")


def send(pipe: BinaryIO, message: bytes) -> None:
    """Writes one message.

    Raises:
        OSError: The other side is gone.
    """
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """Reads one message; None when the other side has closed the pipe or died in the middle of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None
