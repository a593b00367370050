"""Where a workbook shows an eye something else than it holds: formats, colours, hidden rows, conditions, drawings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Final, Literal

from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, COVER, HIDDEN, TEXTS
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, Measure, Table
from xltool.reader.evidence import MAX_NAMED_PLACES, MAX_QUOTED_CONTENT, shorten
from xltool.reader.locate import LocatedCells
from xltool.spreadsheet.a1 import cell_name, column_name, range_name
from xltool.spreadsheet.cell import Area, Position, RawCell
from xltool.spreadsheet.number_format import format_number, format_text
from xltool.spreadsheet.sheet import Display, RawSheet
from xltool.workbook.layout_plan import TABLE_TOP, Plan

MAX_SHOWN_CELLS: Final = 3
"""How many disguised cells of a table are shown beside what they hold."""

_FIGURE: Final = re.compile(r"([+-]?[0-9]*\.?[0-9]+\.?(?:E[+-]?[0-9]+)?)(.*)", re.ASCII | re.DOTALL)
_EXACT: Final = Context(prec=15)
"""Excel shows and takes fifteen significant digits."""


def find_disguises(plan: Plan, located: LocatedCells, told: Collection[CellKey] = ()) -> Iterator[Finding]:
    """What misleads on the sheets of a form, by table; a workbook as handed out has none of it, whoever saved it.

    `told` are the cells whose content is no figure, which a finding of its own quotes.
    """
    yield from _find_hidden_sheets(plan, located.sheets)
    for table in plan.spec.tables:
        sheet = located.sheets.get(table.sheet)
        if sheet is not None:
            yield from _find_covering_merges(plan, table, sheet, located)
        if sheet is not None and (sheet.displays or sheet.overlays.veils or sheet.hidden_rows or sheet.hidden_columns):
            keys = {
                located.cells[cell.key]: cell.key
                for cell in plan.spec.cells
                if cell.table is table and cell.key in located.cells
            }
            if sheet.displays:
                yield from _find_disguised_cells(
                    plan, sheet, {place: key for place, key in keys.items() if key not in told}
                )
            if sheet.overlays.veils:
                yield from _find_veils(sheet, keys)
            if sheet.hidden_rows or sheet.hidden_columns:
                bottom, right = plan.row_below(table), plan.column_beside(table)
                inside = {place for place in sheet.cells if TABLE_TOP <= place[0] < bottom and place[1] < right}
                yield from _find_hidden_lines(sheet, inside | keys.keys())
    for name in (COVER, TEXTS, CHECKS):
        sheet = located.sheets.get(name)
        if sheet is not None and sheet.merges:
            yield from _report_covering(sheet, sheet.merges, _list_written(plan, name))
        if sheet is not None and (sheet.hidden_rows or sheet.hidden_columns):
            whys = {(spot.row, spot.column) for spot in plan.explanations.values()}
            yield from _find_hidden_lines(sheet, {place for place in sheet.cells if name != CHECKS or place in whys})


@derive_once
def _list_merges(plan: Plan, table: Table) -> frozenset[Area]:
    """The merges of a table as it was handed out."""
    return frozenset(
        (TABLE_TOP + a.row, a.column, TABLE_TOP + a.row + a.height - 1, a.column + a.width - 1)
        for a in plan.grids[table.id].rectangles
        if a.height * a.width > 1
    )


@derive_once
def _list_written(plan: Plan, name: str) -> frozenset[Position]:
    """Where texts, contact facts and reasons are written on a sheet that is no table."""
    spots = (*plan.texts.values(), *plan.explanations.values(), *plan.cover.values())
    return frozenset((spot.row, spot.column) for spot in spots if spot.sheet == name)


def _find_covering_merges(plan: Plan, table: Table, sheet: RawSheet, located: LocatedCells) -> Iterator[Finding]:
    """The merges of a table's sheet under which cells of the form lie where nobody sees them."""
    added = [area for area in sheet.merges if area[2] >= TABLE_TOP and area not in _list_merges(plan, table)]
    if added:
        cells = (*plan.spec.cells, *plan.spec.entries)
        mine = {located.cells[c.key] for c in cells if c.table is table and c.key in located.cells}
        yield from _report_covering(sheet, added, mine)


def _report_covering(sheet: RawSheet, merges: Iterable[Area], places: Collection[Position]) -> Iterator[Finding]:
    covered: set[Position] = set()
    ranges: list[str] = []
    held: list[str] = []
    for top, left, bottom, right in merges:
        under = {
            place
            for place in places
            if top <= place[0] <= bottom and left <= place[1] <= right and place != (top, left)
        }
        if under:
            covered |= under
            held += [
                f"{cell_name(*place)}“{shorten(raw.text)}”"
                for place in sorted(under)
                if (raw := sheet.cells.get(place)) and raw.text
            ]
            ranges.append(range_name(top, left, bottom, right))
    if covered:
        told = join_first(ranges, MAX_NAMED_PLACES, "处")
        hidden = f"，其中看不见的有 {join_first(held, MAX_NAMED_PLACES, '格')}" if held else ""
        yield finding("merge.covering", sheet=sheet.name, ranges=told, count=len(covered), held=hidden)


