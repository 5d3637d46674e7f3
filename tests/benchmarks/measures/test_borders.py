import numpy as np
import pytest

from benchmarks.projection.measures import borders as measures
from tests.geometry.landscapes import disc, halves, landscape


def test_near_border_equals_a_search_cell_by_cell():
    classes = np.random.default_rng(0).integers(0, 2, (12, 12)).astype(np.int32)
    classes[:9, :9] = 0
    for reach in (1, 2):
        expected = np.zeros((12, 12), bool)
        for row, column in np.ndindex(12, 12):
            window = classes[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
            expected[row, column] = (window != classes[row, column]).any()
        assert expected.any()
        assert not expected.all()
        np.testing.assert_array_equal(measures.near_border(classes, reach), expected)


def agreement_by_loop(chart, positions, prediction, radius):
    verdicts, said = [], []
    x0, y0, x1, y1 = chart.bounds
    cells = len(chart.classes)
    for row, column in np.ndindex(chart.classes.shape):
        here = chart.classes[row, column]
        window = chart.classes[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        if chart.support[row, column] < 0.5 or (window == here).all():
            continue
        centre = np.array([x0 + (column + 0.5) * (x1 - x0) / cells, y0 + (row + 0.5) * (y1 - y0) / cells])
        distances = [
            np.linalg.norm(p - centre) if c >= 0 else np.inf for p, c in zip(positions, prediction, strict=True)
        ]
        if min(distances) <= radius:
            said.append(prediction[int(np.argmin(distances))])
            verdicts.append(said[-1] == here)
    return np.mean(verdicts), np.bincount(said).max() / len(said), len(said)


def test_border_agreement_equals_a_search_cell_by_cell(monkeypatch):
    rng = np.random.default_rng(2)
    chart = landscape(
        rng.integers(0, 3, (4, 4)).repeat(5, 0).repeat(5, 1), rng.random((20, 20)), (-4.0, -4.0, 6.0, 6.0)
    )
    positions = rng.uniform(-4, 6, (60, 2)).astype(np.float32)
    prediction = rng.integers(-1, 3, 60).astype(np.int32)
    found = measures.border_agreement(chart, positions, prediction, 0.8)
    expected = agreement_by_loop(chart, positions, prediction, 0.8)
    assert 0 < expected[0] < 1
    assert (found.share, found.floor, found.cells) == pytest.approx(expected)
    monkeypatch.setattr(measures, "BLOCK_ENTRIES", 100)
    assert measures.border_agreement(chart, positions, prediction, 0.8) == found


def test_a_border_in_the_right_place_agrees_and_a_mirrored_one_does_not():
    positions = np.random.default_rng(3).uniform(0, 20, (2_000, 2)).astype(np.float32)
    prediction = (positions[:, 0] >= 10).astype(np.int32)
    right = measures.border_agreement(landscape(halves()), positions, prediction, 5)
    assert right.share > 0.95
    assert right.floor == pytest.approx(0.5, abs=0.05)
    assert measures.border_agreement(landscape(1 - halves()), positions, prediction, 5).share < 0.05


def test_without_a_border_or_a_sample_near_it_nothing_is_judged():
    positions, prediction = np.full((3, 2), 10, np.float32), np.zeros(3, np.int32)
    for found in (
        measures.border_agreement(landscape(np.zeros((20, 20))), positions, prediction, 5),
        measures.border_agreement(landscape(halves()), positions + 500, prediction, 5),
        measures.border_agreement(landscape(halves()), positions, prediction - 1, 5),
    ):
        assert found.cells == 0
        assert np.isnan([found.share, found.floor]).all()


@pytest.mark.parametrize("cells", [64, 128, 400])
def test_the_border_of_a_disc_is_its_circumference_at_any_resolution(cells):
    # The circumference of a disc of .35 of the side, over the square root of the whole square.
    assert measures.border_length(landscape(disc(cells))) == pytest.approx(2 * np.pi * 0.35, rel=0.03)


def test_borders_are_counted_where_both_sides_are_supported():
    support = np.zeros((20, 20))
    support[:10] = 1
    assert measures.border_length(landscape(halves(), support)) == pytest.approx(np.pi / 4 * 10 / np.sqrt(200))
    assert measures.border_length(landscape(np.zeros((20, 20)))) == 0
    assert np.isnan(measures.border_length(landscape(halves(), 0 * support)))


def test_speckle_is_rougher_than_a_straight_border():
    speckled = halves(64) ^ (np.random.default_rng(4).random((64, 64)) < 0.05)
    assert measures.border_length(landscape(speckled)) > 3 * measures.border_length(landscape(halves(64)))
