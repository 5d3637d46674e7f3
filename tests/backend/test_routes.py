"""Every route over HTTP, in a real TensorBoard, as ``docs/http_api.md`` describes it."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.format.codec import unpack
from tests.servers import tensorboard

DOCS = Path(__file__).parents[2] / "docs" / "http_api.md"


@pytest.fixture(scope="module")
def logdir(digits_run, tmp_path_factory):
    """The demo's run; a copy of it without its store; a run with big frames, and a copy of that without its store."""
    logdir = tmp_path_factory.mktemp("logdir")
    shutil.copytree(digits_run / "digits", logdir / "digits")
    shutil.copytree(digits_run / "digits", logdir / "copy", ignore=shutil.ignore_patterns("plugins"))
    rng = np.random.default_rng(0)
    with hidden.SummaryWriter(str(logdir / "big")) as writer:
        for step in range(2):
            writer.add_projection(
                "x", rng.normal(size=(20_000, 2)), step, labels=np.zeros(20_000, int) if step == 0 else None
            )
    shutil.copytree(logdir / "big", logdir / "big-copy", ignore=shutil.ignore_patterns("plugins"))
    with hidden.SummaryWriter(str(logdir / "plain")) as writer:
        writer.add_scalar("loss", 1.0, 0)
    return logdir


@pytest.fixture(scope="module")
def server(logdir):
    with tensorboard(["--logdir", str(logdir)], loader="auto") as running:
        yield running


@pytest.fixture(scope="module")
def index(server):
    return server.index("digits", lambda index: index["closed"])


def frame_query(index, place=-1):
    layer = index["layers"][0]
    frames = layer["frames"]["hidden"]
    return {"run": index["run"], "layer": layer["name"], "step": frames["steps"][place], "v": frames["versions"][place]}


def test_runs_are_those_with_hidden_data_newest_first(server, index):
    answer = server.get("runs").json()
    names = [run["name"] for run in answer["runs"]]
    assert set(names) == {"digits", "copy", "big", "big-copy"}
    started = [run["started"] for run in answer["runs"]]
    assert started == sorted(started, reverse=True)
    assert answer["format"] == 1
    assert answer["logdir"]


def test_index_of_the_demo(index):
    assert index["closed"] is True
    assert index["refused"] == ""
    assert index["probe"]["count"] == 899
    assert index["probe"]["classes"] == [str(digit) for digit in range(10)]
    (layer,) = index["layers"]
    assert (layer["name"], layer["width"], layer["head"]) == ("fc2:input", 128, "linear")
    assert layer["steps"] == [0, 1, 2, 3]
    frames = layer["frames"]["hidden"]
    assert frames["steps"] == [0, 1, 2, 3]
    assert frames["landscape"] == ["linear"] * 4
    assert layer["accuracy"][-1] > 0.6 > layer["accuracy"][0]
    columns = [frames[name] for name in ("versions", "wall_times", "bounds", "reason", "seconds")]
    assert {len(column) for column in [*columns, *frames["faithfulness"].values()]} == {4}
    assert frames["faithfulness"]["neighbours"][-1] > 10 * frames["faithfulness"]["neighbours_floor"][-1]
    assert frames["faithfulness"]["displacement"][0] is None
    assert index["cost"]["bytes_per_snapshot"] == layer["bytes"][-1]
    assert 0 < index["cost"]["share"] < 1


def test_index_has_the_documented_keys(index):
    example = DOCS.read_text().split("## `GET index")[1].split("```json")[1].split("```")[0]
    documented = json.loads(example)
    assert set(index) == set(documented)
    assert set(index["layers"][0]) == set(documented["layers"][0])
    assert set(index["layers"][0]["frames"]["hidden"]) == set(documented["layers"][0]["frames"]["hidden"])
    assert set(index["probe"]) == set(documented["probe"])
    assert set(index["cost"]) == set(documented["cost"])


def test_frame(server, index):
    answer = server.get("frame", **frame_query(index))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    arrays, _ = unpack(answer.body)
    count = index["probe"]["count"]
    shapes = {name: (array.dtype.str[1:], array.shape) for name, array in arrays.items()}
    assert shapes == {
        "positions": ("u2", (count, 2)),
        "prediction": ("u2", (count,)),
        "confidence": ("u1", (count,)),
        "flags": ("u1", (count,)),
        "kept": ("u1", (count,)),
    }
    labels = np.array(server.get("samples", run="digits", v=index["probe"]["version"]).json()["labels"])
    accuracy = index["layers"][0]["accuracy"][-1]
    assert (arrays["prediction"] == labels).mean() == pytest.approx(accuracy)
    assert 0.1 < (arrays["flags"] & 1).mean() < 0.3


