import numpy as np
import pytest

from tensorboard_plugin_hidden.format.constants import INLINE_BUDGET, INLINE_LIMIT
from tensorboard_plugin_hidden.format.payload import PayloadWriter, resolve
from tensorboard_plugin_hidden.format.schema import EndRecord, Record, Version
from tensorboard_plugin_hidden.format.store import StoreReader


def noise(rng, nbytes):
    return {"a": rng.integers(0, 256, nbytes, dtype=np.uint8)}


@pytest.mark.parametrize(("nbytes", "inline"), [(100, True), (INLINE_LIMIT - 1000, True), (INLINE_LIMIT + 1, False)])
def test_small_payloads_travel_in_the_event(tmp_path, rng, nbytes, inline):
    arrays = noise(rng, nbytes)
    reference, data = PayloadWriter(str(tmp_path)).put("g", arrays)
    assert reference.inline == inline == bool(data)
    record = Record(Version("ab", 0), EndRecord(), reference)
    assert resolve(record, data, StoreReader(str(tmp_path)))["a"].tobytes() == arrays["a"].tobytes()


def test_what_deflates_enough_travels_in_the_event(tmp_path):
    reference, data = PayloadWriter(str(tmp_path)).put("g", {"a": np.zeros(3 * INLINE_LIMIT, np.uint8)})
    assert reference.inline
    assert len(data) < INLINE_LIMIT


def test_the_budget_of_a_run_is_kept(tmp_path, rng):
    writer = PayloadWriter(str(tmp_path))
    sizes = [len(writer.put("g", noise(rng, 60_000))[1]) for _ in range(150)]
    assert INLINE_BUDGET - INLINE_LIMIT < sum(sizes) <= INLINE_BUDGET
    assert sizes[-1] == 0


def test_a_resumed_run_counts_what_is_there(tmp_path, rng):
    (tmp_path / "events.out.tfevents.1").write_bytes(bytes(INLINE_BUDGET))
    assert not PayloadWriter(str(tmp_path)).put("g", noise(rng, 100))[0].inline
