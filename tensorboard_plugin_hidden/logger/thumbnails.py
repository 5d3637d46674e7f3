"""Every probe image in one picture, so that a view fetches all thumbnails at once."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tensorboard_plugin_hidden.errors import HiddenError

MAX_TILE = 64
"""Longest side of a thumbnail in pixels."""

MIN_TILE = 32
"""Images whose longest side is shorter, in pixels, are enlarged by a whole factor to at least this."""

MAX_SPRITE = 4096
"""Longest side of the whole sprite in pixels: the smallest ``MAX_TEXTURE_SIZE`` WebGL2 devices have in practice."""

MIN_IMAGE = 4
"""Inputs with a shorter side, in pixels, are not taken for images."""

_DEEP_MODES = ("I", "F")
"""Modes of Pillow, and those that begin with ``I;``, whose values go beyond a byte: it clips them when converting."""


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


class Pictures(Sequence[Image.Image]):
    """Images of any depth, range and number of channels as grey or RGB pictures, each made when it is asked for.

    Bytes stay as they are. Other values are mapped to 0..255 by the smallest and largest finite value of all images
    together, so that normalised tensors look right and remain comparable. Transparency is laid on white; of two
    channels, or of more than four, the first, or the first three, are shown.

    Args:
        images: [N, C, H, W], [N, H, W, C] or [N, H, W] of any real type; or N of such arrays and of Pillow's pictures,
            of any size.

    Raises:
        HiddenError: An array has no shape of an image.
    """

    def __init__(self, images: npt.NDArray[Any] | Sequence[Any]) -> None:
        self._images = images
        self._low, self._high = math.inf, -math.inf
        for image in images:
            values = _deep(image)
            finite = None if values is None else values[np.isfinite(values)]
            if finite is not None and finite.size:
                self._low, self._high = min(self._low, float(finite.min())), max(self._high, float(finite.max()))

    def __len__(self) -> int:
        """How many."""
        return len(self._images)

    def __getitem__(self, place: Any) -> Any:
        """The picture at a place, or a list of those of a slice."""
        if isinstance(place, slice):
            return [self[i] for i in range(len(self))[place]]
        image = self._images[place]
        deep = _deep(image)
        if deep is None:
            return _flattened(image) if isinstance(image, Image.Image) else _picture(_shown(image))
        return _picture(_shown(_as_bytes(deep, self._low, self._high)))

    def __iter__(self) -> Iterator[Image.Image]:
        """One after the other."""
        return (self[i] for i in range(len(self)))

    def mode(self) -> str:
        """``L`` when all are grey, else ``RGB``."""
        return "L" if all(_is_grey(image) for image in self._images) else "RGB"

    def size(self, place: int) -> tuple[int, int]:
        """Width and height of a picture, in pixels."""
        image = self._images[place]
        if isinstance(image, Image.Image):
            return image.size
        height, width = image.shape[:2] if image.ndim == 2 or not _channels_first(image) else image.shape[1:]
        return width, height


def like_images(shape: Sequence[int]) -> bool:
    """Whether inputs of this shape are taken for images: [N, 1 or 3, H, W]."""
    return len(shape) == 4 and shape[1] in (1, 3) and min(shape[2:]) >= MIN_IMAGE


def sprite(images: Pictures | npt.NDArray[Any] | Sequence[Any]) -> Sprite:
    """Lays images out as one sprite.

    Args:
        images: At least one, as for ``Pictures``.

    Returns:
        The sprite; thumbnails keep their aspect, pictures of different sizes are centred on black.
    """
    pictures = images if isinstance(images, Pictures) else Pictures(images)
    limit = min(MAX_TILE, largest_tile(len(pictures)))
    sizes = [_fitted(pictures.size(i), limit) for i in range(len(pictures))]
    width, height = max(w for w, _ in sizes), max(h for _, h in sizes)
    columns = _columns(len(pictures), width, height)
    sheet = Image.new(pictures.mode(), (columns * width, math.ceil(len(pictures) / columns) * height))
    for i, (picture, size) in enumerate(zip(pictures, sizes, strict=True)):
        filter_ = Image.Resampling.NEAREST if size[0] >= picture.width else Image.Resampling.BOX
        row, column = divmod(i, columns)
        corner = (column * width + (width - size[0]) // 2, row * height + (height - size[1]) // 2)
        sheet.paste(picture.resize(size, filter_), corner)
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG")
    return Sprite(buffer.getvalue(), width, height, columns)


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


def _deep(image: Any) -> npt.NDArray[Any] | None:
    """Values that have to be mapped to bytes; None where the image is of bytes."""
    if isinstance(image, Image.Image):
        return np.asarray(image) if image.mode in _DEEP_MODES or image.mode.startswith("I;") else None
    if image.ndim not in (2, 3) or image.dtype.kind not in "biuf" or 0 in image.shape:
        raise HiddenError(
            "images have the wrong shape",
            expected="pictures, or real numbers [N, C, H, W], [N, H, W, C] or [N, H, W]",
            got=f"{image.dtype} of shape {image.shape} for one image",
            fix="Pass one picture for each sample, or leave images out.",
        )
    return None if image.dtype == np.uint8 else image


def _as_bytes(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    scale = 255.0 / (high - low) if high > low else 0.0
    scaled = (values.astype(np.float64) - (low if scale else 0.0)) * scale
    return np.nan_to_num(scaled, nan=0.0, posinf=0.0, neginf=0.0).round().clip(0, 255).astype(np.uint8)


def _channels_first(image: npt.NDArray[Any]) -> bool:
    """Whether the channels are the first of three axes: one that has as many as pictures have, or else the shorter."""
    first, last = int(image.shape[0]), int(image.shape[2])
    usual = (1, 3, 4)
    return first in usual if first in usual or last in usual else first <= last


def _shown(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """[H, W] or [H, W, 3] of an image of any number of channels."""
    if image.ndim == 2:
        return image
    pixels = np.moveaxis(image, 0, -1) if _channels_first(image) else image
    if pixels.shape[-1] < 3:
        return pixels[..., 0]
    if pixels.shape[-1] == 4:
        alpha = pixels[..., 3:].astype(np.uint16)
        return ((pixels[..., :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
    return pixels[..., :3]


def _picture(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels))


def _is_grey(image: Any) -> bool:
    if isinstance(image, Image.Image):
        return image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;")
    return image.ndim == 2 or int(image.shape[0] if _channels_first(image) else image.shape[-1]) < 3


def _flattened(image: Image.Image) -> Image.Image:
    """A picture of bytes as grey or RGB, on white where it is transparent."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if "A" in image.mode or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        flat = Image.alpha_composite(ground, layered)
        return flat.convert("L" if image.mode == "LA" else "RGB")
    return image.convert("RGB")
