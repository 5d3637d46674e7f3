import pytest

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.projection.baselines.optional import imported


def test_a_missing_library_is_named_with_what_installs_it():
    with pytest.raises(HiddenError, match=r'pip install "umap-learn"'):
        imported("a_library_that_is_not_there", "umap-learn", "umap")
