"""Logs what a model answered: of the probe with every snapshot, and of any samples that a training loop has at hand.

Only what changed since the answers before is written. What is wrong in a call shows before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.answers import (
    ANSWERS,
    MEMBERS,
    OUTCOMES,
    PROBE,
    UNSEEN,
    Samples,
    changed_answers,
    encode_members,
)
from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.schema import AnswersRecord, PayloadRef
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray
from tensorboard_plugin_hidden.format.store import group_name

_NO_LABEL = -1


def predicted(logits: FloatArray) -> IntArray:
    """The class of the largest logit, -1 where logits are NaN or plus infinity.

    Args:
        logits: float [N, C].

    Returns:
        int32 [N].

    >>> predicted(np.array([[0, 2], [np.nan, 1]], np.float32))
    array([ 1, -1], dtype=int32)
    """
    best = logits.argmax(axis=1)
    largest = np.take_along_axis(logits, best[:, None], axis=1)[:, 0]  # argmax takes NaN for the greatest
    return np.where(np.isfinite(largest), best, UNSEEN).astype(np.int32)


class AnswersLog:
    """The answers of one session.

    Args:
        journal: Where to.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last: dict[str, tuple[int, IntArray]] = {}
        self._row_of: dict[int | str, int] = {}
        self._labels: IntArray = np.empty(0, np.int32)
        self._members: tuple[int, PayloadRef] | None = None

    @property
    def last_step(self) -> int:
        """The step of the newest outcomes; -1 where there are none."""
        return self._last[OUTCOMES][0] if OUTCOMES in self._last else -1

    def add_probe(self, logits: FloatArray, step: int) -> None:
        """Logs what was answered to the probe; of several layers at one step once, unless they differ.

        Where layers are logged one after the other, a step below the last is left out: another layer has told of it.

        Args:
            logits: float [N, C], a row for each sample of the probe.
            step: The training step.

        Raises:
            HiddenError: The store cannot be written; what is logged next includes these changes then.
        """
        if PROBE not in self._last or step >= self._last[PROBE][0]:
            self._add(PROBE, step, predicted(logits))

    def check_outcomes(self, ids: Any, predictions: Any, labels: Any) -> IntArray:
        """Takes in samples that the caller names, and what was answered to them.

        Args:
            ids: N integers or strings, all different: a list, array or tensor.
            predictions: N class numbers.
            labels: N class numbers, -1 or None for no label; None: all samples were named before.

        Returns:
            int32 [M], of all samples that were named so far.

        Raises:
            HiddenError: What was passed is wrong; it is as if it had not been.
        """
        names = _names(ids)
        answers = _class_numbers("predictions", predictions, len(names), least=0)
        given = None if labels is None else _class_numbers("labels", labels, len(names), least=_NO_LABEL)
        new = [i for i, name in enumerate(names) if name not in self._row_of]
        if given is None and new:
            raise HiddenError(
                "a sample has no label yet",
                expected="labels, the first time that an id comes",
                got=f"labels=None and {len(new)} new ids, as {names[new[0]]!r}",
                fix="Pass labels, with -1 for a sample that has none.",
            )
        row_of = self._row_of | {names[i]: len(self._row_of) + place for place, i in enumerate(new)}
        rows = np.array([row_of[name] for name in names], np.intp)
        known = self._labels
        if given is not None:
            known = np.concatenate([known, given[new]])
            self._require_same(names, known[rows], given)
        now = np.full(len(known), UNSEEN, np.int32)
        now[rows] = answers
        self._row_of, self._labels = row_of, known
        return now

    def add_outcomes(self, answers: IntArray, step: int) -> None:
        """Logs what ``check_outcomes`` gave.

        Args:
            answers: int32 [M].
            step: The training step.

        Raises:
            HiddenError: The store cannot be written; what is logged next includes these changes then.
        """
        self._add(OUTCOMES, step, answers)

    def _add(self, name: str, step: int, now: IntArray) -> None:
        last_step, before = self._last.get(name, (-1, np.empty(0, np.int32)))
        changes = changed_answers(before, now)
        count = len(changes["sample"])
        if step == last_step and not count:
            return
        session = self._journal.session
        members = self._stored_members() if name == OUTCOMES else None
        place = self._journal.extend(group_name(session, ANSWERS, name), changes) if count else PayloadRef()
        self._journal.name(AnswersRecord(name, step, count, len(now), members), place)
        self._last[name] = step, now

    def _stored_members(self) -> PayloadRef:
        """Where the samples are, which are written anew when some have joined."""
        if self._members is None or self._members[0] < len(self._row_of):
            samples = Samples([*self._row_of], self._labels)
            place = self._journal.store(group_name(self._journal.session, MEMBERS), encode_members(samples))
            self._members = len(self._row_of), place
        return self._members[1]

    @staticmethod
    def _require_same(names: list[int | str], known: IntArray, given: IntArray) -> None:
        other = np.flatnonzero(known != given)
        if len(other):
            i = other[0]
            raise HiddenError(
                "a sample's label changed",
                expected=f"label {known[i]} for sample {names[i]!r}, as before",
                got=f"{given[i]}",
                fix="Keep the labels of a run, or begin another; ids must name the same samples all the time.",
            )


def _names(ids: Any) -> list[int | str]:
    items: Any = None
    if not isinstance(ids, str | bytes | Mapping):
        try:
            items = ids.tolist() if isinstance(ids, np.ndarray | Tensor) else [*ids]
        except TypeError:
            items = None
    if isinstance(items, list):
        items = [item.item() if isinstance(item, np.generic | Tensor) and item.ndim == 0 else item for item in items]
    wrong = [ids] if not items else [item for item in items if type(item) not in (int, str)]
    if wrong:
        raise HiddenError(
            "the ids are none",
            expected="a list, array or tensor of integers or strings, at least one",
            got=repr(wrong[0])[:100],
            fix="Pass the index of each sample in its dataset, or its name.",
        )
    if len(set(items)) < len(items):
        seen: set[Any] = set()
        twice = next(item for item in items if item in seen or seen.add(item))  # type: ignore[func-returns-value]
        raise HiddenError(
            "ids are not unique",
            expected="a different id for every sample",
            got=f"{twice!r} more than once",
            fix="Pass each sample once a step.",
        )
    names: list[int | str] = items
    return names


def _class_numbers(name: str, values: Any, count: int, least: int) -> IntArray:
    array: npt.NDArray[Any]
    try:
        if isinstance(values, Tensor):
            array = values.detach().cpu().numpy()
        elif isinstance(values, np.ndarray):
            array = values
        else:
            array = np.asarray([_NO_LABEL if value is None else value for value in values])
    except (TypeError, ValueError):  # also of numbers that numpy does not know, as bfloat16
        array = np.asarray(None)
    if array.shape != (count,) or array.dtype.kind not in "iu":
        given = values if isinstance(values, Tensor) else array
        raise HiddenError(
            f"{name} do not match the ids",
            expected=f"{count} class numbers, one for each id",
            got=f"{given.dtype} of shape {list(given.shape)}",
            fix="Pass a vector of integers, as logits.argmax(1).",
        )
    outside = (array < least) | (array >= MAX_CLASSES)
    if outside.any():
        raise HiddenError(
            f"{name} are no class numbers",
            expected=f"integers from {least} to {MAX_CLASSES - 1}",
            got=str(array[outside][0]),
            fix="Number the classes from 0.",
        )
    return array.astype(np.int32)
