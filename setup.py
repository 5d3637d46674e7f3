"""Builds the front end into the package where it is absent; everything else is in ``pyproject.toml``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).parent
FRONTEND = ROOT / "frontend"
BUNDLE = ROOT / "tensorboard_plugin_hidden" / "static" / "index.js"


def build_bundle() -> None:
    """Runs npm unless the bundle is there, as it is in an sdist.

    Raises:
        SystemExit: npm is not installed.
    """
    if BUNDLE.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            "tensorboard-plugin-hidden: the front end is not built and npm was not found. "
            "Install Node.js 20 or newer (https://nodejs.org), or install a released wheel, which needs no Node."
        )
    subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, check=True)
    subprocess.run([npm, "run", "build"], cwd=FRONTEND, check=True)


class BuildPy(build_py):
    """``build_py`` with the bundle."""

    def run(self) -> None:
        """Makes the bundle before the package's files are collected; in an editable install `make bundle` does."""
        if not self.editable_mode:
            build_bundle()
        # package_data was globbed before the bundle existed
        self.data_files = self._get_data_files()
        super().run()


class Sdist(sdist):
    """``sdist`` with the bundle, so that installing from it needs no Node."""

    def run(self) -> None:
        """Makes the bundle before the archive's manifest is drawn up."""
        build_bundle()
        super().run()


setup(cmdclass={"build_py": BuildPy, "sdist": Sdist})
