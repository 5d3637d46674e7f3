"""Every probe image in one picture, so that a view fetches all thumbnails at once."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

MAX_TILE = 64
"""Longest side of a thumbnail in pixels."""

MIN_TILE = 32
"""Images whose longest side is shorter, in pixels, are enlarged by a whole factor to at least this."""

MAX_SPRITE = 4096
"""Longest side of the whole sprite in pixels: the smallest ``MAX_TEXTURE_SIZE`` WebGL2 devices have in practice."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """Thumbnails of equal size in one PNG, row by row: image i is in row ``i // columns``, column ``i % columns``.

    Attributes:
        png: The encoded picture, grey or RGB.
        tile_width: Width of each thumbnail in pixels.
        tile_height: Height of each thumbnail in pixels.
        columns: Thumbnails in a row.
    """

    png: bytes
    tile_width: int
    tile_height: int
    columns: int


def sprite(images: npt.NDArray[np.generic] | Sequence[Image.Image]) -> Sprite:
    """Lays images out as one sprite.

    Args:
        images: As for ``as_pictures``. At least one.

    Returns:
        The sprite; thumbnails keep their aspect, pictures of different sizes are centred on black.
    """
    pictures = as_pictures(images)
    mode = "L" if all(picture.mode == "L" for picture in pictures) else "RGB"
    limit = min(MAX_TILE, largest_tile(len(pictures)))
    sizes = [_fitted(picture.size, limit) for picture in pictures]
    width, height = max(w for w, _ in sizes), max(h for _, h in sizes)
    columns = _columns(len(pictures), width, height)
    sheet = Image.new(mode, (columns * width, math.ceil(len(pictures) / columns) * height))
    for i, (picture, size) in enumerate(zip(pictures, sizes, strict=True)):
        filter_ = Image.Resampling.NEAREST if size[0] >= picture.width else Image.Resampling.BOX
        row, column = divmod(i, columns)
        corner = (column * width + (width - size[0]) // 2, row * height + (height - size[1]) // 2)
        sheet.paste(picture.resize(size, filter_), corner)
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG")
    return Sprite(buffer.getvalue(), width, height, columns)


def as_pictures(images: npt.NDArray[np.generic] | Sequence[Image.Image]) -> list[Image.Image]:
    """Images as grey or RGB pictures.

    Arrays of anything but bytes are mapped to 0..255 by the smallest and largest finite value of all images
    together, so that normalised tensors look right and remain comparable.

    Args:
        images: [N, C, H, W] with C = 1 or 3, any real dtype; or pictures of any size.
    """
    return _pictures(images) if isinstance(images, np.ndarray) else [_plain(image) for image in images]


def largest_tile(count: int) -> int:
    """The longest side, in pixels, at which ``count`` square tiles fit into the sprite.

    >>> largest_tile(4096), largest_tile(20_000)
    (64, 28)
    """
    return max(1, MAX_SPRITE // math.ceil(math.sqrt(count)))


def _columns(count: int, width: int, height: int) -> int:
    # The most nearly square sheet: columns * width = rows * height and columns * rows = count.
    return min(math.ceil(math.sqrt(count * height / width)), count, MAX_SPRITE // width)


def _fitted(size: tuple[int, int], limit: int) -> tuple[int, int]:
    longest = max(size)
    if longest > limit:
        return max(1, size[0] * limit // longest), max(1, size[1] * limit // longest)
    factor = max(1, min(math.ceil(MIN_TILE / longest), limit // longest))
    return size[0] * factor, size[1] * factor


def _plain(image: Image.Image) -> Image.Image:
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _pictures(images: npt.NDArray[np.generic]) -> list[Image.Image]:
    pixels = np.moveaxis(_as_bytes(images), 1, -1)
    grey = pixels.shape[-1] == 1
    return [Image.fromarray(np.ascontiguousarray(p[..., 0] if grey else p)) for p in pixels]


def _as_bytes(images: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return images.astype(np.uint8, copy=False)
    values = images.astype(np.float32)
    finite = np.isfinite(values)
    low = float(values.min(where=finite, initial=math.inf))
    high = float(values.max(where=finite, initial=-math.inf))
    scale = 255.0 / (high - low) if high > low else 0.0
    return np.where(finite, (values - low) * scale, 0.0).round().clip(0, 255).astype(np.uint8)
