import json
import struct

import numpy as np
import pytest

from tensorboard_plugin_hidden.errors import HiddenError, NewerFormatError
from tensorboard_plugin_hidden.format.codec import pack, unpack
from tensorboard_plugin_hidden.format.constants import FORMAT_VERSION

DTYPES = ["u1", "u2", "u4", "i4", "i8", "f2", "f4", "f8"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("compress", [False, True])
def test_arrays_come_back_bit_for_bit(dtype, compress, rng):
    arrays = {
        "a": (rng.normal(size=(700, 3)) * 50).astype(dtype),
        "empty": np.zeros((0, 2), dtype),
        "zeros": np.zeros(5000, dtype),
    }
    got, meta = unpack(pack(arrays, {"x": [1, None]}, compress=compress))
    assert meta == {"x": [1, None]}
    assert got.keys() == arrays.keys()
    for name, array in arrays.items():
        assert got[name].dtype == array.dtype
        assert got[name].shape == array.shape
        assert got[name].tobytes() == array.tobytes()


def test_layout_is_the_documented_one():
    """Read by hand, as another implementation would."""
    data = pack({"a": np.array([1, 2, 3], np.uint8), "b": np.array([[1.5]], np.float32)}, {"k": 1})
    magic, version, zero, length, zero_too = struct.unpack_from("<4sHHII", data)
    assert (magic, version, zero, zero_too) == (b"HIDN", FORMAT_VERSION, 0, 0)
    assert (16 + length) % 8 == 0
    header = json.loads(data[16 : 16 + length])
    first, second = header["arrays"]
    assert first == {"name": "a", "dtype": "u1", "shape": [3], "offset": 0, "nbytes": 3}
    assert second == {"name": "b", "dtype": "f4", "shape": [1, 1], "offset": 8, "nbytes": 4}
    assert data[16 + length : 16 + length + 3] == b"\x01\x02\x03"
    assert struct.unpack_from("<f", data, 16 + length + 8) == (1.5,)
    assert header["meta"] == {"k": 1}


def test_compression_is_used_where_it_pays(rng):
    smooth, noise = np.zeros(10_000, np.uint8), rng.integers(0, 256, 10_000, dtype=np.uint8)
    data = pack({"smooth": smooth, "noise": noise}, compress=True)
    assert 10_000 < len(data) < 11_000


def test_big_endian_arrays_are_stored_little_endian():
    got, _ = unpack(pack({"a": np.array([1, 258], ">u2")}))
    assert got["a"].tolist() == [1, 258]


def test_unknown_dtype_is_refused():
    with pytest.raises(HiddenError, match=r"'a' cannot be stored: .* got complex128"):
        pack({"a": np.zeros(2, complex)})


@pytest.mark.parametrize("cut", [0, 3, 15, 40, -1])
def test_damaged_bytes_are_an_error_of_one_sentence(cut):
    data = pack({"a": np.arange(104, dtype=np.uint8)})
    with pytest.raises(HiddenError, match="damaged"):
        unpack(data[:cut])


def test_damaged_deflate_stream():
    data = bytearray(pack({"a": np.zeros(5000, np.uint8)}, compress=True))
    data[-12:] = b"\xff" * 12
    with pytest.raises(HiddenError, match="damaged"):
        unpack(bytes(data))


def test_the_future_is_refused_naming_both_versions():
    data = bytearray(pack({"a": np.zeros(1, np.uint8)}))
    struct.pack_into("<H", data, 4, FORMAT_VERSION + 6)
    with pytest.raises(
        NewerFormatError, match=rf"format {FORMAT_VERSION} or older, got format {FORMAT_VERSION + 6}.*pip install -U"
    ):
        unpack(bytes(data))
