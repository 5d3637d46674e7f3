import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.projection.baselines.attention import attention, differentiated
from tensorboard_plugin_hidden.projection.head import ProgramHead
from tests.projection.baselines.scenes import groups, some_head


def test_attention_of_an_affine_head_is_what_differentiation_gives():
    head, rows = some_head(6, 4), torch.from_numpy(groups(50, 6).astype(np.float32))
    program = ProgramHead(lambda x: x @ torch.from_numpy(head.weight).T + torch.from_numpy(head.bias))
    closed, differentiated_ = (attention(either, rows, 2.4, 0.3) for either in (head, program))
    torch.testing.assert_close(closed, differentiated_)
    torch.testing.assert_close(closed.sum(1), torch.ones(50))
    single = some_head(6, 1)
    expected = torch.softmax(torch.from_numpy(single.weight[0]).abs() / 2.4 / 0.3, 0)
    torch.testing.assert_close(attention(single, rows, 2.4, 0.3)[0], expected)


def test_attention_of_a_curved_head_is_its_difference_quotient():
    def run(x):
        return torch.stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], -10 + 0 * x[:, 2]], 1)

    rows = torch.tensor([[2.0, 3.0, 1.0]], dtype=torch.float64)
    slopes = differentiated(run, rows, 1.0)[0]
    for unit in range(3):
        step = torch.zeros(1, 3, dtype=torch.float64)
        step[0, unit] = 1e-6
        quotient = (run(rows + step) - run(rows - step))[0, :2].abs().sum() / 2e-6
        assert float(slopes[unit]) == pytest.approx(float(quotient), abs=1e-5)


def test_a_head_without_gradients_weighs_all_units_alike():
    rows = torch.from_numpy(groups().astype(np.float32))
    even = attention(ProgramHead(lambda x: (x.detach()[:, :2] > 0).float()), rows, 1.0, 0.3)
    torch.testing.assert_close(even, torch.full_like(rows, 0.2))
