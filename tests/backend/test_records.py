"""What TensorBoard's own data provider does while its Python loader is still reading."""

import threading

import pytest
from tensorboard.backend.event_processing import data_provider, plugin_event_accumulator, plugin_event_multiplexer
from tensorboard.context import RequestContext

from tensorboard_plugin_hidden.backend.records import Provider
from tests.conftest import log_maps

STEPS = 5


@pytest.fixture
def multiplexer(tmp_path):
    """TensorBoard's reader over one run, nothing read yet."""
    log_maps(tmp_path / "run", range(STEPS))
    reader = plugin_event_multiplexer.EventMultiplexer(size_guidance={plugin_event_accumulator.TENSORS: 0})
    return reader.AddRunsFromDirectory(str(tmp_path))


def test_a_tag_whose_value_is_not_there_yet_is_waited_for(multiplexer):
    provider = Provider(data_provider.MultiplexerDataProvider(multiplexer, str(multiplexer)))
    multiplexer.Reload()
    accumulator = multiplexer.GetAccumulator("run")
    tag = next(tag for tag in accumulator.tensors_by_tag if "/frame/" in tag)
    # The moment between the two: the tag's metadata is known, its value is not.
    value = accumulator.tensors_by_tag.pop(tag)
    with pytest.raises(KeyError):
        multiplexer.Tensors("run", tag)
    arrival = threading.Timer(0.1, accumulator.tensors_by_tag.__setitem__, (tag, value))
    arrival.start()
    found = provider.records(RequestContext(), "", "run")
    arrival.join()
    assert sum("/frame/" in record.tag for record in found.records) == STEPS
    assert not found.refused
