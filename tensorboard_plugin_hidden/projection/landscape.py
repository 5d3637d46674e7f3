"""What the classifier decides over the plane, and where samples support that."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.ndimage import distance_transform_edt

from tensorboard_plugin_hidden.format.landscape import EntropyLandscape
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.geometry.outcomes import certainty
from tensorboard_plugin_hidden.projection.head import AffineHead, Head
from tensorboard_plugin_hidden.projection.inverse import SplineInverse
from tensorboard_plugin_hidden.projection.protocol import Decode, Inverse

CELLS = 128
"""Cells along a side."""

BLOCK = 4_096
"""Cells decided at once: bounds memory for wide layers and many classes."""

FINENESS = 0.5
"""Widest step of the grid on which a spline is decided, in units of its softness; cells lie in between.

Cubic interpolation then draws one cell in ten thousand in another class, and no confidence is off by a hundredth.
"""

MARGIN = 0.15
"""Room around the samples on each side, as a share of their larger extent."""

SUPPORT_FULL, SUPPORT_NONE = 2.0, 12.0
"""Distances to the nearest sample, in typical neighbour distances, where support starts to fade and where it ends.

A narrower fade follows every sample's outline and looks like a halo.
"""


def decision(inverse: Inverse, head: Head) -> Decode:
    """The logits over the plane: the inverse, then the head; in one step where the head is affine."""
    if isinstance(head, AffineHead):
        return inverse.through(head.weight, head.bias)
    return lambda positions: head(inverse(positions))


def square_bounds(positions: FloatArray) -> tuple[float, float, float, float]:
    """The square around all samples with a margin.

    Args:
        positions: float32 [n, 2], finite.

    Returns:
        x0, y0, x1, y1.
    """
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    extent = float((high - low).max()) or 1.0
    (x, y), half = (low + high) / 2, extent * (0.5 + MARGIN)
    return float(x - half), float(y - half), float(x + half), float(y + half)


def cell_centres(bounds: tuple[float, float, float, float], cells: int = CELLS) -> FloatArray:
    """Centres of the cells, float32 [cells², 2]: row by row from the lowest y, each from the lowest x."""
    x0, y0, x1, y1 = bounds
    steps = (np.arange(cells) + 0.5) / cells
    across, up = np.meshgrid(x0 + (x1 - x0) * steps, y0 + (y1 - y0) * steps)
    return np.stack([across, up], axis=-1).reshape(-1, 2).astype(np.float32)


def decided(decide: Decode, bounds: tuple[float, float, float, float], cells: int = CELLS) -> Iterator[FloatArray]:
    """What is decided at the centres of the cells.

    A spline bends no more sharply than its softness, so that where cells are finer it is asked on a coarser grid and
    interpolated from there.

    Args:
        decide: From places to vectors [m, C].
        bounds: x0, y0, x1, y1.
        cells: Along a side.

    Yields:
        float32 [m, C], the cells in the order of ``cell_centres``, together all of them.
    """
    x0, y0, x1, y1 = bounds
    knots = cells
    if isinstance(decide, SplineInverse):
        knots = min(cells, 1 + int(np.ceil(max(x1 - x0, y1 - y0) / (FINENESS * decide.softness))))
    if knots >= cells or knots < 4:
        centres = cell_centres(bounds, cells)
        for start in range(0, len(centres), BLOCK):
            yield decide(centres[start : start + BLOCK])
        return
    across, up = np.linspace(x0, x1, knots), np.linspace(y0, y1, knots)
    steps = (np.arange(cells) + 0.5) / cells
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(np.float32)
    coarse = decide(places).reshape(knots, knots, -1)
    along_rows = make_interp_spline(across, coarse, axis=1, check_finite=False)(x0 + (x1 - x0) * steps)
    spline = make_interp_spline(up, along_rows, axis=0, check_finite=False)
    rows = max(1, BLOCK // cells)
    for start in range(0, cells, rows):
        values = spline(y0 + (y1 - y0) * steps[start : start + rows])
        yield values.reshape(-1, coarse.shape[2]).astype(np.float32)


def distance_to_samples(
    positions: FloatArray, bounds: tuple[float, float, float, float], cells: int = CELLS
) -> FloatArray:
    """Distance from each cell to the nearest cell that holds a sample.

    Args:
        positions: float32 [n, 2], of the samples, within the bounds.
        bounds: x0, y0, x1, y1.
        cells: Along a side.

    Returns:
        float32 [cells, cells], in units of the map.
    """
    x0, y0, x1, _ = bounds
    side = (x1 - x0) / cells
    column, row = np.clip(((positions - np.array([x0, y0])) / side).astype(int), 0, cells - 1).T
    empty = np.ones((cells, cells), bool)
    empty[row, column] = False
    result: FloatArray = distance_transform_edt(empty, sampling=side).astype(np.float32)
    return result


def support(distances: FloatArray, neighbour_distance: float) -> FloatArray:
    """How near samples are: 1 within two typical neighbour distances, smoothly to 0 at twelve of them.

    s = 1 - (3t² - 2t³) with t the distance's place between the two, clipped to [0, 1].

    Args:
        distances: float32, any shape, to the nearest sample.
        neighbour_distance: Typical distance of a sample to its k-th neighbour in the map, above 0.

    Returns:
        float32 in [0, 1], of the same shape.
    """
    t = np.clip((distances / neighbour_distance - SUPPORT_FULL) / (SUPPORT_NONE - SUPPORT_FULL), 0, 1)
    result: FloatArray = (1 - t * t * (3 - 2 * t)).astype(np.float32)
    return result


def draw(
    decide: Decode,
    head: Head,
    positions: FloatArray,
    neighbour_distance: float,
    cells: int = CELLS,
    around: FloatArray | None = None,
) -> EntropyLandscape:
    """The landscape behind a map.

    Args:
        decide: Logits over the plane, see ``decision``.
        head: Where they come from.
        positions: float32 [n, 2], finite, of all samples in the map.
        neighbour_distance: Typical distance to the k-th neighbour in the map, in its units.
        cells: Along a side.
        around: float32 [m, 2], the places whose square is drawn, ``positions`` among them; default ``positions``.

    Returns:
        Classes, confidence, entropy and support on the grid.
    """
    bounds = square_bounds(positions if around is None else around)
    classes = np.empty(cells * cells, np.int32)
    confidence, entropy = np.empty(cells * cells, np.float32), np.empty(cells * cells, np.float32)
    start = 0
    for logits in decided(decide, bounds, cells):
        block = slice(start, start := start + len(logits))
        classes[block], confidence[block], entropy[block] = certainty(logits)
    side = (bounds[2] - bounds[0]) / cells
    return EntropyLandscape(
        bounds=bounds,
        classes=classes.reshape(cells, cells),
        confidence=confidence.reshape(cells, cells),
        support=support(distance_to_samples(positions, bounds, cells), max(neighbour_distance, side)),
        source=head.source,
        entropy=entropy.reshape(cells, cells),
    )
