"""Plain lists on sheets.

Heads that stay in sight and can be filtered, columns as wide as what stands in them, ready to be printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import Any, Final

from xltool.charts.picture import Picture
from xltool.forms.sheet_names import FORBIDDEN, HISTORY, SHEET_LENGTH
from xltool.forms.text import LONGEST_TEXT, clean_text, measure_breadth
from xltool.messages import XltoolError
from xltool.spreadsheet.a1 import COLUMNS, ROWS
from xltool.workbook import charts
from xltool.workbook.cell_formats import LIST_FOOTER, LIST_FORMATS
from xltool.workbook.engine import CREATED, EXACT, SPOOLED, Listing, StreamedSheet, make_options
from xltool.workbook.paper import PLAIN_PAPER, Content, Paper
from xltool.workbook.widths import LIST_LINE, TALLEST_ROW, count_lines

NARROWEST_LIST_COLUMN, BROADEST_LIST_COLUMN = 8, 60
PORTRAIT: Final = 90
"""Up to this breadth in characters a list is printed upright."""
CUT: Final = "……（后略）"
PAGE_BREADTH: Final = 105
"""Breadth in characters that a page across holds, in letters as large as they are on the screen, with room to spare."""


MOST_BREAKS: Final = 1_000
"""Breaks between pages that a sheet may have, and a little less."""


def write_listing(
    sheets: Mapping[str, Iterable[Sequence[Content]]],
    pictures: Sequence[Picture] = (),
    papers: Mapping[str, Paper] = MappingProxyType({}),
) -> bytes:
    """What `stream_listing` gives, as one."""
    return b"".join(stream_listing(sheets, pictures, papers))


def stream_listing(
    sheets: Mapping[str, Iterable[Sequence[Content]]],
    pictures: Sequence[Picture] = (),
    papers: Mapping[str, Paper] = MappingProxyType({}),
) -> Iterator[bytes]:
    """A workbook of plain lists, the first row of each its heads; texts are texts whatever they look like.

    Same lists, same bytes.

    Pictures come on a last sheet of charts; `papers` say how sheets are printed, by their names.

    Rows are taken as they come, the file is given in pieces.

    Raises `XltoolError` for more rows or columns than a sheet has.
    """
    with SpooledTemporaryFile(max_size=4 * SPOOLED) as file:
        _write_book(file, sheets, pictures, papers)
        file.seek(0)
        while piece := file.read(SPOOLED):
            yield piece


def _write_book(
    file: Any,
    sheets: Mapping[str, Iterable[Sequence[Content]]],
    pictures: Sequence[Picture],
    papers: Mapping[str, Paper],
) -> None:
    book = Listing(file, make_options())
    book.set_properties({"author": "xltool", "created": CREATED})
    formats = {name: book.add_format(look) for name, look in LIST_FORMATS.items()}
    names = make_sheet_names([*sheets, *([charts.PICTURES_SHEET] if pictures else [])])
    drawn = []
    try:
        for name, (told, rows) in zip(names, sheets.items(), strict=False):
            drawn.append(book.add_worksheet(name, StreamedSheet))
            draw_list(drawn[-1], rows, formats, papers.get(told, PLAIN_PAPER))
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


def draw_list(
    sheet: StreamedSheet, rows: Iterable[Sequence[Content]], formats: Mapping[str, Any], paper: Paper = PLAIN_PAPER
) -> None:
    """One list on its sheet; raises `XltoolError` when it is larger than a sheet."""
    widths: list[int] = []
    count = widest = 0
    parts: list[int] = []  # rows above which a new page begins
    for at, row in enumerate(_note_parts(rows, paper, parts)):
        count, widest = at + 1, max(widest, len(row))
        if count > ROWS or widest > COLUMNS:
            continue  # only to tell how many there are
        widths += [NARROWEST_LIST_COLUMN] * (widest - len(widths))
        tallest = 1
        for column, content in enumerate(row):
            shown = _write_cell(sheet, at, column, content, formats)
            beside = 4 if at == 0 else 2  # a head has the button of the filter beside it
            breadth = max(map(measure_breadth, shown.split("\n")))
            most = paper.broadest.get(column, BROADEST_LIST_COLUMN)
            number = not isinstance(content, str | None) and at > 0
            widths[column] = max(widths[column], min(breadth + beside, BROADEST_LIST_COLUMN if number else most))
            if breadth + beside > most or "\n" in shown:
                tallest = max(tallest, count_lines(shown, most + 2, 10))
        if tallest > 1:
            sheet.set_row(at, min(TALLEST_ROW, LIST_LINE * tallest))
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
    sheet.set_portrait() if paper is PLAIN_PAPER and sum(widths) <= PORTRAIT else sheet.set_landscape()
    if paper.scale:
        sheet.set_print_scale(paper.scale)
    else:
        sheet.fit_to_pages(1, 0)
    if paper.unprinted and widest > paper.unprinted:
        sheet.print_area(0, paper.unprinted, max(0, count - 1), widest - 1)
    if paper.repeated:
        sheet.repeat_columns(paper.unprinted, paper.unprinted + paper.repeated - 1)
        sheet.print_across()
        sheet.set_v_pagebreaks(_divide_columns(widths, paper))
    sheet.set_h_pagebreaks(parts[:MOST_BREAKS])
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(LIST_FOOTER, {"margin": 0.3})


def _note_parts(rows: Iterable[Sequence[Content]], paper: Paper, parts: list[int]) -> Iterator[Sequence[Content]]:
    """The rows as they are; the numbers of those above which a new page begins are noted."""
    part: object = None
    for at, row in enumerate(rows):
        if paper.breaks is not None and at > 0:
            before, part = part, paper.breaks(row)
            parts += [at] if at > 1 and part != before else []
        yield row


def _divide_columns(widths: Sequence[int], paper: Paper) -> list[int]:
    """The columns before which a new page begins, so that each holds what is repeated and as many others as fit."""
    first = paper.unprinted + paper.repeated
    room = PAGE_BREADTH * 100 / (paper.scale or 100) - sum(widths[paper.unprinted : first])
    breaks, used = [], 0
    for at, width in enumerate(widths[first:], first):
        if used and used + width > room:
            breaks.append(at)
            used = 0
        used += width
    return breaks[:MOST_BREAKS]


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
