"""How a network stands at a step by its own answers, which decides what of all that moves in it is trouble."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import NETWORK, TRAINING_LOSS, Observation
from tensorboard_plugin_hidden.alerts.resets import RateChanges
from tensorboard_plugin_hidden.alerts.track import HELD, LONG, Track, Values

ACCURACY_LOST = 0.1
"""Share of the samples by which fewer are answered right than at best before answers have suffered."""

CLASS_LOST = 0.2
"""The same of the samples of one class, which are few."""

LOSS_JUMPS = 0.2
"""Nats by which the loss over the probe is suddenly higher before answers have suffered."""

ABLE = 0.5
"""Share of right answers from which on a class that is answered right is known: beginners answer one for all."""

REMEMBERED = 4
"""Steps for which what has jumped, and is still as bad, is a jump, and for which answers that have suffered did."""

AGREE_MORE = 0.01
"""Share of the neighbours by which more must agree on their labels for a layer to have become better."""

NOTICEABLE = 0.1
"""Share of the samples by which more must be right than the most frequent class explains for something to be learned,
and by which the network must be surer than it is right to have learned by heart."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a network stands at one step.

    Attributes:
        known: Whether there is a loss over the probe; of what is no classifier, or has no labels, there is none.
        improving: Whether that loss is lower than at any step before.
        learning: Whether the loss of the training that ``add_hidden`` was told is lower than before, or, where no loss
            is known, neighbours in a layer agree on their labels noticeably more than before.
        well: Whether the answers have become better than guesses, and have lost nothing of that.
        able: Whether more answers are right than wrong, so that each class is known by more than a guess.
        lost: Share of the samples by which fewer are answered right than at best.
        memorising: Whether the network is much surer than it is right, without a sudden loss of right answers: a loss
            that rises then is overfitting.
        classes_well: The same of each class, bool [C]; None where nothing is known of them.
        apart: Whether, where no loss over the probe is known, neighbours agree on their labels as much as ever, and
            noticeably more than at first: a layer that shrinks then, as before a normalisation, tells as much.
    """

    known: bool = False
    improving: bool = False
    learning: bool = False
    well: bool = False
    able: bool = False
    lost: float = 0.0
    memorising: bool = False
    classes_well: npt.NDArray[np.bool_] | None = None
    apart: bool = False


def sampling_error(shares: Values, counts: npt.NDArray[np.intp] | int) -> Values:
    """Two standard errors of shares of so many samples, of which one more is right and one more is wrong.

    Without these two a share of all of five samples would be known for certain (Agresti and Coull 1998).

    >>> float(sampling_error(np.array(0.8), 5).round(2))
    0.34
    """
    total = np.maximum(counts, 0) + 2.0
    middle = (shares * np.maximum(counts, 0) + 1) / total
    result: Values = 2 * np.sqrt(middle * (1 - middle) / total)
    return result


class Progress:
    """Follows what is known of the network as a whole."""

    def __init__(self) -> None:
        self._step = -1
        self._standing = Standing()
        self._rates = RateChanges()
        self._lowest = np.inf
        self._most = 0.0
        self._told = Track("high", "best", 1)
        self._loss = _Jumps()
        self._recent: deque[float] = deque(maxlen=HELD)
        self._classes = Track("low", "best", 1, LONG)
        self._hurt = 0
        self._agreements: dict[str, tuple[float, float]] = {}

    def look(self, observations: Sequence[Observation]) -> Standing:
        """How the network stands.

        Args:
            observations: Of one step; layers may come one after another, the answers with the first.
        """
        for one in observations:
            if one.layer == NETWORK and one.step != self._step:
                self._step, self._standing = one.step, self._stands(one)
        standing = self._standing if any(one.step == self._step for one in observations) else Standing()
        agreements = [self._agreement(one) for one in observations if "agreement" in one.measures]
        if standing.known or not agreements:
            return standing
        more, apart = (any(found) for found in zip(*agreements, strict=True))
        return replace(standing, learning=standing.learning or more, apart=apart)

    def _agreement(self, seen: Observation) -> tuple[bool, bool]:
        """Whether a layer's neighbours agree more than before, and whether as much as ever and more than at first."""
        now = float(seen.measures["agreement"])
        first, most = self._agreements.get(seen.layer, (now, now))
        self._agreements[seen.layer] = first, float(np.fmax(now, most))
        return now > most + AGREE_MORE, now > max(most - AGREE_MORE, first + NOTICEABLE)

    def _stands(self, seen: Observation) -> Standing:
        if self._rates.restarts(seen.rate):
            self._most = 0.0
            self._loss.reset()
            self._recent.clear()
        told = np.array(seen.measures.get(TRAINING_LOSS, np.nan))
        learning = bool(told < self._told.best)
        self._told.push(seen.step, told)
        loss = float(seen.measures.get("loss", np.nan))
        if np.isnan(loss):
            return Standing(learning=learning)
        improving = loss < self._lowest
        self._lowest = min(self._lowest, loss)
        accuracy = float(seen.measures.get("accuracy", np.nan))
        surer = seen.measures.get("overconfidence", np.nan) > NOTICEABLE
        # What is learned by heart costs right answers slowly, if any.
        self._recent.append(accuracy)
        memorising = surer and accuracy > max(self._recent) - ACCURACY_LOST
        jumped = self._loss.jumped(seen.step, loss)
        # Nothing is well that was better once, even if only once.
        self._most = float(np.fmax(self._most, accuracy))
        hurt = not memorising and (jumped or accuracy < self._most - ACCURACY_LOST)
        self._hurt = REMEMBERED if hurt else max(self._hurt - 1, 0)
        counts, of_classes = seen.counts, seen.classes.get("accuracy")
        learned = counts is not None and counts.sum() > 0 and self._most > counts.max() / counts.sum() + NOTICEABLE
        well = learned and not self._hurt
        classes_well = None
        if of_classes is not None and counts is not None:
            found = self._classes.push(seen.step, of_classes.astype(np.float64))
            lost = np.nan_to_num(found.deviation) > CLASS_LOST + sampling_error(np.nan_to_num(found.reference), counts)
            # What classes lose while the network learns by heart is a part of that.
            classes_well = (~lost & well) | (learned and memorising)
        able = learned and self._most > ABLE
        return Standing(True, improving, learning, well, able, self._most - accuracy, memorising, classes_well)


class _Jumps:
    """Whether the loss is suddenly higher than is usual, and for a while whether it still is."""

    def __init__(self) -> None:
        self._track = Track("high", "usual", 1)
        self.reset()

    def reset(self) -> None:
        """Forgets the past."""
        self._track.reset()
        self._left, self._limit = 0, np.inf

    def jumped(self, step: int, loss: float) -> bool:
        """Takes the next loss."""
        found = self._track.push(step, np.array(loss))
        if self._left > 0 and loss > self._limit:
            self._left -= 1
            return True
        jumps = bool(found.deviation > LOSS_JUMPS)
        self._left = REMEMBERED - 1 if jumps else 0
        self._limit = float(found.reference) + LOSS_JUMPS if jumps else np.inf
        return jumps
