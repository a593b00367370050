"""A blank form as it came: its paragraphs and tables in order, out of Word, Excel, a page or a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, TypeAlias

from xltool import kinds
from xltool.drafting.squares import Square, SquareTable, cover_table
from xltool.forms.sheet_names import CHECKS, COLUMN_VERDICT, HIDDEN, ROW_VERDICT, is_reserved
from xltool.messages import XltoolError, tell_finding
from xltool.published.document import Document, Prose
from xltool.published.opening import read_document
from xltool.spreadsheet.book import RawSheet
from xltool.spreadsheet.open import open_workbook
from xltool.spreadsheet.package import Refusal

BlankPart: TypeAlias = str | SquareTable
"""A paragraph, or a table."""
_Places: TypeAlias = frozenset[tuple[int, int]]

_FEWEST_SQUARES: Final = 2
_STATE_ROW: Final = 1
"""Where a sheet that xltool made says whose it is, and how it stands."""


def read_blank(data: bytes, name: str) -> tuple[BlankPart, ...]:
    """The paragraphs and tables of a blank form; `name` is the file's, for what is told.

    Raises `XltoolError` for what is damaged, no document, or has no table.
    """
    try:
        document = read_document(data, ())
        parts = tuple(_list_document_parts(document[1]) if document is not None else _list_sheet_parts(data))
    except Refusal as refusal:
        raise XltoolError(f"{name}：{tell_finding(refusal.finding, None, None)[0]}") from None
    if not any(isinstance(part, SquareTable) for part in parts):
        raise XltoolError(
            f"{name}：文件里没有表格，起草不了报表定义；请用有表格的空白表（.docx、.xlsx、.html 或 .pdf）。"
        )
    return parts


def _list_document_parts(document: Document) -> Iterator[BlankPart]:
    for part in document.parts:
        if isinstance(part, Prose):
            if not part.of_table and part.text.strip():
                yield part.text.strip(" \t\r\n")
            continue
        squares = [
            Square(entry.row, entry.column, entry.height, entry.width, entry.text) for row in part.rows for entry in row
        ]
        if len(squares) >= _FEWEST_SQUARES:
            yield cover_table(squares)
        else:
            yield from (square.text for square in squares if not square.blank)


def _list_sheet_parts(data: bytes) -> Iterator[BlankPart]:
    """The parts of each visible sheet of a workbook: what has borders is a table, all else is paragraphs."""
    book = open_workbook(data)
    framed = _read_frames(data)
    ours = any(sheet.name == HIDDEN for sheet in book.sheets)
    for sheet in book.sheets:
        if sheet.visibility != "visible" or (ours and is_reserved(sheet.name)):
            continue
        frames = framed.get(sheet.name, frozenset())
        yield from _list_parts(*(_cut_verdicts(sheet, frames) if ours else (sheet, frames)))


def _cut_verdicts(sheet: RawSheet, framed: _Places) -> tuple[RawSheet, _Places]:
    """A sheet of a workbook that xltool made, without what stands around its table: state, verdicts, last year's."""
    places = {cell.text.strip(): place for place, cell in sorted(sheet.cells.items(), reverse=True)}
    right = places[ROW_VERDICT][1] if ROW_VERDICT in places else None
    below = {_STATE_ROW, *_list_judging(sheet, right)}
    if COLUMN_VERDICT in places:
        below.add(places[COLUMN_VERDICT][0])

    def is_of_form(place: tuple[int, int]) -> bool:
        return place[0] not in below and (right is None or place[1] < right)

    kept = {place: cell for place, cell in sheet.cells.items() if is_of_form(place)}
    merges = tuple(area for area in sheet.merges if is_of_form(area[:2]))
    return replace(sheet, cells=kept, merges=merges), frozenset(filter(is_of_form, framed))


def _list_judging(sheet: RawSheet, right: int | None) -> Iterator[int]:
    """The rows whose every content, left of a column, is a formula that asks the sheet of checks."""
    by_row: dict[int, list[str]] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.text.strip() and (right is None or column < right):
            by_row.setdefault(row, []).append(cell.formula or "")
    yield from (row for row, formulas in by_row.items() if all(f"{CHECKS}!" in formula for formula in formulas))


def _read_frames(data: bytes) -> dict[str, frozenset[tuple[int, int]]]:
    """The places of each sheet that have a border, where the file is one that openpyxl reads."""
    if not data.startswith(kinds.ZIP):
        return {}
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception:  # a library's opinion about a file that our own reader has read: no borders are known then
        return {}
    return {sheet.title: frozenset(_list_framed(sheet)) for sheet in book.worksheets}


def _list_framed(sheet: Any) -> Iterator[tuple[int, int]]:
    for row in sheet.iter_rows():
        for cell in row:
            sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
            if sum(side is not None and side.style is not None for side in sides) >= 2:
                yield cell.row - 1, cell.column - 1


def _list_parts(sheet: RawSheet, framed: frozenset[tuple[int, int]]) -> Iterator[BlankPart]:
    texts = {place: cell.text for place, cell in sheet.cells.items() if cell.text.strip()}
    merged = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merges}
    covered = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in merged.items()
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    rows = _find_table_rows(texts, covered, framed)
    last = max([*(row for row, _ in texts), *rows], default=-1)
    begin = None
    for row in range(last + 2):
        if row in rows:
            begin = row if begin is None else begin
            continue
        if begin is not None:
            yield _cut_table(texts, merged, covered, (begin, row), framed)
            begin = None
        line = "　".join(text.strip() for (at, _), text in sorted(texts.items()) if at == row)
        if line:
            yield line


def _find_table_rows(
    texts: dict[tuple[int, int], str],
    covered: dict[tuple[int, int], tuple[int, int]],
    framed: frozenset[tuple[int, int]],
) -> set[int]:
    """The rows of tables: those where two cells have borders; without any, from the first row of several texts on."""
    by_row: dict[int, set[tuple[int, int]]] = {}
    for place in framed:
        by_row.setdefault(place[0], set()).add(covered.get(place, place))
    found = {row for row, places in by_row.items() if len(places) > 1}
    found |= {row for row in by_row if {row - 1, row + 1} & found}
    if found or not texts:
        return found
    by_line: dict[int, list[str]] = {}
    for (row, _), text in sorted(texts.items()):
        by_line.setdefault(row, []).append(text)
    heads = [row for row, told in by_line.items() if len(told) > 1 and not any("：" in text for text in told)]
    return set(range(heads[0], max(row for row, _ in texts) + 1)) if heads else set()


def _cut_table(
    texts: dict[tuple[int, int], str],
    merged: dict[tuple[int, int], tuple[int, int]],
    covered: dict[tuple[int, int], tuple[int, int]],
    rows: tuple[int, int],
    framed: frozenset[tuple[int, int]],
) -> SquareTable:
    top, bottom = rows
    inside = [place for place in {*texts, *framed, *covered} if top <= place[0] < bottom]
    columns = range(min(column for _, column in inside), max(column for _, column in inside) + 1)
    squares = []
    for row in range(top, bottom):
        for column in columns:
            if covered.get((row, column), (row, column)) == (row, column):
                end = merged.get((row, column), (row, column))
                size = min(end[0], bottom - 1) - row + 1, end[1] - column + 1
                squares.append(Square(row, column, *size, texts.get((row, column), "")))
    return cover_table(squares)
