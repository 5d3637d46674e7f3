"""What a model said of each sample, and the bytes of it that travel. numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.frame_codec import class_codes, share_bytes
from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What logits z say of each of N samples; p = softmax(z), p1 ≥ p2 its largest two. NaN without a prediction.

    Attributes:
        prediction: int32 [N], class of the largest logit; -1 where logits are NaN or plus infinity.
        runner_up: int32 [N], class of the next; -1 also where no other class is possible.
        confidence: float32 [N] in [0, 1], p1.
        margin: float32 [N] in [0, 1], p1 - p2.
        entropy: float32 [N] in [0, 1], -sum(p log p) / log C (Shannon 1948); 0 for one class.
        loss: float32 [N], cross-entropy -log p(label) in nats, above 0; NaN also without a label among the C classes.
    """

    prediction: IntArray
    runner_up: IntArray
    confidence: FloatArray
    margin: FloatArray
    entropy: FloatArray
    loss: FloatArray


def encode_outcomes(outcomes: Outcomes) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the ``outcomes`` route, as ``docs/http_api.md`` lists them.

    Returns:
        ``prediction`` and ``runner_up``, u2 [N], ``NO_CLASS`` for none. ``confidence``, ``margin`` and ``entropy``,
        u1 [N], times 255, 0 where there is no prediction. ``loss``, f2 [N], infinite beyond 65504 nats.
    """
    with np.errstate(over="ignore"):
        loss = outcomes.loss.astype(np.float16)
    return {
        "prediction": class_codes(outcomes.prediction),
        "runner_up": class_codes(outcomes.runner_up),
        "confidence": share_bytes(outcomes.confidence),
        "margin": share_bytes(outcomes.margin),
        "entropy": share_bytes(outcomes.entropy),
        "loss": loss,
    }
