"""The records of what was measured of layers, of what was wrong with them, and of tasks that followed each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from tensorboard_plugin_hidden.format.fields import Name
from tensorboard_plugin_hidden.format.references import ClassNumber, Samples

INFO, WARNING, ERROR = "info", "warning", "error"
SEVERITIES = (INFO, WARNING, ERROR)
"""How bad an alert is, from what may be of interest to what has broken the run."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule found something wrong.

    Attributes:
        step: The step at which it was known.
        rule: Name of the rule, as ``collapse``.
        severity: ``info``, ``warning`` or ``error``.
        layer: Which layer; empty for the whole network.
        measure: What was measured, as ``separation``.
        value: What it came to; None where it is not finite.
        reference: What it was compared with, as the best so far; None where there is none.
        limit: What it had to pass for the rule to fire.
        since: The first step at which it had passed it; the steps from there to ``step`` are what a rule waits for.
        sentence: What happened, for people.
        classes: Numbers of the classes concerned: none, one, or the two of a pair. ``probe.classes`` names them.
        task: Name of the task concerned; empty for none.
        samples: Rows of the probe that show it best, the worst first, at most 50. They are places in ``probe.ids``, not
            ids, and no indices of the data either.
    """

    KIND: ClassVar[str] = "alert"
    step: int
    rule: Name
    severity: Name
    layer: Name
    measure: Name
    value: float | None
    reference: float | None
    limit: float | None
    since: int
    sentence: str
    classes: tuple[ClassNumber, ...] = ()
    task: Name = ""
    samples: tuple[Samples, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """What was measured of one layer at one step.

    Arrays: ``class.*`` f4 [C], ``gap`` f4 [C, C] for few classes, ``task.*`` f4 [K]; not-a-number where undefined.

    Attributes:
        layer: Name of the layer; empty for what is measured of the whole network.
        step: Training step.
        measures: Named numbers; None where one is undefined.
        rate: Learning rate, the largest of the optimizer's groups; None where it is not known.
        tasks: Names of the K tasks.
        modules: By measure of the network, as ``still``, the modules that it is of.
    """

    KIND: ClassVar[str] = "health"
    layer: Name
    step: int
    measures: Mapping[str, float | None]
    rate: float | None = None
    tasks: tuple[Name, ...] = ()
    modules: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task of continual learning. Arrays: ``rows`` i4 [count], the probe's samples that belong to it, ascending.

    Attributes:
        step: The first step that may belong to it: one after the last that was logged before.
        name: Its name.
        count: How many samples of the probe belong to it.
        classes: Numbers of the classes of these samples.
        begun: Whether it was learned from that step on; else it is only known to come.
    """

    KIND: ClassVar[str] = "task"
    step: int
    name: Name
    count: Samples
    classes: tuple[ClassNumber, ...] = ()
    begun: bool = True
