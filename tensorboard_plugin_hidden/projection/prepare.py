"""What every method starts from: who takes part, activations without units, their neighbours, head and boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray, Snapshot
from tensorboard_plugin_hidden.geometry import faithfulness as measures
from tensorboard_plugin_hidden.geometry.outcomes import softmax
from tensorboard_plugin_hidden.projection.boundary import MOST, SHARE, boundary_points
from tensorboard_plugin_hidden.projection.candidates import neighbours_and_graph
from tensorboard_plugin_hidden.projection.graph import Neighbours
from tensorboard_plugin_hidden.projection.head import Head, standardised, stored_head, surrogate_head
from tensorboard_plugin_hidden.projection.protocol import Fitted

HELD_OUT_SHARE = 0.2
"""Share of rows that no fit sees."""

FEWEST_ROWS = 10
"""Fewest fitted rows that make a map."""

FARTHEST = np.float32(1e12)
"""Largest activation that a held-out row may have, in units of the largest fitted one: its square fits in float32."""

COLLAPSED = 1e-6
"""Spread of the activations over their largest value below which float32 cannot tell the samples apart."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A snapshot of which a map can be drawn; n of its N rows take part.

    Attributes:
        rows: int [n], their numbers in the snapshot, the fitted ones first.
        activations: float32 [n, D], standardised as a whole: centred, mean squared row norm 1 over the fitted rows.
        fitted: What methods fit.
        near: The nearest fitted rows of each row that is not fitted.
        high: int32 [n, k], neighbours by activation among the n.
        neighbours: int32 [N, k], ``high`` in the snapshot's row numbers; -1 for rows that take no part.
        trouble: Why the stored head was not used, as a sentence; empty when it was, or when there was none.
    """

    rows: npt.NDArray[np.intp]
    activations: FloatArray
    fitted: Fitted
    near: Neighbours
    high: IntArray
    neighbours: IntArray
    trouble: str


def held_out(count: int, seed: int = 0) -> BoolArray:
    """Which rows no fit sees: a hash of the row's number, so that a row keeps its part when others are added.

    The hash is SplitMix64's finaliser (Steele, Lea & Flood 2014) of seed and row.

    Args:
        count: N.
        seed: Chooses another fifth.

    Returns:
        bool [N], a fifth of them true on average.
    """
    mask = (1 << 64) - 1
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(seed * 0xD1B54A32D192ED03 & mask)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.asarray(z < np.uint64(int(HELD_OUT_SHARE * 2**64)))


def prepare(snapshot: Snapshot, seed: int = 0) -> Prepared | str:
    """Sorts out what can be drawn.

    Args:
        snapshot: One layer at one step.
        seed: Of the held-out rows and of the boundary points.

    Returns:
        What methods start from, or why no map can be drawn, as a sentence.
    """
    finite = np.asarray(np.isfinite(snapshot.activations).all(axis=1))
    apart = held_out(len(finite), seed)
    first, others = np.flatnonzero(finite & ~apart), np.flatnonzero(finite & apart)
    rows, count = np.concatenate([first, others]), len(first)
    if count < FEWEST_ROWS:
        usable = int(finite.sum())
        lost = "" if usable == len(finite) else f" Of {len(finite)} samples only {usable} have finite activations."
        return f"A map is fitted to at least {FEWEST_ROWS} samples besides a fifth that is held out.{lost}"
    activations, centre, scale = _standardised(snapshot.activations[rows], count)
    if scale == 0:
        return f"The layer {snapshot.layer} gives all samples the same activations at this step."

    k = measures.usable_neighbours(len(rows))
    high, onto = neighbours_and_graph(activations, count, k, min(measures.NEIGHBOURS, count - 1), seed)
    neighbours = np.full((len(finite), k), -1, np.int32)
    neighbours[rows] = rows[high.indices.numpy()]
    head, trouble = _head(snapshot, activations[:count], rows[:count], centre, scale)
    boundary = np.empty((0, activations.shape[1]), np.float32)
    if head is not None:
        boundary = boundary_points(activations[:count], head, min(MOST, int(SHARE * count)), seed)
    fitted = Fitted(
        activations[:count],
        onto.indices[:count].numpy().astype(np.int32),
        onto.distances[:count].numpy(),
        rows[:count].astype(np.int32),
        head,
        boundary,
        centre,
        scale,
    )
    near = Neighbours(onto.indices[count:], onto.distances[count:])
    return Prepared(rows, activations, fitted, near, high.indices.numpy().astype(np.int32), neighbours, trouble)


def predicted(logits: FloatArray | None) -> tuple[IntArray | None, FloatArray | None]:
    """Class and softmax confidence of each row of logits [N, C]; -1 and 0 where they are not finite."""
    if logits is None or logits.shape[1] == 0:
        return None, None
    known = np.asarray(np.isfinite(logits).all(axis=1))
    probabilities = softmax(np.where(known[:, None], logits, 0))
    prediction = np.where(known, probabilities.argmax(axis=1), -1).astype(np.int32)
    return prediction, np.where(known, probabilities.max(axis=1), 0).astype(np.float32)


def _standardised(activations: FloatArray, fitted: int) -> tuple[FloatArray, FloatArray, float]:
    """All rows minus the fitted rows' mean, over their root-mean-square norm, which is 0 when they are all alike."""
    if activations.shape[1] == 0:
        return activations, np.zeros(0, np.float32), 0.0
    centre = activations[:fitted].mean(axis=0, dtype=np.float64).astype(np.float32)
    largest = float(np.abs(activations[:fitted]).max())
    unit = np.float32(largest or 1.0)
    # Dividing first keeps the squares of very large or very small activations within float32.
    with np.errstate(over="ignore"):
        centred = np.clip(activations / unit - centre / unit, -FARTHEST, FARTHEST)
    spread = float(np.sqrt((centred[:fitted].astype(np.float64) ** 2).sum(axis=1).mean()))
    if spread <= COLLAPSED:
        return centred, centre, 0.0
    return centred / np.float32(spread), centre, spread * float(unit)


def _head(
    snapshot: Snapshot, activations: FloatArray, rows: npt.NDArray[np.intp], centre: FloatArray, scale: float
) -> tuple[Head | None, str]:
    """The stored head, or one fitted to the fitted rows' logits, on standardised activations; and what is wrong."""
    if snapshot.logits is None or snapshot.logits.shape[1] == 0:
        return None, ""
    trouble = ""
    try:
        head = stored_head(snapshot.head, snapshot.activations.shape[1], snapshot.logits.shape[1])
    except HiddenError as error:
        head, trouble = None, f"The landscape comes from a head fitted to the logits, because {error.problem}."
    if head is not None:
        return standardised(head, centre, scale), ""
    logits = snapshot.logits[rows]
    usable = np.isfinite(logits).all(axis=1)
    if usable.sum() < FEWEST_ROWS:
        return None, "The logits are not finite, so there is no landscape."
    return surrogate_head(activations[usable], logits[usable]), trouble
