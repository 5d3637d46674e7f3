"""How learning rates go in a training."""

from __future__ import annotations

import numpy as np

SCHEDULES = ("constant", "cosine", "steps", "restarts", "doubling", "one cycle", "warm-up", "linear")
"""As it is; down a cosine; a tenth at two thirds; down four cosines; down four, each twice as long as the last; up for
three tenths and down; up for a tenth and down a cosine; down a line."""

_LOWEST = 0.01


def rate_at(schedule: str, rate: float, progress: float) -> float:
    """The learning rate after a share of the training.

    >>> round(rate_at("doubling", 1.0, 1 / 15 - 1e-6), 2), round(rate_at("doubling", 1.0, 1 / 15 + 1e-6), 2)
    (0.01, 1.0)
    """
    if schedule == "cosine":
        return rate * _cosine(progress)
    if schedule == "restarts":
        return rate * _cosine(4 * progress % 1)
    if schedule == "doubling":
        # Periods of 1, 2, 4 and 8 fifteenths (Loshchilov and Hutter 2017).
        period = int(np.log2(15 * min(progress, 1 - 1e-9) + 1))
        return rate * _cosine((15 * progress - 2**period + 1) / 2**period)
    if schedule == "steps":
        return rate * (1.0 if progress < 2 / 3 else 0.1)
    if schedule == "one cycle":
        return rate * (max(progress / 0.3, 0.04) if progress < 0.3 else _cosine((progress - 0.3) / 0.7))
    if schedule == "warm-up":
        return rate * (max(progress / 0.1, _LOWEST) if progress < 0.1 else _cosine((progress - 0.1) / 0.9))
    if schedule == "linear":
        return rate * max(1 - progress, _LOWEST)
    return rate


def _cosine(progress: float) -> float:
    return float(_LOWEST + (1 - _LOWEST) * 0.5 * (1 + np.cos(np.pi * min(progress, 1.0))))
