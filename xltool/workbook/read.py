"""Reads a filled workbook back into a submission: finds each cell by its witnesses, normalises figures, recomputes totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, cast

from xltool.forms import number, totals
from xltool.forms.number import Figure, written
from xltool.messages import finding
from xltool.model import Agency, Cell, CellKey, Finding, FormSpec, Level, Reading, Scope, Submission, Value
from xltool.workbook import formula
from xltool.workbook.a1 import cell_name
from xltool.workbook.address import CHECKS, HIDDEN, Plan, Spot, name_of, plan
from xltool.workbook.book import RawBook, RawCell, RawSheet, read_book
from xltool.workbook.identity import Identity, identify
from xltool.workbook.package import Refusal
from xltool.workbook.witness import EXAMPLES, Located, locate, named_place

KINDS: Final = {"boolean": "逻辑值", "error": "错误值", "date": "日期"}
MOST_SHOWN: Final = 60
"""How much of a cell's own content a message quotes."""
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
        facts = {name: fact[:MOST_SHOWN] if isinstance(fact, str) else fact for name, fact in figure.data.items()}
        desk.findings.append(finding(figure.code, cell.key, **facts))
    if raw.formula is not None:
        shown = written(figure.value, cell.measure)
        desk.findings.append(finding("formula.in_input", cell.key, formula=raw.formula[:MOST_SHOWN], value=shown))
    return figure.value


def _parsed(cell: Cell, raw: RawCell) -> Figure:
    if raw.kind == "text":
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
            typed, shown = raw.text.strip()[:MOST_SHOWN], written(value, cell.measure)
            desk.findings.append(finding("total.typed", cell.key, typed=typed, value=shown))


def _changed_formulas(desk: _Desk) -> Iterator[Finding]:
    """Formulas that do not read as they were written, sheet by sheet; cells that moved were spoken of already."""
    changed: dict[str, list[tuple[Spot, CellKey | None]]] = {}
    keys = {spot: key for key, spot in desk.plan.cells.items()}
    for spot, expected in _expected(desk.plan).items():
        sheet = desk.located.sheets.get(spot.sheet)
        key = keys.get(spot)
        if sheet is None or (key is not None and desk.located.cells.get(key) != (spot.row, spot.column)):
            continue
        raw = sheet.cells.get((spot.row, spot.column))
        if raw is None or raw.formula is None:
            if key is None:
                changed.setdefault(spot.sheet, []).append((spot, key))
        elif raw.formula != expected and canonical(raw.formula) != canonical(expected) and not _renamed(desk, raw.formula, expected):
            changed.setdefault(spot.sheet, []).append((spot, key))
    for name, spots in changed.items():
        listed = "、".join(spot.address for spot, _ in spots[:EXAMPLES]) + (" 等" if len(spots) > EXAMPLES else "")
        where = name if name == CHECKS else f"“{name}”"
        yield finding("formula.changed", sheet=where, count=len(spots), cells=listed)


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


def _texts(desk: _Desk) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in desk.spec.texts:
        place = _place(desk, name_of("text", text.key), desk.plan.texts[text.key])
        if place is None:
            desk.findings.append(finding("text.lost", text=text.key, label=text.label))
            continue
        content = _content(desk, place, f"“{text.label}”")
        if content:
            found[text.key] = content
    return found


def _explanations(desk: _Desk) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, spot in desk.plan.explanations.items():
        place = _place(desk, name_of("why", name), spot)
        content = "" if place is None else _content(desk, place, f"“{CHECKS}”{spot.address}")
        if content:
            found[name] = content
    return found


def _place(desk: _Desk, name: str, spot: Spot) -> tuple[RawSheet, tuple[int, int]] | None:
    """A text's cell by its hidden name, or at its official place where the names are gone."""
    found = named_place(desk.book, desk.located.sheets, name)
    if found is None and spot.sheet in desk.located.sheets and spot.sheet != HIDDEN:
        return desk.located.sheets[spot.sheet], (spot.row, spot.column)
    return found


def _content(desk: _Desk, place: tuple[RawSheet, tuple[int, int]], where: str) -> str:
    sheet, at = place
    raw = sheet.cells.get(at)
    if raw is None or not raw.text.strip():
        return ""
    if raw.formula is not None:
        facts = {"where": f"{where}（{cell_name(*at)}）", "formula": raw.formula[:MOST_SHOWN], "value": raw.text[:MOST_SHOWN]}
        desk.findings.append(finding("formula.in_input", **facts))
    return raw.text
