import json
import os
import shutil
import threading
from collections import namedtuple

import numpy as np
import pytest
import zarr

from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.format.constants import ASSETS_DIR, STORE_NAME
from tensorboard_plugin_hidden.format.schema import PayloadRef
from tensorboard_plugin_hidden.format.store import StoreReader, StoreWriter, group_name, require_writable, store_path


def row(rng, width=4, dtype="f4"):
    return {"a": rng.normal(size=(5, width)).astype(dtype), "b": np.arange(3, dtype=np.uint8)}


def test_rows_come_back(tmp_path, rng):
    writer, reader = StoreWriter(str(tmp_path)), StoreReader(str(tmp_path))
    rows = [row(rng) for _ in range(4)]
    references = []
    for arrays in rows:
        references.append(writer.append("s/k/x", arrays))
        # a reader that was opened before sees what was appended since
        assert reader.read(references[-1])["a"].tobytes() == arrays["a"].tobytes()
    assert [reference.row for reference in references] == [0, 1, 2, 3]
    for reference, arrays in zip(references, rows, strict=True):
        got = reader.read(reference)
        assert {name: array.tobytes() for name, array in got.items()} == {n: a.tobytes() for n, a in arrays.items()}


def test_another_shape_begins_a_new_generation(tmp_path, rng):
    writer, reader = StoreWriter(str(tmp_path)), StoreReader(str(tmp_path))
    first, second = writer.append("g", row(rng, 4)), writer.append("g", row(rng, 6))
    third = writer.append("g", row(rng, 6))
    assert [(first.group, first.row), (second.group, second.row), (third.group, third.row)] == [
        ("g", 0),
        ("g~1", 0),
        ("g~1", 1),
    ]
    assert reader.read(first)["a"].shape == (5, 4)
    assert reader.read(third)["a"].shape == (5, 6)


def test_a_slice_of_a_big_layer_is_a_few_chunks(tmp_path):
    StoreWriter(str(tmp_path)).append("g", {"a": np.zeros((3000, 4000), np.float32)})
    import zarr

    assert zarr.open_group(store_path(str(tmp_path)), mode="r")["g/a"].chunks[1] < 3000


def test_some_arrays_of_a_row(tmp_path, rng):
    arrays = row(rng)
    reference = StoreWriter(str(tmp_path)).append("g", arrays)
    got = StoreReader(str(tmp_path)).read(reference, ["b", "not there"])
    assert {name: array.tolist() for name, array in got.items()} == {"b": [0, 1, 2]}


def test_a_part_of_an_array_reads_its_chunks_only(tmp_path):
    """The first chunk is broken, and the second still comes."""
    array = np.arange(9 * 1024 * 1024, dtype=np.uint8)
    reference = StoreWriter(str(tmp_path)).append("g", {"a": array})
    reader, begin = StoreReader(str(tmp_path)), 5 * 1024 * 1024
    (tmp_path / "plugins/hidden/store.zarr/g/a/c/0/0").write_bytes(b"nonsense")
    np.testing.assert_array_equal(reader.read_part(reference, "a", slice(begin, begin + 999)), array[begin:][:999])
    with pytest.raises(MissingDataError):
        reader.read_part(reference, "a", slice(0, 9))
    with pytest.raises(MissingDataError):
        reader.read_part(reference, "b", slice(0, 9))


def test_a_part_of_a_series_reads_its_chunks_only(tmp_path):
    """Chunks of other filters and of other rows are broken."""
    rows = np.arange(200 * 5000, dtype=np.uint16).reshape(200, 5000)
    tables = np.arange(200 * 3 * 4 * 50, dtype=np.float32).reshape(200, 3, 4, 50)
    StoreWriter(str(tmp_path)).extend("g", {"a": rows, "t": tables})
    reader, chunks = StoreReader(str(tmp_path)), tmp_path / "plugins/hidden/store.zarr/g"
    for broken in ("a/c/0/1", "a/c/2/0", "t/c/0/1/0/0"):
        (chunks / broken).write_bytes(b"nonsense")
    np.testing.assert_array_equal(reader.read_series("g", "a", slice(5, 90), slice(100, 2040)), rows[5:90, 100:2040])
    every = slice(None)
    np.testing.assert_array_equal(
        reader.read_series("g", "t", slice(5, 90), slice(2, 3), every, slice(9, 20)), tables[5:90, 2:3, :, 9:20]
    )
    for name, span, part in [("a", (5, 90), slice(100, 2100)), ("a", (5, 130), slice(9)), ("t", (0, 9), slice(1, 2))]:
        with pytest.raises(MissingDataError):
            reader.read_series("g", name, slice(*span), part)


def test_small_series_make_few_files(tmp_path):
    writer = StoreWriter(str(tmp_path))
    for first in range(0, 4000, 500):
        writer.extend("g", {"a": np.arange(first, first + 500), "b": np.zeros((500, 100), np.float32)})
    count = {name: len(list((tmp_path / f"plugins/hidden/store.zarr/g/{name}/c").rglob("*"))) for name in "ab"}
    assert count["a"] == 1
    assert count["b"] < 20
    np.testing.assert_array_equal(
        StoreReader(str(tmp_path)).read_series("g", "a", slice(10, 3990)), np.arange(10, 3990)
    )


def test_how_long_a_series_is_is_looked_up_again(tmp_path):
    writer, reader = StoreWriter(str(tmp_path)), StoreReader(str(tmp_path))
    assert reader.length("g", "a", 1) == 0
    writer.extend("g", {"a": np.arange(3)})
    assert reader.length("g", "a", 2) == 3
    writer.extend("g", {"a": np.arange(4)})
    assert reader.length("g", "a", 2) == 3
    assert reader.length("g", "a", 5) == 7
    for group, name, stop in [("g", "b", 1), ("h", "a", 1), ("g/../g", "a", 1), ("g", "a", 8)]:
        with pytest.raises(MissingDataError):
            reader.read_series(group, name, slice(0, stop))


