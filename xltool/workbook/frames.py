"""The rectangles that formulas point into.

Cut and paste of inputs cannot bend them, and no formula of theirs stands in them.

A spreadsheet moves an end of a range only when the whole edge there is cut and pasted in line with it. So each edge of
a frame holds a locked cell, or nothing stands in line with it that may be pasted over. And a formula is in a frame only
if it does not depend on what is read there: who follows ranges cell by cell must find no circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, CONTROLS, TEXTS
from xltool.spreadsheet.a1 import quote_sheet, range_name
from xltool.spreadsheet.cell import Area, Position
from xltool.workbook.layout_plan import (
    CHECK_TOP,
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    LENGTH_COLUMN,
    MOST_TO_DO,
    RIGHT_COLUMN,
    RUN_ON_LINES,
    TO_DO_COLUMNS,
    TO_DO_TOP,
    VERDICT_COLUMN,
    Plan,
    Spot,
)

_BEHIND: Final = 2
"""How far behind the last cell of a sheet a frame may end: all cells there are locked."""


@dataclass(frozen=True)
class _Sheet:
    """Where a sheet may be typed into, where it computes, and where it ends."""

    unlocked: frozenset[Position]
    formulas: frozenset[Position]
    bottom: int
    right: int

    def find_nearest(self, place: Position, down: int, across: int) -> Position:
        """The nearest locked cell without a formula in a direction; the place itself where there is none."""
        row, column = place[0] + down, place[1] + across
        while 0 <= row <= self.bottom and 0 <= column <= self.right:
            if (row, column) not in self.unlocked and (row, column) not in self.formulas:
                return row, column
            row, column = row + down, column + across
        return place

    def is_held(self, area: Area) -> bool:
        """Whether each edge of a rectangle holds a locked cell."""
        return not any(self.unlocked.issuperset(edge) for edge in _list_edges(area))

    def stays(self, area: Area) -> bool:
        """Whether no edge of a rectangle can be cut and pasted in line with it, and not all of it can be cut."""
        moves = zip(_list_edges(area), (True, True, False, False), strict=True)
        whole = all(self.unlocked.issuperset(edge) for edge in _list_edges(area))
        return not whole and not any(self._moves(edge, down) for edge, down in moves)

    def _moves(self, edge: list[Position], down: bool) -> bool:
        """Whether an edge can be cut, and fits unlocked cells below or above it, or beside it."""
        if not self.unlocked.issuperset(edge):
            return False
        steps = range(-self.bottom, self.bottom + 1) if down else range(-self.right, self.right + 1)
        lines = (((row + by, column) if down else (row, column + by) for row, column in edge) for by in steps if by)
        return any(self.unlocked.issuperset(line) for line in lines)

    def find_formulas(self, area: Area) -> set[Position]:
        """The formulas in a rectangle."""
        top, left, bottom, right = area
        return {(row, column) for row, column in self.formulas if top <= row <= bottom and left <= column <= right}


def refer_in_frame(plan: Plan, spot: Spot, home: str, harmless: frozenset[Position] = frozenset()) -> str:
    """A cell that may be cut, as a reference that stays.

    `INDEX(frame, row, column)`, for a formula on the sheet `home`.

    `harmless` are formulas of its sheet that do not depend on the cell.
    """
    top, left, bottom, right = find_frame(plan, spot, harmless)
    sheet = "" if spot.sheet == home else f"{quote_sheet(spot.sheet)}!"
    return f"INDEX({sheet}{range_name(top, left, bottom, right)},{spot.row - top + 1},{spot.column - left + 1})"


def find_frame(plan: Plan, spot: Spot, harmless: frozenset[Position]) -> Area:
    """The smallest frame of a cell.

    Where formulas that depend on it surround it, the whole sheet, whose corners are locked.
    """
    sheet, place = _describe_sheet(plan, spot.sheet), (spot.row, spot.column)
    up, down = ({place[0], sheet.find_nearest(place, step, 0)[0]} for step in (-1, 1))
    left, right = ({place[1], sheet.find_nearest(place, 0, step)[1]} for step in (-1, 1))
    areas = sorted(product(up, left, down, right), key=lambda area: (_measure(area), area))
    wanted = (
        lambda area: not sheet.find_formulas(area) and sheet.is_held(area),
        lambda area: sheet.find_formulas(area) <= harmless and sheet.is_held(area),
        lambda area: sheet.find_formulas(area) <= harmless and sheet.stays(area),
    )
    for fits in wanted:
        found = next(filter(fits, areas), None)
        if found is not None:
            return found
    return 0, 0, sheet.bottom, sheet.right


@derive_once
def _describe_sheet(plan: Plan, name: str) -> _Sheet:
    inputs = [cell.key for cell in plan.spec.inputs if cell.table.sheet == name]
    typed = [
        spot
        for spot in (*plan.texts.values(), *plan.explanations.values(), *plan.controls.values())
        if spot.sheet == name
    ]
    places = {
        (plan.cells[key].row + down, plan.cells[key].column + at)
        for key in inputs
        for down in range(plan.areas[key].height)
        for at in range(plan.areas[key].width)
    }
    places |= {(spot.row, spot.column) for spot in typed}
    formulas = {(spot.row, spot.column) for spot in _find_formulas(plan) if spot.sheet == name}
    taken = [*places, *formulas, *((spot.row, spot.column) for spot in plan.priors.values() if spot.sheet == name)]
    return _Sheet(
        frozenset(places),
        frozenset(formulas),
        max((row for row, _ in taken), default=0) + _BEHIND,
        max((column for _, column in taken), default=0) + _BEHIND,
    )


@derive_once
def _find_formulas(plan: Plan) -> tuple[Spot, ...]:
    """Where the sheets that are typed into have formulas."""
    found = [plan.cells[cell.key] for cell in plan.spec.cells if cell.total]
    found += [plan.cells[rate.key] for rate in plan.spec.rates]
    found += [word.spot for word in plan.words]
    found += [plan.state, *plan.states.values()]
    found += plan.stated.values()
    found += [Spot(CONTROLS, spot.row, spot.column + at) for spot in plan.controls.values() for at in (1, 2, 3)]
    found += plan.control_lines.values()
    found += [Spot(TEXTS, spot.row, LENGTH_COLUMN) for spot in plan.texts.values() if spot.sheet == TEXTS]
    found += [*map(plan.run_on_line, range(RUN_ON_LINES)), plan.run_on_note(0)]
    found += [Spot(CHECKS, TO_DO_TOP + at, column) for at in range(MOST_TO_DO) for column in TO_DO_COLUMNS]
    lines = range(CHECK_TOP, CHECK_TOP + len(plan.checks))
    return (
        *found,
        *(
            Spot(CHECKS, line, at)
            for line in lines
            for at in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN)
        ),
    )


def _list_edges(area: Area) -> tuple[list[Position], ...]:
    top, left, bottom, right = area
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    return (
        [(top, column) for column in columns],
        [(bottom, column) for column in columns],
        [(row, left) for row in rows],
        [(row, right) for row in rows],
    )


def _measure(area: Area) -> int:
    top, left, bottom, right = area
    return (bottom - top + 1) * (right - left + 1)
