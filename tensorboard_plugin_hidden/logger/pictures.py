"""The probe's images at their full size, for a look at one sample that its thumbnail is too small for."""

from __future__ import annotations

import io

from PIL import Image

from tensorboard_plugin_hidden.logger.thumbnails import Pictures, Sprite

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of all pictures of a probe, as PNG; a probe with more keeps none of them."""

_TRIAL = 16
"""Pictures, evenly spread, from which it is estimated whether all fit: encoding one of 224 x 224 takes some 10 ms."""

_CLEARLY = 1.5
"""How many times ``MAX_BYTES`` the estimate must be for the rest not to be tried."""


def full_size(pictures: Pictures, thumbnails: Sprite) -> tuple[bytes, ...] | None:
    """Every picture as a PNG of its own.

    Args:
        pictures: N pictures of any size.
        thumbnails: What they look like small.

    Returns:
        N PNGs; None when no picture is larger than its thumbnail's tile, or all take more than ``MAX_BYTES``.
    """
    tile = thumbnails.tile_width, thumbnails.tile_height
    sizes = map(pictures.size, range(len(pictures)))
    if not any(width > tile[0] or height > tile[1] for width, height in sizes):
        return None
    trial = pictures[:: max(1, len(pictures) // _TRIAL)]
    mean = sum(len(_png(picture)) for picture in trial) / len(trial)
    if mean * len(pictures) > _CLEARLY * MAX_BYTES:
        return None
    kept, size = [], 0
    for picture in pictures:
        kept.append(_png(picture))
        size += len(kept[-1])
        if size > MAX_BYTES:
            return None
    return tuple(kept)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()
