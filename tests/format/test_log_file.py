"""Event files that outlive trouble."""

import os
import resource
import shutil
import struct
import warnings
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tensorboard_plugin_hidden.errors import HiddenWarning
from tensorboard_plugin_hidden.format.log_file import EventLog, LogFile
from tensorboard_plugin_hidden.format.succession import event_files
from tensorboard_plugin_hidden.format.summaries import event, scalars


def log(events, steps, name="x"):
    for step in steps:
        events.add_event(event(scalars({name: float(step)}), step))
    events.flush()


def steps(directory):
    """As a reader finds them, file after file."""
    return [
        e.step for path in sorted(event_files(str(directory))) for e in EventFileLoader(path).Load() if e.summary.value
    ]


def test_a_directory_that_is_removed_is_made_anew(tmp_path):
    events = EventLog(str(tmp_path / "run"))
    log(events, [0])
    shutil.rmtree(tmp_path / "run")
    with pytest.warns(HiddenWarning, match="was removed while it was written") as caught:
        log(events, [1, 2])
    events.close()
    assert len(caught) == 1
    assert steps(tmp_path / "run") == [1, 2]


def test_what_cannot_be_written_is_written_when_it_can_be(tmp_path, capsys):
    run = tmp_path / "run"
    events = EventLog(str(run))
    shutil.rmtree(run)
    run.write_text("in the way")
    with pytest.warns(HiddenWarning, match="cannot be written") as caught:
        log(events, range(50))
    assert len(caught) == 1
    run.unlink()
    log(events, [50])
    events.close()
    assert steps(run) == list(range(51))
    assert "the log is written again" in capsys.readouterr().err


def test_what_could_never_be_written_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("tensorboard_plugin_hidden.format.log_file._KEEP_BYTES", 1000)
    run = tmp_path / "run"
    file = LogFile(str(run))
    shutil.rmtree(run)
    run.write_text("in the way")
    with pytest.warns(HiddenWarning, match="cannot be written"):
        file.write(b"x" * 100)
    for _ in range(19):
        file.write(b"x" * 100)
    with pytest.warns(HiddenWarning, match="20 events of .* are lost"):
        file.close()


@pytest.fixture
def size_limit():
    """Sets the largest size of a file that this process may write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow_is_followed_by_another(tmp_path, size_limit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        events = EventLog(str(tmp_path))
        size_limit(2000)
        log(events, range(200))
        size_limit(resource.RLIM_INFINITY)
        events.close()
    assert steps(tmp_path) == list(range(200))
    assert len(event_files(str(tmp_path))) > 2


def test_a_record_that_is_cut_short_is_completed_before_the_next(tmp_path, size_limit):
    """As on a full disk, of which a record is larger than what is free."""
    events = EventLog(str(tmp_path))
    size_limit(300)
    with pytest.warns(HiddenWarning, match="File too large"):
        log(events, [0], "n" * 1000)
    size_limit(resource.RLIM_INFINITY)
    log(events, [1])
    events.close()
    assert steps(tmp_path) == [0, 1]


def test_the_half_of_a_record_is_taken_back_at_the_end(tmp_path, size_limit):
    events = EventLog(str(tmp_path))
    size_limit(300)
    with pytest.warns(HiddenWarning, match="File too large"):
        log(events, [0], "n" * 1000)
    with pytest.warns(HiddenWarning, match="1 events of .* are lost"):
        events.close()
    size_limit(resource.RLIM_INFINITY)
    (path,) = event_files(str(tmp_path))
    data = Path(path).read_bytes()
    assert len(data) == 16 + struct.unpack("<Q", data[:8])[0]


def test_a_directory_that_cannot_be_written_is_told_at_once(tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(OSError, match="exists"):
        LogFile(str(tmp_path / "run"))


def other_file(directory, stamp):
    path = os.path.join(directory, f"events.out.tfevents.{stamp}.elsewhere.1.0")
    return open(path, "ab", buffering=0)


@pytest.mark.parametrize("stamp", [1_000_000_000, 4_000_000_000])
@pytest.mark.parametrize("first", ["ours", "other"])
def test_another_writer_in_the_directory_is_told_of_once(tmp_path, first, stamp):
    other = other_file(tmp_path, stamp) if first == "other" else None
    file = LogFile(str(tmp_path))
    other = other or other_file(tmp_path, stamp)
    other.write(b"event")
    with pytest.warns(HiddenWarning, match="Another writer is at work.*another directory"):
        file.look_around(now=True)
    other.write(b"event")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        file.look_around(now=True)
    file.close()
    other.close()


def test_finished_sessions_and_our_own_files_are_no_other_writers(tmp_path, recwarn):
    with other_file(tmp_path, 1_000_000_000) as other:
        other.write(b"event")
    files = [LogFile(str(tmp_path)) for _ in range(2)]
    for file in files:
        file.write(b"record")
        file.look_around(now=True)
    for file in files:
        file.close()
    assert not recwarn.list
