from __future__ import annotations

import copy
import io
import random
import subprocess
import sys
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from PIL import Image
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    default_collate,
)

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.probe import Probe


class Pairs(Dataset[Any]):
    """Samples (index, index), of which reads are counted."""

    def __init__(self, labels: list[int], keep: bool) -> None:
        self._labels = labels
        if keep:
            self.targets = labels
        self.reads: list[int] = []

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, i: int) -> Any:
        self.reads.append(i)
        return torch.full((3,), float(i)), self._labels[i]


def rows(probe: Probe) -> list[int]:
    assert isinstance(probe.inputs, torch.Tensor)
    return probe.inputs[:, 0].long().tolist()


LABELS = [0] * 60 + [1] * 30 + [2] * 9 + [3]


@pytest.mark.parametrize("keep", [True, False])
def test_dataset_rows_labels_and_ids_belong_together(keep: bool) -> None:
    probe = Probe(Pairs(LABELS, keep), size=20)
    assert len(probe) == 20
    assert rows(probe) == list(probe.ids) == probe.indices.tolist() == sorted(rows(probe))
    assert probe.labels.tolist() == [LABELS[i] for i in rows(probe)]
    assert probe.labels.dtype == np.int32
    assert probe.texts is None
    assert probe.sprite is None


def test_labels_at_hand_save_reading() -> None:
    known, unknown = Pairs(LABELS, True), Pairs(LABELS, False)
    Probe(known, size=10)
    Probe(unknown, size=10)
    # One sample is read twice more, to see whether reading it is random.
    assert len(known.reads) == 10 + 2
    assert len(unknown.reads) == 30 + 2  # twice the size for their labels, and the chosen ones


def test_everything_is_taken_when_there_is_little() -> None:
    assert rows(Probe(Pairs(LABELS, True))) == list(range(100))


def test_labels_that_samples_change_are_read_from_the_samples() -> None:
    dataset = Pairs(LABELS, True)
    dataset.targets = [9] * 100
    dataset.target_transform = lambda y: y  # type: ignore[attr-defined]
    assert set(Probe(dataset).labels) == {0, 1, 2, 3}


def test_subsets_and_joined_datasets_are_followed() -> None:
    dataset = Pairs(LABELS, True)
    dataset.classes = ["a", "b", "c", "d"]  # type: ignore[attr-defined]
    probe = Probe(Subset(Subset(dataset, range(50, 100)), [0, 15, 49]), size=2)
    assert dataset.reads[:2] == [50 + [0, 15, 49][i] for i in probe.indices]
    assert probe.classes == ("a", "b", "c", "d")
    joined = Pairs([0] * 5, True), Pairs([1] * 5, True)
    assert sorted(Probe(ConcatDataset(joined), size=4).labels) == [0, 0, 1, 1]
    assert len(set(joined[0].reads)) == len(set(joined[1].reads)) == 2


def test_tensors_arrays_and_tensor_datasets_agree() -> None:
    x, y = torch.arange(200.0).reshape(100, 2), torch.tensor(LABELS)
    probes = [
        Probe(TensorDataset(x, y), size=30),
        Probe((x, y), size=30),
        Probe([x.numpy(), y.numpy()], size=30),
        Probe(x, size=30, labels=y),
        Probe(x.numpy(), size=30, labels=LABELS),
        Probe({"x": x, "labels": y}, size=30),
        Probe(DataLoader(TensorDataset(x, y), batch_size=7, shuffle=True), size=30),
    ]
    for probe in probes:
        inputs = probe.inputs["x"] if isinstance(probe.inputs, dict) else probe.inputs
        torch.testing.assert_close(inputs, x[probe.indices])
        np.testing.assert_array_equal(probe.labels, y[probe.indices])
        np.testing.assert_array_equal(probe.indices, probes[0].indices)
        assert probe.classes == ("0", "1", "2", "3")


def test_tensors_are_copied() -> None:
    x = np.zeros((4, 2), np.float32)
    probe = Probe(x)
    x[:] = 1.0
    assert isinstance(probe.inputs, torch.Tensor)
    assert probe.inputs.max() == 0


