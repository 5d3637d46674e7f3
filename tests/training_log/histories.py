"""Random histories of right and wrong that the tests share."""

import numpy as np


def history(snapshots, samples, seed, *, unseen=0.0, flip=0.2):
    """int8 [snapshots, samples]: runs of random length, with single snapshots and whole stretches not seen."""
    rng = np.random.default_rng(seed)
    states = (np.cumsum(rng.random((snapshots, samples)) < flip, axis=0) + rng.integers(0, 2, samples)).astype(np.int8)
    states %= 2
    states[rng.random(states.shape) < unseen] = -1
    for sample in np.flatnonzero(rng.random(samples) < unseen):
        start = rng.integers(0, snapshots + 1)
        states[start : start + rng.integers(0, snapshots + 1), sample] = -1
    return states
