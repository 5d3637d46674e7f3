"""Small stores that claim to be large cost nothing; large ones that are what they say are read."""

import json
import os
import shutil
import time
import tracemalloc
import zlib
from contextlib import contextmanager

import numpy as np
import pytest
from numcodecs import blosc

from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.format import plain_files
from tensorboard_plugin_hidden.format.codec import pack, unpack
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME
from tensorboard_plugin_hidden.format.payload import PayloadWriter, resolve
from tensorboard_plugin_hidden.format.schema import EndRecord, PayloadRef, Record, Version
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter

MIB = 2**20
ROW = PayloadRef("g", 0)


@contextmanager
def cheap(megabytes=16, seconds=2.0):
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < megabytes * MIB
    assert time.monotonic() - began < seconds


class Planted:
    """One array of ours, which is then changed."""

    def __init__(self, run):
        StoreWriter(str(run)).append("g", {"a": np.arange(3000, dtype=np.float32)})
        self.run = run
        self.array = run / ASSETS_DIR / STORE_NAME / "g" / "a"
        self.chunk = self.array / "c" / "0" / "0"

    def say(self, **fields):
        file = self.array / "zarr.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | fields))

    def shaped(self, shape, chunk):
        self.say(
            shape=shape, chunk_grid={"name": "regular", "configuration": {"chunk_shape": chunk}}, data_type="float32"
        )

    def put(self, place, data):
        file = self.array.joinpath("c", *map(str, place))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def full(nbytes, codec=b"lz4"):
    return blosc.compress(bytes(nbytes), codec, 9, 1, 0)


def claims_a_gigabyte(planted):
    planted.shaped([1, 300_000_000], [1, 2**20])


def claims_a_gigabyte_and_has_its_ends(planted):
    planted.shaped([1, 300_000_000], [1, 2**20])
    for place in (0, 286):
        planted.put((0, place), full(4 * MIB))


def tiny_chunks_inflate(planted):
    planted.shaped([1, 500 * MIB], [1, MIB])
    for place in range(500):
        planted.put((0, place), full(4 * MIB, b"zstd"))


def sparse_files(planted):
    """Large on paper, and nothing on the disk: each is larger than a chunk can be."""
    planted.shaped([1, 500 * MIB], [1, MIB])
    for place in range(500):
        planted.put((0, place), b"")
        with planted.array.joinpath("c", "0", str(place)).open("r+b") as file:
            file.truncate(2**33)


def two_million_chunks(planted):
    planted.shaped([1, 2_000_000], [1, 1])


def one_huge_chunk(planted):
    planted.shaped([1, 2**30], [1, 2**30])


def chunk_of_another_size(planted):
    planted.chunk.write_bytes(full(12_001))


def chunk_that_says_less_than_it_is(planted):
    planted.chunk.write_bytes(full(64 * MIB)[:4] + (12_000).to_bytes(4, "little") + full(64 * MIB)[8:])


def chunk_of_another_codec(planted):
    planted.chunk.write_bytes(full(12_000, b"zstd"))


def chunk_missing(planted):
    planted.chunk.unlink()


def chunk_cut_short(planted):
    planted.chunk.write_bytes(planted.chunk.read_bytes()[:-1])


def chunk_with_more_behind(planted):
    planted.chunk.write_bytes(planted.chunk.read_bytes() + bytes(5 * MIB))


def chunk_empty(planted):
    planted.chunk.write_bytes(b"")


def another_file_by_a_hard_link(planted):
    secret = planted.run / "passwd"
    secret.write_bytes(b"root:x:0:0" * 1200)
    planted.chunk.unlink()
    planted.chunk.hardlink_to(secret)


def compressed_twice(planted):
    (first, second) = json.loads((planted.array / "zarr.json").read_text())["codecs"]
    planted.say(codecs=[first, second, second])


def transposed(planted):
    codecs = json.loads((planted.array / "zarr.json").read_text())["codecs"]
    planted.say(codecs=[{"name": "transpose", "configuration": {"order": [1, 0]}}, *codecs])


