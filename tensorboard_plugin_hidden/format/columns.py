"""Columns of metadata: what else is known of each sample, in the JSON that is stored and served as it is.

Knows nothing of how a user writes them down; ``logger.metadata`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ColumnKind = Literal["category", "number", "tags"]

ORIGINAL_LABEL = "original_label"
"""Name of the category column with the classes before noise or relabelling; its codes are class numbers."""

NO_CATEGORY = -1
"""Code of a sample without a value."""

RESERVED_NAMES = frozenset(
    {
        *("id", "label", "text", "role", "hidden", "selected", "held_out", "kept", "moved", "label_quality"),
        *("pred", "runner_up", "conf", "margin", "loss", "correct", "entropy", "flips", "forgotten", "learned_at"),
    }
)
"""Names that a query means something else by, so that no column may have them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One thing known of each of N samples.

    Attributes:
        name: Letters, digits and underscores.
        kind: ``category``: one of ``values``. ``number``: one of ``numbers``. ``tags``: any of ``values``.
        values: What codes mean, in order of first appearance; empty for numbers.
        codes: For ``category`` N codes, ``NO_CATEGORY`` for none; for ``tags`` N tuples of codes; else empty.
        numbers: For ``number`` N finite numbers, None for none; else empty.
    """

    name: str
    kind: ColumnKind
    values: tuple[str, ...] = ()
    codes: tuple[int, ...] | tuple[tuple[int, ...], ...] = ()
    numbers: tuple[float | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The column as ``GET samples`` gives it.

        >>> Column("split", "category", ("train", "test"), (0, 1, 0)).to_json()
        {'name': 'split', 'kind': 'category', 'values': ['train', 'test'], 'codes': [0, 1, 0]}
        """
        head = {"name": self.name, "kind": self.kind}
        if self.kind == "number":
            return {**head, "numbers": list(self.numbers)}
        codes = [list(code) if isinstance(code, tuple) else code for code in self.codes]
        return {**head, "values": list(self.values), "codes": codes}
