"""Whether a network is just getting better, so that what moves need not be trouble."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_hidden.alerts.observation import NETWORK, Observation


class Progress:
    """Follows the loss over the probe."""

    def __init__(self) -> None:
        self._best = np.inf

    def improving(self, observations: Sequence[Observation]) -> bool:
        """Whether the loss is lower than at any step before; False where there is none.

        Args:
            observations: Of one step.
        """
        loss = next((one.measures.get("loss", np.nan) for one in observations if one.layer == NETWORK), np.nan)
        if not loss < self._best:
            return False
        self._best = float(loss)
        return True
