"""Draws the workbook of a form and an occasion by xlsxwriter, whatever is in it: of a blank one the master is made."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import chain
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
from xltool.workbook.engine import CREATED, Book, Format, Measures, Sheet, Slip, make_options
from xltool.workbook.layout_plan import Plan
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
    book, formats, made = _open_book(buffer, layout, CELL_FORMATS, notice)
    book.set_properties({"title": spec.title, "subject": str(occasion.period), "author": "xltool", "created": CREATED})
    for field in layout.meta:
        book.set_custom_property(f"xltool_{field}", contents.meta[field])
    book.set_calc_mode("auto")
    formulas = formula.list_formulas(layout) | list_run_on_formulas(layout, occasion.run_on)
    context = Context(layout, occasion, formats, formulas, contents)
    if notice is not None:
        notices.draw_notice(context, made[sheet_names.RETURN], notice)
    front.write_guide(context, made[sheet_names.GUIDE])
    front.write_cover(context, made[sheet_names.COVER])
    if sheet_names.TEXTS in made:
        front.write_texts(context, made[sheet_names.TEXTS])
    for table in spec.tables:
        if occasion.returned:
            made[table.sheet].expect_marks()
            made[table.sheet].write_conditions(contents.conditions.get(table.sheet, ""))
            notices.write_comments(context, made[table.sheet], table.sheet)
        sheets.write_table(context, made[table.sheet], table, marked=occasion.returned)
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


def draw_slip(
    spec: FormSpec, occasion: Occasion, contents: Contents, notice: Notice, measures: Mapping[str, Measures]
) -> bytes:
    """A workbook of nothing but what is a return's own, part by part as in the whole one: the first sheet, comments.

    `measures` are those of the sheets of a whole one: comments stand by columns and rows.
    """
    layout = occasion.make_plan(spec)
    buffer = io.BytesIO()
    book, formats, made = _open_book(buffer, layout, notices.LOOKS, notice)
    book.is_slip = True
    book.set_custom_property("xltool_form", spec.id)  # so that the list of parts has these
    made[sheet_names.HIDDEN].write_string(0, 0, spec.id)
    context = Context(layout, occasion, formats, {}, contents)
    notices.draw_notice(context, made[sheet_names.RETURN], notice)
    for name in {spot.sheet for spot in contents.comments}:
        heights = {row: height for (sheet, row), height in contents.heights.items() if sheet == name}
        made[name].take_measures(measures[name], heights)
        notices.write_comments(context, made[name], name)
    book.close()
    return buffer.getvalue()


def _open_book(
    buffer: io.BytesIO, layout: Plan, looks: Iterable[str], notice: Notice | None
) -> tuple[Book, dict[str, Format], dict[str, Sheet]]:
    """A new workbook with those formats, and its sheets."""
    book = Book(buffer, make_options())
    formats = {name: book.add_format(CELL_FORMATS[name]) for name in looks}
    made = {}
    if notice is not None:
        book.goes_back = True
        notices.number_looks(formats)
        made[sheet_names.RETURN] = book.add_worksheet(sheet_names.RETURN, Slip)
    return book, formats, made | {name: book.add_worksheet(name, Sheet) for name in layout.sheets}


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
    if context.occasion.returned:
        for spot in chain(*(spots.values() for spots in plan.told.values())):
            told = context.contents.told.get(spot)
            context.write_computed(sheet, spot, told) if told else context.write_unseen(sheet, spot)
        for spot in plan.text_copies.values():
            context.write_unseen(sheet, spot)
    sheet.protect()
    sheet.very_hidden()
