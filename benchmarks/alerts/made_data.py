"""Data sets that are drawn at random, in seconds and from nothing: pictures, texts, a language, tables."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.datasets import make_classification, make_friedman1
from torch import Tensor
from torch.nn import functional as F

Labelled = tuple[Tensor, Tensor]


def pictures(seed: int, classes: int, count: int, noise: float = 0.7, size: int = 12) -> Labelled:
    """Pictures [N, 1, size, size]: a smooth template for each class, moved by up to two pixels, under noise."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.randn(classes, 1, 5, 5, generator=rng)
    templates = F.interpolate(coarse, (size + 4, size + 4), mode="bilinear", align_corners=True)
    labels = torch.arange(count) % classes
    places = torch.randint(0, 5, (count, 2), generator=rng).tolist()
    shown = [templates[c, :, y : y + size, x : x + size] for c, (y, x) in zip(labels.tolist(), places, strict=True)]
    return torch.stack(shown) + noise * torch.randn(count, 1, size, size, generator=rng), labels


def texts(seed: int, classes: int, count: int, length: int = 24, words: int = 400, topical: float = 0.25) -> Labelled:
    """Word numbers [N, length]: one word in four is of the class's forty, the others are as frequent as words are."""
    rng = np.random.default_rng(seed)
    zipf = 1 / np.arange(1, words + 1)
    labels = np.arange(count) % classes
    topics = np.stack([rng.permutation(words)[:40] for _ in range(classes)])
    common = rng.choice(words, (count, length), p=zipf / zipf.sum())
    own = topics[labels[:, None], rng.integers(0, 40, (count, length))]
    return torch.tensor(np.where(rng.random((count, length)) < topical, own, common)), torch.tensor(labels)


def language(seed: int, count: int, length: int = 12, letters: int = 16) -> Labelled:
    """Letters [N, length] of a language in which a letter depends on the two before, and the one that follows."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.full(letters, 0.15), (letters, letters)).cumsum(axis=-1)
    text = np.zeros((count, length + 1), np.int64)
    text[:, :2] = rng.integers(0, letters, (count, 2))
    for place in range(2, length + 1):
        draws = rng.random((count, 1))
        text[:, place] = (chances[text[:, place - 2], text[:, place - 1]] < draws).sum(axis=1).clip(max=letters - 1)
    return torch.tensor(text[:, :-1]), torch.tensor(text[:, -1])


def table(seed: int, classes: int, count: int, wrong: float = 0.05) -> Labelled:
    """Rows [N, 20] of two clusters a class, of which some have a wrong label."""
    x, y = make_classification(
        count, 20, n_informative=8, n_classes=classes, flip_y=wrong, class_sep=1.2, random_state=seed
    )
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


def curve(seed: int, count: int, noise: float = 0.5) -> Labelled:
    """Rows [N, 10] and a number [N, 1] that depends on half of the columns (Friedman 1991), standardised."""
    x, y = make_friedman1(count, noise=noise, random_state=seed)
    return torch.tensor(x, dtype=torch.float32), torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)[:, None]


def long_tail(labels: Tensor, smallest: float, seed: int) -> Tensor:
    """Rows of which the last class keeps a share, and those between the first and it shares in between."""
    rng = torch.Generator().manual_seed(seed)
    last = max(int(labels.max()), 1)
    kept = smallest ** (labels / last)
    return torch.nonzero(torch.rand(len(labels), generator=rng) < kept).flatten()
