"""Small networks of three families on handwritten digits, in the settings that people really vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

SCHEDULES = ("constant", "cosine", "steps", "restarts")
"""Those of ``schedules`` that these are trained with."""


@dataclass(frozen=True)
class Setting:
    """How one network is trained.

    Attributes:
        family: ``mlp``, ``cnn`` or ``vit``.
        optimizer: ``adamw`` or ``sgd``, with momentum.
        rate: Learning rate at the beginning.
        weight_decay: As the optimizer takes it.
        dropout: Before the last layer.
        schedule: One of ``SCHEDULES``.
        batch: Samples in a batch.
        seed: Of everything.
    """

    family: str
    optimizer: str
    rate: float
    weight_decay: float
    dropout: float
    schedule: str
    batch: int
    seed: int


def setting(seed: int) -> Setting:
    """A setting drawn at random; every family and schedule comes equally often."""
    rng = np.random.default_rng(seed)
    family = ("mlp", "cnn", "vit")[seed % 3]
    # Transformers are trained with AdamW: with momentum alone this one is unstable at the rates that make it learn.
    optimizer = ("adamw", "sgd")[int(rng.integers(2))] if family != "vit" else "adamw"
    return Setting(
        family=family,
        optimizer=optimizer,
        rate=float(rng.choice([0.0005, 0.001, 0.002] if optimizer == "adamw" else [0.01, 0.02, 0.05])),
        weight_decay=float(rng.choice([0.0, 1e-4, 1e-2] if optimizer == "adamw" else [0.0, 1e-4, 1e-3])),
        dropout=float(rng.choice([0.0, 0.2, 0.5])),
        schedule=SCHEDULES[seed // 3 % 4],
        batch=(80, 125)[seed % 2],
        seed=seed,
    )


class Patches(nn.Module):
    """Images [N, 1, 8, 8] as 16 tokens of 4 pixels, embedded, with a place each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embed = nn.Conv2d(1, width, 2, stride=2)
        self.places = nn.Parameter(0.02 * torch.randn(16, width))

    def forward(self, images: Tensor) -> Tensor:
        """Tokens [N, 16, width]."""
        return self.embed(images).flatten(2).transpose(1, 2) + self.places


class Mean(nn.Module):
    """The mean of tokens."""

    def forward(self, tokens: Tensor) -> Tensor:
        """[N, width] of [N, T, width]."""
        return tokens.mean(dim=1)


class Network(nn.Module):
    """A trunk in two parts, whose outputs are looked at, and a head."""

    def __init__(self, first: nn.Module, second: nn.Module, width: int, dropout: float) -> None:
        super().__init__()
        self.first, self.second = first, second
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, 10)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Activations of both parts, and logits [N, 10]."""
        middle = self.first(images)
        hidden = self.second(middle)
        return middle, hidden, self.head(self.dropout(hidden))


def network(family: str, dropout: float) -> Network:
    """An untrained network of one of three families; the widest layer before the head has 64 units."""
    if family == "mlp":
        first = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU())
        return Network(first, nn.Sequential(nn.Linear(128, 64), nn.ReLU()), 64, dropout)
    if family == "cnn":
        first = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 16, 3, padding=1, stride=2), nn.ReLU()
        )
        second = nn.Sequential(nn.Flatten(), nn.Linear(16 * 16, 64), nn.ReLU())
        return Network(first, second, 64, dropout)
    block = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, activation="relu", batch_first=True, norm_first=True)
    second = nn.Sequential(Mean(), nn.Linear(32, 64), nn.ReLU())
    return Network(nn.Sequential(Patches(32), block), second, 64, dropout)


def pooled(activations: Tensor) -> Tensor:
    """One row a sample, as the logger takes them: feature maps and tokens are averaged."""
    if activations.ndim == 4:
        return activations.mean(dim=(2, 3))
    return activations.mean(dim=1) if activations.ndim == 3 else activations
