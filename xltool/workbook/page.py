"""A sheet as a page: A4, locked, the mark of the form in the footer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xltool.workbook.layout_plan import write_page_mark

if TYPE_CHECKING:
    from xltool.workbook.context import Context


def finish_sheet(context: Context, sheet: Any, portrait: bool) -> None:
    """Lock and print layout: A4, one page wide, the mark of the form in the footer; a filter stays at hand."""
    sheet.set_paper(9)
    sheet.set_portrait() if portrait else sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L&8{write_footer_mark(context.contents.meta)}&R&9&A　第 &P 页，共 &N 页", {"margin": 0.3})
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


def write_footer_mark(meta: Mapping[str, str]) -> str:
    """The mark of the form as a footer spells it: & begins a code there."""
    return write_page_mark(meta).replace("&", "&&")


def set_columns(sheet: Any, widths: tuple[int, ...]) -> None:
    """The widths of a sheet's columns, in characters, from the first one on."""
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
