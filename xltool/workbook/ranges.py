"""Cells as ranges of formulas: neighbours run together.

None of the ranges can be cut apart, since all of their cells are locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from xltool.model import PRIOR, Cell, CellKey, Terms, bare_key
from xltool.spreadsheet.a1 import quote_sheet, range_name
from xltool.workbook.layout_plan import Plan, Spot

Run: TypeAlias = list[CellKey]
"""Keys of neighbouring cells of one measure, all inputs or all totals of this year, or all of last year (`prior.`)."""


def find_cell(plan: Plan, key: CellKey) -> Cell:
    """The cell of a key, whichever year it is of."""
    return plan.spec.cell(bare_key(key))


def is_input(plan: Plan, key: CellKey) -> bool:
    """Whether a cell of this year is typed in."""
    return key in plan.copies


def refer_to_run(plan: Plan, run: Sequence[CellKey], home: str) -> str:
    """A run of cells as a range for a formula on the sheet `home`.

    Of inputs their copies, of totals and last year's figures the cells.
    """
    first, last = (plan.copies.get(key) or plan.spot(key) for key in (run[0], run[-1]))
    sheet = "" if first.sheet == home else f"{quote_sheet(first.sheet)}!"
    return sheet + range_name(first.row, first.column, last.row, last.column)


def group_runs(plan: Plan, terms: Terms) -> list[tuple[Run, int]]:
    """Terms as runs of neighbouring cells of one coefficient and precision, down a column or along a row."""
    found: list[tuple[Run, int]] = []
    for key, coefficient in terms:
        if found and found[-1][1] == coefficient and _run_continues(plan, found[-1][0], key):
            found[-1][0].append(key)
        else:
            found.append(([key], coefficient))
    return found


def join_rectangles(plan: Plan, cells: Iterable[Cell]) -> list[Run]:
    """Cells as rectangles, each from its top left to its bottom right cell; merged neighbours stay out of them."""

    def column_first(cell: Cell) -> tuple[str, int, int]:
        spot = plan.cells[cell.key]
        return spot.sheet, spot.column, spot.row

    found: list[Run] = []
    for run, _ in group_runs(plan, tuple((cell.key, 1) for cell in sorted(cells, key=column_first))):
        down = _find_extent(plan, run)
        beside = next(
            (o for o in found if _stands_beside(_find_extent(plan, o), down) and _are_alike(plan, o[0], run[0])), None
        )
        if beside is None:
            found.append(run)
        else:
            beside.extend(run)
    return found


def shift_to_last_year(run: Iterable[CellKey]) -> Run:
    """The same cells last year: they stand to each other as this year's do."""
    return [PRIOR + key for key in run]


def _run_continues(plan: Plan, run: Run, key: CellKey) -> bool:
    if not _are_alike(plan, run[-1], key):
        return False
    last, here = plan.spot(run[-1]), plan.spot(key)
    step = _find_step(last, here)
    return (
        last.sheet == here.sheet
        and step in {(1, 0), (0, 1)}
        and (len(run) == 1 or _find_step(plan.spot(run[-2]), last) == step)
    )


def _are_alike(plan: Plan, one: CellKey, other: CellKey) -> bool:
    """Whether two cells may stand in one run: of one table and measure, both inputs or both totals."""
    left, right = find_cell(plan, one), find_cell(plan, other)
    return left.table is right.table and left.measure is right.measure and left.total is right.total


def _find_step(start: Spot, end: Spot) -> tuple[int, int]:
    return end.row - start.row, end.column - start.column


def _find_extent(plan: Plan, run: Run) -> tuple[str, int, int, int, int]:
    first, last = plan.spot(run[0]), plan.spot(run[-1])
    return first.sheet, first.row, last.row, first.column, last.column


def _stands_beside(left: tuple[str, int, int, int, int], right: tuple[str, int, int, int, int]) -> bool:
    """Whether the second extent continues the first in the next column, over the same rows."""
    return left[:3] == right[:3] and right[3] == right[4] == left[4] + 1
