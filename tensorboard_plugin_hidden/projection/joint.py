"""One map of several networks, or of several layers of one, so that they can be compared place by place. Pure.

The axes of two networks' activations have nothing to do with each other, so every further member is first turned onto
the first one, over the samples that both hold. Then all samples of all members are laid out together, and each member
gets a frame of its own: its samples, its head's landscape, its measures.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import FloatArray, Snapshot
from tensorboard_plugin_hidden.geometry.faithfulness import NEIGHBOURS
from tensorboard_plugin_hidden.projection.candidates import neighbours_and_graph
from tensorboard_plugin_hidden.projection.frame import Clock, Drawn, draw_frame, earlier_of, finish
from tensorboard_plugin_hidden.projection.graph import Neighbours
from tensorboard_plugin_hidden.projection.prepare import FEWEST_ROWS, Prepared, prepare
from tensorboard_plugin_hidden.projection.protocol import (
    Decode,
    Earlier,
    Embedding,
    Fitted,
    Inverse,
    Previous,
    Projector,
)

SUFFIX = "+joint"
"""What a method's name ends in when it draws several members together."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of those that share a map, at one step.

    Attributes:
        name: As people tell it from the others.
        ids: Id of the sample in each row of the snapshot; all different.
        snapshot: One layer at the step.
    """

    name: str
    ids: Sequence[Hashable]
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Turn:
    """An orthogonal map with a shift, z = x matrix + offset, from a member's D units to the M units of all.

    Attributes:
        matrix: float32 [D, M], orthonormal rows.
        offset: float32 [M].
    """

    matrix: FloatArray
    offset: FloatArray

    def onto(self, activations: FloatArray) -> FloatArray:
        """The member's activations [m, D] in the common space, [m, M]."""
        return activations @ self.matrix + self.offset

    def back(self, common: FloatArray) -> FloatArray:
        """Its nearest activations [m, D] to points of the common space [m, M]."""
        nearest: FloatArray = ((common - self.offset) @ self.matrix.T).astype(np.float32)
        return nearest


@dataclass(frozen=True, slots=True)
class JointMethod:
    """How a member's frame names the method that drew it, and with whom.

    Attributes:
        method: That drew all members together.
        members: Their names.
    """

    method: Projector
    members: tuple[str, ...]

    @property
    def name(self) -> str:
        """The method's own name and ``SUFFIX``."""
        return self.method.name + SUFFIX

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """The method's own, and ``joint``: the members."""
        return {**self.method.settings, "joint": joined(self.members)}

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> Embedding:
        """Draws the stacked rows of all members."""
        return self.method.fit(fitted, earlier, seed)


def joined(members: Sequence[str]) -> str:
    """The members' names as a frame's settings hold them."""
    return ", ".join(members)


def draw_joint(
    members: Sequence[Member], previous: Sequence[Previous | None], method: Projector, seed: int = 0
) -> list[Drawn]:
    """Draws one step of all members.

    A member of which no map can be drawn gets a frame that says why, and the others are drawn without it.

    Args:
        members: In the same order at every step; the first one that can be drawn sets the axes.
        previous: What the earlier step handed on for each, or None.
        method: Draws step by step.
        seed: Of the held-out rows and of every random choice.

    Returns:
        A frame for each member, in their order, with the measure ``alignment``, see ``explained``. The landscapes
        cover the same square; the time is shared out evenly.

    Raises:
        HiddenError: Two members have too few samples in common.
    """
    clock = Clock()
    named = JointMethod(method, tuple(member.name for member in members))
    prepared = [prepare(member.snapshot, seed) for member in members]
    there = [(place, item) for place, item in enumerate(prepared) if isinstance(item, Prepared)]
    frames = {
        place: draw_frame(members[place].snapshot, previous[place], named, seed)
        for place, item in enumerate(prepared)
        if isinstance(item, str)
    }
    if there:
        turns, qualities = _turns([(members[place], item) for place, item in there])
        fitted, near = _stacked(there, turns, len(members), seed)
        earlier = _earlier([item for _, item in there], [previous[place] for place, _ in there])
        embedding = named.fit(fitted, earlier, seed)
        shares = _shares(embedding, [item for _, item in there], turns)
        placed = [
            share.project(item.activations[len(item.fitted.activations) :], close)
            for share, close, (_, item) in zip(shares, near, there, strict=True)
        ]
        around = np.concatenate([embedding.positions, *placed])
        spent = clock.elapsed(len(there))
        for share, others, quality, (place, item) in zip(shares, placed, qualities, there, strict=True):
            before, one = previous[place], Clock(*spent)
            drawn = finish(members[place].snapshot, item, share, others, before, named, seed, one, around)
            if np.isfinite(quality):
                measures = {**drawn.frame.faithfulness, "alignment": quality}
                drawn = replace(drawn, frame=replace(drawn.frame, faithfulness=measures))
            frames[place] = drawn
    return [frames[place] for place in range(len(members))]


