"""What one snapshot says of a few samples: their nearest neighbours and likeliest classes. numpy only.

Made once for a snapshot and asked many times, so what every question needs is prepared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import BoolArray, FloatArray
from tensorboard_plugin_hidden.geometry.outcomes import likeliest

NEIGHBOURS = 15
"""Neighbours of a sample: the k at which faithfulness is measured."""

CLASSES = 5
"""Classes of a sample."""

_CANDIDATES = 4 * NEIGHBOURS
"""Points whose distance is computed from differences, among which the nearest are found."""

_BLOCK_ENTRIES = 12_800_000
"""Distances held at once: 51 MB of float32, where a product of matrices is at its fastest."""


class SnapshotDetails:
    """One snapshot, ready for questions. Safe to ask from several threads.

    Args:
        arrays: ``activations`` [N, D] and, where there are logits, ``logits`` [N, C]; as stored.

    Attributes:
        count: N.
        nbytes: Bytes that it holds in memory.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        # One copy, that everything below changes in place: a snapshot may be most of the memory there is.
        self._points: FloatArray = arrays["activations"].astype(np.float32)
        self._logits: FloatArray | None = arrays.get("logits")
        self.count = len(self._points)
        self._finite: BoolArray = np.logical_and.reduce(np.isfinite(self._points), axis=1)
        self._points[~self._finite] = 0
        self._others = int(self._finite.sum()) - 1
        # Distances are computed as |a|² + |b|² - 2ab, which loses what an offset common to all adds.
        self._points -= self._points.mean(axis=0, dtype=np.float64).astype(np.float32)
        with np.errstate(over="ignore"):
            self._norms: FloatArray = np.einsum("nd,nd->n", self._points, self._points)
        self._largest = float(self._norms.max())
        held = [self._points, self._norms, self._finite, *([] if self._logits is None else [self._logits])]
        self.nbytes = sum(array.nbytes for array in held)

    def answer(self, rows: Sequence[int]) -> dict[str, Any]:
        """Neighbours and classes of some samples, as ``GET details`` gives them.

        Args:
            rows: Samples, from 0 to N - 1.
        """
        neighbours, distances = self.nearest(rows)
        classes: list[list[int]] = [[] for _ in rows]
        probabilities: list[list[float]] = [[] for _ in rows]
        if self._logits is not None:
            classes, probabilities = likeliest(self._logits[list(rows)], CLASSES)
        return {
            "k": NEIGHBOURS,
            "neighbours": neighbours,
            "distances": distances,
            "classes": classes,
            "probabilities": probabilities,
        }

    def nearest(self, rows: Sequence[int]) -> tuple[list[list[int]], list[list[float]]]:
        """The ``NEIGHBOURS`` nearest other samples by Euclidean distance, nearest first; equal ones by row.

        Args:
            rows: Samples. One that is not finite has no neighbours, and is none.

        Returns:
            Rows, and distances of 6 significant digits; fewer than ``NEIGHBOURS`` where there are no more samples.
        """
        chosen = np.asarray(rows, dtype=np.intp)
        found: list[tuple[list[int], list[float]]] = []
        block = max(1, _BLOCK_ENTRIES // self.count)
        for start in range(0, len(chosen), block):
            found += self._nearest(chosen[start : start + block])
        return [neighbours for neighbours, _ in found], [distances for _, distances in found]

    def _nearest(self, rows: npt.NDArray[np.intp]) -> list[tuple[list[int], list[float]]]:
        with np.errstate(over="ignore", invalid="ignore"):  # such values are unsure below
            squared = (-2 * self._points[rows]) @ self._points.T
            squared += self._norms
        found, unsure = [], []
        # Rounding of a product of float32 of length D, see Higham, Accuracy and Stability (2002), section 3.1.
        unit = 2.0**-24 * (self._points.shape[1] + 3)
        for place, (row, distances) in enumerate(zip(rows.tolist(), squared, strict=True)):
            error = unit * (float(self._norms[row]) ** 0.5 + self._largest**0.5) ** 2
            answer, sure = self._refined(row, distances, float(self._norms[row]), error)
            found.append(answer)
            if not sure:
                unsure.append(place)
        for place, distances in zip(unsure, self._in_double(rows[unsure]), strict=True):
            found[place], _ = self._refined(int(rows[place]), distances, 0.0, 0.0)
        return found

    def _refined(
        self, row: int, squared: npt.NDArray[Any], constant: float, error: float
    ) -> tuple[tuple[list[int], list[float]], bool]:
        """The nearest, and whether there can be no nearer.

        Squared distances lack a ``constant``, are off by ``error`` at most, and are changed.
        """
        if not self._finite[row]:
            return ([], []), True
        if self._others < self.count - 1:
            squared[~self._finite] = np.inf
        squared[row] = np.inf
        wanted = min(_CANDIDATES, self._others)
        if wanted == 0:
            return ([], []), True
        candidates = np.sort(np.argpartition(squared, wanted - 1)[:wanted])
        farthest = float(squared[candidates].max()) + constant
        exact = np.linalg.norm(self._points[candidates].astype(np.float64) - self._points[row], axis=1)
        order = np.argsort(exact, kind="stable")[:NEIGHBOURS]
        sure = wanted == self._others or farthest - error >= float(exact[order[-1]]) ** 2
        return (candidates[order].tolist(), [float(f"{distance:.6g}") for distance in exact[order]]), sure

    def _in_double(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Squared distances [M, N] for rows whose neighbours are nearer than float32 tells apart."""
        result = np.empty((len(rows), self.count))
        block = max(1, _BLOCK_ENTRIES // max(1, self._points.shape[1]))
        asked = self._points[rows].astype(np.float64)
        for start in range(0, self.count if len(rows) else 0, block):
            part = self._points[start : start + block].astype(np.float64)
            squared = np.einsum("nd,nd->n", part, part)[None, :] + np.einsum("md,md->m", asked, asked)[:, None]
            result[:, start : start + block] = squared - 2 * (asked @ part.T)
        return result