def test_tuples_and_mappings_stay_as_the_model_takes_them() -> None:
    ids, mask = torch.arange(12).reshape(4, 3), torch.ones(4, 3)
    probe = Probe((ids, mask), size=2)
    assert isinstance(probe.inputs, tuple)
    assert probe.labels.tolist() == [-1, -1]
    assert probe.classes == ()
    probe = Probe({"input_ids": ids, "use_cache": False, "note": ["a"] * 4, "labels": torch.tensor([1, 0, 1, 0])})
    assert isinstance(probe.inputs, dict)
    assert list(probe.inputs) == ["input_ids", "use_cache"]
    assert probe.labels.tolist() == [1, 0, 1, 0]
    batches = list(probe.batches(3))
    assert [len(batch["input_ids"]) for batch in batches] == [3, 1]  # type: ignore[call-overload]


def test_samples_with_two_inputs_and_mappings_with_texts() -> None:
    two = [(torch.zeros(2), torch.ones(3), 1), (torch.zeros(2), torch.ones(3), 0)]
    probe = Probe(two)
    assert isinstance(probe.inputs, tuple)
    assert [tuple(part.shape) for part in probe.inputs] == [(2, 2), (2, 3)]
    assert probe.labels.tolist() == [1, 0]
    probe = Probe([{"text": "x" * 1500, "ids": torch.zeros(2), "label": np.int64(1)}])
    assert isinstance(probe.inputs, dict)
    assert list(probe.inputs) == ["ids"]
    assert probe.texts is not None
    assert len(probe.texts[0]) == 1000
    assert probe.texts[0] == "x" * 999 + "…"


def test_targets_that_are_no_classes_are_no_labels() -> None:
    assert Probe([(torch.zeros(2), 0.5), (torch.zeros(2), 1.5)]).labels.tolist() == [-1, -1]
    assert Probe([(torch.zeros(2),)] * 2).labels.tolist() == [-1, -1]


def test_a_loaders_collate_function_is_used() -> None:
    samples = [(torch.ones(n), n % 2) for n in (3, 1, 2)]

    def pad(items: list[Any]) -> Any:
        return torch.nn.utils.rnn.pad_sequence([x for x, _ in items], batch_first=True), torch.tensor(
            [y for _, y in items]
        )

    probe = Probe(DataLoader(samples, collate_fn=pad))  # type: ignore[arg-type]
    assert isinstance(probe.inputs, torch.Tensor)
    assert probe.inputs.sum(dim=1).tolist() == [3, 1, 2]
    assert probe.labels.tolist() == [1, 1, 0]


class Stream(IterableDataset[Any]):
    def __init__(self, n: int) -> None:
        self.n = n

    def __iter__(self) -> Any:
        return ((torch.full((2,), float(i)), i % 3) for i in range(self.n))


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: DataLoader(s, batch_size=4), lambda s: DataLoader(s, None)])
def test_streams_are_read_from_their_beginning(wrap: Any) -> None:
    probe = Probe(wrap(Stream(100)), size=10)
    assert rows(probe) == list(range(10))
    assert probe.labels.tolist() == [i % 3 for i in range(10)]
    assert rows(Probe(wrap(Stream(6)), size=10)) == list(range(6))


class Noisy(Dataset[Any]):
    def __len__(self) -> int:
        return 40

    def __getitem__(self, i: int) -> Any:
        return torch.tensor([torch.rand(()), np.random.rand(), random.random(), i]), i % 2


def test_random_transforms_are_repeatable_and_leave_the_callers_numbers_alone() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # type: ignore[index]
    first, again, part = Probe(Noisy()), Probe(DataLoader(Noisy())), Probe(Noisy(), size=8)
    torch.testing.assert_close(first.inputs, again.inputs)
    torch.testing.assert_close(first.inputs[part.indices], part.inputs)  # type: ignore[index]
    assert first.inputs[:, :3].unique().numel() == 120  # type: ignore[call-overload]
    assert torch.equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # type: ignore[index]
    assert before[2] == random.getstate()


