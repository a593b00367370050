"""Cells as ranges of formulas: neighbours run together, each run as references into the whole frame of its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from xltool.model import PRIOR, Cell, CellKey, Table, Terms
from xltool.spreadsheet.a1 import cell_name, quote_sheet
from xltool.workbook.layout_plan import Plan, Spot

Run: TypeAlias = list[CellKey]
"""Keys of neighbouring cells of one measure, of this year or all of last year (`prior.`)."""


def cell_of(plan: Plan, key: CellKey) -> Cell:
    """The cell of a key, whichever year it is of."""
    return plan.spec.cell(key.removeprefix(PRIOR))


def reference(plan: Plan, run: Sequence[CellKey], home: Table | None) -> str:
    """A run of cells as references into the frame of their table, with the sheet's name unless it is at home."""
    table = cell_of(plan, run[0]).table
    bottom, right = plan.frame(table)
    sheet = "" if table is home else f"{quote_sheet(table.sheet)}!"
    frame = f"{sheet}$A$1:{cell_name(bottom, right, absolute=True)}"
    first, last = plan.spot(run[0]), plan.spot(run[-1])
    start = f"INDEX({frame},{first.row + 1},{first.column + 1})"
    return start if len(run) == 1 else f"{start}:INDEX({frame},{last.row + 1},{last.column + 1})"


def text_reference(spot: Spot, home: str) -> str:
    """A cell for a text as a reference into its own row, from the first cell to the one behind it, which are locked."""
    sheet = "" if spot.sheet == home else f"{quote_sheet(spot.sheet)}!"
    first, behind = cell_name(spot.row, 0, absolute=True), cell_name(spot.row, spot.column + 1, absolute=True)
    return f"INDEX({sheet}{first}:{behind},1,{spot.column + 1})"


def runs(plan: Plan, terms: Terms) -> list[tuple[Run, int]]:
    """Terms as runs of neighbouring cells of one coefficient and precision, down a column or along a row."""
    found: list[tuple[Run, int]] = []
    for key, coefficient in terms:
        if found and found[-1][1] == coefficient and _continues(plan, found[-1][0], key):
            found[-1][0].append(key)
        else:
            found.append(([key], coefficient))
    return found


def rectangles(plan: Plan, cells: Iterable[Cell]) -> list[Run]:
    """Cells as rectangles, each from its top left to its bottom right cell; merged neighbours stay out of them."""

    def column_first(cell: Cell) -> tuple[str, int, int]:
        spot = plan.cells[cell.key]
        return spot.sheet, spot.column, spot.row

    found: list[Run] = []
    for run, _ in runs(plan, tuple((cell.key, 1) for cell in sorted(cells, key=column_first))):
        down = _extent(plan, run)
        measure = cell_of(plan, run[0]).measure
        beside = next(
            (o for o in found if _beside(_extent(plan, o), down) and cell_of(plan, o[0]).measure is measure), None
        )
        if beside is None:
            found.append(run)
        else:
            beside.extend(run)
    return found


def last_year(run: Iterable[CellKey]) -> Run:
    """The same cells last year: they stand to each other as this year's do."""
    return [PRIOR + key for key in run]


def _continues(plan: Plan, run: Run, key: CellKey) -> bool:
    before, cell = cell_of(plan, run[-1]), cell_of(plan, key)
    if cell.table is not before.table or cell.measure is not before.measure:
        return False
    last, here = plan.spot(run[-1]), plan.spot(key)
    step = _step(last, here)
    return step in {(1, 0), (0, 1)} and (len(run) == 1 or _step(plan.spot(run[-2]), last) == step)


def _step(start: Spot, end: Spot) -> tuple[int, int]:
    return end.row - start.row, end.column - start.column


def _extent(plan: Plan, run: Run) -> tuple[str, int, int, int, int]:
    first, last = plan.spot(run[0]), plan.spot(run[-1])
    return first.sheet, first.row, last.row, first.column, last.column


def _beside(left: tuple[str, int, int, int, int], right: tuple[str, int, int, int, int]) -> bool:
    """Whether the second extent continues the first in the next column, over the same rows."""
    return left[:3] == right[:3] and right[3] == right[4] == left[4] + 1
