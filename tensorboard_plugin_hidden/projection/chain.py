"""Frames of one layer and method in a row, each started from the nearest earlier one."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from tensorboard_plugin_hidden.format.frame import Frame
from tensorboard_plugin_hidden.format.snapshot import FloatArray, Snapshot
from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.frame import make_frame
from tensorboard_plugin_hidden.projection.protocol import Previous, Projector

_REMEMBERED = 256
"""Most steps that are remembered: one takes 68 bytes a sample, and a run may have many thousand."""


class Chain:
    """Remembers where every step's samples were drawn, so that steps may be projected in any order.

    A step is started from the nearest earlier step that has a frame and is remembered; it never sees a later one. Of
    very many steps every second is forgotten, except the first and the last.

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
            self._remember(snapshot.step, previous)
        return frame

    def knows(self, earlier: int, step: int) -> bool:
        """Whether ``step`` would be started from ``earlier`` or a step after it."""
        place = bisect_left(self._steps, step)
        return place > 0 and self._steps[place - 1] >= earlier

    def seed(self, step: int, positions: FloatArray, activations: FloatArray, neighbours: int = 15) -> None:
        """Takes over a frame that was drawn before, by another process.

        Args:
            step: Its step.
            positions: float32 [N, 2]; NaN where a sample was not placed.
            activations: float32 [N, D] at that step.
            neighbours: How many neighbours to compare the next step's with.
        """
        indices = np.full((len(positions), neighbours), -1, np.int32)
        finite = np.flatnonzero(np.isfinite(activations).all(axis=1))
        if len(finite) > neighbours:
            indices[finite] = finite[knn(activations[finite], neighbours)[0]]
        self._remember(step, Previous(positions, indices))

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
