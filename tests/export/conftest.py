"""A small run with all that can be known of samples, mapped by PCA."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.cli import cli

STEPS = (0, 2, 5)
COUNT, WIDTH, CLASSES = 40, 6, 3
LOST = 7
"""Row of the sample that is not finite at the last step."""


class Told(NamedTuple):
    """A run, and what was logged."""

    run_dir: Path
    ids: list[Any]
    labels: np.ndarray
    activations: np.ndarray
    logits: np.ndarray


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    rng = np.random.default_rng(0)
    run_dir = tmp_path_factory.mktemp("told") / "run"
    ids = [f"s{row}" for row in range(COUNT)]
    labels = np.arange(COUNT) % CLASSES
    labels[3] = -1
    activations = rng.normal(size=(len(STEPS), COUNT, WIDTH)).astype(np.float32)
    logits = rng.normal(size=(len(STEPS), COUNT, CLASSES)).astype(np.float32)
    activations[-1, LOST] = np.nan
    logits[-1, LOST] = np.nan
    probe = hidden.Probe(
        torch.zeros(COUNT, WIDTH),
        labels=labels,
        classes=["cat", "dog", "émeu"],
        ids=ids,
        texts=[f'text {row}, quoted "{row}"' for row in range(COUNT)],
        images=torch.rand(COUNT, 3, 96, 96),
        original_labels=(labels + (np.arange(COUNT) == 0)) % CLASSES,
        metadata={
            "split": ["train" if row % 2 else None for row in range(COUNT)],
            "size": [None if row == 1 else row / 4 for row in range(COUNT)],
            "tags": [["first", "odd"] if row == 1 else [] for row in range(COUNT)],
        },
    )
    with hidden.SummaryWriter(str(run_dir)) as writer:
        writer.add_probe(probe)
        for row, step in enumerate(STEPS):
            chosen = {0: ["s4", "s9"], 5: ["s9", "s1", "elsewhere"]}.get(step)
            writer.add_activations("fc:input", activations[row], step, logits=logits[row], selected=chosen, method=None)
    outcome = CliRunner().invoke(cli, ["project", str(run_dir), "--method", "pca"], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return Told(run_dir, ids, labels, activations, logits)
