"""``hidden check`` as a pipeline runs it."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.cli import cli, main
from tensorboard_plugin_hidden.cli.check import FOUND
from tensorboard_plugin_hidden.errors import MissingDataError

LABELS = np.arange(60) % 3


def log(run_dir, steps=18, fails=12, breaks=99, **watch):
    """A layer that collapses at a step, of which no more is measured from another step on."""
    with hidden.SummaryWriter(str(run_dir)) as writer:
        probe = hidden.Probe(
            (np.zeros((60, 1), np.float32), LABELS),
            classes=["cat", "dog", "bird"],
            ids=[f"image {i}" for i in range(60)],
        )
        writer.add_probe(probe)
        if watch:
            import torch

            writer.watch(torch.nn.Linear(1, 3), probe, method=None, **watch)
        for step in range(steps):
            if step == breaks:
                writer._recorder.health._watcher = None
            rng = np.random.default_rng(step)
            rows = np.eye(3, 8)[LABELS] * (4 if step < fails else 0) + rng.normal(size=(60, 8))
            writer.add_activations("fc", rows, step, logits=rows[:, :3], method=None)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("runs")
    log(directory / "broken")
    log(directory / "well", fails=99)
    log(directory / "unmeasured", alerts=False)
    log(directory / "half", breaks=5)
    log(directory / "told", breaks=16)
    return directory


def check(*arguments):
    return CliRunner().invoke(cli, ["check", *map(str, arguments)])


def test_a_run_that_is_well_passes(runs):
    done = check(runs / "well")
    assert (done.exit_code, done.output) == (0, "No alerts in 18 snapshots of 1 layer.\n")


def test_a_run_that_is_not_fails_and_says_why(runs):
    done = check(runs / "broken")
    assert done.exit_code == FOUND == 3
    assert "error  collapse  fc\n  fc: the representation no longer tells the classes apart" in done.output
    assert "limit" in done.output
    assert "since step" in done.output
    assert "image " in done.output
    assert "alerts (" in done.output or "1 alert (1 error)" in done.output


def test_one_object_for_programs(runs):
    done = check(runs / "broken", "--json")
    answer = json.loads(done.output)
    assert done.exit_code == FOUND
    assert (answer["run"], answer["source"], answer["steps"], answer["layers"]) == ("broken", "logged", 18, ["fc"])
    assert answer["failed"]
    alert = next(alert for alert in answer["alerts"] if alert["rule"] == "collapse")
    assert (alert["layer"], alert["severity"]) == ("fc", "error")
    assert 12 <= alert["since"] <= alert["step"] <= 15
    assert alert["sample_ids"] == [f"image {row}" for row in alert["samples"]]
    assert alert["class_names"] == [["cat", "dog", "bird"][number] for number in alert["classes"]]


def test_what_fails_is_chosen(runs):
    warning = check(runs / "broken", "--rule", "merging", "--json")
    assert {alert["severity"] for alert in json.loads(warning.output)["alerts"]} == {"warning"}
    assert warning.exit_code == FOUND
    assert check(runs / "broken", "--rule", "merging", "--fail-on", "error").exit_code == 0


def test_rules_are_applied_to_the_snapshots_where_nothing_was_measured(runs):
    answers = [json.loads(check(runs / name, "--json").output) for name in ("broken", "unmeasured")]
    assert [answer["source"] for answer in answers] == ["logged", "snapshots"]
    told = [[(alert["step"], alert["rule"], alert["layer"]) for alert in answer["alerts"]] for answer in answers]
    assert told[0] == told[1] != []


def test_a_run_whose_measuring_broke_off_does_not_pass(runs):
    whole, half = (json.loads(check(runs / name, "--json").output) for name in ("broken", "half"))
    assert (half["source"], half["steps"], half["measured"]) == ("both", 18, 5)
    # The numbers of activations that were stored are rounded.
    told = [[(alert["step"], alert["rule"], alert["layer"]) for alert in answer["alerts"]] for answer in (whole, half)]
    assert told[0] == told[1] != []
    done = check(runs / "half")
    assert done.exit_code == FOUND
    assert done.output.endswith("\nMeasured while it trained: 5. Rules were applied to the others now.\n")


def test_an_alert_from_before_measuring_broke_off_is_told_once(runs):
    whole, told = (json.loads(check(runs / name, "--json").output) for name in ("broken", "told"))
    assert (whole["measured"], told["measured"], told["source"]) == (18, 16, "both")
    assert told["alerts"] == whole["alerts"]


def test_what_was_told_is_shown_where_the_rest_cannot_be_read(runs, tmp_path):
    whole = json.loads(check(runs / "broken", "--json").output)
    shutil.copytree(runs / "told", tmp_path / "told", ignore=shutil.ignore_patterns("plugins"))
    done = check(tmp_path / "told")
    assert done.exit_code == FOUND
    assert whole["alerts"][0]["sentence"] in done.output
    assert "Measured while it trained: 16. The others were not checked: " in done.output
    shutil.copytree(runs / "half", tmp_path / "half", ignore=shutil.ignore_patterns("plugins"))
    assert isinstance(check(tmp_path / "half").exception, MissingDataError)


def test_stagnation_is_told_of_by_name_afterwards(tmp_path):
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    with torch.no_grad():
        model[0].bias.fill_(-100)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    x, y = torch.randn(60, 4, generator=torch.Generator().manual_seed(0)), torch.from_numpy(LABELS)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        trained = hidden.TrainingLog(hidden.every(1))
        writer.watch(model, hidden.Probe((x, y)), method=None, optimizer=optimizer, training_log=trained)
        for step in range(8):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            writer.add_hidden(step)
    (logged,) = (a for a in json.loads(check(tmp_path, "--json").output)["alerts"] if a["rule"] == "stagnation")
    (again,) = json.loads(check(tmp_path, "--rule", "stagnation", "--json").output)["alerts"]
    assert again == logged
    assert again["sentence"].startswith("0 learn")


def test_a_rule_that_is_not_among_the_built_in_ones(runs):
    answer = json.loads(check(runs / "broken", "--rule", "sentrycam", "--json").output)
    assert (answer["source"], answer["rules"]) == ("snapshots", ["sentrycam"])
    assert {alert["rule"] for alert in answer["alerts"]} <= {"sentrycam"}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere"], 1, "not a run"),
        (["broken", "--rule", "colapse"], 1, "no such rule"),
        (["plain"], 1, "nothing to check"),
        (["broken", "--fail-on", "fatal"], 2, "fatal"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_checked_is_no_alert(runs, arguments, code, sentence, monkeypatch, capsys):
    from torch.utils import tensorboard

    with tensorboard.SummaryWriter(str(runs / "plain")) as writer:
        writer.add_scalar("loss", 1.0, 0)
    monkeypatch.setattr("sys.argv", ["hidden", "check", *arguments])
    monkeypatch.chdir(runs)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert sentence in capsys.readouterr().err
