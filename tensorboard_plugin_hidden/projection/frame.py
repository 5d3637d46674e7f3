"""Snapshots to frames: the map, how far to trust it, and the landscape behind it.

Whatever a network's activations look like, the answer is a frame; what could not be drawn is said in a sentence.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray, Snapshot
from tensorboard_plugin_hidden.geometry import boundary as boundaries
from tensorboard_plugin_hidden.geometry import faithfulness as measures
from tensorboard_plugin_hidden.geometry.faithfulness import placed
from tensorboard_plugin_hidden.geometry.neighbours import overlap
from tensorboard_plugin_hidden.geometry.outcomes import softmax
from tensorboard_plugin_hidden.geometry.regions import fragmentation
from tensorboard_plugin_hidden.projection.boundary import boundary_points
from tensorboard_plugin_hidden.projection.candidates import map_neighbours
from tensorboard_plugin_hidden.projection.head import Head
from tensorboard_plugin_hidden.projection.landscape import decision, draw
from tensorboard_plugin_hidden.projection.prepare import Prepared, held_out, predicted, prepare
from tensorboard_plugin_hidden.projection.protocol import Earlier, Embedding, Method, Previous, Projector, RunProjector

BOUNDARY_POINTS = 200
"""Points on the decision boundary between held-out samples, by which the map is judged."""

BOUNDARY_JUDGES = 3_000
"""Most samples that are asked for their nearest boundary points, at even distances: a standard error below .005."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A frame, and what it was made from.

    Attributes:
        frame: The frame.
        prepared: What the method was given; None when no map could be drawn.
        embedding: The fitted map; None when no map could be drawn.
        following: What to hand to the next frame.
    """

    frame: Frame
    prepared: Prepared | None
    embedding: Embedding | None
    following: Previous | None


def make_frame(
    snapshot: Snapshot, previous: Previous | None, method: Projector, seed: int = 0
) -> tuple[Frame, Previous | None]:
    """Draws one snapshot, see ``draw_frame``."""
    drawn = draw_frame(snapshot, previous, method, seed)
    return drawn.frame, drawn.following


def draw_frame(snapshot: Snapshot, previous: Previous | None, method: Projector, seed: int = 0) -> Drawn:
    """Draws one snapshot.

    Args:
        snapshot: One layer at one step.
        previous: What the frame before handed on, or None for a first frame. It may have other rows or another width.
        method: Draws the map.
        seed: Of the held-out rows and of every random choice.

    Returns:
        The frame, and what to hand to the next one. When there is no map, ``previous`` is handed on unchanged, so
        that the next map continues from the last one drawn.
    """
    clock = Clock()
    prepared = prepare(snapshot, seed)
    if isinstance(prepared, str):
        return Drawn(clock.stamp(_empty(snapshot, method, seed, prepared)), None, None, previous)
    earlier = None if previous is None else earlier_of(prepared, previous)
    embedding = method.fit(prepared.fitted, earlier, seed)
    others = place_others(prepared, embedding)
    return finish(snapshot, prepared, embedding, others, previous, method, seed, clock)


def earlier_of(prepared: Prepared, previous: Previous) -> Earlier:
    """What the frame before says of the fitted rows."""
    count, rows = len(prepared.neighbours), prepared.fitted.rows
    kept = overlap(prepared.neighbours[rows], _matched(previous.neighbours, count, -1)[rows])
    return Earlier(_matched(previous.positions, count, np.nan)[rows], kept)


def draw_frames(snapshots: Sequence[Snapshot], method: RunProjector, seed: int = 0) -> list[Drawn]:
    """Draws a whole run by a method that looks at all of its steps at once.

    Args:
        snapshots: One layer at every step, in order.
        method: Draws the maps.
        seed: Of the held-out rows and of every random choice.

    Returns:
        A frame for each snapshot; the time of the fit is shared out evenly.

    Raises:
        HiddenError: The method cannot draw this run.
    """
    clock = Clock()
    prepared = [prepare(snapshot, seed) for snapshot in snapshots]
    drawable = [item for item in prepared if isinstance(item, Prepared)]
    embeddings = iter(method.fit_run([item.fitted for item in drawable], seed) if drawable else [])
    shared = clock.elapsed(len(snapshots))
    previous, frames = None, []
    for snapshot, item in zip(snapshots, prepared, strict=True):
        clock = Clock(*shared)
        if isinstance(item, str):
            frames.append(Drawn(clock.stamp(_empty(snapshot, method, seed, item)), None, None, previous))
        else:
            embedding = next(embeddings)
            others = place_others(item, embedding)
            frames.append(finish(snapshot, item, embedding, others, previous, method, seed, clock))
            previous = frames[-1].following
    return frames


class Clock:
    """Wall and processor time since it was made, and before."""

    def __init__(self, seconds: float = 0.0, cpu_seconds: float = 0.0) -> None:
        self._wall, self._cpu = time.perf_counter() - seconds, time.process_time() - cpu_seconds

    def elapsed(self, share: int = 1) -> tuple[float, float]:
        """Seconds and processor seconds so far, over ``share``."""
        return (time.perf_counter() - self._wall) / share, (time.process_time() - self._cpu) / share

    def stamp(self, frame: Frame) -> Frame:
        """The frame with the time that it took."""
        seconds, cpu_seconds = self.elapsed()
        return replace(frame, seconds=seconds, cpu_seconds=cpu_seconds)


def _empty(snapshot: Snapshot, method: Method, seed: int, reason: str = "") -> Frame:
    """A frame in which no sample has a place."""
    count = len(snapshot.activations)
    prediction, confidence = predicted(snapshot.logits)
    return Frame(
        layer=snapshot.layer,
        step=snapshot.step,
        method=method.name,
        settings={**method.settings, "seed": seed},
        positions=np.full((count, 2), np.nan, np.float32),
        prediction=prediction,
        confidence=confidence,
        held_out=held_out(count, seed),
        kept=np.full(count, np.nan, np.float32),
        landscape=None,
        faithfulness={},
        reason=reason,
    )


def place_others(prepared: Prepared, embedding: Embedding) -> FloatArray:
    """Places float32 [m, 2] of the rows that were not fitted."""
    return embedding.project(prepared.activations[len(prepared.fitted.activations) :], prepared.near)


def finish(
    snapshot: Snapshot,
    prepared: Prepared,
    embedding: Embedding,
    others: FloatArray,
    previous: Previous | None,
    method: Method,
    seed: int,
    clock: Clock,
    around: FloatArray | None = None,
) -> Drawn:
    """Measures the map and draws the landscape.

    Args:
        snapshot: One layer at one step.
        prepared: What the method was given of it.
        embedding: What the method made of that.
        others: float32 [m, 2], where it places the rows that were not fitted.
        previous: What the frame before handed on, or None.
        method: Names itself and its settings in the frame.
        seed: As it was prepared with.
        clock: Started when the frame was begun.
        around: float32 [m, 2], places that the landscape must reach, the rows' own among them; default the rows' own.

    Returns:
        The frame, and what it was made from.
    """
    frame = _empty(snapshot, method, seed)
    count, rows = len(frame.positions), prepared.rows
    before = None if previous is None else _matched(previous.positions, count, np.nan)
    places = np.concatenate([embedding.positions, others])
    farthest, low = map_neighbours(places, prepared.high.shape[1])
    frame.positions[rows] = places
    frame.kept[rows] = measures.neighbour_preservation(prepared.high, low.numpy().astype(np.int32))

    faithfulness = _geometry(prepared, places, low.numpy().astype(np.int32), float(frame.kept[rows].mean()), seed)
    faithfulness["placed"] = len(rows) / count
    if previous is not None and before is not None:
        kept_in_time = overlap(prepared.neighbours, _matched(previous.neighbours, count, -1))
        faithfulness["displacement"] = measures.displacement(frame.positions, before, kept_in_time)
    remarks = _remarks(snapshot, len(rows), frame.prediction)
    remarks += [prepared.trouble] if prepared.trouble else []
    landscape = None
    head = prepared.fitted.head
    if head is not None and frame.prediction is not None and frame.confidence is not None:
        answers = frame.prediction[rows], frame.confidence[rows]
        distance = float(np.median(farthest))
        landscape, decided = _decided(head, prepared, embedding, places, answers, distance, around)
        faithfulness |= decided
        if landscape is None:
            remarks.append("The head gives logits that are not finite, so there is no landscape.")
        else:
            faithfulness |= _boundary(head, prepared, embedding, places, seed)
    known = {name: value for name, value in faithfulness.items() if np.isfinite(value)}
    frame = replace(frame, landscape=landscape, faithfulness=known, reason=" ".join(remarks))
    last = frame.positions if before is None else np.where(placed(frame.positions)[:, None], frame.positions, before)
    return Drawn(clock.stamp(frame), prepared, embedding, Previous(last, prepared.neighbours))


def _remarks(snapshot: Snapshot, usable: int, prediction: IntArray | None) -> list[str]:
    """What is wrong with a map that could be drawn, a sentence each."""
    remarks = []
    count = len(snapshot.activations)
    lost = count - usable
    if lost:
        verb = "has" if lost == 1 else "have"
        remarks.append(f"{lost} of {count} samples {verb} activations that are not finite and are left out.")
    if snapshot.activations.shape[1] == 1:
        remarks.append("The layer has a single unit, so only one direction of the map means anything.")
    if prediction is not None and (prediction >= 0).any() and len(np.unique(prediction[prediction >= 0])) == 1:
        remarks.append(f"The network predicts class {prediction.max()} for every sample.")
    return remarks


def _geometry(prepared: Prepared, places: FloatArray, low: IntArray, kept: float, seed: int) -> dict[str, float]:
    """The measures that need no classifier, over all rows in the map."""
    k = prepared.high.shape[1]
    return {
        "k": float(k),
        "neighbours": kept,
        "neighbours_floor": measures.random_floor(len(prepared.rows), k),
        "trust": measures.trustworthiness(prepared.activations, low, seed),
        "continuity": measures.trustworthiness(places, prepared.high, seed),
    }


def _decided(
    head: Head,
    prepared: Prepared,
    embedding: Embedding,
    places: FloatArray,
    answers: tuple[IntArray, FloatArray],
    neighbour_distance: float,
    around: FloatArray | None,
) -> tuple[Landscape | None, dict[str, float]]:
    """The landscape, and how well it repeats the network's answers on rows that it was not fitted to."""
    decide = decision(embedding.inverse, head)
    landscape = draw(decide, head, places, neighbour_distance, around=around)
    if not np.isfinite(landscape.confidence).all():
        return None, {}
    unseen: BoolArray = np.arange(len(places)) >= len(prepared.fitted.activations)
    prediction, confidence = answers[0][unseen], answers[1][unseen]
    probabilities = softmax(decide(places[unseen]))
    there = np.where(prediction >= 0, probabilities[np.arange(len(prediction)), np.maximum(prediction, 0)], np.nan)
    return landscape, {
        "ppr_held_out": measures.prediction_preserving_rate(prediction, probabilities.argmax(axis=1)),
        "ppr_floor": measures.majority_share(prediction),
        "confidence_error_held_out": measures.confidence_error(confidence, there),
        "fragments": fragmentation(landscape, places, answers[0]).share,
    }


def _boundary(head: Head, prepared: Prepared, embedding: Embedding, places: FloatArray, seed: int) -> dict[str, float]:
    """How well the map keeps each sample's nearest points on the decision boundary, which no method has seen."""
    unseen = prepared.activations[len(prepared.fitted.activations) :]
    if len(unseen) < 2:
        return {}
    points = boundary_points(unseen, head, BOUNDARY_POINTS, seed)
    k = min(measures.NEIGHBOURS, len(points) // 2)
    if k < 1:
        return {}
    there = embedding.project(points)
    some = slice(None, None, -(-len(places) // BOUNDARY_JUDGES))
    share = boundaries.boundary_overlap(prepared.activations[some], points, places[some], there, k)
    return {"boundary": float(share.mean()), "boundary_floor": boundaries.boundary_floor(len(points), k)}


def _matched(values: npt.NDArray[Any], count: int, missing: float) -> npt.NDArray[Any]:
    """Rows [M, ...] of an earlier frame cut or filled up to ``count`` rows."""
    if len(values) >= count:
        return values[:count]
    fill = np.full((count - len(values), *values.shape[1:]), missing, values.dtype)
    return np.concatenate([values, fill])
