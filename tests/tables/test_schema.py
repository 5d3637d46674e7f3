"""The columns of tables, as they are written and as they are documented."""

import re
from pathlib import Path

import pytest

from tensorboard_plugin_hidden.export.history import read_layer
from tensorboard_plugin_hidden.tables.columns import names_of, table_pieces
from tensorboard_plugin_hidden.tables.schema import COLUMNS, METADATA
from tests.export.conftest import COUNT, STEPS

PAGE = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture(scope="module")
def history(told):
    return read_layer(str(told.run_dir))


def test_the_page_lists_the_columns_in_order_with_their_kinds():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    said = [(name, kind, unit.strip(), meaning) for name, kind, unit, meaning in rows if kind in KINDS]
    optional = "; only in runs that have it"
    assert said == [
        (column.name, column.kind, column.unit, column.meaning + optional * column.optional) for column in COLUMNS
    ]


KINDS = {"text": str, "integer": int, "number": float, "flag": bool}


def test_every_value_is_of_the_kind_that_is_stated(history):
    kinds = names_of(history)
    pieces = list(table_pieces(history))
    assert len(pieces) == len(STEPS)
    for piece in pieces:
        assert list(piece) == list(kinds)
        for name, values in piece.items():
            assert len(values) == COUNT
            assert {type(value) for value in values} <= {KINDS[kinds[name]], type(None)}, name
    known = {name for piece in pieces for name, values in piece.items() if any(v is not None for v in values)}
    assert known == set(kinds)
    assert [name for name in kinds if name.startswith(METADATA)] == [
        METADATA + name for name in history.samples.metadata
    ]
