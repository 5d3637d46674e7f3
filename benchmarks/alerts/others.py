"""Healthy trainings of what is no classifier: there are no logits, and labels, where there are any, are for colour."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.alerts import made_data
from benchmarks.alerts.classifiers import Rng, norm
from benchmarks.alerts.healthy import Training, layers_of
from benchmarks.alerts.schedules import SCHEDULES
from benchmarks.alerts.training import digits


def encoder(rng: Rng, inputs: int, width: int, wide: int = 128) -> nn.Sequential:
    """Two hidden layers."""
    first = nn.Sequential(nn.Flatten(), nn.Linear(inputs, wide), norm(rng, wide), nn.ReLU())
    return nn.Sequential(first, nn.Sequential(nn.Linear(wide, width), norm(rng, width), nn.ReLU()))


def unlabelled(
    rng: Rng, model: nn.Module, watched: dict[str, nn.Module], probe: Tensor, labels: Tensor | None, **given: object
) -> Training:
    """A training whose setting is drawn where it is not given; ``data`` and ``loss`` are."""
    run = given.pop("run", lambda: model(probe))
    drawn = {
        "optimizer": str(rng.choice(["adamw", "adam"])),
        "rate": float(rng.choice([3e-4, 1e-3, 3e-3])),
        "decay": float(rng.choice([0.0, 1e-4, 1e-2])),
        "schedule": str(rng.choice(SCHEDULES)),
        "look_first": bool(rng.integers(2)),
        "epochs": int(rng.choice([16, 24, 40])),
        "look": lambda: (layers_of(watched, run)[0], None),  # type: ignore[arg-type]
        "labels": labels,
        "classes": 0 if labels is None else int(labels.max()) + 1,
    }
    return Training(model, **(drawn | given))  # type: ignore[arg-type]


def autoencoder(rng: Rng, seed: int) -> Training:
    """Digits through a narrow layer, with noise to take off or without."""
    x, _, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 32)
    code = nn.Linear(32, int(rng.choice([2, 8, 16])))
    model = nn.Sequential(trunk, code, nn.Linear(code.out_features, 64), nn.ReLU(), nn.Linear(64, 64))
    noise = float(rng.choice([0.0, 0.3]))

    def loss(batch: Tensor) -> Tensor:
        return F.mse_loss(model(batch + noise * torch.randn_like(batch)), batch.flatten(1))

    return unlabelled(rng, model, {"second": trunk, "code": code}, probe, labels, data=(x,), loss=loss)


def variational(rng: Rng, seed: int) -> Training:
    """A variational autoencoder, some with a weight on the divergence that is raised from nothing."""
    x, _, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 64)
    means, spreads = nn.Linear(64, 8), nn.Linear(64, 8)
    decoder = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64))
    model = nn.ModuleList([trunk, means, spreads, decoder])
    weight, steps = float(rng.choice([0.1, 1.0])), [0]
    warm = int(rng.choice([1, 200]))

    def loss(batch: Tensor) -> Tensor:
        steps[0] += 1
        hidden = trunk(batch)
        mean, spread = means(hidden), spreads(hidden)
        drawn = mean + torch.exp(0.5 * spread) * torch.randn_like(mean)
        lost = F.binary_cross_entropy_with_logits(decoder(drawn), batch.flatten(1), reduction="sum") / len(batch)
        divergence = -0.5 * (1 + spread - mean**2 - spread.exp()).sum(dim=1).mean()
        return lost + weight * min(steps[0] / warm, 1.0) * divergence

    watched = {"second": trunk, "code": means}
    return unlabelled(
        rng, model, watched, probe, labels, data=(x,), loss=loss, run=lambda: means(trunk(probe)), rate=1e-3
    )


def _views(x: Tensor) -> Tensor:
    """Digits moved by a pixel, scaled, and with noise."""
    down, right = (int(n) for n in torch.randint(-1, 2, (2,)))
    moved = torch.roll(x, (down, right), (2, 3))
    scale = 0.7 + 0.6 * torch.rand(len(x), 1, 1, 1)
    return scale * moved + 0.15 * torch.randn_like(x)


def contrastive(a: Tensor, b: Tensor, temperature: float = 0.2) -> Tensor:
    """NT-Xent (Chen et al. 2020)."""
    z = F.normalize(torch.cat([a, b]), dim=1)
    alike = z @ z.T / temperature
    alike.fill_diagonal_(-1e9)
    count = len(a)
    return F.cross_entropy(alike, torch.cat([torch.arange(count, 2 * count), torch.arange(count)]))


def decorrelated(a: Tensor, b: Tensor) -> Tensor:
    """Barlow Twins (Zbontar et al. 2021)."""
    a, b = ((z - z.mean(0)) / (z.std(0) + 1e-4) for z in (a, b))
    of = a.T @ b / len(a)
    return (torch.diagonal(of) - 1).square().sum() + 5e-3 * (of.square().sum() - torch.diagonal(of).square().sum())


def regularised(a: Tensor, b: Tensor) -> Tensor:
    """VICReg (Bardes et al. 2022)."""
    loss = 25 * F.mse_loss(a, b)
    for z in (a, b):
        centred = z - z.mean(0)
        of = centred.T @ centred / (len(z) - 1)
        loss = loss + 25 * F.relu(1 - torch.sqrt(z.var(0) + 1e-4)).mean()
        loss = loss + (of.square().sum() - torch.diagonal(of).square().sum()) / z.shape[1]
    return loss


def self_supervised(rng: Rng, seed: int) -> Training:
    """Two views of a picture are to be alike: by contrast, without correlation, or with variance kept."""
    x, _, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 64)
    projector = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
    model = nn.Sequential(trunk, projector)
    objective = (contrastive, decorrelated, regularised)[seed % 3]

    def loss(batch: Tensor) -> Tensor:
        return objective(model(_views(batch)), model(_views(batch)))

    watched = {"second": trunk, "projector": projector}
    return unlabelled(rng, model, watched, probe, labels, data=(x,), loss=loss, batch=125)


def metric(rng: Rng, seed: int) -> Training:
    """Samples of a class are to be near each other: triplets, or supervised contrast."""
    x, y, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 64)
    model = nn.Sequential(trunk, nn.Linear(64, 16))
    contrasts = bool(rng.integers(2))

    def loss(batch: Tensor, labels: Tensor) -> Tensor:
        z = F.normalize(model(batch), dim=1)
        alike = z @ z.T
        same = labels[:, None] == labels[None, :]
        same.fill_diagonal_(fill_value=False)
        if not contrasts:
            hardest = torch.where(same, alike, torch.inf).amin(dim=1)
            nearest = torch.where(labels[:, None] == labels[None, :], -torch.inf, alike).amax(dim=1)
            known = torch.isfinite(hardest)
            return F.relu(nearest - hardest + 0.3)[known].mean()
        chances = F.log_softmax(alike.fill_diagonal_(-1e9) / 0.2, dim=1)
        return -((chances * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)).mean()

    watched = {"second": trunk, "embedding": model[1]}
    return unlabelled(rng, model, watched, probe, labels, data=(x, y), loss=loss, batch=125)


def regression(rng: Rng, seed: int) -> Training:
    """A number, without any labels."""
    x, y = made_data.curve(seed, 1600)
    trunk = encoder(rng, 10, 48, 96)
    model = nn.Sequential(trunk, nn.Linear(48, 1))
    watched = {"first": trunk[0], "second": trunk}

    def loss(batch: Tensor, wanted: Tensor) -> Tensor:
        return F.mse_loss(model(batch), wanted)

    return unlabelled(rng, model, watched, x[:300], None, data=(x[300:], y[300:]), loss=loss)


OTHERS: dict[str, Callable[[Rng, int], Training]] = {
    "autoencoder": autoencoder,
    "variational": variational,
    "self-supervised": self_supervised,
    "metric learning": metric,
    "regression": regression,
}
"""By the name of the kind."""
