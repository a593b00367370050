"""Draws the workbook of a form and an occasion by xlsxwriter, whatever is in it: of a blank one the master is made."""

from __future__ import annotations

import io
from typing import NamedTuple

from xltool.days import count_days
from xltool.forms import sheet_names
from xltool.forms.list_terms import find_edge
from xltool.model import FormSpec
from xltool.workbook import controls, formula, front, row_lists, sheets
from xltool.workbook import notice as notices
from xltool.workbook.cell_formats import CELL_FORMATS
from xltool.workbook.contents import Contents
from xltool.workbook.context import Context
from xltool.workbook.engine import CREATED, Book, Sheet, make_options
from xltool.workbook.notice import Notice
from xltool.workbook.occasion import Occasion
from xltool.workbook.prior import write_earlier
from xltool.workbook.run_on import list_run_on_formulas, write_run_on_words
from xltool.workbook.stated import write_stated_words


class Drawn(NamedTuple):
    """A workbook as it was drawn: its bytes, and the closed book, which knows where the parts may differ."""

    data: bytes
    book: Book


def draw_workbook(spec: FormSpec, occasion: Occasion, contents: Contents, notice: Notice | None = None) -> Drawn:
    """The workbook of an occasion with what is in it; the marks that contents have are those of its properties."""
    layout = occasion.make_plan(spec)
    buffer = io.BytesIO()
    book = Book(buffer, make_options())
    book.set_properties({"title": spec.title, "subject": str(occasion.period), "author": "xltool", "created": CREATED})
    for field in layout.meta:
        book.set_custom_property(f"xltool_{field}", contents.meta[field])
    book.set_calc_mode("auto")
    formats = {name: book.add_format(look) for name, look in CELL_FORMATS.items()}
    formulas = formula.list_formulas(layout) | list_run_on_formulas(layout, occasion.run_on)
    context = Context(layout, occasion, formats, formulas, contents)
    names = [*([sheet_names.RETURN] if notice else []), *layout.sheets]
    made = {name: book.add_worksheet(name, Sheet) for name in names}
    if notice is not None:
        notices.draw_notice(context, made[sheet_names.RETURN], notice)
    front.write_guide(context, made[sheet_names.GUIDE])
    front.write_cover(context, made[sheet_names.COVER])
    front.write_texts(context, made[sheet_names.TEXTS])
    for table in spec.tables:
        if notice is not None:
            notices.colour_marked_cells(context, made[table.sheet], table, notice)
        sheets.write_table(context, made[table.sheet], table, marked=notice is not None)
    for row_list in spec.lists:
        row_lists.write_row_list(context, made[row_list.sheet], row_list)
    if layout.with_controls:
        controls.write_controls(context, made[sheet_names.CONTROLS])
    sheets.write_checks(context, made[sheet_names.CHECKS])
    _write_hidden(context, made[sheet_names.HIDDEN])
    for name, spot in layout.names().items():
        if book.define_name(name, f"={spot.reference}"):
            raise ValueError(f"not a name for Excel: {name}")
    book.hide_names()
    book.close()
    return Drawn(buffer.getvalue(), book)


def _write_hidden(context: Context, sheet: Sheet) -> None:
    plan = context.plan
    for field, spot in plan.meta.items():
        sheet.write_string(spot.row, 0, field)
        context.write_unseen(sheet, spot)
    for spot, text in context.formulas.items():
        if spot.sheet == sheet_names.HIDDEN:
            context.write_computed(sheet, spot, text)
    for spot in plan.earlier.values():
        write_earlier(context, sheet, spot)
    write_run_on_words(plan, sheet)
    write_stated_words(plan, sheet)
    for edge, spot in plan.edges.items():
        sheet.write_number(spot.row, spot.column, count_days(find_edge(edge, context.occasion.period)))
    if context.occasion.scope != "own":
        for spot in plan.summed.values():
            context.write_unseen(sheet, spot)
    for spots in plan.told.values():
        for spot in spots.values():
            if told := context.contents.told.get(spot):
                context.write_computed(sheet, spot, told)
    for spot in plan.text_copies.values():
        if spot in context.contents.cells:
            context.write_unseen(sheet, spot)
    sheet.protect()
    sheet.very_hidden()
