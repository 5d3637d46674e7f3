"""The statistic behind the rules, against loops that say the same in other words."""

import numpy as np
import pytest

from tensorboard_plugin_hidden.alerts.track import BURN_IN, SIGMAS, Track


def follow(values, **options):
    track = Track(**{"worse": "low", "against": "best", "persistence": 1, **options})
    return [track.push(step, np.array(value, np.float64)) for step, value in enumerate(values)]


def by_hand(values):
    """What a fall below the best so far comes to, one number at a time."""
    found = []
    for i, value in enumerate(values):
        past = values[max(0, i - 16) : i]
        if i < BURN_IN:
            found.append(0.0)
            continue
        noise = 1.4826 / np.sqrt(2) * np.median(np.abs(np.diff(past)))
        held = [np.median(values[max(0, j - 5) : j]) for j in range(5, i + 1)]
        fall = max(held) - value if held else 0.0
        found.append(fall if fall > SIGMAS * noise else 0.0)
    return found


def test_the_fall_below_the_best(rng):
    values = np.cumsum(rng.normal(size=80)).tolist()
    found = [float(excess.deviation) for excess in follow(values)]
    np.testing.assert_allclose(found, by_hand(values), atol=1e-12)
    assert any(found)
    assert not all(found[BURN_IN:])


def test_every_element_is_followed_alone(rng):
    values = np.cumsum(rng.normal(size=(40, 3)), axis=0)
    together = np.stack([excess.deviation for excess in follow(values)])
    alone = np.stack([[float(e.deviation) for e in follow(values[:, i])] for i in range(3)], axis=1)
    np.testing.assert_allclose(together, alone)


def test_only_what_persists_counts():
    steady = [1.0, 1.01, 1.0, 1.01, 1.0, 1.01]
    spike = follow([*steady, 0.0, 1.0, 1.0], persistence=2)
    assert not any(excess.deviation for excess in spike)
    fall = follow([*steady, 0.2, 0.0], persistence=2)
    assert fall[-2].deviation == 0
    assert fall[-1].deviation == pytest.approx(0.81)
    assert fall[-1].since == 6


def test_what_is_high_is_bad_where_the_rule_says_so():
    values = [1.0, 1.01, 1.0, 1.01, 1.0, 3.0]
    assert follow(values, worse="high")[-1].deviation == pytest.approx(2.0)
    assert follow(values, worse="low")[-1].deviation == 0


def test_the_usual_moves_with_a_trend_and_the_best_does_not():
    values = [*np.linspace(5, 1, 40), 1.0, 1.0, 0.6]
    assert follow(values, against="best")[-1].deviation > 4
    assert follow(values, against="usual")[-1].deviation < 1


def test_zero_needs_no_past():
    assert [float(e.deviation) for e in follow([0.0, 0.2], worse="high", against="zero")] == [0.0, 0.2]


def test_missing_values_are_neither_good_nor_bad():
    values = [np.nan, 1.0, np.nan, 1.01, 1.0, 1.01, 1.0, np.nan, 0.2]
    found = follow(values)
    assert found[-2].deviation == 0
    # The best median is of the five that are known.
    assert found[-1].deviation == pytest.approx(0.8)
    assert not any(excess.calm for excess, value in zip(found, values, strict=True) if np.isnan(value))


def test_a_number_that_is_known_at_every_other_step_is_compared_with_itself_two_steps_ago():
    values = [1.0, 1.01, 1.0, 1.01, 1.0, 1.01, 0.2, 0.2]
    sparse = [number for value in values for number in (value, np.nan)]
    every = [float(excess.deviation) for excess in follow(values, persistence=2)]
    assert every[-1] == pytest.approx(0.81)
    assert [float(excess.deviation) for excess in follow(sparse, persistence=2)][::2] == every
    assert not any(excess.deviation for excess in follow([np.nan] * 10))


def test_infinity_is_as_bad_as_can_be():
    found = follow([1.0, 1.1, 1.0, 1.1, 1.0, np.inf, 1.0], worse="high")
    assert found[-2].deviation == np.inf
    assert found[-1].deviation == 0


def test_a_reset_forgets():
    track = Track("low", "best", 1)
    for step in range(8):
        track.push(step, np.array(1.0 + 0.01 * (step % 2)))
    track.reset()
    assert track.push(8, np.array(0.0)).deviation == 0
