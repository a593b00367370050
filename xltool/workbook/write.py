"""Writes workbooks: the locked one of a form for one submission, blank or filled in, and lists.

Alone knows xlsxwriter.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.forms import sheet_names
from xltool.forms.entries import name_entry
from xltool.forms.text import LONGEST_TEXT, clean_text
from xltool.model import FormSpec, ListRow, Submission
from xltool.periods import period_of
from xltool.rules.prior_year import align_earlier, supply_prior
from xltool.workbook import cached_values, controls, formula, front, row_lists, sheets
from xltool.workbook import notice as notices
from xltool.workbook.cell_formats import CELL_FORMATS
from xltool.workbook.context import Context
from xltool.workbook.engine import CREATED, Book, Sheet, Worksheet, make_options
from xltool.workbook.layout_plan import Plan, make_plan
from xltool.workbook.list_numbers import write_number_parts
from xltool.workbook.marks import check_fit, check_marks, identity_marks
from xltool.workbook.notice import Notice
from xltool.workbook.prior import write_earlier
from xltool.workbook.run_on import list_run_on_formulas, run_on, write_run_on_words
from xltool.workbook.stated import write_stated_words
from xltool.workbook.told import ToldDoubt, write_told


def write_workbook(
    spec: FormSpec,
    submission: Submission,
    prior: Submission | None = None,
    notice: Notice | None = None,
    *,
    deadline: str = "",
) -> bytes:
    """The official workbook of a form, filled in with a submission's inputs and texts; same submission, same bytes.

    With last year's submission (`prior`, of this or another edition) its figures stand beside the inputs, and 校验
    compares with them. With a notice it goes back for correction: a first sheet tells what is wrong, and cells are
    marked. Totals are formulas: a submission's own are not used. Raises `XltoolError` for a text longer than a workbook
    holds at its place. `deadline` is told in the words given.
    """
    submission = _make_storable(submission)
    prior = supply_prior(spec, submission, prior)
    layout = make_plan(spec, prior is not None, submission.controls is not None)
    meta = identity_marks(spec, submission, prior)
    typed = {} if notice is None else notice.typed
    last_year = () if prior is None else align_earlier(spec, period_of(submission), prior)
    _check_lengths(layout, submission, meta)
    buffer = io.BytesIO()
    book = Book(buffer, make_options())
    book.set_properties(
        {"title": spec.title, "subject": str(period_of(submission)), "author": "xltool", "created": CREATED}
    )
    for field in layout.meta:
        book.set_custom_property(f"xltool_{field}", meta[field])
    book.set_calc_mode("auto")
    formats = {name: book.add_format(look) for name, look in CELL_FORMATS.items()}
    context = Context(
        layout,
        submission,
        formats,
        formula.list_formulas(layout) | list_run_on_formulas(layout, len(run_on(layout, submission).lines)),
        cached_values.compute_cached_values(
            layout, submission, last_year, typed, () if notice is None else notice.told
        ),
        meta,
        last_year,
        deadline,
        typed,
    )
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
    _write_hidden(context, made[sheet_names.HIDDEN], () if notice is None else notice.told)
    for name, spot in layout.names().items():
        if book.define_name(name, f"={spot.reference}"):
            raise ValueError(f"not a name for Excel: {name}")
    book.hide_names()
    book.close()
    return buffer.getvalue()


def _write_hidden(context: Context, sheet: Worksheet, told: Sequence[ToldDoubt]) -> None:
    for field, spot in context.plan.meta.items():
        sheet.write_string(spot.row, 0, field)
        sheet.write_string(spot.row, spot.column, context.meta[field])
    for spot, text in context.formulas.items():
        if spot.sheet == sheet_names.HIDDEN:
            sheet.write_formula(spot.row, spot.column, f"={text}", None, context.shown[spot])
    for key, spot in context.plan.earlier.items():
        write_earlier(context, sheet, key, spot)
    write_run_on_words(context.plan, sheet)
    write_stated_words(context.plan, sheet)
    write_number_parts(context.plan, sheet, context.submission)
    for spot, (text, count) in write_told(context.plan, context.submission, told).items():
        sheet.write_formula(spot.row, spot.column, f"={text}", None, count)
    for key in dict.fromkeys(each.text for each in told):
        copy = context.plan.text_copies[key]
        sheet.write_string(copy.row, copy.column, context.submission.texts.get(key, ""))
    sheet.protect()
    sheet.very_hidden()


def _make_storable(submission: Submission) -> Submission:
    """The submission without control characters, which the XML of a workbook cannot hold."""
    agency = submission.agency
    return replace(
        submission,
        agency=replace(agency, code=clean_text(agency.code), name=clean_text(agency.name)),
        texts={key: clean_text(text) for key, text in submission.texts.items()},
        explanations={name: clean_text(text) for name, text in submission.explanations.items()},
        entries={key: clean_text(text) for key, text in submission.entries.items()},
        serial=clean_text(submission.serial),
        unread_lists=frozenset(),  # a workbook has the lines that it shows
        lists={name: tuple(map(_clean_line, lines)) for name, lines in submission.lists.items()},
    )


def _clean_line(line: ListRow) -> ListRow:
    """A line as the XML of a workbook can hold it."""
    contents = (clean_text(each) if isinstance(each, str) else each for each in line.contents)
    return ListRow(tuple(contents), clean_text(line.agency))


def _check_lengths(layout: Plan, submission: Submission, meta: Mapping[str, str]) -> None:
    """Fails for what xlsxwriter would cut off or leave out with a mere warning."""
    whole = [(f"“{text.label}”", submission.texts.get(text.key, ""), LONGEST_TEXT) for text in layout.spec.texts]
    whole += [(name_entry(each), submission.entries.get(each.key, ""), LONGEST_TEXT) for each in layout.spec.entries]
    whole += [(f"{c.subject}的说明", submission.explanations.get(c.name, ""), LONGEST_TEXT) for c in layout.checks]
    whole += [
        (f"{each.name}第 {serial} 行“{column.label}”", content, LONGEST_TEXT)
        for each in layout.spec.lists
        for serial, line in enumerate(submission.lists.get(each.id, ()), 1)
        for column, content in zip(each.columns, line.contents, strict=True)
        if isinstance(content, str)
    ]
    check_marks(meta)
    check_fit(whole)
