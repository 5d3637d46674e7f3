"""Which samples of its data set a loader gives, by its sampler."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler

from tensorboard_plugin_hidden.errors import HiddenError

LONGEST_SAMPLER = 10_000_000
"""Indices that are read of a sampler at most: some never end."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which samples of a data set a loader gives.

    Attributes:
        indices: int64 [M], ascending, each once.
        note: What was inferred, as a sentence; empty where it is all samples.
    """

    indices: npt.NDArray[np.int64]
    note: str = ""


def chosen_rows(loader: Any, total: int) -> Rows:
    """The samples that a loader's sampler gives; of other data, all.

    The sampler is read as a copy where it can be copied, so that training goes on as if nobody had looked.

    Args:
        loader: A ``DataLoader``, or a data set.
        total: Samples of the data set.

    Raises:
        HiddenError: What the sampler gives are no rows of the data set.
    """
    everything = np.arange(total, dtype=np.int64)
    if not isinstance(loader, DataLoader):
        return Rows(everything)
    sampler: Any = loader.batch_sampler if loader.batch_sampler is not None else loader.sampler
    inner: Any = getattr(sampler, "sampler", sampler)
    drawn = isinstance(inner, RandomSampler) and not inner.replacement and inner.num_samples >= total
    if (drawn or isinstance(inner, SequentialSampler)) and len(inner.data_source) >= total:
        return Rows(everything)
    try:
        # Random generators of its own are copied with it; the data set, which many samplers hold, is not.
        shared = [loader.dataset, getattr(inner, "data_source", None), getattr(inner, "dataset", None)]
        source = copy.deepcopy(sampler, {id(held): held for held in shared})
    except Exception:  # a sampler that cannot be copied, as one with a lock or a running iterator
        source = sampler
    given = itertools.islice(_flat(source), min(LONGEST_SAMPLER, 20 * total + 1000))
    try:
        indices = np.unique(np.fromiter((int(index) for index in given), np.int64))
    except (TypeError, ValueError) as error:
        raise _no_rows(f"{type(sampler).__name__}: {error}") from error
    if len(indices) and not (indices[0] >= 0 and indices[-1] < total):
        raise _no_rows(f"{indices[0] if indices[0] < 0 else indices[-1]} of {total} samples")
    note = (
        f"the loader's {type(inner).__name__} gives {len(indices)} of {total} samples" if len(indices) < total else ""
    )
    return Rows(indices, note)


def _flat(sampler: Any) -> Iterator[Any]:
    for element in sampler:
        if isinstance(element, list | tuple) or (isinstance(element, Tensor | np.ndarray) and element.ndim):
            yield from element
        else:
            yield element


def _no_rows(got: str) -> HiddenError:
    return HiddenError(
        "the loader's sampler gives no rows of its data set",
        expected="integers from 0 to the length of the data set",
        got=got,
        fix="Pass the data set itself, or a torch.utils.data.Subset of it.",
    )
