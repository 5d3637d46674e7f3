"""Islands of the landscape that no sample stands on: a reader takes them for something the network knows.

Imports numpy and the package's own format and measures only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.frame import Landscape
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray

SUPPORTED = 0.5
"""Support from which a cell counts as standing on samples."""


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """Regions without a sample of their class.

    Attributes:
        regions: How many reach into the supported part of the plane.
        share: Their share of the supported area; NaN without any support.
    """

    regions: int
    share: float


def supported(landscape: Landscape) -> BoolArray:
    """Which cells stand on samples: bool [G, G]."""
    return np.asarray(landscape.support >= SUPPORTED)


def cell_of(landscape: Landscape, positions: FloatArray) -> npt.NDArray[np.intp]:
    """Row and column of the cell that holds each position; the nearest cell for one outside the bounds.

    Args:
        landscape: Gives bounds and cells.
        positions: float32 [N, 2], finite.

    Returns:
        int [N, 2].
    """
    rows, columns = landscape.classes.shape
    x0, y0, x1, y1 = landscape.bounds
    places = positions.astype(np.float64)
    column = np.floor((places[:, 0] - x0) / (x1 - x0) * columns)
    row = np.floor((places[:, 1] - y0) / (y1 - y0) * rows)
    return np.stack([np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)], axis=1).astype(np.intp)


def connected_regions(classes: IntArray) -> IntArray:
    """Numbers the connected regions of equal class; cells are connected through their sides.

    Every cell starts as its own region; the regions of two neighbours of equal class take the smaller number until
    none is left to join (hooking and pointer jumping, Shiloach & Vishkin 1982).

    Args:
        classes: int32 [G, H].

    Returns:
        int32 [G, H], from 0, in the order of each region's first cell, row by row.
    """
    cells = np.arange(classes.size).reshape(classes.shape)
    across, along = classes[:, 1:] == classes[:, :-1], classes[1:] == classes[:-1]
    one = np.concatenate([cells[:, 1:][across], cells[1:][along]])
    other = np.concatenate([cells[:, :-1][across], cells[:-1][along]])
    root = cells.ravel()
    while (root[one] != root[other]).any():
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        np.minimum.at(root, high, low)
        while ((above := root[root]) != root).any():
            root = above
    return np.unique(root, return_inverse=True)[1].reshape(classes.shape).astype(np.int32)


def fragmentation(landscape: Landscape, positions: FloatArray, prediction: IntArray) -> Fragmentation:
    """Counts the regions of one class in which no sample of that predicted class is placed.

    Args:
        landscape: To be judged.
        positions: float32 [N, 2] of all samples in the map, finite.
        prediction: int32 [N], the network's classes; negative where unknown, which stand for no class.

    Returns:
        Number and area of those that reach into the supported part. A region is connected over the whole
        landscape, supported or not, as it is seen.
    """
    regions = connected_regions(landscape.classes)
    row, column = cell_of(landscape, positions).T
    at_home = landscape.classes[row, column] == prediction
    inhabited = np.zeros(regions.max() + 1, np.bool_)
    inhabited[regions[row[at_home], column[at_home]]] = True
    stands = supported(landscape)
    empty = stands & ~inhabited[regions]
    share = float(empty.sum() / stands.sum()) if stands.any() else float("nan")
    return Fragmentation(len(np.unique(regions[empty])), share)
