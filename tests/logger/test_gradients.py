"""What is said of gradients, against the gradients themselves."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.logger.gradients import gradient_facts, learning, merged
from tensorboard_plugin_hidden.logger.parameters import ParameterTracker


class Step:
    """A model, one update of it, and what is seen of that."""

    def __init__(self, rates=0.1):
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
        groups = [{"params": self.model[0].parameters(), "lr": rates}, {"params": self.model[2].parameters()}]
        self.optimizer = torch.optim.SGD(groups, lr=0.1)
        self.tracker = ParameterTracker(self.model)

    def backward(self):
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.model(torch.randn(8, 4)), torch.arange(8) % 3).backward()

    def facts(self):
        self.tracker.before_update()
        self.before = [p.detach().clone() for p in self.model.parameters()]
        self.optimizer.step()
        return gradient_facts(self.tracker.measure(self.optimizer))


def test_norm_and_update_of_a_step():
    step = Step()
    step.backward()
    facts = step.facts()
    gradients = np.concatenate([p.grad.numpy().ravel() for p in step.model.parameters()])
    now = [p.detach() for p in step.model.parameters()]
    pairs = zip(now, step.before, strict=True)
    # Of weights alone: what begins at zero, as biases do, changes by many times itself.
    ratios = [float((new - old).norm() / old.norm()) for new, old in pairs if new.ndim > 1]
    assert facts.gradient == pytest.approx(math.log(np.linalg.norm(gradients)), rel=1e-4)
    assert facts.update == pytest.approx(math.log(max(ratios)), rel=1e-4)
    norms = [np.linalg.norm(p.grad.numpy()) for p in step.model.parameters()]
    assert facts.largest_update_layer == ("0", "2")[int(np.argmax(ratios))]
    assert facts.largest_gradient_layer == ("0", "0", "2", "2")[int(np.argmax(norms))]
    assert (facts.still, facts.still_layers) == (0.0, ())


def test_a_dead_layer_is_still():
    step = Step()
    with torch.no_grad():
        step.model[0].bias.fill_(-100)
    step.backward()
    facts = step.facts()
    assert (facts.still, facts.still_layers) == (0.5, ("0",))


def test_a_layer_that_is_in_no_loss_is_not_still_before_it_has_learned():
    step = Step()
    step.backward()
    for parameter in step.model[2].parameters():
        parameter.grad = None
    step.tracker.before_update()
    step.optimizer.step()
    seen = step.tracker.measure(step.optimizer)
    assert learning(seen) == {"0.weight", "0.bias"}
    facts = gradient_facts(seen)
    assert (facts.still, facts.still_layers) == (0.0, ())
    facts = gradient_facts(seen, learning(seen) | {"2.weight"})
    assert (facts.still, facts.still_layers) == (0.5, ("2",)), "it has learned before"


def test_a_parameter_without_a_gradient_by_its_nature_is_not_still():
    step = Step()
    step.backward()
    step.model[0].bias.grad.zero_()
    assert step.facts().still == 0


def test_what_is_frozen_or_has_no_learning_rate_is_not_still():
    frozen = Step()
    frozen.model[0].requires_grad_(False)
    frozen.backward()
    assert frozen.facts().still == 0
    without = Step(rates=0.0)
    without.backward()
    assert without.facts().still == 0


@pytest.mark.parametrize("to_none", [True, False])
def test_gradients_that_were_cleared_tell_nothing(to_none):
    step = Step()
    step.backward()
    step.optimizer.zero_grad(set_to_none=to_none)
    facts = gradient_facts(step.tracker.measure(step.optimizer))
    assert math.isnan(facts.gradient)
    assert math.isnan(facts.update)
    assert math.isnan(facts.still)


def test_broken_gradients_have_no_norm():
    step = Step()
    step.backward()
    step.model[0].weight.grad[0, 0] = math.nan
    facts = gradient_facts(step.tracker.measure(step.optimizer))
    assert math.isnan(facts.gradient)
    assert facts.largest_gradient_layer == ""


def test_of_two_looks_the_newer_counts_where_it_tells():
    nan = math.nan
    assert merged(None, GradientFacts(1.0, nan, nan)).gradient == 1.0
    facts = merged(GradientFacts(1.0, 2.0, 0.5, ("a",)), GradientFacts(3.0, nan, nan))
    assert facts == GradientFacts(3.0, 2.0, 0.5, ("a",))
    assert merged(facts, GradientFacts(nan, 4.0, 0.0)) == GradientFacts(3.0, 4.0, 0.0)
    before, now = GradientFacts(1.0, 2.0, nan, (), "a", "b"), GradientFacts(nan, 4.0, nan, (), "", "d")
    assert merged(before, now) == GradientFacts(1.0, 4.0, nan, (), "a", "d"), "names go with their numbers"
