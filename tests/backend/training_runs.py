"""Training logs of any size, written through the package's own journal: rows and answers that a test has made up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tensorboard_plugin_hidden.format.journal import Journal
from tensorboard_plugin_hidden.format.parameter_levels import LEVELS, PyramidWriter
from tensorboard_plugin_hidden.format.parameters import LAYOUT, PARAMETERS, decode_change, encode_change, encode_layout
from tensorboard_plugin_hidden.format.schema import ParametersRecord, PayloadRef
from tensorboard_plugin_hidden.format.store import group_name
from tensorboard_plugin_hidden.logger.answers import AnswersLog
from tensorboard_plugin_hidden.training_log.filters import most_changed

STATISTICS = ("min", "max", "mean", "std", "l1", "l2", "q1", "median", "q3", "nan", "inf", "zeros")


def layout(filters: Sequence[int], nodes: Sequence[tuple[str, int, int]] = (("", 0, 1),), rates: int = 1) -> dict:
    """Layers with so many filters; those with none are biases."""
    return {
        "layers": [
            {
                "name": f"layer{i}.{'weight' if count else 'bias'}",
                "aliases": [],
                "module": f"layer{i}",
                "kind": "parameter",
                "shape": [count, 9] if count else [7],
                "trainable": True,
                "filters": count,
            }
            for i, count in enumerate(filters)
        ],
        "nodes": [{"path": path, "start": start, "stop": stop} for path, start, stop in nodes],
        "skipped": [],
        "statistics": list(STATISTICS),
        "groups": [0] * len(filters),
        "learning_rates": rates,
    }


def made_up_rows(
    rng: np.random.Generator, of: dict, count: int, first: int = 0, codes: np.ndarray | None = None
) -> dict:
    """Rows of a layout, of which ``codes`` are the changes, uint16 [count, filters]; None: about the same for all."""
    filters = sum(layer["filters"] for layer in of["layers"])
    places = len(of["layers"]) + len(of["nodes"])
    if codes is None:
        codes = encode_change(np.exp(rng.normal(-9, 1.5, (count, filters))))

    def table(least: float, spread: float) -> np.ndarray:
        values = np.exp(least + spread * rng.standard_normal((count, places, len(STATISTICS)), np.float32))
        values[..., STATISTICS.index("nan") :] = 0
        return values

    return {
        "step": (100 * np.arange(first + 1, first + count + 1)).astype(np.int64),
        "snapshot_step": np.full(count, -1, np.int64),
        "weights": table(0, 0.1),
        "gradients": table(-3, 0.3),
        "update": table(-6, 0.2)[..., 0],
        "stride": np.ones((count, 2, places), np.int32),
        "learning_rates": np.full((count, of["learning_rates"]), 0.1),
        "bands": rng.random((count, places, 4), np.float32),
        "top": top(decode_change(codes)),
        "change.one_minus_cos": codes,
    }


def top(change: np.ndarray) -> np.ndarray:
    """The filters that changed most at each row, int32 [rows, 64]."""
    named = np.full((len(change), 64), -1, np.int32)
    for row, one in zip(named, change, strict=True):
        most = most_changed(one, 64)
        row[: len(most)] = most
    return named


class RowWriter:
    """Logs rows of one layout as the recorder does."""

    def __init__(self, writing: Journal, of: dict, pyramid: int = 0) -> None:
        self._writing = writing
        place = writing.store(group_name(writing.session, LAYOUT), {LAYOUT: encode_layout(of)})
        self._layout = place
        self._pyramid = PyramidWriter(group_name(writing.session, LEVELS, str(pyramid)), writing.extend)

    def write(self, rows: dict, step: int, commit: int = 64) -> None:
        """Logs rows, a few at a time; ``step`` is that of the snapshot they led to."""
        for begin in range(0, len(rows["step"]), commit):
            part = {name: array[begin : begin + commit] for name, array in rows.items()}
            place = self._writing.extend(group_name(self._writing.session, PARAMETERS), part)
            levels = PayloadRef(self._pyramid.group, self._pyramid.rows)
            self._pyramid.add(part)
            first, last = int(part["step"][0]), int(part["step"][-1])
            count = len(part["step"])
            body = ParametersRecord(step, count, self._layout, first, last, levels, self._pyramid.stored)
            self._writing.name(body, place)


def log_answers(
    writing: Journal, answers: Iterable[np.ndarray], labels: np.ndarray, steps: Sequence[int], ids: list | None = None
) -> None:
    """Logs answers int [T, N] as ``add_outcomes`` does; a sample that is not seen (-1) is not named."""
    names = list(range(len(labels))) if ids is None else ids
    log = AnswersLog(writing)
    # Told once, so that samples are numbered in their order.
    log.check_outcomes(names, np.zeros(len(names), np.int64), labels)
    for step, row in zip(steps, answers, strict=True):
        log.add_outcomes(row.astype(np.int32), step)
