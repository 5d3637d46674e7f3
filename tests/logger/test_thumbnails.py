from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tensorboard_plugin_hidden.logger.thumbnails import MAX_SPRITE, Sprite, largest_tile, sprite


def tile(sheet: Sprite, i: int) -> np.ndarray:
    pixels = np.asarray(Image.open(io.BytesIO(sheet.png)))
    row, column = divmod(i, sheet.columns)
    top, left = row * sheet.tile_height, column * sheet.tile_width
    return pixels[top : top + sheet.tile_height, left : left + sheet.tile_width]


def test_tiny_images_are_enlarged_by_a_whole_factor_and_keep_their_order() -> None:
    images = np.random.default_rng(0).integers(0, 256, (7, 1, 8, 8), dtype=np.uint8)
    sheet = sprite(images)
    assert (sheet.tile_width, sheet.tile_height) == (32, 32)
    for i in range(7):
        np.testing.assert_array_equal(tile(sheet, i), np.kron(images[i, 0], np.ones((4, 4), np.uint8)))


def test_values_are_mapped_by_the_range_of_all_images() -> None:
    images = np.zeros((2, 3, 32, 32), np.float32)
    images[0], images[1] = -2.0, 2.0
    images[1, 0, 0, 0], images[1, 0, 0, 1] = 0.0, np.nan
    sheet = sprite(images)
    assert tile(sheet, 0).max() == 0
    assert tile(sheet, 1)[1:].min() == 255
    assert tile(sheet, 1)[0, 0].tolist() == [128, 255, 255]
    assert tile(sheet, 1)[0, 1].tolist() == [0, 255, 255]


def test_bytes_are_not_stretched() -> None:
    assert np.unique(tile(sprite(np.full((1, 1, 32, 32), 7, np.uint8)), 0)).tolist() == [7]


def test_constant_values_make_a_picture() -> None:
    assert tile(sprite(np.full((1, 1, 32, 32), 3.5, np.float32)), 0).max() == 0


@pytest.mark.parametrize(
    ("shape", "size"), [((100, 200), (64, 32)), ((200, 100), (32, 64)), ((28, 28), (56, 56)), ((300, 2), (1, 64))]
)
def test_aspect_is_kept(shape: tuple[int, int], size: tuple[int, int]) -> None:
    sheet = sprite(np.zeros((3, 3, *shape), np.float32))
    assert (sheet.tile_width, sheet.tile_height) == size


def test_pictures_of_different_sizes_are_centred() -> None:
    sheet = sprite([Image.new("RGB", (64, 64), "white"), Image.new("L", (64, 32), 255)])
    second = tile(sheet, 1)
    assert second.shape == (64, 64, 3)
    assert second[16:48].min() == 255
    assert second[:16].max() == second[48:].max() == 0


@pytest.mark.parametrize(("count", "shape"), [(5000, (40, 64)), (4100, (64, 64)), (3, (64, 1))])
def test_the_sprite_is_bounded_and_holds_every_image(count: int, shape: tuple[int, int]) -> None:
    sheet = sprite(np.zeros((count, 1, *shape), np.uint8))
    width, height = Image.open(io.BytesIO(sheet.png)).size
    assert max(width, height) <= MAX_SPRITE
    assert (width // sheet.tile_width) * (height // sheet.tile_height) >= count
    assert width == sheet.columns * sheet.tile_width


def test_many_images_shrink_the_tiles() -> None:
    assert largest_tile(4096) == 64
    assert largest_tile(4097) == 63
    assert largest_tile(10**9) == 1


RAMP = np.linspace(0, 4095, 4096).reshape(64, 64)


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(RAMP.astype(np.uint16)),
        Image.fromarray(RAMP.astype(np.int32)),
        Image.fromarray((RAMP / 4095).astype(np.float32)),
        RAMP.astype(np.uint16),
        (RAMP / 4095).astype(np.float16)[None],
        (RAMP / 2048 - 1)[..., None],
        np.stack([RAMP, RAMP]).astype(np.int64),
    ],
)
def test_every_depth_and_range_uses_all_greys(image: object) -> None:
    pixels = tile(sprite([image] * 3), 2)
    assert pixels.shape == (64, 64)
    assert len(np.unique(pixels)) > 200
    assert (pixels == 255).mean() < 0.02
    assert (np.diff(pixels.ravel().astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (np.zeros((64, 64, 3), np.uint8), "RGB"),
        (np.zeros((4, 64, 64), np.uint8), "RGB"),
        (np.zeros((13, 64, 64), np.float32), "RGB"),
        (np.zeros((2, 64, 64), np.uint8), "L"),
        (np.zeros((64, 64), bool), "L"),
        (Image.new("CMYK", (64, 64)), "RGB"),
        (Image.new("P", (64, 64)), "RGB"),
        (Image.new("1", (64, 64)), "L"),
        (Image.new("LA", (64, 64)), "L"),
        (Image.new("RGBA", (64, 64)), "RGB"),
    ],
)
def test_every_number_of_channels_is_a_picture(image: object, mode: str) -> None:
    sheet = Image.open(io.BytesIO(sprite([image] * 2).png))
    assert (sheet.mode, sheet.size) == (mode, (128, 64))


def test_what_is_transparent_is_white() -> None:
    layered = np.zeros((4, 64, 64), np.uint8)
    layered[:, :32] = [[[200]], [[0]], [[0]], [[255]]]
    for image in (layered, Image.fromarray(np.moveaxis(layered, 0, -1))):
        pixels = tile(sprite([image]), 0)
        assert pixels[0, 0].tolist() == [200, 0, 0]
        assert pixels[-1, -1].tolist() == [255, 255, 255]
