"""What a model answered to every sample at every snapshot, as what changed from one to the next. Lossless.

Fifty thousand samples over 750 snapshots are 37 million answers, of which two million are new. Every session begins
with all of its answers, so that hiding an earlier one never leaves a gap.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.arrays import damaged, ids_of, within
from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.limits import MOST_NUMBERED
from tensorboard_plugin_hidden.format.schema import AnswersRecord, ProbeRecord, Record
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.format.store import StoreReader

PROBE, OUTCOMES = "probe", "outcomes"
"""Sets of samples: those of the probe, and those that ``add_outcomes`` named."""

ANSWERS = "answers"
MEMBERS = "answers_members"
"""Groups of the store: the changes, and who the samples are."""

UNSEEN = -1
"""The answer of a sample that took no part in a snapshot, or to which the model had none."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Who the samples of a set are.

    Attributes:
        ids: N strings or integers.
        labels: int32 [N], -1 for none.
        classes: Names of classes, which may be fewer than there are; others are named by their numbers.
    """

    ids: list[str | int]
    labels: IntArray
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerLog:
    """The answers of one set over T snapshots.

    Attributes:
        name: ``probe`` or ``outcomes``.
        ids: N strings or integers, in order of first appearance.
        labels: int32 [N], -1 for none.
        classes: Names of all classes that are labels or answers.
        steps: T steps, ascending. A step that was logged after later ones is left out.
        sample: int32 [E], which sample's answer changed,
        snapshot: int32 [E], at which snapshot, from 0,
        answer: int32 [E], to which class; -1 for not seen. In order of (snapshot, sample). Before its first change a
            sample was not seen.
        version: Of the newest record.
        read: Versions of all records that this was read from, in order.
    """

    name: str
    ids: list[str | int]
    labels: IntArray
    classes: tuple[str, ...]
    steps: list[int]
    sample: IntArray
    snapshot: IntArray
    answer: IntArray
    version: str
    read: tuple[str, ...] = ()


def changed_answers(before: IntArray, now: IntArray) -> dict[str, IntArray]:
    """The arrays that say how answers changed.

    Args:
        before: int32 [M], -1 for not seen.
        now: int32 [N], of the same samples and of those that joined.

    Returns:
        ``sample`` and ``answer``, int32 [E].

    >>> changed_answers(np.array([1, 2], np.int32), np.array([1, -1, 0], np.int32))
    {'sample': array([1, 2], dtype=int32), 'answer': array([-1,  0], dtype=int32)}
    """
    known = np.full(len(now), UNSEEN, np.int32)
    known[: len(before)] = before
    sample = np.flatnonzero(known != now)
    return {"sample": sample.astype(np.int32), "answer": now[sample].astype(np.int32)}


def encode_members(samples: Samples) -> dict[str, npt.NDArray[Any]]:
    """Ids and labels as arrays of the store."""
    text = json.dumps(samples.ids, separators=(",", ":"), allow_nan=False).encode()
    return {"ids": np.frombuffer(text, np.uint8), "labels": samples.labels.astype(np.int32)}


def probe_samples(body: ProbeRecord, arrays: Mapping[str, npt.NDArray[Any]]) -> Samples:
    """Who the samples of the probe are.

    Args:
        body: The probe's record.
        arrays: Its payload, of which ``samples`` and ``labels`` are taken.
    """
    labels = within(arrays["labels"], -1, MAX_CLASSES, "labels")
    return Samples(ids_of(arrays["samples"], body.count), labels.astype(np.int32), tuple(body.classes))


def read_answers(
    records: Iterable[Record],
    store: StoreReader,
    known: Mapping[str, AnswerLog] | None = None,
    *,
    probe: Samples | None = None,
) -> dict[str, AnswerLog]:
    """The answers of every set that has any.

    Args:
        records: Those that count, as ``History.answers``; what is not of ``answers`` is passed over.
        store: Of the run.
        known: What this gave for fewer records of the same run; only what was logged since is read then.
        probe: The samples of the newest probe, by ``probe_samples``, since the store does not always hold them. Answers
            of a probe of another size are left out. None: the samples are numbered and have no labels.

    Returns:
        By name.

    Raises:
        MissingDataError: The store is not in this copy of the log directory, or is damaged.
    """
    by_set: dict[str, list[Record]] = {}
    for record in records:
        body = record.body
        if not isinstance(body, AnswersRecord):
            continue
        if body.set != PROBE or probe is None or body.samples == len(probe.ids):
            by_set.setdefault(body.set, []).append(record)
    names = () if probe is None else probe.classes
    before = known or {}
    return {name: _read_set(name, of, store, before.get(name), probe, names) for name, of in by_set.items()}


def _read_set(
    name: str,
    records: list[Record],
    store: StoreReader,
    known: AnswerLog | None,
    probe: Samples | None,
    names: tuple[str, ...],
) -> AnswerLog:
    samples, places = _members(records, store, probe if name == PROBE else None)
    timeline = _Timeline(len(samples.ids))
    new, session = records, ""
    if known is not None and (read := _already_read(records, known.read)):
        timeline.take_up(known)
        new, session = records[read:], records[read - 1].version.session
    for record, (sample, answer) in zip(new, _changes(new, store), strict=True):
        begins, session = record.version.session != session, record.version.session
        place = places[session]
        timeline.apply(record.step, sample if place is None else place[sample], answer, begins=begins)
    snapshot, sample, answer = timeline.events()
    highest = max(int(samples.labels.max(initial=-1)), int(answer.max(initial=-1)))
    classes = (*names, *(str(number) for number in range(len(names), highest + 1)))
    versions = tuple(str(record.version) for record in records)
    columns = (sample, snapshot, answer)
    return AnswerLog(name, samples.ids, samples.labels, classes, timeline.steps, *columns, versions[-1], versions)


def _already_read(records: list[Record], versions: tuple[str, ...]) -> int:
    """How many of the records an earlier reading has seen; 0 where it is of no use."""
    count = len(versions)
    # A session that began since may have hidden some of what was read.
    same = tuple(str(record.version) for record in records[:count]) == versions
    # What was left out is not in the earlier reading, and what comes next is said relative to it.
    ascending = all(one.step <= other.step for one, other in itertools.pairwise(records[:count]))
    return count if same and ascending else 0


def _members(
    records: list[Record], store: StoreReader, probe: Samples | None
) -> tuple[Samples, dict[str, npt.NDArray[np.intp] | None]]:
    """Who the samples are, and for each session which of them its own are; None: as they are numbered."""
    newest = {record.version.session: record.body for record in records if isinstance(record.body, AnswersRecord)}
    if probe is not None:
        return probe, dict.fromkeys(newest)
    row_of: dict[str | int, int] = {}
    labels: list[int] = []
    places: dict[str, npt.NDArray[np.intp] | None] = {}
    for session, body in newest.items():
        if body.members is None:
            if body.samples > MOST_NUMBERED:
                raise damaged(f"at most {MOST_NUMBERED} samples without ids", str(body.samples))
            for number in range(len(labels), body.samples):
                row_of[number] = number
                labels.append(-1)
            places[session] = None
            continue
        arrays = store.read(body.members)
        if arrays.keys() < {"ids", "labels"}:
            raise damaged("ids and labels of samples", ", ".join(arrays)[:100])
        own = within(arrays["labels"], -1, MAX_CLASSES, "labels").tolist()
        if len(own) != body.samples:
            raise damaged(f"{body.samples} samples", str(len(own)))
        rows = [row_of.setdefault(name, len(row_of)) for name in ids_of(arrays["ids"], len(own))]
        labels += [-1] * (len(row_of) - len(labels))
        for row, label in zip(rows, own, strict=True):
            labels[row] = label
        places[session] = np.array(rows, np.intp)
    return Samples([*row_of], np.array(labels, np.int32)), places


def _changes(records: list[Record], store: StoreReader) -> list[tuple[IntArray, IntArray]]:
    """The rows of each record. Those of one group are read at once, since they lie side by side."""
    spans: dict[str, tuple[int, int]] = {}
    for record in records:
        if isinstance(record.body, AnswersRecord) and record.body.count:
            group, row = record.payload.group, record.payload.row
            first, last = spans.get(group, (row, row))
            spans[group] = (min(first, row), max(last, row + record.body.count))
    read = {
        group: [store.read_series(group, name, slice(first, last)) for name in ("sample", "answer")]
        for group, (first, last) in spans.items()
    }
    nothing = np.empty(0, np.int32)
    changes = []
    for record in records:
        if not isinstance(record.body, AnswersRecord) or not record.body.count:
            changes.append((nothing, nothing))
            continue
        first = record.payload.row - spans[record.payload.group][0]
        sample, answer = (array[first : first + record.body.count] for array in read[record.payload.group])
        within(sample, 0, record.body.samples, "samples")
        within(answer, UNSEEN, MAX_CLASSES, "answers")
        changes.append((sample, answer))
    return changes


class _Timeline:
    """Answers as records change them, and how they differ from one step to the next."""

    def __init__(self, samples: int) -> None:
        self.steps: list[int] = []
        self._now = np.full(samples, UNSEEN, np.int32)
        """The answers as of the last record, which what changed is relative to."""
        self._newest, self._shown = self._now.copy(), self._now.copy()
        """The answers at the newest step, and at the one before."""
        self._events: list[tuple[IntArray, IntArray, IntArray]] = []

    def take_up(self, known: AnswerLog) -> None:
        """Goes on from what was read before, whose last step may come anew."""
        self.steps = [*known.steps]
        last = np.searchsorted(known.snapshot, len(known.steps) - 1)
        for part in (slice(0, last), slice(last, None)):
            self._shown = self._now.copy()
            # The last of several assignments to one place counts.
            self._now[known.sample[part]] = known.answer[part]
        self._newest = self._now.copy()
        self._events = [(known.snapshot[:last], known.sample[:last], known.answer[:last])]

    def apply(self, step: int, sample: npt.NDArray[np.integer], answer: IntArray, *, begins: bool) -> None:
        """Takes the changes of one record; where a session begins, nothing was seen before.

        The answers of a step that comes after later ones are not shown.
        """
        if not self.steps or step > self.steps[-1]:
            self._finish()
            self.steps.append(step)
        if begins:
            self._now[:] = UNSEEN
        self._now[sample] = answer
        if step == self.steps[-1]:
            self._newest = self._now.copy()

    def events(self) -> tuple[IntArray, IntArray, IntArray]:
        """Snapshot, sample and answer of all changes."""
        self._finish()
        none = np.empty(0, np.int32)
        snapshot, sample, answer = zip(*self._events, strict=True) if self._events else ((none,),) * 3
        return np.concatenate(snapshot), np.concatenate(sample), np.concatenate(answer)

    def _finish(self) -> None:
        changes = changed_answers(self._shown, self._newest)
        if len(changes["sample"]):
            snapshot = np.full(len(changes["sample"]), len(self.steps) - 1, np.int32)
            self._events.append((snapshot, changes["sample"], changes["answer"]))
            self._shown = self._newest
