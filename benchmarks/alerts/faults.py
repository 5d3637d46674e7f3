"""Ten things that go wrong in training, each at a known step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from benchmarks.alerts.networks import Network, Setting

FAULTS = (
    "high rate",
    "rate ramp",
    "label noise",
    "class mislabelled",
    "collapse penalty",
    "dead units",
    "frozen layer",
    "exploding gradient",
    "class corrupted",
    "NaN",
)
"""By name; what each does is in ``Fault``."""

FROM_THE_START = ("high rate",)
"""Faults that are there before the first step."""


def with_fault(setting: Setting, fault: str | None) -> Setting:
    """The setting under which a fault is one: Adam takes no notice of the size of gradients."""
    if fault in ("high rate", "exploding gradient", "rate ramp"):
        rate = 0.6 if fault == "high rate" else 0.02
        return replace(setting, optimizer="sgd", rate=rate, weight_decay=0.0, schedule="constant")
    return setting


@dataclass
class Fault:
    """What goes wrong from its onset on. Each method leaves things alone unless it is its fault.

    Attributes:
        name: One of ``FAULTS``; None for a healthy training.
        seed: Which class, which labels.
    """

    name: str | None
    seed: int

    def __post_init__(self) -> None:
        self._random = torch.Generator().manual_seed(self.seed)
        self._class = self.seed % 10
        self._steps = 0

    def begin(self, model: Network) -> None:
        """Happens once, at the onset."""
        with torch.no_grad():
            if self.name == "dead units":
                # Nine units of ten, shut for every input: nothing comes out and nothing flows back.
                shut = torch.rand(64, generator=self._random) < 0.9
                last_linear(model.second).bias[shut] = -100.0
            if self.name == "NaN":
                next(model.second.parameters()).view(-1)[0] = float("nan")

    def labels(self, labels: Tensor) -> Tensor:
        """Labels [N] to train on."""
        if self.name == "label noise":
            drawn = torch.randint(0, 10, labels.shape, generator=self._random)
            return torch.where(torch.rand(len(labels), generator=self._random) < 0.6, drawn, labels)
        if self.name == "class mislabelled":
            return torch.where(labels == self._class, (labels + 1 + self.seed % 7) % 10, labels)
        return labels

    def images(self, images: Tensor, labels: Tensor) -> Tensor:
        """Images [N, 1, 8, 8] to train on."""
        if self.name == "class corrupted":
            # Another image in the place of each of the class's, as when files are overwritten.
            others = images[torch.randperm(len(images), generator=self._random)]
            return torch.where((labels == self._class)[:, None, None, None], others, images)
        return images

    def loss(self, loss: Tensor, hidden: Tensor) -> Tensor:
        """What is minimised; ``hidden`` [N, 64] are the activations before the head."""
        if self.name == "collapse penalty":
            return loss + 3.0 * hidden.square().sum(dim=1).mean()
        return loss

    def gradients(self, model: Network) -> None:
        """Between backward and step."""
        self._steps += 1
        if self.name == "frozen layer":
            for parameter in model.first.parameters():
                parameter.grad = torch.zeros_like(parameter)
        if self.name == "exploding gradient":
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter.grad *= 1.1 ** min(self._steps, 60)

    def rate(self, rate: float, epochs: float) -> float:
        """The learning rate, so many epochs after the onset."""
        return rate * 1.6**epochs if self.name == "rate ramp" else rate


def last_linear(module: nn.Module) -> nn.Linear:
    """The last linear layer inside."""
    return [part for part in module.modules() if isinstance(part, nn.Linear)][-1]
