"""The training log over time, at any width: rows of all sessions as one series, and its levels.

What the levels lack, because not all rows of a bucket were there or count, is computed from finer ones: a few buckets
of each. So a picture of the whole log costs the same after an hour and after a month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.parameter_levels import (
    FACTOR,
    FILTER_CHANGE,
    SCALARS,
    Entries,
    as_entries,
    fold,
    level_group,
)
from tensorboard_plugin_hidden.format.parameters import BANDS, CHANGE, STEP, bands, decode_change, read_layout
from tensorboard_plugin_hidden.format.schema import ParametersRecord, PayloadRef, Record
from tensorboard_plugin_hidden.format.store import StoreReader

_BLOCK = 1024
"""Buckets that a reader computes at once, so that its memory stays bounded where no levels are stored."""


class Segment(NamedTuple):
    """Neighbouring rows of one session.

    Attributes:
        start: Their first row in the stretch.
        rows: How many.
        place: Where the first row is in the store.
        offset: What is added to the session's steps.
        levels: The pyramid's group, and the number of the first row in it; None: a log from before there were any.
        stored: Buckets of levels 1, 2, … that are in the store.
    """

    start: int
    rows: int
    place: PayloadRef
    offset: int
    levels: PayloadRef | None
    stored: tuple[int, ...]

    @property
    def first(self) -> int:
        """Number of the first row in its pyramid."""
        return 0 if self.levels is None else self.levels.row


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows with the same layout, of one or more sessions.

    Attributes:
        layout: As in ``docs/format.md``.
        rows: How many.
        first_step: Training step of the first row, counted over all sessions.
        last_step: Training step of the last row.
        segments: Where the rows are.
    """

    layout: Mapping[str, Any]
    rows: int
    first_step: int
    last_step: int
    segments: tuple[Segment, ...]


class Clock(NamedTuple):
    """When the rows of a stretch were.

    Attributes:
        steps: int64 [rows], training steps, counted over all sessions.
        snapshot_steps: int64 [rows], the user's step where a row belongs to a snapshot, else -1.
        times: float64 [rows], the user's step of every row: interpolated by row number between rows that belong to
            snapshots, of whichever stretch; extrapolated at the rate of the nearest two before and after; the training
            steps where the whole run has fewer than two.
    """

    steps: npt.NDArray[np.int64]
    snapshot_steps: npt.NDArray[np.int64]
    times: npt.NDArray[np.float64]


class Buckets(NamedTuple):
    """A span of rows at one level.

    Attributes:
        level: A bucket has 4^level rows, fewer where a session begins or ends.
        edges: int64 [B + 1], the first row of each bucket, and the row after the last.
        values: Of ``change.one_minus_cos`` uint16 [B, F], codes of the greatest change, 65535 where there is none. Of
            ``update`` and ``learning_rates`` float32 [B, 3, P]; of ``weights``, ``gradients``, ``bands`` [B, 3, P, S].
            The 3 are the least, the mean and the greatest of the rows that have a number, NaN where none has.
    """

    level: int
    edges: npt.NDArray[np.int64]
    values: npt.NDArray[Any]


def stretches(records: Iterable[Record], store: StoreReader) -> list[Stretch]:
    """What rows there are.

    Args:
        records: Those that count, in order, as ``History.parameters``; what is not of ``parameters`` is passed over.
        store: Of the run.

    Returns:
        One for each stretch with the same layout, in order of training.

    Raises:
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    session, offset, last = "", 0, 0
    layouts: dict[PayloadRef, dict[str, Any]] = {}
    found: list[Stretch] = []
    for record in records:
        body = record.body
        if not isinstance(body, ParametersRecord):
            continue
        if record.version.session != session:
            session, offset = record.version.session, last
        if body.layout not in layouts:
            layouts[body.layout] = read_layout(body.layout, store)
        first, last = (step + offset for step in _steps(record, body, store))
        if not found or found[-1].layout != layouts[body.layout]:
            found.append(Stretch(layouts[body.layout], 0, first, last, ()))
        before = found[-1]
        segment = Segment(before.rows, body.count, record.payload, offset, body.levels, body.stored)
        found[-1] = replace(
            before, rows=before.rows + body.count, last_step=last, segments=_appended(before.segments, segment)
        )
    return found


def level_for(rows: int, width: int) -> int:
    """The finest level with at most two buckets a pixel.

    Args:
        rows: Rows to show.
        width: Pixels, at least 1.

    >>> [level_for(rows, 100) for rows in (0, 200, 201, 800, 801)]
    [0, 0, 1, 1, 2]
    """
    level = 0
    while rows > 2 * width * FACTOR**level:
        level += 1
    return level


def read_clocks(store: StoreReader, stretches: Sequence[Stretch]) -> list[Clock]:
    """When the rows of each stretch were: one clock for the whole run, whose rows go on from stretch to stretch.

    Args:
        store: Of the run.
        stretches: All of the run, from ``stretches``.

    Raises:
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    if not stretches:
        return []
    read = [read_rows(store, one, [STEP, "snapshot_step"], 0, one.rows) for one in stretches]
    times = _times(*(np.concatenate([rows[name] for rows in read]) for name in (STEP, "snapshot_step")))
    parts = np.split(times, np.cumsum([one.rows for one in stretches])[:-1])
    return [Clock(rows[STEP], rows["snapshot_step"], part) for rows, part in zip(read, parts, strict=True)]


