"""The ``hidden`` command as a user runs it."""

import re
import signal
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader
from tests.servers import tensorboard

COMMAND = [sys.executable, "-m", "tensorboard_plugin_hidden.cli"]


def run(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=300, **options)


def history(run_dir):
    return current(item.record for item in RunReader(str(run_dir)).poll())


def test_version():
    assert hidden.__version__ in run("--version").stdout


def test_demo_leaves_an_earlier_one_alone_and_goes_on_with_scripts(tmp_path):
    (tmp_path / "digits").mkdir()
    (tmp_path / "two_words.py").write_text("import pathlib, sys; pathlib.Path(sys.argv[1]).mkdir()")
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    scripts = ["--then", str(tmp_path / "two_words.py"), "--then", str(tmp_path / "broken.py")]
    done = run("demo", "--logdir", str(tmp_path), "--epochs", "1", "--no-serve", *scripts)
    assert list(history(tmp_path / "digits-2").frames["fc2:input"]["hidden"]) == [0, 1]
    assert not any((tmp_path / "digits").iterdir())
    assert (tmp_path / "two-words").is_dir()
    assert done.returncode == 1
    assert "the script failed" in done.stderr
    assert "exit code 3" in done.stderr


def test_demo_serves_until_interrupted(tmp_path):
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--logdir", str(tmp_path), "--epochs", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = None
    for line in demo.stdout:
        found = re.search(r"(http://127\.0\.0\.1:\d+/)#hidden", line)
        if found:
            url = found.group(1)
        if "Ctrl-C" in line:
            break
    assert url
    assert urllib.request.urlopen(url + "data/plugin/hidden/runs").status == 200
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=60)
    assert demo.returncode == 0, errors
    assert "Traceback" not in errors
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(url, timeout=5)


def test_demo_says_why_tensorboard_did_not_start(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['tensorboard.program'] = None\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(sys.path)}")
    done = run("demo", "--logdir", str(tmp_path / "runs"))
    assert done.returncode == 1
    assert "its exit code 1 and “ModuleNotFoundError: import of tensorboard.program halted" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupting_a_training_is_clean(tmp_path):
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--logdir", str(tmp_path), "--epochs", "500", "--no-serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in demo.stdout:
        if "Training" in line:
            break
    while not (list((tmp_path / "digits").glob("*tfevents*")) and history(tmp_path / "digits").snapshots):
        assert demo.poll() is None
        time.sleep(0.1)
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=120)
    assert demo.returncode == 130
    assert "Traceback" not in errors
    assert history(tmp_path / "digits").snapshots["fc2:input"]


@pytest.fixture
def unprojected(tmp_path, rng):
    """A run of which no map was drawn."""
    with hidden.SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(3):
            labels = np.arange(60) % 3 if step == 0 else None
            writer.add_activations("fc", rng.normal(size=(60, 5)), step, labels=labels, method=None)
    return tmp_path


def test_project_draws_what_is_missing(unprojected):
    done = run("project", str(unprojected / "run"))
    assert done.returncode == 0, done.stderr
    assert list(history(unprojected / "run").frames["fc"]["hidden"]) == [0, 1, 2]
    again = run("project", str(unprojected / "run"))
    assert "Every snapshot" in again.stdout
    other = run("project", str(unprojected / "run"), "--method", "pca", "--follow")
    assert other.returncode == 0, other.stderr
    assert list(history(unprojected / "run").frames["fc"]["pca"]) == [0, 1, 2]


@pytest.mark.parametrize("loader", ["fast", "slow"])
def test_what_is_drawn_beside_a_live_writer_costs_it_nothing(tmp_path, rng, loader):
    """TensorBoard's Python loader abandons an event file once a newer one appears beside it."""
    with hidden.SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_activations("fc", rng.normal(size=(60, 5)), 0, method=None)
        writer.flush()
        with tensorboard(["--logdir", str(tmp_path)], loader=loader) as server:
            server.index("run", lambda index: index["layers"])
            assert run("project", str(tmp_path / "run")).returncode == 0
            server.index("run", lambda index: "hidden" in index["layers"][0]["frames"])
            writer.add_activations("fc", rng.normal(size=(60, 5)), 1, method=None)
            writer.flush()
            index = server.index("run", lambda index: index["layers"][0]["steps"] == [0, 1])
            frames = index["layers"][0]["frames"]["hidden"]
            answer = server.get("frame", run="run", layer="fc", step=0, v=frames["versions"][0])
            assert answer.status == 200
            assert [listed["name"] for listed in server.get("runs").json()["runs"]] == ["run"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["project", "."], "not a run: expected a directory with TensorBoard event files"),
        (["project", "nowhere"], "does not exist"),
        (["demo", "--epochs", "0"], "0 is not in the range"),
        (["frobnicate"], "No such command"),
    ],
)
def test_mistakes_get_a_sentence_not_a_traceback(arguments, sentence, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_method_names_near_ones(unprojected):
    done = run("project", str(unprojected / "run"), "--method", "hiden")
    assert done.returncode == 1
    assert "hidden" in done.stderr
