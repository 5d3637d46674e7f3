"""The layers of the code: what each part may know."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tensorboard_plugin_hidden"

LAYERS = ["format", "geometry", "training_log", "tables", "projection", "alerts", "logger", "demo", "export", "cli"]
"""Each may import itself and those before it."""

MAY = {part: set(LAYERS[: place + 1]) for place, part in enumerate(LAYERS)}
MAY["format"] = {"format"}
MAY["alerts"] -= {"projection"}
MAY["backend"] = {"format", "geometry", "training_log", "tables", "backend"}
MAY["export"] = {"format", "geometry", "training_log", "tables", "backend", "export"}
EVERYBODY = {"errors", "notices", "installed", ""}

OUTSIDE = {
    "format": {"numpy", "zarr", "tensorboard"},
    "geometry": {"numpy"},
    "training_log": {"numpy", "scipy"},
    "tables": {"numpy"},
    "projection": {"numpy", "torch", "scipy", "pynndescent", "umap", "openTSNE", "ray"},
    "alerts": {"numpy"},
    "logger": {"numpy", "torch", "PIL", "click"},
    "demo": {"torch", "sklearn"},
    "export": {"numpy", "tensorboard", "werkzeug"},
    "cli": {"numpy", "click", "tensorboard"},
    "backend": {"numpy", "tensorboard", "werkzeug"},
    "errors": set(),
    "notices": set(),
    "installed": set(),
    "": set(),
}
"""Packages beyond the standard library that each part may import."""


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_point_one_way(path):
    here = part(path)
    for name in imported(path):
        top, *rest = name.split(".")
        if top == "tensorboard_plugin_hidden":
            target = rest[0] if rest else ""
            # the package's own file names the homes of what it exports, and imports them when they are used
            assert here == "" or target in MAY.get(here, set()) | EVERYBODY, f"{here} must not import {name}"
        elif top not in sys.stdlib_module_names:
            assert top in OUTSIDE[here], f"{here} must not import {top}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path):
    assert len(path.read_text().splitlines()) <= 420, "split it: one idea a file"


def test_files_of_the_front_end_stay_small():
    source = Path(__file__).parents[1] / "frontend" / "src"
    files = [file for file in source.rglob("*.ts*") if file.suffix in (".ts", ".tsx")]
    assert len(files) > 300
    assert {str(file) for file in files if len(file.read_text().splitlines()) > 315} == set()


def loaded_by(code: str) -> set[str]:
    script = f"import sys; {code}; print('\\n'.join(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


HEAVY = {"torch", "umap", "numba", "sklearn", "scipy"}


def test_importing_the_package_imports_nothing_heavy():
    assert not loaded_by("import tensorboard_plugin_hidden") & (HEAVY | {"tensorboard", "zarr", "numpy"})


def test_the_entry_point_imports_tensorboard_and_the_standard_library():
    loaded = loaded_by("import tensorboard_plugin_hidden.backend.loader")
    assert "tensorboard.plugins.base_plugin" in loaded
    assert not loaded & (HEAVY | {"zarr", "PIL", "click"})


def test_serving_needs_no_torch():
    assert not loaded_by("import tensorboard_plugin_hidden.backend.plugin") & (HEAVY | {"zarr"})


def test_exporting_needs_no_torch():
    assert not loaded_by("import tensorboard_plugin_hidden.export.page") & HEAVY


def test_the_public_names():
    import tensorboard_plugin_hidden as hidden

    assert len(hidden.__all__) <= 10
    for name in hidden.__all__:
        assert getattr(hidden, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        hidden.nonsense  # noqa: B018
