import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.schema import SnapshotRecord
from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.format.snapshot_codec import decode_snapshot, encode_snapshot


def stored(activations, **options):
    return encode_snapshot(Snapshot("fc", 0, activations.astype(np.float32), None, HeadData("none"), **options))[
        "activations"
    ]


@pytest.mark.parametrize(
    ("scale", "offset", "dtype"),
    [
        (1, 0, "f2"),
        (0.1, 1000, "f4"),
        (1, 10_000, "f4"),
        (1e-8, 0, "f4"),
        (1e6, 0, "f4"),
        (1000, 0, "f2"),
        (1, 3, "f2"),
    ],
)
def test_half_precision_only_where_nothing_is_lost(rng, scale, offset, dtype):
    activations = rng.normal(size=(200, 16)) * scale + offset
    array = stored(activations)
    assert array.dtype == dtype
    error = np.abs(array.astype(float) - activations).max(axis=0)
    assert (error <= 0.011 * activations.std(axis=0)).all()


def test_dead_units_and_rows_that_are_not_finite_do_not_cost_precision(rng):
    activations = np.maximum(rng.normal(size=(50, 8)), 0)
    activations[:, 3] = 0
    activations[4] = np.nan
    activations[5, 2] = np.inf
    array = stored(activations)
    assert array.dtype == np.float16
    assert np.isnan(array[4]).all()
    assert np.isinf(array[5, 2])


def test_a_snapshot_comes_back(rng):
    head = HeadData("linear", {"weight": rng.normal(size=(3, 4)).astype("f4"), "bias": np.zeros(3, "f4")})
    logits = rng.normal(size=(10, 3)).astype("f4")
    snapshot = Snapshot("fc", 7, rng.normal(size=(10, 4)).astype("f4"), logits, head)
    record = SnapshotRecord("fc", 7, 10, 4, "linear", None, 0, 1, 0.0, no_logits="why", no_head="also")
    got = decode_snapshot(record, encode_snapshot(snapshot), None)
    np.testing.assert_allclose(got.activations, snapshot.activations, atol=2e-3)
    np.testing.assert_array_equal(got.logits, logits)
    assert got.head.arrays.keys() == {"weight", "bias"}
    assert (got.layer, got.step, got.head.kind, got.no_logits, got.no_head) == ("fc", 7, "linear", "why", "also")


@pytest.mark.parametrize("power", [4, 18, 19, 30, 37])
def test_a_unit_that_explodes_is_stored_in_full(power):
    """Its spread overflows in float32, and it would overflow in float16."""
    activations = np.random.default_rng(0).standard_normal((60, 8)).astype(np.float32)
    activations[:, 0] *= np.float32(10.0**power)
    stored = encode_snapshot(Snapshot("fc", 0, activations, None, HeadData("none")))["activations"]
    assert np.isfinite(stored).all()
    np.testing.assert_allclose(stored, activations, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(("limit", "name"), [(1599, "activations"), (1600, None), (700, "activations")])
def test_what_no_reader_would_take_is_not_stored(rng, monkeypatch, limit, name):
    """100 samples of 8 units are 1,600 bytes, as float16."""
    monkeypatch.setattr("tensorboard_plugin_hidden.format.snapshot_codec.MOST_READ_BYTES", limit)
    snapshot = Snapshot("fc", 0, rng.normal(size=(100, 8)).astype(np.float32), None, HeadData("none"))
    if name is None:
        assert encode_snapshot(snapshot)["activations"].nbytes == 1600
    else:
        with pytest.raises(HiddenError, match=f"the {name} of layer 'fc' are too many to be read again"):
            encode_snapshot(snapshot)


@pytest.mark.parametrize("mask", [np.float32, np.bool_])
def test_the_parameters_of_a_program_are_one_array_where_they_can_be(rng, mask):
    """Each array of the store is files of its own, and the rest of a deep network has hundreds."""
    head = {f"layer{i}.weight": rng.normal(size=(3, i)).astype("f4") for i in range(40)} | {"mask": np.ones((), mask)}
    snapshot = Snapshot("fc", 7, rng.normal(size=(10, 4)).astype("f4"), None, HeadData("program", head, b"code"))
    stored = encode_snapshot(snapshot)
    assert len(stored) == (2 if mask is np.float32 else 1 + len(head))
    record = SnapshotRecord("fc", 7, 10, 4, "program", None, 0, 1, 0.0)
    got = decode_snapshot(record, stored, b"code").head
    assert (got.program, got.arrays.keys()) == (b"code", head.keys())
    for name, array in head.items():
        np.testing.assert_array_equal(got.arrays[name], array)
        assert got.arrays[name].dtype == array.dtype
