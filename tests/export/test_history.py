"""A layer's history, against what was logged."""

import shutil

import numpy as np
import pytest
import torch

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.tables.layer import count_flips
from tests.export.conftest import LOST, STEPS


def test_a_layer_is_read_as_it_was_logged(told):
    history = read_layer(str(told.run_dir))
    assert (history.run, history.layer, history.method, history.steps) == ("run", "fc:input", "pca", STEPS)
    assert history.samples.ids == tuple(told.ids)
    np.testing.assert_array_equal(history.samples.labels, told.labels)
    for row, step in enumerate(STEPS):
        np.testing.assert_allclose(history.activations(step), told.activations[row], atol=2e-3)
    np.testing.assert_allclose(history.logits, told.logits[-1])


def test_what_the_logits_say_is_what_torch_says(told):
    history = read_layer(str(told.run_dir))
    logits, labels = torch.from_numpy(told.logits), torch.from_numpy(told.labels)
    shares = logits.softmax(dim=2)
    top = shares.topk(2, dim=2).values
    known = np.ones(history.predictions.shape, bool)
    known[-1, LOST] = False
    np.testing.assert_array_equal(history.predictions[known], shares.argmax(dim=2).numpy()[known])
    np.testing.assert_allclose(history.confidence[known], top[..., 0].numpy()[known], rtol=1e-5)
    np.testing.assert_allclose(history.margin[known], (top[..., 0] - top[..., 1]).numpy()[known], atol=1e-6)
    assert history.predictions[-1, LOST] == -1
    assert np.isnan([history.confidence[-1, LOST], history.margin[-1, LOST], history.loss[-1, LOST]]).all()
    for row in range(len(STEPS)):
        expected = torch.nn.functional.cross_entropy(logits[row], labels.clamp(min=0), reduction="none").numpy()
        labelled = known[row] & (told.labels >= 0)
        np.testing.assert_allclose(history.loss[row, labelled], expected[labelled], rtol=1e-5)
        assert np.isnan(history.loss[row, ~labelled]).all()
        assert np.isnan(history.correct()[row, ~labelled]).all()


def test_maps_place_all_but_what_is_not_finite(told):
    history = read_layer(str(told.run_dir))
    placed = history.placed()
    assert placed[:-1].all()
    assert np.flatnonzero(~placed[-1]).tolist() == [LOST]
    # PCA of 6 dimensions: places are a projection, so nothing is farther apart than in the layer, up to one scale
    near = np.linalg.norm(history.positions[0, :, None] - history.positions[0, None], axis=2)
    far = np.linalg.norm(told.activations[0, :, None] - told.activations[0, None], axis=2)
    assert np.corrcoef(near.ravel(), far.ravel())[0, 1] > 0.5
    assert 0 < history.held_out[0].sum() < len(told.ids)


def test_metadata_and_selections(told):
    samples = read_layer(str(told.run_dir)).samples
    assert samples.metadata["split"][:3] == [None, "train", None]
    assert samples.metadata["size"][:3] == [0, None, 0.5]
    assert samples.metadata["tags"][:2] == [[], ["first", "odd"]]
    assert samples.metadata["original_label"][:4] == ["dog", "dog", "émeu", "émeu"]
    assert {row: step for row, step in enumerate(samples.selected_at) if step is not None} == {4: 0, 9: 0, 1: 5}


def test_flips_pass_over_what_is_not_known():
    predictions = np.array([[-1, 0, 2], [1, -1, 2], [2, 1, 2], [2, 0, 2]], np.int32)
    assert count_flips(predictions).tolist() == [[-1, 0, 0], [0, 0, 0], [1, 1, 0], [1, 2, 0]]
    assert count_flips(np.empty((0, 4), np.int32)).shape == (0, 4)


def test_maps_logged_by_hand(tmp_path, rng):
    places = rng.normal(size=(2, 12, 2))
    with hidden.SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(2):
            writer.add_projection("space", places[step], step)
    history = read_layer(str(tmp_path / "run"))
    np.testing.assert_allclose(history.positions, places, atol=1e-3)
    assert history.activations(1) is None
    assert history.logits is None
    assert (history.predictions == -1).all()
    assert history.samples.selected_at is None


def test_names_that_are_not_there_are_answered_with_those_that_are(told, tmp_path, rng):
    with pytest.raises(HiddenError, match=r"no such layer: expected one of 'fc:input', got 'fc2'"):
        read_layer(str(told.run_dir), layer="fc2")
    with pytest.raises(HiddenError, match=r"no such map .*expected one of 'pca', got 'umap'.*hidden project"):
        read_layer(str(told.run_dir), method="umap")
    with pytest.raises(HiddenError, match=r"not a run: expected one of '.*/run', got .*/rum"):
        read_layer(str(told.run_dir.parent / "rum"))
    with pytest.raises(HiddenError, match="not a run: expected a directory with TensorBoard event files"):
        read_layer(str(tmp_path))
    with hidden.SummaryWriter(str(tmp_path / "two")) as writer:
        for layer in ("a", "b"):
            writer.add_activations(layer, rng.normal(size=(20, 3)), 0, method=None)
    with pytest.raises(HiddenError, match=r"expected one of 'a', 'b', got none.*--layer"):
        read_layer(str(tmp_path / "two"))
    assert read_layer(str(tmp_path / "two"), layer="b").method == ""
    with hidden.SummaryWriter(str(tmp_path / "plain")) as writer:
        writer.add_scalar("loss", 1.0, 0)
    with pytest.raises(HiddenError, match="the run has no layers"):
        read_layer(str(tmp_path / "plain"))


def test_a_copy_without_the_store_says_so(told, tmp_path):
    shutil.copytree(told.run_dir, tmp_path / "run", ignore=shutil.ignore_patterns("store.zarr"))
    with pytest.raises(MissingDataError, match="not in this copy"):
        read_layer(str(tmp_path / "run"))