def _find_hidden_sheets(plan: Plan, sheets: Mapping[str, RawSheet]) -> Iterator[Finding]:
    wanted = {COVER, TEXTS, CHECKS, *(table.sheet for table in plan.spec.tables)} - {HIDDEN}
    hidden = [sheet.name for name, sheet in sheets.items() if name in wanted and sheet.visibility != "visible"]
    if hidden:
        yield finding("sheet.hidden", found="、".join(f"“{name}”" for name in hidden))


def _find_disguised_cells(plan: Plan, sheet: RawSheet, keys: Mapping[Position, CellKey]) -> Iterator[Finding]:
    """One finding a table about all cells that show something else than they hold, or nothing."""
    found: list[CellKey] = []
    told: list[str] = []
    for place, key in keys.items():
        look = sheet.displays.get(place)
        if look is not None:
            what = _describe_disguise(sheet.cells[place], look, plan.spec.cell(key).measure)
            if what:
                found.append(key)
                told.append(f"{cell_name(*place)} {what}")
    if found:
        yield finding(
            "cell.disguised", *found, count=len(found), example=join_first(told, MAX_SHOWN_CELLS, between="；")
        )


def _describe_disguise(cell: RawCell, look: Display, measure: Measure) -> str:
    """How what a cell shows misleads about what it holds; nothing when it does not."""
    if cell.kind not in {"number", "text"}:
        return ""  # told as what it is
    holds = f"实际是 {_format_plainly(cell)}"
    if look.unseen:
        return f"看不见，{holds}"
    seen = format_text(look.format, cell.text) if cell.kind == "text" else _format_cell(cell, look)
    if seen is None:
        return f"用了数字格式“{look.format[:MAX_QUOTED_CONTENT]}”，{holds}"
    if not seen.strip():
        return f"看不见，{holds}"
    same = seen == cell.text if cell.kind == "text" else _shows_same_number(seen, cell.text, measure)
    return "" if same else f"显示为“{seen.strip()[:MAX_QUOTED_CONTENT]}”，{holds}"


def _format_cell(cell: RawCell, look: Display) -> str | None:
    number = _parse_number(cell.text)
    return None if number is None else format_number(look.format, str(number))


def _parse_number(text: str) -> Decimal | None:
    """The number of a cell, to the digits that an application takes of it."""
    try:
        number = _EXACT.create_decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shows_same_number(seen: str, held: str, measure: Measure) -> bool:
    """Whether a text shows just the number that is held.

    Grouped, with its own unit or the sign of the currency, but nothing else.
    """
    text = re.sub(r"[\s,¥￥]", "", seen)
    text = f"-{text[1:-1]}" if text[:1] == "(" and text[-1:] == ")" else text
    match, number = _FIGURE.fullmatch(text), _parse_number(held)
    return match is not None and match[2] in {"", measure.unit} and number is not None and Decimal(match[1]) == number


def _format_plainly(cell: RawCell) -> str:
    number = _parse_number(cell.text) if cell.kind == "number" else None
    if number is None:
        return f"“{cell.text[:MAX_QUOTED_CONTENT]}”"
    return f"{number:f}" if -MAX_QUOTED_CONTENT < number.adjusted() < MAX_QUOTED_CONTENT else str(number)


def _find_veils(sheet: RawSheet, keys: Mapping[Position, CellKey]) -> Iterator[Finding]:
    kinds: tuple[tuple[Literal["conditional", "drawing"], str], ...] = (
        ("conditional", "format.conditional"),
        ("drawing", "sheet.drawing"),
    )
    for kind, code in kinds:
        under: dict[CellKey, None] = {}
        whats: dict[str, None] = {}
        for veil in sheet.overlays.veils:
            if veil.kind == kind:
                top, left, bottom, right = veil.area
                covered = [
                    key for (row, column), key in keys.items() if top <= row <= bottom and left <= column <= right
                ]
                under.update(dict.fromkeys(covered))
                whats.update(dict.fromkeys([veil.what] if covered else []))
        if under:
            yield finding(code, *under, sheet=sheet.name, count=len(under), what=join_first([*whats], MAX_NAMED_PLACES))


def _find_hidden_lines(sheet: RawSheet, places: Iterable[Position]) -> Iterator[Finding]:
    """The hidden rows and columns that hold any of the places."""
    told = [*places]
    rows = sorted({row for row, _ in told} & sheet.hidden_rows)
    columns = sorted({column for _, column in told} & sheet.hidden_columns)
    for code, lines in (
        ("row.hidden", [str(row + 1) for row in rows]),
        ("column.hidden", [*map(column_name, columns)]),
    ):
        if lines:
            yield finding(code, sheet=sheet.name, count=len(lines), places=join_first(lines, MAX_NAMED_PLACES))
