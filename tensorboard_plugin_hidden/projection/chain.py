"""Frames of one layer and method in a row, each started from the nearest earlier one."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.frame_codec import dequantise, position_bounds, quantise
from tensorboard_plugin_hidden.format.schema import Bounds
from tensorboard_plugin_hidden.format.snapshot import FloatArray, Snapshot
from tensorboard_plugin_hidden.geometry.faithfulness import placed
from tensorboard_plugin_hidden.projection.frame import make_frame
from tensorboard_plugin_hidden.projection.prepare import Prepared, prepare
from tensorboard_plugin_hidden.projection.protocol import Previous, Projector

_REMEMBERED = 256
"""Most steps that are remembered: one takes 68 bytes a sample, and a run may have many thousand."""


class Chain:
    """Remembers where every step's samples were drawn, so that steps may be projected in any order.

    A step is started from the nearest earlier step that has a frame and is remembered; it never sees a later one. Of
    very many steps every second is forgotten, except the first and the last.

    What is remembered is what a reader of the frames' records finds, so that a chain that another process takes up
    goes on as this one would have: with a method that keeps nothing else between steps, and where every sample had a
    place in the last frame, to the same bytes on one thread.

    Args:
        method: Draws the frames.
    """

    def __init__(self, method: Projector) -> None:
        self._method = method
        self._steps: list[int] = []
        self._previous: dict[int, Previous] = {}

    def project(self, snapshot: Snapshot) -> Frame:
        """Draws one step."""
        frame, previous = make_frame(snapshot, self._before(snapshot.step), self._method)
        # A frame without a map has nothing to start the next one from.
        if previous is not None and np.isfinite(previous.positions).any():
            self._remember(snapshot.step, as_stored(frame, previous, position_bounds(frame.positions)))
        return frame

    def knows(self, earlier: int, step: int) -> bool:
        """Whether ``step`` would be started from ``earlier`` or a step after it."""
        place = bisect_left(self._steps, step)
        return place > 0 and self._steps[place - 1] >= earlier

    def seed(self, step: int, positions: FloatArray, snapshot: Snapshot) -> None:
        """Takes over a frame that was drawn before, by another process.

        Args:
            step: Its step.
            positions: float32 [N, 2], as stored; NaN where a sample was not placed.
            snapshot: Of the layer at that step.
        """
        self._remember(step, taken_up(positions, snapshot))

    def _before(self, step: int) -> Previous | None:
        place = bisect_left(self._steps, step)
        return self._previous[self._steps[place - 1]] if place else None

    def _remember(self, step: int, previous: Previous) -> None:
        place = bisect_left(self._steps, step)
        if self._steps[place : place + 1] != [step]:
            self._steps.insert(place, step)
        self._previous[step] = previous
        if len(self._steps) > _REMEMBERED:
            for forgotten in self._steps[1:-1:2]:
                del self._previous[forgotten]
            self._steps = sorted(self._previous)


def as_stored(frame: Frame, following: Previous, bounds: Bounds) -> Previous:
    """What a frame hands on, with its places as the frame's record will hold them.

    Args:
        frame: The frame.
        following: What it hands on.
        bounds: That its positions are quantised over.

    Returns:
        ``following`` with rounded places; the places of rows that the frame does not hold stay as they are.
    """
    there = placed(frame.positions)
    if not there.any():
        return following
    rounded = dequantise(quantise(frame.positions, bounds), bounds)
    return Previous(np.where(there[:, None], rounded, following.positions), following.neighbours)


def taken_up(positions: FloatArray, snapshot: Snapshot) -> Previous:
    """What a frame that was stored hands on: its places [N, 2], and the neighbours that its snapshot's samples had."""
    prepared = prepare(snapshot)
    if isinstance(prepared, Prepared):
        return Previous(positions, prepared.neighbours)
    return Previous(positions, np.full((len(positions), 1), -1, np.int32))
