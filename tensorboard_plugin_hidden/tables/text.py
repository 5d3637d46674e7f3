"""Text as other programs may be given it: no half characters, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet takes for a formula (OWASP, CSV injection)."""


def whole(text: str) -> str:
    """A text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cell(value: Any) -> Any:
    """A value as a cell of CSV: texts that would be formulas are led by an apostrophe; numbers stay.

    >>> cell("=1+1"), cell(-1.5), cell("a")
    ("'=1+1", -1.5, 'a')
    """
    if not isinstance(value, str):
        return value
    text = whole(value)
    return f"'{text}" if text.lstrip(" \"'").startswith(FORMULA) and not _is_number(text) else text


def write_rows(file: BinaryIO, heading: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes CSV, UTF-8 with a heading.

    Args:
        file: Where to.
        heading: Names of the columns.
        rows: Values as they are.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(map(cell, heading))
    writer.writerows(map(cell, row) for row in rows)
    text.detach()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
