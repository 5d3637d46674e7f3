"""Everything that is measured on one map, with what every method's map of that step is compared against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.projection.boundary import boundary_points
from benchmarks.projection.measures.borders import border_agreement, border_length
from benchmarks.projection.measures.gap import boundary_auroc
from benchmarks.projection.measures.temporal import movement_correlation
from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray, Snapshot
from tensorboard_plugin_hidden.geometry import boundary, faithfulness, regions
from tensorboard_plugin_hidden.geometry.neighbours import knn, overlap
from tensorboard_plugin_hidden.projection.protocol import Embedding, Fitted

COUNTS = (10, 15, 20)
"""Numbers of neighbours, as in the published evaluations (DeepVisualInsight, AAAI 2022)."""

JUDGED = 15
"""Neighbours where one number is enough."""

JUDGED_WITHIN = 2.0
"""Distances to the ``JUDGED``-th neighbour within which a sample is asked about a cell of the landscape."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a step before any method draws it.

    Attributes:
        snapshot: The step.
        neighbours: int32 [N, 20], nearest other rows by activation, nearest first.
        boundary: float32 [b, D], boundary points between held-out rows.
    """

    snapshot: Snapshot
    neighbours: IntArray
    boundary: FloatArray


def reference(snapshot: Snapshot, held_out: BoolArray, seed: int) -> Reference:
    """Searches a step's neighbours and boundary points.

    Args:
        snapshot: With finite activations and a linear head.
        held_out: bool [N], rows that no method fits.
        seed: Of the boundary points.
    """
    neighbours = knn(snapshot.activations, max(COUNTS))[0]
    return Reference(snapshot, neighbours, boundary_points(snapshot, np.flatnonzero(held_out), seed))


def measure(
    known: Reference, frame: Frame, fitted: Fitted, map_: Embedding, before: tuple[Reference, Frame] | None
) -> dict[str, float]:
    """All measures of one map.

    Args:
        known: The step.
        frame: As drawn, all rows placed.
        fitted: What the method was given.
        map_: What it made of it.
        before: The step before and its frame; None where there is none to compare with.

    Returns:
        Numbers by name; those that are not defined are left out.
    """
    places = frame.positions
    low, distances = knn(places, max(COUNTS))
    found = dict(frame.faithfulness)
    for count in COUNTS:
        found[f"nn{count}"] = float(overlap(known.neighbours[:, :count], low[:, :count]).mean())
        found[f"nn{count}_floor"] = faithfulness.random_floor(len(places), count)
    found |= _at_the_boundary(known, frame, fitted, map_)
    if frame.landscape is not None and frame.prediction is not None:
        radius = JUDGED_WITHIN * float(np.median(distances[:, JUDGED - 1]))
        unseen = frame.held_out
        agreement = border_agreement(frame.landscape, places[unseen], frame.prediction[unseen], radius)
        fragments = regions.fragmentation(frame.landscape, places, frame.prediction)
        found |= {
            "border_agreement": agreement.share,
            "border_agreement_floor": agreement.floor,
            "empty_regions": fragments.regions,
            "empty_share": fragments.share,
            "border_length": border_length(frame.landscape),
        }
    if before is not None:
        earlier, earlier_places = before[0].neighbours, before[1].positions
        kept = overlap(known.neighbours[:, :JUDGED], earlier[:, :JUDGED])
        found["displacement"] = faithfulness.displacement(places, earlier_places, kept)
        found["movement_correlation"] = movement_correlation(places, earlier_places, kept)
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def standardised(activations: FloatArray, snapshot: Snapshot, fitted: Fitted) -> FloatArray:
    """Further activations [m, D] in the units in which the methods see them: centred, mean squared norm 1."""
    rows = snapshot.activations[fitted.rows].astype(np.float64)
    centre = rows.mean(axis=0)
    scale = np.sqrt(((rows - centre) ** 2).sum(axis=1).mean())
    return np.asarray((activations - centre) / scale, np.float32)


def _at_the_boundary(known: Reference, frame: Frame, fitted: Fitted, map_: Embedding) -> dict[str, float]:
    """How near the boundary samples are placed, and whether the way back tells the boundary from them."""
    count = len(known.boundary)
    if count <= JUDGED:
        return {}
    points = standardised(known.boundary, known.snapshot, fitted)
    boundary_places = map_.project(points)
    samples: npt.NDArray[np.bool_] = frame.held_out
    found = {
        "boundary_overlap": float(
            boundary.boundary_overlap(
                known.snapshot.activations, known.boundary, frame.positions, boundary_places, JUDGED
            ).mean()
        ),
        "boundary_overlap_floor": boundary.boundary_floor(count, JUDGED),
    }
    if fitted.head is not None:
        decode = map_.inverse
        found["boundary_auroc"] = boundary_auroc(
            fitted.head(decode(boundary_places)), fitted.head(decode(frame.positions[samples]))
        )
        found["boundary_auroc_floor"] = 0.5
    return found
