"""A figure as a workbook holds it and as a formula shows it: a double of at most 15 digits."""

from __future__ import annotations

from typing import TypeAlias

from xltool.messages import format_scaled
from xltool.model import Cell, NotApplicable, Value

CachedValue: TypeAlias = int | float | str


def to_cached_figure(value: Value, cell: Cell) -> CachedValue:
    """A figure as a workbook holds it: a double of at most 15 digits, `/` as text, nothing for a blank."""
    if value is None:
        return ""
    return "/" if isinstance(value, NotApplicable) else to_double(value, cell.measure.decimals)


def to_double(scaled: int, decimals: int) -> int | float:
    """A scaled figure as a number of a workbook."""
    return float(format_scaled(scaled, decimals)) if decimals else scaled
