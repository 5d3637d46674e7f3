"""The routes of the training log over HTTP, with both loaders, against the whole arrays that were logged."""

import itertools
import json
import re
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from benchmarks.runs import journal
from tensorboard_plugin_hidden.backend.training_filters import rare, sampled_rows, usual
from tensorboard_plugin_hidden.backend.training_matrix import class_anomalies, marks, matrix
from tensorboard_plugin_hidden.format.codec import unpack
from tensorboard_plugin_hidden.format.parameters import decode_change
from tensorboard_plugin_hidden.training_log.filters import most_changed
from tensorboard_plugin_hidden.training_log.flips import correctness, encode
from tests.backend.training_runs import STATISTICS, RowWriter, layout, log_answers, made_up_rows
from tests.servers import LOADERS, tensorboard

IMMUTABLE = "private, max-age=31536000, immutable"
ROWS, EVERY = 500, 25
LAYOUT = layout([16, 0, 40, 100], [("", 0, 4), ("deep", 2, 4)], 2)
OFFSETS = np.array([0, 16, 16, 56, 156])
SAMPLES, CLASSES, SNAPSHOTS = 120, 4, 20


def logged_rows():
    rng = np.random.default_rng(0)
    rows = made_up_rows(rng, LAYOUT, ROWS)
    rows["snapshot_step"][EVERY - 1 :: EVERY] = np.arange(SNAPSHOTS)
    rows["change.one_minus_cos"][0] = 65535
    rows["weights"][300:, 3] = np.nan
    rows["weights"][300:, 3, STATISTICS.index("nan")] = 4
    return rows


