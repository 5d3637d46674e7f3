import math

import numpy as np
import pytest

from benchmarks.projection.data import load
from benchmarks.projection.memory import PeakMemory
from benchmarks.projection.report import markdown, summarise
from benchmarks.projection.runner import MethodRun, Step, references, run_method


def steps_of(cost, *pprs):
    return [
        Step(float(epoch), cost, 2 * cost, 2 * cost, 1.0, {"ppr_held_out": ppr, "ppr_floor": 0.1}, "")
        for epoch, ppr in enumerate(pprs)
    ]


def test_a_summary_gives_means_worst_steps_and_ratios_to_the_default_method():
    runs = [
        MethodRun("digits", 100, "hidden", 0, 0.0, steps_of(1.0, 0.2, 0.8, 0.9), 0.5),
        MethodRun("digits", 100, "dvi", 0, 0.0, steps_of(20.0, 0.4, 0.6, 0.8), math.nan),
        MethodRun("digits", 100, "dvi", 1, 0.0, steps_of(30.0, 0.4, 0.6, 0.7), math.nan),
    ]
    ours, other = summarise(runs)
    assert (other.seeds, other.fit_warm, other.fit_ratio, other.frame_ratio) == (2, 25, 25, 25)
    assert ours.fit_ratio == 1
    assert other.mean["ppr_held_out"] == pytest.approx((0.6 + 17 / 30) / 2)
    assert (other.worst["ppr_held_out"], other.ppr_settled, ours.ppr_settled) == (0.4, 0.7, 0.9)
    assert other.spread["ppr_held_out"] == pytest.approx(0.6 - 17 / 30)
    text = markdown([ours, other])
    assert "| hidden | .633 (.200) | .900 | .500 |" in text
    assert "| *chance, or one class* | .100 |  | 0 |" in text


def test_the_peak_is_that_of_the_work_and_not_of_what_came_before():
    np.ones(30_000_000)
    memory = PeakMemory()
    if math.isnan(memory.rise()):
        pytest.skip("the system keeps no peak")
    small = memory.rise()
    np.ones(10_000_000)
    assert small < 20
    assert 60 < memory.rise() < 120


def test_the_default_method_is_measured_on_the_tiny_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run = load("tiny", rows=400, steps=3)
    measured, frames = run_method("hidden", run, references(run, 0), 0)
    assert [frame.step for frame in frames] == [snapshot.step for snapshot in run.snapshots]
    last = measured.steps[-1]
    assert 0 < last.fit_cpu < last.frame_cpu
    numbers = last.measures
    assert numbers["nn15"] == pytest.approx(numbers["neighbours"], abs=0.01)
    assert numbers["nn10"] > 5 * numbers["nn10_floor"]
    assert numbers["boundary_overlap"] > 2 * numbers["boundary_overlap_floor"]
    assert numbers["boundary_auroc"] > 0.5
    assert numbers["displacement"] > 0
    assert "displacement" not in measured.steps[0].measures
    assert -1 <= measured.trajectory_correlation <= 1
