"""The examples log what their stories are told with."""

import json
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.cli.check import FOUND
from tensorboard_plugin_hidden.export.history import read_layer

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(example, run_dir, length):
    runpy.run_path(str(EXAMPLES / f"{example}.py"))["main"](str(run_dir), length)
    return read_layer(str(run_dir))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A probe of 400 samples, so that maps are drawn in no time."""
    import tensorboard_plugin_hidden as hidden

    whole = hidden.Probe
    monkeypatch.setattr(hidden, "Probe", lambda data, **options: whole(data, **{"size": 400, **options}))


def test_label_noise(tmp_path):
    history = run("label_noise", tmp_path / "run", 2)
    assert history.steps == (0, 1, 2)
    assert history.placed().any(axis=1).all()
    samples = history.samples
    given = [samples.class_name(label) for label in samples.labels.tolist()]
    split, original = samples.metadata["split"], samples.metadata["original_label"]
    flipped = [where for where, now, before in zip(split, given, original, strict=True) if now != before]
    assert set(split) == {"train", "test"}
    assert set(flipped) == {"train"}, "the labels of the test set are as they were"
    assert 0.05 < len(flipped) / split.count("train") < 0.3


def test_active_learning(tmp_path):
    history = run("active_learning", tmp_path / "run", 2)
    assert history.steps == tuple(range(9))
    chosen = [
        (step, split)
        for step, split in zip(history.samples.selected_at, history.samples.metadata["split"], strict=True)
        if step is not None
    ]
    assert {step for step, _ in chosen} <= {0, 4, 8}
    assert len(chosen) > 1
    assert {split for _, split in chosen} == {"pool"}


def test_merging_is_told_with_its_classes_and_a_healthy_run_is_not(tmp_path):
    from tensorboard_plugin_hidden.demo import train_digits

    run("merging", tmp_path / "merging", 16)
    done = CliRunner().invoke(cli, ["check", str(tmp_path / "merging"), "--json"])
    alerts = json.loads(done.output)["alerts"]
    first = next(alert for alert in alerts if alert["rule"] == "merging")
    assert done.exit_code == FOUND
    assert 13 <= first["step"] <= 16
    assert sorted(first["class_names"]) == ["4", "9"]
    assert [alert for alert in alerts if alert["step"] <= 12] == []
    # Twice as many snapshots as are judged at the earliest.
    train_digits(str(tmp_path / "digits"), epochs=8)
    well = CliRunner().invoke(cli, ["check", str(tmp_path / "digits")])
    assert well.exit_code == 0, well.output
