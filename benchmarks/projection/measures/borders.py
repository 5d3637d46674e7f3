"""Where the landscape changes class: whether unseen samples agree there, and how long the borders are.

Far from a border any landscape is right; what a reader trusts it for is where the border runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.frame import Landscape
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.faithfulness import majority_share
from tensorboard_plugin_hidden.geometry.neighbours import BLOCK_ENTRIES, squared_distances
from tensorboard_plugin_hidden.geometry.regions import supported

REACH = 2
"""Cells, in rows and in columns, within which another class makes a cell a border cell."""


@dataclass(frozen=True, slots=True)
class BorderAgreement:
    """How often unseen samples confirm the landscape near its class borders.

    Attributes:
        share: Share of the judged cells whose class is that of the nearest unseen sample; NaN without any.
        floor: What the best landscape of a single class would score on the same cells; NaN without any.
        cells: How many cells were judged.
    """

    share: float
    floor: float
    cells: int


def near_border(classes: IntArray, reach: int = REACH) -> BoolArray:
    """Cells with a cell of another class at most ``reach`` rows and ``reach`` columns away.

    Args:
        classes: int32 [G, G].
        reach: In cells.

    Returns:
        bool [G, G].
    """
    padded = np.pad(classes, reach, mode="edge")
    window = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1))
    return np.asarray((window != classes[:, :, None, None]).any(axis=(2, 3)))


def border_agreement(
    landscape: Landscape, positions: FloatArray, prediction: IntArray, radius: float
) -> BorderAgreement:
    """Asks the nearest unseen sample about every cell near a class border.

    The judged cells are those with support of at least ``SUPPORTED``, with a cell of another class within ``REACH``
    rows and columns, and with an unseen sample no farther than ``radius`` from their centre. The share is
    mean [class of the cell = class that the head gives the nearest unseen sample]; the floor is the commonest of
    those samples' classes over the same cells.

    Args:
        landscape: To be judged.
        positions: float32 [M, 2], places of samples that took no part in the fit, finite.
        prediction: int32 [M], the head's classes of their activations; negative where unknown, which are not asked.
        radius: Farthest distance at which a sample is asked, in the map's units.

    Returns:
        Share, floor and number of cells.
    """
    asked = prediction >= 0
    row, column = np.nonzero(supported(landscape) & near_border(landscape.classes))
    if not asked.any() or not len(row):
        return BorderAgreement(float("nan"), float("nan"), 0)
    x0, y0, x1, y1 = landscape.bounds
    rows, columns = landscape.classes.shape
    centres = np.stack([x0 + (column + 0.5) / columns * (x1 - x0), y0 + (row + 0.5) / rows * (y1 - y0)], axis=1)
    nearest, distance = _nearest(centres.astype(np.float32), positions[asked])
    judged = distance <= radius
    said = prediction[asked][nearest[judged]]
    right = landscape.classes[row[judged], column[judged]] == said
    share = float(right.mean()) if len(right) else float("nan")
    return BorderAgreement(share, majority_share(said), len(right))


def border_length(landscape: Landscape) -> float:
    """Length of the class borders among supported cells, over the square root of their area.

    L / √A with L = π/4 · (pairs of supported cells side by side with different classes) · (cell's side): the
    staircase that a border makes on the grid is 4/π as long as the border, on average over directions (Cauchy &
    Crofton). Without unit, and the same at any resolution for a smooth border; speckle and ragged borders raise it.

    Args:
        landscape: With square cells.

    Returns:
        At least 0; 0 where one class has all of the support; NaN without any support.
    """
    stands, classes = supported(landscape), landscape.classes
    if not stands.any():
        return float("nan")
    across = (classes[:, 1:] != classes[:, :-1]) & stands[:, 1:] & stands[:, :-1]
    along = (classes[1:] != classes[:-1]) & stands[1:] & stands[:-1]
    return float(np.pi / 4 * (across.sum() + along.sum()) / np.sqrt(stands.sum()))


def _nearest(places: FloatArray, samples: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Row of the nearest sample and the distance to it, for every place."""
    nearest = np.empty(len(places), np.intp)
    distance = np.empty(len(places), np.float32)
    block = max(1, BLOCK_ENTRIES // len(samples))
    for start in range(0, len(places), block):
        rows = slice(start, start + block)
        squares = squared_distances(places[rows], samples)
        nearest[rows] = squares.argmin(axis=1)
        distance[rows] = np.sqrt(squares.min(axis=1))
    return nearest, distance
