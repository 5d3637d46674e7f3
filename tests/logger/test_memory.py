from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.memory import is_out_of_memory

RAN: list[int] = []
"""Sizes of the batches for which memory sufficed."""


class Hungry(nn.Module):
    """Asks for more memory than any address space has as soon as a batch has more than ``most`` samples."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.hidden, self.fc = nn.Linear(4, 4), nn.Linear(4, 3)
        self.most = most
        RAN.clear()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.tanh(self.hidden(x))
        torch.empty(2 ** (60 if len(x) > self.most else 1), dtype=torch.uint8)
        RAN.append(len(x))
        out: torch.Tensor = self.fc(h)
        return out


def probe(n: int = 48) -> hidden.Probe:
    return hidden.Probe((torch.randn(n, 4), torch.arange(n) % 3))


def test_a_batch_that_memory_does_not_suffice_for_is_halved_and_nothing_else_changes() -> None:
    torch.manual_seed(0)
    samples, model = probe(), Hungry(13)
    seen = capture(model, samples)
    model.most = 48
    whole = capture(model, samples)
    np.testing.assert_allclose(seen.layers[0].activations, whole.layers[0].activations, rtol=1e-6)
    np.testing.assert_allclose(seen.logits, whole.logits, rtol=1e-6)
    assert seen.layers[0].head.kind == "linear"
    assert (seen.batch_size, whole.batch_size) == (12, 256)
    assert seen.notes == ("memory does not suffice for more than 12 samples at once, as captures have from now on",)
    assert whole.notes == ()


def test_the_size_is_remembered_and_said_once(tmp_path: Path, capsys: Any) -> None:
    model = Hungry(13)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, probe(), method=None)
        for step in range(3):
            tried = len(RAN)
            writer.add_hidden(step)
            if step:
                assert RAN[tried:] == [12] * 4
        assert writer._watched._batch_size == 12
        assert capsys.readouterr().err.count("memory does not suffice for more than 12") == 1
        model.most = 5
        writer.add_hidden(3)
        assert "hidden: step 3: memory does not suffice for more than 3" in capsys.readouterr().err


def test_too_little_for_one_sample_is_said_to_be_too_little_memory(tmp_path: Path) -> None:
    with pytest.raises(HiddenError, match="memory does not suffice to run the model on one sample"):
        capture(Hungry(0), probe())
    model = Hungry(48)
    with hidden.SummaryWriter(str(tmp_path)) as writer:
        writer.watch(model, probe(), method=None)
        writer.add_hidden(0)
        model.most = 0
        with pytest.warns(HiddenWarning, match=r"Step 1 is not logged\. memory does not suffice"):
            writer.add_hidden(1)
        model.most = 48
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            writer.add_hidden(2)


def test_memory_is_recognised_behind_other_exceptions_and_other_errors_are_not() -> None:
    with pytest.raises(RuntimeError) as cpu:
        torch.empty(2**60, dtype=torch.uint8)
    wrapped = ValueError("the block failed")
    wrapped.__cause__ = cpu.value
    for error in (cpu.value, wrapped, MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")):
        assert is_out_of_memory(error)
    for other in (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ValueError("out of memory cards")):
        assert not is_out_of_memory(other)
