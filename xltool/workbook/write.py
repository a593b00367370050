"""Writes the locked workbook of a form for one submission, blank or filled in; the only module that knows xlsxwriter."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xltool.forms.document import clean
from xltool.messages import LEVEL_NAMES, XltoolError
from xltool.model import FormSpec, Submission
from xltool.workbook import address, formula, front, results, sheets
from xltool.workbook.address import META, Plan, Spot, plan
from xltool.workbook.identity import SCOPES

CREATED: Final = datetime(2000, 1, 1)
"""Workbooks carry no clock: the same submission gives the same bytes."""
MOST_CHARACTERS, MOST_PROPERTY, MOST_FOOTER = 32_767, 255, 200
"""What a cell of Excel holds, a property of the document, and a footer beside the number of the page."""

FONT: Final = "宋体"
_BASE: Final[dict[str, Any]] = {"font_name": FONT, "font_size": 11, "font_scheme": "none", "valign": "vcenter", "text_wrap": True}
"""Without a scheme: a font of the theme's scheme is shown in the theme's font, Calibri, whatever its name says."""
_LINE: Final[dict[str, Any]] = {**_BASE, "border": 1, "border_color": "#7F7F7F"}
_FIGURE: Final[dict[str, Any]] = {**_LINE, "align": "center", "text_wrap": False, "shrink": True}
"""A figure too long for its column shrinks; it would show as ### or 1E+09 otherwise."""
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {**_BASE, "font_size": 16, "bold": True, "align": "center"},
    "state": {**_BASE, "bold": True, "indent": 1, "bg_color": "#FFF2CC", "border": 1, "border_color": "#BF9000"},
    "plain": _BASE,
    "small": {**_BASE, "font_size": 9, "font_color": "#595959"},
    "mark": {**_BASE, "font_size": 9, "font_color": "#595959", "text_wrap": False},
    "head": {**_LINE, "bold": True, "align": "center", "bg_color": "#DDEBF7"},
    "label": {**_LINE, "bg_color": "#F2F2F2", "indent": 1},
    "middle": {**_LINE, "align": "center", "bg_color": "#F2F2F2"},
    "locked": {**_LINE, "bg_color": "#EDEDED", "indent": 1},
    "guidance": {**_LINE, "font_size": 10, "font_color": "#404040", "indent": 1},
    "text": {**_LINE, "valign": "top", "align": "left", "indent": 1, "bg_color": "#FFFDE7", "locked": False, "num_format": "@"},
    "field": {**_LINE, "bg_color": "#FFFDE7", "indent": 1, "locked": False, "num_format": "@"},
    "reason": {**_LINE, "font_size": 10, "bg_color": "#FFFDE7", "indent": 1, "locked": False, "num_format": "@"},
    "input0": {**_FIGURE, "bg_color": "#FFFDE7", "locked": False, "num_format": "0"},
    "input": {**_FIGURE, "bg_color": "#FFFDE7", "locked": False, "num_format": "General"},
    "total": {**_FIGURE, "bg_color": "#D9D9D9", "bold": True, "num_format": "General"},
    "word": {**_LINE, "align": "center", "font_size": 10},
    "word1": {**_FIGURE, "font_size": 10},
    "figure": _FIGURE,
    "link": {**_LINE, "align": "center", "font_color": "#0563C1", "underline": 1},
    "swatch_input": {**_LINE, "align": "center", "bg_color": "#FFFDE7"},
    "swatch_total": {**_LINE, "align": "center", "bg_color": "#D9D9D9"},
    "swatch_bad": {**_LINE, "align": "center", "bg_color": "#F8CBAD"},
    "bad": {"bg_color": "#F8CBAD", "font_color": "#9C0006"},
    "ask": {"bg_color": "#FFE699", "font_color": "#7F6000"},
    "good": {"bg_color": "#C6E0B4", "font_color": "#375623"},
}


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are: ours need none of xlsxwriter's rewriting, which costs more than all the rest."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


