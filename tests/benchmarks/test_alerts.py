"""The calibration trains, sees and tells what it says it does, in small."""

import dataclasses

import numpy as np
import pytest

from benchmarks.alerts import evaluation, families, training
from benchmarks.alerts.faults import FAULTS, Fault
from benchmarks.alerts.networks import SCHEDULES, setting
from benchmarks.alerts.report import chapter
from benchmarks.alerts.schedules import rate_at


@pytest.fixture(scope="module")
def seen():
    """A healthy training of three epochs and one with NaN from the second on, as rules see them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "EPOCHS", 3)
        patch.setattr(training, "ONSET", 2)
        return [evaluation.see(training.record(0, fault)) for fault in (None, "NaN")]


def test_a_fault_shows_at_its_onset_and_not_before(seen):
    healthy, broken = seen
    for pace, snapshots in evaluation.PACES.items():
        nonfinite = broken.excess[pace]["nonfinite/whole.nonfinite"]
        assert len(nonfinite) == 3 * snapshots + 1
        assert np.flatnonzero(nonfinite).tolist() == list(range(2 * snapshots + 1, 3 * snapshots + 1))
        assert not healthy.excess[pace]["nonfinite/whole.nonfinite"].any()
        # What comes before the fault is the same training.
        same = slice(0, 2 * snapshots + 1)
        for key in healthy.excess[pace]:
            np.testing.assert_array_equal(healthy.excess[pace][key][same], broken.excess[pace][key][same])
    assert healthy.accuracy > 0.3 > broken.accuracy


def test_the_tables_say_what_was_counted(seen):
    healthy, broken = seen
    calibration = [dataclasses.replace(healthy, seed=seed) for seed in range(20)]
    others = [healthy] * 3 + [dataclasses.replace(broken, fault=fault, onset=2) for fault in FAULTS for _ in range(2)]
    result = evaluation.evaluate(calibration, others)
    assert result.false_alarms["all rules", "quarter"] == (0, 3)
    assert all(result.delays["all rules", "quarter", fault].detected == 2 for fault in FAULTS)
    assert all(result.delays["all rules", "quarter", fault].median == 0 for fault in FAULTS)
    assert result.first["NaN"]["nonfinite/whole.nonfinite"] == 2
    text = chapter(result)
    assert "Margins come from 20 healthy trainings on digits and 0 of other kinds" in text
    assert "counted in 3 others on digits" in text
    assert all(f"| {fault} (" in text for fault in FAULTS)


def test_settings_vary_as_they_are_said_to():
    settings = [setting(seed) for seed in range(60)]
    assert {one.family for one in settings} == {"mlp", "cnn", "vit"}
    assert {one.schedule for one in settings} == set(SCHEDULES)
    assert {one.optimizer for one in settings} == {"adamw", "sgd"}
    assert {one.optimizer for one in settings if one.family == "vit"} == {"adamw"}
    assert rate_at("restarts", 1.0, 0.2499) < 0.02 < rate_at("restarts", 1.0, 0.25)


def test_faults_leave_other_things_alone():
    import torch

    images, labels = torch.rand(50, 1, 8, 8), torch.arange(50) % 10
    wrong = Fault("class mislabelled", 3).labels(labels)
    assert set(labels[wrong != labels].tolist()) == {3}
    corrupted = Fault("class corrupted", 3).images(images, labels)
    assert set(labels[(corrupted != images).flatten(1).any(dim=1)].tolist()) <= {3}
    assert Fault("NaN", 3).rate(0.1, 5) == 0.1
    assert Fault("rate ramp", 3).rate(0.1, 2) == pytest.approx(0.256)


@pytest.mark.parametrize("kind", ["residual", "regression", "twins"])
def test_every_kind_of_healthy_training_is_seen_at_both_paces(kind, monkeypatch):
    """A classifier, what has no labels, and what has labels for colour."""
    made = families.ALL_KINDS[kind]
    monkeypatch.setitem(families.ALL_KINDS, kind, lambda rng, seed: dataclasses.replace(made(rng, seed), epochs=2))
    recording = families.healthy(kind, 3)
    first = int(len(recording.coarse) == 3)
    assert (len(recording.fine), len(recording.coarse)) == (8 + first, 2 + first)
    network = recording.fine[-1][-1]
    assert network.measures["training_loss"] < recording.fine[first][-1].measures["training_loss"]
    assert ("loss" in network.measures) == (kind == "residual")
    assert np.isfinite(recording.fine[-1][0].measures["separation"]) == (kind != "regression")
    assert evaluation.see(recording).family == kind


def test_the_kinds_are_counted_and_overfitting_is_right_where_it_is(seen):
    healthy, _ = seen
    loud = dataclasses.replace(
        healthy, excess={pace: found | {"overfitting/whole.loss": np.ones(9)} for pace, found in healthy.excess.items()}
    )
    loud = dataclasses.replace(
        loud, excess={p: {k: np.resize(v, 9) for k, v in f.items()} for p, f in loud.excess.items()}
    )
    runs = [dataclasses.replace(loud, family=kind) for kind in ("text", "overfitted")]
    limits = {
        ("all rules", pace): ({"overfitting/whole.loss": 0.3, "dead/whole.dead": 0.3}, 1.0) for pace in evaluation.PACES
    }
    limits |= {(evaluation.WITHOUT_LOG, pace): limits["all rules", pace] for pace in evaluation.PACES}
    found = evaluation._kinds(runs, limits)
    assert found["text"]["all rules", "quarter"] == (1, 1)
    assert found["overfitted"]["all rules", "quarter"] == (0, 1)
    assert set(found) == set(families.ALL_KINDS)
