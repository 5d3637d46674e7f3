"""One snapshot to one frame: who takes part, the map, how far to trust it, and the landscape behind it.

Whatever a network's activations look like, the answer is a frame; what could not be drawn is said in a sentence.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, IntArray, Snapshot
from tensorboard_plugin_hidden.geometry import faithfulness as measures
from tensorboard_plugin_hidden.geometry.faithfulness import placed
from tensorboard_plugin_hidden.geometry.neighbours import overlap
from tensorboard_plugin_hidden.projection.graph import nearest, nearest_twice
from tensorboard_plugin_hidden.projection.head import Head, standardised, stored_head, surrogate_head
from tensorboard_plugin_hidden.projection.landscape import decision, draw, softmax
from tensorboard_plugin_hidden.projection.protocol import Earlier, Embedding, Fitted, Previous, Projector

HELD_OUT_SHARE = 0.2
"""Share of rows that no fit sees."""

FEWEST_ROWS = 10
"""Fewest fitted rows that make a map."""

FARTHEST = np.float32(1e12)
"""Largest activation that a held-out row may have, in units of the largest fitted one: its square fits in float32."""

COLLAPSED = 1e-6
"""Spread of the activations over their largest value below which float32 cannot tell the samples apart."""


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


@dataclass(frozen=True, slots=True)
class _Map:
    """A drawn map of n rows of the snapshot, the fitted ones first, and what the measures need of it.

    Attributes:
        rows: int [n], their numbers in the snapshot.
        fitted: How many of them were fitted.
        activations: float32 [n, D], standardised.
        places: float32 [n, 2].
        high: int32 [n, k], neighbours by activation among the n.
        low: int32 [n, k], neighbours in the map among the n.
        neighbour_distance: Median distance to the k-th neighbour in the map.
        neighbours: int32 [N, k], ``high`` in the snapshot's row numbers; -1 for rows that are not in the map.
        kept_in_time: float32 [N], share of the neighbours that each row had in the frame before.
        embedding: As fitted.
    """

    rows: npt.NDArray[np.intp]
    fitted: int
    activations: FloatArray
    places: FloatArray
    high: IntArray
    low: IntArray
    neighbour_distance: float
    neighbours: IntArray
    kept_in_time: FloatArray
    embedding: Embedding

    @property
    def kept(self) -> FloatArray:
        """float32 [n], share of each row's neighbours by activation that are its neighbours in the map."""
        return measures.neighbour_preservation(self.high, self.low)


def make_frame(
    snapshot: Snapshot, previous: Previous | None, method: Projector, seed: int = 0
) -> tuple[Frame, Previous | None]:
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
    started, cpu_started = time.perf_counter(), time.process_time()
    frame, following = _frame(snapshot, previous, method, seed)
    elapsed = time.perf_counter() - started
    return replace(frame, seconds=elapsed, cpu_seconds=time.process_time() - cpu_started), following