def test_landscape_agrees_with_confident_points(server, index):
    """Under a point the network is sure of, the plane has the class that it predicts."""
    query = frame_query(index)
    cells, meta = unpack(server.get("landscape", **query).body)
    grid = cells["landscape"]
    size = grid.shape[0]
    assert grid.shape == (size, size, 4)
    points, _ = unpack(server.get("frame", **query).body)
    x0, y0, x1, y1 = index["layers"][0]["frames"]["hidden"]["bounds"][-1]
    positions = [x0, y0] + points["positions"] / 65535 * [x1 - x0, y1 - y0]
    gx0, gy0, gx1, gy1 = meta["bounds"]
    column, row = ((positions - [gx0, gy0]) / [gx1 - gx0, gy1 - gy0] * size).astype(int).clip(0, size - 1).T
    under = grid[row, column, 0].astype(int) | grid[row, column, 1].astype(int) << 8
    confident = points["confidence"] > 230
    assert confident.sum() > 100
    assert (under == points["prediction"])[confident].mean() > 0.95
    assert (grid[row, column, 3] > 127).mean() > 0.95
    entropy = cells["landscape_entropy"]
    assert (entropy.dtype, entropy.shape) == (np.uint8, (size, size))
    assert np.corrcoef(grid[..., 2].ravel(), entropy.ravel())[0, 1] < -0.9
    # With the likeliest class at p, the entropy lies between -log p and that of a rest shared by the other nine.
    least, most = ((grid[..., 2] + half) / 255 for half in (-0.5, 0.5))
    least, most = least.clip(0.1, 1 - 1e-9), most.clip(0.1, 1)
    shared = -(least * np.log(least) + (1 - least) * np.log((1 - least) / 9))
    assert (entropy <= 255 * shared / np.log(10) + 1).all()
    assert (entropy >= -255 * np.log(most) / np.log(10) - 1).all()


