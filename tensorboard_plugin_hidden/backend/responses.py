"""How answers leave: types, caching, compression, and errors as one sentence."""

from __future__ import annotations

import functools
import gzip
import json
import traceback
from collections.abc import Callable
from typing import Any

from tensorboard.backend import http_util
from tensorboard.util import tb_logging
from werkzeug import Request, Response

from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError, NewerFormatError

_FOREVER = 365 * 24 * 3600

_logger = tb_logging.get_logger()

_UNFORESEEN = (
    "This could not be answered ({}): the run may be damaged, or the plugin has a fault. TensorBoard's log has a line "
    "on it; copy the log directory again, or report that line."
)

Route = Callable[[Any, Request], Response]


class ClientError(Exception):
    """The request cannot be answered; the message is one sentence for the person who reads it.

    Args:
        status: 400 or 404.
        sentence: What is wrong and what to do.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answers(handler: Route, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[..., Any]:
    """Makes a WSGI application of a method that takes a request, with errors as one sentence of plain text.

    What nobody foresaw is a 500 and one line of TensorBoard's log, also where memory or the stack do not suffice: a run
    may be damaged in ways that are not known, and the others are still to be seen.
    """

    @functools.wraps(handler)
    def answer(self: Any, request: Request) -> Response:
        if request.method not in methods:
            return _text(request, f"This is asked by {' or '.join(methods)}.", 405)
        try:
            return handler(self, request)
        except ClientError as error:
            return _text(request, str(error), error.status)
        except NewerFormatError as error:
            return _text(request, str(error), 422)
        except MissingDataError as error:
            return _text(request, str(error), 410)
        except HiddenError as error:
            return _text(request, str(error), 422)
        except Exception as error:
            _logger.error("%s", _one_line(request, error))
            return _text(request, _UNFORESEEN.format(type(error).__name__), 500)

    @functools.wraps(handler)
    def application(self: Any, environ: Any, start_response: Any) -> Any:
        return answer(self, Request(environ))(environ, start_response)

    return application


answers_posts = functools.partial(answers, methods=("GET", "HEAD", "POST"))
"""The same for a question that is too long for a URL. Nothing is changed by it either."""


def json_answer(request: Request, content: dict[str, Any]) -> Response:
    """JSON that is never cached."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return _respond(request, text, "application/json")


def packed_json(content: dict[str, Any]) -> bytes:
    """JSON, gzipped: for what is long and asked for again and again."""
    return gzip.compress(json.dumps(content, separators=(",", ":"), allow_nan=False).encode(), compresslevel=3, mtime=0)


def packed_answer(request: Request, packed: bytes) -> Response:
    """What ``packed_json`` gave; it is unpacked for clients that do not accept gzip. Never cached."""
    return _respond(request, packed, "application/json", content_encoding="gzip")


def versioned_json(request: Request, text: bytes) -> Response:
    """JSON text that never changes."""
    return _immutable(_respond(request, text, "application/json", expires=_FOREVER))


def versioned_bytes(request: Request, body: bytes, mimetype: str, *, deflates: bool = False) -> Response:
    """Bytes that never change.

    Args:
        request: The request.
        body: What to send.
        mimetype: Its type.
        deflates: Whether compressing them is worth the time.
    """
    encoding = None
    if deflates and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, encoding = gzip.compress(body, compresslevel=1, mtime=0), "gzip"
    return _immutable(_respond(request, body, mimetype, expires=_FOREVER, content_encoding=encoding))


def file_answer(request: Request, body: bytes, mimetype: str) -> Response:
    """A file to save, which is another when it is asked for again; stored nowhere."""
    response = _respond(request, body, mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def log_answer(request: Request, body: str | bytes, mimetype: str, *, fixed: bool) -> Response:
    """What a version of the training log says.

    Args:
        request: The request.
        body: What to send.
        mimetype: Its type.
        fixed: Whether it is of the version that was asked for, and so never changes; else it is stored nowhere.
    """
    if fixed:
        return _immutable(_respond(request, body, mimetype, expires=_FOREVER))
    response = _respond(request, body, mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def static_answer(request: Request, body: bytes, mimetype: str, *, hashed: bool) -> Response:
    """A file of the bundle; a file with a hash in its name never changes."""
    if hashed:
        return _immutable(_respond(request, body, mimetype, expires=_FOREVER))
    return _respond(request, body, mimetype)


def _text(request: Request, sentence: str, status: int) -> Response:
    # Names may hold halves of surrogate pairs, which have no UTF-8.
    return _respond(request, sentence.encode(errors="replace").decode(), "text/plain", code=status)


def _one_line(request: Request, error: Exception) -> str:
    """What failed, on what, and where in the code."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f"{frames[0].filename}:{frames[0].lineno}" if frames else "nowhere"
    line = f"hidden: {request.full_path} failed with {type(error).__name__} at {where}: {error}"
    return "".join(c if c.isprintable() else " " for c in line.encode(errors="replace").decode())[:1000]


def _respond(request: Request, content: str | bytes, mimetype: str, **options: Any) -> Response:
    response: Response = http_util.Respond(request, content, mimetype, **options)
    return response


def _immutable(response: Response) -> Response:
    response.headers["Cache-Control"] = f"private, max-age={_FOREVER}, immutable"
    return response
