import json
import os
from pathlib import Path

import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.summary.writer.record_writer import RecordWriter

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tensorboard_plugin_hidden.format.schema import to_json
from tensorboard_plugin_hidden.format.summaries import event, summary
from tests.conftest import log_maps
from tests.format.golden_maker import contents


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


def test_damaged_records_are_left_out_with_one_warning(tmp_path):
    """One that contradicts its tag, one with a wrong field, and an event that is none."""
    log_maps(tmp_path, range(5))
    whole = list(RunReader(str(tmp_path)).poll())
    bad = [to_json(item.record).replace(b'"seq":', b'"seq":-1') for item in whole[:2]]
    events = EventFileWriter(str(tmp_path))
    for item, content in zip(whole[:3], [*bad, to_json(whole[3].record)], strict=True):
        message = summary(item.record)
        message.value[0].metadata.plugin_data.content = content
        events.add_event(event(message, 0))
    events.close()
    with (tmp_path / "events.out.tfevents.9999999999.x").open("wb") as file:
        RecordWriter(file).write(b"\xff" * 40)
    with pytest.warns(HiddenWarning, match="could not be read and are left out") as caught:
        assert len(list(RunReader(str(tmp_path)).poll())) == len(whole)
    assert len(caught) == 1


def test_a_pipe_that_is_named_like_an_event_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "events.out.tfevents.1")
    with pytest.raises(HiddenError, match="not a run"):
        RunReader(str(tmp_path))


def test_a_directory_without_events_is_no_run(tmp_path):
    with pytest.raises(HiddenError, match="not a run: expected a directory with TensorBoard event files"):
        RunReader(str(tmp_path))


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["v1", "v1-metadata", "v1-alerts"])
def test_golden_files_are_still_read(name):
    """Written once and never again: what they say must mean the same for ever."""
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    found = contents(GOLDEN / name)
    assert {key: found[key] for key in expected} == expected
    assert found["closed"]


def test_what_was_added_to_format_1_is_missing_in_a_log_from_before():
    found = contents(GOLDEN / "v1")
    assert (found["columns"], found["picture_sum"], found["selected"]) == ([], None, {})
    assert (found["tasks"], found["alerts"], found["health"]) == ([], [], {})
