"""What a model's weights and gradients are at one step of training, and how its filters changed since the last look.

The measures are DeepTracker's (Liu et al., TIST 2018, as its authors' programs compute them), with counts of NaN and
Inf, the share of zeros, and the update over the weight. Nothing here knows of files or schedules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.parameters_layout import Layer, Layout, Node, survey
from tensorboard_plugin_hidden.logger.parameters_reduce import (
    CHANGES,
    STATISTICS,
    changes,
    describe,
    norm,
    to_host,
    widened,
)
from tensorboard_plugin_hidden.logger.wrappers import unwrap
from tensorboard_plugin_hidden.training_log.filters import most_changed

Table = npt.NDArray[np.float64]

NETWORK_FILTERS = 64
"""Most-changed filters of the whole network that are named at a step."""

LAYER_FILTERS = 8
"""Most-changed filters of each layer that are named at a step."""

_IN_UNITS = [STATISTICS.index(name) for name in STATISTICS if name not in ("nan", "inf", "zeros")]
"""Statistics that scale with the values."""


@dataclass(frozen=True, slots=True)
class ParameterStatistics:
    """One look at a model. Rows of the tables are the L layers, then the M nodes.

    Attributes:
        layers: Parameters in order of the module tree, then running statistics of normalisations.
        nodes: Modules with parameters in or below them, parents before children.
        skipped: Name of each parameter that is not measured, and why, as a sentence.
        weights: float64 [L + M, 12], the columns of ``STATISTICS``.
        gradients: Likewise; NaN where there is no gradient.
        update: float64 [L + M], |w - v| / |v| in L2 norms, of the weights w after a step of the optimizer and v
            before; NaN where the step was not observed, for buffers, and for weights of zero.
        strides: int64 [2, L + M], for weights and gradients: of how many values one was taken for the quartiles. 1:
            they are exact.
        changes: float32 [F, 5], the columns of ``CHANGES``, of all filters since the last look; NaN where there is
            none, as at the first look and after the shape of a layer changed.
        offsets: int64 [L + 1]; the filters of layer i are the rows ``offsets[i]`` up to ``offsets[i + 1]``.
        learning_rates: float64 [groups], one for each parameter group of the optimizer.
        groups: int32 [L], each layer's parameter group, -1 for none.
    """

    layers: tuple[Layer, ...]
    nodes: tuple[Node, ...]
    skipped: tuple[tuple[str, str], ...]
    weights: Table
    gradients: Table
    update: Table
    strides: npt.NDArray[np.int64]
    changes: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    learning_rates: Table
    groups: npt.NDArray[np.int32]

    def top_filters(self, count: int = NETWORK_FILTERS) -> npt.NDArray[np.int32]:
        """The filters of the whole network that changed most, by 1 - cos.

        Args:
            count: How many.

        Returns:
            int32 [≤ count] rows of ``changes``, the most changed first.
        """
        return most_changed(self.changes[:, -1], count)

    def top_filters_by_layer(self, count: int = LAYER_FILTERS) -> npt.NDArray[np.int32]:
        """The filters of each layer that changed most, by 1 - cos.

        Args:
            count: How many.

        Returns:
            int32 [L, count] rows of ``changes``, the most changed first; -1 where a layer has fewer.
        """
        top = np.full((len(self.layers), count), -1, np.int32)
        for i, (start, stop) in enumerate(zip(self.offsets, self.offsets[1:], strict=False)):
            rows = most_changed(self.changes[start:stop, -1], count)
            top[i, : len(rows)] = rows + start
        return top


class ParameterTracker:
    """Looks at a model's parameters, and keeps what they were at the last look, on their device and in their type.

    Args:
        model: The model, wrapped (``DistributedDataParallel``, ``torch.compile``) or not.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._previous: dict[str, Tensor] = {}
        self._before: dict[str, Tensor] = {}

    @torch.no_grad()
    def before_update(self) -> None:
        """Keeps a copy of the parameters until the next ``measure``, which then tells how large the update was."""
        layout = survey(unwrap(self._model))
        self._before = {
            layer.name: tensor.detach().clone()
            for layer, tensor in zip(layout.layers, layout.tensors, strict=True)
            if layer.kind == "parameter"
        }

    @torch.no_grad()
    def measure(self, optimizer: torch.optim.Optimizer | None = None, scale: float = 1.0) -> ParameterStatistics:
        """Statistics of the parameters as they are, of their gradients, and of the change since the last call.

        Args:
            optimizer: For the learning rates.
            scale: What the loss was multiplied by, if the gradients still are, as between ``backward`` and the step of
                a ``GradScaler``.

        Raises:
            HiddenError: The scale is no positive number.
        """
        if not (math.isfinite(scale) and scale > 0):
            raise HiddenError(
                "gradients cannot be unscaled",
                expected="a positive number",
                got=repr(scale),
                fix="Pass what the loss was multiplied by, as scaler.get_scale().",
            )
        layout = survey(unwrap(self._model))
        spans = [(node.start, node.stop) for node in layout.nodes]
        weights, of_weights = describe(layout.tensors, spans)
        gradients, of_gradients = _gradients(layout, spans)
        gradients[:, _IN_UNITS] /= scale
        counts = [layer.filters for layer in layout.layers]
        rates, groups = _learning_rates(optimizer, layout)
        statistics = ParameterStatistics(
            layers=tuple(layout.layers),
            nodes=tuple(layout.nodes),
            skipped=tuple(layout.skipped),
            weights=weights,
            gradients=gradients,
            update=self._update(layout, spans),
            strides=np.stack([of_weights, of_gradients]),
            changes=self._changes(layout),
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            learning_rates=rates,
            groups=groups,
        )
        self._before = {}
        self._remember(layout)
        return statistics

    def _update(self, layout: Layout, spans: list[tuple[int, int]]) -> Table:
        squares = np.full((len(layout.layers), 2), np.nan)
        seen, rows = [], []
        for i, tensor in enumerate(layout.tensors):
            before = self._before.get(layout.layers[i].name)
            if before is not None and _alike(before, tensor):
                old = widened(before)
                seen.append(i)
                rows.append(torch.stack([norm(x, 2) for x in (widened(tensor) - old, old)]))
        if seen:
            squares[seen] = np.array(to_host(rows)) ** 2
        # A tensor with NaN or Inf has no ratio, and takes no part in those of its modules.
        squares[~np.isfinite(squares).all(axis=1)] = 0
        sums = np.concatenate([squares, np.reshape([squares[a:b].sum(axis=0) for a, b in spans], (-1, 2))])
        ratio: Table = np.full(len(sums), np.nan)
        np.divide(sums[:, 0], sums[:, 1], out=ratio, where=sums[:, 1] > 0)
        np.sqrt(ratio, out=ratio)
        return ratio

    def _changes(self, layout: Layout) -> npt.NDArray[np.float32]:
        parts = [np.full((layer.filters, len(CHANGES)), np.nan, np.float32) for layer in layout.layers]
        seen, pairs = [], []
        for i, (layer, tensor) in enumerate(zip(layout.layers, layout.tensors, strict=True)):
            before = self._previous.get(layer.name)
            if layer.filters and before is not None and _alike(before, tensor):
                seen.append(i)
                pairs.append((tensor, before, layout.axes[i]))
        for i, change in zip(seen, changes(pairs), strict=True):
            parts[i] = change
        return np.concatenate([np.empty((0, len(CHANGES)), np.float32), *parts])

    def _remember(self, layout: Layout) -> None:
        kept: dict[str, Tensor] = {}
        for layer, tensor in zip(layout.layers, layout.tensors, strict=True):
            if layer.filters:
                before = self._previous.get(layer.name)
                reusable = before is not None and _alike(before, tensor)
                kept[layer.name] = before.copy_(tensor) if before is not None and reusable else tensor.detach().clone()
        self._previous = kept


