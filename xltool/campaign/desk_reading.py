"""办公室.xlsx read: each sheet's lines by the heads of its columns, wherever people have moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Final

from xltool import readings
from xltool.campaign.desk_sheets import DESK_SHEETS, ROSTER_SHEET, TEXT_SHEET, DeskSheet
from xltool.campaign.roster import Roster
from xltool.campaign.roster_draft import RosterError
from xltool.campaign.roster_heads import ROWS_LOOKED_AT, plain_title
from xltool.campaign.roster_reading import MOST_READ, build_roster
from xltool.campaign.roster_tables import RosterTable, read_roster_sheet, show_cell
from xltool.messages import XltoolError, tell_finding
from xltool.model import Finding
from xltool.report.text import clean_line
from xltool.spreadsheet.a1 import column_name
from xltool.spreadsheet.book import RawBook
from xltool.spreadsheet.cell import RawCell
from xltool.spreadsheet.sheet import RawSheet

LONGEST_CELL: Final = 32_767
"""Characters of one cell: Excel's own limit."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line of a sheet: its number, its texts and cells by field, and where the field stands."""

    sheet: DeskSheet
    number: int
    texts: Mapping[str, str]
    cells: Mapping[str, RawCell]
    places: Mapping[str, int]

    def text(self, field: str) -> str:
        """What stands in a field, without blanks around it; empty for nothing."""
        return self.texts.get(field, "")

    def place(self, field: str) -> str:
        """Where a field stands, as a clerk says it: `“放行”表 F5`."""
        return f"“{self.sheet.name}”表 {column_name(self.places[field])}{self.number}"


@dataclass(frozen=True, slots=True)
class DeskTable:
    """One sheet as it stands: the row of its heads, the columns by field, the lines that hold anything.

    `head` is 0 where the workbook has no such sheet, or no heads on it.
    """

    sheet: DeskSheet
    head: int
    columns: Mapping[str, int]
    lines: tuple[DeskLine, ...]
    missing: tuple[str, ...] = ()
    """Heads that are not there any more."""
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """The whole workbook: its tables by name, and the roster's sheet as the reader of rosters takes it."""

    tables: Mapping[str, DeskTable]
    roster: RosterTable | None

    def lines(self, sheet: DeskSheet) -> tuple[DeskLine, ...]:
        """The lines of a sheet."""
        return self.tables[sheet.name].lines

    def note_fields(self, sheet: DeskSheet, fields: Mapping[int, Mapping[str, str]]) -> Desk:
        """The workbook as it is once some fields of a sheet's lines, by number, are written."""
        table = self.tables[sheet.name]
        lines = [replace(line, texts={**line.texts, **fields.get(line.number, {})}) for line in table.lines]
        return replace(self, tables={**self.tables, sheet.name: replace(table, lines=tuple(lines))})

    def find_faults(self) -> Iterator[str]:
        """What is wrong with the sheets themselves, a sentence each: a head that is gone, or stands twice."""
        for table in self.tables.values():
            if table.exists and table.missing and table.sheet is not ROSTER_SHEET:
                heads = "、".join(f"“{head}”" for head in table.missing)
                yield f"“{table.sheet.name}”表没有表头{heads}，这张表没有照办；请把表头的字改回来。"


def read_desk(data: bytes, name: str) -> Desk:
    """The workbook of these bytes; raises `XltoolError` in a sentence when it cannot be opened."""
    book = readings.open_book(data)
    if isinstance(book, Finding):
        said, _, _ = tell_finding(book, None, None)
        raise XltoolError(
            f"{name} 打不开：{said}请用 Excel 或 WPS 打开它，另存为 .xlsx 放回原处；打不开的，从备份里还原。"
        )
    found = {sheet.name.strip(): sheet for sheet in reversed(book.sheets)}
    tables = {sheet.name: _read_sheet(sheet, found.get(sheet.name), book) for sheet in DESK_SHEETS}
    raw = found.get(ROSTER_SHEET.name)
    return Desk(tables, None if raw is None else read_roster_sheet(raw, book.date1904))


def _read_sheet(sheet: DeskSheet, raw: RawSheet | None, book: RawBook) -> DeskTable:
    """The lines below the heads, which are in one of the first rows that hold anything."""
    heads = {plain_title(column.head): column.field for column in sheet.columns}
    if raw is None:
        return DeskTable(sheet, 0, {}, (), exists=False)
    rows = [(number, dict(cells)) for number, cells in _list_rows(raw)]
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in rows[:ROWS_LOOKED_AT]:
        named = {heads.get(plain_title(cell.text)): at for at, cell in reversed(cells.items())}
        columns = {field: at for field, at in named.items() if field is not None}
        if len(columns) > len(best[1]):
            best = number, columns
    head, columns = best
    missing = tuple(
        column.head
        for column in sheet.columns
        if column.field not in columns and (not column.told or column.field in sheet.key)
    )
    if missing:
        return DeskTable(sheet, 0, columns, (), missing)
    lines = []
    for number, cells in rows:
        own = {field: cells[at] for field, at in columns.items() if at in cells}
        texts = {field: _read_text(raw, number, columns[field], cell, book) for field, cell in own.items()}
        if sheet is not TEXT_SHEET:
            texts = {field: clean_line(text).strip() for field, text in texts.items()}
        if number > head and any(texts.values()):
            lines.append(DeskLine(sheet, number, texts, own, columns))
    return DeskTable(sheet, head, columns, tuple(lines))


def _list_rows(raw: RawSheet) -> Iterator[tuple[int, Sequence[tuple[int, RawCell]]]]:
    """The rows that hold anything, by the number that people see, each cell with its column."""
    for row, places in groupby(sorted(raw.cells), key=lambda place: place[0]):
        yield row + 1, [(place[1], raw.cells[place]) for place in places]


def _read_text(raw: RawSheet, number: int, column: int, cell: RawCell, book: RawBook) -> str:
    """What a cell says: a text with its lines, else what it shows."""
    if cell.kind == "text":
        return cell.text[:LONGEST_CELL].strip()
    return show_cell(cell, raw, (number - 1, column), book.date1904)


@lru_cache(MOST_READ)
def read_desk_roster(data: bytes, name: str) -> Roster:
    """The roster that stands in the workbook; raises `RosterError` with every fault and its line."""
    table = read_desk(data, name).roster
    where = f"（{name} 的“{ROSTER_SHEET.name}”表）"
    if table is None:
        raise XltoolError(f"{name} 里没有“{ROSTER_SHEET.name}”表；请把这张表的名称改回来，或从备份里还原。")
    try:
        return build_roster([table])
    except RosterError as error:
        raise RosterError(error.faults, where) from error
