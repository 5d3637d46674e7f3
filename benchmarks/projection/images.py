"""Synthetic images that a small network finds neither trivial nor hopeless: gratings, masks, jitter and noise.

No download, no licence, any number of classes; the same seed gives the same images.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

SIDE = 16
"""Pixels along an edge."""

ORIENTATIONS_OF_TEN = 4
"""Orientations of the ten-class family; times three masks, of which ten combinations are classes."""

ORIENTATIONS_OF_HUNDRED = 5
"""Orientations of each of two gratings of the hundred-class family; times four colours."""

COLOURS = np.array([[1.0, 0.2, 0.2], [0.2, 1.0, 0.2], [0.2, 0.2, 1.0], [0.8, 0.8, 0.1]], np.float32)

TURN = 0.13
"""Standard deviation of a grating's orientation about its class's, in radians."""


def draw_images(count: int, classes: int, noise: float, seed: int) -> tuple[FloatArray, IntArray]:
    """Draws images of classes chosen at random.

    Args:
        count: How many.
        classes: 10 (orientation x mask) or 100 (orientation x orientation x colour).
        noise: Standard deviation of the noise on each pixel; a grating's amplitude is 1.
        seed: Of everything.

    Returns:
        Images, float32 [count, 3, 16, 16], and classes, int32 [count].
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count).astype(np.int32)
    if classes == 10:
        mask = _masks(labels // ORIENTATIONS_OF_TEN, rng)
        colour = COLOURS[rng.integers(0, len(COLOURS), count)]
        shape = mask * _gratings(labels % ORIENTATIONS_OF_TEN, ORIENTATIONS_OF_TEN, rng)
    else:
        mask = _masks(np.zeros(count, np.int32), rng)
        inner, outer = labels % ORIENTATIONS_OF_HUNDRED, labels // ORIENTATIONS_OF_HUNDRED % ORIENTATIONS_OF_HUNDRED
        colour = COLOURS[labels // ORIENTATIONS_OF_HUNDRED**2]
        shape = mask * _gratings(inner, ORIENTATIONS_OF_HUNDRED, rng)
        shape += (1 - mask) * _gratings(outer, ORIENTATIONS_OF_HUNDRED, rng)
    brightness = rng.uniform(0.6, 1.2, (count, 1, 1, 1)).astype(np.float32)
    images = brightness * colour[:, :, None, None] * shape[:, None]
    images += noise * rng.standard_normal(images.shape, np.float32)
    return images, labels


def _gratings(kind: npt.NDArray[np.integer], kinds: int, rng: np.random.Generator) -> FloatArray:
    """Sinusoids [N, 16, 16] of ``kinds`` evenly spaced orientations, of random phase and slightly random period."""
    count = len(kind)
    angle = np.pi * kind / kinds + TURN * rng.standard_normal(count)
    period = rng.uniform(3.5, 5.5, count)
    phase = rng.uniform(0, 2 * np.pi, count)
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    along = np.cos(angle)[:, None, None] * across + np.sin(angle)[:, None, None] * down
    waves: FloatArray = np.sin(2 * np.pi * along / period[:, None, None] + phase[:, None, None]).astype(np.float32)
    return waves


def _masks(kind: npt.NDArray[np.integer], rng: np.random.Generator) -> FloatArray:
    """Where the first grating shows, [N, 16, 16] of 0 and 1: a disc, a ring or a band, about a random place."""
    count = len(kind)
    middle = SIDE / 2 - 0.5 + rng.uniform(-2.5, 2.5, (2, count, 1, 1))
    down, across = np.mgrid[:SIDE, :SIDE][:, None]
    distance = np.hypot(down - middle[0], across - middle[1])
    size = rng.uniform(0.85, 1.15, (count, 1, 1))
    disc = distance < 5 * size
    ring = (distance > 3.5 * size) & (distance < 7 * size)
    band = np.abs(across - middle[1]) < 3 * size
    chosen = np.choose(kind[:, None, None], [disc, ring, band])
    return np.asarray(chosen, np.float32)
