"""What tests of the archives share: the archives, and environments that need no second PyTorch."""

import email
import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_other_path(monkeypatch):
    """What is installed is what is imported."""
    monkeypatch.delenv("PYTHONPATH", raising=False)


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The tracked files and the bundle, as a release is made of."""
    copy = tmp_path_factory.mktemp("source")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "tensorboard_plugin_hidden" / "static", copy / "tensorboard_plugin_hidden" / "static")
    return copy


@pytest.fixture(scope="session")
def archives(source):
    subprocess.run([sys.executable, "-m", "build", "--no-isolation"], cwd=source, check=True, capture_output=True)
    (wheel,), (sdist,) = (source / "dist").glob("*.whl"), (source / "dist").glob("*.tar.gz")
    return wheel, sdist


def described(wheel: Path) -> Message:
    """A wheel's metadata."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def asked_for(wheel: Path) -> list[Requirement]:
    """What a wheel asks for without its extras."""
    every = map(Requirement, described(wheel).get_all("Requires-Dist", []))
    return [wanted for wanted in every if wanted.marker is None]


def link(distribution: Distribution, packages: Path) -> None:
    """Puts what is installed here into another environment's packages.

    To unpack PyTorch anew takes two minutes of a small machine; the files would be the same.
    """
    for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
        if not (packages / name).exists():
            (packages / name).symlink_to(str(distribution.locate_file(name)))
