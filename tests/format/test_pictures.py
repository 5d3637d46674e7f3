import pytest

from tensorboard_plugin_hidden.errors import MissingDataError
from tensorboard_plugin_hidden.format.pictures import encode_pictures, read_picture
from tensorboard_plugin_hidden.format.schema import PayloadRef
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter


def test_each_picture_comes_back(tmp_path, rng):
    pictures = [rng.bytes(size) for size in (10, 3_000_000, 1, 5_000_000, 7)]
    store = StoreWriter(str(tmp_path))
    store.append("s/pictures", encode_pictures(pictures[::-1]))
    reference = store.append("s/pictures", encode_pictures(pictures))
    reader = StoreReader(str(tmp_path))
    for row, picture in enumerate(pictures):
        assert read_picture(reader, reference, row) == picture


def test_a_copy_without_the_store(tmp_path):
    with pytest.raises(MissingDataError, match="not in this copy of the log directory"):
        read_picture(StoreReader(str(tmp_path)), PayloadRef("s/pictures", 0), 0)
