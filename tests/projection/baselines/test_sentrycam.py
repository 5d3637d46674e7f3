"""SentryCam's projection: its memory, margins and graph by hand, and what drift, collapse and a restart do to it."""

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_plugin_hidden.format.snapshot import HeadData, Snapshot
from tensorboard_plugin_hidden.projection.baselines.continual import (
    LARGEST_MARGIN,
    LEAST_MARGIN,
    bipartite,
    looked_back,
    margin,
    pooled,
    remember,
)
from tensorboard_plugin_hidden.projection.baselines.networks import Autoencoder, embedding_of, rebased
from tensorboard_plugin_hidden.projection.baselines.sentrycam import SentryCam
from tensorboard_plugin_hidden.projection.frame import draw_frame


def generator():
    return torch.Generator().manual_seed(0)


def groups(count=80, width=6, seed=0):
    rng = np.random.default_rng(seed)
    middles = 3 * np.random.default_rng(9).standard_normal((4, width))
    return (middles[np.arange(count) % 4] + rng.standard_normal((count, width))).astype(np.float32)


def snapshot(rows, step=0):
    return Snapshot("fc", step, np.ascontiguousarray(rows, np.float32), None, HeadData("none"))


def drawn(method, steps):
    """The frames of several arrays in a chain."""
    frames, previous = [], None
    for step, rows in enumerate(steps):
        done = draw_frame(snapshot(rows, step), previous, method, 0)
        previous = done.following
        frames.append(done.frame)
    return frames


def test_steps_are_looked_back_on_at_powers_of_two():
    assert looked_back(1) == [0]
    assert looked_back(2) == [1, 0]
    assert looked_back(3) == [2, 1, 0]
    assert looked_back(20) == [19, 18, 17, 15, 11, 3]


def test_the_margin_grows_with_the_change_of_the_means():
    rows = groups()
    earlier = remember(rows, rows[:, :2], 0.05, generator())
    assert margin(rows, earlier) == LEAST_MARGIN
    assert margin(rows + 100, earlier) == LARGEST_MARGIN
    moved = 1.5 * rows + 0.5
    change = np.abs(moved.mean(axis=0) - rows.mean(axis=0))
    expected = np.mean(change / (np.sqrt(moved.var(axis=0) + rows.var(axis=0)) + 5e-4))
    assert LEAST_MARGIN < expected < LARGEST_MARGIN
    assert margin(moved, earlier) == pytest.approx(expected, rel=1e-4)
    assert margin(np.ones_like(rows), remember(np.ones_like(rows), rows[:, :2], 1, generator())) == LEAST_MARGIN


def test_a_twentieth_is_remembered_with_its_places():
    rows = groups(400)
    kept = remember(rows, rows[:, 1:3], 0.05, generator())
    assert len(kept.activations) == 20
    np.testing.assert_array_equal(kept.activations[:, 1:3], kept.positions)
    assert len(np.unique(kept.activations, axis=0)) == 20
    assert len(remember(rows[:12], rows[:12, :2], 0.05, generator()).positions) == 5
    together, places, margins = pooled(rows, [kept, remember(rows + 50, rows[:, :2], 0.01, generator())])
    assert (together.shape, places.shape) == ((25, 6), (25, 2))
    np.testing.assert_allclose(margins, [LEAST_MARGIN] * 20 + [LARGEST_MARGIN] * 5)


def test_rows_are_joined_to_those_in_the_same_direction():
    here, there = groups(30), 7 * groups(12, seed=3)
    edges = bipartite(here, there)
    found = {
        (h, t): w for h, t, w in zip(*map(torch.Tensor.tolist, (edges.head, edges.tail, edges.weight)), strict=True)
    }
    cosine = (here @ there.T) / np.linalg.norm(here, axis=1)[:, None] / np.linalg.norm(there, axis=1)
    heaviest = cosine.max() / 2
    expected = {
        (row, int(near)): cosine[row, near] / 2
        for row in range(30)
        for near in np.argsort(-cosine[row])[:5]
        if cosine[row, near] / 2 >= heaviest / 2
    }
    assert found.keys() == expected.keys()
    for edge, weight in expected.items():
        assert found[edge] == pytest.approx(weight, abs=1e-5)


def test_rows_without_a_direction_have_no_edges():
    rows = groups(20)
    assert not len(bipartite(np.zeros_like(rows), rows).weight)
    assert not len(bipartite(rows, np.zeros_like(rows)).weight)
    assert not len(bipartite(rows[:, :1] * 0 + 1, -np.ones((5, 1), np.float32)).weight)


def test_the_first_layers_are_normalised_over_groups_and_batch():
    network = Autoencoder(6, (16, 8), 0, normalised=True)
    kinds = [nn.Linear, nn.GroupNorm, nn.BatchNorm1d, nn.ReLU, nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Linear]
    assert [type(layer) for layer in network.encoder] == kinds
    assert [type(layer) for layer in network.decoder] == kinds
    assert not list(network.encoder[1].parameters())
    assert torch.equal(network.encoder[0].weight, Autoencoder(6, (16, 8), 0).encoder[0].weight)


def test_a_rebased_network_gives_the_same_of_other_coordinates():
    network = Autoencoder(6, (16, 8), 0, normalised=True)
    rows, shift = groups(), np.arange(6, dtype=np.float32) / 3
    there = embedding_of(network, rows)
    here = embedding_of(rebased(network, 2.5, shift), (rows - shift) / np.float32(2.5))
    np.testing.assert_allclose(here.positions, there.positions, atol=1e-4)
    np.testing.assert_allclose(2.5 * here.inverse(here.positions) + shift, there.inverse(there.positions), atol=1e-3)


def test_earlier_steps_hold_the_map():
    """The same activations once more: with the terms that tie maps together the second one moves less."""
    moves = []
    for temporal in (0.0, 1.0):
        first, second = drawn(SentryCam(passes=6, temporal=temporal), [groups(200), groups(200)])
        radius = np.sqrt(first.positions.var(axis=0).sum())
        moves.append(np.linalg.norm(second.positions - first.positions, axis=1).mean() / radius)
    assert moves[1] < moves[0]


def test_maps_have_neighbours_of_the_layer():
    _, last = drawn(SentryCam(passes=8), [groups(200), groups(200, seed=1)])
    assert last.faithfulness["neighbours"] > 2 * 15 / 199


def test_collapse_and_drift_give_frames():
    """At identical activations the published code stops with an error."""
    same = np.ones((80, 6))
    steps = [groups(), same, same + 1e-9, np.zeros((80, 6)), groups() * 1e9, groups() + 1e6, -groups(), groups(width=9)]
    frames = drawn(SentryCam(passes=2), steps)
    for frame, rows in zip(frames, steps, strict=True):
        if np.ptp(rows, axis=0).max() < 1e-6:
            assert "the same activations" in frame.reason
        else:
            assert np.isfinite(frame.positions).all()


def test_a_chain_that_is_taken_up_by_another_process_begins_afresh():
    steps = [groups(), groups(seed=1)]
    whole = drawn(SentryCam(passes=2), steps)
    first = draw_frame(snapshot(steps[0]), None, SentryCam(passes=2), 0)
    resumed = draw_frame(snapshot(steps[1], 1), first.following, SentryCam(passes=2), 0).frame
    np.testing.assert_array_equal(first.frame.positions, whole[0].positions)
    assert np.isfinite(resumed.positions).all()
    assert (resumed.positions != whole[1].positions).any()
