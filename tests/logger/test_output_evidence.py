from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.logger import output_evidence as evidence

LABELS: IntArray = np.repeat(np.arange(10, dtype=np.int32), 20)


def random(*shape: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def softmax(z: FloatArray) -> FloatArray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    shares: FloatArray = e / e.sum(axis=1, keepdims=True)
    return shares


def test_distributions() -> None:
    p = softmax(random(50, 4))
    assert evidence.are_distributions(p)
    assert evidence.are_distributions(p.astype(np.float16).astype(np.float32))
    assert evidence.are_distributions(np.where(np.arange(50)[:, None] == 3, np.nan, p))
    assert not evidence.are_distributions(random(50, 4))
    assert not evidence.are_distributions(p * 0.5)
    assert not evidence.are_distributions(p[:, :1] * 0 + 1), "one column says nothing"
    assert not evidence.are_distributions(p * np.nan)
    spoilt = p.copy()
    spoilt[7] += np.array([0.5, -0.5, 0, 0], np.float32)
    assert not evidence.are_distributions(spoilt), "one row is enough"


def test_unit_length() -> None:
    z = random(30, 8)
    assert evidence.have_unit_length(z / np.linalg.norm(z, axis=1, keepdims=True))
    assert not evidence.have_unit_length(z)
    assert not evidence.have_unit_length(np.eye(1, 8, dtype=np.float32)), "of one row"


def test_columns_of_a_trained_head_agree_with_the_labels_and_those_of_an_encoder_do_not() -> None:
    head = random(200, 1000)
    head[np.arange(200), LABELS] += 10
    assert evidence.own_columns(head, LABELS) == (10, 10)
    assert evidence.agree(head, LABELS)
    assert not evidence.agree(random(200, 1000), LABELS)
    for seed in range(200):  # encoders that separate the classes perfectly, each with columns of its own choice
        places = np.random.default_rng(seed).integers(0, 16, 10)
        code = random(200, 16, seed=seed)
        code[np.arange(200), places[LABELS]] += 10
        assert not evidence.agree(code, LABELS), seed


def test_agreement_of_few_classes_may_be_chance() -> None:
    three = LABELS[:60]
    for width, believed in ((4, False), (10, True)):
        head = np.eye(width, dtype=np.float32)[three]
        assert evidence.own_columns(head, three) == (3, 3)
        assert evidence.agree(head, three) is believed
    assert not evidence.agree(np.eye(10, dtype=np.float32)[LABELS[:40]] * np.nan, LABELS[:40])
    assert not evidence.agree(np.eye(10, dtype=np.float32)[LABELS], np.full(200, -1, np.int32))


def test_agreement_of_very_many_classes_can_be_computed() -> None:
    labels = np.repeat(np.arange(3000, dtype=np.int32), 3)
    assert evidence.agree(np.eye(3001, dtype=np.float32)[labels], labels)


@pytest.mark.parametrize(("noise", "made"), [(0.1, True), (0.6, True), (0.8, False), (3.0, False)])
def test_reconstructions_are_near_the_inputs(noise: float, made: bool) -> None:
    x = random(100, 6)
    assert evidence.reconstruct(x + noise * random(100, 6, seed=1), x) is made
    assert not evidence.reconstruct(np.zeros_like(x), np.zeros_like(x)), "inputs that do not vary"
