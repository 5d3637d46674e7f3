"""Writes rows of the training log: the rows, then their levels, then the event that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.parameter_levels import LEVELS, PyramidWriter
from tensorboard_plugin_hidden.format.parameters import LAYOUT, PARAMETERS, STEP, encode_layout
from tensorboard_plugin_hidden.format.schema import ParametersRecord, PayloadRef
from tensorboard_plugin_hidden.format.store import group_name


class ParameterRows:
    """The rows of one session, of which there is one: it numbers what is written.

    Args:
        journal: Where to.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._layout: tuple[Mapping[str, Any], PayloadRef] | None = None
        self._pyramid: PyramidWriter | None = None
        self._pyramids = 0

    def write(self, rows: Mapping[str, npt.NDArray[Any]], layout: Mapping[str, Any], step: int) -> None:
        """Appends rows.

        Args:
            rows: All arrays of the log by name, as in ``docs/format.md``, at least one row along the first axis.
            layout: What their columns are; where it is another than before, new levels begin.
            step: The step of the snapshots that the rows led to.

        Raises:
            HiddenError: The store cannot be written, and the rows are not logged.
        """
        session = self._journal.session
        if self._layout is None or self._layout[0] != layout:
            place = self._journal.store(group_name(session, LAYOUT), {LAYOUT: encode_layout(layout)})
            self._layout = (layout, place)
            self._pyramid = None
        reference = self._journal.extend(group_name(session, PARAMETERS), rows)
        levels, stored = self._add_levels(rows)
        steps = rows[STEP]
        body = ParametersRecord(step, len(steps), self._layout[1], int(steps[0]), int(steps[-1]), levels, stored)
        self._journal.name(body, reference)

    def _add_levels(self, rows: Mapping[str, npt.NDArray[Any]]) -> tuple[PayloadRef, tuple[int, ...]]:
        """Where the rows are in their pyramid, and how many buckets of each level are there."""
        if self._pyramid is None:
            group = group_name(self._journal.session, LEVELS, str(self._pyramids))
            self._pyramid = PyramidWriter(group, self._journal.extend)
            self._pyramids += 1
        pyramid = self._pyramid
        place = PayloadRef(pyramid.group, pyramid.rows)
        try:
            pyramid.add(rows)
        except HiddenError:  # The rows are there, and what levels lack is computed from them.
            self._pyramid = None
        return place, pyramid.stored