class Book(xlsxwriter.Workbook):  # type: ignore[misc]
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
    """What the sheets are written with: the plan, the submission, the formats, and each formula with what it shows."""

    plan: Plan
    submission: Submission
    formats: Mapping[str, Format]
    formulas: Mapping[Spot, str]
    shown: Mapping[Spot, results.Shown]
    meta: Mapping[str, str]

    @property
    def spec(self) -> FormSpec:
        return self.plan.spec

    def compute(self, sheet: Worksheet, spot: Spot, look: str) -> None:
        """Writes a formula with its true result as the cached value."""
        sheet.write_formula(spot.row, spot.column, "=" + self.formulas[spot], self.formats[look], self.shown[spot])


def workbook(spec: FormSpec, submission: Submission) -> bytes:
    """The official workbook of a form, filled in with a submission's inputs and texts; same submission, same bytes.

    Raises `XltoolError` for a text longer than a workbook holds at its place. Totals are formulas: a submission's own are not used.
    """
    submission = _storable(submission)
    layout = plan(spec)
    meta = identity(spec, submission)
    _check_lengths(layout, submission, meta)
    buffer = io.BytesIO()
    book = Book(buffer, {"in_memory": True, "strings_to_urls": False, "default_format_properties": {"font_name": FONT, "font_size": 11}})
    book.set_properties({"title": spec.title, "subject": f"{submission.year}", "author": "xltool", "created": CREATED})
    for field in META:
        book.set_custom_property(f"xltool_{field}", meta[field])
    book.set_calc_mode("auto")
    formats = {name: book.add_format(look) for name, look in _LOOKS.items()}
    desk = Desk(layout, submission, formats, _formulas(layout), results.shown(layout, submission), meta)
    made = {name: book.add_worksheet(name, Sheet) for name in layout.sheets}
    front.guide(desk, made[address.GUIDE])
    front.cover(desk, made[address.COVER])
    front.texts(desk, made[address.TEXTS])
    for table in spec.tables:
        sheets.table(desk, made[table.sheet], table)
    sheets.checks(desk, made[address.CHECKS])
    _hidden(desk, made[address.HIDDEN])
    for name, spot in layout.names().items():
        if book.define_name(name, f"={spot.reference}"):
            raise ValueError(f"not a name for Excel: {name}")
    book.hide_names()
    book.close()
    return buffer.getvalue()


def identity(spec: FormSpec, submission: Submission) -> dict[str, str]:
    """The marks that tell whose workbook this is, of which form and year."""
    agency = submission.agency
    return {
        "form": spec.id,
        "digest": spec.digest,
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "year": str(submission.year),
        "scope": submission.scope,
        "serial": submission.serial,
    }


def cover_value(field: str, meta: Mapping[str, str]) -> str:
    """A mark of identity in the words of the cover."""
    value = meta[field]
    return LEVEL_NAMES[value] if field == "level" else SCOPES[value] if field == "scope" else value


_formula_cache: Final[dict[str, dict[Spot, str]]] = {}


def _formulas(layout: Plan) -> dict[Spot, str]:
    digest = layout.spec.digest
    if digest not in _formula_cache:
        _formula_cache[digest] = formula.formulas(layout)
    return _formula_cache[digest]


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


def _check_lengths(layout: Plan, submission: Submission, meta: Mapping[str, str]) -> None:
    """Fails for what xlsxwriter would cut off or leave out with a mere warning."""
    whole = [(f"“{text.label}”", submission.texts.get(text.key, ""), MOST_CHARACTERS) for text in layout.spec.texts]
    whole += [(f"{c.subject}的说明", submission.explanations.get(c.name, ""), MOST_CHARACTERS) for c in layout.checks]
    whole += [("单位名称", meta["name"], MOST_PROPERTY), ("单位代码和编号", front.footer_mark(meta), MOST_FOOTER)]
    for what, text, most in whole:
        if results.length(text) > most:
            raise XltoolError(f"{what}有 {results.length(text)} 字，超过工作簿中最多 {most} 字；请精简。")
