"""Maps of one layer by several methods in one run, as TensorBoard serves them."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.format.codec import unpack
from tests.servers import LOADERS, tensorboard

LAYER = "fc2:input"


def add_pca(run_dir: Path) -> None:
    """What ``hidden project RUN --method pca`` does."""
    outcome = CliRunner().invoke(cli, ["project", str(run_dir), "--method", "pca"])
    assert outcome.exit_code == 0, outcome.output


@pytest.fixture(scope="module")
def logdir(digits_run, tmp_path_factory):
    """The demo's run with the maps of a second method beside its own."""
    logdir = tmp_path_factory.mktemp("methods")
    shutil.copytree(digits_run / "digits", logdir / "digits")
    add_pca(logdir / "digits")
    return logdir


@pytest.fixture(scope="module", params=LOADERS)
def served(request, logdir):
    """The server, and the index of its run once both methods are there."""
    with tensorboard(["--logdir", str(logdir)], loader=request.param) as server:
        yield server, server.index("digits", lambda index: len(methods(index).get("pca", {}).get("steps", ())) == 4)


def methods(index):
    return next(layer["frames"] for layer in index["layers"] if layer["name"] == LAYER)


def test_the_index_has_every_method_of_a_layer(served):
    _, index = served
    frames = methods(index)
    assert set(frames) == {"hidden", "pca"}
    for method in frames.values():
        assert method["steps"] == [0, 1, 2, 3]
        columns = [method[name] for name in ("versions", "settings_of", "bounds", "seconds", "cpu_seconds", "reason")]
        assert {len(column) for column in columns} == {4}
        assert all(seconds > 0 for seconds in method["cpu_seconds"])
    assert set(frames["hidden"]["versions"]).isdisjoint(frames["pca"]["versions"])
    # the second method's maps hold no samples of their own, so the run stays one run with one probe
    assert index["probe"]["count"] == 899


def test_each_method_says_what_it_was_run_with(served):
    _, index = served
    frames = methods(index)
    assert [list(settings) for settings in frames["pca"]["settings"]] == [["radius", "seed"]]
    assert "warm_iterations" in frames["hidden"]["settings"][0]
    assert all(method["settings_of"] == [0, 0, 0, 0] for method in frames.values())


def test_a_frame_is_that_of_its_version(served):
    server, index = served
    positions = {}
    for name, method in methods(index).items():
        query = {"run": "digits", "layer": LAYER, "step": 3, "v": method["versions"][3]}
        arrays, _ = unpack(server.get("frame", **query).body)
        positions[name] = arrays["positions"].astype(float)
        plane = server.get("landscape", **query)
        assert plane.status == 200
    assert positions["hidden"].shape == positions["pca"].shape
    assert abs(positions["hidden"] - positions["pca"]).mean() > 1000
