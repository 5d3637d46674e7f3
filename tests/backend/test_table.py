"""The table that the tab saves is the file that ``hidden export`` writes."""

import csv
import io
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from click.testing import CliRunner

from tensorboard_plugin_hidden.backend import table
from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.export.answers import RunRoutes
from tests.export.conftest import COUNT, STEPS, told
from tests.servers import LOADERS, tensorboard

__all__ = ["told"]

WHICH = {"run": "run", "layer": "fc:input", "method": "pca"}


@pytest.fixture(scope="module", params=LOADERS)
def server(request, told):
    with tensorboard(["--logdir", str(told.run_dir.parent)], loader=request.param) as running:
        running.index("run", lambda index: len(index["layers"][0]["frames"]["pca"]["steps"]) == len(STEPS))
        yield running


def posted(server, body, **query):
    """Status and body of the answer about some rows."""
    question = urllib.request.Request(
        f"{server.url}data/plugin/hidden/table?{urllib.parse.urlencode(WHICH | query)}", data=body, method="POST"
    )
    try:
        with urllib.request.urlopen(question, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_it_is_what_the_command_writes(server, told, tmp_path, kind):
    file = tmp_path / f"table.{kind}"
    done = CliRunner().invoke(cli, ["export", str(told.run_dir), "--format", kind, "--out", str(file)])
    assert done.exit_code == 0, done.output
    answer = server.get("table", **WHICH, format=kind)
    assert answer.status == 200
    assert answer.body == file.read_bytes()
    assert answer.headers["Cache-Control"] == "no-store"


def test_some_rows_come_in_the_order_they_are_asked_for(server, told):
    status, body = posted(server, b"[7, 2, 3]", format="csv")
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert [row["id"] for row in rows] == ["s7", "s2", "s3"] * len(STEPS)
    whole = csv.DictReader(io.StringIO(server.get("table", **WHICH, format="csv").text))
    by_place = {(row["step"], row["id"]): row for row in whole}
    assert all(row == by_place[row["step"], row["id"]] for row in rows)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[1, 1]", b"[-1]", b"[1.5]", b"[true]", b'["1"]', b"{}", b"[" * 100_000, b"\xff", b"[99]"]
)
def test_rows_that_there_are_not_are_refused(server, body):
    status, sentence = posted(server, body, format="csv")
    assert status == 400
    assert f"from 0 to {COUNT - 1}" in sentence.decode()


def test_what_cannot_be_answered_is_said(server):
    assert (server.get("table", **WHICH | {"layer": "no"}, format="csv").status) == 404
    answer = server.get("table", **WHICH, format="xlsx")
    assert (answer.status, "csv, json, parquet" in answer.text) == (400, True)
    long = b"[" + b" " * table.MOST_BYTES + b"1]"
    assert posted(server, long, format="csv")[0] == 400


def test_a_method_without_maps_gives_a_table_without_places(server):
    content = json.loads(server.get("table", **WHICH | {"method": "none"}, format="json").text)
    assert content["steps"] == list(STEPS)
    assert set(content["samples"][0]["history"]["x"]) == {None}


def test_a_table_that_is_too_long_names_the_command(told, monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", COUNT)
    with pytest.raises(HiddenError, match=f"{len(STEPS) * COUNT} rows is too long.*hidden export RUN --format csv"):
        RunRoutes(str(told.run_dir)).ask("table", layer="fc:input", method="pca", format="csv")
