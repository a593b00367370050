"""Reads a filled workbook back into a submission.

Finds each cell by its witnesses, normalises figures, recomputes totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from xltool.digits import PLAIN_DIGITS, STORED_NUMBER, parse_whole
from xltool.forms import number, totals
from xltool.forms.controls import name_control
from xltool.forms.list_terms import reckon_lists
from xltool.forms.number import Figure, format_value
from xltool.forms.rates import find_other_rates
from xltool.messages import finding, join_first
from xltool.model import (
    Agency,
    Cell,
    CellKey,
    Finding,
    FormSpec,
    ListNumbers,
    Reading,
    Scope,
    Submission,
    Tick,
    Value,
)
from xltool.periods import Period, blank_submission
from xltool.reader import appearance, formulas, penmarks, texts
from xltool.reader.entries import read_entries
from xltool.reader.evidence import MAX_NAMED_PLACES, MAX_QUOTED_CONTENT, Claim, is_picture
from xltool.reader.identity import identify
from xltool.reader.leftovers import find_unread_writing
from xltool.reader.locate import LocatedCells, locate_cells
from xltool.reader.row_lists import ReadLists, read_lists
from xltool.reader.ticks import find_ticks
from xltool.spreadsheet.a1 import cell_name, parse_cell
from xltool.spreadsheet.book import RawBook, RawCell
from xltool.spreadsheet.number_format import format_date
from xltool.spreadsheet.open import open_workbook
from xltool.spreadsheet.package import Refusal
from xltool.workbook.layout_plan import CONTROLS_MARK, LAST_YEAR_MARK, Plan, make_plan
from xltool.workbook.marks import read_level_mark

_OF_A_TABLE: Final = frozenset({"number.normalised", "number.stored", "number.serial", "total.retyped"})
"""What is said once of all the cells of a table of which it is true."""
KIND_WORDS: Final = {"boolean": "逻辑值", "error": "错误值", "date": "日期"}


@dataclass
class _Progress:
    """What is at hand while one workbook is read."""

    spec: FormSpec
    plan: Plan
    book: RawBook
    located: LocatedCells
    serials: range
    """The serial numbers of dates that a count had better not be."""
    findings: list[Finding] = field(default_factory=list)


def read_workbook(
    data: bytes,
    form: Callable[[str], FormSpec | None],
    former: Callable[[str], Iterable[FormSpec]],
    source: str = "",
    passwords: Sequence[str] = (),
    *,
    known: Callable[[], Iterable[FormSpec]] = tuple,
) -> Reading:
    """The submission in a workbook file and what was noticed.

    `form` gives the form of an id, or None, `former` its former versions, `known` all forms.

    Whatever the bytes are, nothing is raised: a file that cannot be read as a workbook of a known form has no
    submission and one finding.
    """
    try:
        book = open_workbook(data, passwords)
    except Refusal as refusal:
        return Reading(None, (refusal.finding,))
    identity = identify(book, form, former, known)
    if identity.spec is None:
        return Reading(None, identity.findings)
    layout = make_plan(identity.spec, bool(identity.marks[LAST_YEAR_MARK]), bool(identity.marks[CONTROLS_MARK]))
    progress = _Progress(
        identity.spec, layout, book, locate_cells(book, layout), _count_serials(identity.period.year, book.date1904)
    )
    progress.findings.extend([*book.notes, *identity.findings, *progress.located.findings])
    given = tuple(_read_values(progress))
    lists = read_lists(book, layout, progress.located)
    values = totals.compute_totals(progress.spec, given, _reckon_lists(progress, identity.period, lists))
    _compare_totals(progress, values)
    _compare_rates(progress, values)
    progress.findings[:] = _join_remarks(progress)
    if book.formulas and identity.version is not None:
        progress.findings.extend(
            _find_changed_formulas(progress, make_plan(identity.version, layout.prior, layout.with_controls))
        )
    faulty = {
        key
        for found in progress.findings
        if found.code.startswith("number.") and found.severity == "error"
        for key in found.keys
    }
    progress.findings.extend(appearance.find_disguises(layout, progress.located, faulty))
    progress.findings.extend(penmarks.find_struck_figures(layout, progress.located))
    made = layout if identity.version is None else make_plan(identity.version, layout.prior, layout.with_controls)
    written = texts.read_texts(book, layout, progress.located.sheets)
    asked = () if identity.version is None else made.explanations
    why = texts.read_explanations(book, layout, progress.located.sheets, asked)
    again = texts.read_controls(book, layout, progress.located.sheets)
    scope = cast(Scope, identity.marks["scope"])
    entries, doubts = read_entries(book, progress.spec, progress.located, scope)
    progress.findings.extend([*written.findings, *why.findings, *again.findings, *doubts, *lists.findings])
    taken = {*written.places, *why.places, *again.places, *lists.places, *_list_quoted(progress.findings)}
    progress.findings.extend(find_unread_writing(book, made, identity, progress.located, taken))
    progress.findings.extend(penmarks.find_comments(progress.located))
    level, level_basis = read_level_mark(identity.marks["level"])
    submission = Submission(
        form=progress.spec.id,
        year=identity.period.year,
        agency=Agency(identity.marks["code"], identity.marks["name"], level),
        values=values,
        texts=written.contents,
        explanations=why.contents,
        scope=scope,
        source=source,
        serial=identity.marks["serial"],
        level_basis=level_basis,
        part=identity.period.part,
        controls=dict(_take_controls(progress, again.contents)) if layout.with_controls else None,
        entries=entries,
        lists=lists.lines,
        unread_lists=lists.unread,
    )
    ticks = find_ticks(book)
    progress.findings.extend(_tell_ticks(ticks))
    return Reading(submission, tuple(progress.findings), ticks)


def _reckon_lists(progress: _Progress, period: Period, lists: ReadLists) -> ListNumbers:
    """What the lines that were read come to."""
    blank = blank_submission(progress.spec, period, Agency("", "", None))
    return reckon_lists(progress.spec, replace(blank, lists=lists.lines, unread_lists=lists.unread))


def _tell_ticks(ticks: Sequence[Tick]) -> Iterator[Finding]:
    """That opinions are ticked: whoever sent them settles what becomes of that."""
    if ticks:
        numbers = join_first([f"第 {tick.number} 条" for tick in ticks], MAX_NAMED_PLACES, "条")
        yield finding("accept.ticked", numbers=numbers)


def _take_controls(progress: _Progress, written: Mapping[CellKey, str]) -> Iterator[tuple[CellKey, int]]:
    """The 核对数 that are figures; what else stands there is told, and compared with nothing."""
    for key, content in written.items():
        figure = number.from_text(content, progress.spec.cell(key).measure)
        if isinstance(figure.value, int):
            yield key, figure.value
        else:
            label = name_control(progress.spec, key)
            progress.findings.append(finding("control.text", label=label, raw=content[:MAX_QUOTED_CONTENT]))


def _list_quoted(findings: Iterable[Finding]) -> Iterator[Claim]:
    """The places whose unread content findings quote."""
    for found in findings:
        for each in found.data.get("unread", ()):
            place = parse_cell(each.address)
            if place is not None:
                yield each.sheet, place


def _find_changed_formulas(progress: _Progress, written: Plan) -> Iterator[Finding]:
    """The formulas that read otherwise than in the version of the form that the workbook was made with."""
    located = progress.located if written is progress.plan else locate_cells(progress.book, written)
    yield from formulas.find_changed_formulas(written, located.sheets, located.cells)


def _read_values(progress: _Progress) -> Iterator[Value]:
    """The figures of the inputs; totals come later, from these."""
    for cell in progress.spec.cells:
        place = None if cell.total else progress.located.cells.get(cell.key)
        raw = None if place is None else progress.located.sheets[cell.table.sheet].cells.get(place)
        if raw is None:
            yield None
        elif (
            raw.kind == "number" and raw.formula is None and (count := parse_whole(raw.text, PLAIN_DIGITS)) is not None
        ):
            if count in progress.serials and not cell.measure.decimals:
                progress.findings.append(_doubt_serial(progress, cell, count))
            yield count * cell.measure.scale
        else:
            yield _read_figure(progress, cell, raw)


def _read_figure(progress: _Progress, cell: Cell, raw: RawCell) -> Value:
    if is_picture(raw):
        progress.findings.append(finding("cell.picture", cell.key))
        return None
    if raw.formula is not None:
        sheet = progress.located.sheets[cell.table.sheet].name
        if means := progress.book.sources.trace_outside(raw.formula, sheet):
            formula = raw.formula[:MAX_QUOTED_CONTENT]
            progress.findings.append(finding("formula.outside", cell.key, formula=formula, means=means))
            return None
    if raw.kind == "empty":
        if raw.formula is not None:
            progress.findings.append(
                finding("formula.uncalculated", cell.key, formula=raw.formula[:MAX_QUOTED_CONTENT])
            )
        return None
    if raw.kind in KIND_WORDS:
        content = raw.text if raw.formula is None or raw.kind != "error" else f"{raw.text}，公式 ={raw.formula}"
        progress.findings.append(
            finding("number.kind", cell.key, what=KIND_WORDS[raw.kind], raw=content[:MAX_QUOTED_CONTENT])
        )
        return None
    figure = _parse_cell(cell, raw)
    if figure.code == "number.normalised" and raw.text.strip() == figure.data["as"]:
        progress.findings.append(finding("number.stored", cell.key, count=1))
    elif figure.code is not None:
        facts: dict[str, Any] = {
            name: fact[:MAX_QUOTED_CONTENT] if isinstance(fact, str) else fact for name, fact in figure.data.items()
        }
        progress.findings.append(finding(figure.code, cell.key, **facts))
    if raw.formula is not None:
        shown = format_value(figure.value, cell.measure)
        progress.findings.append(
            finding("formula.in_input", cell.key, formula=raw.formula[:MAX_QUOTED_CONTENT], value=shown)
        )
    return figure.value


def _join_remarks(progress: _Progress) -> Iterator[Finding]:
    """The findings so far, with those that say the same of many figures of a table as one at the place of the first."""
    joined: dict[tuple[str, str], list[Finding]] = {}
    for found in progress.findings:
        if found.code in _OF_A_TABLE:
            joined.setdefault((found.code, progress.spec.cell(found.keys[0]).table.id), []).append(found)
    for found in progress.findings:
        if found.code not in _OF_A_TABLE:
            yield found
            continue
        alike = joined.pop((found.code, progress.spec.cell(found.keys[0]).table.id), [])
        if alike:
            yield _join_alike(alike)


def _join_alike(alike: Sequence[Finding]) -> Finding:
    facts = dict(alike[0].data)
    if "count" in facts:
        facts["count"] = len(alike)
    if "raw" in facts:
        facts["raws"] = tuple(each.data["raw"] for each in alike)
    if "example" in facts:
        facts["example"] = join_first([each.data["example"] for each in alike], MAX_NAMED_PLACES, "格")
    return finding(alike[0].code, *(each.keys[0] for each in alike), **facts)


def _doubt_serial(progress: _Progress, cell: Cell, count: int) -> Finding:
    shown = format_date("yyyy-mm-dd", str(count), progress.book.date1904)
    example = f"{progress.plan.cells[cell.key].address} 填的是 {count}（即 {shown}）"
    return finding("number.serial", cell.key, count=1, example=example)


def _count_serials(year: int, date1904: bool) -> range:
    """The serial numbers of the dates that a clerk may have in mind: from a report's year to two years after."""
    start = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
    return range((date(year, 1, 1) - start).days, (date(year + 3, 1, 1) - start).days)


