"""Text as other programs may be given it: no half characters, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet takes for a formula, also in full width (OWASP, CSV injection)."""

_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
"""They may stand before it, as may blanks and characters that control or format."""


def whole(text: str) -> str:
    """A text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cell(value: Any) -> Any:
    """A value as a cell of CSV: texts that would be formulas are led by an apostrophe; numbers stay.

    What a program may strip from the front, as blanks, a byte-order mark or quotes, hides none.

    >>> cell("=1+1"), cell(-1.5), cell("a")
    ("'=1+1", -1.5, 'a')
    """
    if not isinstance(value, str):
        return value
    text = whole(value)
    computed = text.startswith(("\t", "\r", "\n")) or _without_lead(text).startswith(FORMULA)
    return f"'{text}" if computed and not _is_number(text) else text


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


def _without_lead(text: str) -> str:
    for place, character in enumerate(text):
        if unicodedata.category(character)[0] not in "ZC" and character not in _QUOTES:
            return text[place:]
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
