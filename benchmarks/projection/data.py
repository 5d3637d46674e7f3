"""Snapshots to project, made once from a seed and kept in the user's cache: ``python -m benchmarks.projection.data``.

Half of every image run's samples were learned from and half were not, so that a map is asked about both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.projection.images import draw_images
from benchmarks.projection.networks import Trained, digits_network, residual_network, token_network, train
from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray, HeadData, IntArray, Snapshot

VERSION = 1
"""Of the generators: another number makes everything anew."""

EARLY = (0.06, 0.25, 0.5, 1.0)
"""First looks of a run, in epochs: when most happens."""


@dataclass(frozen=True, slots=True)
class Run:
    """The snapshots of one training run.

    Attributes:
        name: As in ``RUNS``.
        snapshots: In order of time.
        labels: int32 [N], true classes.
        learned: bool [N], whether the network was trained on the sample.
        accuracy: float32 [steps, 2], in training and on test images.
        epochs: When each snapshot was taken.
    """

    name: str
    snapshots: list[Snapshot]
    labels: IntArray
    learned: BoolArray
    accuracy: FloatArray
    epochs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Digits:
    """scikit-learn's digits, of which a small convolutional network learns half.

    Attributes:
        rows: Samples, at most 1,797.
        epochs: When to look.
        seed: Of weights, split and batches.
    """

    rows: int = 1_797
    epochs: tuple[float, ...] = tuple(range(1, 21))
    seed: int = 0

    def make(self, name: str) -> Run:
        """Trains."""
        from sklearn.datasets import load_digits

        pixels, targets = load_digits(return_X_y=True)
        order = np.random.default_rng(self.seed).permutation(len(pixels))[: self.rows]
        images = (pixels[order].reshape(-1, 1, 8, 8) / 16).astype(np.float32)
        labels = targets[order].astype(np.int32)
        learned = np.arange(len(images)) % 2 == 0
        torch.manual_seed(self.seed)
        learn, test = (images[learned], labels[learned]), (images[~learned], labels[~learned])
        trained = train(digits_network(), learn, test, images, self.epochs, self.seed)
        return _run(name, trained, labels, learned, self.epochs)


@dataclass(frozen=True, slots=True)
class Images:
    """Synthetic images and a network that learns them, see ``images`` and ``networks``.

    Attributes:
        classes: 10 or 100.
        rows: Samples; half of them are training images.
        train: Training images.
        epochs: When to look.
        noise: On the pixels.
        width: Units of the projected layer.
        wrong: Share of the training labels that are replaced by another class.
        tokens: Whether the network is a transformer read out at its class token, rather than a residual one.
        seed: Of images, weights and batches.
    """

    classes: int = 10
    rows: int = 10_000
    train: int = 10_000
    epochs: tuple[float, ...] = (*EARLY, *range(2, 14))
    noise: float = 0.65
    width: int = 512
    wrong: float = 0.0
    tokens: bool = False
    seed: int = 0

    def make(self, name: str) -> Run:
        """Draws the images and trains."""
        images, labels = draw_images(self.train, self.classes, self.noise, 2 * self.seed + 1)
        others, other_labels = draw_images(max(self.rows // 2, 2_000), self.classes, self.noise, 2 * self.seed + 2)
        # Samples alternate, so that every prefix is half of each.
        half = self.rows // 2
        probe = np.stack([images[:half], others[:half]], axis=1).reshape(-1, *images.shape[1:])
        truth = np.stack([labels[:half], other_labels[:half]], axis=1).reshape(-1)
        rng = np.random.default_rng(self.seed)
        wrong = rng.random(self.train) < self.wrong
        shift = rng.integers(1, self.classes, self.train)
        taught = np.where(wrong, (labels + shift) % self.classes, labels).astype(np.int32)
        torch.manual_seed(self.seed)
        build = token_network if self.tokens else residual_network
        trained = train(
            build(self.width, self.classes), (images, taught), (others, other_labels), probe, self.epochs, self.seed
        )
        return _run(name, trained, truth, np.arange(self.rows) % 2 == 0, self.epochs)


@dataclass(frozen=True, slots=True)
class Degenerate:
    """Activations as a network in trouble gives them, made up rather than trained.

    Attributes:
        kind: ``constant``: all rows equal. ``collapsed``: one direction, two predicted classes of ten, and noise of a
            ten-thousandth. ``one_class``: groups as usual, but one class everywhere.
        rows: Samples.
        width: Units.
        steps: Snapshots.
        seed: Of the numbers.
    """

    kind: str
    rows: int = 2_000
    width: int = 64
    steps: int = 3
    seed: int = 0

    @property
    def epochs(self) -> tuple[float, ...]:
        """One snapshot each."""
        return tuple(range(self.steps))

    def make(self, name: str) -> Run:
        """Draws the numbers."""
        rng = np.random.default_rng(self.seed)
        labels = rng.integers(0, 10, self.rows).astype(np.int32)
        centres = rng.standard_normal((10, self.width))
        direction = rng.standard_normal(self.width)
        direction /= np.linalg.norm(direction)
        along = rng.standard_normal(self.rows)
        snapshots = []
        for step in range(self.steps):
            weight, bias = rng.standard_normal((10, self.width)), np.zeros(10)
            if self.kind == "constant":
                values = np.tile(direction, (self.rows, 1))
            elif self.kind == "collapsed":
                values = along[:, None] * direction + 1e-4 * rng.standard_normal((self.rows, self.width))
                weight[:2] = direction * np.array([[10.0], [-10.0]])
                weight[2:] *= 1e-3
            else:
                values = centres[labels] + 0.5 * rng.standard_normal((self.rows, self.width))
                weight *= 0.1
                bias[3] = 50
            activations = values.astype(np.float32)
            head = {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}
            logits = activations @ head["weight"].T + head["bias"]
            snapshots.append(Snapshot("features", step, activations, logits, HeadData("linear", head)))
        accuracy = np.full((self.steps, 2), np.nan, np.float32)
        return Run(name, snapshots, labels, np.zeros(self.rows, np.bool_), accuracy, self.epochs)


Settings = Digits | Images | Degenerate

RUNS: dict[str, Settings] = {
    "tiny": Digits(rows=600, epochs=(2, 6, 12, 20)),
    "digits": Digits(),
    "images10": Images(),
    "images100": Images(classes=100, train=16_000, epochs=(0.25, 1, 2, 3, 4, 6, 8, 10, 12, 14), noise=0.9),
    "label_noise": Images(rows=5_000, epochs=(0.25, 1, 2, 4, 8, 12, 16, 20), wrong=0.2),
    "tokens": Images(rows=2_000, epochs=(0.25, 1, 2, 4, 6, 8, 10, 12), width=64, tokens=True),
    "constant": Degenerate("constant"),
    "collapsed": Degenerate("collapsed"),
    "one_class": Degenerate("one_class"),
}
"""All runs by name; the first serves the tests."""


def load(name: str, rows: int | None = None, steps: int | None = None) -> Run:
    """A run from the cache, which is filled when need be.

    Args:
        name: One of ``RUNS``.
        rows: Only the first so many samples.
        steps: Only so many snapshots, evenly spaced from the first to the last; one is the last.

    Returns:
        The run.
    """
    folder = cached(name)
    with np.load(folder / "run.npz") as whole:
        labels, learned, accuracy = whole["labels"][:rows], whole["learned"][:rows], whole["accuracy"]
    count = len(accuracy)
    chosen = range(count) if steps is None else np.linspace(count - 1, 0, min(steps, count)).round().astype(int)[::-1]
    snapshots = []
    for place in chosen:
        with np.load(folder / f"{place:03}.npz") as arrays:
            head = HeadData("linear", {"weight": arrays["weight"], "bias": arrays["bias"]})
            step, activations, logits = int(arrays["step"]), arrays["activations"][:rows], arrays["logits"][:rows]
        snapshots.append(Snapshot("features", step, activations, logits, head))
    epochs = tuple(RUNS[name].epochs[place] for place in chosen)
    return Run(name, snapshots, labels, learned, accuracy[list(chosen)], epochs)


def cached(name: str) -> Path:
    """The folder that holds a run; makes the run when there is none for its settings."""
    settings = RUNS[name]
    fingerprint = hashlib.sha256(json.dumps([VERSION, asdict(settings)]).encode()).hexdigest()[:12]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "tensorboard-plugin-hidden" / "benchmarks" / f"{name}-{fingerprint}"
    if folder.exists():
        return folder
    print(f"{name}: making {settings}", flush=True)
    started = time.process_time()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        _save(settings.make(name), made := Path(scratch) / name)
        # Whoever comes first wins; nobody ever sees half a run.
        if not folder.exists():
            made.rename(folder)
    print(f"{name}: {time.process_time() - started:.0f} CPU-s, in {folder}", flush=True)
    return folder


def _save(run: Run, folder: Path) -> None:
    folder.mkdir()
    np.savez(folder / "run.npz", labels=run.labels, learned=run.learned, accuracy=run.accuracy)
    for place, snapshot in enumerate(run.snapshots):
        np.savez(
            folder / f"{place:03}.npz",
            step=snapshot.step,
            activations=snapshot.activations,
            logits=_given(snapshot.logits),
            weight=snapshot.head.arrays["weight"],
            bias=snapshot.head.arrays["bias"],
        )


def _given(logits: FloatArray | None) -> FloatArray:
    assert logits is not None
    return logits


def _run(name: str, trained: Trained, labels: IntArray, learned: BoolArray, epochs: tuple[float, ...]) -> Run:
    return Run(name, trained.snapshots, labels, learned, trained.accuracy, epochs)


def main() -> None:
    """Makes the runs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(RUNS)}")
    for name in parser.parse_args().names or RUNS:
        cached(name)


if __name__ == "__main__":
    main()