def _frame(
    snapshot: Snapshot, previous: Previous | None, method: Projector, seed: int
) -> tuple[Frame, Previous | None]:
    count = len(snapshot.activations)
    finite = np.asarray(np.isfinite(snapshot.activations).all(axis=1))
    apart = held_out(count, seed)
    prediction, confidence = _predicted(snapshot.logits)
    frame = Frame(
        layer=snapshot.layer,
        step=snapshot.step,
        method=method.name,
        settings={**method.settings, "seed": seed},
        positions=np.full((count, 2), np.nan, np.float32),
        prediction=prediction,
        confidence=confidence,
        held_out=apart,
        kept=np.full(count, np.nan, np.float32),
        landscape=None,
        faithfulness={},
    )
    fitted, others = np.flatnonzero(finite & ~apart), np.flatnonzero(finite & apart)
    rows = np.concatenate([fitted, others])
    activations, centre, scale = _standardised(snapshot.activations[rows], len(fitted))
    obstacle = _obstacle(snapshot, finite, len(fitted), scale)
    if obstacle:
        return replace(frame, reason=obstacle), previous

    drawn = _draw(activations, rows, len(fitted), count, previous, method, seed)
    frame.positions[rows] = drawn.places
    frame.kept[rows] = drawn.kept
    faithfulness = _geometry(drawn, count, seed)
    before = None
    if previous is not None:
        before = _matched(previous.positions, count, np.nan)
        faithfulness["displacement"] = measures.displacement(frame.positions, before, drawn.kept_in_time)

    remarks = _remarks(snapshot, finite, prediction)
    landscape = None
    if snapshot.logits is not None and prediction is not None and confidence is not None:
        head, trouble = _head(snapshot, drawn, centre, scale)
        remarks += [trouble] if trouble else []
        if head is not None:
            landscape, decided = _decided(head, drawn, prediction, confidence)
            faithfulness |= decided
            if landscape is None:
                remarks.append("The head gives logits that are not finite, so there is no landscape.")
    places = frame.positions if before is None else np.where(placed(frame.positions)[:, None], frame.positions, before)
    finite_numbers = {name: value for name, value in faithfulness.items() if np.isfinite(value)}
    frame = replace(frame, landscape=landscape, faithfulness=finite_numbers, reason=" ".join(remarks))
    return frame, Previous(places, drawn.neighbours)


def _predicted(logits: FloatArray | None) -> tuple[IntArray | None, FloatArray | None]:
    """Class and softmax confidence of each row; -1 and 0 where the logits are not finite."""
    if logits is None or logits.shape[1] == 0:
        return None, None
    known = np.asarray(np.isfinite(logits).all(axis=1))
    probabilities = softmax(np.where(known[:, None], logits, 0))
    prediction = np.where(known, probabilities.argmax(axis=1), -1).astype(np.int32)
    return prediction, np.where(known, probabilities.max(axis=1), 0).astype(np.float32)


def _standardised(activations: FloatArray, fitted: int) -> tuple[FloatArray, FloatArray, float]:
    """All rows minus the fitted rows' mean, over their root-mean-square norm, which is 0 when they are all alike."""
    if fitted == 0 or activations.shape[1] == 0:
        return activations, activations.mean(axis=0) if fitted else np.zeros(activations.shape[1], np.float32), 0.0
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


def _obstacle(snapshot: Snapshot, finite: BoolArray, fitted: int, scale: float) -> str:
    """Why no map can be drawn, as a sentence; empty when one can."""
    count = len(finite)
    if fitted < FEWEST_ROWS:
        usable = int(finite.sum())
        lost = "" if usable == count else f" Of {count} samples only {usable} have finite activations at this step."
        return f"A map is fitted to at least {FEWEST_ROWS} samples besides a fifth that is held out.{lost}"
    if scale == 0:
        return f"The layer {snapshot.layer} gives all samples the same activations at this step."
    return ""


def _remarks(snapshot: Snapshot, finite: BoolArray, prediction: IntArray | None) -> list[str]:
    """What is wrong with a map that could be drawn, a sentence each."""
    remarks = []
    lost = int((~finite).sum())
    if lost:
        verb = "has" if lost == 1 else "have"
        remarks.append(f"{lost} of {len(finite)} samples {verb} activations that are not finite and are left out.")
    if snapshot.activations.shape[1] == 1:
        remarks.append("The layer has a single unit, so only one direction of the map means anything.")
    if prediction is None:
        remarks.append("The model gives no class logits, so there is no landscape.")
    elif (prediction >= 0).any() and len(np.unique(prediction[prediction >= 0])) == 1:
        remarks.append(f"The network predicts class {prediction.max()} for every sample.")
    return remarks


