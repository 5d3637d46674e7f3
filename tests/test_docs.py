"""What the documentation says is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_every_route_is_documented():
    text = (ROOT / "docs" / "http_api.md").read_text()
    source = (ROOT / "tensorboard_plugin_hidden" / "backend" / "plugin.py").read_text()
    for route in re.findall(r'"/(\w+)": self\._serve', source):
        assert f"## `GET {route}" in text