def read_rows(
    store: StoreReader, stretch: Stretch, names: Collection[str], start: int, stop: int
) -> dict[str, npt.NDArray[Any]]:
    """Rows as they were logged; changes as codes, steps counted over all sessions.

    Args:
        store: Of the run.
        stretch: From ``stretches``.
        names: Which arrays.
        start: First row.
        stop: Row to stop before.

    Raises:
        HiddenError: The rows are not in the stretch.
        MissingDataError: The store is not in this copy of the log directory, is damaged, or lacks an array.
    """
    _require_span(stretch, start, stop)
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in names}
    for segment in stretch.segments:
        begin, end = max(start, segment.start) - segment.start, min(stop, segment.start + segment.rows) - segment.start
        if begin >= end:
            continue
        for name in names:
            rows = _logged(store, segment, stretch.layout, name, begin, end)
            parts[name].append(rows + segment.offset if name == STEP else rows)
    return {name: blocks[0] if len(blocks) == 1 else np.concatenate(blocks) for name, blocks in parts.items()}


def read_buckets(
    store: StoreReader,
    stretch: Stretch,
    array: str,
    start: int,
    stop: int,
    level: int,
    part: slice | None = None,
    statistics: Sequence[int] | None = None,
) -> Buckets:
    """A span of rows at one level. Buckets that reach over its ends are whole.

    Args:
        store: Of the run.
        stretch: From ``stretches``.
        array: ``change.one_minus_cos``, ``weights``, ``gradients``, ``update``, ``learning_rates`` or ``bands``.
        start: First row.
        stop: Row to stop before.
        level: From ``level_for``.
        part: Which filters, places or parameter groups; None: all.
        statistics: Which columns of ``weights``, ``gradients`` or ``bands``; None: all.

    Raises:
        HiddenError: The rows are not in the stretch, or the array has no levels.
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    _require_span(stretch, start, stop)
    if array != FILTER_CHANGE and array not in SCALARS:
        known = ", ".join([FILTER_CHANGE, *SCALARS])
        raise HiddenError(f"array {array!r} has no levels", expected=known, got=array, fix="Read its rows.")
    size = FACTOR**level
    edges: list[npt.NDArray[np.int64]] = []
    blocks: list[Entries] = []
    end = start
    for segment in stretch.segments:
        begin, end_here = max(start, segment.start), min(stop, segment.start + segment.rows)
        if begin >= end_here:
            continue
        to_pyramid = segment.first - segment.start
        first, last = (begin + to_pyramid) // size, -(-(end_here + to_pyramid) // size)
        source = _Source(store, segment, stretch.layout, array, part or slice(None), statistics)
        blocks.append(source.entries(level, first, last))
        edges.append(np.maximum(np.arange(first, last) * size - to_pyramid, segment.start))
        end = min(last * size - to_pyramid, segment.start + segment.rows)
    values = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
    if array in SCALARS:
        values = np.moveaxis(values[:, :, :3], 1, 3)
        values = values[..., 0] if array in ("update", "learning_rates") else values
    return Buckets(level, np.concatenate([*edges, [end]]).astype(np.int64), values)


class _Source:
    """One array of one segment, at every level. Buckets are numbered as in the segment's pyramid."""

    def __init__(
        self,
        store: StoreReader,
        segment: Segment,
        layout: Mapping[str, Any],
        name: str,
        part: slice,
        statistics: Sequence[int] | None,
    ) -> None:
        self._store = store
        self._segment = segment
        self._layout = layout
        self._name = name
        self._part = part
        self._statistics = statistics

    def entries(self, level: int, first: int, last: int) -> Entries:
        """Some buckets, of those of their rows that are in the segment."""
        segment = self._segment
        if level == 0:
            return self._rows(first, last)
        size = FACTOR**level
        begin = max(first, -(-segment.first // size))
        end = min(last, self._stored(level))
        if begin >= end:
            return self._computed(level, first, last)
        spans = [(first, begin), (end, last)]
        before, after = ([self._computed(level, a, b)] if a < b else [] for a, b in spans)
        return np.concatenate([*before, self._read(level, begin, end), *after])

    def _stored(self, level: int) -> int:
        segment = self._segment
        if segment.levels is None or level > len(segment.stored) or not segment.stored[level - 1]:
            return 0
        wanted = segment.stored[level - 1]
        return min(wanted, self._store.length(level_group(segment.levels.group, level), self._name, wanted))

    def _read(self, level: int, first: int, last: int) -> Entries:
        assert self._segment.levels is not None
        group, rows = level_group(self._segment.levels.group, level), slice(first, last)
        if self._name == FILTER_CHANGE:
            return self._store.read_series(group, self._name, rows, self._part)
        every = slice(None)
        if self._statistics is None:
            return self._store.read_series(group, self._name, rows, every, every, self._part)
        # One after the other: each has chunks of its own.
        places = [slice(i, i + 1) for i in self._statistics]
        tables = [self._store.read_series(group, self._name, rows, place, every, self._part) for place in places]
        return np.concatenate(tables, axis=1)

    def _computed(self, level: int, first: int, last: int) -> Entries:
        segment, finer = self._segment, FACTOR ** (level - 1)
        blocks = []
        for begin in range(first, last, _BLOCK):
            end = min(begin + _BLOCK, last)
            start = max(begin * FACTOR, segment.first // finer)
            stop = min(end * FACTOR, -(-(segment.first + segment.rows) // finer))
            starts = np.maximum(np.arange(begin, end) * FACTOR - start, 0)
            blocks.append(fold(self.entries(level - 1, start, stop), starts))
        return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]

    def _rows(self, first: int, last: int) -> Entries:
        begin, end = first - self._segment.first, last - self._segment.first
        rows = _logged(self._store, self._segment, self._layout, self._name, begin, end, self._part)
        if rows.ndim > 2 and self._statistics is not None:
            rows = rows[:, :, list(self._statistics)]
        return as_entries(self._name, rows)


def _logged(
    store: StoreReader,
    segment: Segment,
    layout: Mapping[str, Any],
    name: str,
    begin: int,
    end: int,
    part: slice = slice(None),
) -> npt.NDArray[Any]:
    """Rows ``begin`` to ``end`` of a segment."""
    place = segment.place
    rows = slice(place.row + begin, place.row + end)
    if name == BANDS and segment.levels is None:  # a log from before there were any
        changes = store.read_series(place.group, CHANGE + "relative_l2", rows)
        return bands(decode_change(changes), layout)[:, part]
    index = (part,) if part != slice(None) else ()
    return store.read_series(place.group, name, rows, *index)


def _steps(record: Record, body: ParametersRecord, store: StoreReader) -> tuple[int, int]:
    """The session's steps of the first and the last row of a record."""
    if body.first_step is not None and body.last_step is not None:
        return body.first_step, body.last_step
    row = record.payload.row
    steps = store.read_series(record.payload.group, STEP, slice(row, row + body.count))
    return int(steps[0]), int(steps[-1])


def _appended(segments: tuple[Segment, ...], new: Segment) -> tuple[Segment, ...]:
    """Joins rows that follow each other in the store and in their pyramid."""
    if not segments:
        return (new,)
    last = segments[-1]
    place = PayloadRef(last.place.group, last.place.row + last.rows)
    levels = None if last.levels is None else PayloadRef(last.levels.group, last.levels.row + last.rows)
    if (new.place, new.levels, new.offset) != (place, levels, last.offset):
        return (*segments, new)
    return (*segments[:-1], last._replace(rows=last.rows + new.rows, stored=new.stored))


def _times(steps: npt.NDArray[np.int64], snapshot_steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    known = np.flatnonzero(snapshot_steps >= 0)
    if len(known) < 2:
        return steps.astype(np.float64)
    rows, at = np.arange(len(steps)), snapshot_steps[known].astype(np.float64)
    times = np.interp(rows, known, at)
    for outside, anchor, (a, b) in ((rows < known[0], 0, (0, 1)), (rows > known[-1], -1, (-2, -1))):
        rate = (at[b] - at[a]) / (known[b] - known[a])
        times[outside] = at[anchor] + (rows[outside] - known[anchor]) * rate
    return times


def _require_span(stretch: Stretch, start: int, stop: int) -> None:
    if not 0 <= start < stop <= stretch.rows:
        raise HiddenError(
            "there are no such rows",
            expected=f"a span of rows from 0 to {stretch.rows}",
            got=f"{start} to {stop}",
            fix="Take it from the stretch.",
        )
