from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset, TensorDataset

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.probe import Probe, stratified_sample


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


def test_sample_is_proportional_and_no_class_is_lost() -> None:
    counts = np.array([700, 200, 95, 4, 1])
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(5), counts))
    chosen = stratified_sample(labels, 100, seed=3)
    got = np.bincount(labels[chosen], minlength=5)
    assert got.sum() == len(np.unique(chosen)) == 100
    assert (np.diff(chosen) > 0).all()
    assert got[4] == got[3] == 1
    assert np.abs(got - counts / 10).max() <= 1.0


@pytest.mark.parametrize("size", [1, 3, 4, 5, 50, 99])
def test_sample_has_its_size(size: int) -> None:
    chosen = stratified_sample(np.array(LABELS), size, seed=0)
    assert len(np.unique(chosen)) == size
    if size >= 4:
        assert set(np.array(LABELS)[chosen]) == {0, 1, 2, 3}


def test_sample_depends_on_the_seed_alone() -> None:
    labels = np.array(LABELS)
    np.testing.assert_array_equal(stratified_sample(labels, 20, 1), stratified_sample(labels, 20, 1))
    assert (stratified_sample(labels, 20, 1) != stratified_sample(labels, 20, 2)).any()


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
    assert len(known.reads) == 10
    assert len(unknown.reads) == 30  # twice the size for their labels, and the chosen ones


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
    assert dataset.reads == [50 + [0, 15, 49][i] for i in probe.indices]
    assert probe.classes == ("a", "b", "c", "d")
    joined = Pairs([0] * 5, True), Pairs([1] * 5, True)
    assert sorted(Probe(ConcatDataset(joined), size=4).labels) == [0, 0, 1, 1]
    assert len(joined[0].reads) == len(joined[1].reads) == 2


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
    assert Probe(TensorDataset(torch.zeros(3, 2), torch.zeros(3))).labels.tolist() == [-1] * 3
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
        (lambda: Probe(X, original_labels=[0.5] * 4), ["not class numbers", "integers", "float64"]),
        (lambda: Probe(X, original_labels=[5] * 4, classes=["a"]), ["beyond the classes", "below 1", "got 5"]),
        (
            lambda: Probe(X, original_labels=[0] * 4, metadata={"original_label": [0] * 4}),
            ["given twice", "original_labels, or metadata 'original_label'", "both"],
        ),
        (lambda: Probe(X, metadata={"split": ["a"]}), ["metadata 'split' does not match", "expected 4", "got 1"]),
        (lambda: Probe((X, torch.zeros(3).long())), ["labels do not match", "expected 4", "got 3"]),
        (lambda: Probe(X, labels=[0, 1, 2, -2]), ["labels are negative", "-1 for no label", "got -2"]),
        (lambda: Probe(X, labels=[0.5, 1, 1, 1]), ["not class numbers", "integers", "float64"]),
        (lambda: Probe(X, labels=torch.zeros(4, 2).long()), ["not class numbers", "(4, 2)"]),
        (lambda: Probe(X, labels=[0, 1, 2, 3], classes=["a"]), ["beyond the classes", "below 1", "got 3"]),
        (lambda: Probe((X, X[:2])), ["no common number of samples", "0: (4, 2), 1: (2, 2)"]),
        (lambda: Probe({"a": 1}), ["no common number of samples", "no tensor"]),
        (lambda: Probe([(torch.zeros(2), 0), (torch.zeros(3), 0)]), ["cannot be stacked", "equal shape", "stack"]),
        (lambda: Probe(3), ["cannot read this data", "a dataset", "int"]),
        (lambda: Probe(X, images=torch.zeros(4, 8, 8, 3)), ["images have the wrong shape", "(4, 8, 8, 3)"]),
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
