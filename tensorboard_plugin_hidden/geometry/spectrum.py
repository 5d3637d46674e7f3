"""How many directions activations use, and how evenly; imports numpy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray

NOISE = 1e-8
"""Eigenvalues below this share of the largest are the rounding of products in float32, and count as 0.

The effective rank is then within 5 % of that from products in double precision, for spectra from flat to i⁻⁵ and for
activations on a line, which cost half as much again.
"""

UNIFORMITY_SCALE = 2.0
"""The t of the Gaussian potential, as in Wang & Isola (2020)."""


def spectrum(gram: FloatArray) -> npt.NDArray[np.float64]:
    """Eigenvalues of a matrix of inner products.

    Args:
        gram: float32 [M, M], XᵀX or XXᵀ of centred activations: both have the same non-zero eigenvalues.

    Returns:
        float64 [M], ascending, in units of the largest; all 0 when nothing varies.
    """
    values = np.linalg.eigvalsh(gram.astype(np.float64))
    largest = values.max(initial=0)
    return np.where(values > NOISE * largest, values, 0) / (largest if largest > 0 else 1)


def rankme(eigenvalues: npt.NDArray[np.float64]) -> float:
    """Effective rank: how many directions activations use.

    exp(-Σ p_k log p_k) with p_k = s_k / Σ s and s the singular values of the activations (RankMe: Garrido et al., ICML
    2023; Roy & Vetterli, EUSIPCO 2007). Here of the centred ones, so that a common offset is no direction.

    Args:
        eigenvalues: float64 [M], squares of singular values up to a factor.

    Returns:
        From 1 for a line to min(N - 1, D); 0, the rank of nothing, when nothing varies, so that a layer that gives
        the same for every sample is below all others.

    >>> round(rankme(np.array([0.0, 1.0, 1.0, 1.0])), 6)
    3.0
    """
    values = np.sqrt(eigenvalues[eigenvalues > 0])
    if not len(values):
        return 0.0
    share = values / values.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def participation_ratio(eigenvalues: npt.NDArray[np.float64]) -> float:
    """How many directions the variance is spread over: (Σλ)² / Σλ² (Gao et al., bioRxiv 214262, 2017).

    Args:
        eigenvalues: float64 [M], λ, variances along principal axes up to a factor.

    Returns:
        From 1 for a line to min(N - 1, D); 0 when nothing varies, see ``rankme``. Never above ``rankme``'s for the
        same activations; small directions count less.

    >>> participation_ratio(np.array([0.0, 1.0, 1.0]))
    2.0
    """
    total = float(eigenvalues.sum())
    return total**2 / float((eigenvalues**2).sum()) if total > 0 else 0.0


def uniformity(points: FloatArray) -> float:
    """How evenly directions are spread over the sphere: log of the mean Gaussian potential of all pairs.

    log mean_{i<j} exp(-t |u_i - u_j|²) with u = x / |x| and t = 2 (Wang & Isola, ICML 2020).

    Args:
        points: float32 [N, D], not centred; rows that are zero have no direction and are left out.

    Returns:
        In [-8, 0]: 0 when all directions are one, about -4 when they are spread evenly over many dimensions. NaN with
        fewer than two directions.
    """
    largest = np.abs(points).max(axis=1, initial=0)
    there = largest > 0
    count = int(there.sum())
    if count < 2:
        return float("nan")
    # By the largest first: squares of very small or large numbers would not fit.
    directions = points[there] / largest[there, None]
    directions /= np.sqrt(np.einsum("nd,nd->n", directions, directions))[:, None]
    cosines = directions @ directions.T
    # |u - v|² = 2 - 2 u·v
    potential = np.exp(np.minimum(2 * UNIFORMITY_SCALE * (cosines - 1), 0))
    pairs = float(potential.sum(dtype=np.float64)) - float(np.trace(potential, dtype=np.float64))
    return float(np.log(pairs / (count * (count - 1))))
