"""What a query says, checked: a request that cannot be answered gets one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorboard import plugin_util
from werkzeug import Request

from tensorboard_plugin_hidden.backend.responses import ClientError
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.schema import Version

if TYPE_CHECKING:
    from tensorboard_plugin_hidden.backend.records import Provider, RunRecords


def where(request: Request) -> tuple[Any, str]:
    """The context and the experiment that the data provider wants."""
    environ = request.environ
    return plugin_util.context(environ), plugin_util.experiment_id(environ)


def argument(request: Request, name: str) -> str:
    """An argument that has to be there."""
    value = request.args.get(name)
    if value is None:
        raise ClientError(400, f"The query lacks {name}=; docs/http_api.md describes this route.")
    return value


def records(request: Request, provider: Provider) -> RunRecords:
    """The records of the run that is asked about, of which there have to be some."""
    run = argument(request, "run")
    found = provider.records(*where(request), run)
    if not found.records:
        if found.refused:
            raise ClientError(422, found.refused)
        raise ClientError(404, f"There is no run {run!r} with hidden data; GET runs lists those there are.")
    return found


def version(request: Request) -> Version:
    """The version of one write."""
    text = argument(request, "v")
    try:
        return Version.parse(text)
    except HiddenError as error:
        raise ClientError(400, str(error)) from error


def step(request: Request) -> int:
    """The step."""
    text = argument(request, "step")
    if not is_number(text):
        raise ClientError(400, f"The step must be a whole number, not {text!r}.")
    return int(text)


def rows(text: str, count: int, *, most: int) -> list[int]:
    """Rows out of ``3,17``, at least one.

    Args:
        text: What the query says.
        count: How many rows there are.
        most: How many may be asked for.
    """
    parts = text.split(",")
    if len(parts) > most:
        raise ClientError(400, f"At most {most} rows can be asked for at once, not {len(parts)}.")
    for part in parts:
        if not is_number(part) or int(part) >= count:
            raise ClientError(400, f"A row must be a whole number from 0 to {count - 1}, not {part[:20]!r}.")
    return [int(part) for part in parts]


def number(request: Request, name: str, least: int, most: int, default: int | None = None) -> int:
    """A whole number.

    Args:
        request: The request.
        name: Of the argument.
        least: The least it may be.
        most: The greatest.
        default: What it is when the query lacks it; None: it has to be there.
    """
    if default is not None and name not in request.args:
        return default
    text = argument(request, name)
    if not is_number(text) or not least <= int(text) <= most:
        raise ClientError(400, f"{name} must be a whole number from {least} to {most}, not {text[:20]!r}.")
    return int(text)


def place(request: Request, name: str, count: int) -> int:
    """Which of several things there are; 404 where there is no such one.

    Args:
        request: The request.
        name: Of the argument, and of the thing.
        count: How many there are.
    """
    text = argument(request, name)
    if not is_number(text):
        raise ClientError(400, f"{name} must be a whole number, not {text[:20]!r}.")
    if int(text) >= count:
        raise ClientError(404, f"There is no {name} {int(text)}; there are {count}, counted from 0.")
    return int(text)


def is_number(text: str) -> bool:
    """Whether a text is a whole number that is not absurdly long."""
    return text.isascii() and text.isdigit() and len(text) < 20