def _parse_cell(cell: Cell, raw: RawCell) -> Figure:
    if raw.kind == "text" or not STORED_NUMBER.fullmatch(raw.text):
        return number.from_text(raw.text, cell.measure)
    return number.from_double(raw.text, cell.measure)


def _compare_totals(progress: _Progress, values: tuple[Value, ...]) -> None:
    """What stands in the total cells: a typed figure and the kept result of a formula are held against their parts.

    The formula itself is compared as text.
    """
    stale: dict[CellKey, str] = {}
    for cell, value in zip(progress.spec.cells, values, strict=True):
        place = progress.located.cells.get(cell.key) if cell.total else None
        raw = None if place is None else progress.located.sheets[cell.table.sheet].cells.get(place)
        if raw is None or raw.kind == "empty":
            continue
        if raw.formula is not None:
            if raw.kind == "number" and value is not None and (shown := _find_other_figure(cell, raw, value)):
                stale[cell.key] = shown
            continue
        figure = _parse_cell(cell, raw) if raw.kind in {"text", "number"} else Figure(None)
        if figure.value == value and figure.value is not None:
            progress.findings.append(finding("total.retyped", cell.key))
        elif raw.text.strip():
            total = (
                "而各项没有填全，算不出合计" if value is None else f"按各项相加是 {format_value(value, cell.measure)}"
            )
            progress.findings.append(
                finding("total.typed", cell.key, typed=raw.text.strip()[:MAX_QUOTED_CONTENT], sum=total)
            )
    if stale:
        first = progress.spec.cell(next(iter(stale)))
        example = f"“{first.row.short}”“{first.column.short}”{stale[first.key]}"
        progress.findings.append(finding("total.stale", *stale, count=len(stale), example=example))


