"""Which labels are likely wrong, by what training made of them, and what speaks against each.

Imports numpy and the package's own measures only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.training_log.dynamics import area_under_margin, cartography, learning

NEVER_LEARNED = "never learned"
MOSTLY_WRONG = "mostly wrong"
IMPROBABLE = "label improbable"
OUTVOTED = "other class ahead"
AGREED = "one other class"
LATE = "learned late"
FORGOTTEN = "often forgotten"

REASONS = {
    NEVER_LEARNED: "no answer was ever the label",
    MOSTLY_WRONG: "fewer than half of the answers were the label",
    IMPROBABLE: "the label's mean probability is below one half",
    OUTVOTED: "the area under the margin is below 0: another class was ahead on the whole",
    AGREED: "one and the same other class was the answer more than half of the time",
    LATE: "learned later than nine in ten of the samples that were learned",
    FORGOTTEN: "forgotten at least twice, and more often than nine in ten samples",
}
"""What each entry of the column ``reasons`` means."""

_USUAL = 0.9
"""Share of samples within which something is usual."""


def label_errors(
    quality: npt.NDArray[np.floating],
    probability: npt.NDArray[np.floating],
    margins: npt.NDArray[np.floating],
    answers: npt.NDArray[Any],
    labels: npt.NDArray[np.integer],
    count: int,
) -> dict[str, npt.NDArray[Any]]:
    """The samples whose labels are most likely wrong, as the columns of a table.

    Ranked by label quality. No other single measure, nor the sum of the ranks of several, found more of planted
    errors; the others are there as reasons.

    Args:
        quality: float [samples], from ``LabelQuality``, after the last snapshot; NaN where not known.
        probability: float [snapshots, samples], softmax probability of the label; NaN where not seen.
        margins: float [snapshots, samples], from ``label_margins``; NaN where not seen.
        answers: int [snapshots, samples], predicted classes; negative where not seen.
        labels: int [samples], negative for none: such samples are left out, as those never seen are.
        count: How many rows to give at most.

    Returns:
        Columns of one length, the lowest quality first, the lower number first where it is equal:
        ``sample``, ``label`` and ``suggested`` int64, the class that the model says most often instead, the lower of
        equal ones, -1 where it always says the label. ``suggested_share``, of the answers. ``label_quality``.
        ``label_probability``, ``variability``, ``correctness``, ``area_under_margin`` float64, the last of finite
        margins. ``learned_at``, -1 for not, and
        ``forgotten`` int64. ``reasons`` str, entries of ``REASONS`` joined by a semicolon.

    Raises:
        HiddenError: The shapes do not match.
    """
    if not (probability.shape == margins.shape == answers.shape):
        raise HiddenError(
            "measures do not match",
            expected="probability, margins and answers of one shape",
            got=f"{probability.shape}, {margins.shape}, {answers.shape}",
            fix="Take all at the same snapshots and of the same samples.",
        )
    course, place = learning(answers, labels), cartography(probability, answers, labels)
    none = np.full(len(labels), -1)
    learned_at, forgotten = (course.learned_at[-1], course.forgotten[-1]) if len(answers) else (none, none)
    listed = np.flatnonzero((labels >= 0) & ~np.isnan(quality))
    top = listed[np.argsort(quality[listed], kind="stable")][: max(0, count)]
    suggested, share = _said_instead(answers[:, top], labels[top])
    finite = np.where(np.isfinite(margins[:, top]), margins[:, top], np.nan)
    area = area_under_margin(finite)
    learned = learned_at[learned_at >= 0]
    late = np.quantile(learned, _USUAL) if len(learned) else np.inf
    often = np.quantile(forgotten[listed], _USUAL) if len(listed) else np.inf
    speaks = {
        NEVER_LEARNED: place.correctness[top] == 0,
        MOSTLY_WRONG: place.correctness[top] < 0.5,
        IMPROBABLE: place.confidence[top] < 0.5,
        OUTVOTED: area < 0,
        AGREED: share > 0.5,
        LATE: learned_at[top] > late,
        FORGOTTEN: (forgotten[top] > often) & (forgotten[top] >= 2),
    }
    reasons = ["; ".join(name for name, against in speaks.items() if against[row]) for row in range(len(top))]
    return {
        "sample": top,
        "label": labels[top].astype(np.int64),
        "suggested": suggested,
        "suggested_share": share,
        "label_quality": quality[top],
        "label_probability": place.confidence[top],
        "variability": place.variability[top],
        "correctness": place.correctness[top],
        "area_under_margin": area,
        "learned_at": learned_at[top].astype(np.int64),
        "forgotten": forgotten[top].astype(np.int64),
        "reasons": np.array(reasons, np.str_),
    }


def _said_instead(
    answers: npt.NDArray[Any], labels: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The most frequent answer that is not the label, -1 for none, and its share of all answers."""
    classes = int(answers.max(initial=0)) + 1
    sample = np.broadcast_to(np.arange(len(labels)), answers.shape)
    other = (answers >= 0) & (answers != labels)
    cells = sample[other] * classes + answers[other].astype(np.int64)
    votes = np.bincount(cells, minlength=len(labels) * classes).reshape(len(labels), classes)
    most, seen = votes.max(axis=1), (answers >= 0).sum(axis=0)
    return np.where(most > 0, votes.argmax(axis=1), -1), most / np.maximum(seen, 1)