def procrustes(activations: FloatArray, onto: FloatArray, width: int) -> Turn:
    """The orthogonal map with a shift that brings rows closest to the same samples' rows elsewhere.

    matrix = U Vᵀ from the singular value decomposition of Xᵀ Y, both centred (Schönemann 1966, orthogonal Procrustes).
    Rows of fewer units count as if zeros followed. There is no scale: both sides are standardised.

    Args:
        activations: float32 [s, D].
        onto: float32 [s, E], of the same samples.
        width: M, units of the common space, at least D and E.

    Returns:
        From D units to M.
    """
    middle, target = activations.mean(axis=0, dtype=np.float64), np.zeros(width)
    target[: onto.shape[1]] = onto.mean(axis=0, dtype=np.float64)
    padded = np.zeros((len(onto), width))
    padded[:, : onto.shape[1]] = onto
    product = (activations - middle).T @ (padded - target)
    left, _, right = torch.linalg.svd(torch.from_numpy(product), full_matrices=False)
    matrix = (left @ right).numpy()
    return Turn(matrix.astype(np.float32), (target - middle @ matrix).astype(np.float32))


def explained(turned: FloatArray, onto: FloatArray) -> float:
    """Share of one set's variance that the other explains, up to a scale: R² = ⟨X, Y⟩² / (|X|² |Y|²), centred.

    One minus the Procrustes disparity, for rows that are turned already: on rows that the turn was not fitted to it is
    0 on average for unrelated networks, however many units they have. A negative ⟨X, Y⟩ explains nothing: 0.

    Args:
        turned: float32 [s, M].
        onto: float32 [s, M], of the same samples.

    Returns:
        In [0, 1]; NaN for fewer than two rows or when one side does not vary.
    """
    if len(turned) < 2:
        return float("nan")
    left = turned - turned.mean(axis=0, dtype=np.float64)
    right = onto - onto.mean(axis=0, dtype=np.float64)
    sizes = float((left**2).sum() * (right**2).sum())
    return max(0.0, float((left * right).sum())) ** 2 / sizes if sizes > 0 else float("nan")


def _turns(members: Sequence[tuple[Member, Prepared]]) -> tuple[list[Turn], list[float]]:
    """Each member's turn onto the first, and how well the two agree on samples that the turn was not fitted to."""
    width = max(item.activations.shape[1] for _, item in members)
    first, reference = members[0]
    own = reference.activations.shape[1]
    turns = [Turn(np.eye(own, width, dtype=np.float32), np.zeros(width, np.float32))]
    qualities = [1.0]
    places = _places(first, reference)
    for member, item in members[1:]:
        theirs = _places(member, item)
        common = [name for name in theirs if name in places]
        here, there = (np.array([where[name] for name in common], np.intp) for where in (theirs, places))
        fitted = (here < len(item.fitted.activations)) & (there < len(reference.fitted.activations))
        if fitted.sum() < FEWEST_ROWS:
            raise HiddenError(
                f"{first.name} and {member.name} cannot share a map at step {member.snapshot.step}",
                expected=f"at least {FEWEST_ROWS} samples of the same ids besides those held out",
                got=f"{int(fitted.sum())}",
                fix="Give both runs a hidden.Probe over the same data, or the same ids.",
            )
        turn = procrustes(item.activations[here[fitted]], reference.activations[there[fitted]], width)
        unseen = ~fitted
        turned, onto = turn.onto(item.activations[here[unseen]]), turns[0].onto(reference.activations[there[unseen]])
        turns.append(turn)
        qualities.append(explained(turned, onto))
    return turns, qualities


