"""Trains one network, healthy or not, and keeps what rules look at, every quarter of an epoch and every epoch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.alerts.faults import FROM_THE_START, Fault, with_fault
from benchmarks.alerts.networks import Network, network, pooled, setting
from benchmarks.alerts.schedules import rate_at
from tensorboard_plugin_hidden.alerts.observation import GradientFacts, Observation, Sight
from tensorboard_plugin_hidden.alerts.observer import Observer
from tensorboard_plugin_hidden.alerts.sentrycam import distance_and_variance

EPOCHS = 40
ONSET = 20
"""Epoch after which a fault begins."""

QUARTERS = 4
"""Snapshots in an epoch at the fine pace."""

TRAIN, PROBE = 1000, 250
"""Samples to learn from, and others to look at."""


@dataclass
class Recording:
    """One training.

    Attributes:
        family: Of the network.
        fault: What went wrong; None for nothing.
        seed: Of the setting.
        onset: Epochs after which the fault began.
        accuracy: On the probe, in the end.
        fine: Observations without samples, every quarter of an epoch; steps count quarters.
        coarse: The same every epoch; steps count epochs.
        published: SentryCam's D and V of the last hidden layer, [T, 2], every epoch.
    """

    family: str
    fault: str | None
    seed: int
    onset: int
    accuracy: float
    fine: list[list[Observation]]
    coarse: list[list[Observation]]
    published: list[tuple[float, float]]


def digits(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images [N, 1, 8, 8] in [0, 1] and labels to learn from, and the probe's."""
    images, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(labels)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    train, probe = order[:TRAIN], order[TRAIN : TRAIN + PROBE]
    return x[train], y[train], x[probe], y[probe]


def record(seed: int, fault_name: str | None) -> Recording:
    """Trains with one seed's setting, and what goes wrong with it."""
    chosen = with_fault(setting(seed), fault_name)
    torch.manual_seed(seed)
    train_x, train_y, probe_x, probe_y = digits(seed)
    model = network(chosen.family, chosen.dropout)
    optimizer = _optimizer(model, chosen.optimizer, chosen.rate, chosen.weight_decay)
    fault = Fault(fault_name, seed)
    onset = 0 if fault_name in FROM_THE_START else ONSET
    labels = probe_y.numpy().astype(np.int32)
    names = [str(number) for number in range(10)]
    watching = {"fine": Observer(labels, names), "coarse": Observer(labels, names)}
    recording = Recording(chosen.family, fault_name, seed, onset, float("nan"), [], [], [])
    steps = int(np.ceil(TRAIN / chosen.batch))
    marks = {round(steps * quarter / QUARTERS) for quarter in range(1, QUARTERS + 1)}
    given = train_y
    _look(model, probe_x, watching, recording, 0, chosen.rate, None, labels)
    for epoch in range(EPOCHS):
        broken = fault_name is not None and epoch >= onset
        if broken and epoch == onset:
            fault.begin(model)
            given = fault.labels(train_y)
        images = fault.images(train_x, train_y) if broken else train_x
        order = torch.randperm(TRAIN)
        model.train()
        for place, rows in enumerate(order.split(chosen.batch), 1):
            rate = rate_at(chosen.schedule, chosen.rate, (epoch + place / steps) / EPOCHS)
            rate = fault.rate(rate, epoch - onset + place / steps) if broken else rate
            for group in optimizer.param_groups:
                group["lr"] = rate
            _, hidden, logits = model(images[rows])
            loss = F.cross_entropy(logits, given[rows])
            optimizer.zero_grad()
            (fault.loss(loss, hidden) if broken else loss).backward()
            if broken:
                fault.gradients(model)
            before = [p.detach().clone() for p in model.parameters()] if place in marks else []
            optimizer.step()
            if place in marks:
                quarter = epoch * QUARTERS + sorted(marks).index(place) + 1
                facts = gradient_facts(model, before)
                recording.accuracy = _look(model, probe_x, watching, recording, quarter, rate, facts, labels)
                model.train()
    return recording


def _look(
    model: Network,
    probe: Tensor,
    watching: dict[str, Observer],
    recording: Recording,
    quarter: int,
    rate: float,
    facts: GradientFacts | None,
    labels: np.ndarray,
) -> float:
    model.eval()
    with torch.no_grad():
        middle, hidden, logits = model(probe)
    layers = {"first": pooled(middle).numpy(), "second": hidden.numpy()}
    answers = logits.numpy()
    fine = watching["fine"].look(quarter, layers, answers, rate=rate, gradients=facts)
    recording.fine.append([replace(one, sight=Sight(classes=one.sight.classes)) for one in fine])
    if quarter % QUARTERS == 0:
        coarse = watching["coarse"].look(quarter // QUARTERS, layers, answers, rate=rate, gradients=facts)
        recording.coarse.append([replace(one, sight=Sight(classes=one.sight.classes)) for one in coarse])
        recording.published.append(distance_and_variance(layers["second"], labels))
    return fine[-1].measures["accuracy"]


def gradient_facts(model: nn.Module, before: list[Tensor]) -> GradientFacts:
    """What a training log has of a step, by layers: parameters of one module are one."""
    squares, ratios, still = 0.0, [], []
    for (name, parameter), old in zip(model.named_parameters(), before, strict=True):
        gradient = parameter.grad
        norm = 0.0 if gradient is None else float(gradient.norm())
        squares += norm**2
        update = float((parameter.detach() - old).norm()) / max(float(old.norm()), 1e-12)
        # Biases begin at zero, where every update is many times the weight.
        if parameter.ndim > 1:
            ratios.append(update)
            if norm == 0.0 or update == 0.0:
                still.append(name)
    with np.errstate(divide="ignore"):
        share = len(still) / max(len(ratios), 1)
        return GradientFacts(float(np.log(squares) / 2), float(np.log(max(ratios))), share, tuple(still))


def _optimizer(model: nn.Module, name: str, rate: float, decay: float) -> torch.optim.Optimizer:
    if name == "sgd":
        return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