def _alike(before: Tensor, now: Tensor) -> bool:
    return (before.shape, before.dtype, before.device) == (now.shape, now.dtype, now.device)


def _gradients(layout: Layout, spans: list[tuple[int, int]]) -> tuple[Table, npt.NDArray[np.int64]]:
    """Statistics of the gradients; a parameter without one counts nowhere."""
    rows = len(layout.layers) + len(spans)
    table, strides = np.full((rows, len(STATISTICS)), np.nan), np.ones(rows, np.int64)
    have = [i for i, tensor in enumerate(layout.tensors) if tensor.grad is not None]
    tensors = [tensor.grad for tensor in layout.tensors if tensor.grad is not None]
    # Where the spans begin and end among the parameters that have a gradient.
    places = np.searchsorted(have, np.reshape(spans, (-1, 2)))
    described, taken = describe(tensors, [(int(a), int(b)) for a, b in places])
    some = [*have, *(len(layout.layers) + i for i, (a, b) in enumerate(places) if b > a)]
    kept = [*range(len(have)), *(len(have) + i for i, (a, b) in enumerate(places) if b > a)]
    table[some], strides[some] = described[kept], taken[kept]
    return table, strides


def _learning_rates(optimizer: torch.optim.Optimizer | None, layout: Layout) -> tuple[Table, npt.NDArray[np.int32]]:
    param_groups = [] if optimizer is None else optimizer.param_groups
    of = {id(parameter): i for i, group in enumerate(param_groups) for parameter in group["params"]}
    rates = np.array([float(group.get("lr", math.nan)) for group in param_groups], np.float64)
    return rates, np.array([of.get(id(tensor), -1) for tensor in layout.tensors], np.int32)
