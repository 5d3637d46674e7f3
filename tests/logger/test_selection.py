from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.selection import selected_rows

ROW_OF: dict[int | str, int] = {10: 0, 20: 1, "a": 2, "20": 3}


@pytest.mark.parametrize(
    ("selected", "rows", "total"),
    [
        ([20, 10], [0, 1], 2),
        ((20, 20, 20), [1], 1),
        ({"a", 7}, [2], 2),
        (range(0, 30, 10), [0, 1], 3),
        (np.array([20, 99]), [1], 2),
        (np.array(["20", "a", "b"]), [2, 3], 3),
        (torch.tensor([10, 5]), [0], 2),
        ([torch.tensor(10), np.int64(20)], [0, 1], 2),
        ([], [], 0),
        (np.array([]), [], 0),
        ((i for i in [10]), [0], 1),
    ],
)
def test_rows_of_the_ids_that_the_probe_holds(selected: Any, rows: list[int], total: int) -> None:
    found, count = selected_rows(selected, ROW_OF)
    assert found.dtype == np.int32
    assert (found.tolist(), count) == (rows, total)


@pytest.mark.parametrize(
    "selected", ["a", b"a", 3, None, [1.0], [True], np.ones(4, bool), torch.zeros(2, 2).long(), {10: 1}, np.array(3)]
)
def test_what_is_no_ids(selected: Any) -> None:
    with pytest.raises(HiddenError, match=r"(?s)the selected samples are not ids.*Pass ids, not a mask"):
        selected_rows(selected, ROW_OF)