def test_not_finite_values_survive(tmp_path):
    array = np.array([[np.nan, np.inf, -np.inf, 1.0]], np.float32)
    reference = StoreWriter(str(tmp_path)).append("g", {"a": array})
    assert StoreReader(str(tmp_path)).read(reference)["a"].tobytes() == array.tobytes()


def test_threads_share_a_writer(tmp_path):
    writer = StoreWriter(str(tmp_path))
    references = {}

    def append(number):
        references[number] = writer.append("g", {"a": np.full(10, number, np.int32)})

    threads = [threading.Thread(target=append, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = StoreReader(str(tmp_path))
    assert {number: int(reader.read(reference)["a"][0]) for number, reference in references.items()} == {
        n: n for n in range(12)
    }


def test_a_copy_without_the_store(tmp_path, rng):
    reference = StoreWriter(str(tmp_path / "run")).append("g", row(rng))
    (tmp_path / "copy").mkdir()
    with pytest.raises(MissingDataError, match="not in this copy of the log directory"):
        StoreReader(str(tmp_path / "copy")).read(reference)


def test_a_row_or_chunk_that_is_gone(tmp_path, rng):
    reference = StoreWriter(str(tmp_path)).append("g", row(rng))
    with pytest.raises(MissingDataError):
        StoreReader(str(tmp_path)).read(PayloadRef("g", 7))
    chunk = next(path for path in (tmp_path / "plugins/hidden/store.zarr/g/a/c").rglob("*") if path.is_file())
    chunk.write_bytes(b"nonsense")
    with pytest.raises(MissingDataError):
        StoreReader(str(tmp_path)).read(reference)


def test_groups_never_leave_the_store(tmp_path, rng):
    StoreWriter(str(tmp_path)).append("g", row(rng))
    with pytest.raises(MissingDataError):
        StoreReader(str(tmp_path)).read(PayloadRef("g/../../..", 0))


def test_layer_names_become_safe_file_names():
    assert group_name("s", "frame", "a/b:input@cls é") == "s/frame/a%2Fb%3Ainput@cls%20%C3%A9"


def test_a_full_disk_is_an_error_before_anything_is_written(tmp_path, rng, monkeypatch):
    writer = StoreWriter(str(tmp_path))
    writer.append("g", row(rng))
    files = sorted(tmp_path.rglob("*"))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 10, 1000))
    with pytest.raises(HiddenError, match=r"the disk is full: .* MB free .* got 0.0 MB\. Free some space"):
        writer.append("g", row(rng))
    assert sorted(tmp_path.rglob("*")) == files


def test_a_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "plugins").write_text("a file where the directory should be")
    with pytest.raises(HiddenError, match="log directory cannot be written: expected a writable directory"):
        require_writable(str(tmp_path))


PLANTED = {
    "another codec": {
        "codecs": [{"name": "bytes"}, {"name": "zstd", "configuration": {"level": 0, "checksum": False}}]
    },
    "half of it": None,
}


LINKED = ["a link", "a linked directory", "a linked store", "linked plugins"]
SWAPPED = [*LINKED, "a pipe", "a pipe for metadata"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("planted", [*PLANTED, "version 2", "metadata nested without end", *SWAPPED])
def test_what_this_package_did_not_write_is_not_read(tmp_path, planted):
    run = tmp_path / "run"
    reference = StoreWriter(str(run)).append("g", {"a": np.arange(4, dtype=np.float32)})
    store = run / ASSETS_DIR / STORE_NAME
    array = store / reference.group / "a"
    before = StoreReader(str(run))
    assert before.read(reference)["a"].tolist() == [0, 1, 2, 3]
    chunk = next(path for path in array.rglob("*") if path.is_file() and path.name != "zarr.json")
    if planted in PLANTED:
        text, other = (array / "zarr.json").read_text(), PLANTED[planted]
        (array / "zarr.json").write_text(
            text[: len(text) // 2] if other is None else json.dumps(json.loads(text) | other)
        )
    elif planted == "metadata nested without end":
        (array / "zarr.json").write_text("[" * 100_000)
    elif planted == "version 2":
        shutil.rmtree(array)
        zarr.create_array(str(array), shape=(1, 4), dtype="f4", zarr_format=2)[:] = 7
    elif planted.startswith("a pipe"):
        place = chunk if planted == "a pipe" else array / "zarr.json"
        place.unlink()
        os.mkfifo(place)
    else:
        linked = dict(zip(LINKED, (chunk, array, store, run / "plugins"), strict=True))[planted]
        linked.rename(tmp_path / "elsewhere")
        linked.symlink_to(tmp_path / "elsewhere")
    # What was opened before is looked at again at every read of a file.
    for reader in [StoreReader(str(run)), *([before] if planted in (*LINKED, "a pipe") else [])]:
        with pytest.raises(MissingDataError):
            reader.read(reference)
    if planted not in ("a link", "a pipe"):  # of a series its metadata says how long it is
        assert StoreReader(str(run)).length(reference.group, "a", 1) == 0


def test_a_run_may_be_reached_by_a_link_of_the_users_own(tmp_path):
    reference = StoreWriter(str(tmp_path / "run")).append("g", {"a": np.ones(3, np.float32)})
    (tmp_path / "mine").symlink_to(tmp_path / "run")
    assert StoreReader(str(tmp_path / "mine")).read(reference)["a"].tolist() == [1, 1, 1]