def _places(member: Member, prepared: Prepared) -> dict[Hashable, int]:
    """Where in the prepared arrays each sample is."""
    return {member.ids[row]: place for place, row in enumerate(prepared.rows.tolist())}


def _stacked(
    there: Sequence[tuple[int, Prepared]], turns: Sequence[Turn], members: int, seed: int
) -> tuple[Fitted, list[Neighbours]]:
    """The fitted rows of all members in the common space, with neighbours among all of them.

    No head is common to all, so methods that ask the head see none; the boundaries of all are there.

    Returns:
        The fitted rows, and for each member the fitted rows of all that are nearest to its rows that are not fitted.
    """
    turned = [turn.onto(item.activations) for turn, (_, item) in zip(turns, there, strict=True)]
    ends = [len(item.fitted.activations) for _, item in there]
    parts = [rows[:end] for rows, end in zip(turned, ends, strict=True)]
    others = [rows[end:] for rows, end in zip(turned, ends, strict=True)]
    activations = np.concatenate(parts)
    count = len(activations)
    _, onto = neighbours_and_graph(np.concatenate([activations, *others]), count, 1, min(NEIGHBOURS, count - 1), seed)
    sizes = [len(rows) for rows in others]
    close = zip(torch.split(onto.indices[count:], sizes), torch.split(onto.distances[count:], sizes), strict=True)
    # A number for each sample of each member, the same at every step, however many samples each has.
    rows = np.concatenate([item.fitted.rows * members + place for place, item in there])
    boundary = [turn.onto(item.fitted.boundary) for turn, (_, item) in zip(turns, there, strict=True)]
    fitted = Fitted(
        activations,
        onto.indices[:count].numpy().astype(np.int32),
        onto.distances[:count].numpy(),
        rows.astype(np.int32),
        None,
        np.concatenate(boundary),
    )
    return fitted, [Neighbours(indices, distances) for indices, distances in close]


def _earlier(prepared: Sequence[Prepared], previous: Sequence[Previous | None]) -> Earlier | None:
    """What the earlier step says of the stacked rows; nothing is known of a member that it did not hold."""
    if all(before is None for before in previous):
        return None
    parts = []
    for item, before in zip(prepared, previous, strict=True):
        count = len(item.fitted.activations)
        unknown = Earlier(np.full((count, 2), np.nan, np.float32), np.zeros(count, np.float32))
        parts.append(unknown if before is None else earlier_of(item, before))
    return Earlier(np.concatenate([part.positions for part in parts]), np.concatenate([part.kept for part in parts]))


def _shares(embedding: Embedding, prepared: Sequence[Prepared], turns: Sequence[Turn]) -> list[_Share]:
    """Each member's part of the joint map."""
    ends = np.cumsum([len(item.fitted.activations) for item in prepared])
    return [
        _Share(positions, _Back(embedding.inverse, turn), embedding, turn)
        for positions, turn in zip(np.split(embedding.positions, ends[:-1]), turns, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Back:
    """The joint map's inverse, turned back to a member's own activations."""

    inverse: Inverse
    turn: Turn

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Activations [m, D] of places [m, 2]."""
        return self.turn.back(self.inverse(positions))

    def through(self, weight: FloatArray, bias: FloatArray) -> Decode:
        """The head on a place: weight (z - offset) matrixᵀ + bias is affine in the common space too."""
        common = weight @ self.turn.matrix
        offset: FloatArray = (bias - common @ self.turn.offset).astype(np.float32)
        return self.inverse.through(common, offset)


@dataclass(frozen=True, slots=True)
class _Share:
    """A member's part of the joint map."""

    positions: FloatArray
    inverse: _Back
    embedding: Embedding
    turn: Turn

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places [m, 2] of the member's activations [m, D], whose nearest fitted rows are counted over all members."""
        return self.embedding.project(self.turn.onto(activations), near)
