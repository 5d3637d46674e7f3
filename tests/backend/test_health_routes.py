"""Measures, alerts and tasks over HTTP, in a real TensorBoard, from records whose numbers are known."""

import json

import numpy as np
import pytest

from tensorboard_plugin_hidden.backend.index import run_index
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.codec import unpack
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.schema import Record, Version
from tests.backend.health_runs import journal, log_alert, log_health, log_network, log_task
from tests.conftest import log_maps
from tests.servers import tensorboard

STEPS = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    logdir = tmp_path_factory.mktemp("logdir")
    log_maps(logdir / "run", range(STEPS))
    with journal(logdir / "run") as writing:
        log_task(writing, 0, "old", [0, 1, 3])
        log_task(writing, 0, "new", [2, 5], begun=False)
        for step in range(STEPS):
            log_health(writing, "fc", step, None if step == 3 else -step, tasks=("old", "new")[: 1 + (step > 2)])
            log_network(writing, step, None if step == 1 else 2.5 - step)
        log_task(writing, 3, "new", [2, 5])
        log_alert(writing, 4, value=float("nan"), classes=(1, 2))
        log_alert(writing, 2, "info")
        log_alert(writing, 4, "error", task="old")
    # As of a run of many classes, whose steps lie in the store.
    with journal(logdir / "wide") as writing:
        for step in range(3):
            log_health(writing, "fc", step, 1.0, classes=60_000, gaps=False)
    log_maps(logdir / "older", range(2))
    with tensorboard(["--logdir", str(logdir)], loader="auto") as running:
        yield running


@pytest.fixture(scope="module")
def index(server):
    return server.index("run", lambda index: len(index["alerts"]) == 3)


def test_alerts_are_told_by_step_and_the_worst_first(index):
    alerts = index["alerts"]
    assert [(one["step"], one["severity"]) for one in alerts] == [(2, "info"), (4, "error"), (4, "warning")]
    assert set(alerts[0]) == {
        *("version", "step", "rule", "severity", "layer", "measure", "value", "reference", "limit", "since"),
        *("sentence", "classes", "task", "samples", "wall_time"),
    }
    assert (alerts[0]["value"], alerts[0]["reference"], alerts[0]["samples"]) == (-0.41, 1.92, [2, 0])
    assert alerts[2]["value"] is None
    assert (alerts[2]["classes"], alerts[1]["task"]) == ([1, 2], "old")
    assert len({one["version"] for one in alerts}) == 3
    assert all(one["wall_time"] > 1.7e9 for one in alerts)


def test_tasks_come_in_the_order_in_which_they_are_learned(index):
    assert [(one["name"], one["step"], one["count"], one["classes"]) for one in index["tasks"]] == [
        ("old", 0, 3, [0, 1]),
        ("new", 3, 2, [2]),
    ]


def test_health_names_the_newest_of_every_layer(index):
    assert {layer: one["steps"] for layer, one in index["health"].items()} == {"fc": STEPS, "": STEPS}
    assert index["health"]["fc"]["version"] != index["health"][""]["version"]


def test_a_log_of_a_version_before_has_none(server):
    index = server.index("older")
    assert (index["alerts"], index["tasks"], index["health"]) == ([], [], {})
    answer = server.get("health", run="older", layer="space", v="a.1")
    assert answer.status == 404
    assert "no measures of layer 'space'" in answer.text


def test_health_of_a_layer(server, index):
    answer = server.get("health", run="run", layer="fc", v=index["health"]["fc"]["version"])
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    arrays, meta = unpack(answer.body)
    assert meta == {"measures": ["separation", "rank"], "task_measures": ["accuracy"], "tasks": ["old", "new"]}
    np.testing.assert_array_equal(arrays["steps"], np.arange(STEPS, dtype=np.int32))
    np.testing.assert_array_equal(arrays["values"], [[0, -1, -2, np.nan, -4, -5], [0, 2, 4, 6, 8, 10]])
    np.testing.assert_allclose(arrays["rates"], 0.1 / (1 + np.arange(STEPS)), rtol=1e-6)
    nan = np.nan
    np.testing.assert_array_equal(arrays["task_values"][0].T, [[0, 1, 2, 3, 4, 5], [nan, nan, nan, 103, 104, 105]])
    assert {array.dtype.str[1:] for name, array in arrays.items() if name != "steps"} == {"f4"}


