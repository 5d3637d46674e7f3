import io

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import HeadData
from tensorboard_plugin_hidden.projection import head as module
from tensorboard_plugin_hidden.projection.head import AffineHead, standardised, stored_head, surrogate_head


class Rest(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = torch.nn.Linear(6, 5), torch.nn.Linear(5, 3)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))


def exported(network):
    program = torch.export.export(
        network.eval(), (torch.zeros(4, 6),), dynamic_shapes=({0: torch.export.Dim("batch")},)
    )
    archive = io.BytesIO()
    torch.export.save(program, archive)
    return archive.getvalue()


def values(count=9, seed=0):
    return np.random.default_rng(seed).standard_normal((count, 6)).astype(np.float32)


def test_linear_head():
    weight, bias = values(3), np.array([1, 2, 3], np.float32)
    head = stored_head(HeadData("linear", {"weight": weight, "bias": bias}), 6, 3)
    x = values(seed=1)
    np.testing.assert_allclose(head(x), x @ weight.T + bias, rtol=1e-6)
    assert head.source == "linear"


def test_program_runs_any_number_of_rows_with_the_parameters_given(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 4)
    torch.manual_seed(0)
    archive = exported(Rest())
    later = Rest()
    arrays = {name: value.detach().numpy() for name, value in later.state_dict().items()}
    head = stored_head(HeadData("program", arrays, archive), 6, 3)
    x = values(11)
    np.testing.assert_allclose(head(x), later(torch.from_numpy(x)).detach().numpy(), atol=1e-6)
    assert head.source == "program"
    assert head(x).dtype == np.float32


def test_no_head():
    assert stored_head(HeadData("none"), 6, 3) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (HeadData("program", {}, b"not an archive"), "the stored head cannot be run"),
        (HeadData("program", {}, None), "no program was stored"),
        (HeadData("linear", {"weight": np.zeros((3, 4))}), "KeyError"),
        (HeadData("linear", {"weight": np.zeros((3, 4)), "bias": np.zeros(3)}), "a linear head from 6 units"),
        (HeadData("linear", {"weight": np.zeros((2, 6)), "bias": np.zeros(2)}), "expected 3 logits"),
    ],
)
def test_a_head_that_cannot_be_used_says_why(data, said):
    with pytest.raises(HiddenError, match=said):
        stored_head(data, 6, 3)


def test_unknown_parameter_is_named():
    with pytest.raises(HiddenError, match=r"no parameter 'middle\.weight'"):
        stored_head(HeadData("program", {"middle.weight": np.zeros(3)}, exported(Rest())), 6, 3)


def test_surrogate_equals_scikit_learns_ridge():
    x = 3 + values(200) * np.array([1, 2, 3, 1, 1, 0.1], np.float32)
    logits = np.tanh(x) @ values(2, seed=2).T + 1
    head = surrogate_head(x, logits.astype(np.float32))
    oracle = Ridge(alpha=module.RIDGE * ((x - x.mean(0)) ** 2).sum() / 6).fit(x, logits)
    np.testing.assert_allclose(head(x), oracle.predict(x), atol=1e-4)
    assert head.source == "surrogate"


def test_surrogate_finds_a_linear_head_again():
    x, weight = values(500), values(3, seed=3)
    head = surrogate_head(x, x @ weight.T + 2)
    assert (head(x).argmax(1) == (x @ weight.T).argmax(1)).mean() > 0.99


def test_standardised_heads_give_the_same_logits():
    centre, scale = values(1, seed=4)[0], 2.5
    x = values(20)
    z = (x - centre) / np.float32(scale)
    linear = AffineHead(values(3, seed=5), np.ones(3, np.float32), "linear")
    network = Rest()
    arrays = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    program = stored_head(HeadData("program", arrays, exported(network)), 6, 3)
    for head in (linear, program):
        np.testing.assert_allclose(standardised(head, centre, scale)(z), head(x), atol=1e-5)
