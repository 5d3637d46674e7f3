"""What a set of samples was answered over time, as the arrays of ``docs/http_api.md``. Pure.

A log of answers names what changed from snapshot to snapshot, 50,000 samples at 750 snapshots are two million events:
nothing here makes a table of snapshots and samples but for the samples of one class.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.clusters import error_clusters
from tensorboard_plugin_hidden.training_log.flips import UNSEEN, Runs, correctness, encode, extend

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.format.answers import AnswerLog

Arrays = dict[str, npt.NDArray[Any]]

ERROR_SCALE = 254
"""Code of an error of 1."""

NOT_SEEN = 255
"""Code of the error of a class of which no sample was seen."""

MOST = 65535
"""What does not fit 16 bits is cut to this; of an answer: not seen."""

MOST_ANSWERS = 50_000_000
"""Answers to the samples of a class that are told: 100 MB, and some 400 MB while they are put in order."""

_BLOCK = 128
"""Snapshots that are held as a table of samples at once."""


def narrowed(log: AnswerLog) -> AnswerLog:
    """The same with its columns in the smallest dtypes that hold them: two million events are 16 MB, not 24."""
    snapshots = np.uint16 if len(log.steps) <= MOST else np.int32
    answers = np.int16 if int(log.answer.max(initial=0)) < 2**15 else np.int32
    return replace(log, snapshot=log.snapshot.astype(snapshots), answer=log.answer.astype(answers))


def class_count(log: AnswerLog) -> int:
    """How many classes the labels may be of: those with names, or up to the largest label."""
    return max(len(log.classes), int(log.labels.max(initial=-1)) + 1)


def correctness_runs(log: AnswerLog, known: Runs | None = None) -> Runs:
    """Runs of right and wrong answers; samples without a label are never seen.

    Args:
        log: The answers.
        known: Runs of the first snapshots of the same log, of which the labels have not changed since.

    Returns:
        As ``extend`` gives them, with the columns in the smallest dtypes that hold them, which halves them.
    """
    runs = encode(np.empty((0, len(log.labels)), np.int8)) if known is None else known
    place = np.searchsorted(log.snapshot, np.arange(runs.snapshots, len(log.steps) + 1))
    right = np.full(len(log.labels), UNSEEN, np.int8)
    # Of a sample's earlier events the last one is what holds.
    _apply(right, log, slice(0, int(place[0])))
    for first in range(0, len(place) - 1, _BLOCK):
        rows = np.empty((min(_BLOCK, len(place) - 1 - first), len(right)), np.int8)
        for row, start, stop in zip(rows, place[first:], place[first + 1 :], strict=False):
            _apply(right, log, slice(int(start), int(stop)))
            row[:] = right
        runs = extend(runs, rows)
    return _narrow(runs)


def same_beginning(older: AnswerLog, newer: AnswerLog) -> bool:
    """Whether ``newer`` is ``older`` with more snapshots, and perhaps more samples."""
    count, events = len(older.labels), len(older.sample)
    return (
        newer.steps[: len(older.steps)] == older.steps
        and len(newer.labels) >= count
        and np.array_equal(newer.labels[:count], older.labels)
        and int(np.searchsorted(newer.snapshot, len(older.steps))) == events
        and all(
            np.array_equal(getattr(newer, name)[:events], getattr(older, name))
            for name in ("sample", "snapshot", "answer")
        )
    )


def error_history(runs: Runs, labels: npt.NDArray[np.int32], classes: int) -> tuple[Arrays, npt.NDArray[np.float64]]:
    """Error of every class, and of all samples, at every snapshot.

    Args:
        runs: From ``correctness_runs``.
        labels: int32 [samples].
        classes: Number of classes.

    Returns:
        ``labels``, ``size``, ``error``, ``whole`` as in ``docs/http_api.md``; and the error itself, float64
        [snapshots, classes], NaN where no sample of the class was seen.
    """
    seen, right = _seen(runs, labels, classes, runs.state >= 0), _seen(runs, labels, classes, runs.state == 1)
    error = np.full(seen.shape, np.nan)
    np.divide(seen - right, seen, out=error, where=seen > 0)
    of_all, wrong = seen.sum(axis=1), (seen - right).sum(axis=1)
    whole = np.full(len(seen), np.nan)
    np.divide(wrong, of_all, out=whole, where=of_all > 0)
    codes = np.where(seen > 0, np.rint(np.nan_to_num(error) * ERROR_SCALE), NOT_SEEN)
    arrays: Arrays = {
        "labels": labels.astype(np.int32),
        "size": np.bincount(labels[labels >= 0], minlength=classes).astype(np.int32),
        "error": codes.astype(np.uint8),
        "whole": whole.astype(np.float32),
    }
    return arrays, error


def class_groups(error: npt.NDArray[np.float64], clusters: int) -> tuple[Arrays, dict[str, int]]:
    """An order of the classes in which like ones are adjacent, and groups whose errors go together.

    Args:
        error: From ``error_history``.
        clusters: How many groups.

    Returns:
        ``order``, ``cluster``, ``cluster_error``, and how many groups there are.
    """
    # scipy costs memory that a TensorBoard without a training log need not pay.
    from tensorboard_plugin_hidden.training_log.order import seriation

    groups = error_clusters(error, clusters)
    arrays: Arrays = {
        "order": seriation(error.T).astype(np.int32),
        "cluster": groups.cluster,
        "cluster_error": groups.error.astype(np.float32),
    }
    return arrays, {"clusters": groups.error.shape[1]}


def flip_columns(runs: Runs, labels: npt.NDArray[np.int32]) -> Arrays:
    """Changes between right and wrong, in order of (snapshot, sample), as ``GET flips`` has them."""
    flips = runs.flips()

    def short(values: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        return values if values.dtype == np.uint16 else np.minimum(values, MOST).astype(np.uint16)

    return {
        "snapshot": short(flips.snapshot),
        "class": short(labels)[flips.sample],
        "before": short(flips.before),
        "after": short(flips.after),
    }


def class_history(log: AnswerLog, number: int) -> tuple[Arrays, dict[str, Any]]:
    """Every answer to the samples of one class.

    Args:
        log: The answers.
        number: The class.

    Returns:
        ``rows`` and ``answers`` as in ``docs/http_api.md``, like histories adjacent; and ``ids``.

    Raises:
        HiddenError: They are more than ``MOST_ANSWERS``.
    """
    from tensorboard_plugin_hidden.training_log.order import similarity_order

    rows = np.flatnonzero(log.labels == number)
    if len(rows) * len(log.steps) > MOST_ANSWERS:
        raise HiddenError(
            f"class {number} has too many answers to show each",
            expected=f"at most {MOST_ANSWERS:,}",
            got=f"{len(rows):,} samples at {len(log.steps):,} snapshots",
            fix="Log the answers to fewer samples, or at fewer steps.",
        )
    place = np.full(len(log.labels), -1, np.int32)
    place[rows] = np.arange(len(rows))
    mine = np.flatnonzero(place[log.sample] >= 0)
    column, when, answer = place[log.sample[mine]], log.snapshot[mine], log.answer[mine]
    bounds = np.searchsorted(when, np.arange(len(log.steps) + 1))
    codes = np.empty((len(log.steps), len(rows)), np.uint16)
    right = np.empty(codes.shape, np.int8)
    now = np.full(len(rows), UNSEEN, np.int32)
    for t, (start, stop) in enumerate(itertools.pairwise(bounds)):
        now[column[start:stop]] = answer[start:stop]
        codes[t] = np.where(now < 0, MOST, np.minimum(now, MOST))
        right[t] = correctness(now[None], log.labels[rows])[0]
    order = similarity_order(right)
    arrays: Arrays = {"rows": rows[order].astype(np.int32), "answers": codes[:, order]}
    return arrays, {"ids": [log.ids[row] for row in rows[order].tolist()]}


def _apply(right: npt.NDArray[np.int8], log: AnswerLog, events: slice) -> None:
    sample, answer = log.sample[events], log.answer[events]
    label = log.labels[sample]
    right[sample] = np.where((answer < 0) | (label < 0), UNSEEN, answer == label)


def _seen(
    runs: Runs, labels: npt.NDArray[np.int32], classes: int, chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Samples of each class that are in one of the chosen runs, int64 [snapshots, classes]."""
    which = np.flatnonzero(chosen)
    label, start = labels[runs.sample[which]], runs.start[which].astype(np.int64)
    shape = (runs.snapshots + 1, classes)
    size = shape[0] * shape[1]
    began = np.bincount(start * classes + label, minlength=size)
    ended = np.bincount((start + runs.length[which]) * classes + label, minlength=size)
    return np.cumsum((began - ended).reshape(shape)[:-1], axis=0)


def _narrow(runs: Runs) -> Runs:
    short = np.uint16 if runs.snapshots <= MOST else np.int32
    columns = {name: getattr(runs, name).astype(short, copy=False) for name in ("start", "length", "before")}
    return replace(runs, **columns, state=runs.state.astype(np.int8, copy=False))
