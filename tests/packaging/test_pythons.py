"""What needs no PyTorch, on the other Pythons that are on this machine and with the newest packages that they take."""

import subprocess
from functools import partial

import pytest

from tests.packaging.conftest import asked_for, described
from tests.servers import LOADERS, tensorboard

OTHERS = ("3.12", "3.13", "3.14")


@pytest.mark.slow
@pytest.mark.parametrize("version", OTHERS)
def test_a_run_is_read_checked_and_exported(version, archives, digits_run, tmp_path):
    try:
        subprocess.run([f"python{version}", "-m", "venv", tmp_path / "venv"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"there is no Python {version} here")
    python = str(tmp_path / "venv" / "bin" / "python")
    run = partial(subprocess.run, cwd=tmp_path, check=True)
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    run([*pip, *(str(one) for one in asked_for(archives[0]) if one.name != "torch")])
    run([*pip, "--no-deps", archives[0]])
    hidden = tmp_path / "venv" / "bin" / "hidden"
    run([hidden, "check", digits_run / "digits", "--fail-on", "error"])
    run([hidden, "export", digits_run / "digits", "--html", "--out", "page.html"])
    for loader in LOADERS:
        with tensorboard(["--logdir", str(digits_run)], loader=loader, python=python) as server:
            (layer,) = server.index("digits", lambda index: index["closed"])["layers"]
            drawn = layer["frames"]["hidden"]
            step = {"run": "digits", "layer": layer["name"], "step": drawn["steps"][-1]}
            assert server.get("frame", **step, v=drawn["versions"][-1]).status == 200, loader
            assert server.get("outcomes", **step, v=layer["versions"][-1]).status == 200, loader


def test_every_python_that_is_promised_is_tried(archives):
    promised = [words for words in described(archives[0]).get_all("Classifier") if "Python :: 3." in words]
    assert [words.rpartition(" ")[2] for words in promised] == ["3.11", *OTHERS]
