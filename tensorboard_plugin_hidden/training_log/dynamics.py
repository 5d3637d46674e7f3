"""What the course of training says of each sample: when it was learned, whether it was forgotten, how steadily.

Published measures of training dynamics, over the snapshots at which a sample was seen. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray
from tensorboard_plugin_hidden.training_log.flips import UNSEEN, correctness

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learning:
    """How right and wrong answers followed each other, after each snapshot.

    Attributes:
        seen: int32 [snapshots, samples], snapshots so far with an answer and a label.
        forgotten: int32 [snapshots, samples], forgetting events so far: a wrong answer where the answer seen before it
            was right (Toneva et al., ICLR 2019).
        learned_at: int32 [snapshots, samples], the earliest snapshot from which on every answer so far was right (the
            learning time of Maini et al., NeurIPS 2022); -1 where the last answer was wrong, or there is none. A sample
            that is forgotten and learned anew was learned when it was learned anew.
    """

    seen: IntArray
    forgotten: IntArray
    learned_at: IntArray


@dataclass(frozen=True, slots=True)
class Cartography:
    """Where each sample lies on the map of a dataset (Swayamdipta et al., EMNLP 2020). NaN where never seen.

    Attributes:
        confidence: float64 [samples] in [0, 1], mean over snapshots of the label's probability.
        variability: float64 [samples] in [0, .5], its standard deviation over snapshots.
        correctness: float64 [samples] in [0, 1], share of the answers that are right.
    """

    confidence: Values
    variability: Values
    correctness: Values


def learning(answers: npt.NDArray[Any], labels: npt.NDArray[np.integer]) -> Learning:
    """Forgetting events and learning, of predicted classes int [snapshots, samples], negative where not seen.

    A snapshot at which a sample was not seen is passed over, as Toneva et al. count between presentations.

    Args:
        answers: int [snapshots, samples].
        labels: int [samples], negative for none.

    Raises:
        HiddenError: There is not one label for every sample.
    """
    right = correctness(answers, labels)
    before = np.full(right.shape[1], UNSEEN, np.int8)
    forgotten, learned_at = np.zeros(right.shape, np.int32), np.full(right.shape, -1, np.int32)
    for snapshot, row in enumerate(right):
        if snapshot:
            forgotten[snapshot], learned_at[snapshot] = forgotten[snapshot - 1], learned_at[snapshot - 1]
        forgotten[snapshot] += (row == 0) & (before == 1)
        learned_at[snapshot, row == 0] = -1
        learned_at[snapshot, (row == 1) & (learned_at[snapshot] < 0)] = snapshot
        before = np.where(row >= 0, row, before)
    return Learning(np.cumsum(right >= 0, axis=0, dtype=np.int32), forgotten, learned_at)


def cartography(
    probability: npt.NDArray[np.floating], answers: npt.NDArray[Any], labels: npt.NDArray[np.integer]
) -> Cartography:
    """The map's coordinates.

    Args:
        probability: float [snapshots, samples], softmax probability of the sample's label; NaN where not seen.
        answers: int [snapshots, samples], predicted classes; negative where not seen.
        labels: int [samples], negative for none.

    Raises:
        HiddenError: The shapes do not match.
    """
    _alike(probability, answers)
    right = correctness(answers, labels)
    mean = _mean(probability)
    spread = np.sqrt(np.maximum(_mean((probability - mean) ** 2), 0))
    return Cartography(mean, spread, _mean(np.where(right < 0, np.nan, right)))


def area_under_margin(margins: npt.NDArray[np.floating]) -> Values:
    """Mean over snapshots of the label's logit minus the largest other logit (Pleiss et al., NeurIPS 2020).

    The authors take the snapshots up to the first drop of the learning rate, before labels that are wrong are learned
    by heart.

    Args:
        margins: float [snapshots, samples] of logits; NaN where not seen.

    Returns:
        float64 [samples]; NaN where never seen. Low, and below 0, where the network prefers another class.
    """
    return _mean(margins)


def _mean(values: npt.NDArray[Any]) -> Values:
    """Mean over snapshots of what is not NaN; NaN without any."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    mean = np.full(count.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _alike(values: npt.NDArray[Any], answers: npt.NDArray[Any]) -> None:
    if values.shape != answers.shape:
        raise HiddenError(
            "measures do not match the answers",
            expected=f"[snapshots, samples] as of the answers, {answers.shape}",
            got=str(values.shape),
            fix="Take all at the same snapshots and of the same samples.",
        )
