import threading
import time

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend import snapshots
from tensorboard_plugin_hidden.backend.snapshots import SnapshotCache
from tensorboard_plugin_hidden.format.schema import Version
from tensorboard_plugin_hidden.geometry.details import SnapshotDetails

FIRST, SECOND, THIRD = (Version("ab", number) for number in range(3))


class Loads:
    """Makes snapshots, and counts how often."""

    def __init__(self, rows=100, pause=0.0):
        self.rows, self.pause, self.count = rows, pause, 0

    def __call__(self):
        self.count += 1
        time.sleep(self.pause)
        return SnapshotDetails({"activations": np.zeros((self.rows, 8), np.float32)})


def test_two_are_kept_and_the_one_not_asked_for_longest_goes():
    cache, loads = SnapshotCache(), Loads()
    for version in (FIRST, SECOND, FIRST, SECOND, FIRST):
        cache.get("run", version, loads)
    assert loads.count == 2
    cache.get("run", THIRD, loads)
    cache.get("run", FIRST, loads)
    assert loads.count == 3
    cache.get("run", SECOND, loads)
    assert loads.count == 4


def test_runs_are_kept_apart():
    cache, loads = SnapshotCache(), Loads()
    assert cache.get("a", FIRST, loads) is not cache.get("b", FIRST, loads)
    assert loads.count == 2


@pytest.mark.parametrize(("limit", "loaded"), [(2.1, 2), (1.9, 4), (0.5, 4)])
def test_bytes_are_bounded_and_one_is_always_kept(monkeypatch, limit, loaded):
    size = Loads()().nbytes
    monkeypatch.setattr(snapshots, "_MOST_BYTES", int(limit * size))
    cache, loads = SnapshotCache(), Loads()
    for version in (FIRST, FIRST, SECOND, SECOND, FIRST, SECOND):
        cache.get("run", version, loads)
    assert loads.count == loaded


def test_many_requests_at_once_read_it_once():
    cache, loads = SnapshotCache(), Loads(pause=0.05)
    found = []
    threads = [threading.Thread(target=lambda: found.append(cache.get("run", FIRST, loads))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads.count == 1
    assert len({id(snapshot) for snapshot in found}) == 1


def test_a_failure_is_not_kept():
    cache = SnapshotCache()

    def fails():
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        cache.get("run", FIRST, fails)
    assert cache.get("run", FIRST, Loads()).count == 100
