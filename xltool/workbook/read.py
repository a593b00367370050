"""Reads a filled workbook back into a submission: finds each cell by its witnesses, normalises figures, recomputes totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from xltool.forms import number, totals
from xltool.forms.number import Figure, written
from xltool.messages import finding
from xltool.model import Agency, Cell, Finding, FormSpec, Level, Reading, Scope, Submission, Value
from xltool.package import Refusal
from xltool.workbook import disguise, fingerprint, writings
from xltool.workbook.address import LAST_YEAR, Plan, plan
from xltool.workbook.book import RawBook, RawCell
from xltool.workbook.claims import MOST_SHOWN
from xltool.workbook.identity import Identity, identify
from xltool.workbook.opening import opened
from xltool.workbook.witness import Located, locate

KINDS: Final = {"boolean": "逻辑值", "error": "错误值", "date": "日期"}
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?", re.ASCII)


@dataclass
class _Desk:
    """What is at hand while one workbook is read."""

    spec: FormSpec
    plan: Plan
    book: RawBook
    located: Located
    findings: list[Finding] = field(default_factory=list)


def read(data: bytes, form: Callable[[str], FormSpec | None], source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The submission in a workbook file and what was noticed; `form` gives the form of an id, or None.

    Whatever the bytes are, nothing is raised: a file that cannot be read as a workbook of a known form has no submission and one finding.
    """
    try:
        book = opened(data, passwords)
    except Refusal as refusal:
        return Reading(None, (refusal.finding,))
    identity = identify(book, form)
    if identity.spec is None:
        return Reading(None, identity.findings)
    layout = plan(identity.spec, bool(identity.marks[LAST_YEAR]))
    desk = _Desk(identity.spec, layout, book, locate(book, layout))
    desk.findings.extend([*book.notes, *identity.findings, *desk.located.findings])
    given = tuple(_values(desk))
    values = totals.computed(desk.spec, given)
    _compare_totals(desk, values)
    if book.formulas and identity.marks["digest"] == desk.spec.digest:
        desk.findings.extend(fingerprint.changed(layout, desk.located.sheets, desk.located.cells))
    faulty = {key for found in desk.findings if found.code.startswith("number.") and found.severity == "error" for key in found.keys}
    desk.findings.extend(disguise.disguised(layout, desk.located, faulty))
    texts, why = (part(book, layout, desk.located.sheets) for part in (writings.texts, writings.explanations))
    desk.findings.extend([*texts.findings, *why.findings])
    submission = Submission(
        form=desk.spec.id,
        year=identity.year,
        agency=_agency(identity),
        values=values,
        texts=texts.contents,
        explanations=why.contents,
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
        if raw is not None and raw.kind == "number" and raw.formula is None and _short(raw.text):
            yield int(raw.text) * cell.measure.scale
        else:
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
    return number.from_double(raw.text, cell.measure)


def _short(digits: str) -> bool:
    """Whether it is a short whole number, which needs no detour by a double: nearly all cells."""
    return len(digits) <= 9 and digits.isascii() and digits.isdigit()


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
