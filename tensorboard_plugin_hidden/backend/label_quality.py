"""The quality of labels after each snapshot, kept between requests: it is made of all snapshots before, too."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_hidden.format.schema import Record, Version
from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.training_log.label_quality import LabelQuality

_MOST_BYTES = 256 * 1024 * 1024
"""Bytes of all layers: 600 snapshots of 100,000 samples. A larger layer is kept alone."""


@dataclass(slots=True)
class _Course:
    """What is known of one layer.

    Attributes:
        quality: The mean so far.
        versions: Of the snapshots that are in it, in order.
        after: The quality after each.
    """

    quality: LabelQuality
    versions: list[Version] = field(default_factory=list)
    after: list[FloatArray] = field(default_factory=list)


class LabelQualities:
    """Label quality of the layers that were asked about last. Safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Course] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, run: str, layer: str, snapshots: Sequence[Record], samples: int, margins: Callable[[Record], FloatArray]
    ) -> FloatArray:
        """The quality after the last of some snapshots, float32 [N].

        Args:
            run: The run's name.
            layer: The layer's.
            snapshots: At least one, in order; those that were asked about before are not read again.
            samples: N.
            margins: Reads the margins of a snapshot, from ``label_margins``.
        """
        wanted = [record.version for record in snapshots]
        with self._lock:
            course = self._kept.get((run, layer))
            if course is None or any(have != want for have, want in zip(course.versions, wanted, strict=False)):
                # Snapshots that were counted do not count any more: the run was resumed before them.
                course = self._kept[run, layer] = _Course(LabelQuality(samples))
            self._kept.move_to_end((run, layer))
            for record in snapshots[len(course.versions) :]:
                course.after.append(course.quality.add(margins(record)))
                course.versions.append(record.version)
            self._make_room()
            return course.after[len(wanted) - 1]

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(_nbytes(course) for course in self._kept.values()) > _MOST_BYTES:
            self._kept.popitem(last=False)


def _nbytes(course: _Course) -> int:
    return sum(after.nbytes for after in course.after)
