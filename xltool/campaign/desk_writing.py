"""办公室.xlsx written: made once, then kept up to date in place, so that what people add beside it stays.

openpyxl may raise what it likes on a file that people have saved, and take any time: call this in a worker.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from xltool.campaign.desk_sheets import DESK_SHEETS, EXAMPLE, LAST_LINE, ROSTER_SHEET, DeskColumn, DeskSheet
from xltool.forms.text import measure_breadth
from xltool.messages import XltoolError
from xltool.spreadsheet.a1 import column_name
from xltool.workbook.cell_formats import LIST_FORMATS

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEAD_ROW: Final = 3
_MADE: Final = datetime(2000, 1, 1)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_TOLD_FILL: Final = "FFF2F2F2"
_TAB: Final = "FF5B9BD5"
_LINE_HEIGHT: Final = 16
_HIGHEST: Final = 400
"""Points: no program shows a line that is higher than 409."""


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What is to be written into one sheet.

    `columns` by field and `lines` by number: where it stands and what it says now; lines of `free` are nobody's any
    more and may take the next of `added`.
    """

    sheet: DeskSheet
    columns: Mapping[str, int] = field(default_factory=dict)
    head: int = 0
    lines: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    free: tuple[int, ...] = ()
    added: tuple[Mapping[str, str], ...] = ()
    example: str = ""
    """The name of a cell, for a sheet that has to be made."""
    room: tuple[int, ...] = ()
    """How many lines of text the added ones have room for, where that is more than one."""


