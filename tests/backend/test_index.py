"""The index as columns, from records made by hand."""

import numpy as np

from tensorboard_plugin_hidden.backend.index import run_index
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.schema import FrameRecord, Record, Version


def record(sequence, step, method="m", faithfulness=None, **settings):
    """A frame that was logged on its own, as the ``sequence``-th write of its session."""
    body = FrameRecord(
        "fc", step, method, settings, (0, 0, 1, 1), None, None, faithfulness or {}, cpu_seconds=0.1 * step
    )
    return Record(Version("ab", sequence), body)


def frames(*records):
    (layer,) = run_index("r", current(records), {})["layers"]
    return layer["frames"]


def test_settings_that_changed_are_told_frame_by_frame():
    made = frames(
        record(1, 0, iterations=60),
        record(2, 1, iterations=80),
        record(3, 2, iterations=60, joint="a, b"),
        record(4, 3, iterations=60),
    )["m"]
    assert made["settings"] == [{"iterations": 60}, {"iterations": 80}, {"iterations": 60, "joint": "a, b"}]
    assert made["settings_of"] == [0, 1, 2, 0]
    assert np.allclose(made["cpu_seconds"], [0, 0.1, 0.2, 0.3])


def test_the_order_in_which_settings_are_named_does_not_matter():
    made = frames(record(1, 0, a=1, b=2), record(2, 1, b=2, a=1))["m"]
    assert made["settings"] == [{"a": 1, "b": 2}]


def test_methods_have_steps_of_their_own():
    made = frames(record(1, 0), record(2, 4), record(3, 0, "pca"), record(4, 1, "pca"), record(5, 2, "pca"))
    assert {method: columns["steps"] for method, columns in made.items()} == {"m": [0, 4], "pca": [0, 1, 2]}


def test_a_measure_that_only_some_frames_have_is_null_in_the_others():
    made = frames(record(1, 0, faithfulness={"trust": 0.9}), record(2, 1, faithfulness={"trust": 0.8, "boundary": 0.5}))
    assert made["m"]["faithfulness"] == {"trust": [0.9, 0.8], "boundary": [None, 0.5]}
