"""A TensorBoard that cannot start is told of before it is started, with the cure."""

import subprocess
import sys

import pytest

from tensorboard_plugin_hidden import installed
from tensorboard_plugin_hidden.installed import tensorboard_trouble


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Puts distributions, and modules, in front of those that are installed here."""

    def put(modules=(), **versions):
        for name, version in versions.items():
            folder = tmp_path / f"{name}-{version}.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        for name in modules:
            (tmp_path / f"{name}.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        return tmp_path

    return put


@pytest.mark.parametrize("version", ["2.19.0", "2.20.0", "2.20.0a20250701", "2.9.1"])
def test_an_older_tensorboard_beside_a_newer_setuptools(beside, version):
    beside(tensorboard=version, setuptools="82.0.0")
    assert str(tensorboard_trouble()) == (
        f"TensorBoard cannot start: expected setuptools below 82 beside TensorBoard {version}, which imports its "
        'pkg_resources, got setuptools 82.0.0. Run `pip install "setuptools<82"`, or `pip install "tensorboard>=2.21"`.'
    )


def test_what_has_pkg_resources_or_needs_none_is_fine(beside):
    assert tensorboard_trouble() is None, "the one installed here"
    beside(tensorboard="2.20.0", setuptools="81.0.0", modules=["pkg_resources"])
    assert tensorboard_trouble() is None


@pytest.mark.parametrize("version", ["2.21.0", "2.21.0rc1", "2.22", "3.0.0"])
def test_a_newer_tensorboard_needs_none(beside, version):
    beside(tensorboard=version, setuptools="84.0.0")
    assert tensorboard_trouble() is None


def test_it_is_said_once(beside, capsys):
    beside(tensorboard="2.20.0", setuptools="84.0.0")
    installed.say_tensorboard_trouble.cache_clear()
    for _ in range(3):
        installed.say_tensorboard_trouble()
    installed.say_tensorboard_trouble.cache_clear()
    assert capsys.readouterr().err.count('pip install "setuptools<82"') == 1


def test_the_demo_says_the_cure_and_trains_nothing(beside, monkeypatch):
    folder = beside(tensorboard="2.20.0", setuptools="84.0.0")
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{':'.join(sys.path)}")
    command = [sys.executable, "-m", "tensorboard_plugin_hidden.cli", "demo", "--logdir", str(folder / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("hidden: TensorBoard cannot start")
    assert 'pip install "setuptools<82"' in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "runs").exists()
