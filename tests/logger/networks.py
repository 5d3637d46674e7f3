"""Small networks and data that the tests of capturing share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.logger.probe import Probe


class Cnn(nn.Module):
    """Convolution, two kinds of BatchNorm, dropout, an operation in place, and a two-layer head."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.bn = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.bn2 = nn.BatchNorm2d(4, momentum=None)
        self.drop = nn.Dropout(0.4)
        self.fc1 = nn.Linear(4, 6)
        self.fc2 = nn.Linear(6, classes)
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        h = self.bn2(self.act(self.bn(self.conv(x)))).mean(dim=(2, 3))
        logits: Tensor = self.fc2(torch.relu(self.fc1(self.drop(h))))
        return logits


class Counting(Cnn):
    """Keeps a number of Python's own that every forward changes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        return super().forward(x)


class Reader(nn.Module):
    """A tiny transformer over token ids, called with keywords, which gives a mapping."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.dense = nn.Linear(8, 5)
        self.classifier = nn.Linear(5, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> dict[str, Any]:
        padding = None if attention_mask is None else attention_mask == 0
        states = self.encoder(self.embedding(input_ids), src_key_padding_mask=padding)
        return {"logits": self.classifier(torch.tanh(self.dense(states[:, 0]))), "states": states}


def image_probe(n: int = 30, seed: int = 0) -> Probe:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 1, 6, 6, generator=generator)
    return Probe((x, torch.arange(n) % 3))


def text_probe(n: int = 12) -> Probe:
    generator = torch.Generator().manual_seed(1)
    mask = torch.arange(7)[None] < torch.randint(3, 8, (n, 1), generator=generator)
    ids = torch.randint(0, 20, (n, 7), generator=generator)
    return Probe({"input_ids": ids, "attention_mask": mask.long(), "labels": torch.arange(n) % 2})
