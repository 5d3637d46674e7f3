"""The push of every point on every other at once, through a mesh instead of through all pairs.

The kernel that t-SNE pushes with is smooth at the scale of one, so its sum over all points can be read off a mesh of
about that spacing: spread the points on the mesh, convolve by the fast Fourier transform, interpolate back (particle
mesh, Hockney & Eastwood 1988; for t-SNE: Linderman et al., Nature Methods 2019). The cost hardly depends on how many
points there are, and unlike random negative samples the result has no noise to shake a map with.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

SPACING = 0.7
"""Side of a mesh cell in units of the kernel's width. Half of it costs a third more and leaves the maps the same."""

MARGIN = 3
"""Cells around the points: the splines reach two cells further than the outermost point."""

LARGEST = 1_024
"""Most cells along a side; a map that is wider gets wider cells."""

_VALUES = torch.tensor([[1.0, -3, 3, -1], [4, 0, -6, 3], [1, 3, 3, -3], [0, 0, 0, 1]]) / 6
"""The cubic B-spline at the four nodes around a place, from powers 0 to 3 of the place's distance to the second."""

_SLOPES = torch.tensor([[-1.0, 2, -1, 0], [0, -4, 3, 0], [1, 2, -3, 0], [0, 0, 1, 0]]) / 2
"""Its derivative."""


@dataclass(frozen=True, slots=True)
class Field:
    """What the points of a map do to any place in it.

    Attributes:
        x0: Left edge of the mesh.
        y0: Lower edge.
        spacing: Side of a cell, in units of the map.
        side: Cells along a side of the padded mesh.
        potential: float32 [side²], Σ_j 1 / (1 + d²) at the nodes, ready for spline interpolation.
    """

    x0: float
    y0: float
    spacing: float
    side: int
    potential: Tensor

    def at(self, horizontal: Tensor, vertical: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The similarity to all points and the push away from them.

        Args:
            horizontal: float32 [m]; places outside of the mesh are taken at its edge.
            vertical: float32 [m].

        Returns:
            float32 [m] each: S = Σ_j 1 / (1 + d_j²), and Σ_j (y - y_j) / (1 + d_j²)² to the right and upwards, which is
            -½ ∇S. A place that holds a point is counted with itself, which adds 1 to S and nothing to the push.
        """
        return self._read(*_around(self, horizontal, vertical))

    def _read(self, nodes: Tensor, across: Tensor, up: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        values = self.potential.index_select(0, nodes.view(-1)).view(4, 4, -1)
        across_weights, up_weights = _VALUES @ across, _VALUES @ up
        by_column = (values * up_weights).sum(1)
        similarity = (by_column * across_weights).sum(0)
        scale = -0.5 / self.spacing
        right = (by_column * (_SLOPES @ across)).sum(0) * scale
        above = ((values * (_SLOPES @ up)).sum(1) * across_weights).sum(0) * scale
        return similarity, right, above


def _field(horizontal: Tensor, vertical: Tensor) -> tuple[Field, tuple[Tensor, Tensor, Tensor]]:
    """The field, and where the points lie in it as ``_around`` gives it."""
    x0, y0 = float(horizontal.min()), float(vertical.min())
    extent = max(float(horizontal.max()) - x0, float(vertical.max()) - y0)
    spacing = max(SPACING, extent / (LARGEST - 2 * MARGIN - 2))
    cells = _fast_size(int(extent / spacing) + 2 * MARGIN + 2)
    side = 2 * cells  # as much again keeps the convolution from reaching around the edge
    spectrum = _spectrum(side, spacing, horizontal.device)
    mesh = Field(x0 - MARGIN * spacing, y0 - MARGIN * spacing, spacing, side, spectrum)
    nodes, across, up = _around(mesh, horizontal, vertical)
    shares = (_VALUES @ across)[:, None] * (_VALUES @ up)
    mass = horizontal.new_zeros(side * side).index_add_(0, nodes.view(-1), shares.view(-1))
    potential = torch.fft.irfft2(torch.fft.rfft2(mass.view(side, side)) * spectrum, s=(side, side))
    return replace(mesh, potential=potential.view(-1)), (nodes, across, up)


def _around(mesh: Field, horizontal: Tensor, vertical: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Sixteen nodes around each place [4, 4, m], and along each axis powers 0 to 3 of its place in a cell [4, m]."""
    across = ((horizontal - mesh.x0) / mesh.spacing).clamp_(1, mesh.side // 2 - 3)
    up = ((vertical - mesh.y0) / mesh.spacing).clamp_(1, mesh.side // 2 - 3)
    column, row = across.floor(), up.floor()
    first = (column.long() - 1).mul_(mesh.side).add_(row.long() - 1)
    steps = torch.arange(4, device=first.device)
    nodes = (steps[:, None] * mesh.side + steps)[:, :, None] + first
    return nodes, _powers(across.sub_(column)), _powers(up.sub_(row))


def _powers(t: Tensor) -> Tensor:
    square = t * t
    return torch.stack([torch.ones_like(t), t, square, square * t])


@functools.lru_cache(maxsize=16)
def _spectrum(side: int, spacing: float, device: torch.device) -> Tensor:
    """What the transform of the points' mass is multiplied by, [side, side / 2 + 1].

    The influence function that brings the mesh closest to the kernel 1 / (1 + d²) for points anywhere between the
    nodes: Σ_m U²(k_m) K(k_m) / (Σ_m U²(k_m))² over the waves k_m that the nodes cannot tell from k, where U is the
    transform of the cubic B-spline, sinc⁴ along each axis (Hockney & Eastwood 1988, §8). K is transformed from a mesh
    that is finer by the number of waves summed along an axis.
    """
    finer = max(1, min(4, 4 * LARGEST // side))
    steps = torch.arange(side * finer, device=device)
    square = (torch.minimum(steps, side * finer - steps) * (spacing / finer)).square()
    kernel = torch.fft.fft2(1 / (1 + square[:, None] + square)).real / finer**2
    spline = torch.sinc(torch.fft.fftfreq(side * finer, device=device) * finer).pow(8)
    seen = (kernel * spline[:, None] * spline).view(finer, side, finer, side).sum((0, 2))
    total = spline.view(finer, side).sum(0)
    spectrum: Tensor = (seen / (total[:, None] * total).square())[:, : side // 2 + 1].contiguous()
    return spectrum


def _fast_size(least: int) -> int:
    """A side from ``least`` on that transforms fast, from a series in steps of a fifth.

    A map breathes while it is laid out; coarse steps let one spectrum serve all iterations.
    """
    scale = 1
    while True:
        for size in (16, 18, 20, 24, 27, 30):  # no prime factor above five
            if size * scale >= least:
                return size * scale
        scale *= 2


def repulsion(horizontal: Tensor, vertical: Tensor) -> tuple[Tensor, Tensor, float, Field]:
    """t-SNE's push on every point, Σ_j q_ij (y_i - y_j) / (1 + d_ij²), with q the similarities over their sum Z.

    Args:
        horizontal: float32 [n], n at least 2.
        vertical: float32 [n].

    Returns:
        The push to the right and upwards, [n] each, the sum Z = Σ_i Σ_{j≠i} 1 / (1 + d_ij²), and the field.
    """
    points, places = _field(horizontal, vertical)
    similarity, right, up = points._read(*places)
    total = max(float(similarity.sum()) - len(horizontal), math.ulp(1.0))
    return right / total, up / total, total, points
