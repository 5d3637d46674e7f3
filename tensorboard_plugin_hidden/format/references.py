"""What records refer by: versions of writes, places in the store, and the ranges of what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple, Self

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.format.constants import MAX_CLASSES
from tensorboard_plugin_hidden.format.fields import Form, Most
from tensorboard_plugin_hidden.format.limits import MOST_PIXELS, MOST_ROWS, MOST_SAMPLES, MOST_WIDTH

ClassNumber = Annotated[int, Most(MAX_CLASSES - 1)]
Samples = Annotated[int, Most(MOST_SAMPLES)]
Rows = Annotated[int, Most(MOST_ROWS)]
Width = Annotated[int, Most(MOST_WIDTH)]
Pixels = Annotated[int, Most(MOST_PIXELS)]

Session = Annotated[str, Most(64), Form("[0-9A-Za-z]+")]
"""Id of a writer. Ours have 16 hexadecimal digits."""

Group = Annotated[str, Most(4096), Form(r"|(?!\.+(/|$))[A-Za-z0-9_%@.~-]+(/(?!\.+(/|$))[A-Za-z0-9_%@.~-]+)*")]
"""A path below the store's root, of file names that lead nowhere else; or nothing."""


class Version(NamedTuple):
    """Names one write for ever: the session that wrote it and its place in that session."""

    session: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.session}.{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what ``str`` gave.

        Raises:
            HiddenError: The text has another form.
        """
        session, dot, sequence = text.partition(".")
        number = sequence.isascii() and sequence.isdigit() and len(sequence) < 20
        if not (dot and session.isalnum() and session.isascii() and number):
            raise HiddenError(
                "not a version", expected="SESSION.NUMBER", got=repr(text[:80]), fix="Take it from the index."
            )
        return cls(session, int(sequence))


@dataclass(frozen=True, slots=True)
class PayloadRef:
    """Where a record's arrays are: in its own event, or in a row of a group of the store.

    Attributes:
        group: Path of the group below the store's root; empty when inline.
        row: Index along the first axis of the group's arrays.
    """

    group: Group = ""
    row: Rows = 0

    @property
    def inline(self) -> bool:
        """Whether the arrays are in the event itself."""
        return not self.group
