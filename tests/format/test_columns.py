import json
import re
from pathlib import Path

import pytest

from tensorboard_plugin_hidden.format.columns import RESERVED_NAMES, Column

COLUMNS = {
    "category": (
        Column("split", "category", ("train", "test"), (0, 1, -1)),
        {"name": "split", "kind": "category", "values": ["train", "test"], "codes": [0, 1, -1]},
    ),
    "number": (
        Column("size", "number", numbers=(0.5, None, 3)),
        {"name": "size", "kind": "number", "numbers": [0.5, None, 3]},
    ),
    "tags": (
        Column("tags", "tags", ("é",), ((0,), (), ())),
        {"name": "tags", "kind": "tags", "values": ["é"], "codes": [[0], [], []]},
    ),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_json(kind):
    column, wanted = COLUMNS[kind]
    assert column.to_json() == wanted
    assert json.loads(json.dumps(column.to_json(), allow_nan=False)) == wanted


def test_words_of_the_query_language_are_reserved():
    guide = (Path(__file__).parents[2] / "docs" / "user_guide.md").read_text()
    table = guide[guide.index("| column | is |") : guide.index("The metadata that a probe was given")]
    names = {name for row in table.strip().splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert len(names) > 10
    assert names <= RESERVED_NAMES
    assert not RESERVED_NAMES & {"split", "task", "tags", "original_label"}
