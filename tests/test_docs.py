"""What the documentation says is true."""

import ast
import contextlib
import inspect
import re
import subprocess
import sys
import textwrap
from argparse import Namespace
from pathlib import Path

import pytest
from tensorboard.plugins.base_plugin import TBContext

import tensorboard_plugin_hidden as hidden
from benchmarks.__main__ import ALL
from tensorboard_plugin_hidden.backend.plugin import HiddenPlugin
from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.format.history import current
from tensorboard_plugin_hidden.format.reader import RunReader

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

PRELUDE = """
import torch
from torch.utils.data import TensorDataset
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
test_set = TensorDataset(torch.randn(50, 4), torch.arange(50) % 2)
def train_one_epoch(model): torch.nn.utils.vector_to_parameters(torch.randn(58), model.parameters())
def evaluate(model): return 0.5
"""


def maps(run_dir):
    frames = current(item.record for item in RunReader(str(run_dir)).poll()).frames
    return {layer: list(methods["hidden"]) for layer, methods in frames.items()}


def test_the_script_of_the_readme_runs_as_it_stands(tmp_path):
    script = (ROOT / "README.md").read_text().split("```python\n")[1].split("```")[0]
    assert len([line for line in script.splitlines() if line.strip()]) <= 12
    subprocess.run([sys.executable, "-c", PRELUDE + script], cwd=tmp_path, check=True, timeout=120)
    assert maps(tmp_path / "runs" / "cnn") == {"2:input": list(range(20))}


def test_the_example_runs(tmp_path):
    subprocess.run([sys.executable, ROOT / "examples" / "digits.py"], cwd=tmp_path, check=True, timeout=240)
    assert maps(tmp_path / "runs" / "digits-mlp") == {"5:input": list(range(15))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page):
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
    for name in re.findall(r"`((?:tensorboard_plugin_hidden|frontend|tests|docs)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def test_files_in_the_map_of_the_code_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:\w+/)+(?:[\w.]+\.\w+)?)`", text)
    assert len(named) > 30
    for name in named:
        assert any((ROOT / folder / name).exists() for folder in (".", "tensorboard_plugin_hidden")), name


def commands(page):
    """Lines of shell that a page tells its reader to run, without their comments."""
    text = page.read_text()
    blocks = [line for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [line.partition("#")[0].split() for line in [*blocks, *spans]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_exist(page):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    for words in commands(page):
        options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        if words[:1] == ["hidden"] and words[1:] and words[1].isalpha():
            known = {name for one in cli.commands[words[1]].params for name in (*one.opts, *one.secondary_opts)}
            assert options <= known | {"--help"}, words
        elif words[:1] == ["make"] and words[1:]:
            assert set(words[1:]) - options <= set(targets), words
        elif words[:3] == ["python", "-m", "benchmarks"]:
            assert set(words[3:]) - options <= ALL.keys(), words
        elif words[:1] == ["python"] and words[1:] and words[1].endswith(".py"):
            script = (ROOT / words[1]).read_text()
            assert all(option in script for option in options), words


def python(page):
    """Programs of a page, and what stands in its sentences, as far as it is Python."""
    text = page.read_text()
    for block in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S):
        yield ast.parse(textwrap.dedent(block))
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
        with contextlib.suppress(SyntaxError):
            yield ast.parse(span.replace("…", "..."))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_and_arguments_in_programs_exist(page):
    writer = {name: method for name, method in inspect.getmembers(hidden.SummaryWriter) if not name.startswith("_")}
    for node in (node for tree in python(page) for node in ast.walk(tree)):
        match node:
            case ast.Attribute(ast.Name("hidden"), name):
                assert hasattr(hidden, name), name
            case ast.Attribute(ast.Name("writer"), name) if name != "py":
                assert name in writer, name
        match node:
            case ast.Call(ast.Attribute(ast.Name("hidden"), name), _, words):
                called = getattr(hidden, name)
            case ast.Call(ast.Attribute(ast.Name("writer"), name), _, words) if name != "add_scalars":
                called = writer[name]
            case ast.Call(ast.Name(name), _, words) if name in ("watch", "Probe") or name in hidden.__all__:
                called = writer.get(name) or getattr(hidden, name)
            case _:
                continue
        known = inspect.signature(called).parameters
        if not any(one.kind is one.VAR_KEYWORD for one in known.values()):
            assert {word.arg for word in words} - {None} <= known.keys(), ast.unparse(node)


def test_the_routes_that_there_are_are_documented_and_no_others(tmp_path):
    context = TBContext(data_provider=None, logdir=str(tmp_path), flags=Namespace(logdir_spec=""))
    routes = {route.strip("/*") for route in HiddenPlugin(context).get_plugin_apps()}
    assert len(routes) > 20
    text = (ROOT / "docs" / "http_api.md").read_text()
    assert set(re.findall(r"^#+ `GET ([\w]+)", text, re.M)) == routes
