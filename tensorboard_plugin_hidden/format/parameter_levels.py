"""Coarser levels of the training log, which the training process writes as rows come.

Level l has one bucket for 4^l rows, and is only appended to: a bucket is stored once all its rows are there. Change
keeps its maximum, because one filter that jumps at one step is what is looked for; scalars keep least, mean, greatest.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.parameters import BANDS, CHANGE
from tensorboard_plugin_hidden.format.schema import PayloadRef

LEVELS = "parameters_levels"
"""Group of the store, below which every pyramid has a number, and every level of it."""

FACTOR = 4
"""Entries of one level that make one of the next."""

FILTER_CHANGE = CHANGE + "one_minus_cos"
"""The change of filters that has levels."""

SCALARS = ("weights", "gradients", "update", "learning_rates", BANDS)
"""The arrays that have levels besides."""

_BATCH = 64
"""Buckets of one level that are written together: few writes, and little that a reader has to compute."""

_NONE_PLUS_ONE = np.uint16(1)
"""Added to codes of changes, none (65535) wraps around to 0 and is less than every change."""

Entries = npt.NDArray[Any]
"""Of a change: uint16 [n, F] codes. Of a scalar: float32 [n, S statistics, 4, P places], where the 4 are the least, the
mean, the greatest and how many rows have a number at all."""

Extend = Callable[[str, Mapping[str, npt.NDArray[Any]]], PayloadRef]


class PyramidWriter:
    """Writes the levels of rows with one layout, as the rows come.

    Args:
        group: Of the store; the levels are groups below it.
        extend: ``Journal.extend``.

    Attributes:
        group: As given.
        rows: How many rows came.
        stored: How many buckets of levels 1, 2, … are in the store.
    """

    def __init__(self, group: str, extend: Extend) -> None:
        self.group = group
        self.rows = 0
        self.stored: tuple[int, ...] = ()
        self._extend = extend
        self._open: list[dict[str, Entries]] = []
        self._ready: list[dict[str, Entries]] = []

    def add(self, rows: Mapping[str, npt.NDArray[Any]]) -> None:
        """Takes rows, and writes what buckets they complete, a few at a time.

        Args:
            rows: The arrays of the log, of which those with levels are taken; rows along their first axis.

        Raises:
            HiddenError: The store cannot be written, or the group is another pyramid's. What ``stored`` counts is
                there; no more rows may be added.
        """
        count = len(next(iter(rows.values())))
        entries = {name: as_entries(name, rows[name]) for name in (FILTER_CHANGE, *SCALARS)}
        self.rows += count
        for level in itertools.count():
            if level == len(self._open):
                self._open.append({name: values[:0] for name, values in entries.items()})
                self._ready.append({name: values[:0] for name, values in entries.items()})
                self.stored += (0,)
            waiting = {name: np.concatenate([self._open[level][name], values]) for name, values in entries.items()}
            whole = len(waiting[FILTER_CHANGE]) // FACTOR * FACTOR
            # Copies, lest a few entries keep all alive that they were cut from.
            self._open[level] = {name: values[whole:].copy() for name, values in waiting.items()}
            if not whole:
                return
            starts = np.arange(0, whole, FACTOR)
            entries = {name: fold(values[:whole], starts) for name, values in waiting.items()}
            ready = {name: np.concatenate([self._ready[level][name], values]) for name, values in entries.items()}
            self._ready[level] = ready
            if len(ready[FILTER_CHANGE]) >= _BATCH:
                place = PayloadRef(level_group(self.group, level + 1), self.stored[level])
                self._require_place(place, self._extend(place.group, ready))
                self._ready[level] = {name: values[:0].copy() for name, values in ready.items()}
                written = self.stored[level] + len(ready[FILTER_CHANGE])
                self.stored = (*self.stored[:level], written, *self.stored[level + 1 :])

    @staticmethod
    def _require_place(expected: PayloadRef, got: PayloadRef) -> None:
        if got != expected:  # Readers number buckets by the rows they are of.
            raise HiddenError(
                "there are buckets of another pyramid",
                expected=f"row {expected.row} of {expected.group}",
                got=f"row {got.row} of {got.group}",
                fix="Give every pyramid a group of its own.",
            )


def level_group(group: str, level: int) -> str:
    """Where one level of a pyramid is."""
    return f"{group}/{level}"


def as_entries(name: str, rows: npt.NDArray[Any]) -> Entries:
    """Rows in the form that levels have."""
    if name == FILTER_CHANGE:
        return rows
    values = np.moveaxis(rows[:, :, None] if rows.ndim == 2 else rows, 2, 1).astype(np.float32)
    return np.stack([values, values, values, (~np.isnan(values)).astype(np.float32)], axis=2)


def fold(entries: Entries, starts: npt.NDArray[np.integer]) -> Entries:
    """Entries to coarser ones, each from one of ``starts`` up to the next."""
    if entries.dtype == np.uint16:
        codes = entries + _NONE_PLUS_ONE
        if len(entries) == FACTOR * len(starts):  # twenty times as fast
            greatest: Entries = codes.reshape(len(starts), FACTOR, -1).max(axis=1)
            return greatest - _NONE_PLUS_ONE
        return np.maximum.reduceat(codes, starts, axis=0) - _NONE_PLUS_ONE
    least, mean, most, known = np.moveaxis(entries, 2, 0)
    counts = np.add.reduceat(known, starts, axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # infinite values of both signs have no mean
        sums = np.where(known > 0, mean.astype(np.float64) * known, 0)
        sums = np.add.reduceat(sums, starts, axis=0)
        means = np.divide(sums, counts, where=counts > 0, out=np.full(sums.shape, np.nan))
    tables = [np.fmin.reduceat(least, starts, axis=0), means, np.fmax.reduceat(most, starts, axis=0), counts]
    return np.stack(tables, axis=2, dtype=np.float32, casting="same_kind")
