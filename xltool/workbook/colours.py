"""Colours that conditions give on the sheet of a table.

To its words, to the cells that they speak of, and to figures that cannot be.

What holds for many cells in the same way is one condition, written for the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from xltool.forms.sheet_names import CHECKS
from xltool.model import Cell, Measure, Table
from xltool.spreadsheet.a1 import column_name, range_name
from xltool.spreadsheet.cell import Area
from xltool.workbook import formula
from xltool.workbook.context import Context
from xltool.workbook.formula import ASK, FAIL, MEND, PASS
from xltool.workbook.layout_plan import VERDICT_COLUMN, Plan, Spot, Word
from xltool.workbook.ranges import join_rectangles

_Groups: TypeAlias = dict[tuple[object, ...], list[tuple[str, Area]]]
"""By what they share: for each word how the condition of its first cell names it, and an area that it colours."""


def write_colours(context: Context, sheet: Any, table: Table, words_only: bool) -> None:
    """Writes the conditions of a table's sheet, the gravest first: where several hold, the first one colours.

    With `words_only` the words alone, not the cells that they speak of: in a workbook that goes back those in question
    are marked, and nothing else.
    """
    plan, formats = context.plan, context.formats
    words = [word for word in plan.words if word.table is table]
    places, cells = _group_words(plan, words)
    for groups, looks in ((places, ("bad", "ask", "good")), ({} if words_only else cells, ("bad", "ask"))):
        for look in looks:
            for group in groups.values():
                _add_condition(sheet, [area for _, area in group], _write_criterion(group[0][0], look), formats[look])
    if not words_only:
        for look, verdict, areas in _list_lines(plan, table):
            _add_condition(sheet, areas, _write_criterion(verdict, look), formats[look])
    for measure, areas in _group_figures(plan, [c for c in context.spec.cells if c.table is table and not c.total]):
        first = Spot(table.sheet, *areas[0][:2]).address
        fits = formula.write_validation(measure, first, slash=True)
        _add_condition(sheet, areas, f'AND({first}<>"",NOT({fits}))', formats["bad"])


def _group_words(plan: Plan, words: Iterable[Word]) -> tuple[_Groups, _Groups]:
    """The words themselves and the cells that they speak of.

    Together where all stand to their word as the first one does.
    """
    places: _Groups = {}
    cells: _Groups = {}
    for word in words:
        spot, beside = word.spot, word.spot.column == plan.column_beside(word.table)
        one = f"${column_name(spot.column)}{spot.row + 1}" if beside else f"{column_name(spot.column)}${spot.row + 1}"
        alone = f"${column_name(spot.column)}${spot.row + 1}"
        own = (spot.row, spot.column, spot.row, spot.column + word.width - 1)
        if word.width == 1:
            places.setdefault((beside,), []).append((one, own))
        else:
            places[spot,] = [(alone, own)]
        spots = [plan.cells[key] for key in word.keys if plan.cells[key].sheet == spot.sheet]
        rows, columns = {s.row for s in spots}, {s.column for s in spots}
        areas = _cover_spots(spots)
        if word.width == 1 and (rows == {spot.row} if beside else columns == {spot.column}):
            for area in areas:
                across = (area[1], area[3]) if beside else (area[0], area[2])
                cells.setdefault((beside, *across), []).append((one, area))
        else:
            cells[spot,] = [(alone, area) for area in areas]
    return places, cells


def _list_lines(plan: Plan, table: Table) -> Iterator[tuple[str, str, list[Area]]]:
    """The cells of rules that stand at no one row or column: with what look, and where 校验 says its verdict."""
    for check in plan.checks:
        rule = check.rule
        if rule is None or rule.at or rule.defines:
            continue
        spots = [plan.cells[key] for key in rule.linear.own if plan.cells[key].sheet == table.sheet]
        if spots:
            verdict = Spot(CHECKS, plan.lines[check.name], VERDICT_COLUMN).reference
            yield "bad" if check.severity == "error" else "ask", verdict, _cover_spots(dict.fromkeys(spots))


def _cover_spots(spots: Iterable[Spot]) -> list[Area]:
    """The areas of some cells and of no others: runs down the columns, alike ones side by side as one."""
    runs: list[Area] = []
    for column, row in sorted({(spot.column, spot.row) for spot in spots}):
        if runs and runs[-1][2:] == (row - 1, column):
            runs[-1] = (runs[-1][0], column, row, column)
        else:
            runs.append((row, column, row, column))
    return list(_join_areas(sorted(runs)))


def _write_criterion(word: str, look: str) -> str:
    if look == "bad":
        return f'OR(LEFT({word},{len(FAIL)})="{FAIL}",{word}="{MEND}")'
    return f'{word}="{ASK if look == "ask" else PASS}"'


def _group_figures(plan: Plan, inputs: list[Cell]) -> Iterator[tuple[Measure, list[Area]]]:
    """The areas of inputs by measure; apart where the first does not begin above and left of all others."""
    found: dict[Measure, list[Area]] = {}
    for run in join_rectangles(plan, inputs):
        first, last = plan.cells[run[0]], plan.cells[run[-1]]
        area = (first.row, first.column, last.row, last.column)
        found.setdefault(plan.spec.cell(run[0]).measure, []).append(area)
    for measure, areas in found.items():
        top, left = min(area[0] for area in areas), min(area[1] for area in areas)
        if areas[0][:2] == (top, left):
            yield measure, areas
        else:
            yield from ((measure, [area]) for area in areas)


def _add_condition(sheet: Any, areas: Iterable[Area], criteria: str, look: Any) -> None:
    joined = list(_join_areas(sorted(areas)))
    rule = {"type": "formula", "criteria": f"={criteria}", "format": look}
    if len(joined) > 1:
        rule["multi_range"] = " ".join(range_name(*area) for area in joined)
    sheet.conditional_format(*joined[0], rule)


def _join_areas(areas: list[Area]) -> Iterator[Area]:
    """Areas in order, neighbours of one width or height as one."""
    before = areas[0]
    for area in areas[1:]:
        top, left, bottom, right = before
        if (area[0], area[1], area[3]) == (bottom + 1, left, right) or (*area[:3],) == (top, right + 1, bottom):
            before = (top, left, area[2], area[3])
        else:
            yield before
            before = area
    yield before
