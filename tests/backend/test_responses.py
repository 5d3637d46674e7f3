"""What becomes of an error in a route. How answers are cached and packed is in ``test_routes.py``."""

import logging

import pytest
from werkzeug.test import Client

from tensorboard_plugin_hidden.backend.responses import ClientError, answers
from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError, NewerFormatError


class Failing:
    def __init__(self, error):
        self._error = error

    @answers
    def serve(self, request):
        raise self._error


def ask(error, query="run=a%0Ab"):
    return Client(Failing(error).serve).get(f"/x?{query}")


SAID = {"expected": "a", "got": "b", "fix": "c"}


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RecursionError("too deep"), KeyError("a\nb"), ZeroDivisionError("x" * 10_000), OSError(5, "io")],
    ids=repr,
)
def test_what_nobody_foresaw_is_one_sentence_and_one_line(error, caplog):
    with caplog.at_level(logging.ERROR, logger="tensorboard"):
        answer = ask(error)
    assert answer.status_code == 500
    assert answer.mimetype == "text/plain"
    assert type(error).__name__ in answer.text
    assert "Traceback" not in answer.text
    assert len(answer.text) < 500
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) <= 1000
    assert f"{type(error).__name__} at {__file__}:" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ClientError(404, "There is none."), 404),
        (MissingDataError("gone", **SAID), 410),
        (NewerFormatError("newer", **SAID), 422),
        (HiddenError("damaged", **SAID), 422),
        (ClientError(404, "no layer \ud800"), 404),
    ],
    ids=repr,
)
def test_what_was_foreseen_is_a_status_of_its_own(error, status, caplog):
    assert ask(error).status_code == status
    assert not caplog.records
