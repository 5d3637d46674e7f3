"""Quantised shares and classes, from values written by hand."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.format.constants import NO_CLASS
from tensorboard_plugin_hidden.format.outcomes import Outcomes, encode_outcomes

NAN, INF = np.nan, np.inf


@pytest.mark.filterwarnings("error")
def test_shares_are_bytes_and_what_is_not_known_has_no_class_and_no_share():
    encoded = encode_outcomes(
        Outcomes(
            prediction=np.array([0, 65534, 65535, 300_000, -1], np.int32),
            runner_up=np.array([1, -1, 0, 65536, -1], np.int32),
            confidence=np.array([1, 0.5, 1 / 255, 0.0019, NAN], np.float32),
            margin=np.array([0, 0.25, 1, 1, NAN], np.float32),
            entropy=np.array([0, 1.0000002, 0.1, -1e-8, NAN], np.float32),
            loss=np.array([0.125, 60_000, 1e6, INF, NAN], np.float32),
        )
    )
    assert {name: array.dtype.str[1:] for name, array in encoded.items()} == {
        "prediction": "u2",
        "runner_up": "u2",
        "confidence": "u1",
        "margin": "u1",
        "entropy": "u1",
        "loss": "f2",
    }
    assert encoded["prediction"].tolist() == [0, 65534, NO_CLASS, NO_CLASS, NO_CLASS]
    assert encoded["runner_up"].tolist() == [1, NO_CLASS, 0, NO_CLASS, NO_CLASS]
    assert encoded["confidence"].tolist() == [255, 128, 1, 0, 0]
    assert encoded["margin"].tolist() == [0, 64, 255, 255, 0]
    assert encoded["entropy"].tolist() == [0, 255, 26, 0, 0]
    np.testing.assert_array_equal(encoded["loss"], np.array([0.125, 60_000, INF, INF, NAN], np.float16))