def sharded(planted):
    codecs = json.loads((planted.array / "zarr.json").read_text())["codecs"]
    inner = {"chunk_shape": [1, 1], "codecs": codecs, "index_codecs": codecs[:1], "index_location": "end"}
    planted.say(codecs=[{"name": "sharding_indexed", "configuration": inner}])


def chunks_elsewhere(planted):
    planted.say(chunk_key_encoding={"name": "v2", "configuration": {"separator": "/"}})


def long_metadata(planted):
    planted.say(attributes={"x": "y" * 2 * MIB})


def of_texts(planted):
    planted.say(data_type="string", fill_value="")


def huge_dimension(planted):
    planted.shaped([1, 10**30], [1, 3000])


def negative_dimension(planted):
    planted.shaped([1, -4], [1, 3000])


def dimension_of_text(planted):
    planted.shaped([1, "3000"], [1, 3000])


def chunks_of_nothing(planted):
    planted.shaped([1, 3000], [1, 0])


def no_dimensions(planted):
    planted.shaped([], [])


def many_dimensions(planted):
    planted.shaped([1] * 200, [1] * 200)


def no_metadata(planted):
    (planted.array / "zarr.json").write_bytes(b"")


def metadata_of_bytes(planted):
    (planted.array / "zarr.json").write_bytes(b"\xff\xfe\x00")


def metadata_is_a_list(planted):
    (planted.array / "zarr.json").write_text("[1, 2]")


