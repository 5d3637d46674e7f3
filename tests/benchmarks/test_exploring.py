"""The runs that exploring is measured on are what they say, and long ones are looked through in a worker of its own."""

import json
import re
from importlib import resources

import numpy as np
import pytest

from benchmarks.runs import CLASSES, journal, write_learning
from tests.browser import open_tab
from tests.servers import tensorboard

SAMPLES, EPOCHS = 60_000, 18
"""More than a page looks through by itself."""


def arrays(server, route, step, version):
    """A payload's arrays of one entry a sample, by name."""
    body = server.get(route, run="run", layer="fc", step=step, v=version).body
    length = int.from_bytes(body[8:12], "little")
    described = json.loads(body[16 : 16 + length])["arrays"]
    return {
        one["name"]: np.frombuffer(body, f"<{one['dtype']}", int(np.prod(one["shape"])), 16 + length + one["offset"])
        for one in described
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    logdir = tmp_path_factory.mktemp("long")
    with journal(str(logdir / "run")) as writing:
        write_learning(writing, "fc", SAMPLES, EPOCHS)
    with tensorboard(["--logdir", str(logdir)]) as running:
        running.index("run", lambda index: len(index["layers"][0]["steps"]) == EPOCHS)
        yield running


@pytest.fixture(scope="module")
def frames(server):
    frames = server.index("run")["layers"][0]["frames"]["hidden"]
    return [arrays(server, "frame", *one) for one in zip(frames["steps"], frames["versions"], strict=True)]


def test_a_run_learns_and_its_maps_say_what_its_snapshots_say(server, frames):
    layer = server.index("run")["layers"][0]
    labels = np.arange(SAMPLES) % CLASSES
    right = [(frame["prediction"] == labels).mean() for frame in frames]
    assert right == sorted(right)
    assert right[0] < 0.5 < 0.9 < right[-1]
    np.testing.assert_allclose(right, layer["accuracy"], atol=1e-6)
    last = arrays(server, "outcomes", EPOCHS - 1, layer["versions"][-1])
    np.testing.assert_array_equal(last["prediction"], frames[-1]["prediction"])
    assert np.isfinite(last["loss"]).all()


@pytest.mark.e2e
def test_a_long_run_is_looked_through_in_a_worker_from_a_file(browser, server, frames):
    sure = np.stack([frame["confidence"] for frame in frames]) / 255
    with open_tab(browser, server, without_eval=True) as tab:
        tab.wait_for_map()
        field = tab.frame.get_by_role("combobox", name="Find samples")
        for query, found in [
            ("ever(conf<0.25)", (sure < 0.25).any(axis=0)),
            ("always(conf>0.3)", (sure > 0.3).all(axis=0)),
        ]:
            field.fill(query)
            said = "document.querySelector('.found p')?.textContent ?? ''"
            tab.when(f"({said}).startsWith('{found.sum():,} of') && !/loading|over/.test({said})")
            assert 0 < found.sum() < SAMPLES
        (worker,) = tab.page.workers
        assert re.fullmatch(
            re.escape(server.url) + r"data/plugin/hidden/static/search\.worker-[\w-]+\.js", worker.url
        ), worker.url


@pytest.mark.e2e
def test_a_page_from_disk_starts_no_worker():
    static = resources.files("tensorboard_plugin_hidden") / "static"
    assert "new Worker" not in (static / "standalone.js").read_text()
    assert "new Worker" in (static / "index.js").read_text()
