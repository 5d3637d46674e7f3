"""Tells somebody of an alert: one line for who looks at the terminal, a message for who does not. Standard library."""

from __future__ import annotations

import json
import queue
import threading
import urllib.request
import warnings
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import Alert
from tensorboard_plugin_hidden.format.schema import body_fields
from tensorboard_plugin_hidden.notices import say

Callback = Callable[[Alert], Any]
"""What is told of an alert."""

TIMEOUT_SECONDS = 5.0
"""Longest wait for one answer, and for what is still to be sent at the end."""


def line(alert: Alert) -> str:
    """An alert as one line of text.

    >>> line(Alert(16, "merging", "warning", "fc2:input", "gap", 0.1, 2.0, 0.8, 15, "fc2:input: 4 and 9 are merging."))
    'step 16, fc2:input: 4 and 9 are merging. [warning]'
    """
    return f"step {alert.step}{',' if alert.layer else ':'} {alert.sentence} [{alert.severity}]"


def console(alert: Alert) -> None:
    """Writes an alert to the standard error stream, if there is one: training does not end with its terminal."""
    say(line(alert))


def described(alert: Alert, classes: Sequence[str], ids: Sequence[int | str]) -> dict[str, Any]:
    """An alert as JSON has it, with names of its classes and ids of its samples.

    Args:
        alert: The alert.
        classes: Names of the probe's classes; one without a name is its number.
        ids: Ids of the probe's samples.
    """
    return body_fields(alert) | {
        "class_names": [classes[number] if number < len(classes) else str(number) for number in alert.classes],
        "sample_ids": [ids[row] for row in alert.samples if row < len(ids)],
    }


def webhook(url: str) -> Webhook:
    """Sends alerts to a web address, for ``writer.on_alert``.

    Every alert is one POST of a JSON object: its fields as in ``docs/format.md``, ``class_names`` and ``sample_ids``
    for its ``classes`` and ``samples``, ``run``, and ``text``, a line for people. It is sent from another thread, so
    that training never waits for it; what cannot be delivered is one ``HiddenWarning``.

    Args:
        url: http or https.

    Raises:
        HiddenError: It is no such address.
    """
    return Webhook(url)


class Webhook:
    """Callable with an alert; ``webhook`` says what it does.

    Args:
        url: Where to.
        run: Name of the run.

    Raises:
        HiddenError: The address is neither http nor https.
    """

    def __init__(self, url: str, run: str = "") -> None:
        if not _is_web_address(url):
            raise HiddenError(
                "not the address of a webhook",
                expected="a URL that begins with http:// or https://",
                got=repr(url)[:100],
                fix="Copy it from the service that takes the messages.",
            )
        self._url = url
        self._run = run
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        self._failure = ""
        self._warned = False

    def for_run(self, run: str) -> Webhook:
        """The same address for the alerts of one run, with a queue of its own."""
        return Webhook(self._url, run)

    def __call__(self, alert: Alert) -> None:
        """Has an alert sent as it is, and returns at once."""
        self._post(alert, body_fields(alert))

    def send(self, alert: Alert, classes: Sequence[str], ids: Sequence[int | str]) -> None:
        """Has an alert sent, and returns at once.

        Args:
            alert: The alert.
            classes: Names of the probe's classes.
            ids: Ids of the probe's samples.
        """
        self._post(alert, described(alert, classes, ids))

    def _post(self, alert: Alert, fields: dict[str, Any]) -> None:
        self._warn()
        message = {"run": self._run, "text": f"{self._run}: {line(alert)}" if self._run else line(alert)}
        self._queue.put(json.dumps(message | fields, allow_nan=False).encode())
        if self._worker is None:
            # A thread that does not keep Python from ending.
            self._worker = threading.Thread(target=self._send_all, name="hidden-webhook", daemon=True)
            self._worker.start()

    def drain(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Waits until everything is sent, but not for ever.

        Args:
            seconds: How long at most.
        """
        worker, self._worker = self._worker, None
        if worker is not None:
            self._queue.put(None)
            worker.join(seconds)
            if worker.is_alive() and not self._failure:
                self._failure = f"no answer within {seconds:g} seconds"
        self._warn()

    def _send_all(self) -> None:
        while (message := self._queue.get()) is not None:
            try:
                _post(self._url, message)
            except Exception as error:  # whatever a network can think of
                self._failure = self._failure or f"{type(error).__name__}: {error}"

    def _warn(self) -> None:
        # From the thread that trains, where warnings are seen; the address may hold a secret.
        if self._failure and not self._warned:
            self._warned = True
            host = urlsplit(self._url).hostname
            warnings.warn(f"Alerts do not reach the webhook at {host}: {self._failure}", HiddenWarning, stacklevel=3)


def _is_web_address(url: Any) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # as for a bracket that is not closed
        return False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET, without its message."""

    def redirect_request(self, *_: Any) -> None:
        """Follows none, so that a redirect is an error."""


def _post(url: str, message: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "tensorboard-plugin-hidden"}
    request = urllib.request.Request(url, data=message, headers=headers, method="POST")
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS):
        pass
