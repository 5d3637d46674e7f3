"""The networks whose hidden layers are projected, and one training loop that takes snapshots on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tensorboard_plugin_hidden.format.snapshot import FloatArray, HeadData, IntArray, Snapshot

BATCH = 64
"""Images in a training step."""

RATE = 2e-3
"""Adam's first step size; it falls to zero along half a cosine."""

EVALUATED = 1_000
"""Images evaluated at once."""


class Classifier(nn.Module):
    """Features, then a linear head.

    Args:
        features: From images to [N, width].
        width: Units of the layer that is projected.
        classes: Logits.
    """

    def __init__(self, features: nn.Module, width: int, classes: int) -> None:
        super().__init__()
        self.features = features
        self.head = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Logits [N, C]."""
        logits: Tensor = self.head(self.features(images))
        return logits


class _Residual(nn.Module):
    """Two 3 x 3 convolutions around a shortcut (He et al., CVPR 2016)."""

    def __init__(self, incoming: int, outgoing: int, stride: int) -> None:
        super().__init__()
        self.straight = nn.Sequential(
            nn.Conv2d(incoming, outgoing, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outgoing),
            nn.ReLU(),
            nn.Conv2d(outgoing, outgoing, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outgoing),
        )
        self.shortcut = nn.Conv2d(incoming, outgoing, 1, stride, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        return F.relu(self.straight(images) + self.shortcut(images))


class _Pooled(nn.Module):
    def forward(self, maps: Tensor) -> Tensor:
        return maps.mean(dim=(2, 3))


def residual_network(width: int, classes: int) -> Classifier:
    """A narrow residual network for 3 x 16 x 16 images, widened in its last block and averaged over the image."""
    features = nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        _Residual(16, 32, 2),
        _Residual(32, 64, 2),
        nn.Conv2d(64, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        _Pooled(),
    )
    return Classifier(features, width, classes)


def digits_network(classes: int = 10) -> Classifier:
    """Two convolutions and 128 rectified units, for 1 x 8 x 8 digits."""
    features = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 128),
        nn.ReLU(),
    )
    return Classifier(features, 128, classes)


class _Tokens(nn.Module):
    """Patches of 4 x 4 pixels, a class token, two transformer blocks; gives the token (Dosovitskiy, ICLR 2021)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(0.02 * torch.randn(1, 17, width))
        block = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(block, 2, nn.LayerNorm(width), enable_nested_tensor=False)

    def forward(self, images: Tensor) -> Tensor:
        patches = self.patches(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(patches), -1, -1), patches], dim=1) + self.places
        whole: Tensor = self.blocks(tokens)
        return whole[:, 0]


def token_network(width: int, classes: int) -> Classifier:
    """A small vision transformer for 3 x 16 x 16 images, read out at its class token."""
    return Classifier(_Tokens(width), width, classes)


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run leaves behind.

    Attributes:
        snapshots: The layer before the head, over the probed images, in order of time.
        accuracy: float [steps, 2], share of the training and of the test images that the network got right.
    """

    snapshots: list[Snapshot]
    accuracy: FloatArray


def train(
    network: Classifier,
    learn: tuple[FloatArray, IntArray],
    test: tuple[FloatArray, IntArray],
    probe: FloatArray,
    epochs: Sequence[float],
    seed: int,
) -> Trained:
    """Trains with Adam and cross-entropy, and looks at the probed images on the way.

    Args:
        network: Is trained in place.
        learn: Training images and the labels to learn.
        test: Other images and their labels.
        probe: Images to take snapshots of.
        epochs: When, in ascending order and in epochs, which need not be whole; training ends with the last.
        seed: Of the order of the batches.

    Returns:
        The snapshots and accuracies.
    """
    images, labels = torch.from_numpy(learn[0]), torch.from_numpy(learn[1]).long()
    per_epoch = len(images) // BATCH
    due = [round(epoch * per_epoch) for epoch in epochs]
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, due[-1])
    generator = torch.Generator().manual_seed(seed)
    snapshots, accuracy = [], []
    order = torch.empty(0, dtype=torch.long)
    for step in range(due[-1] + 1):
        if step in due:
            snapshots.append(_look(network, probe, step))
            accuracy.append([_accuracy(network, *learn), _accuracy(network, *test)])
            print(
                f"  step {step}: accuracy {accuracy[-1][0]:.2f} in training, {accuracy[-1][1]:.2f} on test", flush=True
            )
        if len(order) < BATCH:
            order = torch.randperm(len(images), generator=generator)
        batch, order = order[:BATCH], order[BATCH:]
        network.train()
        loss = F.cross_entropy(network(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return Trained(snapshots, np.array(accuracy, np.float32))


def _look(network: Classifier, images: FloatArray, step: int) -> Snapshot:
    network.eval()
    with torch.no_grad():
        activations = torch.cat([network.features(batch) for batch in torch.split(torch.from_numpy(images), EVALUATED)])
        logits = network.head(activations)
        head = {name: value.clone().numpy() for name, value in network.head.state_dict().items()}
    return Snapshot("features", step, activations.numpy(), logits.numpy(), HeadData("linear", head))


def _accuracy(network: Classifier, images: FloatArray, labels: IntArray) -> float:
    count = min(len(images), 2 * EVALUATED)
    network.eval()
    with torch.no_grad():
        decided = network(torch.from_numpy(images[:count])).argmax(1).numpy()
    return float((decided == labels[:count]).mean())
