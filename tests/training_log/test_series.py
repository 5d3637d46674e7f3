"""Faults that were planted, series without one, and the rule of sudden changes against a loop."""

from itertools import pairwise
from statistics import median

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.series import (
    SUDDEN,
    explosions,
    non_finite,
    plateaus,
    sudden,
)


def wandering(length, seed, carry=0.9):
    """AR(1) with unit variance."""
    noise = np.random.default_rng(seed).standard_normal(length)
    for t in range(1, length):
        noise[t] = carry * noise[t - 1] + np.sqrt(1 - carry**2) * noise[t]
    return noise


def kinds(findings):
    return [(finding.kind, finding.index) for finding in findings]


def naive_sudden(values, window):
    """The rule in its own words, one value at a time, without joining what follows a finding."""
    found = []
    for t in range(window, len(values)):
        before = values[t - window : t]
        middle = median(before)
        reach = SUDDEN * 1.4826 * median(abs(v - middle) for v in before)
        steps = SUDDEN * 1.4826 * median(abs(b - a) for a, b in pairwise(before))
        if abs(values[t] - middle) > reach and abs(values[t] - values[t - 1]) > steps:
            found.append(("spike" if values[t] > middle else "drop", t))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_sudden_changes_equal_the_loop_up_to_joining(seed):
    rng = np.random.default_rng(seed)
    series = wandering(300, seed, rng.choice([0, 0.5, 0.9]))
    for place in rng.choice(300, 6, replace=False):
        series[place] += rng.choice([-1, 1]) * 30
    found, naive = kinds(sudden(series, 10)), naive_sudden(series.tolist(), 10)
    assert set(found) <= set(naive)
    for kind, place in naive:  # what is left out follows one that is there
        assert any(kind == k and 0 <= place - i < 10 for k, i in found)


@pytest.mark.parametrize("carry", [0, 0.5, 0.9, 0.99])
def test_series_without_a_fault_have_next_to_no_findings(carry):
    series = [wandering(1000, seed, carry) for seed in range(50)]
    assert sum(len(sudden(one)) for one in series) <= 2
    assert sum(len(plateaus(one)) for one in series) == 0
    assert sum(len(explosions(np.exp(0.3 * one - 7))) for one in series) == 0


@pytest.mark.parametrize("carry", [0, 0.9])
def test_one_wild_value_is_one_finding_with_what_was_expected(carry):
    for sign, kind in ((1, "spike"), (-1, "drop")):
        found = [sudden(_plus(wandering(200, seed, carry), 120, sign * 20)) for seed in range(20)]
        assert all((kind, 120) in kinds(findings) for findings in found)
        assert sum(len(findings) for findings in found) <= 21
        for finding in (one for findings in found for one in findings if one.index == 120):
            assert finding.low < finding.high
            assert not finding.low <= finding.value <= finding.high


def _plus(series, place, size):
    series[place] += size
    return series


def test_a_new_level_is_found_once_and_a_way_back_once():
    series = wandering(300, 0, 0)
    series[100:200] += 50
    assert kinds(sudden(series)) == [("spike", 100), ("drop", 200)]


def test_two_spikes_near_each_other_are_two():
    series = wandering(100, 1, 0)
    series[[60, 65]] += 40
    assert kinds(sudden(series)) == [("spike", 60), ("spike", 65)]


def test_a_constant_has_no_findings_until_it_moves():
    series = np.full(100, 0.7)
    for rule in (sudden, plateaus, explosions, non_finite):
        assert rule(series) == []
    series[70] = 0.8
    assert kinds(sudden(series)) == [("spike", 70)]
    wobble = np.full(100, 0.7, np.float32) * (1 + 1e-7 * np.random.default_rng(0).standard_normal(100))
    assert sudden(wobble.astype(np.float32)) == []


def test_what_is_not_finite_is_found_and_passed_over():
    series = wandering(200, 2, 0)
    series[[50, 51, 52, 90]] = np.nan
    series[130] = np.inf
    series[150] = 40
    assert kinds(non_finite(series)) == [("non-finite", 50), ("non-finite", 90), ("non-finite", 130)]
    assert kinds(sudden(series)) == [("spike", 150)]


def test_rules_look_back_only():
    series = wandering(300, 3, 0.5)
    series[[100, 170]] += 30
    series[200:250] = series[200]
    for rule, values in ((sudden, series), (plateaus, series), (explosions, np.exp(series))):
        whole = rule(values)
        for stop in range(0, 301, 25):
            assert rule(values[:stop]) == [finding for finding in whole if finding.index < stop]


def test_a_plateau_is_where_it_has_lasted():
    series = np.concatenate([np.linspace(2, 1, 100), np.full(60, 1.0), np.linspace(1, 0, 50)])
    (found,) = plateaus(series, 30)
    # the ramp's last step before the flat is below a thousandth of what it spanned by no more than a step
    assert 128 <= found.index <= 130
    assert (found.value, found.high) == (1.0, 2.0)
    assert found.low == pytest.approx(1, abs=0.02)


def test_a_ratio_that_explodes_and_one_that_spikes():
    ratio = np.full(100, 1e-3)
    ratio[80:] = np.geomspace(0.02, 3, 20)
    (found,) = explosions(ratio)
    assert (found.index, found.high) == (81, pytest.approx(1e-2))
    ratio[81:] = 1e-3
    assert explosions(ratio) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("length", [0, 1, 29, 30, 31, 32])
def test_short_series_and_series_of_nothing(length):
    for series in (np.zeros(length), np.full(length, np.nan)):
        for rule in (sudden, plateaus, explosions):
            assert rule(series) == []
        assert len(non_finite(series)) == int(length > 0 and np.isnan(series[0]))


def test_unusable_arguments_are_refused():
    with pytest.raises(HiddenError, match="window of at least 4, got 3"):
        sudden(np.zeros(9), 3)
    with pytest.raises(HiddenError, match="one dimension"):
        non_finite(np.zeros((2, 2)))
