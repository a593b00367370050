"""A figure as a workbook holds it and as a formula shows it: a double of at most 15 digits; and what is no figure."""

from __future__ import annotations

from typing import TypeAlias

from xltool.days import count_days, parse_day
from xltool.messages import format_scaled
from xltool.model import Cell, EntryCell, EntryKind, NotApplicable, Value

CachedValue: TypeAlias = int | float | str


def to_cached_figure(value: Value, cell: Cell) -> CachedValue:
    """A figure as a workbook holds it: a double of at most 15 digits, `/` as text, nothing for a blank."""
    if value is None:
        return ""
    return "/" if isinstance(value, NotApplicable) else to_double(value, cell.measure.decimals)


def to_double(scaled: int, decimals: int) -> int | float:
    """A scaled figure as a number of a workbook."""
    return float(format_scaled(scaled, decimals)) if decimals else scaled


def to_cached_entry(entry: EntryCell, content: str) -> int | str:
    """What stands in an entry as a workbook holds it."""
    return to_cached_content(entry.kind, content)


def to_cached_content(kind: EntryKind, content: str) -> int | str:
    """What is held of a kind as a workbook holds it: a day as its number, all else as text."""
    day = parse_day(content) if kind.form == "date" else None
    return content if day is None or content != day.isoformat() else count_days(day)
