"""What docs/export.md shows works."""

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tensorboard_plugin_hidden.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "export.md"


def snippets(heading):
    """The Python below a heading."""
    section = PAGE.read_text().split(f"### `{heading}`", 1)[1].split("\n##", 1)[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def exported(told, tmp_path, monkeypatch):
    """The files of the page's names, in the directory that its snippets are run in."""
    monkeypatch.chdir(tmp_path)
    for kind, name in (("json", "cnn.json"), ("npz", "cnn.npz"), ("cleanlab", "cnn.cleanlab.npz")):
        done = CliRunner().invoke(cli, ["export", str(told.run_dir), "--format", kind, "--out", name])
        assert done.exit_code == 0, done.output


def test_json(exported, told, capsys):
    exec(snippets("json")[0], {})
    assert capsys.readouterr().out.split()[0] in told.ids


def test_npz(exported, told, capsys):
    exec(snippets("npz")[0], {})
    assert len(set(re.findall(r"s\d+", capsys.readouterr().out)) & set(told.ids)) == 10


def test_cleanlab(exported):
    loader, finder = snippets("cleanlab")
    names: dict[str, np.ndarray] = {}
    exec(loader, names)
    labels, pred_probs, ids = names["labels"], names["pred_probs"], names["ids"]
    # what cleanlab asks of its arguments
    assert labels.dtype.kind == "i"
    assert labels.min() >= 0
    assert labels.max() < pred_probs.shape[1]
    assert len(labels) == len(pred_probs) == len(ids)
    assert ((pred_probs >= 0) & (pred_probs <= 1)).all()
    pytest.importorskip("cleanlab")
    exec(finder, names)


def test_the_arrays_of_npz_are_documented(exported, told):
    text = PAGE.read_text()
    for name in np.load("cnn.npz"):
        assert f"`{name}`" in text or name.startswith("meta_"), name
