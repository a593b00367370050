"""Writes workbooks: the locked one of a form for one submission, blank or filled in, and lists; alone knows xlsxwriter."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import xlsxwriter
from xlsxwriter.custom import Custom
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.worksheet import Worksheet

from xltool.codes import LEVEL_NAMES
from xltool.forms.pictured import Picture
from xltool.forms.text import LONGEST, clean, length
from xltool.messages import XltoolError
from xltool.model import FormSpec, Submission, Value
from xltool.rules.prior_year import aligned
from xltool.workbook import address, charts, formula, front, lists, results, sheets
from xltool.workbook import notice as notices
from xltool.workbook.a1 import cell_name
from xltool.workbook.address import LAST_YEAR, Plan, Spot, plan
from xltool.workbook.identity import LABELS, SCOPES
from xltool.workbook.looks import FONT, LISTED, LOOKS
from xltool.workbook.notice import Notice

CREATED: Final = datetime(2000, 1, 1)
"""Workbooks carry no clock: the same submission gives the same bytes."""
MOST_PROPERTY: Final = 255
"""What a property of the document holds."""
_SHAPE_OF_ESCAPE: Final = re.compile("_(?=x[0-9a-fA-F]{4}_)")


def escaped(text: str) -> str:
    """A cleaned text as it stands in a part: marks of XML, carriage returns, and what looks like Excel's own escape, escaped."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SHAPE_OF_ESCAPE.sub("_x005F_", text).replace("\r", "_x000D_")


def shared_string(text: str) -> str:
    """One item of the shared strings; blanks at its ends are kept."""
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<si><t{space}>{escaped(text)}</t></si>"


class Strings(SharedStrings):  # type: ignore[misc]
    """Texts as texts: xlsxwriter takes what stands between `<r>` and `</r>` for marked-up runs, and writes it raw."""

    def _write_si(self, string: str) -> None:
        self.fh.write(shared_string(string))


class Properties(Custom):  # type: ignore[misc]
    """Properties escaped as texts are, by every version of xlsxwriter."""

    def _write_vt_lpwstr(self, value: str) -> None:
        self.fh.write(f"<vt:lpwstr>{escaped(value)}</vt:lpwstr>")


class Parts(Packager):  # type: ignore[misc]
    """The parts of a workbook, those that hold texts of others written by us."""

    def _write_shared_strings_file(self) -> None:
        if self.workbook.str_table.count:
            strings = Strings()
            strings.string_table = self.workbook.str_table
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()

    def _write_custom_file(self) -> None:
        if self.workbook.custom_properties:
            custom = Properties()
            custom._set_properties(self.workbook.custom_properties)
            custom._set_xml_writer(self._filename("docProps/custom.xml"))
            custom._assemble_xml_file()


class _Inline(NamedTuple):
    """A text that stands in its cell."""

    text: str
    look: Format


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are: ours need none of xlsxwriter's rewriting, which costs more than all the rest."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")

    def write_inline(self, row: int, column: int, text: str, look: Format) -> None:
        """Writes a text into its cell itself: what stands there must not renumber the shared strings."""
        self._check_dimensions(row, column)
        self.table[row][column] = _Inline(text, look)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, _Inline):
            self._xml_inline_string(cell.text, False, [("r", cell_name(row, col)), ("s", cell.look._get_xf_index())])
        else:
            super()._write_cell(row, col, cell)


