"""Which samples a probe takes of many: a seeded choice in which every class has its share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def stratified_sample(labels: npt.NDArray[np.integer[Any]], size: int, seed: int) -> npt.NDArray[np.intp]:
    """A random sample in which every class has its share, and at least one sample where ``size`` allows.

    Shares are by largest remainder (Hamilton's method of apportionment).

    Args:
        labels: [N] class of each sample; any value is a class, -1 as well.
        size: Number of samples; all are taken when there are not more.
        seed: Seed of the choice within a class.

    Returns:
        min(N, size) indices, ascending.

    >>> bool(stratified_sample(np.array([0] * 90 + [1] * 10), 10, seed=0)[-1] >= 90)
    True
    """
    if len(labels) <= size:
        return np.arange(len(labels), dtype=np.intp)
    _, members, counts = np.unique(labels, return_inverse=True, return_counts=True)
    exact = counts * (size / len(labels))
    least = 1 if size >= len(counts) else 0
    shares = np.maximum(np.floor(exact).astype(np.intp), least)
    while shares.sum() < size:
        shares[np.argmax(exact - shares)] += 1
    while shares.sum() > size:  # classes raised to one sample are paid for by those furthest above their share
        shares[np.argmax(np.where(shares > least, shares - exact, -np.inf))] -= 1
    rng = np.random.default_rng(seed)
    picked = [rng.choice(np.flatnonzero(members == c), n, replace=False, shuffle=False) for c, n in enumerate(shares)]
    return np.sort(np.concatenate(picked))
