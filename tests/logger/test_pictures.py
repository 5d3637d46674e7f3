from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tensorboard_plugin_hidden.logger import pictures
from tensorboard_plugin_hidden.logger.pictures import full_size
from tensorboard_plugin_hidden.logger.thumbnails import Pictures, sprite


def noise(count: int, height: int, width: int) -> Pictures:
    rng = np.random.default_rng(0)
    return Pictures(rng.integers(0, 256, (count, 3, height, width), dtype=np.uint8))


def test_every_picture_comes_back_pixel_by_pixel() -> None:
    images = Pictures([Image.new("L", (65, 3), 9), *noise(2, 100, 30), Image.new("RGB", (5, 5), "red")])
    kept = full_size(images, sprite(images))
    assert kept is not None
    for png, image in zip(kept, images, strict=True):
        decoded = Image.open(io.BytesIO(png))
        assert decoded.mode == image.mode
        np.testing.assert_array_equal(np.asarray(decoded), np.asarray(image))


@pytest.mark.parametrize(("shape", "kept"), [((64, 64), False), ((8, 8), False), ((65, 64), True), ((2, 65), True)])
def test_pictures_no_larger_than_their_thumbnail_are_not_kept_twice(shape: tuple[int, int], kept: bool) -> None:
    images = noise(3, *shape)
    assert (full_size(images, sprite(images)) is not None) == kept


def test_all_or_none_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    images = noise(40, 70, 70)
    whole = full_size(images, sprite(images))
    assert whole is not None
    size = sum(len(png) for png in whole)
    monkeypatch.setattr(pictures, "MAX_BYTES", size)
    assert full_size(images, sprite(images)) == whole
    monkeypatch.setattr(pictures, "MAX_BYTES", size - 1)
    assert full_size(images, sprite(images)) is None


def test_far_too_many_are_found_out_from_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    images = noise(400, 70, 70)
    sheet = sprite(images)
    monkeypatch.setattr(pictures, "MAX_BYTES", 100_000)
    encoded = []
    encode = pictures._png
    monkeypatch.setattr(pictures, "_png", lambda picture: encoded.append(1) or encode(picture))
    assert full_size(images, sheet) is None
    assert len(encoded) <= 17
