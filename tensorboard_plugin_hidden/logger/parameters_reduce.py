"""Tensors to statistics, on the device that holds the tensors: nothing but the statistics is copied to the host.

Everything is computed in float32 or wider. Tensors with NaN, Inf or extreme values, whose squares would overflow, are
told by their L1 norm and computed in float64 from what is finite in them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tensorboard_plugin_hidden.logger.parameters_layout import FilterAxis

STATISTICS = ("min", "max", "mean", "std", "l1", "l2", "q1", "median", "q3", "nan", "inf", "zeros")
"""Of the finite values: extremes, mean, standard deviation (of the population), norms, quartiles (the value of rank
⌊qn⌋ of n in ascending order, from 0), and the share of exact zeros. ``nan`` and ``inf`` count the others."""

CHANGES = ("l1", "l2", "relative_l1", "relative_l2", "one_minus_cos")
"""Of a filter w and its earlier self v: |w - v| in both norms, the same over |v|, and 1 - w·v / (|w| |v|)."""

_QUARTILE_VALUES = 2**24
"""Values up to which quartiles are exact; of more, every n-th is taken, so that memory and time stay bounded."""

_EXTREME = 1e18
"""A mean magnitude, or an L1 norm, beyond this in either direction has squares that float32 cannot add up."""

_BLOCK = 4096
"""Values of one partial norm. A CPU adds float32 norms up one by one: at 10 million values, L1 norms are 1 % off."""

Table = npt.NDArray[np.float64]


def widened(tensor: Tensor) -> Tensor:
    """What is computed with: real numbers of at least 32 bits."""
    tensor = _real(tensor)
    return tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()


def norm(values: Tensor, order: int) -> Tensor:
    """L1 or L2 norm, precise for any number of values.

    Args:
        values: Real, of any shape.
        order: 1 or 2.
    """
    values = values.reshape(-1)
    whole = len(values) // _BLOCK * _BLOCK
    blocks = torch.linalg.vector_norm(values[:whole].view(-1, _BLOCK), order, dim=1)
    rest = torch.linalg.vector_norm(values[whole:], order)
    total: Tensor = blocks.sum() + rest if order == 1 else (blocks.square().sum() + rest.square()).sqrt()
    return total


def to_host(rows: Sequence[Tensor]) -> list[Table]:
    """Tensors of any shapes, on any devices, as float64 arrays, in one copy for each device.

    Args:
        rows: Small tensors.
    """
    arrays: list[Table] = [np.empty(0)] * len(rows)
    by_device: dict[torch.device, list[int]] = {}
    for place, row in enumerate(rows):
        by_device.setdefault(row.device, []).append(place)
    for places in by_device.values():
        joined = torch.cat([rows[place].reshape(-1) for place in places]).cpu().double().numpy()
        ends = np.cumsum([rows[place].numel() for place in places])
        for place, values in zip(places, np.split(joined, ends[:-1]), strict=True):
            arrays[place] = values.reshape(rows[place].shape)
    return arrays


def describe(tensors: Sequence[Tensor], spans: Sequence[tuple[int, int]]) -> tuple[Table, npt.NDArray[np.int64]]:
    """Statistics of tensors, and of the concatenation of neighbouring ones.

    Args:
        tensors: Of any shapes and types, on any devices.
        spans: Each from one tensor up to another.

    Returns:
        float64 [tensors + spans, statistics], see ``STATISTICS``; NaN where there is no finite value, but for counts
        and norms. int64 [tensors + spans]: of how many values one was taken for the quartiles, 1 where they are exact.
    """
    table = np.full((len(tensors) + len(spans), len(STATISTICS)), np.nan)
    flat = [_flat(tensor) for tensor in tensors]
    norms = to_host([norm(widened(values), 1) for values in flat])
    sizes = np.array([values.numel() for values in flat], np.int64)
    bad = np.zeros((len(tensors), 2))
    for i, (values, size) in enumerate(zip(flat, norms, strict=True)):
        # A norm that is not finite is not below the limit.
        if not (size == 0 or sizes[i] / _EXTREME < size < _EXTREME):
            wide = widened(values)
            wide = wide.cpu().double() if wide.device.type == "mps" else wide.double()
            bad[i] = int(wide.isnan().sum()), int(wide.isinf().sum())
            flat[i] = wide[wide.isfinite()]
    counts = sizes - bad.sum(axis=1).astype(np.int64)
    full = [i for i, count in enumerate(counts) if count]
    for i, moments in zip(full, to_host([_moments(widened(flat[i])) for i in full]), strict=True):
        table[i, :6], table[i, 11] = moments[:6], moments[6]
    table[: len(tensors), 9:11] = bad
    table[: len(tensors)][counts == 0, 4:6] = 0
    for row, (start, stop) in enumerate(spans, len(tensors)):
        table[row] = _merged(table[start:stop], counts[start:stop])
    table[:, 6:9], strides = _all_quartiles(flat, [*((i, i + 1) for i in range(len(flat))), *spans])
    return table, strides


def changes(pairs: Sequence[tuple[Tensor, Tensor, FilterAxis]]) -> list[npt.NDArray[np.float32]]:
    """How filters changed.

    1 - cos is computed as (|d|² - (|w| - |v|)²) / (2 |w| |v|) with d = w - v and |w| - |v| = (2 d·v + |d|²) / (|w| +
    |v|), where nothing cancels unless w is a multiple of v: a difference of two cosines near 1 would be rounding.

    Args:
        pairs: A weight, what it was before, of the same shape, and where its filters are.

    Returns:
        For each pair float32 [filters, changes], see ``CHANGES``. NaN where a filter is not finite, and for what is
        relative to a filter of zeros; 0 where nothing changed.
    """
    rows = []
    for weight, before, axis in pairs:
        v = axis.rows(widened(before))
        d = axis.rows(widened(weight)) - v
        norms = [torch.linalg.vector_norm(rows_of, order, dim=1) for rows_of in (d, v) for order in (1, 2)]
        columns = [*norms, (d * v).sum(dim=1)]
        rows.append(torch.stack(columns, dim=1))
    return [_changes(*values.T) for values in to_host(rows)]


def _changes(d1: Table, d2: Table, v1: Table, v2: Table, dot: Table) -> npt.NDArray[np.float32]:
    with np.errstate(all="ignore"):
        growth = 2 * dot + d2**2
        w2 = np.sqrt(np.maximum(v2**2 + growth, 0))
        one_minus_cos = np.maximum(d2**2 - (growth / (w2 + v2)) ** 2, 0) / (2 * w2 * v2)
        table = np.stack([d1, d2, d1 / v1, d2 / v2, one_minus_cos], axis=1)
    table[~np.isfinite(table)] = np.nan
    table[d1 == 0] = 0
    return table.astype(np.float32)


def _flat(tensor: Tensor) -> Tensor:
    """The values in any order, without a copy where the memory has no gaps, as in channels_last."""
    tensor = _real(tensor)
    axes = sorted(range(tensor.ndim), key=tensor.stride, reverse=True)
    return tensor.permute(axes).reshape(-1)


def _real(tensor: Tensor) -> Tensor:
    """Dense and real; a complex number is two real ones."""
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor


def _moments(values: Tensor) -> Tensor:
    """Least, greatest, mean, standard deviation, L1 and L2 norm and share of zeros of finite values."""
    least, greatest = torch.aminmax(values)
    mean = values.mean()
    count = values.numel()
    # Around the mean: a mean of squares less the square of the mean cancels where the spread is small.
    std = norm(values - mean, 2) / count**0.5
    zeros = (count - torch.count_nonzero(values)) / count
    return torch.stack([least, greatest, mean, std, norm(values, 1), norm(values, 2), zeros.to(values.dtype)])


def _merged(rows: Table, counts: npt.NDArray[np.int64]) -> Table:
    """The statistics of a concatenation, but for its quartiles, from those of its parts (Chan et al. 1979)."""
    merged = np.full(len(STATISTICS), np.nan)
    merged[9:11] = rows[:, 9:11].sum(axis=0)
    merged[4], merged[5] = rows[:, 4].sum(), np.sqrt((rows[:, 5] ** 2).sum())
    some, n = rows[counts > 0], counts[counts > 0]
    if len(some):
        mean = (n * some[:, 2]).sum() / n.sum()
        spread = (n * (some[:, 3] ** 2 + (some[:, 2] - mean) ** 2)).sum() / n.sum()
        merged[:4] = some[:, 0].min(), some[:, 1].max(), mean, np.sqrt(spread)
        merged[11] = (n * some[:, 11]).sum() / n.sum()
    return merged


def _all_quartiles(flat: Sequence[Tensor], spans: Sequence[tuple[int, int]]) -> tuple[Table, npt.NDArray[np.int64]]:
    """Quartiles of the values of neighbouring tensors, [spans, 3], and of how many values one was taken."""
    # A module with one parameter has its quartiles.
    known = {span: row for row, span in enumerate(dict.fromkeys(spans))}
    rows, strides = [], []
    for start, stop in known:
        parts = [values for values in flat[start:stop] if values.numel()]
        stride = max(1, -(-sum(values.numel() for values in parts) // _QUARTILE_VALUES))
        rows.append(_quartiles(parts, stride))
        strides.append(stride)
    order = [known[span] for span in spans]
    return np.array(to_host(rows)).reshape(-1, 3)[order], np.array(strides, np.int64)[order]


def _quartiles(parts: Sequence[Tensor], stride: int) -> Tensor:
    """First quartile, median and third quartile of every ``stride``-th of some finite values."""
    if not parts:
        return torch.full((3,), torch.nan)
    values = torch.cat([widened(part[::stride]).to(parts[0].device) for part in parts])
    ranks = [len(values) * quarter // 4 for quarter in (1, 2, 3)]
    if values.device.type == "cpu":
        return torch.from_numpy(select(values.numpy(), ranks))
    return torch.sort(values).values[ranks]


def select(values: npt.NDArray[np.floating], ranks: Sequence[int]) -> npt.NDArray[np.floating]:
    """Three order statistics, faster than sorting; the values are left in another order.

    Args:
        values: float [n], n at least 1.
        ranks: Three, in ascending order.
    """
    low, middle, high = ranks
    values.partition(middle)
    # Each side of the median has its own quartile, which equals the median where there are too few values.
    if low < middle:
        values[:middle].partition(low)
    if high > middle:
        values[middle + 1 :].partition(high - middle - 1)
    return values[[low, middle, high]]
