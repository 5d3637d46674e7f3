"""Landscapes for the tests of what is measured on them."""

import numpy as np

from tensorboard_plugin_hidden.format.frame import Landscape


def landscape(classes, support=None, bounds=None):
    classes = np.asarray(classes, np.int32)
    cells = len(classes)
    shape = classes.shape
    support = np.ones(shape, np.float32) if support is None else np.asarray(support, np.float32)
    return Landscape(bounds or (0.0, 0.0, float(cells), float(cells)), classes, np.ones(shape), support, "linear")


def halves(cells=20):
    """Class 0 on the left, class 1 on the right."""
    return np.tile((np.arange(cells) >= cells // 2).astype(np.int32), (cells, 1))


def disc(cells, radius=0.35):
    """Class 1 in a disc in the middle; the radius as a share of the side."""
    row, column = (np.mgrid[:cells, :cells] + 0.5) / cells - 0.5
    return (np.hypot(row, column) < radius).astype(np.int32)
