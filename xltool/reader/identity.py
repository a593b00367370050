"""Whose workbook it is, of which form and year.

Told by hidden cells, document properties and the cover, and compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from xltool.forms.label import normalise_label
from xltool.forms.sheet_names import COVER, HIDDEN
from xltool.messages import finding, join_first
from xltool.model import Finding, FormSpec
from xltool.periods import Period, fits_form, list_periods, parse_period
from xltool.reader.evidence import MAX_NAMED_PLACES
from xltool.reader.matching import find_cover, find_marks_sheet, index_texts, is_return, recognise_form
from xltool.spreadsheet.a1 import cell_name, parse_reference
from xltool.spreadsheet.book import RawBook, RawSheet
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import (
    AGENCY_LABEL,
    CONTROLS_MARK,
    COVER_FIELDS,
    LAST_YEAR_MARK,
    MARKS,
    TABLE_TOP,
    make_plan,
    name_cell,
)
from xltool.workbook.marks import LEVEL_MARKS, SCOPES, name_mark

MAX_QUOTED_MARK: Final = 60
"""How much of a mark a message quotes."""
LINES_ABOVE: Final = TABLE_TOP + 3
"""How many rows from the top a line with the agency is looked for: it moves when rows are inserted above it."""
_FILE_MARK: Final = re.compile(
    r"(?P<form>[\w-]+) · (?P<digest>[0-9a-f]{16}) · .*? · [0-9][0-9HQ-]{3,8}(?: · (?P<serial>.*))?"
)
_LOST: Final = re.compile("[\x80-\x9f\ufffd]|\\?{2}")
"""What a text in a false encoding has and no name: C1 controls, and signs that were given up."""
_NEEDED: Final = ("form", "code", "name", "level", "year")


@dataclass(frozen=True)
class Identity:
    """The marks as taken, the form that they name, and what did not agree.

    `version` is the form as it was when the workbook was made: the form itself, a former version, or None when that is
    not at hand.
    """

    marks: Mapping[str, str]
    spec: FormSpec | None
    findings: tuple[Finding, ...]
    version: FormSpec | None = None

    @property
    def period(self) -> Period:
        """The period that the marks tell, of which there is one where the form is known."""
        return cast(Period, parse_period(self.marks["year"]))


def identify(
    book: RawBook,
    form: Callable[[str], FormSpec | None],
    former: Callable[[str], Iterable[FormSpec]],
    known: Callable[[], Iterable[FormSpec]] = tuple,
) -> Identity:
    """The identity of a workbook.

    `spec` is None, with one finding, when it is not a workbook of a known form for that year. `known` gives all known
    forms, among which that of a workbook without any mark is looked for by its names and labels.
    """
    hidden, properties, cover = _read_hidden_marks(book), _read_property_marks(book), find_cover(book)
    foot = {} if cover is None else _read_file_mark(cover)
    form_id = hidden.get("form") or properties.get("form") or foot.get("form") or ""
    spec = form(form_id) if form_id else recognise_form(book, known())
    if spec is None:
        hint = f"（表内标识为“{form_id[:50]}”）" if form_id else ""
        return Identity({}, None, (finding("file.unknown_form", hint=hint),))
    shown = {} if cover is None else _read_cover_marks(cover, spec)
    if not hidden and not properties:
        shown = {"form": spec.id} | foot | shown
    garbled = _drop_garbled_marks(properties, (hidden, shown))
    told_by = {"隐藏标识": hidden, "文件属性": properties, COVER: shown}
    marks, findings = _take_marks(spec, told_by, garbled)
    lost = [field for field in _NEEDED if not marks[field] or not _is_possible(field, marks[field])]
    if lost:
        hint = f"：缺少或认不出{'、'.join(name_mark(field, spec.every) for field in lost)}"
        return Identity(marks, None, (finding("file.unknown_form", hint=hint),))
    wrong = check_edition(spec, cast(Period, parse_period(marks["year"])))
    if wrong is not None:
        return Identity(marks, None, (wrong,))
    findings.extend(_find_other_lines(book, spec, marks["name"]))
    missing = [name for name, source in told_by.items() if not source]
    missing += [f"文件属性中的{name_mark(field, spec.every)}" for field in garbled]
    if missing:
        findings.append(finding("identity.partial", missing="、".join(missing)))
    version: FormSpec | None = spec
    shows, named = (bool(marks[LAST_YEAR_MARK]), bool(marks[CONTROLS_MARK])), marks["digest"]
    expected = compute_digest(make_plan(spec, *shows))
    if named not in {"", expected}:  # a workbook that names no version is held against the form as it is
        version = next((each for each in former(spec.id) if compute_digest(make_plan(each, *shows)) == named), None)
        if version is None:
            findings.append(finding("form.digest", found=named[:20], expected=expected))
        else:
            compared = "，公式已按旧版核对" if book.formulas else ""
            findings.append(finding("form.former", found=named[:20], expected=expected, compared=compared))
    if marks["scope"] not in SCOPES:
        marks["scope"] = "own"
    return Identity(marks, spec, tuple(findings), version)


def _take_marks(
    spec: FormSpec, told_by: Mapping[str, Mapping[str, str]], garbled: Collection[str]
) -> tuple[dict[str, str], list[Finding]]:
    """Each mark as the first place tells it, and where the others tell it otherwise or not at all any more.

    The properties of `garbled` marks are told as lost.
    """
    marks: dict[str, str] = {}
    findings: list[Finding] = []
    for field in MARKS:
        told: dict[str, list[str]] = {}
        for name, source in told_by.items():
            if source.get(field):
                told.setdefault(source[field], []).append(name)
        marks[field] = next(iter(told), "")
        blanked = [name for name, source in told_by.items() if told and _is_blanked(field, name, source)]
        if field in garbled:
            blanked.remove("文件属性")
        if blanked:
            taken = marks[field][:MAX_QUOTED_MARK]
            what = name_mark(field, spec.every)
            findings.append(finding("identity.blanked", what=what, where="、".join(blanked), taken=taken))
        if len(told) > 1:
            found = "，".join(f"{'、'.join(names)}为“{value[:MAX_QUOTED_MARK]}”" for value, names in told.items())
            findings.append(
                finding(
                    "identity.conflict",
                    what=name_mark(field, spec.every),
                    found=found,
                    taken=marks[field][:MAX_QUOTED_MARK],
                )
            )
    return marks, findings


def check_edition(spec: FormSpec, period: Period) -> Finding | None:
    """The finding for a period that a form is not in force for, or not filled in for, or None."""
    if not fits_form(spec, period):
        example = list_periods(spec, period.year)[-1].spoken
        return finding("file.period", form=spec.id, period=period.spoken, example=example)
    if spec.covers(period.year):
        return None
    year = period.spoken
    first, last = spec.years
    span = f"{first} 年起" if last is None else f"{first} 至 {last} 年"
    return finding("file.edition", form=spec.id, year=year, span=span, basis=spec.law or spec.basis)


def _is_blanked(field: str, name: str, source: Mapping[str, str]) -> bool:
    """Whether a place that tells who it is has lost one mark; a place that tells nothing at all is told as missing."""
    return bool(source) and not source.get(field) and (name != COVER or field in COVER_FIELDS)


def _find_other_lines(book: RawBook, spec: FormSpec, agency: str) -> Iterator[Finding]:
    """The lines above tables that name another agency than the workbook is of, by the agency that they name."""
    places: dict[str, list[str]] = {}
    for sheet in book.sheets:
        for row in range(0 if is_return(sheet) or sheet.name in {HIDDEN, COVER} else LINES_ABOVE):
            head, _, line = normalise_label(_cell_text(sheet, row, 0)).partition(":")
            # The line of 退回意见 goes on with the year, and that sheet may come under another name.
            named = line.partition(name_mark("year", spec.every))[0]
            if head == AGENCY_LABEL and named and named != normalise_label(agency):
                shown = _cell_text(sheet, row, 0).replace("：", ":").partition(":")[2].strip()
                places.setdefault(shown[:MAX_QUOTED_MARK], []).append(f"“{sheet.name}”{cell_name(row, 0)}")
    for found, where in places.items():
        named_at = join_first(where, MAX_NAMED_PLACES)
        yield finding("identity.line", places=f"工作表{named_at}", found=found, taken=agency[:MAX_QUOTED_MARK])


def _is_possible(field: str, value: str) -> bool:
    if field == "level":
        return value in LEVEL_MARKS
    if field == "year":
        return str(parse_period(value)) == value
    return bool(value.strip())


def _read_hidden_marks(book: RawBook) -> dict[str, str]:
    """Marks from the very hidden sheet: by name, or by the words beside them when an application dropped the names."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found: dict[str, str] = {}
    for field in MARKS:
        reference = parse_reference(book.names.get(name_cell("meta", field), ""))
        if reference is not None and reference[0] in sheets:
            found[field] = _cell_text(sheets[reference[0]], reference[1], reference[2])
    sheet = None if found else find_marks_sheet(book)
    if sheet is not None:
        for (row, column), cell in sheet.cells.items():
            if column == 0 and cell.text in MARKS:
                found[cell.text] = _cell_text(sheet, row, 1)
    return {field: value for field, value in found.items() if value}


