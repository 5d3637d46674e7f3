"""The training log at any width: what is read equals what a loop over all rows gives, wherever levels are missing."""

import itertools
import shutil

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.format import parameter_levels, parameter_series
from tensorboard_plugin_hidden.format import store as store_module
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.parameter_series import level_for, read_buckets, read_clocks, read_rows, stretches
from tensorboard_plugin_hidden.format.parameters import BANDS, CHANGE, STEP, bands, decode_change, encode_change
from tensorboard_plugin_hidden.format.schema import ParametersRecord, Record, SessionRecord, from_json, to_json
from tensorboard_plugin_hidden.format.store import StoreReader, store_path
from tensorboard_plugin_hidden.logger.parameters_rows import ParameterRows

FILTERS = [5, 0, 7]
MAX = CHANGE + "one_minus_cos"
ARRAYS = [MAX, "weights", "gradients", "update", "learning_rates", BANDS]


def layout(name="a", filters=FILTERS):
    return {
        "layers": [
            {
                "name": f"{name}{i}",
                "filters": n,
                "module": "",
                "kind": "Linear",
                "shape": [n],
                "trainable": True,
            }
            for i, n in enumerate(filters)
        ],
        "nodes": [{"path": "", "start": 0, "stop": len(filters)}, {"path": "x", "start": 1, "stop": 2}],
        "statistics": ["l2", "mean"],
        "groups": [0] * len(filters),
        "learning_rates": 1,
    }


def rows(rng, count, first, filters=FILTERS, snapshots=()):
    places, total = len(filters) + 2, sum(filters)
    change = np.exp(rng.normal(size=(count, total)) * 3 - 5)
    change[rng.random(change.shape) < 0.2] = np.nan
    change[rng.random(change.shape) < 0.1] = 0

    def scalar(*shape):
        values = rng.normal(size=(count, *shape)).astype(np.float32)
        values[rng.random(values.shape) < 0.3] = np.nan
        return values

    steps = np.arange(first, first + count)
    return {
        STEP: steps,
        "snapshot_step": np.array([snapshots.index(s) if s in snapshots else -1 for s in steps.tolist()]),
        "weights": scalar(places, 2),
        "gradients": scalar(places, 2),
        "update": scalar(places),
        "learning_rates": rng.random((count, 2)),
        "top": rng.integers(-1, total, (count, 4)).astype(np.int32),
        BANDS: bands(change, layout(filters=filters)),
        MAX: encode_change(change),
        CHANGE + "relative_l2": encode_change(change),
    }


class Session:
    """A session of writing, what it wrote, and the records that name it."""

    def __init__(self, run_dir):
        self.records = []
        self.blocks = []
        self.step = 0
        self.journal = Journal(str(run_dir), lambda summary, step: self._emit(summary))
        self.journal.write(SessionRecord("0", 0.0))
        self.rows = ParameterRows(self.journal)

    def _emit(self, summary):
        self.records.append(from_json(summary.value[0].metadata.plugin_data.content))

    def write(self, rng, counts, step=0, named=None, **options):
        for count in counts:
            block = rows(rng, count, self.step + 1, **options)
            self.step += count
            self.rows.write(block, named or layout(), step)
            self.blocks.append(block)
        return self


def joined(blocks):
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def naive(name, values, edges):
    """One bucket after the other, one number after the other."""
    buckets = [values[a:b] for a, b in itertools.pairwise(edges)]
    if name == MAX:
        changes = [decode_change(bucket) for bucket in buckets]
        known = [np.where(np.isnan(change), -1, change).max(axis=0) for change in changes]
        return np.array([np.where(most < 0, np.nan, most) for most in known])
    result = np.full((len(buckets), 3, *values.shape[1:]), np.nan)
    for i, bucket in enumerate(buckets):
        for place in np.ndindex(*values.shape[1:]):
            numbers = [float(row) for row in bucket[(slice(None), *place)] if not np.isnan(row)]
            if numbers:
                result[(i, slice(None), *place)] = min(numbers), sum(numbers) / len(numbers), max(numbers)
    return result


def check(store, stretch, written, name, start, stop, level, borders=(0,)):
    got = read_buckets(store, stretch, name, start, stop, level)
    assert got.edges[0] <= start < got.edges[1]
    assert got.edges[-2] < stop <= got.edges[-1]
    assert (np.diff(got.edges) > 0).all()
    whole = np.diff(got.edges) == 4**level
    # only where a session begins or ends
    assert set(got.edges[:-1][~whole]) <= {
        edge for edge in got.edges[:-1].tolist() if any(edge <= b <= edge + 4**level for b in (*borders, stretch.rows))
    }
    values = decode_change(got.values) if name == MAX else got.values
    np.testing.assert_allclose(values, naive(name, written[name], got.edges), rtol=1e-5, atol=1e-6)
    assert values.shape[0] == len(got.edges) - 1


