"""Records as TensorBoard summaries and back."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2

from tensorboard_plugin_hidden.format.constants import PLUGIN_NAME, RUN_TAG
from tensorboard_plugin_hidden.format.schema import Record, to_json


def summary(record: Record, payload: bytes = b"") -> summary_pb2.Summary:
    """One record as a summary that both of TensorBoard's loaders keep.

    The value is a scalar DT_STRING tensor: tools that mirror TensorBoard logs redraw numeric tensors and drop strings.

    Args:
        record: What to say in ``plugin_data.content``.
        payload: The inline container, or nothing.
    """
    return summary_pb2.Summary(value=[_value(record.tag, to_json(record), payload)])


def run_marker() -> summary_pb2.Summary:
    """The value of fixed tag by which the backend finds the runs that hold hidden data."""
    return summary_pb2.Summary(value=[_value(RUN_TAG, b"{}", b"")])


def scalars(values: Mapping[str, float]) -> summary_pb2.Summary:
    """Ordinary scalars, by tag, as PyTorch's writer logs them."""
    return summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    )


def event(summary: summary_pb2.Summary, step: int) -> event_pb2.Event:
    """A summary as the event that is written now."""
    return event_pb2.Event(wall_time=time.time(), step=step, summary=summary)


def _value(tag: str, content: bytes, payload: bytes) -> summary_pb2.Summary.Value:
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME, content=content),
        # Without a data class both loaders keep nothing of the tag.
        data_class=summary_pb2.DATA_CLASS_TENSOR,
    )
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING, string_val=[payload], tensor_shape=tensor_shape_pb2.TensorShapeProto()
    )
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
