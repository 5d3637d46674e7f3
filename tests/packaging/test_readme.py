"""The lines of the README that install the package and start TensorBoard, as a stranger types them in a fresh clone."""

import os
import shutil
import subprocess
import sys
import urllib.request
from importlib import metadata

import pytest

from tests.packaging.conftest import ROOT, link
from tests.servers import free_port, until_it_answers


def lines():
    """What stands in the README's block of commands, without the comments."""
    block = (ROOT / "README.md").read_text().split("```\n")[2]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


@pytest.mark.slow
def test_a_clone_is_installed_and_read_by_the_two_commands(source, digits_run, tmp_path):
    install, look = lines()
    clone = tmp_path / "clone"
    shutil.copytree(source, clone, ignore=shutil.ignore_patterns("static", "dist", "build", "*.egg-info"))
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    link(metadata.distribution("torch"), packages)
    here = os.environ | {"PATH": f"{tmp_path / 'venv' / 'bin'}:{os.environ['PATH']}"}
    subprocess.run(install, shell=True, cwd=clone, env=here, check=True)
    work = tmp_path / "work"
    work.mkdir()
    (work / "runs").symlink_to(digits_run)
    url = f"http://127.0.0.1:{(port := free_port())}/"
    command = f"exec {look} --host 127.0.0.1 --port {port}"
    process = subprocess.Popen(
        command, shell=True, cwd=work, env=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        until_it_answers(process, url)
        script = urllib.request.urlopen(f"{url}data/plugin/hidden/static/index.js").read()
        assert len(script) > 100_000
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_wheel_that_is_named_is_the_one_that_is_built(archives):
    assert f"pip install {archives[0].name}" in (ROOT / "README.md").read_text()
