"""Pictures of many sizes as two arrays of the store, so that one of them is read without the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.schema import PayloadRef
from tensorboard_plugin_hidden.format.store import StoreReader

PICTURES = "pictures"
"""Name of the store's group."""

_PNG, _ENDS = "png", "ends"


def encode_pictures(pictures: Sequence[bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a row: all bytes one after another, u1, and where each picture ends, i8 [N].

    >>> encode_pictures([b"ab", b"c"])["ends"].tolist()
    [2, 3]
    """
    ends = np.cumsum([len(picture) for picture in pictures], dtype=np.int64)
    return {_PNG: np.frombuffer(b"".join(pictures), np.uint8), _ENDS: ends}


def read_picture(store: StoreReader, reference: PayloadRef, row: int) -> bytes:
    """The bytes of one picture.

    Args:
        store: The store of the run.
        reference: Where the pictures are.
        row: The sample's row, from 0 to N - 1.

    Raises:
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    first = max(row - 1, 0)
    ends = store.read_part(reference, _ENDS, slice(first, row + 1)).tolist()
    begin = 0 if row == 0 else ends[0]
    return store.read_part(reference, _PNG, slice(begin, ends[-1])).tobytes()