def test_samples_and_thumbnails(server, index):
    probe = index["probe"]
    answer = server.get("samples", run="digits", v=probe["version"])
    assert "immutable" in answer.headers["Cache-Control"]
    samples = answer.json()
    assert len(samples["ids"]) == len(set(samples["ids"])) == len(samples["labels"]) == probe["count"]
    assert samples["texts"] is None
    # An id is the row of scikit-learn's data, so that it is the same image in a run of another seed.
    assert samples["labels"] == load_digits().target[samples["ids"]].tolist()
    picture = server.get("thumbnails", run="digits", v=probe["version"])
    assert picture.headers["Content-Type"] == "image/png"
    sprite = Image.open(io.BytesIO(picture.body))
    tiles = probe["thumbnails"]
    assert sprite.width == tiles["columns"] * tiles["tile_width"]
    assert sprite.height >= -(-probe["count"] // tiles["columns"]) * tiles["tile_height"]


@pytest.mark.parametrize("run", ["big"])
def test_a_frame_from_the_store(server, run):
    index = server.index(run, lambda index: index["closed"])
    layer = index["layers"][0]
    frames = layer["frames"]["logged"]
    for step, version in zip(frames["steps"], frames["versions"], strict=True):
        answer = server.get("frame", run=run, layer="x", step=step, v=version)
        assert unpack(answer.body)[0]["positions"].shape == (20_000, 2)


def test_a_copy_without_the_store_still_shows_what_is_inline(server):
    index = server.index("copy", lambda index: index["closed"])
    assert server.get("frame", **frame_query(index)).status == 200
    big = server.index("big-copy", lambda index: index["closed"])
    layer = big["layers"][0]
    version = layer["frames"]["logged"]["versions"][0]
    answer = server.get("frame", run="big-copy", layer="x", step=0, v=version)
    assert answer.status == 410
    assert "not in this copy of the log directory" in answer.text


@pytest.mark.parametrize(
    ("route", "query", "status", "sentence"),
    [
        ("index", {}, 400, "lacks run="),
        ("index", {"run": "nowhere"}, 404, "no run 'nowhere'"),
        ("index", {"run": "plain"}, 404, "GET runs lists"),
        ("index", {"run": "../.."}, 404, "no run"),
        ("frame", {"run": "digits"}, 400, "lacks step="),
        ("frame", {"run": "digits", "layer": "fc2:input", "step": "two", "v": "ab.1"}, 400, "whole number"),
        ("frame", {"run": "digits", "layer": "fc2:input", "step": "-1", "v": "ab.1"}, 400, "whole number"),
        ("frame", {"run": "digits", "layer": "fc2:input", "step": "9" * 40, "v": "ab.1"}, 400, "whole number"),
        ("frame", {"run": "digits", "layer": "fc2:input", "step": "1", "v": "../etc"}, 400, "not a version"),
        ("frame", {"run": "digits", "layer": "fc2:input", "step": "1", "v": "ab.1"}, 404, "no such data"),
        ("frame", {"run": "digits", "layer": "nope", "step": "1", "v": "ab.1"}, 404, "no such data"),
        ("frame", {"run": "nowhere", "layer": "fc2:input", "step": "1", "v": "ab.1"}, 404, "no such data"),
        ("landscape", {"run": "digits", "layer": "fc2:input", "step": "77", "v": "ab.1"}, 404, "no such data"),
        ("samples", {"run": "digits"}, 400, "lacks v="),
        ("samples", {"run": "digits", "v": "ab.99"}, 404, "no such data"),
        ("thumbnails", {"run": "digits", "v": "x"}, 400, "not a version"),
        ("static/secrets.txt", {}, 404, "no file"),
        ("static/..%2f..%2fplugin.py", {}, 404, "no file"),
    ],
)
def test_bad_questions_get_a_sentence(server, index, route, query, status, sentence):
    answer = server.get(route, **query)
    assert answer.status == status
    assert sentence in answer.text
    assert "\n" not in answer.text.strip()
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_landscape_of_a_map_without_one(server):
    index = server.index("big", lambda index: index["closed"])
    version = index["layers"][0]["frames"]["logged"]["versions"][0]
    answer = server.get("landscape", run="big", layer="x", step=0, v=version)
    assert (answer.status, "no landscape" in answer.text) == (404, True)


def test_the_plugin_is_listed_and_its_module_served(server):
    listing = server.fetch("data/plugins_listing").json()["hidden"]
    assert listing["enabled"] is True
    assert listing["loading_mechanism"] == {"type": "IFRAME", "module_path": "/data/plugin/hidden/static/index.js"}
    module = server.get("static/index.js")
    assert module.status == 200
    assert "javascript" in module.headers["Content-Type"]
    assert "no-cache" in module.headers["Cache-Control"]


def test_path_prefix(logdir):
    with tensorboard(["--logdir", str(logdir)], prefix="/some/where") as running:
        index = running.index("digits", lambda index: index["closed"])
        assert running.get("frame", **frame_query(index)).status == 200


def test_logdir_spec(logdir):
    spec = f"first:{logdir / 'digits'},{logdir / 'big'}"
    with tensorboard(["--logdir_spec", spec], loader="slow") as running:
        # TensorBoard calls the run at the root of a named part "name/.", and that of an unnamed part ".".
        assert running.index("first/.", lambda index: index["closed"])["probe"]["count"] == 899
        index = running.index(".", lambda index: index["closed"])
        version = index["layers"][0]["frames"]["logged"]["versions"][0]
        assert running.get("frame", run=".", layer="x", step=0, v=version).status == 200


def test_the_logdir_itself_may_be_the_run(logdir):
    with tensorboard(["--logdir", str(logdir / "big")]) as running:
        index = running.index(".", lambda index: index["closed"])
        version = index["layers"][0]["frames"]["logged"]["versions"][1]
        assert running.get("frame", run=".", layer="x", step=1, v=version).status == 200


@pytest.mark.parametrize("loader", ["fast", "slow"])
def test_data_of_the_future_is_refused_politely(tmp_path, loader):
    from tensorboard.compat.proto import event_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    from tensorboard_plugin_hidden.format import summaries
    from tensorboard_plugin_hidden.format.schema import EndRecord, Record, Version

    summary = summaries.summary(Record(Version("ab", 1), EndRecord()))
    content = summary.value[0].metadata.plugin_data
    content.content = content.content.replace(b'"v":1', b'"v":7')
    events = EventFileWriter(str(tmp_path / "future"))
    for value in (summaries.run_marker(), summary):
        events.add_event(event_pb2.Event(step=0, wall_time=1.0, summary=value))
    events.close()
    with tensorboard(["--logdir", str(tmp_path)], loader=loader) as running:
        while not running.get("runs").json()["runs"]:
            pass
        answer = running.get("index", run="future")
    assert answer.status == 422
    assert "format 1 or older, got format 7" in answer.text
