"""Later is later, whatever the clock says."""

import os
import time

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.succession import enter, event_files, new_session_id, next_stamp
from tests.servers import LOADERS, tensorboard


def test_a_later_file_has_a_later_name():
    assert next_stamp([]) < next_stamp(["r/events.out.tfevents.4000000000.host.1.0"]) == 4_000_000_001
    assert next_stamp(["events.out.tfevents.9999999999.x.1.0", "events.out.tfevents.old", "tfevents.12345678901.x"]) < (
        4_000_000_000
    )


def test_event_files_of_what_is_not_there_are_none(tmp_path):
    assert event_files(str(tmp_path / "none")) == {}


def test_a_later_session_has_a_greater_id(tmp_path):
    enter(str(tmp_path), "fff000000000abcd")
    enter(str(tmp_path), "not-one-of-ours")
    later = new_session_id(str(tmp_path))
    assert "fff000000000abcd" < later < "fff000000002"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / f"events.out.tfevents.{2**33}.host.1.0").touch()
    assert int(new_session_id(str(tmp_path / "other"))[:12], 16) > 2**33 * 1000


@pytest.mark.parametrize("loader", LOADERS)
def test_a_session_whose_clock_is_behind_is_seen(tmp_path, loader, monkeypatch):
    """The first session is of tomorrow, the second of today, and the third's clock goes back while it writes."""
    run, now = tmp_path / "run", time.time()
    clocks = [(now + 86400, now + 86401), (now, now + 1), (now - 1800, now - 7200)]
    with tensorboard(["--logdir", str(tmp_path)], loader) as server:
        for number, clock in enumerate(clocks):
            monkeypatch.setattr(time, "time", lambda clock=clock: clock[0])
            monkeypatch.setattr(time, "time_ns", lambda clock=clock: int(clock[0] * 1e9))
            with hidden.SummaryWriter(str(run)) as writer:
                writer.add_activations("a", np.full((12, 2), number), number, method=None)
                monkeypatch.setattr(time, "time", lambda clock=clock: clock[1])
                writer.add_activations("a", np.full((12, 2), number), number + 1, method=None)
            steps = list(range(number + 2))
            index = server.index("run", lambda index, steps=steps: index["layers"][0]["steps"] == steps)
            sessions = [version.partition(".")[0] for version in index["layers"][0]["versions"]]
            assert sessions == sorted(sessions)
            assert len(set(sessions)) == number + 1
    names = sorted(name for name in os.listdir(run) if "tfevents" in name)
    assert names == sorted(names, key=lambda name: os.stat(run / name).st_mtime_ns)