@pytest.fixture
def small(monkeypatch):
    """Levels and blocks that a short log fills."""
    monkeypatch.setattr(parameter_levels, "_BATCH", 3)
    monkeypatch.setattr(parameter_series, "_BLOCK", 4)


def test_buckets_are_those_of_a_loop_over_all_rows(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [1, 7, 64, 3, 30, 64, 64, 5, 1, 1])
    store, written = StoreReader(str(tmp_path)), joined(session.blocks)
    (stretch,) = stretches(session.records, store)
    assert stretch.rows == 240
    behind = [240 // 4**level - stored for level, stored in enumerate(session.records[-1].body.stored, 1)]
    assert len(behind) == 4
    assert all(0 <= missing < 3 for missing in behind)
    for name in ARRAYS:
        check(store, stretch, written, name, 0, 240, 0)
        for level in range(6):
            start, stop = sorted(rng.choice(241, 2, replace=False).tolist())
            check(store, stretch, written, name, start, stop, level)
            check(store, stretch, written, name, 0, 240, level)


def test_levels_are_read_and_not_computed(tmp_path, rng, small):
    """Rows are gone, and the buckets over them still come."""
    session = Session(tmp_path).write(rng, [64] * 4)
    written = joined(session.blocks)
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    shutil.rmtree(f"{store_path(str(tmp_path))}/{stretch.segments[0].place.group}/weights")
    check(store, stretch, written, "weights", 0, 240, 2)
    with pytest.raises(MissingDataError):
        read_buckets(store, stretch, "weights", 0, 240, 0)


def test_a_part_and_some_statistics(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [100])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    for level in (0, 1, 2):
        for name in ARRAYS:
            whole, part = (read_buckets(store, stretch, name, 9, 90, level, p) for p in (None, slice(1, 2)))
            values = whole.values if name == MAX else np.moveaxis(whole.values, 2, 1)
            got = part.values if name == MAX else np.moveaxis(part.values, 2, 1)
            np.testing.assert_array_equal(got, values[:, 1:2])
        whole = read_buckets(store, stretch, BANDS, 9, 90, level)
        part = read_buckets(store, stretch, BANDS, 9, 90, level, slice(2, 5), [3, 0])
        np.testing.assert_array_equal(part.values, whole.values[:, :, 2:5][..., [3, 0]])


def test_a_spike_of_one_row_survives_every_level(tmp_path, rng, small):
    session = Session(tmp_path)
    block = rows(rng, 300, 1)
    quiet = np.nan_to_num(decode_change(block[MAX])).clip(max=1e-3)
    quiet[137, 8] = 2.0
    block |= {MAX: encode_change(quiet)}
    block["update"][137, 3] = 1e6
    for start in range(0, 300, 50):
        session.rows.write({name: values[start : start + 50] for name, values in block.items()}, layout(), 0)
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    for level in range(7):
        change = read_buckets(store, stretch, MAX, 0, 300, level)
        bucket = np.flatnonzero(decode_change(change.values)[:, 8] > 1)
        assert [(change.edges[b] <= 137 < change.edges[b + 1]) for b in bucket] == [True]
        update = read_buckets(store, stretch, "update", 0, 300, level).values
        assert (update[bucket[0], 2, 3], (update[:, 2] > 1e5).sum()) == (1e6, 1)


def sessions(tmp_path, rng, *written):
    """Two sessions, the second of which hides what the first logged at and after a step."""
    first = Session(tmp_path)
    for step, counts in enumerate(written):
        first.write(rng, counts, step)
    second = Session(tmp_path)
    second.records[0] = Record(second.records[0].version, SessionRecord("0", 0.0, len(written) - 1))
    second.write(rng, [10, 64, 20], len(written) - 1)
    hidden = len(written[-1])
    return first.records + second.records, joined(first.blocks[: len(first.blocks) - hidden] + second.blocks)


def test_a_resume_hides_rows_and_the_buckets_over_them(tmp_path, rng, small):
    records, written = sessions(tmp_path, rng, [33, 64], [64, 8], [90, 90])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(current(records).parameters, store)
    assert (stretch.rows, stretch.first_step, stretch.last_step) == (169 + 94, 1, 169 + 94)
    assert [segment.rows for segment in stretch.segments] == [169, 94]
    for name in ARRAYS:
        for level in range(5):
            check(store, stretch, written, name, 0, stretch.rows, level, (0, 169))
            check(store, stretch, written, name, 150, 190, level, (0, 169))
    whole = read_rows(store, stretch, [STEP, "top"], 0, stretch.rows)
    assert whole[STEP].tolist() == list(range(1, 264))
    np.testing.assert_array_equal(whole["top"], written["top"])
    np.testing.assert_array_equal(read_rows(store, stretch, ["top"], 160, 175)["top"], written["top"][160:175])


def test_another_layout_begins_another_stretch_with_its_own_levels(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [64, 21])
    other = [5, 0, 7, 3]
    session.write(rng, [64, 30], named=layout("a", other), filters=other)
    # the same shapes as the first, under other names: rows go on in one group, and levels do not
    session.write(rng, [40, 40], named=layout("b", other), filters=other)
    store = StoreReader(str(tmp_path))
    found = stretches(session.records, store)
    assert [(s.rows, s.first_step, s.last_step) for s in found] == [(85, 1, 85), (94, 86, 179), (80, 180, 259)]
    for stretch, blocks in zip(found, (session.blocks[:2], session.blocks[2:4], session.blocks[4:]), strict=True):
        for name in ARRAYS:
            for level in range(4):
                check(store, stretch, joined(blocks), name, 0, stretch.rows, level)


@pytest.mark.parametrize("kept", [0, 1, 7])
def test_a_level_that_is_behind_is_computed(tmp_path, rng, small, kept):
    import zarr

    session = Session(tmp_path).write(rng, [64, 64, 64])
    store, written = StoreReader(str(tmp_path)), joined(session.blocks)
    (stretch,) = stretches(session.records, store)
    group = zarr.open_group(store_path(str(tmp_path)), mode="a", path=f"{stretch.segments[0].levels.group}/1")
    for name in ("weights", MAX):
        group[name].resize((kept, *group[name].shape[1:]))
    for name in ARRAYS:
        for level in range(4):
            check(store, stretch, written, name, 0, 192, level)


def test_rows_and_buckets_that_no_event_names_are_not_read(tmp_path, rng, small):
    """A crash between the arrays and the event."""
    session = Session(tmp_path).write(rng, [40, 13])
    written, named = joined(session.blocks), list(session.records)
    session.write(rng, [64, 64])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(named, store)
    assert stretch.rows == 53
    for name in ARRAYS:
        for level in range(4):
            check(store, stretch, written, name, 0, 53, level)


def test_a_disk_that_fills_between_rows_and_levels(tmp_path, rng, small, monkeypatch):
    session = Session(tmp_path).write(rng, [64])
    require = store_module.StoreWriter._append

    def full(self, group, arrays, chunks_of):
        if group.endswith("/2"):
            raise OSError(28, "No space left on device")
        return require(self, group, arrays, chunks_of)

    with monkeypatch.context() as patched:
        patched.setattr(store_module.StoreWriter, "_append", full)
        session.write(rng, [64])
    session.write(rng, [64, 64])
    store, written = StoreReader(str(tmp_path)), joined(session.blocks)
    (stretch,) = stretches(session.records, store)
    assert [segment.rows for segment in stretch.segments] == [128, 128]
    for name in ARRAYS:
        for level in range(4):
            check(store, stretch, written, name, 0, 256, level, (0, 128))


def test_two_who_write_rows_of_one_session_do_not_share_levels(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [64, 64])
    session.rows = ParameterRows(session.journal)
    session.write(rng, [64, 64, 64])
    store, written = StoreReader(str(tmp_path)), joined(session.blocks)
    (stretch,) = stretches(session.records, store)
    assert stretch.rows == 320
    borders = tuple(segment.start for segment in stretch.segments)
    for name in ARRAYS:
        for level in range(4):
            check(store, stretch, written, name, 0, 320, level, borders)


def test_a_log_without_levels_reads_the_same(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [64, 50], filters=FILTERS)
    old = [
        Record(r.version, ParametersRecord(r.body.step, r.body.count, r.body.layout), r.payload)
        for r in session.records
        if isinstance(r.body, ParametersRecord)
    ]
    shutil.rmtree(f"{store_path(str(tmp_path))}/{old[0].payload.group}_levels")
    shutil.rmtree(f"{store_path(str(tmp_path))}/{old[0].payload.group}/{BANDS}")
    store, written = StoreReader(str(tmp_path)), joined(session.blocks)
    (stretch,) = stretches(old, store)
    assert (stretch.first_step, stretch.last_step) == (1, 114)
    for name in ARRAYS:
        for level in range(5):
            check(store, stretch, written, name, 0, 114, level)


def test_records_of_before_are_read():
    text = b'{"v":1,"kind":"parameters","session":"a","seq":3,"payload":{"group":"a/parameters","row":4},'
    text += b'"step":2,"count":5,"layout":{"group":"a/parameters_layout","row":0}}'
    body = from_json(text).body
    assert (body.count, body.first_step, body.levels, body.stored) == (5, None, None, ())
    assert from_json(to_json(from_json(text))) == from_json(text)


def test_a_model_without_filters(tmp_path, rng, small):
    session = Session(tmp_path).write(rng, [64], named=layout("a", [0, 0]), filters=[0, 0])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    assert read_buckets(store, stretch, MAX, 0, 64, 1).values.shape == (16, 0)
    assert np.isnan(read_buckets(store, stretch, BANDS, 0, 64, 1).values).all()


def test_infinite_norms_are_the_greatest_and_have_no_mean_of_both_signs(tmp_path, rng, small):
    session = Session(tmp_path)
    block = rows(rng, 16, 1)
    block["update"][:, 0] = [np.inf] + [1] * 15
    block["update"][:, 1] = [np.inf, -np.inf] + [1] * 14
    session.rows.write(block, layout(), 0)
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    got = read_buckets(store, stretch, "update", 0, 16, 2).values[0]
    assert got[:, 0].tolist() == [1, np.inf, np.inf]
    assert (got[0, 1], np.isnan(got[1, 1]), got[2, 1]) == (-np.inf, True, np.inf)


def test_the_clock_goes_through_the_snapshots(tmp_path, rng):
    session = Session(tmp_path).write(rng, [20], snapshots=[3, 3, 5, 11])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    (clock,) = read_clocks(store, [stretch])
    assert clock.steps.tolist() == list(range(1, 21))
    assert np.flatnonzero(clock.snapshot_steps >= 0).tolist() == [2, 4, 10]
    # snapshots 0, 2 and 3 at rows 2, 4 and 10
    assert clock.times[[0, 2, 3, 4, 7, 10, 16]].tolist() == [-2, 0, 1, 2, 2.5, 3, 4]


def test_without_two_snapshots_the_clock_is_the_training_steps(tmp_path, rng):
    session = Session(tmp_path).write(rng, [6], snapshots=[3])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    (clock,) = read_clocks(store, [stretch])
    assert clock.times.tolist() == [1, 2, 3, 4, 5, 6]
    assert read_clocks(store, []) == []


def test_the_clock_goes_on_over_stretches(tmp_path, rng):
    session = Session(tmp_path).write(rng, [6], snapshots=[2])
    session.write(rng, [3], named=layout("b"))
    session.write(rng, [5], named=layout("c"), snapshots=[2, 12])
    store = StoreReader(str(tmp_path))
    clocks = read_clocks(store, stretches(session.records, store))
    assert [len(clock.times) for clock in clocks] == [6, 3, 5]
    # snapshot 0 at row 1 of the run, snapshot 1 at row 11
    np.testing.assert_allclose(np.concatenate([clock.times for clock in clocks]), (np.arange(14) - 1) / 10, atol=1e-12)
    assert clocks[2].steps.tolist() == [10, 11, 12, 13, 14]


def test_bands_are_shares_of_the_filters_that_have_a_change():
    change = np.array([[np.nan, 1e-4, 0.05, 0.5, 3e-3, 0, 0]])
    shape = layout(filters=[4, 0, 3])
    got = bands(change, shape)[0]
    np.testing.assert_allclose(got[0], [1, 2 / 3, 2 / 3, 1 / 3], rtol=1e-6)
    assert np.isnan(got[1]).all()
    np.testing.assert_allclose(got[2], [1 / 3, 1 / 3, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(got[3], [4 / 6, 3 / 6, 2 / 6, 1 / 6], rtol=1e-6)
    assert np.isnan(got[4]).all()


@pytest.mark.parametrize("span", [(-1, 4), (3, 3), (4, 3), (0, 21)])
def test_spans_that_are_none(tmp_path, rng, span):
    session = Session(tmp_path).write(rng, [20])
    store = StoreReader(str(tmp_path))
    (stretch,) = stretches(session.records, store)
    with pytest.raises(HiddenError, match="no such rows"):
        read_buckets(store, stretch, "update", *span, 0)
    with pytest.raises(HiddenError, match="has no levels"):
        read_buckets(store, stretch, "stride", 0, 4, 0)


def test_no_level_is_finer_than_the_screen_needs():
    for rows_ in (1, 7, 1000, 99_999):
        for width in (1, 50, 1200):
            level = level_for(rows_, width)
            assert rows_ / 4**level <= 2 * width
            assert level == 0 or rows_ / 4 ** (level - 1) > 2 * width
