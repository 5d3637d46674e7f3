"""What pip installs: the wheel in an empty environment, and the sdist."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.conftest import log_maps
from tests.packaging.conftest import ROOT, described, link
from tests.servers import tensorboard


def bundle():
    return sorted(file.name for file in (ROOT / "tensorboard_plugin_hidden" / "static").iterdir())


def test_both_archives_hold_the_bundle(archives):
    wheel, sdist = archives
    in_wheel = zipfile.ZipFile(wheel).namelist()
    with tarfile.open(sdist) as archive:
        in_sdist = archive.getnames()
    assert wheel.name.endswith("py3-none-any.whl")
    for name in bundle():
        assert f"tensorboard_plugin_hidden/static/{name}" in in_wheel
        assert any(path.endswith(f"/tensorboard_plugin_hidden/static/{name}") for path in in_sdist)
    assert "tensorboard_plugin_hidden/py.typed" in in_wheel
    assert not [name for name in in_wheel if name.startswith(("tests/", "frontend/", "benchmarks/"))]
    assert any(name.endswith("LICENSE") for name in in_wheel)


def test_without_node_the_build_says_so(source, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("static", "dist", "build", "*.egg-info"))
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_py"],
        cwd=copy,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "npm was not found. Install Node.js 20 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def requires(wheel):
    """The distributions that a wheel asks for, and what they ask for, as they are installed here."""
    asked = described(wheel).get_all("Requires-Dist")
    found = {}
    while asked:
        wanted = Requirement(asked.pop())
        if wanted.name.lower() in found or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        found[wanted.name.lower()] = metadata.distribution(wanted.name)
        asked += found[wanted.name.lower()].requires or []
    return found.values()


def test_the_wheel_in_an_environment_of_what_it_asks_for_alone(archives, tmp_path):
    wheel, _ = archives
    log_maps(tmp_path / "logdir" / "run", range(3))
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    for distribution in requires(wheel):
        link(distribution, packages)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True, capture_output=True)
    code = "import tensorboard_plugin_hidden as h; print(h.__file__, h.SummaryWriter.__name__, h.Probe.__name__)"
    imported = subprocess.run([python, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(tmp_path / "venv") in imported
    with tensorboard(["--logdir", str(tmp_path / "logdir")], python=python) as server:
        server.index("run", lambda index: index["closed"])
        assert "hidden" in server.fetch("data/plugins_listing").json()
        served = server.get("static/index.js").body
        assert served == (ROOT / "tensorboard_plugin_hidden" / "static" / "index.js").read_bytes()
    command = [str(tmp_path / "venv" / "bin" / "hidden"), "demo", "--no-serve", "--epochs", "1", "--logdir", "demo"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "demo" / "digits").is_dir()


@pytest.mark.parametrize("broken", ["zarr", "tensorboard_plugin_hidden.format.codec"])
def test_a_broken_dependency_never_stops_tensorboard(broken, tmp_path, monkeypatch):
    """An import that fails costs the tab, or the part of it that needs it, and nothing else."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {broken!r}:\n"
        "            raise ImportError('broken on purpose')\n"
        "sys.meta_path.insert(0, Broken())\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "logdir").mkdir()
    with tensorboard(["--logdir", str(tmp_path / "logdir")]) as server:
        plugins = server.fetch("data/plugins_listing").json()
        assert "scalars" in plugins
        assert ("hidden" in plugins) == (broken == "zarr"), "Zarr is needed for big frames only"
