"""From the map back to activations: a smoothing spline that fills the plane.

A Gaussian kernel returns to the mean wherever no centre is near, which draws the mean's class around every cluster.
The multiquadric has no such reach: with coefficients that sum to zero it levels off far away to a value per
direction, so regions run on outwards as the nearest samples suggest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.protocol import Decode

CENTRES = 400
"""Most kernel centres; the solve costs their cube."""

MOST_ROWS = 20_000
"""Most rows that an inverse is fitted to: fifty for each centre determine it."""

BLOCK = 4_096
"""Places decoded at once."""

SMOOTHING = 1e-3
"""Weight of the roughness penalty against the mean squared error.

A tenth of it grows islands where no sample is; ten times as much drowns small groups.
"""

SOFTNESS = 1.0
"""Rounding of the kernel's tip, in typical distances between centres."""

JITTER = 1e-6
"""Share of the diagonal added: keeps coefficients of near-coincident centres small enough to be summed in float32."""


@dataclass(frozen=True, slots=True)
class SplineInverse:
    """A fitted inverse: offset + coefficientsᵀ kernel(y, centres).

    Attributes:
        centres: float32 [m, 2].
        softness: Rounding of the kernel's tip, in units of the map.
        coefficients: float32 [m, D]; each column sums to zero.
        offset: float32 [D].
    """

    centres: Tensor
    softness: float
    coefficients: Tensor
    offset: Tensor

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Activations [m, D] of places [m, 2]."""
        places = torch.from_numpy(np.ascontiguousarray(positions))
        decoded = torch.empty(len(places), len(self.offset))
        for block, out in zip(torch.split(places, BLOCK), torch.split(decoded, BLOCK), strict=True):
            torch.addmm(self.offset, kernel(block, self.centres, self.softness), self.coefficients, out=out)
        result: FloatArray = decoded.numpy()
        return result

    def through(self, weight: FloatArray, bias: FloatArray) -> Decode:
        """The inverse followed by x ↦ weight x + bias; a spline is linear in what it interpolates."""
        matrix = torch.from_numpy(np.ascontiguousarray(weight))
        return SplineInverse(
            self.centres,
            self.softness,
            self.coefficients @ matrix.T,
            matrix @ self.offset + torch.from_numpy(np.ascontiguousarray(bias)),
        )


def kernel(places: Tensor, centres: Tensor, softness: float) -> Tensor:
    """The multiquadric -√(r² + c²) of the distances between places [m, 2] and centres [n, 2] (Hardy 1971)."""
    horizontal = places[:, 0, None] - centres[None, :, 0]
    vertical = places[:, 1, None] - centres[None, :, 1]
    return horizontal.square_().add_(vertical.square_()).add_(softness * softness).sqrt_().neg_()


def spread_centres(positions: Tensor, count: int) -> Tensor:
    """Rows that cover the map evenly: each next one is the farthest from those chosen (Gonzalez 1985).

    Args:
        positions: float32 [n, 2].
        count: Rows wanted; fewer come back when fewer places differ.

    Returns:
        int64 row numbers, the row nearest the middle first.
    """
    # On a thousand points numpy's calls cost a fraction of torch's.
    across, up = (np.ascontiguousarray(column) for column in positions.numpy().T)
    chosen = int(((across - across.mean()) ** 2 + (up - up.mean()) ** 2).argmin())
    rows: list[int] = []
    gaps = np.full(len(across), np.inf, np.float32)
    while len(rows) < count and gaps[chosen] > 0:
        rows.append(chosen)
        horizontal, vertical = across - across[chosen], up - up[chosen]
        np.minimum(gaps, horizontal * horizontal + vertical * vertical, out=gaps)
        chosen = int(gaps.argmax())
    return torch.tensor(rows)


def fit_inverse(positions: FloatArray, activations: FloatArray) -> SplineInverse:
    """The smoothest function of the plane that stays near the activations at their places.

    Minimises Σ_i |f(y_i) - x_i|² / n + λ s wᵀ K w over f = offset + Σ_j w_j k(·, c_j) with Σ_j w_j = 0, where K is
    the kernel among the centres and s its mean size (Wahba 1990, regression splines on knots).

    Args:
        positions: float32 [n, 2].
        activations: float32 [n, D]. Of more than ``MOST_ROWS`` rows as many are taken, at even distances.

    Returns:
        The inverse.
    """
    if len(positions) > MOST_ROWS:
        rows = np.linspace(0, len(positions) - 1, MOST_ROWS).astype(np.intp)
        positions, activations = positions[rows], activations[rows]
    places = torch.from_numpy(np.ascontiguousarray(positions))
    targets = torch.from_numpy(np.ascontiguousarray(activations))
    centres = places[spread_centres(places, CENTRES)]
    unit = spacing(centres)
    # The kernel's spectrum spans more than float32 holds: all up to the coefficients is float64.
    among = kernel(centres.double(), centres.double(), SOFTNESS * unit)
    among = among - among.mean(0) - among.mean(1, keepdim=True) + among.mean()
    features = kernel(places.double(), centres.double(), SOFTNESS * unit)
    features -= features.mean(1, keepdim=True)
    shift = features.mean(0)
    features -= shift
    offset = targets.mean(0)
    system = features.T @ features / len(places) + SMOOTHING * unit * among
    system.diagonal().add_(JITTER * float(system.diagonal().mean()) or 1.0)
    right = (features.T.float() @ (targets - offset)).double() / len(places)
    coefficients = torch.cholesky_solve(right, torch.linalg.cholesky(system))
    coefficients -= coefficients.mean(0)
    constant = offset - (shift @ coefficients).float()
    return SplineInverse(centres, SOFTNESS * unit, coefficients.float(), constant)


def spacing(centres: Tensor) -> float:
    """Typical distance between neighbouring centres [m, 2]: the side of a centre's share of their disc."""
    area = torch.pi * 2 * float((centres - centres.mean(0)).square().sum(1).mean())
    return float(np.sqrt(area / len(centres))) or 1.0
