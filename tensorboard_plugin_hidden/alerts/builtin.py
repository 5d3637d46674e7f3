"""The built-in rules. What they look at is decided here; how far is too far is measured, and stands in ``margins``."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_hidden.alerts.margins import MARGINS
from tensorboard_plugin_hidden.alerts.rules import MarginRule, Rule
from tensorboard_plugin_hidden.alerts.sentrycam import SentryCamRule
from tensorboard_plugin_hidden.alerts.track import LONG
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.alerts import ERROR

APART = (-1.0, 1.0)
"""Between which logarithms gaps are compared: classes 1.6 times as far apart as they are wide are apart.

At 0.6 times they are as good as merged, as all are in layers that do not tell classes apart.
"""

NOT_YET = (-1.0, np.inf)
"""From which logarithm the scatter between classes over that within them is compared: what is less was never apart."""

MIXED = (0.5, np.inf)
"""Shares of neighbours of the same label that are compared: with less than half a layer does not tell classes apart."""

_UNCALIBRATED = float("inf")


def _rule(name: str, scope: str, measure: str, worse: str, against: str, **options: object) -> MarginRule:
    key = f"{name}/{scope}.{measure}"
    return MarginRule(name, scope, measure, worse, against, MARGINS.get(key, _UNCALIBRATED), **options)  # type: ignore[arg-type]


def margin_rules() -> list[MarginRule]:
    """The rules whose margins calibration sets, and those whose margin is zero by their nature."""
    of_layer: dict[str, object] = {"unless_improving": True, "unless_well": True, "restarts": True}
    collapse: dict[str, object] = {"persistence": 4, "severity": ERROR}
    overfitting: dict[str, object] = {"restarts": True, "unless_improving": True, "if_memorising": True, "once": True}
    of_class: dict[str, object] = {"unless_improving": True, "if_able": True, "persistence": 3, "held": LONG}
    return [
        _rule("nonfinite", "whole", "nonfinite", "high", "zero", persistence=1, severity=ERROR),
        _rule("collapse", "whole", "separation", "low", "best", **collapse, clip=NOT_YET, **of_layer),
        _rule("collapse", "whole", "agreement", "low", "best", **collapse, clip=MIXED, **of_layer),
        _rule("collapse", "whole", "rank", "low", "usual", **collapse, log=True, **of_layer),
        _rule("collapse", "whole", "participation", "low", "usual", **collapse, log=True, **of_layer),
        _rule("collapse", "whole", "uniformity", "high", "usual", **collapse, **of_layer),
        _rule("collapse", "whole", "dead", "high", "zero", severity=ERROR),
        _rule("merging", "pair", "gap", "low", "best", clip=APART, unless_well=True, **of_class),
        _rule("merging", "class", "separation", "low", "best", clip=APART, unless_well=True, **of_class),
        _rule("divergence", "whole", "loss", "high", "usual", severity=ERROR, restarts=True, unless_memorising=True),
        _rule("divergence", "whole", "accuracy", "low", "best", severity=ERROR, restarts=True, unless_memorising=True),
        _rule("divergence", "whole", "norm", "high", "usual", severity=ERROR, **of_layer),
        _rule("divergence", "whole", "drift", "high", "usual", severity=ERROR, between=True, **of_layer),
        _rule("divergence", "whole", "turnover", "high", "usual", severity=ERROR, between=True, **of_layer),
        _rule("divergence", "whole", "gradient", "high", "usual", severity=ERROR, restarts=True, unless_improving=True),
        _rule("divergence", "whole", "update", "high", "usual", severity=ERROR, unless_improving=True, per_rate=True),
        _rule("vanishing", "whole", "norm", "low", "usual", restarts=True, unless_improving=True),
        _rule("overfitting", "whole", "loss", "high", "best", **overfitting),
        _rule("overfitting", "whole", "accuracy", "low", "best", **overfitting),
        _rule("overfitting", "whole", "overconfidence", "high", "best", clip=(0.0, np.inf), **overfitting),
        _rule("dead", "whole", "dead", "high", "best", unless_well=True),
        _rule("stagnation", "whole", "still", "high", "zero"),
        _rule("noise", "whole", "confidence", "low", "best", unless_improving=True),
        _rule("noise", "whole", "flips", "high", "usual", restarts=True, unless_improving=True, between=True),
        _rule("noise", "class", "agreement", "low", "best", clip=MIXED, unless_well=True, **of_class),
        _rule("noise", "class", "accuracy", "low", "best", **of_class),
        _rule("forgetting", "task", "accuracy", "low", "best", persistence=1, held=1),
        _rule("forgetting", "task", "probe_accuracy", "low", "best", persistence=1, held=1),
    ]


def rules(*names: str) -> list[Rule]:
    """The built-in rules.

    Args:
        names: Those of these names only, ``sentrycam`` for the published rule; none: all but that, which is there to
            be compared with.

    Raises:
        HiddenError: There is no rule of that name.
    """
    calibrated: list[Rule] = [*margin_rules()]
    if not names:
        return calibrated
    found: list[Rule] = []
    for name in dict.fromkeys(names):
        chosen = [rule for rule in [*calibrated, SentryCamRule()] if rule.name == name]
        if not chosen:
            known = sorted({rule.name for rule in calibrated} | {"sentrycam"})
            raise HiddenError(
                "there is no such rule", expected=f"one of {', '.join(known)}", got=repr(name), fix="Name one of these."
            )
        found += chosen
    return found
