"""Every kind of healthy training by its name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from benchmarks.alerts.classifiers import CLASSIFIERS, Rng
from benchmarks.alerts.healthy import Training, train
from benchmarks.alerts.held_out_kinds import HELD_OUT_KINDS
from benchmarks.alerts.others import OTHERS
from benchmarks.alerts.training import Recording

KINDS: dict[str, Callable[[Rng, int], Training]] = CLASSIFIERS | OTHERS
"""Those that margins and rules may be made with, by name."""

ALL_KINDS: dict[str, Callable[[Rng, int], Training]] = KINDS | HELD_OUT_KINDS

OVERFITTED = "overfitted"
"""The kind in which one warning of overfitting is right."""


def healthy(kind: str, seed: int) -> Recording:
    """Trains one of a kind, in a setting that is drawn with the seed."""
    torch.manual_seed(seed)
    training = ALL_KINDS[kind](np.random.default_rng([seed, sum(kind.encode())]), seed)
    return train(training, kind, seed)