class Plain(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook that keeps texts as they are."""

    def _get_packager(self) -> Parts:
        return Parts()


class Book(Plain):
    """A workbook whose structure is locked and whose names are hidden, which xlsxwriter alone cannot write."""

    def _write_workbook_pr(self) -> None:
        super()._write_workbook_pr()
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])

    def hide_names(self) -> None:
        """Marks every defined name as hidden."""
        for name in self.defined_names:
            name[3] = True


@dataclass(frozen=True)
class Desk:
    """What the sheets are written with: the plan, the submission, the formats, each formula with what it shows, last year's values."""

    plan: Plan
    submission: Submission
    formats: Mapping[str, Format]
    formulas: Mapping[Spot, str]
    shown: Mapping[Spot, results.Shown]
    meta: Mapping[str, str]
    prior: Sequence[Value] = ()

    @property
    def spec(self) -> FormSpec:
        return self.plan.spec

    def compute(self, sheet: Worksheet, spot: Spot, look: str) -> None:
        """Writes a formula with its true result as the cached value."""
        sheet.write_formula(spot.row, spot.column, "=" + self.formulas[spot], self.formats[look], self.shown[spot])


def workbook(spec: FormSpec, submission: Submission, prior: Submission | None = None, notice: Notice | None = None) -> bytes:
    """The official workbook of a form, filled in with a submission's inputs and texts; same submission, same bytes.

    With last year's submission (`prior`, of this or another edition) its figures stand beside the inputs, and 校验 compares with them.
    With a notice it goes back for correction: a first sheet tells what is wrong, and cells are marked. Totals are formulas: a submission's
    own are not used. Raises `XltoolError` for a text longer than a workbook holds at its place.
    """
    submission = _storable(submission)
    layout = plan(spec, prior is not None)
    meta = identity(spec, submission, prior)
    last_year = () if prior is None else aligned(spec, prior)
    _check_lengths(layout, submission, meta)
    buffer = io.BytesIO()
    book = Book(buffer, _options())
    book.set_properties({"title": spec.title, "subject": f"{submission.year}", "author": "xltool", "created": CREATED})
    for field in layout.meta:
        book.set_custom_property(f"xltool_{field}", meta[field])
    book.set_calc_mode("auto")
    formats = {name: book.add_format(look) for name, look in LOOKS.items()}
    desk = Desk(layout, submission, formats, _formulas(layout), results.shown(layout, submission, last_year), meta, last_year)
    made = {name: book.add_worksheet(name, Sheet) for name in (*([address.RETURN] if notice else []), *layout.sheets)}
    if notice is not None:
        notices.draw(desk, made[address.RETURN], notice)
    front.guide(desk, made[address.GUIDE])
    front.cover(desk, made[address.COVER])
    front.texts(desk, made[address.TEXTS])
    for table in spec.tables:
        if notice is not None:
            notices.mark(desk, made[table.sheet], table, notice)
        sheets.table(desk, made[table.sheet], table)
    sheets.checks(desk, made[address.CHECKS])
    _hidden(desk, made[address.HIDDEN])
    for name, spot in layout.names().items():
        if book.define_name(name, f"={spot.reference}"):
            raise ValueError(f"not a name for Excel: {name}")
    book.hide_names()
    book.close()
    return buffer.getvalue()


def listing(sheets: Mapping[str, Sequence[Sequence[lists.Content]]], pictures: Sequence[Picture] = ()) -> bytes:
    """A workbook of plain lists, the first row of each its heads; texts are texts whatever they look like; same lists, same bytes.

    Pictures come on a last sheet of charts.

    Raises `XltoolError` for more rows or columns than a sheet has.
    """
    buffer = io.BytesIO()
    book = Plain(buffer, _options())
    book.set_properties({"author": "xltool", "created": CREATED})
    formats = {name: book.add_format(look) for name, look in LISTED.items()}
    names = lists.sheet_names([*sheets, *([charts.SHEET] if pictures else [])])
    for name, rows in zip(names, sheets.values(), strict=False):
        lists.draw(book.add_worksheet(name), rows, formats)
    if pictures:
        charts.draw(book, book.add_worksheet(names[-1]), pictures, formats)
    book.close()
    return buffer.getvalue()


def _options() -> dict[str, Any]:
    """Made anew for each workbook: xlsxwriter changes what it is given."""
    return {"in_memory": True, "strings_to_urls": False, "default_format_properties": {"font_name": FONT, "font_size": 11}}


def identity(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> dict[str, str]:
    """The marks that tell whose workbook this is, of which form and year, and of which year the figures beside this year's are."""
    agency = submission.agency
    marks = {
        "form": spec.id,
        "digest": spec.digest,
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "year": str(submission.year),
        "scope": submission.scope,
        "serial": submission.serial,
    }
    return marks if prior is None else marks | {LAST_YEAR: str(prior.year)}


def cover_value(field: str, meta: Mapping[str, str]) -> str:
    """A mark of identity in the words of the cover."""
    value = meta[field]
    return LEVEL_NAMES[value] if field == "level" else SCOPES[value] if field == "scope" else value


@lru_cache(maxsize=16)
def _formulas(layout: Plan) -> dict[Spot, str]:
    return formula.formulas(layout)


def _hidden(desk: Desk, sheet: Worksheet) -> None:
    for field, spot in desk.plan.meta.items():
        sheet.write_string(spot.row, 0, field)
        sheet.write_string(spot.row, spot.column, desk.meta[field])
    sheet.protect()
    sheet.very_hidden()


def _storable(submission: Submission) -> Submission:
    """The submission without control characters, which the XML of a workbook cannot hold."""
    agency = submission.agency
    return replace(
        submission,
        agency=replace(agency, code=clean(agency.code), name=clean(agency.name)),
        texts={key: clean(text) for key, text in submission.texts.items()},
        explanations={name: clean(text) for name, text in submission.explanations.items()},
        serial=clean(submission.serial),
    )


def check_marks(meta: Mapping[str, str]) -> None:
    """Fails for a mark of identity that xlsxwriter would leave out of the properties with a mere warning."""
    _fit((LABELS[field], meta[field], MOST_PROPERTY) for field in ("name", "code", "serial"))


def _check_lengths(layout: Plan, submission: Submission, meta: Mapping[str, str]) -> None:
    """Fails for what xlsxwriter would cut off or leave out with a mere warning."""
    whole = [(f"“{text.label}”", submission.texts.get(text.key, ""), LONGEST) for text in layout.spec.texts]
    whole += [(f"{c.subject}的说明", submission.explanations.get(c.name, ""), LONGEST) for c in layout.checks]
    check_marks(meta)
    _fit(whole)


def _fit(whole: Iterable[tuple[str, str, int]]) -> None:
    for what, text, most in whole:
        if length(text) > most:
            raise XltoolError(f"{what}有 {length(text)} 字，超过工作簿中最多 {most} 字；请精简。")
