"""Readings as plain data and back: JSON that names the types of the model and no others, and is never a program.

What another computer has read comes so; whatever else its bytes say, nothing of it is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from xltool.model import (
    NOT_APPLICABLE,
    Acceptance,
    Agency,
    Finding,
    Leftover,
    ListRow,
    NotApplicable,
    ProposedFigure,
    Reading,
    Submission,
    Suspect,
    Tick,
    Waiver,
)

_TYPES: Final[dict[str, Any]] = {
    each.__name__: each
    for each in (
        Acceptance, Agency, Finding, Leftover, ListRow, ProposedFigure, Reading, Submission, Suspect, Tick, Waiver,
    )
}  # fmt: skip
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(field.name for field in fields(each)) if is_dataclass(each) else each._fields
    for name, each in _TYPES.items()
}
_SLASH: Final = "/"


class NotPlainError(ValueError):
    """Bytes that are no readings, or a value that has no plain form."""


def dump_readings(readings: Iterable[Reading]) -> bytes:
    """Readings as JSON: a list of what has parts, each beginning with what it is; raises `NotPlainError`."""
    return json.dumps([_write_plain(each) for each in readings], separators=(",", ":")).encode("ascii")


def load_readings(data: bytes) -> list[Reading]:
    """The readings that were dumped, equal to what they were; raises `NotPlainError`."""
    try:
        found = [_read_plain(each) for each in json.loads(data)]
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise NotPlainError(type(error).__name__) from error
    if not all(isinstance(each, Reading) for each in found):
        raise NotPlainError("no reading")
    return found


def _write_plain(value: Any) -> Any:  # noqa: PLR0911  each kind is one line of its own
    kind = type(value)
    if value is None or kind in {bool, int} or isinstance(value, str):
        return value  # words that know where they stood are words
    match value:
        case NotApplicable():
            return [_SLASH]
        case Mapping():
            return ["map", *([key, _write_plain(each)] for key, each in value.items())]
        case date() if kind is date:
            return ["date", value.isoformat()]
        case Decimal():
            return ["decimal", str(value)]
        case frozenset():
            return ["set", *sorted(map(_write_plain, value))]
    if kind is tuple or kind is list:
        return [kind.__name__, *map(_write_plain, value)]
    name = kind.__name__
    if _TYPES.get(name) is not kind:
        raise NotPlainError(name)
    return [name, *(_write_plain(getattr(value, field)) for field in _FIELDS[name])]


def _read_plain(plain: Any) -> Any:  # noqa: PLR0911  each kind is one line of its own
    if not isinstance(plain, list):
        if isinstance(plain, dict | float):
            raise NotPlainError(type(plain).__name__)
        return plain
    match plain:
        case ["/"]:
            return NOT_APPLICABLE
        case ["map", *pairs]:
            return {key: _read_plain(each) for key, each in pairs}
        case ["date", str() as day]:
            return date.fromisoformat(day)
        case ["decimal", str() as number]:
            return Decimal(number)
        case ["set", *members]:
            return frozenset(map(_read_plain, members))
        case ["tuple", *members]:
            return tuple(map(_read_plain, members))
        case ["list", *members]:
            return [*map(_read_plain, members)]
    name, *parts = plain
    if len(parts) != len(_FIELDS[name]):
        raise NotPlainError(name)
    return _TYPES[name](*map(_read_plain, parts))
