"""Which samples of the probe an active learner chose, from the ids that a user has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.snapshot import IntArray


def selected_rows(selected: Any, row_of: Mapping[int | str, int]) -> tuple[IntArray, int]:
    """The rows of the chosen samples that the probe holds, and how many were chosen in all.

    Args:
        selected: Ids as they were given to the probe: a list, set, array or tensor of integers or strings.
        row_of: The probe's row of each of its ids.

    Returns:
        int32 [M], ascending, and the number of different ids in ``selected``.

    Raises:
        HiddenError: The ids are neither integers nor strings.

    >>> selected_rows([7, 5, 99], {5: 0, 6: 1, 7: 2})
    (array([0, 2], dtype=int32), 3)
    """
    if isinstance(selected, Tensor):
        selected = selected.detach().cpu().numpy()
    ids: Any = None
    if not isinstance(selected, str | bytes | Mapping):
        try:
            ids = selected.tolist() if isinstance(selected, np.ndarray) else list(selected)
        except TypeError:
            ids = None
    if isinstance(ids, list):
        ids = [item.item() if isinstance(item, Tensor) and item.ndim == 0 else item for item in ids]
    wrong = [selected] if not isinstance(ids, list) else [item for item in ids if not _is_id(item)]
    if wrong:
        raise HiddenError(
            "the selected samples are not ids",
            expected="a list, set, array or tensor of integers or strings, as the probe's ids are",
            got=repr(wrong[0])[:100],
            fix="Pass ids, not a mask: by default the id of a sample is its index in the probe's data.",
        )
    names = {item if isinstance(item, str) else int(item) for item in ids}
    rows = sorted(row_of[name] for name in names if name in row_of)
    return np.array(rows, dtype=np.int32), len(names)


def _is_id(item: Any) -> bool:
    return isinstance(item, str | int | np.integer) and not isinstance(item, bool)