def test_health_of_the_whole_network(server, index):
    arrays, meta = unpack(server.get("health", run="run", layer="", v=index["health"][""]["version"]).body)
    assert meta == {"measures": ["loss"], "task_measures": [], "tasks": []}
    np.testing.assert_array_equal(arrays["values"], [[2.5, np.nan, 0.5, -0.5, -1.5, -2.5]])
    assert np.isnan(arrays["rates"]).all()
    assert "task_values" not in arrays
    classes, said = unpack(server.get("health_classes", run="run", layer="", v=index["health"][""]["version"]).body)
    assert (said, classes["values"].shape) == ({"measures": []}, (0, STEPS, 0))


def test_health_of_classes_and_of_pairs(server, index):
    answer = server.get("health_classes", run="run", layer="fc", v=index["health"]["fc"]["version"])
    arrays, meta = unpack(answer.body)
    assert "immutable" in answer.headers["Cache-Control"]
    assert meta == {"measures": ["separation", "agreement"]}
    own = np.arange(3)
    np.testing.assert_array_equal(arrays["values"][0], own + np.arange(STEPS)[:, None])
    np.testing.assert_allclose(arrays["values"][1], np.tile(own / 10, (STEPS, 1)), rtol=1e-6)
    assert arrays["gaps"].shape == (STEPS, 3, 3)
    assert arrays["gaps"][4, 0, 2] == arrays["gaps"][4, 2, 0] == 2 + 4
    assert np.isnan(arrays["gaps"][:, own, own]).all()


def test_steps_that_lie_in_the_store(server):
    index = server.index("wide", lambda index: index["health"].get("fc", {}).get("steps") == 3)
    answer = server.get("health_classes", run="wide", layer="fc", v=index["health"]["fc"]["version"])
    arrays, _ = unpack(answer.body)
    assert arrays["values"].shape == (2, 3, 60_000)
    assert "gaps" not in arrays
    np.testing.assert_array_equal(arrays["values"][0, :, -1], [59_999, 60_000, 60_001])


def test_an_older_version_is_answered_as_of_now_and_stored_nowhere(server):
    answer = server.get("health", run="run", layer="fc", v="00.1")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert len(unpack(answer.body)[0]["steps"]) == STEPS


def test_rows_of_a_task(server, index):
    version = index["tasks"][1]["version"]
    answer = server.get("task", run="run", v=version)
    assert "immutable" in answer.headers["Cache-Control"]
    np.testing.assert_array_equal(unpack(answer.body)[0]["rows"], np.array([2, 5], np.int32))
    assert server.get("task", run="run", v="00.1").status == 404


@pytest.mark.parametrize(
    ("route", "query", "status", "words"),
    [
        ("health", {"run": "run", "layer": "fc"}, 400, "lacks v="),
        ("health", {"run": "run", "v": "a.1"}, 400, "lacks layer="),
        ("health", {"run": "run", "layer": "fc", "v": "../1"}, 400, "not a version"),
        ("health_classes", {"run": "run", "layer": "nope", "v": "a.1"}, 404, "no measures of layer 'nope'"),
        ("health", {"run": "nope", "layer": "fc", "v": "a.1"}, 404, "no run 'nope'"),
        ("task", {"run": "run"}, 400, "lacks v="),
    ],
)
def test_what_cannot_be_answered(server, route, query, status, words):
    answer = server.get(route, **query)
    assert answer.status == status
    assert words in answer.text


def test_of_many_alerts_the_newest_are_told():
    records = [
        Record(Version("a", n), Alert(n, "collapse", "error", "fc", "separation", 0.0, None, None, n, "x"))
        for n in range(1_200)
    ]
    told = run_index("r", current(records), {})["alerts"]
    assert [told[0]["step"], told[-1]["step"], len(told)] == [200, 1_199, 1_000]
    json.dumps(told, allow_nan=False)


def test_a_severity_of_a_newer_version_comes_last():
    def alert(n, severity):
        body = Alert(1, "collapse", severity, "fc", "separation", 0.0, None, None, 1, "x")
        return Record(Version("a", n), body)

    told = run_index("r", current([alert(1, "grave"), alert(2, "info"), alert(3, "error")]), {})["alerts"]
    assert [one["severity"] for one in told] == ["error", "info", "grave"]
