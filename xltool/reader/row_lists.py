"""The lines of lists in a returned workbook: heads found by their labels, lines to the one that ends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from xltool.digits import PLAIN_DIGITS, STORED_NUMBER, parse_whole
from xltool.forms import number
from xltool.forms.label import normalise_label
from xltool.forms.list_rows import NoticedContents, sum_column, take_line_content, trim_lines
from xltool.forms.lists import AGENCY_HEAD, TOTAL_LABEL
from xltool.messages import finding, format_scaled
from xltool.model import Finding, ListColumn, ListContent, ListRow, RowList
from xltool.reader.evidence import MAX_QUOTED_CONTENT, Claim
from xltool.reader.locate import LocatedCells
from xltool.reader.texts import read_content, read_day
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.book import RawBook, RawCell, RawSheet
from xltool.workbook.layout_plan import END_MARK, LIST_HEAD, Plan

_ENOUGH: Final = 0.5
"""The share of a list's heads in one row by which they are known."""


@dataclass
class ReadLists:
    """What was read, by list; what was noticed; and where was read, whether anything stands there or not."""

    lines: dict[str, tuple[ListRow, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()  # the lists of which not all could be read, so that nothing is reckoned with
    findings: list[Finding] = field(default_factory=list)
    places: set[Claim] = field(default_factory=set)


@dataclass(frozen=True)
class _Place:
    """Where a list stands on a sheet: the row of its heads, its columns, and the row that ends its lines."""

    head: int
    serial: int | None
    agency: int | None
    columns: tuple[int | None, ...]
    end: int


def read_lists(book: RawBook, plan: Plan, located: LocatedCells) -> ReadLists:
    """The lines of every list of a workbook; a list whose sheet is gone is told by whoever looks for sheets."""
    read = ReadLists()
    for row_list in plan.spec.lists:
        sheet = located.sheets.get(row_list.sheet)
        if sheet is None:
            read.unread |= {row_list.id}
            continue
        rows = _index_rows(sheet)
        place = _locate_list(row_list, rows)
        if place is None:
            read.findings.append(finding("list.unread", list=row_list.name, sheet=sheet.name))
            read.unread |= {row_list.id}
            continue
        for column, at in zip(row_list.columns, place.columns, strict=True):
            if at is None:
                read.findings.append(finding("list.column", list=row_list.name, sheet=sheet.name, column=column.label))
                read.unread |= {row_list.id}
        noticed = NoticedContents(row_list)
        lines = trim_lines(_read_lines(book, sheet, row_list, place, rows, noticed))
        if lines:
            read.lines[row_list.id] = lines
        read.findings.extend(noticed.tell())
        read.findings.extend(_compare_totals(sheet, row_list, place, lines))
        read.places |= {(sheet.name, at) for at in _list_places(sheet, place)}
    return read


def _index_rows(sheet: RawSheet) -> dict[int, dict[int, RawCell]]:
    """The cells of a sheet by row and column."""
    rows: dict[int, dict[int, RawCell]] = {}
    for (row, column), cell in sheet.cells.items():
        rows.setdefault(row, {})[column] = cell
    return rows


def _locate_list(row_list: RowList, rows: Mapping[int, Mapping[int, RawCell]]) -> _Place | None:
    """Where the heads are: in their own row, else in the row that has most of them, where that is enough."""
    wordings = [{normalise_label(each) for each in (c.label, *c.variants)} for c in row_list.columns]
    best: tuple[int, int] | None = None
    for row in (LIST_HEAD, *sorted(rows.keys() - {LIST_HEAD})):
        labels = {normalise_label(cell.text) for cell in rows.get(row, {}).values() if cell.kind == "text"}
        known = sum(not labels.isdisjoint(each) for each in wordings)
        if known == len(wordings):
            best = known, row
            break
        if best is None or known > best[0]:
            best = known, row
    if best is None or best[0] < max(1, _ENOUGH * len(wordings)):
        return None
    head = best[1]
    heads = {normalise_label(cell.text): at for at, cell in sorted(rows[head].items(), reverse=True)}
    columns = tuple(next((heads[each] for each in sorted(words) if each in heads), None) for words in wordings)
    serial, agency = (heads.get(normalise_label(label)) for label in (row_list.serial, AGENCY_HEAD))
    return _Place(head, serial, agency, columns, _find_end(rows, head, serial or 0))


def _find_end(rows: Mapping[int, Mapping[int, RawCell]], head: int, serial: int) -> int:
    """The row that ends the lines; where it is gone that of the total, or the row behind the last one."""
    end, total = normalise_label(END_MARK), normalise_label(TOTAL_LABEL)
    below = sorted(row for row in rows if row > head)
    for row in below:
        cell = rows[row].get(serial)
        if cell is not None and cell.kind == "text" and normalise_label(cell.text) == end:
            return row
    for row in reversed(below):
        cell = rows[row].get(serial)
        if cell is not None and cell.kind == "text" and normalise_label(cell.text) == total:
            return row
    return (below[-1] if below else head) + 1


def _read_lines(  # noqa: PLR0917 -- what is at hand of one list
    book: RawBook,
    sheet: RawSheet,
    row_list: RowList,
    place: _Place,
    rows: Mapping[int, Mapping[int, RawCell]],
    noticed: NoticedContents,
) -> list[ListRow]:
    lines, empty = [], ListRow((None,) * len(row_list.columns))
    last = max((row for row in rows if row < place.end), default=place.head)
    for row in range(place.head + 1, last + 1):
        cells = rows.get(row)
        if cells is None:
            lines.append(empty)
            continue
        contents: list[ListContent] = []
        for column, at in zip(row_list.columns, place.columns, strict=True):
            raw = None if at is None else cells.get(at)
            here = None if at is None or raw is None else _read_content(book, sheet, column, (row, at), raw, noticed)
            contents.append(here)
        whose = None if place.agency is None else cells.get(place.agency)
        lines.append(ListRow(tuple(contents), whose.text.strip() if whose is not None and whose.kind == "text" else ""))
    return lines


def _read_content(  # noqa: PLR0917 -- as above
    book: RawBook, sheet: RawSheet, column: ListColumn, place: tuple[int, int], raw: RawCell, noticed: NoticedContents
) -> ListContent:
    """What stands in a line, as it is held."""
    if raw.kind == "number" and column.entry is None and raw.formula is None:
        count = parse_whole(raw.text, PLAIN_DIGITS)
        if count is not None:
            return count * column.measure.scale
        return _take_double(column, raw.text)
    if raw.kind == "text" and raw.formula is None and column.entry is not None and column.entry.form == "text":
        bare = raw.text.strip()
        if bare.isascii() and bare.isprintable():
            return bare or None
    where = f"{noticed.row_list.name}“{column.label}”（{cell_name(*place)}）"
    text, odd = read_content(book, sheet.name, raw, where)
    for each in odd:
        if each.code == "formula.in_input":
            noticed.formulas.append(f"{cell_name(*place)}“={(raw.formula or '')[:MAX_QUOTED_CONTENT]}”")
        else:
            noticed.others.append(each)
    if raw.kind == "number" and column.entry is None:
        return _take_double(column, text)
    if column.entry is not None and column.entry.form == "date":
        text = read_day(text, book)
    content, plain = take_line_content(column, text)
    if not plain:
        noticed.note_written(cell_name(*place), text)
    return content


def _take_double(column: ListColumn, text: str) -> ListContent:
    """The figure of a number as a workbook stores it; what is none of the column's stays as it is shown."""
    if not STORED_NUMBER.fullmatch(text):
        return text.strip() or None
    figure = number.from_double(text, column.measure)
    return figure.value if isinstance(figure.value, int) else f"{Decimal(f'{float(text):.15g}'):f}"


def _list_places(sheet: RawSheet, place: _Place) -> Iterator[tuple[int, int]]:
    """Where lines were read, and the serials beside them."""
    columns = {at for at in (place.serial, place.agency, *place.columns) if at is not None}
    yield from (at for at in sheet.cells if place.head < at[0] < place.end and at[1] in columns)


def _compare_totals(sheet: RawSheet, row_list: RowList, place: _Place, lines: tuple[ListRow, ...]) -> Iterator[Finding]:
    """What the totals below the lines show is held against the lines."""
    for at, (column, where) in enumerate(zip(row_list.columns, place.columns, strict=True)):
        raw = None if where is None or not column.total else sheet.cells.get((place.end + 1, where))
        if raw is None or raw.kind != "number" or not STORED_NUMBER.fullmatch(raw.text):
            continue
        total = sum_column(lines, at)
        shown = number.from_double(raw.text, replace(column.measure, signed=True)).value
        if shown != total:
            yield finding(
                "list.total",
                list=row_list.name,
                column=column.label,
                typed=raw.text[:MAX_QUOTED_CONTENT],
                sum=format_scaled(total, column.measure.decimals),
            )
