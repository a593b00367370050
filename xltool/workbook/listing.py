"""Plain lists on sheets.

Heads that stay in sight and can be filtered, columns as wide as what stands in them, ready to be printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Final, TypeAlias

from xltool.charts.picture import Picture
from xltool.forms.sheet_names import FORBIDDEN, HISTORY, SHEET_LENGTH
from xltool.forms.text import LONGEST_TEXT, clean_text, measure_breadth
from xltool.messages import XltoolError
from xltool.spreadsheet.a1 import COLUMNS, ROWS
from xltool.workbook import charts
from xltool.workbook.cell_formats import LIST_FORMATS
from xltool.workbook.engine import CREATED, EXACT, SPOOLED, Listing, StreamedSheet, make_options

Content: TypeAlias = str | int | float | Decimal | date | None

NARROWEST_LIST_COLUMN, BROADEST_LIST_COLUMN = 8, 60
PORTRAIT: Final = 90
"""Up to this breadth in characters a list is printed upright."""
CUT: Final = "……（后略）"


def write_listing(sheets: Mapping[str, Iterable[Sequence[Content]]], pictures: Sequence[Picture] = ()) -> bytes:
    """What `stream_listing` gives, as one."""
    return b"".join(stream_listing(sheets, pictures))


def stream_listing(
    sheets: Mapping[str, Iterable[Sequence[Content]]], pictures: Sequence[Picture] = ()
) -> Iterator[bytes]:
    """A workbook of plain lists, the first row of each its heads; texts are texts whatever they look like.

    Same lists, same bytes.

    Pictures come on a last sheet of charts. Rows are taken as they come, the file is given in pieces.

    Raises `XltoolError` for more rows or columns than a sheet has.
    """
    with SpooledTemporaryFile(max_size=4 * SPOOLED) as file:
        _write_book(file, sheets, pictures)
        file.seek(0)
        while piece := file.read(SPOOLED):
            yield piece


def _write_book(file: Any, sheets: Mapping[str, Iterable[Sequence[Content]]], pictures: Sequence[Picture]) -> None:
    book = Listing(file, make_options())
    book.set_properties({"author": "xltool", "created": CREATED})
    formats = {name: book.add_format(look) for name, look in LIST_FORMATS.items()}
    names = make_sheet_names([*sheets, *([charts.PICTURES_SHEET] if pictures else [])])
    drawn = []
    try:
        for name, rows in zip(names, sheets.values(), strict=False):
            drawn.append(book.add_worksheet(name, StreamedSheet))
            draw_list(drawn[-1], rows, formats)
        if pictures:
            charts.draw_pictures_sheet(book, book.add_worksheet(names[-1]), pictures, formats)
        book.close()
    finally:
        for sheet in drawn:
            sheet.close()


def make_sheet_names(names: Iterable[str]) -> list[str]:
    """Names as Excel allows them: without its forbidden signs, at most 31 long, no two alike."""
    found: dict[str, str] = {}
    for name in names:
        bare = FORBIDDEN.sub(" ", clean_text(name)).strip().strip("'").strip() or "表"
        bare = f"{bare}表" if bare.casefold() == HISTORY else bare
        taken, number = _cut_text(bare, SHEET_LENGTH), 2
        while taken.casefold() in found:
            taken, number = f"{_cut_text(bare, SHEET_LENGTH - len(f'({number})'))}({number})", number + 1
        found[taken.casefold()] = taken
    return list(found.values())


def draw_list(sheet: StreamedSheet, rows: Iterable[Sequence[Content]], formats: Mapping[str, Any]) -> None:
    """One list on its sheet; raises `XltoolError` when it is larger than a sheet."""
    widths: list[int] = []
    count = widest = 0
    for at, row in enumerate(rows):
        count, widest = at + 1, max(widest, len(row))
        if count > ROWS or widest > COLUMNS:
            continue  # only to tell how many there are
        widths += [NARROWEST_LIST_COLUMN] * (widest - len(widths))
        for column, content in enumerate(row):
            shown = _write_cell(sheet, at, column, content, formats)
            room = max(map(measure_breadth, shown.split("\n"))) + (
                4 if at == 0 else 2
            )  # a head has the button of the filter beside it
            widths[column] = min(BROADEST_LIST_COLUMN, max(widths[column], room))
        sheet.finish_row(at)
    sheet.finish_rows()
    if count > ROWS or widest > COLUMNS:
        raise XltoolError(
            f"清单有 {count} 行 {widest} 列，一张工作表最多 {ROWS} 行 {COLUMNS} 列；请分开生成，或存为 .csv。"
        )
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if widest:
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, count - 1, widest - 1)
        sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.set_portrait() if sum(widths) <= PORTRAIT else sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&R&9&A　第 &P 页，共 &N 页", {"margin": 0.3})


def _write_cell(sheet: Any, row: int, column: int, content: Content, formats: Mapping[str, Any]) -> str:
    """Writes one cell and tells what it shows, for the width of its column."""
    if content is None or content == "":
        sheet.write_blank(row, column, None, formats["text" if row else "head"])
        return ""
    if row and isinstance(content, date):
        moment = isinstance(content, datetime)
        sheet.write_datetime(row, column, content, formats["moment" if moment else "date"])
        return "2000-01-01 00:00:00" if moment else "2000-01-01"
    if row and not isinstance(content, str | date) and _is_exact(content):
        sheet.write_number(row, column, content, formats["number"])
        return str(content)
    text = clean_text(str(content))
    text = text if len(text) <= LONGEST_TEXT // 2 else _cut_text(text, LONGEST_TEXT, CUT)
    sheet.write_string(row, column, text, formats["text" if row else "head"])
    return text


def _is_exact(number: float | Decimal) -> bool:
    """Whether Excel holds the number to its last digit."""
    if isinstance(number, float):
        return math.isfinite(number)
    if isinstance(number, Decimal) and not number.is_finite():
        return False
    return -EXACT < number < EXACT and number == Decimal(repr(float(number)))


def _cut_text(text: str, most: int, mark: str = "") -> str:
    """The text, or as much of its beginning as fits with the mark.

    Excel counts a rare character beyond the basic plane twice.
    """
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * most else units[: 2 * (most - len(mark))].decode("utf-16-le", "ignore") + mark
