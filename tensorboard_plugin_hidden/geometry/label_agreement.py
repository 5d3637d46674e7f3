"""Whether a sample's neighbours have its label; imports numpy only."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray


def label_agreement(neighbours: IntArray, labels: IntArray) -> FloatArray:
    """Share of each sample's neighbours that have its label, of those that could.

    Neighbours without a label do not count. A sample whose class has fewer others than there are neighbours is
    measured by how many of these it could have found, so that 1 is attainable in small classes too.

    Args:
        neighbours: int32 [N, k], positions of neighbours, without self.
        labels: int [N]; negative for none.

    Returns:
        float32 [N] in [0, 1]; NaN for samples without a label, without a labelled neighbour or alone in their class.

    >>> label_agreement(np.array([[1, 2], [0, 2], [0, 1]]), np.array([0, 0, 1])).tolist()
    [1.0, 1.0, nan]
    """
    near = labels[neighbours]
    same = (near == labels[:, None]).sum(axis=1)
    others = np.bincount(labels[labels >= 0], minlength=1)[np.maximum(labels, 0)] - 1
    possible = np.minimum((near >= 0).sum(axis=1), others)
    known = (labels >= 0) & (possible > 0)
    return np.where(known, same / np.maximum(possible, 1), np.nan).astype(np.float32)
