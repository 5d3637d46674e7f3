"""All epochs in, all epochs out: real TensorBoard processes with both loaders and no flags."""

from pathlib import Path

import pytest

from tensorboard_plugin_hidden.format.codec import unpack
from tests.conftest import log_maps
from tests.servers import LOADERS, tensorboard

EPOCHS = 400


def frames(index):
    return index["layers"][0]["frames"]["logged"]


def event_file(run_dir: Path) -> Path:
    return max(run_dir.glob("*tfevents*"))


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """One run for each way in which a log can come about."""
    logdir = tmp_path_factory.mktemp("logdir")
    log_maps(logdir / "whole", range(EPOCHS))
    log_maps(logdir / "resumed", range(EPOCHS // 2 + 20))
    log_maps(logdir / "resumed", range(EPOCHS // 2, EPOCHS))
    log_maps(logdir / "purged", range(50))
    log_maps(logdir / "purged", range(30, 40), purge_step=30)
    log_maps(logdir / "twice", range(10))
    log_maps(logdir / "twice", range(9, 10))
    log_maps(logdir / "cut", range(20))
    file = event_file(logdir / "cut")
    file.write_bytes(file.read_bytes()[:-5])
    return logdir


@pytest.fixture(scope="module", params=LOADERS)
def server(request, logdir):
    with tensorboard(["--logdir", str(logdir)], loader=request.param) as running:
        yield running


@pytest.mark.parametrize("run", ["whole", "resumed"])
def test_every_epoch_is_there_once(server, run):
    index = server.index(run, lambda index: index["closed"] and len(frames(index)["steps"]) >= EPOCHS)
    assert frames(index)["steps"] == list(range(EPOCHS))
    for step in (0, 7, EPOCHS // 2 - 1, EPOCHS // 2, EPOCHS - 1):
        answer = server.get("frame", run=run, layer="space", step=step, v=frames(index)["versions"][step])
        assert answer.status == 200
        assert unpack(answer.body)[0]["positions"].shape == (30, 2)


def test_an_abandoned_branch_is_hidden(server):
    index = server.index("purged", lambda index: index["closed"] and len(frames(index)["steps"]) >= 40)
    assert frames(index)["steps"] == list(range(40))
    sessions = {version.split(".")[0] for version in frames(index)["versions"]}
    assert len(sessions) == 2
    assert len({version.split(".")[0] for version in frames(index)["versions"][30:]}) == 1


def test_the_last_write_of_a_step_wins(server):
    index = server.index("twice", lambda index: len({v.split(".")[0] for v in frames(index)["versions"]}) == 2)
    assert frames(index)["steps"] == list(range(10))
    assert frames(index)["versions"][9].split(".")[0] > frames(index)["versions"][8].split(".")[0]


def test_a_truncated_last_record_costs_only_itself(server):
    """What is cut is the goodbye, so the run looks as if it were still being written."""
    index = server.index("cut", lambda index: len(frames(index)["steps"]) == 20)
    assert not index["closed"]