def test_ids_texts_and_images_follow_the_sample() -> None:
    x, y = torch.zeros(100, 2), torch.tensor(LABELS)
    names = [f"n{i}" for i in range(100)]
    pictures = [Image.new("L", (64, 64), i) for i in range(100)]
    probe = Probe((x, y), 10, ids=names, texts=names, images=pictures, classes=["a", "b", "c", "d", "e"])
    assert list(probe.ids) == list(probe.texts or ()) == [f"n{i}" for i in probe.indices]
    assert probe.classes == ("a", "b", "c", "d", "e")
    assert probe.sprite is not None
    assert Probe(x, ids=np.arange(100) + 7).ids[:2] == (7, 8)


def test_images_become_thumbnails() -> None:
    assert Probe(torch.zeros(5, 3, 8, 8)).sprite is not None
    assert Probe(torch.zeros(5, 2, 8, 8)).sprite is None
    assert Probe(torch.zeros(5, 4), images=torch.zeros(5, 1, 8, 8)).sprite is not None


def test_other_targets_are_columns_and_no_labels(capsys: pytest.CaptureFixture[str]) -> None:
    x, y = torch.zeros(100, 2), torch.linspace(0, 1, 100)
    probe = Probe(TensorDataset(x, y), 10)
    assert probe.labels.tolist() == [-1] * 10
    assert probe.classes == ()
    assert isinstance(probe.inputs, torch.Tensor)
    assert [column.name for column in probe.columns] == ["target"]
    np.testing.assert_allclose(probe.columns[0].numbers, y[probe.indices])  # type: ignore[arg-type]
    assert probe.targets == "no class labels because the targets are real numbers"
    assert capsys.readouterr().err == f"hidden: probe of 10: {probe.targets}.\n"
    hot = torch.tensor([[1, 1, 0], [0, 0, 1]]).repeat(50, 1)
    (column,) = Probe((x, hot), 10, classes=["cat", "dog", "eel"]).columns
    assert column.kind == "tags"
    assert column.values in (("cat", "dog", "eel"), ("eel", "cat", "dog"))
    beside = Probe(TensorDataset(x, y), 10, labels=LABELS)
    assert set(beside.labels) <= {0, 1, 2, 3}
    assert [column.name for column in beside.columns] == ["target"]


def test_soft_labels_are_kept() -> None:
    soft = torch.softmax(torch.randn(20, 3), dim=1)
    probe = Probe((torch.zeros(20, 8), soft), 5)
    assert probe.soft_labels is not None
    np.testing.assert_allclose(probe.soft_labels, soft[probe.indices], rtol=1e-6)
    assert probe.labels.tolist() == soft[probe.indices].argmax(dim=1).tolist()


@pytest.mark.parametrize(
    ("sampler", "ids"),
    [
        (lambda: {"sampler": SubsetRandomSampler(range(90, 100))}, range(90, 100)),
        (lambda: {"sampler": [7, 3, 3, 5]}, [3, 5, 7]),
        (lambda: {"batch_sampler": BatchSampler(SequentialSampler(range(9)), 4, False)}, range(9)),
        (lambda: {"sampler": DistributedSampler(range(100), 4, 1, shuffle=False)}, range(1, 100, 4)),
        (lambda: {"shuffle": True}, range(100)),
        (lambda: {"sampler": RandomSampler(range(100), num_samples=0x7FFF)}, range(100)),
    ],
)
def test_a_loaders_sampler_says_which_samples_there_are(sampler: Any, ids: Any) -> None:
    probe = Probe(DataLoader(Pairs(LABELS, True), **sampler()))  # type: ignore[arg-type]
    assert list(probe.ids) == list(ids)
    assert rows(probe) == list(ids)


def test_a_sampler_goes_on_as_if_nobody_had_looked() -> None:
    generator = torch.Generator().manual_seed(3)
    sampler = SubsetRandomSampler(range(50), generator=generator)
    loader = DataLoader(Pairs(LABELS, True), sampler=sampler)  # type: ignore[arg-type]
    expected = list(SubsetRandomSampler(range(50), generator=torch.Generator().manual_seed(3)))
    Probe(loader)
    assert list(sampler) == expected


class Uncopyable(Pairs):
    """Stands for a data set that fills the memory."""

    def __deepcopy__(self, memo: Any) -> Any:
        raise AssertionError("the data set was copied")


