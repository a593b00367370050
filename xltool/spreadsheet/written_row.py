"""One row of a worksheet part as its markup has it, and what it comes to by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from xltool.digits import parse_whole
from xltool.spreadsheet.cell import TRUE, Position, RawCell
from xltool.spreadsheet.cell_markup import WrittenCell

THIN_ROW: Final = 3
"""Points of height below which nobody sees a figure."""

_MEASURE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?", re.ASCII)
_FIELDS: Final = WrittenCell._fields.index
_PLACE, _LINE, _ENTRY, _OWN_FORMULA, _SPECIAL = (
    itemgetter(_FIELDS(name)) for name in ("place", "line", "entry", "own_formula", "special")
)


class SettledRow(NamedTuple):
    """What a row comes to whatever else is in its workbook: nearly all of it, of nearly all rows.

    Of its cells with content, in their order, one that holds a shared string is empty as yet.
    """

    cells: Mapping[Position, RawCell]
    strings: Sequence[tuple[Position, str, str | None]]
    """Which shared strings stand where, as written, and the formulas beside them."""
    odd: Sequence[tuple[Position, str | None]]
    """Where a number is that shows otherwise than as digits, and in which style: its display has to be looked at."""
    formulas: Mapping[Position, str]
    weight: int
    """Characters of its formulas."""


class WrittenRow(NamedTuple):
    """One row as its markup has it."""

    at: int | None
    """Its number, from 0, where one is written; that of no row where it is none."""
    unseen: bool | None
    """Whether it is hidden or too low to be seen; None where that depends on the height of all rows."""
    cells: Sequence[WrittenCell] = ()
    breadth: int = 0
    """How many columns its cells need at most."""
    prefixes: frozenset[str] = frozenset()
    """Of its attributes."""
    settled: SettledRow | None = None
    """None where its cells have to be gone through one by one, in the order of the sheet."""


def make_row(attributes: Mapping[str, str]) -> WrittenRow:
    """The row without cells that has these attributes."""
    number, height = attributes.get("r"), attributes.get("ht")
    at = None if number is None else parse_position(number) - 1
    return WrittenRow(
        at=at,
        unseen=attributes.get("hidden") in TRUE or (None if height is None else is_thin(height, THIN_ROW)),
        prefixes=frozenset(name.partition(":")[0] for name in attributes if ":" in name),
        settled=_settle_cells(at, ()),
    )


def fill_row(row: WrittenRow, cells: Sequence[WrittenCell]) -> WrittenRow:
    """The same row with cells."""
    columns = [place[1] for place in map(_PLACE, cells) if place is not None]
    breadth = max(columns, default=-1) + 1 + len(cells) - len(columns)
    return WrittenRow(row.at, row.unseen, cells, breadth, row.prefixes, _settle_cells(row.at, cells))


def _settle_cells(at: int | None, cells: Sequence[WrittenCell]) -> SettledRow | None:
    """What cells come to by themselves; None for those in which something is wrong, missing or to be expanded."""
    if at is None or not {at}.issuperset(map(_LINE, cells)):
        return None
    entries = [*filter(None, map(_ENTRY, cells))]
    found = dict(entries)
    if len(found) < len(entries):
        return None
    own = dict(filter(None, map(_OWN_FORMULA, cells)))
    strings, odd = list[tuple[Position, str, str | None]](), list[tuple[Position, str | None]]()
    for cell in filter(_SPECIAL, cells):
        if cell.place is not None and cell.string:
            strings.append((cell.place, cell.string, own.get(cell.place)))
        elif cell.place is not None:
            odd.append((cell.place, cell.style))
    return SettledRow(found, strings, odd, own, sum(map(len, own.values())))


@lru_cache(maxsize=1024)
def is_thin(measure: str | None, least: int) -> bool:
    """Whether a height or a width is written that leaves nothing to be seen."""
    number = _MEASURE.fullmatch(measure or "")
    return number is not None and Decimal(number[0]) < least


@lru_cache(maxsize=4096)
def parse_position(digits: str) -> int:
    """The value of ASCII digits; 0, which is no row and no column, for anything else."""
    return parse_whole(digits, 7) or 0
