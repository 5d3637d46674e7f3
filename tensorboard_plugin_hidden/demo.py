"""A small network learns scikit-learn's handwritten digits, and logs what its hidden layer does meanwhile.

Real data without a download: the demo of ``hidden demo``, and the run that the tests and benchmarks look at.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

from tensorboard_plugin_hidden.logger.probe import Probe
from tensorboard_plugin_hidden.logger.writer import SummaryWriter

PASSES = 12
"""Passes over the training images that make one epoch, each with other shifts and noise."""

TRAIN_SHARE = 0.5
"""Share of the images to learn from; the rest is what is looked at, and some of it is got wrong."""


class DigitsNet(nn.Module):
    """Three convolutions and a hidden layer of 128 units, whose activations are what the map shows."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(),
        )
        self.fc1 = nn.Linear(64 * 4 * 4, 128)
        self.dropout = nn.Dropout(0.3)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits [N, 10] of images [N, 1, 8, 8]."""
        hidden = F.relu(self.fc1(self.features(images).flatten(1)))
        logits: Tensor = self.fc2(self.dropout(hidden))
        return logits


def digits(seed: int = 0) -> tuple[TensorDataset, TensorDataset, list[int]]:
    """The digits as a training and a test set, split by a seeded permutation. Images float32 [N, 1, 8, 8] in [0, 1].

    Returns:
        The training set, the test set, and the row of scikit-learn's data that each image of the test set is.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    inputs = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16
    targets = torch.tensor(labels, dtype=torch.long)
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(seed))
    train, test = order[: int(TRAIN_SHARE * len(order))], order[int(TRAIN_SHARE * len(order)) :]
    return TensorDataset(inputs[train], targets[train]), TensorDataset(inputs[test], targets[test]), test.tolist()


def train_digits(
    run_dir: str, epochs: int, *, log_hidden: bool = True, tick: Callable[[], Any] = lambda: None, seed: int = 0
) -> list[float]:
    """Trains the network and logs its loss, and its hidden layer after every epoch.

    Args:
        run_dir: Directory of the run.
        epochs: How many epochs.
        log_hidden: Whether to look at the hidden layer at all.
        tick: Called after every epoch.
        seed: Of the weights, the split, the batches and the noise.

    Returns:
        The mean loss of every epoch.
    """
    torch.manual_seed(seed)
    # Half of the cores train; the others draw the maps and serve the browser that watches.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
    train_set, test_set, test_rows = digits(seed)
    inputs, targets = train_set.tensors
    model = DigitsNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.003, momentum=0.9)
    losses = []
    with closing(SummaryWriter(run_dir)) as writer:
        if log_hidden:
            # Ids that are the same image in every run, so that runs of other seeds can be laid side by side.
            writer.watch(model, Probe(test_set, ids=test_rows))
            writer.add_hidden(0)
        for epoch in range(1, epochs + 1):
            losses.append(_train_epoch(model, optimizer, inputs, targets))
            writer.add_scalar("loss/train", losses[-1], epoch)
            if log_hidden:
                writer.add_hidden(epoch)
            tick()
    return losses


def _train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, inputs: Tensor, targets: Tensor) -> float:
    model.train()
    total = 0.0
    steps = 0
    for _ in range(PASSES):
        for batch in torch.split(torch.randperm(len(inputs)), 64):
            loss = F.cross_entropy(model(_shifted(inputs[batch])), targets[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += loss.item()
            steps += 1
    return total / steps


def _shifted(images: Tensor) -> Tensor:
    """Moves each batch by up to one pixel and adds noise."""
    down, right = torch.randint(-1, 2, (2,)).tolist()
    return torch.roll(images, (down, right), dims=(2, 3)) + 0.1 * torch.randn_like(images)
