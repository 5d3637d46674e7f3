"""``hidden check``: what is wrong with a run, for people and for continuous integration."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from tensorboard_plugin_hidden.errors import MissingDataError
from tensorboard_plugin_hidden.format.alerts import SEVERITIES, WARNING, Alert

FOUND = 3
"""Exit code of a run with alerts; 1 is a run that could not be read, 2 a command that was not understood."""

_SAMPLES = 5
"""Samples of an alert that are named."""


@click.command()
@click.argument("run", metavar="RUN", type=click.Path())
@click.option(
    "--rule",
    "names",
    multiple=True,
    metavar="NAME",
    help="Apply this rule to the snapshots; may be given several times.",
)
@click.option(
    "--fail-on", default=WARNING, show_default=True, type=click.Choice(SEVERITIES), help="The least severe that fails."
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def check(run: str, names: tuple[str, ...], fail_on: str, as_json: bool) -> None:
    """Tell what is wrong with a run: every alert, where it is, and the evidence.

    RUN is the directory that was given to SummaryWriter. Shown are the alerts that were raised while it trained. With
    --rule, and where nothing was measured then, as after measuring broke off, rules are applied to the snapshots that
    are stored.

    The exit code is 0 when there is no alert of --fail-on or worse, 3 when there is one, 1 when the run cannot be read
    and 2 when the command is not understood.
    """
    from tensorboard_plugin_hidden.cli.stored_run import StoredRun
    from tensorboard_plugin_hidden.export.history import run_name

    stored = StoredRun(run)
    steps, measured = stored.steps(), stored.measured()
    source = "snapshots" if names or not stored.history.health else "logged" if measured == steps else "both"
    unread = None
    try:
        alerts = stored.replayed(names) if names else stored.alerts()
    except MissingDataError as error:
        # What is known to be wrong is wrong, whatever else cannot be read.
        alerts, unread = stored.logged(), error
        if names or not _fails(alerts, fail_on):
            raise
    failed = _fails(alerts, fail_on)
    if as_json:
        answer = {
            "run": run_name(run),
            "source": source,
            "rules": list(names) or None,
            "layers": list(stored.history.snapshots),
            "steps": len(steps),
            "measured": len(measured),
            "fail_on": fail_on,
            "failed": failed,
            "alerts": [stored.described(alert) for alert in alerts],
        }
        click.echo(json.dumps(answer, allow_nan=False))
    else:
        for alert in alerts:
            click.echo(_text(alert, stored.described(alert)))
        click.echo(_summary(alerts, len(steps), len(stored.history.snapshots)))
        if unread is not None:
            click.echo(f"Measured while it trained: {len(measured)}. The others were not checked: {unread}", err=True)
        elif source == "both":
            click.echo(f"Measured while it trained: {len(measured)}. Rules were applied to the others now.")
    if failed:
        sys.exit(FOUND)


def _fails(alerts: Sequence[Alert], fail_on: str) -> bool:
    return any(SEVERITIES.index(alert.severity) >= SEVERITIES.index(fail_on) for alert in alerts)


def _text(alert: Alert, described: dict[str, Any]) -> str:
    from tensorboard_plugin_hidden.alerts.words import show

    numbers = [
        f"{name} {show(alert.measure, value)}"
        for name, value in ((f"{alert.measure} before", alert.reference), ("now", alert.value), ("limit", alert.limit))
        if value is not None
    ]
    lines = [
        f"step {alert.step}  {alert.severity}  {alert.rule}  {alert.layer or 'network'}",
        f"  {alert.sentence}",
        "  " + ", ".join([*numbers, f"since step {alert.since}"]),
    ]
    if alert.classes:
        lines.append("  classes " + ", ".join(described["class_names"]))
    if alert.task:
        lines.append(f"  task {alert.task}")
    if described["sample_ids"]:
        shown = ", ".join(str(name) for name in described["sample_ids"][:_SAMPLES])
        more = len(described["sample_ids"]) - _SAMPLES
        lines.append(f"  samples {shown}" + (f" and {more} more" if more > 0 else ""))
    return "\n".join([*lines, ""])


def _summary(alerts: Sequence[Alert], steps: int, layers: int) -> str:
    """What was found in how much.

    >>> _summary([], 20, 1)
    'No alerts in 20 snapshots of 1 layer.'
    """
    count = Counter(alert.severity for alert in alerts)
    parts = [f"{count[name]} {name}" for name in reversed(SEVERITIES) if count[name]]
    found = f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'} ({', '.join(parts)})" if alerts else "No alerts"
    return f"{found} in {steps} snapshot{'' if steps == 1 else 's'} of {layers} layer{'' if layers == 1 else 's'}."