@pytest.mark.parametrize(
    "sampler",
    [
        lambda data: {"batch_sampler": BatchSampler(RandomSampler(data, True, 50), 7, False)},
        lambda data: {"sampler": DistributedSampler(data, 3, 0)},
        lambda data: {"sampler": RandomSampler(data, replacement=True, num_samples=50)},
    ],
)
def test_a_sampler_is_copied_without_its_data(sampler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []
    deepcopy = copy.deepcopy
    monkeypatch.setattr(copy, "deepcopy", lambda *given: copied.append(deepcopy(*given)) or copied[-1])
    data = Uncopyable(LABELS, True)
    loader: Any = DataLoader(data, **sampler(data))
    assert len(Probe(loader, size=500)) > 20
    # The outermost copy is made last, and is not made where something in it refuses.
    assert copied
    assert type(copied[-1]) is type(loader.batch_sampler)


def test_tables_have_inputs_and_targets_by_name() -> None:
    frame = pd.DataFrame({"a": np.arange(4.0), "b": [1, None, 3, 4], "label": list("xyxy")}, index=[3, 1, 2, 0])
    for table in (frame, pa.Table.from_pandas(frame, preserve_index=False)):
        probe = Probe(table)
        assert isinstance(probe.inputs, torch.Tensor)
        torch.testing.assert_close(probe.inputs[:, 0], torch.arange(4.0).to(probe.inputs.dtype))
        assert probe.inputs.shape == (4, 2)
        assert (probe.labels.tolist(), probe.classes) == ([0, 1, 0, 1], ("x", "y"))
    with pytest.raises(HiddenError, match=r"columns of the table.*b: .*t: .*labels=table"):
        Probe(frame[["b"]].assign(t=list("mnop")))
    assert Probe(pa.table({"a": [1.0, 2.0]})).labels.tolist() == [-1, -1]


def test_samples_of_another_kind_are_refused_in_words() -> None:
    class Objects(Dataset[Any]):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, i: int) -> Any:
            return SimpleNamespace(x=torch.zeros(2), y=i)

    with pytest.raises(HiddenError, match=r"cannot be stacked.*SimpleNamespace"):
        Probe(Objects())


def test_lists_of_words_are_several_labels_at_once() -> None:
    samples = [(torch.zeros(2), tags) for tags in (["cat", "dog"], [], ["eel"])]
    (column,) = Probe(samples).columns
    assert (column.kind, column.values) == ("tags", ("cat", "dog", "eel"))
    assert list(column.codes) == [(0, 1), (), (2,)]


def test_a_loader_that_makes_no_batches_gives_samples_or_batches() -> None:
    x, y = torch.arange(24.0).reshape(12, 2), torch.arange(12) % 3
    assert rows(Probe(DataLoader(TensorDataset(x, y), batch_size=None))) == x[:, 0].long().tolist()
    ready = [(x[:5], y[:5]), (x[5:10], y[5:10])]

    class Ready(Dataset[Any]):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, i: int) -> Any:
            return ready[i]

    probe = Probe(DataLoader(Ready(), batch_size=None), size=7)
    assert rows(probe) == x[:7, 0].long().tolist()
    assert probe.labels.tolist() == y[:7].tolist()
    for held in (ready, iter(ready), ({"x": x, "y": y} for x, y in ready)):
        with pytest.raises(HiddenError, match=r"two ways.*\[5, 2\], \[5\]: a batch of 5 samples, or a sequence of 5"):
            Probe(held)


def test_sequences_with_time_first_are_no_samples() -> None:
    y = torch.arange(30) % 3
    for make in (lambda: Probe((torch.zeros(12, 30, 4), y)), lambda: Probe(torch.zeros(12, 30, 4), labels=y)):
        with pytest.raises(HiddenError, match=r"along the second axis.*\(12, 30, 4\).*transpose"):
            make()


def test_random_augmentation_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Probe(Noisy(), size=8)
    assert "a sample read twice is two different ones" in capsys.readouterr().err
    Probe(Pairs(LABELS, False))
    assert capsys.readouterr().err == ""


class Rare(Pairs):
    """One sample in ten is augmented."""

    def __getitem__(self, index: int) -> Any:
        x, label = super().__getitem__(index)
        return x + torch.randn(()) * (torch.rand(()) < 0.1), label


