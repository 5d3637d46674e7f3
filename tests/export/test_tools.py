"""What cleanlab, FiftyOne and Emblaze are given, by what their documentation says that they take."""

import base64
import io
import json

import numpy as np
import pytest
import torch

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.export.tools import write_cleanlab, write_emblaze, write_fiftyone
from tests.export.conftest import COUNT, LOST, STEPS


@pytest.fixture(scope="module")
def history(told):
    return read_layer(str(told.run_dir))


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    """Snapshots without logits, labels or maps."""
    run_dir = tmp_path_factory.mktemp("unlabelled") / "run"
    with hidden.SummaryWriter(str(run_dir)) as writer:
        writer.add_activations("fc", np.random.default_rng(0).normal(size=(20, 3)), 0, method=None)
    return read_layer(str(run_dir))


def written(write, history):
    file = io.BytesIO()
    write(history, file)
    file.seek(0)
    return file


def test_cleanlab_gets_labels_and_distributions(told, history):
    arrays = np.load(written(write_cleanlab, history))
    usable = [row for row in range(COUNT) if row not in (3, LOST)]
    assert arrays["ids"].tolist() == [told.ids[row] for row in usable]
    assert arrays["labels"].tolist() == told.labels[usable].tolist()
    expected = torch.from_numpy(told.logits[-1][usable]).double().softmax(dim=1).numpy()
    np.testing.assert_allclose(arrays["pred_probs"], expected, atol=1e-6)
    np.testing.assert_allclose(arrays["pred_probs"].sum(axis=1), 1, atol=1e-12)


def test_fiftyone_gets_a_point_for_each_sample(told, history):
    content = json.load(written(write_fiftyone, history))
    placed = [row for row in range(COUNT) if row != LOST]
    assert [sample["id"] for sample in content["samples"]] == [told.ids[row] for row in placed]
    np.testing.assert_allclose(content["points"], history.positions[-1, placed], atol=1e-5)
    assert content["step"] == STEPS[-1]
    assert content["brain_key"].isidentifier()
    first = content["samples"][0]
    assert first["ground_truth"] == {"label": "cat"}
    assert first["prediction"]["label"] == ["cat", "dog", "émeu"][int(told.logits[-1, 0].argmax())]
    assert "ground_truth" not in content["samples"][3]


def decoded(field, dtype):
    values = np.frombuffer(base64.b64decode(field["values"]), dtype)
    return values.reshape(-1, field["interval"]) if "interval" in field else values


def test_emblaze_gets_frames_with_true_neighbours(told, history):
    """Decoded as ``emblaze.datasets.Embedding.from_json`` and ``neighbors.Neighbors.from_json`` of 0.11 do."""
    content = json.load(written(write_emblaze, history))
    assert content["_format"] == "emblaze.Viewer.SaveData"
    assert content["embeddings"]["frameLabels"] == [f"step {step}" for step in STEPS]
    rows = [row for row in range(COUNT) if row != LOST]
    for place, frame in enumerate(content["embeddings"]["data"]):
        assert frame["_format"] == frame["neighbors"]["_format"] == "compressed"
        assert decoded(frame["ids"], frame["_idtype"]).tolist() == rows
        positions = np.stack([decoded(frame[axis], np.float32) for axis in "xy"], axis=1)
        np.testing.assert_array_equal(positions, history.positions[place, rows])
        assert json.loads(base64.b64decode(frame["color"]["values"]))[:4] == ["cat", "dog", "émeu", "none"]
        points = told.activations[place, rows].astype(np.float16).astype(np.float64)
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        nearest = np.array(rows)[np.argsort(apart, axis=1)[:, :15]]
        neighbours = decoded(frame["neighbors"]["neighbors"], frame["neighbors"]["_idtype"])
        assert (neighbours == nearest).mean() > 0.99
    items = content["thumbnails"]["items"]
    assert items["1"] == {"id": 1, "name": "s1", "description": 'text 1, quoted "1"'}


def test_without_what_a_tool_needs(unlabelled):
    with pytest.raises(HiddenError, match="cleanlab asks what the model predicted"):
        written(write_cleanlab, unlabelled)
    for write in (write_fiftyone, write_emblaze):
        with pytest.raises(HiddenError, match=r"no map of layer 'fc'.*hidden project"):
            written(write, unlabelled)
