"""Rare filters from a sample of the log, against the rule on all of it."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend.training_filters import DRAWS, rare, sampled_rows, top_filters, usual
from tensorboard_plugin_hidden.format.parameters import decode_change, encode_change
from tensorboard_plugin_hidden.training_log.filters import most_changed
from tests.training_log.rarity import rarity

OFFSETS = np.array([0, 64, 64, 200, 260])


def changes(rng, rows):
    """Codes with the first row unknown, filters that never change, change once, or are never known."""
    change = np.exp(rng.normal(-9, 1.5, (rows, 260)) + rng.normal(0, 2, 260))
    change[0] = np.nan
    change[5:8, 70] = np.nan
    change[:, 3], change[:, 10], change[:, 11] = np.nan, 1e-5, 0
    if rows > 9:
        change[9, 11], change[9, 150] = 0.3, 0.9
    return encode_change(change)


@pytest.mark.parametrize("rows", [12, 30, DRAWS])
def test_a_short_log_is_its_own_sample(rng, rows):
    codes = changes(rng, rows)
    layers = np.searchsorted(OFFSETS, np.arange(260), side="right") - 1
    pins = np.array([9, 1])
    found = rare(usual(codes, sampled_rows(rows), OFFSETS), codes[pins], pins)
    expected = rarity(decode_change(codes), layers, pins)
    np.testing.assert_allclose(found.score, expected.score, rtol=1e-4, atol=1e-4)
    # Scores are rounded to be kept, and what then ties counts as chance: p can only be a little larger.
    p = expected.p.max(axis=0)
    np.testing.assert_allclose(found.p, p, atol=0.01)
    assert (np.isnan(p) | (found.p >= p - 1e-12)).all()
    known = ~np.isnan(expected.p).any(axis=0)
    np.testing.assert_allclose(found.floor[known], expected.floor[known])


def test_a_sample_of_a_long_log_finds_what_is_planted(rng):
    codes = changes(rng, 3000)
    rows = sampled_rows(3000)
    kept = usual(codes[rows], rows, OFFSETS)
    pins = np.setdiff1d(np.arange(20, 30), rows)[:1]
    codes[pins, 150] = encode_change(np.array(2e3))
    found = rare(kept, codes[pins], pins)
    assert np.nanargmin(found.p) == 150
    assert found.floor[150] <= found.p[150] < 1e-3
    assert np.nanquantile(found.p, 0.5) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("rows", [0, 1, DRAWS, DRAWS + 1, 1000, 99_999])
def test_sampled_rows_are_one_of_each_block(rows):
    chosen = sampled_rows(rows)
    assert len(chosen) <= DRAWS
    if rows <= DRAWS:
        assert chosen.tolist() == list(range(rows))
    else:
        size = np.flatnonzero([len(set((chosen >> bit).tolist())) == len(chosen) for bit in range(20)])[-1]
        assert len(chosen) >= DRAWS // 2 - 1
        assert (chosen >> size).tolist() == list(range(len(chosen)))
        assert chosen[-1] < rows


def test_sampled_rows_stay_as_the_log_grows():
    for rows in range(1, 3000):
        before, now = set(sampled_rows(rows).tolist()), set(sampled_rows(rows + 1).tolist())
        assert len(now - before) <= 1


def test_the_most_changed_come_with_how_rare_they_are(rng):
    codes = changes(rng, 100)
    pins = np.array([9, 20])
    change = decode_change(codes[pins])
    named = np.stack([most_changed(row, 10) for row in change])
    found = rare(usual(codes, sampled_rows(100), OFFSETS), codes[pins], pins)
    names = list("abcd")
    entries, floor = top_filters(named, codes[pins], found, OFFSETS, names)
    filters = [int(OFFSETS[entry["layer"]] + entry["filter"]) for entry in entries]
    assert sorted(filters) == sorted(set(named.ravel().tolist()))
    every = [filter in set(named[0]) & set(named[1]) for filter in filters]
    assert [entry["every"] for entry in entries] == every == sorted(every, reverse=True)
    for filter, entry in zip(filters, entries, strict=True):
        assert entry["name"] == names[entry["layer"]]
        assert entry["change"] == pytest.approx(change[:, filter].tolist(), rel=1e-4)
        assert entry["q"] is None or entry["q"] == pytest.approx(found.q[filter], rel=1e-4)
    for same in (True, False):
        q = [entry["q"] for entry in entries if entry["every"] is same]
        assert q == sorted(q)
    assert floor == found.floor[filters].min()


def test_no_filters_at_all():
    codes = np.empty((3, 0), np.uint16)
    found = rare(usual(codes, sampled_rows(3), np.array([0, 0])), codes[:1], np.array([0]))
    assert top_filters(np.full((1, 10), -1, np.int32), codes[:1], found, np.array([0, 0]), ["bias"]) == ([], None)