def test_rare_augmentation_and_that_of_a_loader_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Probe(Rare(torch.zeros(2000, dtype=torch.int64).tolist(), True))
    assert "two different ones" in capsys.readouterr().err

    def mixed(items: Any) -> Any:
        x, y = default_collate(items)
        return x + torch.randn(()), y

    Probe(DataLoader(TensorDataset(X, torch.arange(len(X)) % 2), collate_fn=mixed))
    assert "two different ones" in capsys.readouterr().err
    Probe(DataLoader(TensorDataset(X, torch.arange(len(X)) % 2), collate_fn=default_collate))
    assert "two different ones" not in capsys.readouterr().err


def test_batches_of_a_loaders_function_are_joined_where_they_can_be() -> None:
    """So that the data is in memory once; what is padded to its batch, or has no row a sample, is made at once."""
    most = []

    def counted(items: Any) -> Any:
        most.append(len(items))
        return default_collate(items)

    x = torch.randn(300, 2)
    probe = Probe(DataLoader(TensorDataset(x, torch.arange(300) % 2), collate_fn=counted))
    assert torch.equal(probe.inputs, x)  # type: ignore[arg-type]
    assert max(most) < 100

    def padded(items: Any) -> Any:
        return torch.nn.utils.rnn.pad_sequence([item[0] for item in items], batch_first=True), torch.zeros(len(items))

    probe = Probe(DataLoader([(torch.ones(1 + i // 40), 0) for i in range(300)], collate_fn=padded))  # type: ignore[arg-type]
    assert probe.inputs.shape == (300, 8)  # type: ignore[union-attr]

    def packed(items: Any) -> Any:
        offsets = torch.arange(len(items)) * 2
        return torch.arange(len(items)) % 2, torch.cat([item[0] for item in items]), offsets

    probe = Probe(
        DataLoader([(torch.ones(2), 0) for _ in range(300)], collate_fn=packed),  # type: ignore[arg-type]
        inputs=lambda batch: batch[2],
        labels=0,
    )
    assert probe.inputs.tolist() == list(range(0, 600, 2))  # type: ignore[union-attr]


def test_a_missing_text_is_no_word() -> None:
    texts = pd.Series(["a", None, float("nan"), pd.NA, "nan"], dtype=object)
    assert Probe(torch.zeros(5, 2), texts=texts).texts == ("a", "", "", "", "nan")


def test_data_frames_are_read_by_position() -> None:
    frame = pd.DataFrame({"n": range(100), "t": [f"t{i}" for i in range(100)], "y": LABELS}).sample(
        frac=1, random_state=0
    )
    x = torch.tensor(frame["n"].to_numpy())[:, None].float().repeat(1, 2)
    pictures = pd.Series([np.full((8, 8), i, np.uint8) for i in frame["n"]], index=frame.index)
    probe = Probe(
        x, 20, labels=frame["y"], ids=frame["n"], texts=frame["t"], metadata={"n": frame["n"]}, images=pictures
    )
    assert rows(probe) == list(probe.ids) == list(probe.columns[0].numbers)
    assert list(probe.texts or ()) == [f"t{i}" for i in probe.ids]
    assert probe.labels.tolist() == [LABELS[i] for i in probe.ids]
    half = frame[60:]
    assert Probe(half[["n", "y"]], texts=half["t"]).texts == tuple(half["t"])
    table = pa.table({"t": pa.array(frame["t"].tolist()), "y": pa.array(LABELS)})
    arrow = Probe(x, 20, labels=table["y"], texts=table["t"])
    assert list(arrow.texts or ()) == [frame["t"].iloc[i] for i in arrow.indices]


class Rows(Dataset[Any]):
    """As Hugging Face's ``datasets.Dataset`` gives samples: mappings of Python's own types."""

    features: ClassVar = {"label": SimpleNamespace(names=["neg", "pos"]), "input_ids": None}

    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int) -> Any:
        return {"input_ids": [1, 2, i], "label": i % 2, "text": f"text {i}"}


def test_samples_of_plain_lists_are_tensors_and_their_features_name_the_classes() -> None:
    probe = Probe(Rows())
    assert isinstance(probe.inputs, dict)
    assert probe.inputs["input_ids"].tolist() == [[1, 2, i] for i in range(4)]
    assert (probe.labels.tolist(), probe.classes, probe.named) == ([0, 1, 0, 1], ("neg", "pos"), True)
    assert probe.texts == tuple(f"text {i}" for i in range(4))
    with pytest.raises(HiddenError, match=r'a model could take.*text: 2 of str.*\.with_format\("torch"\)'):
        Probe([{"text": "a", "label": 0}, {"text": "b", "label": 1}])


def test_of_several_data_sets_one_is_asked_for() -> None:
    with pytest.raises(HiddenError, match=r"several data sets.*train, test.*data\['train'\]"):
        Probe({"train": Rows(), "test": Rows()})


def test_words_are_numbered_as_the_classes_are() -> None:
    words = ["b", "a", "c", "b"]
    assert Probe(X, labels=words).labels.tolist() == [1, 0, 2, 1]
    assert Probe(X, labels=words, classes=["c", "b", "a"]).labels.tolist() == [1, 2, 0, 1]
    with pytest.raises(HiddenError, match=r"labels are not among the classes.*got c"):
        Probe(X, labels=words, classes=["a", "b"])
    (column,) = Probe(X, labels=words, original_labels=["z", "a", "c", "b"]).columns
    assert [column.values[code] for code in column.codes] == ["z", "a", "c", "b"]  # type: ignore[index]


PEAK = """
import resource, sys, torch, numpy as np
from torch.utils.data import Dataset
import tensorboard_plugin_hidden as hidden

class Images(Dataset):
    def __len__(self): return int(sys.argv[1])
    def __getitem__(self, i): return torch.full((3, 96, 96), float(i)), i % 10

hidden.Probe(torch.zeros(20, 3, 96, 96))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
probe = hidden.Probe(Images())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / probe.inputs.nbytes)
"""


def test_reading_images_takes_little_more_than_they_are() -> None:
    done = subprocess.run([sys.executable, "-c", PEAK, "2000"], check=True, capture_output=True, text=True)
    assert float(done.stdout) < 1.5


def test_metadata_follows_the_sample() -> None:
    names = {"place": [str(i % 7) for i in range(100)], "depth": torch.arange(100) / 2}
    probe = Probe((torch.zeros(100, 2), torch.tensor(LABELS)), 10, metadata=names)
    place, depth = probe.columns
    assert [place.values[code] for code in place.codes] == [str(i % 7) for i in probe.indices]  # type: ignore[index]
    assert list(depth.numbers) == [i / 2 for i in probe.indices]
    assert Probe(X).columns == ()


def test_original_labels_are_a_category_of_class_numbers() -> None:
    original = [(label + 1) % 4 for label in LABELS[:99]] + [None]
    probe = Probe((torch.zeros(100, 2), torch.tensor(LABELS)), 10, original_labels=original, classes=list("abcd"))
    (column,) = probe.columns
    assert (column.name, column.kind, column.values) == ("original_label", "category", ("a", "b", "c", "d"))
    assert list(column.codes) == [-1 if i == 99 else original[i] for i in probe.indices]


def test_a_class_that_relabelling_emptied_keeps_its_name() -> None:
    probe = Probe(X, labels=[0, 1, 0, 1], original_labels=[0, 1, 2, 3], metadata={"split": ["a", "b", "a", "b"]})
    assert probe.classes == ("0", "1")
    assert [column.name for column in probe.columns] == ["split", "original_label"]
    assert probe.columns[1].values == ("0", "1", "2", "3")
    assert Probe(X, original_labels=[0, 0, 0, -1]).columns[0].values == ("0",)
    assert Probe(X, labels=[0, 1, 2, 3], original_labels=[0, 0, 0, 0]).columns[0].values == ("0", "1", "2", "3")


def test_large_images_are_kept_at_full_size() -> None:
    images = torch.rand(100, 3, 20, 80)
    probe = Probe((images, torch.tensor(LABELS)), size=10)
    assert probe.pictures is not None
    assert [Image.open(io.BytesIO(png)).size for png in probe.pictures] == [(80, 20)] * 10
    assert probe.sprite is not None
    assert (probe.sprite.tile_width, probe.sprite.tile_height) == (64, 16)
    assert Probe(images[..., :64]).pictures is None
    assert Probe(X).pictures is None


def test_missing_labels_are_minus_one() -> None:
    assert Probe(torch.zeros(3, 2), labels=[1, None, -1]).labels.tolist() == [1, -1, -1]


X = torch.zeros(4, 2)


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: Probe(X, 0), ["size is too small", "at least 1", "got 0"]),
        (lambda: Probe(X[:0]), ["no data", "at least one sample", "none"]),
        (lambda: Probe([]), ["no data"]),
        (lambda: Probe(Stream(0)), ["no data"]),
        (lambda: Probe(DataLoader(Stream(0))), ["no data"]),
        (lambda: Probe(X, ids=[1, 2, 1, 3]), ["ids are not unique", "a different id", "1 more than once"]),
        (lambda: Probe(X, ids=[1, 2]), ["ids do not match", "expected 4", "got 2"]),
        (lambda: Probe(X, texts=["a"]), ["texts do not match", "expected 4", "got 1"]),
        (lambda: Probe(X, images=torch.zeros(5, 1, 8, 8)), ["images do not match", "expected 4", "got 5"]),
        (lambda: Probe(X, labels=[0, 1]), ["labels do not match", "expected 4", "got 2"]),
        (lambda: Probe(X, original_labels=[0, 1]), ["original_labels do not match", "expected 4", "got 2"]),
        (
            lambda: Probe(X, original_labels=[0.5] * 4),
            ["not class labels", "one class", "float64 of shape (4,)"],
        ),
        (lambda: Probe(X, original_labels=[5] * 4, classes=["a"]), ["beyond the classes", "below 1", "got 5"]),
        (
            lambda: Probe(X, original_labels=[0] * 4, metadata={"original_label": [0] * 4}),
            ["given twice", "original_labels, or metadata 'original_label'", "both"],
        ),
        (lambda: Probe(X, metadata={"split": ["a"]}), ["metadata 'split' does not match", "expected 4", "got 1"]),
        (lambda: Probe((X, torch.zeros(3).long())), ["labels do not match", "expected 4", "got 3"]),
        (lambda: Probe(X, labels=[0, 1, 2, -2]), ["labels are negative", "-1 or -100 for no label", "got -2"]),
        (
            lambda: Probe(X, labels=[0.5, 1, 1, 1]),
            ["not class labels", "one class", "float64 of shape (4,)"],
        ),
        (lambda: Probe(X, labels=torch.zeros(4, 2).long()), ["not class labels", "(4, 2)"]),
        (lambda: Probe(X, labels=[0, 1, 2, 3], classes=["a"]), ["beyond the classes", "below 1", "got 3"]),
        (lambda: Probe((X, X[:2])), ["labels do not match", "expected 4", "got 2"]),
        (lambda: Probe({"a": 1}), ["no common number of samples", "no tensor"]),
        (lambda: Probe({"a": X, "b": X[:2]}), ["no common number of samples", "a: (4, 2), b: (2, 2)"]),
        (lambda: Probe([(torch.zeros(2), 0), (torch.zeros(3), 0)]), ["cannot be stacked", "equal shape", "[3]"]),
        (lambda: Probe(3), ["cannot read this data", "a dataset", "int"]),
        (lambda: Probe(X, images=torch.zeros(4, 8, 8, 3, 2)), ["images have the wrong shape", "(8, 8, 3, 2)"]),
        (
            lambda: Probe(DataLoader([(X[0], 0)] * 4, collate_fn=lambda items: X[:1])),  # type: ignore[arg-type]
            ["collate_fn changes the number", "4 rows", "got 1"],
        ),
    ],
)
def test_what_a_user_can_put_right_is_said(make: Any, parts: list[str]) -> None:
    with pytest.raises(HiddenError) as caught:
        make()
    for part in parts:
        assert part in str(caught.value)
    assert caught.value.fix.endswith(".")


class Ragged(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter([torch.zeros(2), torch.zeros(3)])


def test_batches_that_cannot_be_joined_are_refused() -> None:
    with pytest.raises(HiddenError, match=r"batches cannot be joined.*Pad every batch"):
        Probe(DataLoader(Ragged(), batch_size=1))
