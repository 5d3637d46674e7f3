"""Whether a network is just getting better, so that what moves need not be trouble."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_hidden.alerts.observation import NETWORK, Observation


class Progress:
    """Follows the loss over the probe."""

    def __init__(self) -> None:
        self._best = np.inf
        self._step = -1
        self._improving = False

    def improving(self, observations: Sequence[Observation]) -> bool:
        """Whether the loss is lower than at any step before; False where there is none.

        Args:
            observations: Of one step; layers may come one after another, the loss with the first.
        """
        for one in observations:
            if one.layer == NETWORK and "loss" in one.measures:
                loss = one.measures["loss"]
                self._step, self._improving = one.step, bool(loss < self._best)
                self._best = float(np.fmin(self._best, loss))
        return self._improving and any(one.step == self._step for one in observations)
