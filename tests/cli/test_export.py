"""``hidden export`` as a user runs it."""

import pytest
from click.testing import CliRunner

from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.errors import HiddenError
from tests.conftest import log_maps


@pytest.fixture
def run_dir(tmp_path):
    log_maps(tmp_path / "logs" / "cnn", range(3))
    return tmp_path / "logs" / "cnn"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Commands write to the directory they are run in."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def export(*arguments):
    return CliRunner().invoke(cli, ["export", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--format", "csv"], "cnn.csv"),
        (["--format", "json"], "cnn.json"),
        (["--format", "npz"], "cnn.npz"),
        (["--format", "fiftyone"], "cnn.fiftyone.json"),
        (["--format", "emblaze"], "cnn.emblaze.json"),
        (["--html"], "cnn.html"),
        (["--html", "--out", "other.page"], "other.page"),
    ],
)
def test_a_file_of_the_runs_name(run_dir, here, arguments, name):
    done = export(run_dir, *arguments)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"{name}: ")
    assert done.output.endswith("B, 3 epochs\n")
    assert [file.name for file in here.iterdir()] == [name]


def test_a_file_that_is_there_stays(run_dir, here):
    (here / "cnn.csv").write_text("mine")
    done = export(run_dir, "--format", "csv")
    assert isinstance(done.exception, HiddenError)
    assert "pass --force" in str(done.exception)
    assert (here / "cnn.csv").read_text() == "mine"
    assert export(run_dir, "--format", "csv", "--force").exit_code == 0
    assert (here / "cnn.csv").read_text().startswith("id,step,")
    (here / "cnn.json").mkdir()
    assert isinstance(export(run_dir, "--format", "json", "--force").exception, HiddenError)


@pytest.mark.parametrize(
    "arguments",
    [["--format", "cleanlab"], ["--format", "csv", "--layer", "x"], ["--html", "--method", "x"]],
    ids=["no logits", "no layer", "no method"],
)
def test_what_fails_leaves_nothing(run_dir, here, arguments):
    assert isinstance(export(run_dir, *arguments, "--out", "there").exception, HiddenError)
    assert list(here.iterdir()) == []


def test_a_directory_that_is_not_there(run_dir):
    done = export(run_dir, "--format", "csv", "--out", "nowhere/x.csv")
    assert isinstance(done.exception, HiddenError)
    assert "the file cannot be written" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say either --html or --format"),
        (["--html", "--format", "csv"], "Say either --html or --format"),
        (["--format", "csv", "--activations"], "--activations goes with --html and --format npz"),
        (["--format", "xlsx"], "'xlsx' is not one of"),
    ],
)
def test_options_that_do_not_go_together(run_dir, arguments, sentence):
    done = export(run_dir, *arguments)
    assert done.exit_code == 2
    assert sentence in done.output
