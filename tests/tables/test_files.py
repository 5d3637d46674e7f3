"""CSV, JSON, npz and Parquet, read back by other readers than ours."""

import csv
import io
import json
import sys

import numpy as np
import pytest

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.tables.files import write_csv, write_json, write_npz, write_parquet
from tests.export.conftest import COUNT, LOST, STEPS, WIDTH


@pytest.fixture(scope="module")
def history(told):
    return read_layer(str(told.run_dir))


def written(write, history, **options):
    file = io.BytesIO()
    write(history, file, **options)
    file.seek(0)
    return file


def numbers(texts):
    return np.array([float(text) if text else np.nan for text in texts])


def test_csv_has_a_row_for_each_step_and_sample(history):
    rows = list(csv.DictReader(io.TextIOWrapper(written(write_csv, history), "utf-8", newline="")))
    assert len(rows) == len(STEPS) * COUNT
    assert [row["step"] for row in rows[::COUNT]] == [str(step) for step in STEPS]
    assert [row["id"] for row in rows] == list(history.samples.ids) * len(STEPS)
    for name, array in {
        "confidence": history.confidence,
        "margin": history.margin,
        "loss": history.loss,
        "x": history.positions[..., 0],
        "y": history.positions[..., 1],
        "kept": history.kept,
        "flips": history.flips,
        "held_out": history.held_out,
        "correct": history.correct(),
    }.items():
        np.testing.assert_allclose(numbers([row[name] for row in rows]), array.ravel(), rtol=1e-5)
    first = rows[1]
    assert (first["class"], first["text"], first["meta_tags"], first["selected_at"]) == (
        "dog",
        'text 1, quoted "1"',
        "first;odd",
        "5",
    )
    assert (rows[0]["meta_split"], rows[0]["meta_size"], rows[0]["meta_original_label"]) == ("", "0.0", "dog")
    lost = rows[-COUNT + LOST]
    assert not any(lost[name] for name in ("prediction", "predicted_class", "confidence", "loss", "x", "y", "kept"))
    assert (rows[3]["label"], rows[3]["class"], rows[3]["correct"]) == ("", "", "")


def test_json_nests_what_happened_to_each_sample(history):
    content = json.load(written(write_json, history))
    assert (content["run"], content["layer"], content["method"]) == ("run", "fc:input", "pca")
    assert content["steps"] == list(STEPS)
    assert content["classes"] == ["cat", "dog", "émeu"]
    assert [sample["id"] for sample in content["samples"]] == list(history.samples.ids)
    sample = content["samples"][1]
    assert sample["metadata"] == {"split": "train", "size": None, "tags": ["first", "odd"], "original_label": "dog"}
    assert sample["history"]["prediction"] == history.predictions[:, 1].tolist()
    np.testing.assert_allclose(sample["history"]["x"], history.positions[:, 1, 0], rtol=1e-5)
    assert content["samples"][LOST]["history"]["x"][-1] is None
    assert content["samples"][3]["label"] is None


def test_npz_holds_the_arrays(history):
    arrays = np.load(written(write_npz, history, activations=True))
    assert arrays["positions"].shape == (len(STEPS), COUNT, 2)
    np.testing.assert_array_equal(arrays["positions"], history.positions)
    np.testing.assert_array_equal(arrays["predictions"], history.predictions)
    assert arrays["ids"].tolist() == list(history.samples.ids)
    assert arrays["activations"].shape == (COUNT, WIDTH)
    assert arrays["selected_at"][[0, 1, 4]].tolist() == [-1, 5, 0]
    assert arrays["meta_size"].dtype == np.float64
    assert np.isnan(arrays["meta_size"][1])
    assert arrays["meta_tags"][1] == "first;odd"
    assert "activations" not in np.load(written(write_npz, history))


def test_npz_cannot_give_activations_that_were_never_logged(tmp_path, rng):
    with hidden.SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_projection("space", rng.normal(size=(12, 2)), 0)
    history = read_layer(str(tmp_path / "run"))
    with pytest.raises(HiddenError, match="there are no activations of layer 'space'"):
        written(write_npz, history, activations=True)
    arrays = np.load(written(write_npz, history))
    assert arrays["ids"].dtype == np.int64
    assert np.isnan(arrays["loss"]).all()


def test_parquet_needs_pyarrow(history, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HiddenError, match="pip install pyarrow"):
        written(write_parquet, history)


def test_parquet_is_the_table_with_types(history):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(written(write_parquet, history))
    assert table.num_rows == len(STEPS) * COUNT
    assert str(table.schema.field("held_out").type) == "bool"
    assert table.column("x").to_pylist()[-COUNT + LOST] is None