def _draw(
    activations: FloatArray,
    rows: npt.NDArray[np.intp],
    fitted: int,
    count: int,
    previous: Previous | None,
    method: Projector,
    seed: int,
) -> _Map:
    """Fits the first rows and places the others."""
    k = measures.usable_neighbours(len(rows))
    k_fitted = min(measures.NEIGHBOURS, fitted - 1)
    high, graph = nearest_twice(torch.from_numpy(activations), fitted, k, k_fitted)
    neighbours = np.full((count, k), -1, np.int32)
    neighbours[rows] = rows[high.indices.numpy()]

    earlier, before, kept_in_time = None, None, np.zeros(count, np.float32)
    if previous is not None:
        kept_in_time = overlap(neighbours, _matched(previous.neighbours, count, -1))
        before = _matched(previous.positions, count, np.nan)[rows]
        earlier = Earlier(before[:fitted], kept_in_time[rows[:fitted]])
    embedding = method.fit(
        Fitted(activations[:fitted], graph.indices.numpy().astype(np.int32), graph.distances.numpy()), earlier, seed
    )
    others = embedding.project(activations[fitted:], None if before is None else before[fitted:])
    places = np.concatenate([embedding.positions, others])
    in_map = torch.from_numpy(places)
    low = nearest(in_map, in_map, k, same=True)
    return _Map(
        rows=rows,
        fitted=fitted,
        activations=activations,
        places=places,
        high=high.indices.numpy().astype(np.int32),
        low=low.indices.numpy().astype(np.int32),
        neighbour_distance=float(low.distances[:, -1].median()),
        neighbours=neighbours,
        kept_in_time=kept_in_time,
        embedding=embedding,
    )


def _geometry(drawn: _Map, count: int, seed: int) -> dict[str, float]:
    """The measures that need no classifier, over all rows in the map."""
    k = drawn.high.shape[1]
    return {
        "k": float(k),
        "neighbours": float(drawn.kept.mean()),
        "neighbours_floor": measures.random_floor(len(drawn.rows), k),
        "trust": measures.trustworthiness(drawn.activations, drawn.low, seed),
        "continuity": measures.trustworthiness(drawn.places, drawn.high, seed),
        "placed": len(drawn.rows) / count,
    }


def _head(snapshot: Snapshot, drawn: _Map, centre: FloatArray, scale: float) -> tuple[Head | None, str]:
    """The stored head, or one fitted to the fitted rows' logits, on standardised activations; and what is wrong."""
    if snapshot.logits is None:
        return None, ""
    trouble = ""
    try:
        head = stored_head(snapshot.head, snapshot.activations.shape[1], snapshot.logits.shape[1])
    except HiddenError as error:
        head, trouble = None, f"The landscape comes from a head fitted to the logits, because {error.problem}."
    if head is not None:
        return standardised(head, centre, scale), ""
    logits = snapshot.logits[drawn.rows[: drawn.fitted]]
    usable = np.isfinite(logits).all(axis=1)
    if usable.sum() < FEWEST_ROWS:
        return None, "The logits are not finite, so there is no landscape."
    return surrogate_head(drawn.activations[: drawn.fitted][usable], logits[usable]), trouble


def _decided(
    head: Head, drawn: _Map, prediction: IntArray, confidence: FloatArray
) -> tuple[Landscape | None, dict[str, float]]:
    """The landscape, and how well it repeats the network's answers on rows that it was not fitted to."""
    decide = decision(drawn.embedding.inverse, head)
    held, places = drawn.rows[drawn.fitted :], drawn.places[drawn.fitted :]
    landscape = draw(decide, head, drawn.places, drawn.neighbour_distance)
    if not np.isfinite(landscape.confidence).all():
        return None, {}
    probabilities = softmax(decide(places))
    known = np.maximum(prediction[held], 0)
    there = np.where(prediction[held] >= 0, probabilities[np.arange(len(held)), known], np.nan)
    return landscape, {
        "ppr_held_out": measures.prediction_preserving_rate(prediction[held], probabilities.argmax(axis=1)),
        "ppr_floor": measures.majority_share(prediction[held]),
        "confidence_error_held_out": measures.confidence_error(confidence[held], there),
    }


def _matched(values: npt.NDArray[Any], count: int, missing: float) -> npt.NDArray[Any]:
    """Rows [M, ...] of an earlier frame cut or filled up to ``count`` rows."""
    if len(values) >= count:
        return values[:count]
    fill = np.full((count - len(values), *values.shape[1:]), missing, values.dtype)
    return np.concatenate([values, fill])