def make_desk(changes: Sequence[SheetChange]) -> bytes:
    """A new workbook with the lines that are to be added; the same lines give the same bytes."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for change in changes:
        _add_sheet(book, change.sheet, change.example)
        _change_sheet(book[change.sheet.name], change)
    book.properties.creator = "xltool"
    book.properties.created = _MADE
    return _save(book)


def update_desk(changes: Sequence[SheetChange], data: bytes) -> bytes | None:
    """The workbook with what is to be written; None when it says all of it already."""
    from openpyxl import load_workbook

    with warnings.catch_warnings(action="ignore"):  # about what it does not keep
        book = load_workbook(io.BytesIO(data), rich_text=True)
    changed = False
    for change in changes:
        if change.sheet.name not in book.sheetnames:
            _add_sheet(book, change.sheet, change.example)
            changed = True
        changed |= _change_sheet(book[change.sheet.name], change)
    return _save(book) if changed else None


def _add_sheet(book: Workbook, sheet: DeskSheet, example: str) -> None:
    """A sheet with its title, what it is for, its heads, and lines that are ready to be filled in."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lines = [line.replace(EXAMPLE, example) for line in sheet.explanation]
    explanation = "\n".join(lines)
    page = book.create_sheet(sheet.name, min(DESK_SHEETS.index(sheet), len(book.sheetnames)))
    last = column_name(len(sheet.columns) - 1)
    page.sheet_properties.tabColor = _TAB
    for row, (text, name) in enumerate(((sheet.name, "caption"), (explanation, "aside")), 1):
        page.merge_cells(f"A{row}:{last}{row}")
        page.cell(row, 1, text)
        _dress(page.cell(row, 1), LIST_FORMATS[name], wraps=name == "aside")
    breadth = sum(column.width for column in sheet.columns)
    page.row_dimensions[1].height = 24
    page.row_dimensions[2].height = _LINE_HEIGHT * sum(-(-measure_breadth(text) // breadth) for text in lines) + 4
    page.row_dimensions[_HEAD_ROW].height = 22
    for at, column in enumerate(sheet.columns):
        letter = column_name(at)
        page.column_dimensions[letter].width = column.width
        _dress(page.cell(_HEAD_ROW, at + 1, column.head), LIST_FORMATS["head"])
        area = f"{letter}{_HEAD_ROW + 1}:{letter}{LAST_LINE}"
        rule = DataValidation(allow_blank=True)
        if column.choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
        elif column.names:
            names = column_name([each.field for each in ROSTER_SHEET.columns].index("name"))
            source = f"'{ROSTER_SHEET.name}'!${names}${_HEAD_ROW + 1}:${names}${LAST_LINE}"
            rule = DataValidation(type="list", formula1=source, allow_blank=True)
        rule.showErrorMessage = not column.lenient
        rule.promptTitle, rule.prompt, rule.showInputMessage = column.head, column.prompt, bool(column.prompt)
        rule.errorTitle, rule.error = column.head, column.prompt
        if column.prompt or rule.type == "list":
            rule.add(area)
            page.add_data_validation(rule)
    for at, column in enumerate(sheet.columns if sheet.lines else (), 1):
        first = page.cell(_HEAD_ROW + 1, at)
        _dress_line(first, column)
        for row in range(_HEAD_ROW + 2, _HEAD_ROW + 1 + sheet.lines):
            page.cell(row, at)._style = copy(first._style)  # each of its own would take seconds
    page.freeze_panes = f"A{_HEAD_ROW + 1}"
    page.auto_filter.ref = f"A{_HEAD_ROW}:{last}{_HEAD_ROW + max(sheet.lines, 1)}"
    page.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"
    page.page_setup.paperSize, page.page_setup.orientation = 9, "landscape"
    page.oddFooter.center.text = f"{sheet.name}　第 &P 页，共 &N 页"
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = 0.6, 0.8, 0.4
    page.print_options.horizontalCentered = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _change_sheet(page: Worksheet, change: SheetChange) -> bool:
    """Writes what differs; whether anything did."""
    sheet = change.sheet
    places = dict(change.columns) or {column.field: at for at, column in enumerate(sheet.columns)}
    head = change.head or _HEAD_ROW
    for column in sheet.columns:
        if column.field not in places:  # a column of ours that somebody took away stands again behind all others
            places[column.field] = page.max_column
            _dress(page.cell(head, page.max_column + 1, column.head), LIST_FORMATS["head"])
    changed = places.keys() != change.columns.keys() and bool(change.columns)
    free = [row for row in change.free if not _is_used(page, row, places, sheet)]
    for row, texts in [*change.lines.items(), *((row, _clear(sheet)) for row in free[len(change.added) :])]:
        changed |= _write_line(page, row, texts, places, sheet)
    following = _find_end(page, head) + 1
    rest = len(change.added) - len(free)
    rows = [*free[: len(change.added)], *range(following, following + max(rest, 0))]
    for row, texts in zip(rows, change.added, strict=True):
        if row <= LAST_LINE:
            for column in sheet.columns:
                if not page.cell(row, places[column.field] + 1).has_style:
                    _dress_line(page.cell(row, places[column.field] + 1), column)
            changed |= _write_line(page, row, {**_clear(sheet), **texts}, places, sheet)
    for row, room in zip(rows, change.room, strict=False):
        page.row_dimensions[row].height = max(_LINE_HEIGHT * room, page.row_dimensions[row].height or 0)
    return changed


def _clear(sheet: DeskSheet) -> dict[str, str]:
    return dict.fromkeys((column.field for column in sheet.columns), "")


def _is_used(page: Worksheet, row: int, places: Mapping[str, int], sheet: DeskSheet) -> bool:
    """Whether a person has made a line his own: with something beside it, a comment, a colour."""
    fills = {column.field: _TOLD_FILL if column.told else "00000000" for column in sheet.columns}
    ours = {at: fills[name] for name, at in places.items()}
    for cell in page[row]:
        if cell.comment is not None or (cell.column - 1 not in ours and cell.value is not None):
            return True
        if cell.fill.fill_type is not None and str(cell.fill.fgColor.rgb) != ours.get(cell.column - 1):
            return True
    return False


def _find_end(page: Worksheet, head: int) -> int:
    """The last line that says anything, in our columns or beside them."""
    return max(
        (cell.row for row in page.iter_rows(min_row=head + 1) for cell in row if cell.value is not None),
        default=head,
    )


def _write_line(
    page: Worksheet, row: int, texts: Mapping[str, str], places: Mapping[str, int], sheet: DeskSheet
) -> bool:
    """Writes the fields of a line that say something else; whether any did."""
    changed = False
    for name, text in texts.items():
        cell = page.cell(row, places[name] + 1)
        if ("" if cell.value is None else str(cell.value).strip()) == text:
            continue
        cell.value = text or None
        if text:
            cell.data_type = "s"  # never a formula
        if not cell.has_style:
            _dress_line(cell, sheet.column(name))
        changed = True
    if changed:
        _heighten(page, row, places, sheet)
    return changed


def _heighten(page: Worksheet, row: int, places: Mapping[str, int], sheet: DeskSheet) -> None:
    """Makes a line high enough for its texts: not every program does that itself. None is made lower."""
    needed = 1
    for name, at in places.items():
        value = page.cell(row, at + 1).value
        width = page.column_dimensions[column_name(at)].width or sheet.column(name).width
        pieces = str(value).split("\n") if value is not None else ()
        needed = max(needed, sum(max(1, -(-measure_breadth(piece) // max(int(width), 1))) for piece in pieces))
    height = min(_LINE_HEIGHT * needed, _HIGHEST)
    if height > (page.row_dimensions[row].height or _LINE_HEIGHT):
        page.row_dimensions[row].height = height


def _dress_line(cell: Cell, column: DeskColumn) -> None:
    _dress(cell, LIST_FORMATS["text"], wraps=True, fill=_TOLD_FILL if column.told else "")
    cell.number_format = "@"


def _dress(cell: Cell, form: Mapping[str, object], *, wraps: bool = False, fill: str = "") -> None:
    """Gives a cell the look that lists have, which is written for another library."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.font = Font(
        name=str(form.get("font_name", "等线")),
        size=float(str(form.get("font_size", 10))),
        bold=bool(form.get("bold")),
        color=_colour(form.get("font_color")) or None,
    )
    cell.alignment = Alignment(
        horizontal=str(form["align"]) if "align" in form else None,
        vertical={"vcenter": "center"}.get(str(form.get("valign")), str(form.get("valign", "center"))),
        wrap_text=wraps or bool(form.get("text_wrap")),
    )
    if form.get("border"):
        side = Side(style="thin", color=_colour(form.get("border_color")) or "FF000000")
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    colour = fill or _colour(form.get("bg_color"))
    if colour:
        cell.fill = PatternFill("solid", fgColor=colour)


def _colour(code: object) -> str:
    return f"FF{str(code).lstrip('#')}" if code else ""


def _save(book: Workbook) -> bytes:
    """The bytes of a workbook, without the time at which it was saved.

    Raises `XltoolError` where they are not whole: openpyxl writes by way of temporary files, and goes on without a word
    when the disk they are on is full, or raises an error of the library that writes them for it.
    """
    buffer = io.BytesIO()
    try:
        book.save(buffer)
    except Exception as error:
        raise XltoolError(f"写不出工作簿（{type(error).__name__}），临时文件所在的磁盘可能满了，或出了错。") from error
    frozen = io.BytesIO()
    with zipfile.ZipFile(buffer) as parts, zipfile.ZipFile(frozen, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(part.filename, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, content)
    data = frozen.getvalue()
    if not _holds_all(data, book):
        raise XltoolError("写出来的不完整，临时文件所在的磁盘可能满了。")
    return data


def _holds_all(data: bytes, book: Workbook) -> bool:
    """Whether bytes, read again, say what a workbook says, cell by cell."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings(action="ignore"):
            again = load_workbook(io.BytesIO(data), rich_text=True)
    except Exception:  # whatever openpyxl raises on what is not whole
        return False
    return again.sheetnames == book.sheetnames and all(
        _list_values(page) == _list_values(again[page.title]) for page in book.worksheets
    )


def _list_values(page: Worksheet) -> list[tuple[str, object]]:
    """What stands in each cell; of what has no plain value only that it is there."""
    cells = (cell for row in page.iter_rows() for cell in row if cell.value is not None)
    return [(cell.coordinate, cell.value if isinstance(cell.value, str | int | float) else None) for cell in cells]
