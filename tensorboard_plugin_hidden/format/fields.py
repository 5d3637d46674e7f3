"""JSON values as the types that a record's fields are annotated with: what has another type or range is refused here.

A field says all by its annotation: ``int`` is a whole number of at least 0, ``float`` is finite, ``str`` a text,
``tuple[...]`` a list, ``Mapping[str, ...]`` an object, and ``Annotated[int, Most(9)]`` is at most 9.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tensorboard_plugin_hidden.format.limits import MOST_DEPTH, MOST_ITEMS, MOST_NAME, MOST_TEXT, MOST_WHOLE

T = TypeVar("T")

_Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Most:
    """The greatest that a whole number may be and the least, or the most characters that a text may have."""

    limit: int
    least: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A regular expression that the whole of a text has to match."""

    pattern: str


Name = Annotated[str, Most(MOST_NAME)]
"""What something is called."""


def read_fields(kind: type[T], fields: Mapping[str, Any]) -> T:
    """A dataclass from the JSON object of its fields. What has a default may be missing; other fields are ignored.

    Args:
        kind: The dataclass.
        fields: Parsed JSON.

    Raises:
        ValueError: A field is missing, or has a wrong type, length or range; the message names it.
    """
    values = {}
    readers = _readers(kind)  # type: ignore[arg-type]  # classes are hashable
    for name, reader in readers:
        if name in fields:
            try:
                values[name] = reader(fields[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    try:
        return kind(**values)
    except TypeError:
        wanted = [name for name, _ in readers if name not in values]
        raise ValueError(f"one of {', '.join(wanted)} is missing") from None


@functools.cache
def _readers(kind: Any) -> tuple[tuple[str, _Reader], ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple((field.name, _reader(hints[field.name])) for field in dataclasses.fields(kind))


def _reader(hint: Any) -> _Reader:
    """What reads values of an annotated type."""
    if hint is Any:
        return _anything
    if get_origin(hint) is Annotated:
        plain, *limits = get_args(hint)
        most = next((limit for limit in limits if isinstance(limit, Most)), None)
        form = next((re.compile(limit.pattern) for limit in limits if isinstance(limit, Form)), None)
        return _simple(plain, most, form)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: read_fields(hint, _object(value))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union) and len(arguments) == 2 and arguments[1] is types.NoneType:
        inner = _reader(arguments[0])
        return lambda value: None if value is None else inner(value)
    if origin is tuple and arguments[1:] == (...,):
        return functools.partial(_list, _reader(arguments[0]))
    if origin is tuple:
        return functools.partial(_fixed, [_reader(argument) for argument in arguments])
    if origin is Mapping:
        return functools.partial(_mapping, _reader(arguments[1]))
    return _simple(hint, None, None)


def _simple(kind: Any, most: Most | None, form: re.Pattern[str] | None) -> _Reader:
    if kind is bool:
        return lambda value: _require(value, isinstance(value, bool), "true or false")
    if kind is int:
        least, greatest = (0, MOST_WHOLE) if most is None else (most.least, most.limit)
        expected = f"a whole number from {least} to {greatest}"
        return lambda value: _require(value, type(value) is int and least <= value <= greatest, expected)
    if kind is float:
        return _number
    if kind is str:
        longest = MOST_TEXT if most is None else most.limit
        return functools.partial(_text, longest, form)
    raise TypeError(f"no field can be a {kind}")  # a mistake in a record's class


def _require(value: Any, holds: bool, expected: str) -> Any:
    if not holds:
        raise ValueError(f"{expected} is expected, not {_shown(value)}")
    return value


def _number(value: Any) -> float:
    try:
        holds = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        holds = False
    return float(_require(value, holds, "a finite number"))


def _text(longest: int, form: re.Pattern[str] | None, value: Any) -> str:
    _require(value, isinstance(value, str) and len(value) <= longest, f"a text of at most {longest} characters")
    text: str = _require(value, form is None or form.fullmatch(value) is not None, "a text of another form")
    return text


def _object(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _require(value, isinstance(value, dict), "an object")
    return found


def _list(item: _Reader, value: Any) -> tuple[Any, ...]:
    _require(value, isinstance(value, list) and len(value) <= MOST_ITEMS, "a list of few entries")
    return tuple(item(one) for one in value)


def _fixed(items: list[_Reader], value: Any) -> tuple[Any, ...]:
    _require(value, isinstance(value, list) and len(value) == len(items), f"a list of {len(items)} entries")
    return tuple(item(one) for item, one in zip(items, value, strict=True))


def _mapping(item: _Reader, value: Any) -> dict[str, Any]:
    return {_text(MOST_NAME, None, name): item(one) for name, one in _object(value).items()}


def _anything(value: Any, depth: int = 0) -> Any:
    """JSON of no fixed form, whose numbers are finite and which is not nested without end."""
    _require(value, depth <= MOST_DEPTH, "fewer lists within lists")
    if isinstance(value, dict):
        return {name: _anything(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_anything(one, depth + 1) for one in value]
    return value if value is None or isinstance(value, str | bool) else _number_as_it_is(value)


def _number_as_it_is(value: Any) -> int | float:
    _number(value)
    number: int | float = value
    return number


def _shown(value: Any) -> str:
    """A value in few words; the digits of a long number are never made."""
    if isinstance(value, int) and value.bit_length() > 64:
        return "a longer number"
    if isinstance(value, str | list | dict) and len(value) > 40:
        return f"{type(value).__name__} of length {len(value)}"
    return repr(value)[:60]
