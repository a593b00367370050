"""Where a workbook shows an eye something else than it holds: formats, colours, hidden rows, conditions, drawings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Final, Literal

from xltool.forms.sheet_names import CHECKS, COVER, HIDDEN, TEXTS
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, Measure
from xltool.reader.evidence import EXAMPLES, MOST_SHOWN, Place
from xltool.reader.locate import Located
from xltool.spreadsheet.a1 import cell_name, column_name
from xltool.spreadsheet.number_format import format_number, format_text
from xltool.spreadsheet.sheet import Display, RawCell, RawSheet
from xltool.workbook.layout_plan import TABLE_TOP, Plan

SHOWN: Final = 3
"""How many disguised cells of a table are shown beside what they hold."""

_FIGURE: Final = re.compile(r"([+-]?[0-9]*\.?[0-9]+\.?(?:E[+-]?[0-9]+)?)(.*)", re.ASCII | re.DOTALL)
_EXACT: Final = Context(prec=15)
"""Excel shows and takes fifteen significant digits."""


def disguised(plan: Plan, located: Located, told: Collection[CellKey] = ()) -> Iterator[Finding]:
    """What misleads on the sheets of a form, by table; a workbook as handed out has none of it, whoever saved it.

    `told` are the cells whose content is no figure, which a finding of its own quotes.
    """
    yield from _hidden_sheets(plan, located.sheets)
    for table in plan.spec.tables:
        sheet = located.sheets.get(table.sheet)
        if sheet is not None and (sheet.displays or sheet.overlays.veils or sheet.hidden_rows or sheet.hidden_columns):
            keys = {
                located.cells[cell.key]: cell.key
                for cell in plan.spec.cells
                if cell.table is table and cell.key in located.cells
            }
            if sheet.displays:
                yield from _looks(plan, sheet, {place: key for place, key in keys.items() if key not in told})
            if sheet.overlays.veils:
                yield from _veils(sheet, keys)
            if sheet.hidden_rows or sheet.hidden_columns:
                bottom, right = plan.below(table), plan.beside(table)
                inside = {place for place in sheet.cells if TABLE_TOP <= place[0] < bottom and place[1] < right}
                yield from _hidden_lines(sheet, inside | keys.keys())
    for name in (COVER, TEXTS, CHECKS):
        sheet = located.sheets.get(name)
        if sheet is not None and (sheet.hidden_rows or sheet.hidden_columns):
            whys = {(spot.row, spot.column) for spot in plan.explanations.values()}
            yield from _hidden_lines(sheet, {place for place in sheet.cells if name != CHECKS or place in whys})


def _hidden_sheets(plan: Plan, sheets: Mapping[str, RawSheet]) -> Iterator[Finding]:
    wanted = {COVER, TEXTS, CHECKS, *(table.sheet for table in plan.spec.tables)} - {HIDDEN}
    hidden = [sheet.name for name, sheet in sheets.items() if name in wanted and sheet.visibility != "visible"]
    if hidden:
        yield finding("sheet.hidden", found="、".join(f"“{name}”" for name in hidden))


def _looks(plan: Plan, sheet: RawSheet, keys: Mapping[Place, CellKey]) -> Iterator[Finding]:
    """One finding a table about all cells that show something else than they hold, or nothing."""
    found: list[CellKey] = []
    told: list[str] = []
    for place, key in keys.items():
        look = sheet.displays.get(place)
        if look is not None:
            what = _disguise(sheet.cells[place], look, plan.spec.cell(key).measure)
            if what:
                found.append(key)
                told.append(f"{cell_name(*place)} {what}")
    if found:
        yield finding("cell.disguised", *found, count=len(found), example=join_first(told, SHOWN, between="；"))


def _disguise(cell: RawCell, look: Display, measure: Measure) -> str:
    """How what a cell shows misleads about what it holds; nothing when it does not."""
    if cell.kind not in {"number", "text"}:
        return ""  # told as what it is
    holds = f"实际是 {_plain(cell)}"
    if look.unseen:
        return f"看不见，{holds}"
    seen = format_text(look.format, cell.text) if cell.kind == "text" else _shown(cell, look)
    if seen is None:
        return f"用了数字格式“{look.format[:MOST_SHOWN]}”，{holds}"
    if not seen.strip():
        return f"看不见，{holds}"
    same = seen == cell.text if cell.kind == "text" else _same(seen, cell.text, measure)
    return "" if same else f"显示为“{seen.strip()[:MOST_SHOWN]}”，{holds}"


def _shown(cell: RawCell, look: Display) -> str | None:
    number = _number(cell.text)
    return None if number is None else format_number(look.format, str(number))


def _number(text: str) -> Decimal | None:
    """The number of a cell, to the digits that an application takes of it."""
    try:
        number = _EXACT.create_decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _same(seen: str, held: str, measure: Measure) -> bool:
    """Whether a text shows just the number that is held: grouped, with its own unit or the sign of the currency, but nothing else."""
    text = re.sub(r"[\s,¥￥]", "", seen)
    text = f"-{text[1:-1]}" if text[:1] == "(" and text[-1:] == ")" else text
    match, number = _FIGURE.fullmatch(text), _number(held)
    return match is not None and match[2] in {"", measure.unit} and number is not None and Decimal(match[1]) == number


def _plain(cell: RawCell) -> str:
    number = _number(cell.text) if cell.kind == "number" else None
    if number is None:
        return f"“{cell.text[:MOST_SHOWN]}”"
    return f"{number:f}" if -MOST_SHOWN < number.adjusted() < MOST_SHOWN else str(number)


def _veils(sheet: RawSheet, keys: Mapping[Place, CellKey]) -> Iterator[Finding]:
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
            yield finding(code, *under, sheet=sheet.name, count=len(under), what=join_first([*whats], EXAMPLES))


def _hidden_lines(sheet: RawSheet, places: Iterable[Place]) -> Iterator[Finding]:
    """The hidden rows and columns that hold any of the places."""
    told = [*places]
    rows = sorted({row for row, _ in told} & sheet.hidden_rows)
    columns = sorted({column for _, column in told} & sheet.hidden_columns)
    for code, lines in (
        ("row.hidden", [str(row + 1) for row in rows]),
        ("column.hidden", [*map(column_name, columns)]),
    ):
        if lines:
            yield finding(code, sheet=sheet.name, count=len(lines), places=join_first(lines, EXAMPLES))
