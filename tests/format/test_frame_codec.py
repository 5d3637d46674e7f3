import numpy as np

from tensorboard_plugin_hidden.format.frame import Frame, Landscape
from tensorboard_plugin_hidden.format.frame_codec import (
    dequantise,
    encode_frame,
    frame_record,
    placed_positions,
    position_bounds,
    quantise,
)
from tensorboard_plugin_hidden.format.landscape import EntropyLandscape


def make(rng, positions=None, landscape=None):
    positions = rng.normal(size=(50, 2)).astype(np.float32) if positions is None else positions
    count = len(positions)
    return Frame(
        layer="fc",
        step=3,
        method="hidden",
        settings={"a": 1},
        positions=positions,
        prediction=rng.integers(-1, 4, count).astype(np.int32),
        confidence=rng.random(count).astype(np.float32),
        held_out=np.arange(count) % 5 == 0,
        kept=rng.random(count).astype(np.float32),
        landscape=landscape,
        faithfulness={"k": 15.0},
    )


def test_positions_come_back_to_within_half_a_step(rng):
    positions = (rng.normal(size=(500, 2)) * [3, 500] + [1000, -2]).astype(np.float32)
    bounds = position_bounds(positions)
    step = np.array([bounds[2] - bounds[0], bounds[3] - bounds[1]]) / 65535
    assert (np.abs(dequantise(quantise(positions, bounds), bounds) - positions) <= 0.5 * step + 1e-4).all()


def test_samples_without_a_place_are_flagged_and_come_back_as_nan(rng):
    positions = rng.normal(size=(6, 2)).astype(np.float32)
    positions[2] = np.nan
    positions[4, 0] = np.inf
    frame = make(rng, positions)
    arrays = encode_frame(frame)
    assert (arrays["flags"] & 2 > 0).tolist() == [False, False, True, False, True, False]
    assert (arrays["flags"] & 1 > 0).tolist() == frame.held_out.tolist()
    placed = placed_positions(frame_record(frame, ""), arrays)
    assert np.isnan(placed[[2, 4]]).all()
    assert np.isfinite(placed[[0, 1, 3, 5]]).all()


def test_one_point_and_no_point_have_bounds():
    x0, y0, x1, y1 = position_bounds(np.array([[2.0, 3.0]], np.float32))
    assert x0 < 2 < x1
    assert y0 < 3 < y1
    assert position_bounds(np.full((3, 2), np.nan, np.float32)) == (-1, -1, 1, 1)


def test_unknown_classes_and_scores(rng):
    arrays = encode_frame(make(rng))
    assert arrays["prediction"].max() == 65535
    assert arrays["confidence"].dtype == arrays["kept"].dtype == np.uint8


def test_entropy_travels_beside_the_landscape_where_there_is_one():
    whole = np.ones((1, 2), np.float32)
    cells = ((0, 0, 1, 1), np.zeros((1, 2), np.int32), whole, whole, "linear")
    rng = np.random.default_rng(0)
    arrays = encode_frame(make(rng, landscape=EntropyLandscape(*cells, entropy=np.array([[0.247, 1]], np.float32))))
    assert (arrays["landscape_entropy"].tolist(), arrays["landscape_entropy"].dtype) == ([[63, 255]], np.uint8)
    assert "landscape_entropy" not in encode_frame(make(rng, landscape=Landscape(*cells)))


def test_landscape_channels():
    landscape = Landscape(
        (0, 0, 1, 1),
        np.array([[300, -1]], np.int32),
        np.array([[0.5, 1.0]], np.float32),
        np.array([[0, 1]], np.float32),
        "linear",
    )
    frame = make(np.random.default_rng(0), landscape=landscape)
    assert encode_frame(frame)["landscape"].tolist() == [[[300 & 255, 300 >> 8, 128, 0], [255, 255, 255, 255]]]
    record = frame_record(frame, "ab.1")
    assert (record.landscape, record.landscape_bounds, record.snapshot) == ("linear", (0, 0, 1, 1), "ab.1")