def logged_answers():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, CLASSES, SAMPLES).astype(np.int32)
    right = rng.random((SNAPSHOTS, SAMPLES)) < 0.8
    right[:7], right[14:] = right[0], right[14]
    answers = np.where(right, labels, (labels + 1) % CLASSES)
    answers[10:12, labels == 3] = -1
    return answers.astype(np.int32), labels


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Runs of all sorts, the last of them of a network that trains."""
    logdir = tmp_path_factory.mktemp("training")
    answers, labels = logged_answers()
    with journal(str(logdir / "run")) as writing:
        RowWriter(writing, LAYOUT).write(logged_rows(), SNAPSHOTS - 1, commit=37)
        log_answers(writing, answers, labels, range(SNAPSHOTS), [f"s{row}" for row in range(SAMPLES)])
    with journal(str(logdir / "single")) as writing:
        RowWriter(writing, LAYOUT).write({name: rows[:1] for name, rows in logged_rows().items()}, 0)
        log_answers(writing, answers[:1], np.full(SAMPLES, -1), [0])
    with journal(str(logdir / "two")) as writing:
        rng = np.random.default_rng(2)
        RowWriter(writing, layout([5])).write(made_up_rows(rng, layout([5]), 30), 1)
        other = layout([5, 7, 0])
        RowWriter(writing, other, pyramid=1).write(made_up_rows(rng, other, 20, 30), 2)
    with hidden.SummaryWriter(str(logdir / "none")) as writer:
        writer.add_projection("x", np.zeros((9, 2)), 0, labels=np.zeros(9, int))
    with hidden.SummaryWriter(str(logdir / "plain")) as writer:
        for step in range(5):
            writer.add_scalar("loss/train", 1.0 if step else float("nan"), step * 10)
    train(logdir / "real")
    return logdir


def train(run_dir):
    torch.manual_seed(0)
    x, y = torch.randn(60, 6), torch.arange(60) % 3
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with hidden.SummaryWriter(str(run_dir)) as writer:
        log = hidden.TrainingLog(hidden.every(1))
        probe = hidden.Probe(x, labels=y)
        writer.watch(model, probe, method=None, optimizer=optimizer, training_log=log)
        for step in range(4):
            for _ in range(10):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            writer.add_hidden(step)
            writer.add_outcomes([f"s{row}" for row in range(60)], model(x).argmax(dim=1), y, global_step=step)
            writer.add_scalar("loss", float(step), 10 * step)


@pytest.fixture(scope="module", params=LOADERS)
def server(request, logdir):
    with tensorboard(["--logdir", str(logdir)], loader=request.param) as running:
        yield running


def training(server, run, ready=lambda log: True):
    deadline = time.monotonic() + 60
    while True:
        answer = server.get("training", run=run)
        if answer.status == 200 and ready(answer.json()):
            return answer.json()
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def rows_of(log):
    return sum(one["rows"] for one in (log["parameters"] or {"stretches": []})["stretches"])


@pytest.fixture(scope="module")
def log(server):
    return training(
        server,
        "run",
        lambda log: rows_of(log) == ROWS and log["answers"] and len(log["answers"][0]["steps"]) == SNAPSHOTS,
    )


def ask(server, route, log, **query):
    """The arrays of an answer with a container, or its JSON."""
    answer = server.get(route, **{"run": log["run"], "v": log["v"], "stretch": 0} | query)
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == IMMUTABLE
    return unpack(answer.body) if answer.headers["Content-Type"].startswith("application/octet") else answer.json()


def clock():
    """The clock of the rows, and one row more."""
    rows = np.arange(ROWS + 1)
    return (rows - (EVERY - 1)) / EVERY


def test_what_there_is(server, log):
    answer = server.get("training", run="run")
    assert "no-cache" in answer.headers["Cache-Control"]
    (stretch,) = log["parameters"]["stretches"]
    assert log["parameters"]["statistics"] == list(STATISTICS)
    assert log["parameters"]["bands"] == [1e-4, 1e-3, 1e-2, 1e-1]
    assert (stretch["rows"], stretch["first_step"], stretch["last_step"]) == (ROWS, 100, 100 * ROWS)
    assert (stretch["first_time"], stretch["last_time"]) == pytest.approx((clock()[0], clock()[-2]))
    assert [layer["filters"] for layer in stretch["layers"]] == [16, 0, 40, 100]
    assert stretch["nodes"] == LAYOUT["nodes"]
    assert (stretch["learning_rates"], stretch["skipped"]) == (2, [])
    (one,) = log["answers"]
    assert (one["name"], one["count"], one["labelled"]) == ("outcomes", SAMPLES, True)
    assert (one["classes"], one["steps"]) == (["0", "1", "2", "3"], list(range(SNAPSHOTS)))


@pytest.mark.parametrize("array", ["weights", "gradients", "update", "learning_rates", "bands"])
@pytest.mark.parametrize(("start", "stop", "width"), [(0, ROWS, 1000), (0, ROWS, 20), (3, 481, 7), (499, 500, 1)])
def test_series_at_any_width(server, log, array, start, stop, width):
    places = [1, 0] if array == "learning_rates" else [5, 0, 3]
    query = {"statistics": "l2,q1"} if array in ("weights", "gradients") else {}
    arrays, _ = ask(
        server,
        "series",
        log,
        array=array,
        places=",".join(map(str, places)),
        start=start,
        stop=stop,
        width=width,
        **query,
    )
    edges, values = arrays["edges"], arrays["values"]
    assert len(edges) - 1 <= 2 * width + 2
    assert (edges[0] <= start, edges[-1] >= stop) == (True, True)
    np.testing.assert_array_equal(arrays["steps"], 100 * (edges + 1))
    np.testing.assert_allclose(arrays["times"], clock()[edges])
    table = logged_rows()[array].astype(np.float32)
    table = table.reshape(*table.shape[:2], -1)
    columns = [STATISTICS.index("l2"), STATISTICS.index("q1")] if query else list(range(table.shape[2]))
    assert values.shape == (len(columns), len(edges) - 1, 3, len(places))
    for bucket, (first, last) in enumerate(itertools.pairwise(edges)):
        rows = table[first:last][:, places][:, :, columns]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # where there is no number at all
            expected = [np.nanmin(rows, axis=0), np.nanmean(rows, axis=0), np.nanmax(rows, axis=0)]
        np.testing.assert_allclose(values[:, bucket], np.moveaxis(expected, 2, 0), rtol=1e-5)


@pytest.mark.parametrize(("layer", "start", "stop", "width"), [(0, 0, ROWS, 300), (2, 0, ROWS, 11), (3, 40, 77, 5)])
def test_filters_of_a_layer(server, log, layer, start, stop, width):
    arrays, _ = ask(server, "filters", log, layer=layer, start=start, stop=stop, width=width)
    codes = logged_rows()["change.one_minus_cos"][:, OFFSETS[layer] : OFFSETS[layer + 1]].astype(int)
    codes[codes == 65535] = -1
    edges = arrays["edges"]
    assert (edges[0] <= start, edges[-1] >= stop) == (True, True)
    for bucket, (first, last) in enumerate(itertools.pairwise(edges)):
        expected = codes[first:last].max(axis=0)
        assert arrays["codes"][bucket].tolist() == np.where(expected < 0, 65535, expected).tolist()


def test_the_most_changed_filters_at_pinned_rows(server, log):
    answer = ask(server, "top", log, rows="40,7,40", count=5)
    assert (answer["rows"], answer["steps"]) == ([40, 7], [4100, 800])
    assert answer["times"] == pytest.approx([clock()[40], clock()[7]])
    codes = logged_rows()["change.one_minus_cos"]
    pins = np.array([40, 7])
    named = [set(most_changed(row, 5).tolist()) for row in decode_change(codes[pins])]
    filters = [int(OFFSETS[one["layer"]]) + one["filter"] for one in answer["filters"]]
    assert set(filters) == named[0] | named[1]
    chosen = sampled_rows(ROWS)
    expected = rare(usual(codes[chosen], chosen, OFFSETS), codes[pins], pins)
    for one, filter in zip(answer["filters"], filters, strict=True):
        assert one["every"] == (filter in named[0] & named[1])
        assert one["name"] == LAYOUT["layers"][one["layer"]]["name"]
        assert one["p"] == pytest.approx(expected.p[filter], rel=1e-5)
        assert one["q"] == pytest.approx(expected.q[filter], rel=1e-5)
    assert answer["floor"] == pytest.approx(expected.floor[filters].min())


def test_findings_name_layer_and_step(server, log):
    found = ask(server, "findings", log)["findings"]
    assert [(one["place"], one["kind"], one["statistic"], one["first_row"]) for one in found[:1]] == [
        (3, "non-finite", "nan", 300)
    ]
    assert found[0]["sentence"] == "layer3.weight: weights have NaN (4 of the values at most) at training step 30,100."
    assert (found[0]["step"], found[0]["last_row"]) == (30_100, ROWS - 1)
    assert found[0]["time"] == pytest.approx(clock()[300])


def test_errors_of_classes(server, log):
    arrays, meta = ask(server, "answers", log, set="outcomes", clusters=2)
    answers, labels = logged_answers()
    right = correctness(answers, labels)
    np.testing.assert_array_equal(arrays["labels"], labels)
    np.testing.assert_array_equal(arrays["size"], np.bincount(labels))
    for number in range(CLASSES):
        of_class = right[:, labels == number]
        expected = np.where(of_class[:, 0] < 0, 255, np.rint(254 * (of_class == 0).mean(axis=1)))
        np.testing.assert_array_equal(arrays["error"][:, number], expected)
    np.testing.assert_allclose(arrays["whole"], [(row == 0).sum() / (row >= 0).sum() for row in right], rtol=1e-6)
    assert sorted(arrays["order"]) == list(range(CLASSES))
    assert meta == {"clusters": 2}
    for group in range(2):
        mine = np.where(right[:, None] >= 0, 1 - right[:, None].astype(float), np.nan)[:, 0]
        errors = np.stack([np.nanmean(mine[:7, labels == number], axis=1) for number in range(CLASSES)])
        np.testing.assert_allclose(
            arrays["cluster_error"][:7, group], errors[arrays["cluster"] == group].mean(axis=0), rtol=1e-5
        )


def test_flips(server, log):
    arrays, _ = ask(server, "flips", log, set="outcomes")
    answers, labels = logged_answers()
    right = correctness(answers, labels)
    snapshot, sample = np.nonzero((right[1:] != right[:-1]) & (right[1:] >= 0) & (right[:-1] >= 0))
    np.testing.assert_array_equal(arrays["snapshot"], snapshot + 1)
    np.testing.assert_array_equal(arrays["class"], labels[sample])
    expected = encode(right).flips()
    np.testing.assert_array_equal(arrays["before"], expected.before)
    np.testing.assert_array_equal(arrays["after"], expected.after)


def test_every_answer_to_a_class(server, log):
    arrays, meta = ask(server, "history", log, set="outcomes", **{"class": 3})
    answers, labels = logged_answers()
    rows = arrays["rows"]
    assert sorted(rows) == np.flatnonzero(labels == 3).tolist()
    assert meta["ids"] == [f"s{row}" for row in rows]
    np.testing.assert_array_equal(arrays["answers"], np.where(answers < 0, 65535, answers)[:, rows])


@pytest.mark.parametrize("detail", [0, 1])
def test_the_matrix(server, log, detail):
    answer = ask(server, "matrix", log, set="outcomes", k=2, threshold=3, count=4, detail=detail)
    answers, labels = logged_answers()
    rows = logged_rows()
    runs = encode(correctness(answers, labels))
    anomalies = class_anomalies(runs, labels, CLASSES, 2, 3)
    found = marks(list(range(SNAPSHOTS)), clock()[:-1], rows["top"][:, :4])
    expected = matrix(anomalies, found, OFFSETS, detailed=bool(detail))
    assert answer == json.loads(json.dumps(expected))
    assert len(answer["classes"]) > 1
    assert bool(answer["detail"]) == bool(detail)


def test_a_scalar_on_the_clock(server):
    log = training(server, "real", lambda log: rows_of(log) >= 40 and log["scalars"])
    assert log["scalars"] == ["loss"]
    answer = server.get("scalar", run="real", v=log["v"], tag="loss")
    assert "no-cache" in answer.headers["Cache-Control"]
    # Each was logged right after the snapshot of its number.
    assert answer.json()["values"] == [0, 1, 2, 3]
    assert answer.json()["times"] == sorted(answer.json()["times"])
    assert answer.json()["times"][:3] == pytest.approx([0, 1, 2], abs=0.99)


def test_a_run_of_scalars_alone(server):
    log = training(server, "plain", lambda log: log["scalars"])
    assert (log["parameters"], log["answers"], log["scalars"]) == (None, [], ["loss/train"])
    answer = server.get("scalar", run="plain", v=log["v"], tag="loss/train").json()
    assert answer == {"times": [0, 10, 20, 30, 40], "values": [None, 1, 1, 1, 1]}


def test_a_network_that_trains(server):
    log = training(server, "real", lambda log: rows_of(log) >= 40)
    (stretch,) = log["parameters"]["stretches"]
    assert [layer["name"] for layer in stretch["layers"]] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert (stretch["first_step"], stretch["last_step"], stretch["last_time"]) == (1, 40, 3)
    arrays, _ = ask(server, "series", log, array="update", places="0,4", width=100)
    assert np.isfinite(arrays["values"]).all()
    assert ask(server, "top", log, rows="20")["filters"]
    log = training(server, "real", lambda log: [len(one["steps"]) for one in log["answers"]] == [4, 4])
    assert sorted(one["name"] for one in log["answers"]) == ["outcomes", "probe"]
    assert [one["labelled"] for one in log["answers"]] == [True, True]
    of_probe, of_outcomes = (ask(server, "answers", log, set=name)[0] for name in ("probe", "outcomes"))
    for name, array in of_probe.items():
        np.testing.assert_array_equal(array, of_outcomes[name])
    assert of_probe["labels"].tolist() == [row % 3 for row in range(60)]
    assert ask(server, "findings", log)["findings"] == []


def test_a_run_without_a_training_log(server):
    log = training(server, "none")
    assert (log["parameters"], log["answers"]) == (None, [])
    answer = server.get("series", run="none", v=log["v"], stretch=0, array="update", places="0", width=10)
    assert (answer.status, answer.text) == (404, "There is no stretch 0; there are 0, counted from 0.")
    assert server.get("answers", run="none", v=log["v"], set="probe").status == 404


def test_one_row_and_one_snapshot(server):
    log = training(server, "single", lambda log: rows_of(log) == 1 and log["answers"])
    assert log["answers"][0]["labelled"] is False
    arrays, _ = ask(server, "series", log, array="update", places="0", width=100)
    assert (arrays["edges"].tolist(), arrays["steps"].tolist()) == ([0, 1], [100, 101])
    assert ask(server, "top", log, rows="0")["floor"] is None
    assert ask(server, "findings", log)["findings"] == []
    arrays, _ = ask(server, "answers", log, set="outcomes")
    assert np.isnan(arrays["whole"]).all()
    assert (arrays["error"] == 255).all()
    assert len(ask(server, "flips", log, set="outcomes")[0]["class"]) == 0
    assert len(ask(server, "history", log, set="outcomes", **{"class": 0})[0]["rows"]) == 0
    answer = ask(server, "matrix", log, set="outcomes", k=1, threshold=1, detail=1)
    assert (answer["classes"], answer["anomalies"], answer["detail"]["sets"]) == ([], {}, [])


def test_several_stretches(server):
    log = training(server, "two", lambda log: rows_of(log) == 50)
    assert [one["rows"] for one in log["parameters"]["stretches"]] == [30, 20]
    for stretch, filters in ((0, [5]), (1, [5, 7])):
        for layer, count in enumerate(filters):
            arrays, _ = ask(server, "filters", log, stretch=stretch, layer=layer, width=50)
            assert arrays["codes"].shape == ([30, 20][stretch], count)
    assert ask(server, "top", log, stretch=1, rows="19")["steps"] == [5000]


def test_another_version_is_answered_as_of_now(server, log):
    answer = server.get("findings", run="run", v="of-last-week", stretch=0)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.json() == ask(server, "findings", log)


@pytest.mark.parametrize(
    ("route", "query", "status", "sentence"),
    [
        ("training", {"run": "nowhere"}, 404, "There is no run 'nowhere'"),
        ("series", {}, 400, "lacks array="),
        ("series", {"stretch": 9}, 404, "There is no stretch 9"),
        ("series", {"stretch": "-1"}, 400, "stretch must be a whole number"),
        ("series", {"array": "top", "places": "0", "width": 9}, 404, "There is no array 'top'"),
        ("series", {"array": "weights", "places": "0", "width": 9}, 400, "lacks statistics="),
        ("series", {"array": "weights", "statistics": "l3", "places": "0", "width": 9}, 404, "no statistic 'l3'"),
        ("series", {"array": "update", "places": "6", "width": 9}, 404, "There is no place '6'"),
        ("series", {"array": "update", "places": "", "width": 9}, 404, "There is no place ''"),
        ("series", {"array": "learning_rates", "places": "2", "width": 9}, 404, "2 parameter groups"),
        ("series", {"array": "update", "places": "0", "width": 0}, 400, "width must be a whole number from 1 to 8192"),
        ("series", {"array": "update", "places": "0", "width": 8193}, 400, "from 1 to 8192"),
        ("series", {"array": "update", "places": "0", "width": 9, "start": 5, "stop": 5}, 400, "start must be below"),
        ("series", {"array": "update", "places": "0", "width": 9, "stop": 501}, 400, "stop must be a whole number"),
        ("series", {"array": "bands", "places": ",".join(["0"] * 2000), "width": 8192}, 400, "numbers; ask for fewer"),
        # All places between two are read.
        (
            "series",
            {"array": "weights", "statistics": ",".join(["l2"] * 1000), "places": "0,5", "width": 8192},
            400,
            "numbers; ask for fewer",
        ),
        ("filters", {"layer": 4, "width": 9}, 404, "There is no layer 4; there are 4"),
        ("filters", {"layer": 1, "width": 9}, 404, "has no filters"),
        ("top", {"rows": "500"}, 400, "from 0 to 499"),
        ("top", {"rows": "1", "count": 65}, 400, "count must be a whole number from 1 to 64"),
        ("answers", {"set": "probe"}, 404, "no answers of a set 'probe'; there are: outcomes"),
        ("answers", {"set": "outcomes", "clusters": 0}, 400, "clusters must be"),
        ("flips", {}, 400, "lacks set="),
        ("history", {"set": "outcomes", "class": 4}, 404, "There is no class 4"),
        ("matrix", {"set": "outcomes", "k": 0, "threshold": 3}, 400, "k must be a whole number from 1"),
        ("matrix", {"set": "outcomes", "k": 3, "threshold": 0}, 400, "threshold must be"),
        ("matrix", {"set": "outcomes", "k": 3, "threshold": 3, "detail": 2}, 400, "detail must be"),
        ("scalar", {"tag": "nope"}, 404, "has no scalar 'nope'"),
        ("findings", {"v": None}, 400, "lacks v="),
    ],
)
def test_bad_questions_get_a_sentence(server, log, route, query, status, sentence):
    asked = {"run": "run", "v": log["v"]} | ({} if route == "training" else {"stretch": 0}) | query
    answer = server.get(route, **{name: value for name, value in asked.items() if value is not None})
    assert (answer.status, sentence in answer.text) == (status, True), answer.text
    assert "\n" not in answer.text.strip()
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_every_route_is_documented():
    root = Path(__file__).parents[2]
    source = (root / "tensorboard_plugin_hidden" / "backend" / "training_routes.py").read_text()
    routes = re.findall(r'"/(\w+)": self\._serve', source)
    assert len(routes) == 10
    for route in routes:
        assert f"### `GET {route}?run=RUN" in (root / "docs" / "http_api.md").read_text()
