"""The tables of a roster file as rows of shown texts: of workbooks of every kind, and of texts.

Knows no heads: what a column means is found in `roster_heads`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from xltool import kinds, readings
from xltool.csvfile import read_inert
from xltool.messages import XltoolError, tell_finding
from xltool.model import Finding
from xltool.spreadsheet.book import RawCell, RawSheet
from xltool.spreadsheet.number_format import format_number
from xltool.spreadsheet.sheet import Display

SEPARATORS: Final = ",\t;，|"
COLUMNS_LOOKED_AT: Final = 200
"""Columns of a text that are looked at."""
MOST_EXACT: Final = 15
"""Digits of a number that spreadsheets keep; those behind them are noughts."""
_WRITTEN_FORMULA: Final = re.compile(r'="([^"]*)"')
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}", re.IGNORECASE | re.ASCII)
_LOST: Final = "被表格程序变成了数字，前面的 0 或 15 位以后的数字已经丢失"
MOST_PLAIN: Final = 30
LONGEST_FORMAT: Final = 30
_ASCII_BREAK: Final = "\u0a0d"
"""A line end of two bytes of ASCII that something put behind a text of UTF-16: no sign has that number."""
_REMEDIES: Final[Mapping[str, str]] = {
    "file.limit": "请只留名录的行和栏，或者另存为 .csv（逗号分隔）。",
    "file.locked": "请用 --ask-password 输入打开密码，或者去掉密码后另存。",
}


@dataclass(frozen=True)
class RosterTable:
    """One sheet, or a whole text: its rows that are not empty, by the number that the clerk sees."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    spread: frozenset[int] = frozenset()
    """Rows whose only text is spread over several columns: headings."""
    spoilt: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """By number of row and index of column: what became of a cell, so that it does not say what was written."""


def open_tables(data: bytes, passwords: Sequence[str] = ()) -> list[RosterTable]:
    """The sheets of a workbook that hold anything, or the one table of a text; raises `XltoolError` for neither."""
    if data.startswith((kinds.ZIP, kinds.OLE2)):
        book = readings.open_book(data, passwords)
        if isinstance(book, Finding):
            said, _, _ = tell_finding(book, None, None)
            remedy = _REMEDIES.get(book.code, "请用 Excel 或 WPS 打开名录，另存为 .xlsx 或 .csv 后再用。")
            raise XltoolError(f"{said}{remedy}")
        return [read_roster_sheet(sheet, book.date1904) for sheet in book.sheets if sheet.cells]
    return [_read_text(_decode_text(data))]


def _decode_text(data: bytes) -> str:
    """The text, in UTF-8, UTF-16 with its mark or without, or GB18030."""
    even = data[: len(data) // 2 * 2]
    if kinds.is_other(data):
        raise _refuse_kind(data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = even.decode("utf-16", "replace").rstrip(_ASCII_BREAK)
    elif b"\0" in data:
        [(odd, _)] = Counter(at % 2 for at, byte in enumerate(data[:4096]) if not byte).most_common(1) or [(1, 0)]
        text = even.decode("utf-16-le" if odd else "utf-16-be", "replace").rstrip(_ASCII_BREAK)
        if "\ufffd" in text:
            raise _refuse_kind(data)
    else:
        text = _decode_bytes(data)
    if "\0" in text:
        raise _refuse_kind(data)
    return text


def _decode_bytes(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise _refuse_kind(data)


def _refuse_kind(data: bytes) -> XltoolError:
    what = kinds.of_bytes(data).what
    remedy = "请用 Excel 或 WPS 打开，另存为 .xlsx，或者另存为 UTF-8 或 GB18030（GBK）编码的 .csv"
    return XltoolError(f"看来是{what}，读不成名录。{remedy}。")


def _read_text(text: str) -> RosterTable:
    first = list(islice((line for line in text.splitlines() if line.strip()), 10))
    separator = max(SEPARATORS, key=lambda sign: (sum(sign in line for line in first), text.count(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    spoilt: dict[tuple[int, int], str] = {}
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        for row in reader:
            cells = [_read_cell_text(cell) for cell in row[:COLUMNS_LOOKED_AT]]
            if any(cells):
                rows.append((reader.line_num, cells))
                spoilt.update(
                    {(reader.line_num, at): _LOST for at, cell in enumerate(cells) if _SCIENTIFIC.fullmatch(cell)}
                )
    except csv.Error as error:
        raise XltoolError(f"第 {reader.line_num} 行：引号不成对，或一格过长。") from error
    return RosterTable("", rows, spoilt=spoilt)


def _read_cell_text(cell: str) -> str:
    """What a cell of a text holds: ="001" is how a spreadsheet is told to keep a code as it is."""
    if not cell:
        return cell
    written = _WRITTEN_FORMULA.fullmatch(cell.strip())
    return _join_lines(written[1] if written else read_inert(cell.strip()))


def read_roster_sheet(sheet: RawSheet, date1904: bool) -> RosterTable:
    """What a sheet shows; a cell that is merged downwards counts for each of its rows."""
    shown = {place: show_cell(cell, sheet, place, date1904) for place, cell in sheet.cells.items()}
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in shown.items():
        if text:
            rows.setdefault(row, {})[column] = text
    wide = {top for top, left, _, right in sheet.merges if right > left}
    spread = frozenset(row + 1 for row in wide if len(rows.get(row, {})) == 1)
    for top, left, bottom, _ in sheet.merges:
        text = shown.get((top, left), "")
        for row in range(top + 1, bottom + 1) if text and bottom > top else ():
            if row in rows:  # not a line of its own
                rows[row].setdefault(left, text)
    width = 1 + max((column for cells in rows.values() for column in cells), default=0)
    return RosterTable(
        sheet.name,
        [(row + 1, [rows[row].get(column, "") for column in range(width)]) for row in sorted(rows)],
        hidden=sheet.visibility != "visible",
        hidden_rows=frozenset(row + 1 for row in sheet.hidden_rows),
        hidden_columns=sheet.hidden_columns,
        spread=spread,
        spoilt={
            (row + 1, column): why
            for (row, column), cell in sheet.cells.items()
            if (why := _find_loss(cell, sheet.displays.get((row, column)), date1904))
        },
    )


def show_cell(cell: RawCell, sheet: RawSheet, place: tuple[int, int], date1904: bool) -> str:
    """The text that a cell shows: a number by its format, so that 1 under 000 is 001."""
    if cell.kind != "number":
        return _join_lines(cell.text)
    display = sheet.displays.get(place)
    shown = None if display is None else format_number(display.format, cell.text, date1904)
    return (_write_plainly(cell.text) if shown is None else shown).strip()


def _find_loss(cell: RawCell, display: Display | None, date1904: bool) -> str:
    if cell.kind == "error":
        return f"是错误值 {cell.text}"
    if cell.kind == "empty":
        return "是公式，没有算出的值"
    if cell.kind == "date":
        return f"被表格程序当成了日期（{cell.text}）"
    if cell.kind == "number" and len(_write_plainly(cell.text).partition(".")[0]) > MOST_EXACT:
        return _LOST
    if display is not None and cell.kind == "number" and format_number(display.format, cell.text, date1904) is None:
        return f"用了看不懂的数字格式“{display.format[:LONGEST_FORMAT]}”"
    return ""


def _write_plainly(digits: str) -> str:
    """A number without a power of ten and without noughts behind the point."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return digits
    if not number.is_finite() or abs(number.adjusted()) > MOST_PLAIN:
        return digits
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _join_lines(text: str) -> str:
    """A text of several lines in one: 局名 broken for looks is one name."""
    return "".join(line.strip() for line in text.splitlines())
