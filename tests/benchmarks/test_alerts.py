"""The calibration trains, sees and tells what it says it does, in small."""

import dataclasses

import numpy as np
import pytest

from benchmarks.alerts import evaluation, training
from benchmarks.alerts.faults import FAULTS, Fault
from benchmarks.alerts.networks import SCHEDULES, rate_at, setting
from benchmarks.alerts.report import chapter


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
    assert "Margins come from 20 healthy trainings; false alarms are counted in 3 others" in text
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