def metadata_is_missing_half(planted):
    text = (planted.array / "zarr.json").read_text()
    (planted.array / "zarr.json").write_text(text[: len(text) // 2])


def metadata_is_a_directory(planted):
    (planted.array / "zarr.json").unlink()
    (planted.array / "zarr.json").mkdir()


PLANTS = [
    *(claims_a_gigabyte, claims_a_gigabyte_and_has_its_ends, tiny_chunks_inflate, sparse_files, two_million_chunks),
    *(one_huge_chunk, chunk_of_another_size, chunk_that_says_less_than_it_is, chunk_of_another_codec, chunk_missing),
    *(chunk_cut_short, chunk_with_more_behind, chunk_empty, compressed_twice, transposed, sharded, chunks_elsewhere),
    *(long_metadata, of_texts, huge_dimension, negative_dimension, dimension_of_text, chunks_of_nothing),
    *(no_dimensions, many_dimensions, no_metadata, metadata_of_bytes, metadata_is_a_list, metadata_is_missing_half),
    metadata_is_a_directory,
    another_file_by_a_hard_link,
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_not_as_it_says_is_missing_and_costs_little(tmp_path, plant):
    planted = Planted(tmp_path)
    assert len(StoreReader(str(tmp_path)).read(ROW)["a"]) == 3000
    plant(planted)
    with cheap():
        reader = StoreReader(str(tmp_path))
        with pytest.raises(MissingDataError):
            reader.read(ROW)
        with pytest.raises(MissingDataError):
            reader.read_part(ROW, "a", slice(0, 10**9))
        with pytest.raises(MissingDataError):
            reader.read_rows(PayloadRef("g", 0), 1)
        with pytest.raises(MissingDataError):
            reader.read_series("g", "a", slice(0, 1))


def test_a_backup_of_hard_links_is_read(tmp_path):
    planted = Planted(tmp_path / "run")
    shutil.copytree(planted.run, tmp_path / "backup", copy_function=os.link)
    assert len(StoreReader(str(tmp_path / "backup")).read(ROW)["a"]) == 3000


def test_a_group_of_endless_arrays(tmp_path, monkeypatch):
    planted = Planted(tmp_path)
    monkeypatch.setattr(plain_files, "MOST_ARRAYS", 5)
    for name in range(4):
        shutil.copytree(planted.array, planted.array.parent / f"b{name}")
    with pytest.raises(MissingDataError):
        StoreReader(str(tmp_path)).read(ROW)


def container(entry, body):
    header = json.dumps({"arrays": [{"name": "a", "dtype": "u1", "offset": 0} | entry], "meta": {}}).encode()
    return b"HIDN" + (1).to_bytes(2, "little") + bytes(2) + len(header).to_bytes(4, "little") + bytes(4) + header + body


BOMB = zlib.compress(bytes(200 * MIB), 9)


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        ({"shape": [200 * MIB], "nbytes": len(BOMB), "codec": "zlib"}, BOMB),
        ({"shape": [100], "nbytes": len(BOMB), "codec": "zlib"}, BOMB),
        ({"shape": [0], "nbytes": len(BOMB), "codec": "zlib"}, BOMB),
        ({"shape": [2**50, 2**50], "nbytes": 4}, b"1234"),
        ({"shape": [-4], "nbytes": 4}, b"1234"),
        ({"shape": [4.0], "nbytes": 4}, b"1234"),
        ({"shape": [4], "nbytes": 4, "offset": -4}, b"1234"),
        ({"shape": [4], "nbytes": 4, "codec": "bz2"}, b"1234"),
        ({"shape": [4], "nbytes": "4"}, b"1234"),
        ({"shape": [1] * 500, "nbytes": 1}, b"1"),
        ({"shape": [4], "nbytes": 4, "dtype": "O8"}, b"1234"),
        ({"shape": [4], "nbytes": 4, "name": ["a"]}, b"1234"),
    ],
)
def test_a_container_that_is_not_as_it_says(entry, body):
    with cheap(), pytest.raises(HiddenError, match="a payload is damaged"):
        unpack(container(entry, body))


@pytest.mark.parametrize("header", [b"[]", b"5", b'{"arrays": 5, "meta": {}}', b'{"arrays": [5], "meta": {}}', b"null"])
def test_a_header_of_another_form(header):
    with pytest.raises(HiddenError, match="a payload is damaged"):
        unpack(pack({})[:8] + len(header).to_bytes(4, "little") + bytes(4) + header)


@pytest.mark.parametrize("fill", ["noise", "zeros"])
def test_a_snapshot_of_50_000_samples_of_2_048_numbers(tmp_path, rng, fill):
    """Also of a dead layer, of which a chunk is as small as can be."""
    noise = np.tile(rng.normal(size=(500, 2048)).astype(np.float16), (100, 1))
    activations = noise if fill == "noise" else np.zeros_like(noise)
    reference = StoreWriter(str(tmp_path)).append("s/snapshot/fc", {"activations": activations})
    np.testing.assert_array_equal(StoreReader(str(tmp_path)).read(reference)["activations"], activations)


def test_a_training_log_of_100_000_rows(tmp_path):
    rows = {"step": np.arange(100_000), "change.one_minus_cos": np.ones((100_000, 400), np.uint16)}
    reference = StoreWriter(str(tmp_path)).extend("s/parameters", rows)
    reader = StoreReader(str(tmp_path))
    assert reader.read_series(reference.group, "step", slice(0, 100_000)).tolist() == rows["step"].tolist()
    assert reader.read_rows(reference, 100_000)["change.one_minus_cos"].sum() == 40_000_000


def test_a_map_of_1_000_000_points(tmp_path, rng):
    arrays = {"positions": rng.integers(0, 65536, (1_000_000, 2), dtype=np.uint16), "kept": np.zeros(10**6, np.uint8)}
    reference, data = PayloadWriter(str(tmp_path)).put("s/frame/fc", arrays)
    assert not reference.inline
    record = Record(Version("s", 0), EndRecord(), reference)
    got = resolve(record, data, StoreReader(str(tmp_path)))
    assert np.array_equal(got["positions"], arrays["positions"])


@pytest.mark.parametrize("shape", [(1, 3_000_000), (2, 2, 2_000_000), (3_000_000, 2), (5, 1, 1, 1_100_000)])
def test_chunks_stay_small_whatever_the_shape(tmp_path, shape):
    row = np.zeros(shape, np.float32)
    reference = StoreWriter(str(tmp_path)).append("g", {"a": row})
    metadata = json.loads((tmp_path / ASSETS_DIR / STORE_NAME / "g" / "a" / "zarr.json").read_text())
    assert np.prod(metadata["chunk_grid"]["configuration"]["chunk_shape"]) * 4 <= 4 * MIB
    assert StoreReader(str(tmp_path)).read(reference)["a"].shape == shape
