"""A sheet as a page: its widths, how high its texts stand, A4, locked, the mark of the form in the footer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xltool.forms.text import measure_breadth
from xltool.workbook.context import Context
from xltool.workbook.layout_plan import write_page_mark

LINE_HEIGHT: Final = 16.5  # points of one line at 11 pt
LIST_LINE: Final = 15  # of one line of a list, which has smaller letters
_PAUSES: Final = "：；，、。:;,"
TALLEST_ROW: Final = 405  # Excel allows 409 points


def finish_sheet(context: Context, sheet: Any, portrait: bool) -> None:
    """Lock and print layout: A4, one page wide, the mark of the form in the footer; a filter stays at hand."""
    sheet.set_paper(9)
    sheet.set_portrait() if portrait else sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L&8{write_footer_mark(context.meta)}&R&9&A　第 &P 页，共 &N 页", {"margin": 0.3})
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


def write_footer_mark(meta: Mapping[str, str]) -> str:
    """The mark of the form as a footer spells it: & begins a code there."""
    return write_page_mark(meta).replace("&", "&&")


def count_lines(text: str, width: float, size: int) -> int:
    """How many lines a text takes in a column of that width (in characters of 11 pt); a Chinese character is two wide.

    Three characters are left for the indent, the margins, and punctuation that may not begin a line.
    """
    room = max(2.0, width * 11 / size - 3)
    return max(1, sum(max(1, -(-measure_breadth(line) // room)) for line in text.split("\n")).__int__())


def break_line(text: str, width: float, size: int) -> str:
    """A text of one line that takes two, broken where it pauses, so that both are as long as can be alike.

    As it is where it fits one line, or no such break makes it fit two.
    """
    if "\n" in text or count_lines(text, width, size) != 2:
        return text
    halves: list[tuple[str, str]] = [
        (text[:at], text[at:]) for at in range(2, len(text) - 1) if text[at - 1] in _PAUSES or text[at] in "（("
    ]
    fitting = [pair for pair in halves if all(count_lines(half, width, size) == 1 for half in pair)]
    if not fitting:
        return text
    first, second = min(fitting, key=_measure_difference)
    return f"{first}\n{second}"


def _measure_difference(halves: tuple[str, str]) -> int:
    first, second = map(measure_breadth, halves)
    return abs(first - second)


def set_columns(sheet: Any, widths: tuple[int, ...]) -> None:
    """The widths of a sheet's columns, in characters, from the first one on."""
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
