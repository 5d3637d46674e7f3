"""A projection method with a stopwatch on it: processor time of its own fitting and placing, and of nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Neighbours
from tensorboard_plugin_hidden.projection.protocol import Earlier, Embedding, Fitted, Inverse, Projector, RunProjector


@dataclass
class Stopwatch:
    """Adds processor time up.

    Attributes:
        cpu_seconds: So far.
    """

    cpu_seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts what runs within."""
        started = time.process_time()
        yield
        self.cpu_seconds += time.process_time() - started


@dataclass(frozen=True)
class _Timed:
    """What both kinds of method have in common."""

    method: Projector | RunProjector
    watch: Stopwatch = field(default_factory=Stopwatch)

    @property
    def name(self) -> str:
        """The method's."""
        return self.method.name

    @property
    def settings(self) -> Mapping[str, int | float | str | bool]:
        """The method's."""
        return self.method.settings


@dataclass(frozen=True)
class TimedProjector(_Timed):
    """A method that draws step by step.

    Attributes:
        method: Does the work.
        watch: Runs while it does.
    """

    method: Projector

    def fit(self, fitted: Fitted, earlier: Earlier | None, seed: int) -> Embedding:
        """The method's map."""
        with self.watch.running():
            embedding = self.method.fit(fitted, earlier, seed)
        return _TimedEmbedding(embedding, self.watch)


@dataclass(frozen=True)
class TimedRunProjector(_Timed):
    """A method that draws all steps at once.

    Attributes:
        method: Does the work.
        watch: Runs while it does.
    """

    method: RunProjector

    def fit_run(self, run: Sequence[Fitted], seed: int) -> Sequence[Embedding]:
        """The method's maps."""
        with self.watch.running():
            embeddings = self.method.fit_run(run, seed)
        return [_TimedEmbedding(embedding, self.watch) for embedding in embeddings]


@dataclass(frozen=True)
class _TimedEmbedding:
    """A map whose placing of further rows is timed; the landscape's calls of the inverse are the frame's."""

    embedding: Embedding
    watch: Stopwatch

    @property
    def positions(self) -> FloatArray:
        return self.embedding.positions

    @property
    def inverse(self) -> Inverse:
        return self.embedding.inverse

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        with self.watch.running():
            return self.embedding.project(activations, near)
