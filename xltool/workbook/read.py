"""Reads a filled workbook back into a submission: finds each cell by its witnesses, normalises figures, recomputes totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, cast

from xltool.forms import number, totals
from xltool.forms.number import Figure, written
from xltool.messages import finding
from xltool.model import Agency, Cell, CellKey, Finding, FormSpec, Level, Reading, Scope, Submission, Value
from xltool.workbook import formula
from xltool.workbook.a1 import cell_name
from xltool.workbook.address import CHECKS, Plan, Spot, name_of, plan
from xltool.workbook.book import RawBook, RawCell, RawSheet, read_book
from xltool.workbook.identity import Identity, identify
from xltool.workbook.package import Refusal
from xltool.workbook.witness import EXAMPLES, MOST_SHOWN, Claim, Located, locate, named_place, weighed
from xltool.workbook.witness import canonical as canonical_label

KINDS: Final = {"boolean": "逻辑值", "error": "错误值", "date": "日期"}
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?", re.ASCII)
SAID: Final = (2, 3)
"""The columns of the 校验 sheet that tell which check a 说明 belongs to."""
_BESIDE_TEXTS: Final = re.compile(r"\"[^\"]*\"|[\s'$]+")


@dataclass
class _Desk:
    """What is at hand while one workbook is read."""

    spec: FormSpec
    plan: Plan
    book: RawBook
    located: Located
    findings: list[Finding] = field(default_factory=list)


def read(data: bytes, form: Callable[[str], FormSpec | None], source: str = "") -> Reading:
    """The submission in an .xlsx file and what was noticed; `form` gives the form of an id, or None.

    Whatever the bytes are, nothing is raised: a file that cannot be read as a workbook of a known form has no submission and one finding.
    """
    try:
        book = read_book(data)
    except Refusal as refusal:
        return Reading(None, (refusal.finding,))
    identity = identify(book, form)
    if identity.spec is None:
        return Reading(None, identity.findings)
    layout = plan(identity.spec)
    desk = _Desk(identity.spec, layout, book, locate(book, layout))
    desk.findings.extend([*identity.findings, *desk.located.findings])
    given = tuple(_values(desk))
    values = totals.computed(desk.spec, given)
    _compare_totals(desk, values)
    if identity.marks["digest"] == desk.spec.digest:
        desk.findings.extend(_changed_formulas(desk))
    submission = Submission(
        form=desk.spec.id,
        year=identity.year,
        agency=_agency(identity),
        values=values,
        texts=_texts(desk),
        explanations=_explanations(desk),
        scope=cast(Scope, identity.marks["scope"]),
        source=source,
        serial=identity.marks["serial"],
    )
    return Reading(submission, tuple(desk.findings))


def _agency(identity: Identity) -> Agency:
    marks = identity.marks
    return Agency(marks["code"], marks["name"], cast(Level, marks["level"]))


def _values(desk: _Desk) -> Iterator[Value]:
    """The figures of the inputs; totals come later, from these."""
    for cell in desk.spec.cells:
        place = None if cell.total else desk.located.cells.get(cell.key)
        raw = None if place is None else desk.located.sheets[cell.table.sheet].cells.get(place)
        yield None if raw is None else _figure(desk, cell, raw)


def _figure(desk: _Desk, cell: Cell, raw: RawCell) -> Value:
    if raw.kind == "empty":
        if raw.formula is not None:
            desk.findings.append(finding("formula.uncalculated", cell.key, formula=raw.formula[:MOST_SHOWN]))
        return None
    if raw.kind in KINDS:
        desk.findings.append(finding("number.kind", cell.key, what=KINDS[raw.kind], raw=raw.text[:MOST_SHOWN]))
        return None
    figure = _parsed(cell, raw)
    if figure.code is not None:
        facts: dict[str, Any] = {name: fact[:MOST_SHOWN] if isinstance(fact, str) else fact for name, fact in figure.data.items()}
        desk.findings.append(finding(figure.code, cell.key, **facts))
    if raw.formula is not None:
        shown = written(figure.value, cell.measure)
        desk.findings.append(finding("formula.in_input", cell.key, formula=raw.formula[:MOST_SHOWN], value=shown))
    return figure.value


def _parsed(cell: Cell, raw: RawCell) -> Figure:
    if raw.kind == "text" or not _DOUBLE.fullmatch(raw.text):  # float() would take 1_000 and ٣ for numbers too
        return number.from_text(raw.text, cell.measure)
    return _whole(raw.text, cell) or number.from_double(raw.text, cell.measure)


def _whole(digits: str, cell: Cell) -> Figure | None:
    """Short whole numbers without the detour of a double: nearly all cells."""
    if len(digits) <= 9 and digits.isascii() and digits.isdigit():
        return Figure(int(digits) * cell.measure.scale)
    return None


def _compare_totals(desk: _Desk, values: tuple[Value, ...]) -> None:
    """What stands in the total cells: a formula is compared as text, a typed figure with the sum of its parts."""
    for cell, value in zip(desk.spec.cells, values, strict=True):
        place = desk.located.cells.get(cell.key) if cell.total else None
        raw = None if place is None else desk.located.sheets[cell.table.sheet].cells.get(place)
        if raw is None or raw.formula is not None or raw.kind == "empty":
            continue
        figure = _parsed(cell, raw) if raw.kind in {"text", "number"} else Figure(None)
        if figure.value == value and figure.value is not None:
            desk.findings.append(finding("total.retyped", cell.key))
        elif raw.text.strip():
            total = "而各项没有填全，算不出合计" if value is None else f"按各项相加是 {written(value, cell.measure)}"
            desk.findings.append(finding("total.typed", cell.key, typed=raw.text.strip()[:MOST_SHOWN], sum=total))


def _changed_formulas(desk: _Desk) -> Iterator[Finding]:
    """Formulas that are gone or read otherwise than written, sheet by sheet; what moved or was typed over is told elsewhere."""
    changed: dict[str, list[tuple[Spot, CellKey | None]]] = {}
    keys = {spot: key for key, spot in desk.plan.cells.items()}
    for spot, expected in _expected(desk.plan).items():
        sheet = desk.located.sheets.get(spot.sheet)
        key = keys.get(spot)
        if sheet is None or (key is not None and desk.located.cells.get(key) != (spot.row, spot.column)):
            continue
        raw = sheet.cells.get((spot.row, spot.column))
        if raw is None or raw.formula is None:
            if key is None or raw is None or raw.kind == "empty":
                changed.setdefault(spot.sheet, []).append((spot, key))
        elif raw.formula != expected and canonical(raw.formula) != canonical(expected) and not _renamed(desk, raw.formula, expected):
            changed.setdefault(spot.sheet, []).append((spot, key))
    for name, spots in changed.items():
        listed = "、".join(spot.address for spot, _ in spots[:EXAMPLES]) + (" 等" if len(spots) > EXAMPLES else "")
        yield finding("formula.changed", sheet=name, count=len(spots), cells=listed)


def _renamed(desk: _Desk, found: str, expected: str) -> bool:
    """Whether a formula differs only by the new name of a sheet, which is a finding of its own."""
    for name, sheet in desk.located.sheets.items():
        if sheet.name != name:
            found = canonical(found).replace(canonical(sheet.name), canonical(name))
    return canonical(found) == canonical(expected)


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """A formula as all applications write it: no spaces, quotes of sheets or dollar signs outside texts, one case."""
    return _BESIDE_TEXTS.sub(lambda match: match[0] if match[0].startswith('"') else "", text.replace("_xlfn.", "")).upper()


@lru_cache(maxsize=16)
def _expected(layout: Plan) -> dict[Spot, str]:
    return formula.formulas(layout)


@dataclass(frozen=True)
class _Writing:
    """A cell where something is written: its hidden name, its place, what stands left of it in those columns, what a message calls it."""

    name: str
    spot: Spot
    columns: tuple[int, ...]
    wordings: tuple[tuple[str, ...], ...]
    called: str


def _texts(desk: _Desk) -> dict[str, str]:
    writings = {}
    for text in desk.spec.texts:
        wordings = ((text.label,), (f"{text.label}（必写）",))
        writings[text.key] = _Writing(name_of("text", text.key), desk.plan.texts[text.key], (0,), wordings, text.label)
    return _contents(desk, writings)


def _explanations(desk: _Desk) -> dict[str, str]:
    writings = {}
    for check in desk.plan.checks:
        if check.name in desk.plan.explanations:
            spot, wordings = desk.plan.explanations[check.name], ((check.subject, check.text),)
            called = f"{CHECKS}表中{check.subject}“{check.text}”的说明"
            writings[check.name] = _Writing(name_of("why", check.name), spot, SAID, wordings, called)
    return _contents(desk, writings)


def _contents(desk: _Desk, writings: Mapping[str, _Writing]) -> dict[str, str]:
    """What is written where hidden name and labels agree, or where the one that is left points; whatever else is told."""
    sheets = {sheet.name: sheet for sheet in desk.book.sheets}
    by_name, by_label = _named(desk, writings), _labelled(desk, writings)
    places = {key: _official(desk, writing) for key, writing in writings.items()}
    told, odd = weighed(writings, by_name, by_label)
    settled = not odd and all(claims[0] == places[key] for key, claims in told.items() if claims)
    found: dict[str, str] = {}
    for key, writing in writings.items():
        official = places[key]
        if official is None:
            continue  # its sheet is gone, and that is told
        claim = told[key][0] if told[key] else official if settled else None
        if claim is None:
            desk.findings.append(finding("text.lost", label=writing.called))
        elif key in odd or claim[0] != official[0]:
            named, labelled = _shown(by_name.get(key)), _shown(by_label.get(key))
            desk.findings.append(finding("text.conflict", label=writing.called, named=named, labelled=labelled))
        else:
            raw = sheets[claim[0]].cells.get(claim[1])
            content = "" if raw is None else _content(desk, raw, f"“{writing.called}”（{cell_name(*claim[1])}）")
            if content:
                found[key] = content
    return found


def _official(desk: _Desk, writing: _Writing) -> Claim | None:
    """The place of a writing in the form, if its sheet is there."""
    sheet = desk.located.sheets.get(writing.spot.sheet)
    return None if sheet is None else (sheet.name, (writing.spot.row, writing.spot.column))


def _named(desk: _Desk, writings: Mapping[str, _Writing]) -> dict[str, Claim]:
    claims = {key: named_place(desk.book, writing.name) for key, writing in writings.items()}
    return {key: claim for key, claim in claims.items() if claim is not None}


def _labelled(desk: _Desk, writings: Mapping[str, _Writing]) -> dict[str, Claim]:
    """Where the labels stand that belong to a writing, if they stand there once."""
    rows: dict[tuple[str, tuple[int, ...]], dict[tuple[str, ...], list[int]]] = {}
    found: dict[str, Claim] = {}
    for key, writing in writings.items():
        sheet = desk.located.sheets.get(writing.spot.sheet)
        if sheet is None:
            continue
        if (sheet.name, writing.columns) not in rows:
            rows[sheet.name, writing.columns] = _wordings(sheet, writing.columns)
        known = rows[sheet.name, writing.columns]
        told = [row for wording in writing.wordings for row in known.get(tuple(map(canonical_label, wording)), ())]
        if len(told) == 1:
            found[key] = (sheet.name, (told[0], writing.spot.column))
    return found


def _wordings(sheet: RawSheet, columns: tuple[int, ...]) -> dict[tuple[str, ...], list[int]]:
    """The rows of a sheet by what stands in those columns."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row in {row for row, column in sheet.cells if column == columns[0]}:
        cells = [sheet.cells.get((row, column)) for column in columns]
        found.setdefault(tuple("" if cell is None else canonical_label(cell.text) for cell in cells), []).append(row)
    return found


def _shown(claim: Claim | None) -> str:
    return "无从辨认" if claim is None else f"“{claim[0]}”的 {cell_name(*claim[1])}"


def _content(desk: _Desk, raw: RawCell, where: str) -> str:
    if raw.kind == "error":
        desk.findings.append(finding("text.fault", where=where, raw=raw.text[:MOST_SHOWN]))
        return ""
    if not raw.text.strip():
        if raw.formula is not None:
            desk.findings.append(finding("formula.uncalculated", where=where, formula=raw.formula[:MOST_SHOWN]))
        return ""
    if raw.formula is not None:
        desk.findings.append(finding("formula.in_input", where=where, formula=raw.formula[:MOST_SHOWN], value=raw.text[:MOST_SHOWN]))
    return raw.text
