"""What rules look at: the measures of one layer at one step, and the arrays that evidence is chosen from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.format.snapshot import FloatArray, IntArray

NETWORK = ""
"""The layer of what is measured of the whole network: its answers, and its gradients."""


TRAINING_LOSS = "training_loss"
"""The measure of the network that ``add_hidden(step, loss=...)`` is told."""


@dataclass(frozen=True, slots=True)
class GradientFacts:
    """What a training log says of one step of the optimizer.

    Attributes:
        gradient: Natural logarithm of the L2 norm of all gradients.
        update: Natural logarithm of the largest ratio of update to weight, L2 norms, of any layer.
        still: Share of the layers that have learned since the task began whose gradients are all zero, or whose weights
            were not updated.
        still_layers: Names of these.
        largest_gradient_layer: Name of the layer with the largest gradient; empty where it is not known.
        largest_update_layer: Name of the layer that ``update`` is of; empty where it is not known.
    """

    gradient: float
    update: float
    still: float
    still_layers: tuple[str, ...] = ()
    largest_gradient_layer: str = ""
    largest_update_layer: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """The samples themselves at one step, for rules that point at some of them.

    Attributes:
        activations: float [N, D] of the layer; None for the whole network.
        labels: int32 [N], -1 for none.
        predictions: int32 [N], -1 where not known; None without logits.
        before: ``predictions`` at the step before; None at the first.
        loss: float32 [N], not-a-number where not known; None without logits.
        tasks: Rows of each task.
        classes: Names of the classes.
        still_layers: As in ``GradientFacts``.
        largest_gradient_layer: As in ``GradientFacts``.
        largest_update_layer: As in ``GradientFacts``.
    """

    activations: FloatArray | None = None
    labels: IntArray | None = None
    predictions: IntArray | None = None
    before: IntArray | None = None
    loss: FloatArray | None = None
    tasks: Mapping[str, IntArray] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    still_layers: tuple[str, ...] = ()
    largest_gradient_layer: str = ""
    largest_update_layer: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One layer at one step. Names and formulas of measures are those of ``docs/alerts.md``; not-a-number: undefined.

    Attributes:
        step: Training step.
        layer: Its name; ``NETWORK`` for the whole network.
        measures: By name.
        classes: By name, float32 [C].
        gaps: Logarithm of the gap between each two classes, float32 [C, C]; None where it was not measured.
        tasks: By name, float32 [K].
        task_names: The K tasks.
        task: Name of the task that is learned; empty for none.
        rate: Learning rate; None where it is not known.
        sight: The samples.
        counts: int [C], samples of each class of which shares in ``classes`` are; None where there are no classes.
    """

    step: int
    layer: str
    measures: Mapping[str, float]
    classes: Mapping[str, FloatArray] = field(default_factory=dict)
    gaps: FloatArray | None = None
    tasks: Mapping[str, FloatArray] = field(default_factory=dict)
    task_names: tuple[str, ...] = ()
    task: str = ""
    rate: float | None = None
    sight: Sight = field(default_factory=Sight)
    counts: npt.NDArray[np.intp] | None = None
