"""Who is told of alerts: the terminal, and what a script asked for."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_hidden.alerts.notification import Callback, Webhook, console
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.alerts import INFO, SEVERITIES, Alert
from tensorboard_plugin_hidden.logger.probe import Probe


class Listeners:
    """The callbacks of one writer, the terminal first.

    Args:
        run: Name of the run, for messages.
    """

    def __init__(self, run: str) -> None:
        self._run = run
        self._callbacks: list[tuple[Callback, int]] = [(console, SEVERITIES.index(INFO))]

    def add(self, callback: Callback, severity: str) -> None:
        """Adds one.

        Args:
            callback: Called with every alert.
            severity: The least that it is told of.

        Raises:
            HiddenError: It cannot be called, or there is no such severity.
        """
        if not callable(callback):
            raise HiddenError(
                "the callback of alerts cannot be called",
                expected="a function that takes an alert",
                got=repr(callback)[:100],
                fix="Pass the function itself, as in writer.on_alert(print).",
            )
        if severity not in SEVERITIES:
            raise HiddenError(
                "there is no such severity",
                expected=f"one of {', '.join(SEVERITIES)}",
                got=repr(severity)[:100],
                fix="Pass the least severe that matters.",
            )
        heard = callback.for_run(self._run) if isinstance(callback, Webhook) else callback
        self._callbacks.append((heard, SEVERITIES.index(severity)))

    def tell(self, alerts: Sequence[Alert], probe: Probe | None) -> None:
        """Tells everybody of everything, also where one of them raises; the first exception then comes out.

        Args:
            alerts: Of what.
            probe: The samples that they are about, which webhooks name to those who do not have them.
        """
        failures: list[Exception | SystemExit] = []
        for alert in alerts:
            for callback, least in self._callbacks:
                if SEVERITIES.index(alert.severity) >= least:
                    try:
                        if isinstance(callback, Webhook) and probe is not None:
                            callback.send(alert, probe.classes, probe.ids)
                        else:
                            callback(alert)
                    except (Exception, SystemExit) as error:
                        failures.append(error)
        if failures:
            raise failures[0]

    def close(self) -> None:
        """Waits for what is still to be sent."""
        for callback, _ in self._callbacks:
            if isinstance(callback, Webhook):
                callback.drain()
