"""Healthy trainings of classifiers: what people classify, and how."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.alerts import made_data
from benchmarks.alerts.healthy import Training, layers_of
from benchmarks.alerts.schedules import SCHEDULES
from benchmarks.alerts.training import digits

Rng = np.random.Generator
Loss = Callable[[Tensor, Tensor], Tensor]


def norm(rng: Rng, width: int, *, pictures: bool = False) -> nn.Module:
    """Batch, layer (group) or no normalisation, one as often as another."""
    kind = int(rng.integers(3))
    if kind == 0:
        return nn.BatchNorm2d(width) if pictures else nn.BatchNorm1d(width)
    if kind == 1:
        return nn.GroupNorm(1, width) if pictures else nn.LayerNorm(width)
    return nn.Identity()


def mlp(rng: Rng, inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
    """Two hidden layers, ``first`` and ``second`` by name, and a head."""
    first = nn.Sequential(nn.Flatten(), nn.Linear(inputs, 2 * width), norm(rng, 2 * width), nn.ReLU())
    dropped = nn.Dropout(float(rng.choice([0.0, 0.2, 0.5])))
    second = nn.Sequential(nn.Linear(2 * width, width), norm(rng, width), nn.ReLU())
    return nn.Sequential(first, second, dropped, nn.Linear(width, outputs))


def cnn(rng: Rng, outputs: int, size: int) -> nn.Sequential:
    """Two convolutions, a hidden layer, and a head."""
    first = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), norm(rng, 16, pictures=True), nn.ReLU())
    second = nn.Sequential(
        nn.Conv2d(16, 24, 3, padding=1, stride=2),
        norm(rng, 24, pictures=True),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(24 * (size // 2) ** 2, 64),
        nn.ReLU(),
    )
    return nn.Sequential(first, second, nn.Dropout(float(rng.choice([0.0, 0.3]))), nn.Linear(64, outputs))


class Residual(nn.Module):
    """A block whose last normalisation begins at zero, so that it begins as nothing but its input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width), nn.BatchNorm1d(width)
        )
        nn.init.zeros_(self.branch[-1].weight)

    def forward(self, x: Tensor) -> Tensor:
        """[N, width] of the same."""
        return x + self.branch(x)


class Words(nn.Module):
    """The mean of words' embeddings, or what a transformer makes of them."""

    def __init__(self, words: int, width: int, *, attends: bool, length: int = 24) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.places = nn.Parameter(0.02 * torch.randn(length, width))
        self.block = (
            nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.1, batch_first=True, norm_first=True)
            if attends
            else nn.Identity()
        )

    def forward(self, text: Tensor) -> Tensor:
        """[N, width] of word numbers [N, T]."""
        return self.block(self.embed(text) + self.places[: text.shape[1]]).mean(dim=1)


