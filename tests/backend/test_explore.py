"""The routes that answer about single samples, over HTTP with both loaders, against torch and scikit-learn."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.neighbors import NearestNeighbors

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.format.codec import unpack
from tensorboard_plugin_hidden.format.constants import NO_CLASS
from tensorboard_plugin_hidden.training_log.label_quality import label_qualities
from tests.servers import LOADERS, tensorboard

GOLDEN = Path(__file__).parents[1] / "format" / "golden"
IMMUTABLE = "private, max-age=31536000, immutable"
COUNT, CLASSES = 90, 4
LABELS = np.where(np.arange(COUNT) % 9 == 0, -1, np.arange(COUNT) % CLASSES)
PICTURES = np.random.default_rng(5).integers(0, 256, (COUNT, 3, 70, 66), dtype=np.uint8)
CHOSEN = {0: [1, 2, 500], 2: [80, 3]}


def arrays(step):
    """Activations, of which sample 7's are not finite, and logits, of which sample 8's are not."""
    rng = np.random.default_rng(step)
    activations = rng.normal(size=(COUNT, 24)).astype(np.float16).astype(np.float32)
    logits = (rng.normal(size=(COUNT, CLASSES)) * 3).astype(np.float32)
    activations[7, 3], logits[8, 0] = np.nan, np.nan
    return activations, logits


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    logdir = tmp_path_factory.mktemp("explore")
    probe = hidden.Probe(
        torch.zeros(COUNT, 2),
        labels=LABELS,
        images=PICTURES,
        metadata={"split": ["train", "test"] * 45, "size": [0.5, None] * 45, "tags": [["a"], []] * 45},
        original_labels=(LABELS + 1) % CLASSES,
    )
    with hidden.SummaryWriter(str(logdir / "run")) as writer:
        writer.add_probe(probe)
        for step in range(3):
            activations, logits = arrays(step)
            chosen = CHOSEN.get(step)
            writer.add_activations("fc", activations, step, logits=logits, selected=chosen, method=None)
            writer.add_activations("bare", activations, step, method=None)
    with hidden.SummaryWriter(str(logdir / "unlabelled")) as writer:
        writer.add_activations("fc", arrays(1)[0], 1, logits=arrays(1)[1], method=None)
    for steps in ((0, 1, 2), (1,)):
        with hidden.SummaryWriter(str(logdir / "resumed")) as writer:
            writer.add_probe(probe)
            for step in steps:
                activations, logits = arrays(step + 10 * len(steps))
                writer.add_activations("fc", activations, step, logits=logits, method=None)
    shutil.copytree(logdir / "run", logdir / "copy", ignore=shutil.ignore_patterns("plugins"))
    for name in ("v1", "v1-metadata"):
        shutil.copytree(GOLDEN / name, logdir / name)
    return logdir


@pytest.fixture(scope="module", params=LOADERS)
def server(request, logdir):
    with tensorboard(["--logdir", str(logdir)], loader=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def index(server):
    return server.index("run", lambda index: index["closed"])


def of(index, layer="fc", step=1, **more):
    found = next(entry for entry in index["layers"] if entry["name"] == layer)
    version = found["versions"][found["steps"].index(step)]
    return {"run": index["run"], "layer": layer, "step": step, "v": version} | more


def test_the_index_names_snapshots_selections_and_pictures(index):
    assert index["probe"]["images"] is True
    assert [len(set(layer["versions"])) for layer in index["layers"]] == [3, 3]
    selected = index["selected"]
    assert (selected["steps"], selected["counts"], selected["totals"]) == ([0, 2], [2, 2], [3, 2])


def test_columns(server, index):
    answer = server.get("samples", run="run", v=index["probe"]["version"])
    assert answer.headers["Cache-Control"] == IMMUTABLE
    samples = answer.json()
    assert list(samples) == ["labels", "ids", "texts", "columns"]
    assert samples["labels"] == LABELS.tolist()
    split, size, tags, original = samples["columns"]
    assert split == {"name": "split", "kind": "category", "values": ["train", "test"], "codes": [0, 1] * 45}
    assert size == {"name": "size", "kind": "number", "numbers": [0.5, None] * 45}
    assert tags == {"name": "tags", "kind": "tags", "values": ["a"], "codes": [[0], []] * 45}
    assert original["codes"] == ((LABELS + 1) % CLASSES).tolist()


def test_logs_from_before_there_were_columns(server):
    index = server.index("v1", lambda index: index["closed"])
    samples = server.get("samples", run="v1", v=index["probe"]["version"]).json()
    assert samples["columns"] == []
    assert (len(samples["ids"]), samples["labels"]) == (12, [0, 1, 2] * 4)
    assert (index["probe"]["images"], index["selected"]) == (False, None)
    answer = server.get("image", run="v1", v=index["probe"]["version"], row=0)
    assert (answer.status, "no pictures at full size" in answer.text) == (404, True)
    assert index["layers"][0]["logits"] is None
    assert server.get("outcomes", **of(index)).status == server.get("details", **of(index, rows=1)).status == 200


def test_logs_of_now_will_mean_the_same(server):
    expected = json.loads((GOLDEN / "v1-metadata.json").read_text())
    index = server.index("v1-metadata", lambda index: index["closed"])
    version = index["probe"]["version"]
    assert server.get("samples", run="v1-metadata", v=version).json()["columns"] == expected["columns"]
    picture = Image.open(io.BytesIO(server.get("image", run="v1-metadata", v=version, row=11).body))
    assert np.asarray(picture).astype(int).sum() == expected["picture_sum"]


def test_selected_rows(server, index):
    selected = index["selected"]
    for step, version in zip(selected["steps"], selected["versions"], strict=True):
        answer = server.get("selected", run="run", step=step, v=version)
        assert answer.headers["Cache-Control"] == IMMUTABLE
        rows = unpack(answer.body)[0]["rows"]
        assert rows.dtype == np.int32
        assert rows.tolist() == sorted(row for row in CHOSEN[step] if row < COUNT)


def test_outcomes(server, index):
    answer = server.get("outcomes", **of(index, step=2))
    assert answer.headers["Cache-Control"] == IMMUTABLE
    assert answer.headers["Content-Type"] == "application/octet-stream"
    found, _ = unpack(answer.body)
    logits = torch.from_numpy(arrays(2)[1])
    known = np.arange(COUNT) != 8
    p, order = torch.softmax(logits, 1)[known].topk(2)
    assert found["prediction"][8] == found["runner_up"][8] == NO_CLASS
    np.testing.assert_array_equal(np.stack([found["prediction"], found["runner_up"]], 1)[known], order)
    np.testing.assert_allclose(found["confidence"][known] / 255, p[:, 0], atol=0.003)
    np.testing.assert_allclose(found["margin"][known] / 255, p[:, 0] - p[:, 1], atol=0.003)
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(LABELS).long(), ignore_index=-1, reduction="none")
    labelled = known & (LABELS >= 0)
    np.testing.assert_allclose(found["loss"][labelled], loss[labelled], rtol=1e-3)
    assert np.isnan(found["loss"][~labelled]).all()


def test_label_quality_is_what_the_files_say_to_the_last_bit(server, index, logdir):
    history = read_layer(str(logdir / "run"), "fc")
    for row in (2, 0, 1, 2):
        answer = server.get("label_quality", **of(index, step=row))
        assert answer.headers["Cache-Control"] == IMMUTABLE
        found = unpack(answer.body)[0]["label_quality"]
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, history.label_quality[row])
        np.testing.assert_array_equal(np.isnan(found), (LABELS < 0) | (np.arange(COUNT) == 8))
    shares = []
    for step in range(3):
        p = torch.softmax(torch.from_numpy(arrays(step)[1]), 1).numpy()
        others = np.where(np.arange(CLASSES) == LABELS[:, None], -1, p).max(axis=1)
        shares.append(p[np.arange(COUNT), LABELS] / (p[np.arange(COUNT), LABELS] + others))
    known = ~np.isnan(found)
    np.testing.assert_allclose(found[known], np.mean(shares, axis=0)[known], rtol=1e-4)


def test_labels_that_cannot_be_judged_are_refused_with_the_reason(server, index):
    answer = server.get("label_quality", **of(index, "bare"))
    assert (answer.status, "no logits" in answer.text) == (404, True)
    other = server.index("unlabelled", lambda index: index["closed"])
    answer = server.get("label_quality", **of(other))
    assert (answer.status, "no labels" in answer.text) == (404, True)


def test_label_quality_starts_anew_where_a_run_was_resumed_before(server, logdir):
    index = server.index("resumed", lambda index: index["closed"] and len(index["layers"][0]["steps"]) == 2)
    history = read_layer(str(logdir / "resumed"))
    for row, step in enumerate(history.steps):
        found = unpack(server.get("label_quality", **of(index, step=step)).body)[0]["label_quality"]
        np.testing.assert_array_equal(found, history.label_quality[row])
    alone = label_qualities(history.label_margin, [0, 1])
    np.testing.assert_array_equal(found, alone[1])


def test_details(server, index):
    rows = [5, 0, 89, 7, 8, 5]
    answer = server.get("details", **of(index, rows=",".join(map(str, rows))))
    assert answer.headers["Cache-Control"] == IMMUTABLE
    found = answer.json()
    assert set(found) == {"k", "neighbours", "distances", "classes", "probabilities"}
    activations, logits = arrays(1)
    finite = np.delete(np.arange(COUNT), 7)
    model = NearestNeighbors(n_neighbors=16, algorithm="brute").fit(activations[finite].astype(np.float64))
    for place, row in enumerate(rows):
        if row == 7:
            assert found["neighbours"][place] == found["distances"][place] == []
            continue
        distances, nearest = model.kneighbors(activations[row : row + 1].astype(np.float64))
        assert found["neighbours"][place] == finite[nearest[0, 1:]].tolist()
        np.testing.assert_allclose(found["distances"][place], distances[0, 1:], rtol=1e-5)
    p, order = torch.softmax(torch.from_numpy(logits[[5, 0, 89]]), 1).sort(descending=True)
    assert found["classes"][:3] == order.tolist()
    np.testing.assert_allclose(found["probabilities"][:3], p, atol=1e-5)
    assert found["classes"][4] == found["probabilities"][4] == []


def test_details_and_outcomes_without_logits(server, index):
    found = server.get("details", **of(index, "bare", rows="3")).json()
    assert (len(found["neighbours"][0]), found["classes"], found["probabilities"]) == (15, [[]], [[]])
    answer = server.get("outcomes", **of(index, "bare"))
    assert (answer.status, "no logits" in answer.text) == (404, True)
    assert {layer["name"]: layer["logits"] for layer in index["layers"]} == {"fc": True, "bare": False}


def test_details_change_with_the_step(server, index):
    """What is kept in memory is not taken for another snapshot."""
    answers = {step: server.get("details", **of(index, step=step, rows="3")).json() for step in (0, 1, 2, 0)}
    assert len({json.dumps(answer) for answer in answers.values()}) == 3


def test_image(server, index):
    for row in (0, 41, COUNT - 1):
        answer = server.get("image", run="run", v=index["probe"]["version"], row=row)
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Cache-Control"] == IMMUTABLE
        np.testing.assert_array_equal(
            np.asarray(Image.open(io.BytesIO(answer.body))), np.moveaxis(PICTURES[row], 0, -1)
        )


def test_pictures_do_not_swell_the_events(logdir):
    assert PICTURES.nbytes > 1_000_000
    assert sum(file.stat().st_size for file in (logdir / "run").glob("*tfevents*")) < 100_000


def test_a_copy_without_the_store(server):
    index = server.index("copy", lambda index: index["closed"])
    for answer in (
        server.get("outcomes", **of(index)),
        server.get("details", **of(index, rows="1")),
        server.get("image", run="copy", v=index["probe"]["version"], row=1),
    ):
        assert (answer.status, "not in this copy of the log directory" in answer.text) == (410, True)
    version = index["selected"]["versions"][1]
    assert server.get("selected", run="copy", step=2, v=version).status == 200


BAD_ROWS = {
    "": "whole number from 0 to 89",
    "1,": "whole number",
    "1,x": "not 'x'",
    "-1": "not '-1'",
    "90": "from 0 to 89, not '90'",
    "1.0": "not '1.0'",
    "²": "not '²'",
    "9" * 50: "whole number",
    ",".join(["1"] * 501): "At most 500 rows can be asked for at once, not 501",
}


@pytest.mark.parametrize("rows", BAD_ROWS)
def test_bad_rows(server, index, rows):
    answer = server.get("details", **of(index, rows=rows))
    assert (answer.status, BAD_ROWS[rows] in answer.text) == (400, True)
    answer = server.get("image", run="run", v=index["probe"]["version"], row=rows)
    assert answer.status == 400


def test_as_many_rows_as_may_be(server, index):
    rows = np.arange(500) % COUNT
    found = server.get("details", **of(index, rows=",".join(map(str, rows)))).json()
    assert len(found["neighbours"]) == 500
    assert found["neighbours"][0] == found["neighbours"][COUNT]


@pytest.mark.parametrize(
    ("route", "change", "status", "sentence"),
    [
        ("outcomes", {"v": None}, 400, "lacks v="),
        ("outcomes", {"layer": None}, 400, "lacks layer="),
        ("outcomes", {"step": "x"}, 400, "whole number"),
        ("outcomes", {"v": "ab.1"}, 404, "no such data"),
        ("outcomes", {"layer": "bare"}, 404, "no such data"),
        ("outcomes", {"run": "nowhere"}, 404, "no such data"),
        ("details", {}, 400, "lacks rows="),
        ("details", {"v": "ab", "rows": "1"}, 400, "not a version"),
        ("details", {"v": "ab.1", "rows": "1"}, 404, "no such data"),
        ("selected", {"v": "ab.1"}, 404, "no such data"),
        ("selected", {"step": None}, 400, "lacks step="),
        ("image", {"v": "ab.1"}, 404, "no such data"),
    ],
)
def test_bad_questions_get_a_sentence(server, index, route, change, status, sentence):
    query = {name: value for name, value in (of(index) | change).items() if value is not None}
    answer = server.get(route, **query)
    assert (answer.status, sentence in answer.text) == (status, True)
    assert "\n" not in answer.text.strip()
