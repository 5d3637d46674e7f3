import numpy as np
import pytest

from tensorboard_plugin_hidden.projection.baselines.umap import umap_layout
from tests.projection.baselines.scenes import groups, prepared


def test_umap_refuses_a_start_that_would_corrupt_memory():
    fitted = prepared(groups())
    for start in (np.zeros((59, 2), np.float32), np.full((60, 2), np.nan, np.float32)):
        with pytest.raises(ValueError, match="finite and of shape"):
            umap_layout(fitted, 0, start, 10)
