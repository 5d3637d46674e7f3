"""The wheel beside the lowest versions that it says it takes, and beside those that large notebook hosts pin."""

import os
import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import asked_for, link
from tests.servers import LOADERS, tensorboard

HOSTS = ["tensorboard==2.20.0", "protobuf==5.29.6", "numpy==2.0.2"]


def floors(wheel):
    """The lowest version of everything that a wheel asks for, as pins. PyTorch is the one that is installed here."""
    pins = []
    for wanted in asked_for(wheel):
        if wanted.name != "torch":
            (bound,) = wanted.specifier
            assert bound.operator == ">=", wanted
            pins.append(f"{wanted.name}=={bound.version}")
    return pins


def test_everything_that_the_wheel_asks_for_has_a_lowest_version(archives):
    pins = floors(archives[0])
    assert {"numcodecs==0.16.6", "tensorboard==2.19", "protobuf==4.25", "numpy==1.26"} < set(pins)


@pytest.mark.slow
@pytest.mark.parametrize("beside", ["the lowest", "hosts"])
def test_the_demo_trains_and_is_read_on_both_loaders(beside, archives, tmp_path):
    wheel, _ = archives
    pins = floors(wheel) if beside == "the lowest" else HOSTS
    (tmp_path / "pins.txt").write_text("\n".join(pins))
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python, hidden = (str(tmp_path / "venv" / "bin" / name) for name in ("python", "hidden"))
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    link(metadata.distribution("torch"), packages)
    subprocess.run([*pip, "install", "-c", tmp_path / "pins.txt", "setuptools<82", wheel], check=True)
    subprocess.run([*pip, "check"], check=True)
    installed = {one.name.lower(): one.version for one in metadata.distributions(path=[str(packages)])}
    for pin in map(Requirement, pins):
        assert pin.specifier.contains(installed[pin.name.lower()]), pin

    command = [hidden, "demo", "--no-serve", "--epochs", "2", "--logdir", "runs"]
    demo = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert demo.returncode == 0, demo.stderr
    assert "Warning" not in demo.stderr, demo.stderr
    subprocess.run([hidden, "check", "runs/digits"], cwd=tmp_path, check=True)
    subprocess.run([hidden, "export", "runs/digits", "--html", "--out", "page.html"], cwd=tmp_path, check=True)
    for loader in LOADERS:
        with tensorboard(["--logdir", str(tmp_path / "runs")], loader=loader, python=python) as server:
            (layer,) = server.index("digits", lambda index: index["closed"])["layers"]
            drawn = layer["frames"]["hidden"]
            assert layer["steps"] == drawn["steps"] == [0, 1, 2], loader
            for step, version in zip(drawn["steps"], drawn["versions"], strict=True):
                for route in ("frame", "landscape"):
                    assert server.get(route, run="digits", layer=layer["name"], step=step, v=version).status == 200

    # A newer setuptools has no pkg_resources, without which these versions of TensorBoard end at once.
    subprocess.run([*pip, "install", "setuptools>=82"], check=True)
    ended = subprocess.run(
        [python, "-m", "tensorboard.main", "--logdir", "runs"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "No module named 'pkg_resources'" in ended.stderr
    said = subprocess.run([hidden, "demo", "--logdir", "more"], cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 1
    assert 'pip install "setuptools<82"' in said.stderr
    assert not os.path.exists(tmp_path / "more")
