"""The few snapshots that are kept in memory between requests, because reading one costs about a second."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from tensorboard_plugin_hidden.format.schema import Version
from tensorboard_plugin_hidden.geometry.details import SnapshotDetails

MOST_ROWS = 500
"""Samples in one request for details: at 100,000 x 512 they take a second of processor time."""

_MOST = 2
"""Snapshots: the two ends of a comparison. Going through the epochs asks of each once, so more would not help."""

_MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all of them: two of 100,000 x 512, and little beside the training on the same machine. A larger one is kept
alone, since it would otherwise be read anew for every sample that is pointed at."""


class SnapshotCache:
    """Keeps the snapshots that were asked for last. Safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Version], SnapshotDetails] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def get(self, run: str, version: Version, load: Callable[[], SnapshotDetails]) -> SnapshotDetails:
        """The snapshot, from memory or read; one is read at a time, and by one request.

        Args:
            run: The run's name.
            version: Of the snapshot.
            load: Reads it.
        """
        known = self._known(run, version)
        if known is not None:
            return known
        with self._loading:
            known = self._known(run, version)
            if known is None:
                known = load()
                with self._lock:
                    self._kept[run, version] = known
                    self._make_room()
            return known

    def _known(self, run: str, version: Version) -> SnapshotDetails | None:
        with self._lock:
            known = self._kept.get((run, version))
            if known is not None:
                self._kept.move_to_end((run, version))
            return known

    def _make_room(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > _MOST or sum(kept.nbytes for kept in self._kept.values()) > _MOST_BYTES
        ):
            self._kept.popitem(last=False)
