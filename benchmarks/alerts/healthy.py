"""Trains one network of any kind, in which nothing is wrong, and keeps what rules look at at both paces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.alerts.networks import pooled
from benchmarks.alerts.schedules import rate_at
from benchmarks.alerts.training import QUARTERS, Recording, gradient_facts
from tensorboard_plugin_hidden.alerts.observation import Observation, Sight
from tensorboard_plugin_hidden.alerts.observer import Observer

Looked = tuple[Mapping[str, Tensor], Tensor | None]
"""Activations of each layer that is watched, over the probe, and logits [N, C] of what is a classifier."""


@dataclass
class Training:
    """A training that goes as it should.

    Attributes:
        model: What is trained.
        data: What is learned from, in batches of rows of all of them.
        loss: Of a batch.
        look: At the probe.
        labels: int [N] of the probe, -1 for none; None where there are none at all.
        classes: How many classes the labels are of.
        epochs: How long.
        batch: Rows in a batch.
        optimizer: ``adamw``, ``adam`` or ``sgd``, which is with momentum.
        rate: Learning rate at its peak.
        decay: Weight decay.
        schedule: One of ``schedules.SCHEDULES``.
        look_first: Whether the network is looked at before it is trained.
        besides: What else happens at every step, as a second network's.
    """

    model: nn.Module
    data: tuple[Tensor, ...]
    loss: Callable[..., Tensor]
    look: Callable[[], Looked]
    labels: Tensor | None
    classes: int
    epochs: int = 24
    batch: int = 64
    optimizer: str = "adamw"
    rate: float = 2e-3
    decay: float = 0.0
    schedule: str = "constant"
    look_first: bool = True
    besides: Callable[[], None] = field(default=lambda: None)


def layers_of(modules: Mapping[str, nn.Module], run: Callable[[], Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """What some modules give while something is run, pooled to a row for each sample, and what that gives."""
    found: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def hook(module: nn.Module, inputs: object, output: Tensor) -> None:
            found[name] = pooled(output)

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    try:
        result = run()
    finally:
        for handle in handles:
            handle.remove()
    return found, result


def train(training: Training, family: str, seed: int) -> Recording:
    """Trains it to its end.

    Args:
        training: What.
        family: The name of its kind.
        seed: Of its setting; kept with what is recorded.
    """
    torch.manual_seed(seed)
    labels = None if training.labels is None else training.labels.numpy().astype(np.int32)
    names = [str(number) for number in range(training.classes)]
    watching = {"fine": Observer(labels, names), "coarse": Observer(labels, names)}
    recording = Recording(family, None, seed, 0, float("nan"), [], [], [])
    parameters = [one for one in training.model.parameters() if one.requires_grad]
    optimizer = _optimizer(training, parameters)
    count = len(training.data[0])
    batch = min(training.batch, count // QUARTERS)
    steps = count // batch
    marks = [round(steps * quarter / QUARTERS) for quarter in range(1, QUARTERS + 1)]
    told: list[float] = []
    if training.look_first:
        recording.accuracy = _look(training, watching, recording, 0, training.rate, None, None)
    for epoch in range(training.epochs):
        order = torch.randperm(count)
        for place in range(1, steps + 1):
            training.model.train()
            rows = order[(place - 1) * batch : place * batch]
            rate = rate_at(training.schedule, training.rate, (epoch + place / steps) / training.epochs)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = training.loss(*(part[rows] for part in training.data))
            optimizer.zero_grad()
            loss.backward()
            told.append(float(loss.detach()))
            before = [one.detach().clone() for one in training.model.parameters()] if place in marks else []
            optimizer.step()
            training.besides()
            if place in marks:
                quarter = epoch * QUARTERS + marks.index(place) + 1
                facts = gradient_facts(training.model, before)
                recording.accuracy = _look(training, watching, recording, quarter, rate, facts, float(np.mean(told)))
                told = []
    return recording


def _look(
    training: Training,
    watching: dict[str, Observer],
    recording: Recording,
    quarter: int,
    rate: float,
    facts: object,
    loss: float | None,
) -> float:
    training.model.eval()
    with torch.no_grad():
        layers, logits = training.look()
    arrays = {name: layer.numpy() for name, layer in layers.items()}
    answers = None if logits is None else logits.numpy()
    told = {"rate": rate, "gradients": facts, "loss": loss}
    fine = watching["fine"].look(quarter, arrays, answers, **told)  # type: ignore[arg-type]
    recording.fine.append([_without_samples(one) for one in fine])
    if quarter % QUARTERS == 0:
        coarse = watching["coarse"].look(quarter // QUARTERS, arrays, answers, **told)  # type: ignore[arg-type]
        recording.coarse.append([_without_samples(one) for one in coarse])
    return float(fine[-1].measures.get("accuracy", np.nan))


def _without_samples(seen: Observation) -> Observation:
    return replace(seen, sight=Sight(classes=seen.sight.classes))


def _optimizer(training: Training, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    if training.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=training.rate, momentum=0.9, weight_decay=training.decay)
    kind = torch.optim.AdamW if training.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, lr=training.rate, weight_decay=training.decay)
