import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.baselines.optional import imported


def test_a_missing_library_is_named_with_its_extra():
    with pytest.raises(HiddenError, match=r'pip install "tensorboard-plugin-hidden\[umap\]"'):
        imported("a_library_that_is_not_there", "umap", "umap")
