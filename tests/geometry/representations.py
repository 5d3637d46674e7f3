"""Made-up activations whose geometry is known."""

import numpy as np


def clusters(count=300, width=24, classes=5, apart=3.0, seed=0):
    """Samples around centres that are ``apart`` times as far spread as they are: activations and labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count).astype(np.int32)
    centres = apart * rng.standard_normal((classes, width))
    return (centres[labels] + rng.standard_normal((count, width))).astype(np.float32), labels


def falling(count, width, power, seed=0):
    """Samples whose variances along axes fall as k^-power."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((count, width)) * np.arange(1.0, width + 1) ** (-power / 2)).astype(np.float32)


def rotation(width, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((width, width)))[0]


def mixed(first, second, share):
    """Something between two representations: the first at 0, the second at 1."""
    angle = share * np.pi / 2
    return (np.cos(angle) * first + np.sin(angle) * second).astype(np.float32)
