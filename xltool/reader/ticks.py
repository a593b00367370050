"""The opinions on the sheet 退回意见 that an agency has accepted by a tick, and what is written there beside them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xltool.model import Tick
from xltool.reader.matching import is_return
from xltool.spreadsheet.book import RawBook, RawSheet
from xltool.spreadsheet.cell import Position
from xltool.workbook.tick_marks import ACCEPT_COLUMN, ACCEPT_HEAD, YES, parse_tick_mark

_YES: Final = frozenset({YES, "采纳", "同意", "√", "✓", "✔"})
"""What is taken for a tick, as people write it."""


@dataclass(frozen=True, slots=True)
class ReadTicks:
    """The ticks of one sheet, and the places in its columns of ticks and beyond that are ours or were read."""

    ticks: tuple[Tick, ...]
    places: frozenset[Position]


def find_ticks(book: RawBook) -> tuple[Tick, ...]:
    """The opinions that are ticked, on whatever copy of the sheet, each once."""
    return tuple(dict.fromkeys(_list_ticks(book.sheets)))


def read_ticks(sheet: RawSheet) -> ReadTicks:
    """What of a sheet of opinions is a tick, in the row of the opinion that it is about."""
    ticks: list[Tick] = []
    places: set[Position] = set()
    for (row, column), cell in sheet.cells.items():
        if column == ACCEPT_COLUMN and cell.text.strip() == ACCEPT_HEAD:
            places.add((row, column))
        tick = parse_tick_mark(cell.text) if cell.kind == "text" and cell.formula is None else None
        if tick is None:
            continue
        places.add((row, column))
        beside = sheet.cells.get((row, column - 1))
        if beside is not None and unicodedata.normalize("NFKC", beside.text).strip() in _YES:
            places.add((row, column - 1))
            ticks.append(tick)
    return ReadTicks(tuple(ticks), frozenset(places))


def _list_ticks(sheets: Iterable[RawSheet]) -> Iterator[Tick]:
    for sheet in filter(is_return, sheets):
        yield from read_ticks(sheet).ticks
