"""What the training log's look at a model says to those who watch its health: one number of each kind."""

from __future__ import annotations

import math
from collections.abc import Set

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_hidden.alerts.observation import GradientFacts
from tensorboard_plugin_hidden.logger.parameters import ParameterStatistics
from tensorboard_plugin_hidden.logger.parameters_reduce import STATISTICS

_L2, _ZEROS = STATISTICS.index("l2"), STATISTICS.index("zeros")
_BROKEN = [STATISTICS.index("nan"), STATISTICS.index("inf")]

Vector = npt.NDArray[np.float64]


def learning(seen: ParameterStatistics, *, zero: bool = True) -> set[str]:
    """Names of the layers that have a gradient or that moved: what is in no loss has and does neither.

    Args:
        seen: The look.
        zero: Whether a gradient of zero is one. Heads of other tasks may have such.
    """
    gradient = seen.gradients[:, _L2]
    has, moved = gradient >= 0 if zero else gradient > 0, seen.update > 0
    return {layer.name for i, layer in enumerate(seen.layers) if has[i] or moved[i]}


def gradient_facts(seen: ParameterStatistics, learned: Set[str] | None = None) -> GradientFacts:
    """The facts of one look; not-a-number for what it does not tell.

    Gradients that are zero everywhere tell nothing: they were cleared before the look. A module is still when nothing
    in it moves although its learning rate is not 0. NaN and Inf among gradients are no norm; activations show them.

    Args:
        seen: The look.
        learned: Layers that were ``learning`` at this look or before; None: those of this look. Others, as the heads
            of other tasks, are not waited for.
    """
    count = len(seen.layers)
    takes = np.array([layer.kind == "parameter" and layer.trainable for layer in seen.layers], bool)
    gradients, update = seen.gradients[:count], seen.update[:count]
    known = takes & ~np.isnan(gradients[:, _L2])
    norm = float(np.sqrt(np.square(gradients[known, _L2]).sum()))
    broken = bool((gradients[known][:, _BROKEN] > 0).any())
    cleared = not broken and norm == 0
    zero = np.where(known, gradients[:, _ZEROS] == 1, np.nan) if not cleared else np.full(count, np.nan)
    begun = learning(seen) if learned is None else learned
    learns = takes & ~_without_rate(seen) & np.array([layer.name in begun for layer in seen.layers], bool)
    unmoved = np.where(learns & ~np.isnan(update), update == 0, np.nan)
    # Of the two whatever is known; where both are, one that holds is enough.
    still, names = _by_module(seen, np.where(learns, np.fmax(zero, unmoved), np.nan))
    # Biases begin at zero, where every update is many times the weight.
    matrices = np.array([len(layer.shape) > 1 for layer in seen.layers], bool)
    ratios = np.where(learns & matrices & np.isfinite(update), update, 0)
    has_norm, has_ratio = norm > 0 and not broken, bool((ratios > 0).any())
    return GradientFacts(
        gradient=math.log(norm) if has_norm else math.nan,
        update=math.log(ratios.max()) if has_ratio else math.nan,
        still=still,
        still_layers=names,
        largest_gradient_layer=_largest(seen, np.where(known, gradients[:, _L2], 0)) if has_norm else "",
        largest_update_layer=_largest(seen, ratios) if has_ratio else "",
    )


def merged(before: GradientFacts | None, now: GradientFacts) -> GradientFacts:
    """What is known of two looks between which no layer was captured: the newer, where it tells."""
    if before is None:
        return now
    gradient = before if math.isnan(now.gradient) else now
    update = before if math.isnan(now.update) else now
    still = before if math.isnan(now.still) else now
    return GradientFacts(
        gradient.gradient,
        update.update,
        still.still,
        still.still_layers,
        gradient.largest_gradient_layer,
        update.largest_update_layer,
    )


def _largest(seen: ParameterStatistics, values: Vector) -> str:
    """The module of the layer with the largest value, since modules are what is named of those that are still."""
    return seen.layers[int(values.argmax())].module


def _without_rate(seen: ParameterStatistics) -> npt.NDArray[np.bool_]:
    """Layers that a learning rate of 0 keeps as they are, or that the optimizer does not have."""
    rates: Vector = np.append(seen.learning_rates, math.nan if not len(seen.learning_rates) else 0.0)
    without: npt.NDArray[np.bool_] = rates[seen.groups] == 0
    return without


def _by_module(seen: ParameterStatistics, still: Vector) -> tuple[float, tuple[str, ...]]:
    """The share of modules of which nothing moves, and their names: a bias alone may have no gradient by its nature."""
    modules: dict[str, list[float]] = {}
    for layer, value in zip(seen.layers, still.tolist(), strict=True):
        if not math.isnan(value):
            modules.setdefault(layer.module, []).append(value)
    if not modules:
        return math.nan, ()
    names = tuple(name for name, values in modules.items() if min(values) == 1)
    return len(names) / len(modules), names
