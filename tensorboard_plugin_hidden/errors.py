"""The one exception a user of this package can act on."""

from __future__ import annotations


class HiddenError(Exception):
    """Something the caller can put right: says what was expected, what arrived and what to do.

    Every other exception that leaves this package is a bug in it.

    Args:
        problem: What went wrong, in a few words, without a final stop.
        expected: What would have been accepted.
        got: What arrived.
        fix: The next step for the reader, as a sentence.

    Attributes:
        problem: As given.
        expected: As given.
        got: As given.
        fix: As given.

    >>> print(HiddenError("labels do not match the probe", expected="2000 labels", got="1999",
    ...                   fix="Pass one label for every sample."))
    labels do not match the probe: expected 2000 labels, got 1999. Pass one label for every sample.
    """

    def __init__(self, problem: str, *, expected: str, got: str, fix: str) -> None:
        super().__init__(f"{problem}: expected {expected}, got {got}. {fix}")
        self.problem = problem
        self.expected = expected
        self.got = got
        self.fix = fix


class HiddenWarning(UserWarning):
    """Logging could not do its work, and training went on without it."""


class NewerFormatError(HiddenError):
    """The data was written by a later version than the one that reads it."""


class MissingDataError(HiddenError):
    """The log names data that is not where it should be, as in a copy of event files without the store."""
