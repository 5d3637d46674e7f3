import json
from pathlib import Path

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.payload import resolve
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import ProbeRecord
from tensorboard_plugin_hidden.format.store import StoreReader
from tests.conftest import log_maps


def steps(run_dir):
    history = current(logged.record for logged in RunReader(str(run_dir)).poll())
    return list(history.frames["space"]["logged"])


def event_file(run_dir: Path) -> Path:
    (file,) = run_dir.glob("*tfevents*")
    return file


def test_everything_logged_is_read(tmp_path):
    log_maps(tmp_path, range(7))
    assert steps(tmp_path) == list(range(7))


def test_what_is_appended_is_read_by_the_next_poll(tmp_path):
    log_maps(tmp_path / "whole", range(6))
    data = event_file(tmp_path / "whole").read_bytes()
    growing = tmp_path / "growing" / "events.out.tfevents.1"
    growing.parent.mkdir()
    growing.write_bytes(data[: len(data) // 2])  # in the middle of a record
    reader = RunReader(str(growing.parent))
    first = list(reader.poll())
    assert len(first) > 0
    assert list(reader.poll()) == []
    growing.write_bytes(data)
    rest = list(reader.poll())
    whole = list(RunReader(str(tmp_path / "whole")).poll())
    assert [logged.record for logged in first + rest] == [logged.record for logged in whole]


def test_a_truncated_last_record_costs_only_itself(tmp_path):
    log_maps(tmp_path, range(5))
    before = len(list(RunReader(str(tmp_path)).poll()))
    file = event_file(tmp_path)
    file.write_bytes(file.read_bytes()[:-7])
    assert len(list(RunReader(str(tmp_path)).poll())) == before - 1
    assert steps(tmp_path) == list(range(5))


def test_a_directory_without_events_is_no_run(tmp_path):
    with pytest.raises(HiddenError, match="not a run: expected a directory with TensorBoard event files"):
        RunReader(str(tmp_path))


GOLDEN = Path(__file__).parent / "golden"


def test_the_golden_file_of_format_1_is_still_read():
    """Written by 0.1.0 and never again: what it says must mean the same for ever."""
    run = GOLDEN / "v1"
    expected = json.loads((GOLDEN / "v1.json").read_text())
    logged = list(RunReader(str(run)).poll())
    history = current(item.record for item in logged)
    payloads = {str(item.record.version): item.payload for item in logged}
    store = StoreReader(str(run))
    assert list(history.snapshots["fc"]) == expected["snapshots"]
    frames = history.frames["fc"]["logged"]
    assert list(frames) == expected["frames"]
    for step, record in frames.items():
        arrays = resolve(record.payload, payloads[str(record.version)], store)
        assert arrays["positions"].astype(int).sum() == expected["position_sums"][str(step)]
    snapshot = store.read(history.snapshots["fc"][1].payload)
    np.testing.assert_allclose(snapshot["activations"].astype(float).sum(), expected["activation_sum"])
    assert isinstance(history.probe.body, ProbeRecord)
    assert list(history.probe.body.classes) == expected["classes"]
    assert history.closed