class Letters(nn.Module):
    """A recurrent network's last state."""

    def __init__(self, letters: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(letters, 16)
        self.cells = nn.GRU(16, width, batch_first=True)

    def forward(self, text: Tensor) -> Tensor:
        """[N, width] of letters [N, T]."""
        return self.cells(self.embed(text))[1][0]


def classifier(
    rng: Rng,
    model: nn.Sequential,
    data: tuple[Tensor, Tensor],
    probe: tuple[Tensor, Tensor],
    classes: int,
    loss: Loss = F.cross_entropy,
    **options: object,
) -> Training:
    """A training whose setting is drawn where it is not given."""
    optimizer = ("adamw", "sgd", "adam")[int(rng.integers(3))]
    rates = [0.005, 0.02, 0.05] if optimizer == "sgd" else [3e-4, 1e-3, 3e-3]
    drawn = {
        "optimizer": optimizer,
        "rate": float(rng.choice(rates)),
        "decay": float(rng.choice([0.0, 1e-4, 1e-2] if optimizer == "adamw" else [0.0, 1e-4])),
        "schedule": str(rng.choice(SCHEDULES)),
        "look_first": bool(rng.integers(2)),
        "epochs": int(rng.choice([16, 24, 40])),
    }
    modules = {"first": model[0], "second": model[1]}
    return Training(
        model,
        data,
        lambda x, y: loss(model(x), y),
        lambda: layers_of(modules, lambda: model(probe[0])),
        probe[1],
        classes,
        **(drawn | options),  # type: ignore[arg-type]
    )


def _split(data: tuple[Tensor, Tensor], probe: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    x, y = data
    order = torch.randperm(len(x))
    return (x[order[probe:]], y[order[probe:]]), (x[order[:probe]], y[order[:probe]])


def tabular(rng: Rng, seed: int) -> Training:
    """A table of 2 to 8 classes."""
    classes = int(rng.choice([2, 3, 5, 8]))
    data, probe = _split(made_data.table(seed, classes, 1500), 400)
    return classifier(rng, mlp(rng, 20, classes), data, probe, classes)


def many_pictures(rng: Rng, seed: int) -> Training:
    """Pictures of 10 to 100 classes, with as few as five of a class in the probe."""
    classes = int(rng.choice([10, 30, 61, 100]))
    data, probe = _split(made_data.pictures(seed, classes, 2500), 500)
    return classifier(rng, cnn(rng, classes, 12), data, probe, classes)


def text(rng: Rng, seed: int) -> Training:
    """Texts of 20 classes, which are learned by heart sooner or later."""
    data, probe = _split(made_data.texts(seed, 20, 2400, topical=float(rng.choice([0.25, 0.4]))), 400)
    model = nn.Sequential(
        Words(400, 48, attends=bool(rng.integers(2))),
        nn.Sequential(nn.Linear(48, 64), nn.ReLU()),
        nn.Dropout(float(rng.choice([0.0, 0.3]))),
        nn.Linear(64, 20),
    )
    return classifier(rng, model, data, probe, 20, optimizer="adamw", rate=float(rng.choice([5e-4, 1e-3, 3e-3])))


def letters(rng: Rng, seed: int) -> Training:
    """The next letter of a language."""
    data, probe = _split(made_data.language(seed, 2900, letters=8), 400)
    if rng.integers(2):
        reader: nn.Module = Letters(8, 64)
    else:
        reader = Words(8, 48, attends=True, length=12)
    width = 64 if isinstance(reader, Letters) else 48
    model = nn.Sequential(reader, nn.Sequential(nn.Linear(width, 64), nn.GELU()), nn.Linear(64, 8))
    return classifier(rng, model, data, probe, 8, optimizer="adamw", rate=float(rng.choice([1e-3, 3e-3, 6e-3])))


def imbalanced(rng: Rng, seed: int) -> Training:
    """Classes of which the rarest has a twentieth of the samples of the most frequent, in the probe too."""
    x, y = made_data.pictures(seed, 10, 4000, noise=0.9)
    kept = made_data.long_tail(y, 0.05, seed)
    data, probe = _split((x[kept], y[kept]), 300)
    return classifier(rng, cnn(rng, 10, 12), data, probe, 10)


def fine_tuned(rng: Rng, seed: int) -> Training:
    """A network that knows other digits, with a new head, or with nothing but the head that learns."""
    train_x, train_y, probe_x, probe_y = digits(seed)
    model = mlp(rng, 64, 5)
    early, late = train_y < 5, train_y >= 5
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    for _ in range(60):
        rows = torch.nonzero(early).flatten()[torch.randint(0, int(early.sum()), (128,))]
        loss = F.cross_entropy(model(train_x[rows]), train_y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model[-1] = nn.Linear(64, 5)
    seen = probe_y >= 5
    probe = probe_x[seen], probe_y[seen] - 5
    return classifier(rng, model, (train_x[late], train_y[late] - 5), probe, 5)


def smoothed(rng: Rng, seed: int) -> Training:
    """Labels smoothed, or samples mixed."""
    train_x, train_y, probe_x, probe_y = digits(seed)
    model = mlp(rng, 64, 10)
    training = classifier(
        rng,
        model,
        (train_x, train_y),
        (probe_x, probe_y),
        10,
        lambda logits, labels: F.cross_entropy(logits, labels, label_smoothing=0.1),
    )
    if rng.integers(2):

        def mixed(x: Tensor, y: Tensor) -> Tensor:
            share, other = float(rng.beta(0.4, 0.4)), torch.randperm(len(x))
            logits = model(share * x + (1 - share) * x[other])
            return share * F.cross_entropy(logits, y) + (1 - share) * F.cross_entropy(logits, y[other])

        training.loss = mixed
    return training


def probe_of_60(rng: Rng, seed: int) -> Training:
    """Few samples to look at: every measure is noisy."""
    data, probe = _split(made_data.pictures(seed, 6, 1500), 60)
    return classifier(rng, cnn(rng, 6, 12), data, probe, 6)


def probe_of_5000(rng: Rng, seed: int) -> Training:
    """Many samples to look at."""
    data, probe = _split(made_data.table(seed, 5, 6500), 5000)
    return classifier(rng, mlp(rng, 20, 5), data, probe, 5, epochs=16)


def residual(rng: Rng, seed: int) -> Training:
    """Blocks that begin as nothing but their input: what their branches give is dead at the first look."""
    train_x, train_y, probe_x, probe_y = digits(seed)
    stem = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU())
    model = nn.Sequential(stem, nn.Sequential(Residual(64), Residual(64)), nn.Linear(64, 10))
    training = classifier(rng, model, (train_x, train_y), (probe_x, probe_y), 10, look_first=True)
    modules = {"branch": model[1][0].branch, "second": model[1]}
    training.look = lambda: layers_of(modules, lambda: model(probe_x))
    return training


def large_rate(rng: Rng, seed: int) -> Training:
    """A rate at which the loss jumps now and then, and comes back."""
    train_x, train_y, probe_x, probe_y = digits(seed)
    optimizer = ("adam", "sgd")[int(rng.integers(2))]
    rate = float(rng.choice([0.006, 0.01] if optimizer == "adam" else [0.05, 0.1]))
    model = mlp(rng, 64, 10) if rng.integers(2) else cnn(rng, 10, 8)
    return classifier(rng, model, (train_x, train_y), (probe_x, probe_y), 10, optimizer=optimizer, rate=rate)


def overfitted(rng: Rng, seed: int) -> Training:
    """Far fewer samples than parameters, some with wrong labels, for far too long: one warning is right."""
    data, probe = _split(made_data.table(seed, 5, 480, wrong=0.15), 300)
    model = mlp(rng, 20, 5, width=128)
    model[2] = nn.Identity()
    return classifier(rng, model, data, probe, 5, optimizer="adamw", rate=float(rng.choice([1e-3, 3e-3])), epochs=60)


CLASSIFIERS: dict[str, Callable[[Rng, int], Training]] = {
    "tabular": tabular,
    "many pictures": many_pictures,
    "text": text,
    "letters": letters,
    "imbalanced": imbalanced,
    "fine-tuned": fine_tuned,
    "smoothed or mixed": smoothed,
    "probe of 60": probe_of_60,
    "probe of 5,000": probe_of_5000,
    "residual": residual,
    "large rate": large_rate,
    "overfitted": overfitted,
}
"""By the name of the kind."""