def _compare_rates(progress: _Progress, values: tuple[Value, ...]) -> None:
    """What stands in the cells of rates, typed or kept as the result of a formula, is held against their figures."""
    for rate in progress.spec.rates:
        place = progress.located.cells.get(rate.key)
        raw = None if place is None else progress.located.sheets[rate.table.sheet].cells.get(place)
        if place is None or raw is None or not raw.text.strip() or (raw.formula is not None and raw.kind != "number"):
            continue
        where = f"{rate.table.name} {cell_name(*place)}“{rate.row.short}”“{rate.column.short}”"
        double = raw.kind == "number" and STORED_NUMBER.fullmatch(raw.text)
        shown = f"{Decimal(f'{float(raw.text):.15g}'):f}" if double else raw.text
        told = f"{where}{'显示的' if raw.formula is not None else '填的'}"
        others = list(find_other_rates(progress.spec, values, {rate.key: (shown, told)}))
        retyped = [finding("rate.retyped", where=where)] if raw.formula is None and not others else []
        progress.findings.extend([*others, *retyped])


def _find_other_figure(cell: Cell, raw: RawCell, value: Value) -> str:
    """What the kept result of a total's formula is, where it is not the sum of its parts; nothing where it is."""
    if parse_whole(raw.text, PLAIN_DIGITS) == value and cell.measure.scale == 1:
        return ""
    shown = _parse_cell(cell, raw).value
    told = raw.text[:MAX_QUOTED_CONTENT] if shown is None else format_value(shown, cell.measure)
    return "" if shown == value else f"显示 {told}，按各项相加是 {format_value(value, cell.measure)}"
