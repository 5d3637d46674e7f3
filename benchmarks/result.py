"""What a benchmark says, and how it is printed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One number.

    Attributes:
        name: What was measured.
        value: The number.
        unit: Its unit.
        limit: What it should not exceed, or None when it is only shown.
        detail: How it came about: sizes, repetitions, spread.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """Whether the limit is kept."""
        if self.limit is None:
            return ""
        return "ok" if self.value <= self.limit else "MISSED"


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    lines = ["| what | measured | limit | | how |", "|---|---|---|---|---|"]
    for result in results:
        limit = "" if result.limit is None else f"≤ {result.limit:g} {result.unit}"
        lines.append(
            f"| {result.name} | {result.value:.3g} {result.unit} | {limit} | {result.verdict} | {result.detail} |"
        )
    return "\n".join(lines)


def as_json(results: Sequence[Result]) -> str:
    """The results as JSON."""
    return json.dumps([dataclasses.asdict(result) | {"verdict": result.verdict} for result in results], indent=1)
