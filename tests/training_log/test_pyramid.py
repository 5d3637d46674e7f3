"""Against every bucket computed from the raw steps."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.pyramid import STATISTICS, append, build, view

KINDS = ["change", "scalar"]


def series(steps, count, seed, missing=0.1):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((steps, count)).astype(np.float32)
    values[rng.random(values.shape) < missing] = np.nan
    return values


def raw_bucket(values, kind):
    """Statistics of the steps of one bucket, by Python's own functions on what is known."""
    columns = []
    for column in values.T:
        known = [float(value) for value in column if value == value]
        nan = float("nan")
        least, mean, most = (min(known), sum(known) / len(known), max(known)) if known else (nan, nan, nan)
        columns.append([most] if kind == "change" else [least, mean, most, len(known)])
    return np.array(columns, np.float32).reshape(values.shape[1], len(STATISTICS[kind])).T


def same(one, other):
    np.testing.assert_array_equal(one.values, other.values)
    assert len(one.levels) == len(other.levels)
    for a, b in zip(one.levels, other.levels, strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_array_equal(a, b)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [0, 1, 2, 4, 5, 16, 17, 63, 64, 65, 150])
def test_every_bucket_is_of_its_raw_steps(kind, steps):
    values = series(steps, 3, steps, missing=0.6)
    pyramid = build(values, kind)
    lengths = [steps, *(len(level) for level in pyramid.levels)]
    assert lengths[-1] <= 1
    for level, buckets in enumerate(pyramid.levels, 1):
        size = 4**level
        assert len(buckets) == -(-steps // size)
        assert lengths[level - 1] > 1
        expected = [raw_bucket(values[b * size : (b + 1) * size], kind) for b in range(len(buckets))]
        np.testing.assert_allclose(buckets, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(20))
def test_a_log_in_pieces_is_the_log_at_once(kind, seed):
    rng = np.random.default_rng(seed)
    values = series(200, 2, seed)
    pyramid, done = build(values[:0], kind), 0
    while done < 200:
        more = int(rng.choice([0, 1, 1, 3, 20]))
        before = pyramid
        pyramid, changed = append(before, values[done : done + more])
        same(pyramid, build(values[: done + more], kind))
        done = min(200, done + more)
        assert len(changed) == 1 + len(pyramid.levels)
        for first, old, new in zip(changed[1:], before.levels, pyramid.levels, strict=False):
            np.testing.assert_array_equal(old[:first], new[:first])
            assert len(new) - first <= 2 + more // 4


@pytest.mark.parametrize("kind", KINDS)
def test_appending_reads_no_bucket_that_stays(kind):
    values = series(1000, 2, 0)
    pyramid = build(values, kind)
    for level in pyramid.levels:
        level[: len(level) - 8] = 1e9
    later, _ = append(pyramid, series(5, 2, 1))
    truth = build(np.concatenate([values, series(5, 2, 1)]), kind)
    for level, expected in zip(later.levels[:2], truth.levels, strict=False):
        np.testing.assert_array_equal(level[-2:], expected[-2:])
        assert (level[:50] == 1e9).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [0, 1, 499, 998, 999])
def test_a_spike_of_one_step_survives_at_every_level_and_width(kind, at):
    values = np.full((1000, 2), 0.5, np.float32)
    values[at, 1] = 7
    pyramid = build(values, kind)
    most = STATISTICS[kind].index("max")
    for size, level in zip((4, 16, 64, 256, 1024), pyramid.levels, strict=True):
        assert np.argwhere(level[:, most] == 7).tolist() == [[at // size, 1]]
    for width in (1, 7, 100, 2000):
        drawn = view(pyramid, 0, 1000, width)
        (bucket,) = np.flatnonzero(drawn.statistics[:, most, 1] == 7)
        assert drawn.edges[bucket] <= at < drawn.edges[bucket + 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(30))
def test_a_view_is_the_finest_that_fits_and_covers_the_span(kind, seed):
    rng = np.random.default_rng(seed)
    steps = int(rng.integers(1, 700))
    values = series(steps, 2, seed)
    pyramid = build(values, kind)
    start, stop = np.sort(rng.integers(0, steps + 1, 2)).tolist()
    width = int(rng.integers(1, 60))
    drawn = view(pyramid, start, stop, width)
    size = 4**drawn.level
    buckets = len(drawn.statistics)
    assert buckets == len(drawn.edges) - 1 <= 2 * width
    if drawn.level:
        finer = size // 4
        assert -(-stop // finer) - start // finer > 2 * width
    if stop > start:
        assert drawn.edges[0] <= start < drawn.edges[1]
        assert drawn.edges[-2] < stop <= drawn.edges[-1] <= steps
    for low, high, statistics in zip(drawn.edges, drawn.edges[1:], drawn.statistics, strict=False):
        np.testing.assert_allclose(statistics, raw_bucket(values[low:high], kind), rtol=1e-5, atol=1e-6)


def test_spans_beyond_the_log_and_empty_ones():
    pyramid = build(series(10, 1, 0), "scalar")
    assert view(pyramid, -5, 99, 50).edges.tolist() == list(range(11))
    assert view(pyramid, 20, 30, 5).statistics.shape == (0, 4, 1)
    assert view(pyramid, 7, 3, 5).statistics.shape == (0, 4, 1)
    assert view(build(np.empty((0, 2)), "change"), 0, 9, 5).statistics.shape == (0, 1, 2)
    assert view(build(np.empty((9, 0)), "change"), 0, 9, 1).statistics.shape[2] == 0


def test_unusable_arguments_are_refused():
    pyramid = build(series(9, 2, 0), "change")
    with pytest.raises(HiddenError, match="expected 2 series, got 3"):
        append(pyramid, series(1, 3, 0))
    with pytest.raises(HiddenError, match="at least 1 pixel"):
        view(pyramid, 0, 9, 0)
    with pytest.raises(HiddenError, match="series side by side"):
        build(np.zeros(4), "change")
