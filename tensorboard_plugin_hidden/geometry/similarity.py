"""How much of a layer's geometry stayed between two snapshots; imports numpy only.

Each measure looks at inner products of samples, never at units: rotating, shifting or rescaling a layer changes none,
and two layers of different widths can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.geometry.faithfulness import usable_neighbours
from tensorboard_plugin_hidden.geometry.neighbours import overlap

NEIGHBOURS = 10
"""Neighbours counted per sample; fewer among fewer than 21 samples."""

LANDMARKS = 128
"""Samples whose span layers of more units than that are projected on before they are aligned.

The work grows with the cube of the dimensions that are aligned.
"""

BLOCK_ROWS = 100
"""Rows of distances held at once: 400 kB of 1,000 samples, which stay in a core's cache."""

JITTER = 1e-6
"""Added to the diagonal of the landmarks' inner products, as a share of their trace; less is rounding in float32."""


@dataclass(frozen=True)
class Sample:
    """Activations of some samples, centred, and what is worked out of them once.

    Attributes:
        points: float32 [n, D], mean 0, largest magnitude between ½ and 1, or all 0.
    """

    points: FloatArray

    @classmethod
    def of(cls, activations: FloatArray) -> Sample:
        """Centres and scales activations, float32 [n, D], finite."""
        points = activations.copy()
        if len(points):
            points -= points.mean(axis=0, dtype=np.float64).astype(np.float32)
        largest = max(points.max(initial=0), -points.min(initial=0))
        if largest > 0:
            # A power of two: nothing is rounded, and inner products of inner products do not underflow.
            points *= np.float32(2.0 ** -np.frexp(largest)[1])
        return cls(points)

    @cached_property
    def gram(self) -> FloatArray:
        """Inner products of samples, float32 [n, n]."""
        return self.points @ self.points.T

    @cached_property
    def energy(self) -> float:
        """Frobenius norm of ``gram``; 0 when nothing varies."""
        return float(np.sqrt(_inner(self.gram, self.gram)))

    @cached_property
    def neighbours(self) -> IntArray:
        """Positions of each sample's nearest others, int32 [n, k], in no order."""
        count = len(self.points)
        k = usable_neighbours(count, NEIGHBOURS)
        result = np.empty((count, k), np.int32)
        squares = np.diagonal(self.gram).copy()
        for start in range(0, count, BLOCK_ROWS):
            # |a - b|² less |a|², which is the same for all b.
            distances = self.gram[start : start + BLOCK_ROWS] * np.float32(-2)
            distances += squares
            rows = np.arange(len(distances))
            distances[rows, start + rows] = np.inf
            # Twice as fast as an argpartition, and the same where no two candidates for the last place are tied.
            near = np.flatnonzero(distances <= np.partition(distances, k - 1, axis=1)[:, k - 1 : k]) % count
            if len(near) != k * len(distances):
                near = np.argpartition(distances, k - 1, axis=1)[:, :k]
            result[start : start + BLOCK_ROWS] = near.reshape(-1, k)
        return result

    @cached_property
    def aligned(self) -> npt.NDArray[np.float64]:
        """Coordinates that samples are aligned in, float64 [n, at most ``LANDMARKS``], mean 0.

        Of up to ``LANDMARKS`` units, ``points``. Else their projection on the span of the first samples: K_nm L⁻ᵀ
        with LLᵀ = K_mm, the Nyström factor of K = XXᵀ (Williams & Seeger, NIPS 2000).
        """
        if self.points.shape[1] <= LANDMARKS:
            return self.points.astype(np.float64)
        landmarks = self.points[:LANDMARKS].astype(np.float64)
        gram = landmarks @ landmarks.T
        trace = float(np.trace(gram))
        if trace == 0:
            return np.zeros((len(self.points), 1))
        factor = np.linalg.cholesky(gram + JITTER * trace * np.eye(len(gram)))
        # The jitter keeps the factor's condition below 1,000, and an inverse is cheaper than solving for all samples.
        return np.asarray((np.linalg.inv(factor) @ self.gram[: len(gram)]).T)


def linear_cka(first: Sample, second: Sample) -> float:
    """Linear centred kernel alignment of the same samples in two spaces.

    ⟨K, L⟩ / (|K| |L|) with K = XXᵀ and L = YYᵀ of centred activations, equal to |YᵀX|² / (|XᵀX| |YᵀY|) in Frobenius
    norms (Kornblith et al., ICML 2019).

    Args:
        first: n samples.
        second: The same n samples.

    Returns:
        In [0, 1], 1 for spaces that are equal up to rotation, shift and scale. NaN when one does not vary.
    """
    norm = first.energy * second.energy
    return float(np.clip(_inner(first.gram, second.gram) / norm, 0, 1)) if norm > 0 else float("nan")


def procrustes_distance(first: Sample, second: Sample) -> float:
    """Share of the variance that no rotation and scaling of one space onto the other explains.

    1 - |XᵀY|_*² / (|X|² |Y|²), with the nuclear norm |·|_* (Schönemann, Psychometrika 1966; Ding et al., NeurIPS 2021
    use 2 - 2 |XᵀY|_* / (|X| |Y|) of the same quantities). Layers wider than ``LANDMARKS`` are first projected on the
    span of the same samples, see ``Sample.aligned``. For 1,000 samples of up to 768 units that comes out above the
    exact value by at most .02 where variances along axes fall as k^-1.5 or faster, by at most .13 where they fall as
    1 / k, and by at most .25 where all are equal.

    Args:
        first: n samples.
        second: The same n samples.

    Returns:
        In [0, 1], 0 for spaces that are equal up to rotation, shift and scale. NaN when one does not vary.
    """
    norm = float((first.aligned**2).sum() * (second.aligned**2).sum())
    if norm == 0:
        return float("nan")
    return float(np.clip(1 - _nuclear_norm(first.aligned.T @ second.aligned) ** 2 / norm, 0, 1))


def turnover(first: Sample, second: Sample) -> float:
    """Share of the nearest neighbours in the second space that were none in the first.

    Args:
        first: n samples.
        second: The same n samples.

    Returns:
        In [0, 1]; unrelated spaces come to 1 - k / (n - 1). NaN when one does not vary.
    """
    if first.energy * second.energy == 0:
        return float("nan")
    return 1 - float(overlap(first.neighbours, second.neighbours).mean(dtype=np.float64))


def _inner(first: FloatArray, second: FloatArray) -> float:
    """Sum of products of all entries of two matrices."""
    return float(np.einsum("ij,ij->i", first, second).sum(dtype=np.float64))


def _nuclear_norm(matrix: npt.NDArray[np.float64]) -> float:
    """Sum of singular values, as roots of the eigenvalues of the smaller product with itself."""
    product = matrix.T @ matrix if matrix.shape[1] <= matrix.shape[0] else matrix @ matrix.T
    return float(np.sqrt(np.maximum(np.linalg.eigvalsh(product), 0)).sum())
