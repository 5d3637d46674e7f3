from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.pooling import Layout, pool, supposed


def test_pooling_of_vectors_and_feature_maps() -> None:
    x = torch.randn(4, 3, 5, 6, dtype=torch.float64)
    rows, how = pool(x, supposed(x.ndim))
    np.testing.assert_allclose(rows, x.numpy().mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)
    assert (how, rows.dtype) == ("positions", torch.float32)
    assert pool(x[:, 0, 0, 0], supposed(1))[0].shape == (4, 1)
    assert pool(x[:, :, 0, 0], supposed(2))[1] == "none"


def test_pooled_rows_have_memory_of_their_own() -> None:
    x = torch.zeros(2, 3)
    rows, _ = pool(x, supposed(x.ndim))
    x += 1
    assert rows.max() == 0


def test_pooling_of_half_precision_does_not_overflow() -> None:
    assert pool(torch.full((1, 1, 64, 64), 6e4, dtype=torch.float16), supposed(4))[0].item() == pytest.approx(6e4)


@pytest.mark.parametrize("tokens", ["mean", "cls", "last"])
@pytest.mark.parametrize("masked", [False, True])
def test_pooling_of_tokens(tokens: Any, masked: bool) -> None:
    x = torch.randn(3, 5, 2)
    lengths = [5, 2, 1] if masked else [5, 5, 5]
    mask = torch.arange(5)[None] < torch.tensor(lengths)[:, None] if masked else None
    if masked:
        x[1, 2:] = np.nan
    rows, how = pool(x, supposed(3), tokens, mask=mask)
    for row, sample, n in zip(rows.numpy(), x.numpy(), lengths, strict=True):
        wanted = {"mean": sample[:n].mean(axis=0), "cls": sample[0], "last": sample[n - 1]}[tokens]
        np.testing.assert_allclose(row, wanted, rtol=1e-5, atol=1e-6)
    assert how == tokens


def test_left_padding_is_masked_too() -> None:
    x = torch.arange(4.0).reshape(1, 4, 1)
    mask = torch.tensor([[0, 0, 1, 1]])
    assert pool(x, supposed(3), "last", mask=mask)[0].item() == 3.0
    assert pool(x, supposed(3), "mean", mask=mask)[0].item() == 2.5


@pytest.mark.parametrize(
    ("layout", "shape", "order", "how"),
    [
        (Layout(3, 0, (1,)), (4, 3, 5), "ncl->nc", "positions"),
        (Layout(4, 0, (3,)), (4, 5, 6, 3), "nhwc->nc", "positions"),
        (Layout(5, 0, (1,)), (4, 3, 2, 2, 2), "ncdhw->nc", "positions"),
        (Layout(5, 0, (2,)), (4, 2, 3, 2, 2), "ntchw->nc", "positions"),
        (Layout(3, 1, (2,)), (5, 4, 3), "tnd->nd", "mean"),
        (Layout(3, 1, (0,)), (3, 4, 5), "cnl->nc", "positions"),
        (Layout(2, 1, (0,)), (3, 4), "dn->nd", "none"),
        (Layout(4, 0, (2, 3)), (4, 5, 3, 2), "ntab->nab", "mean"),
    ],
)
def test_axes_may_lie_anywhere(layout: Layout, shape: tuple[int, ...], order: str, how: str) -> None:
    x = torch.randn(shape)
    before, after = order.split("->")
    wanted = torch.einsum(order, x).flatten(1) / np.prod([shape[before.index(a)] for a in before if a not in after])
    rows, got = pool(x, layout)
    np.testing.assert_allclose(rows, wanted, rtol=1e-5, atol=1e-6)
    assert got == how


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2, 2)])
def test_a_token_of_what_is_no_sequence_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(HiddenError, match=r"@cls asks for a token.*Leave the suffix out"):
        pool(torch.zeros(shape), supposed(len(shape)), "cls")


def test_the_last_of_a_feature_map_along_time_is_had_as_of_tokens() -> None:
    x = torch.randn(4, 3, 5)
    rows, how = pool(x, Layout(3, 0, (1,)), "last")
    np.testing.assert_array_equal(rows, x[:, :, -1])
    assert how == "last"


def test_quantised_activations_are_read_as_numbers() -> None:
    x = torch.rand(4, 3)
    rows, _ = pool(torch.quantize_per_tensor(x, 0.01, 0, torch.quint8), supposed(2))
    np.testing.assert_allclose(rows, x, atol=0.01)