def _read_property_marks(book: RawBook) -> dict[str, str]:
    told = {field: book.properties.get(f"xltool_{field}", "").strip() for field in MARKS}
    return {field: value for field, value in told.items() if value}


def _drop_garbled_marks(properties: dict[str, str], others: Iterable[Mapping[str, str]]) -> list[str]:
    """Takes out of the properties those that a program wrote in a false encoding, as SheetJS does, and names them."""
    garbled = []
    for field, value in [*properties.items()]:
        told = {source[field] for source in others if source.get(field)}
        if value not in told and (_LOST.search(value) or told & {*_decode_again(value)}):
            garbled.append(field)
            del properties[field]
    return garbled


def _decode_again(text: str) -> Iterator[str]:
    """What a text may have been before its UTF-8 was taken for another encoding, once or twice."""
    for encoding in ("latin-1", "cp1252", "gb18030"):
        try:
            once = text.encode(encoding).decode()
        except UnicodeError:
            continue
        yield once
        if encoding != "gb18030" and not once.isascii():
            yield from (again for again in _decode_again(once) if again != once)


def _read_cover_marks(sheet: RawSheet, spec: FormSpec) -> dict[str, str]:
    """What the cover shows, back in codes: beside its label where that stands once, else at the official place."""
    spots, labels = make_plan(spec).cover, index_texts(sheet)
    shown = {}
    for field in COVER_FIELDS:
        places = labels.get(normalise_label(name_mark(field, spec.every)), [])
        row, column = (places[0][0], places[0][1] + 1) if len(places) == 1 else (spots[field].row, spots[field].column)
        shown[field] = _cell_text(sheet, row, column)
    return dict(_translate_marks(shown))


def _read_file_mark(sheet: RawSheet) -> dict[str, str]:
    """What the line at the foot of the cover tells that the cover shows nowhere else."""
    found = [match for cell in sheet.cells.values() if (match := _FILE_MARK.fullmatch(cell.text.strip()))]
    return {field: value for field, value in found[0].groupdict().items() if value} if len(found) == 1 else {}


def _translate_marks(shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    levels = {name: level for level, name in LEVEL_MARKS.items()}
    scopes = {name: scope for scope, name in SCOPES.items()}
    for field, value in shown.items():
        if value:
            yield (
                field,
                levels.get(value, value)
                if field == "level"
                else scopes.get(value, value)
                if field == "scope"
                else _read_period(value)
                if field == "year"
                else value,
            )


def _read_period(shown: str) -> str:
    """The period of a part of a year as marks have it; whatever else is shown stays as it is."""
    period = parse_period(shown)
    return shown if period is None or not period.part else str(period)


def _cell_text(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return "" if cell is None else cell.text.strip()
