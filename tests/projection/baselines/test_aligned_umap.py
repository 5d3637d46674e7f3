import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.neighbours import knn
from tensorboard_plugin_hidden.projection.baselines.aligned_umap import NOWHERE, AlignedUmap, relations_of
from tests.projection.baselines.scenes import assert_whole, groups, prepared

ROOT = Path(__file__).parents[3]


def draw_an_aligned_run():
    points, moved = groups(40), np.arange(45, dtype=np.int32) + 4
    run = [prepared(points), prepared(points[:30] * 1.1), prepared(groups(45, 7), rows=moved)]
    for embedding, step in zip(AlignedUmap(epochs=20).fit_run(run, 0), run, strict=True):
        assert_whole(embedding, step)
        labels = step.rows % 4
        assert (labels[knn(embedding.positions, 1)[0][:, 0]] == labels).mean() > 0.5
    (alone,) = AlignedUmap().fit_run([prepared(groups(10))], 0)
    assert_whole(alone, prepared(groups(10)))


def test_aligned_umap_draws_a_run():
    """In a process where numba compiles nothing, which would take a minute, and checks every index."""
    code = f"import {__name__} as here; here.draw_an_aligned_run()"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, cwd=ROOT)


def test_relations_tie_the_same_samples():
    first, second = relations_of([np.array([3, 5, 9]), np.array([5, 9]), np.array([9, 4, 2, 1])])
    assert first == {1: 0, 2: 1, 3: NOWHERE}
    assert second == {1: 0, 3: NOWHERE}
    with pytest.raises(HiddenError, match="between snapshots 0 and 1"):
        relations_of([np.array([1, 2]), np.array([3, 4])])
