"""Rows and columns that were put in or taken out, told from where the cells of a form stand now."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from xltool.model import CellKey
from xltool.reader.matching import TableMaster, build_master
from xltool.spreadsheet.cell import Position
from xltool.spreadsheet.sheet import RawSheet
from xltool.workbook.layout_plan import Plan


@dataclass(frozen=True, slots=True)
class AxisMoves:
    """Where rows, or columns, stand now: those that are known, in order, with how far each has moved."""

    known: tuple[int, ...]
    by: tuple[int, ...]

    def move(self, at: int) -> int:
        """Where a row or column stands now: it has moved with the last known one before it, else with the first."""
        return at + self.by[max(0, bisect_right(self.known, at) - 1)]


@dataclass(frozen=True, slots=True)
class SheetMoves:
    """How the rows and the columns of a sheet have moved."""

    rows: AxisMoves
    columns: AxisMoves

    def move(self, row: int, column: int) -> Position:
        """Where a cell of the form stands now."""
        return self.rows.move(row), self.columns.move(column)


def find_moves(plan: Plan, sheets: Mapping[str, RawSheet], cells: Mapping[CellKey, Position]) -> dict[str, SheetMoves]:
    """The sheets on which whole rows or columns have moved in order, by the names that they should have.

    A sheet on which single cells have moved is not among them. Where heads stand is told by their words.
    """
    found = {}
    for table in plan.spec.tables:
        master = build_master(plan, table)
        pairs = [(master.places[key], place) for key, place in cells.items() if key in master.places]
        if table.sheet not in sheets or all(old == new for old, new in pairs):
            continue
        pairs += _find_labels(master, sheets[table.sheet])
        state = (plan.states[table.sheet].row, plan.states[table.sheet].column)
        head = sheets[table.sheet].cells.get(state)
        pairs += [(state, state)] if head is not None and head.formula is not None else []
        rows, columns = (_find_axis_moves((old[axis], new[axis]) for old, new in pairs) for axis in (0, 1))
        if rows is not None and columns is not None:
            found[table.sheet] = SheetMoves(rows, columns)
    return found


def _find_labels(master: TableMaster, sheet: RawSheet) -> Iterator[tuple[Position, Position]]:
    """Where each label stood and stands that is there once, word for word."""
    once = Counter(cell.text for cell in master.labels.values())
    here: dict[str, list[Position]] = defaultdict(list)
    for place, cell in sheet.cells.items():
        here[cell.text].append(place)
    for place, cell in master.labels.items():
        if once[cell.text] == len(here[cell.text]) == 1:
            yield place, here[cell.text][0]


def _find_axis_moves(pairs: Iterable[tuple[int, int]]) -> AxisMoves | None:
    """The moves of one axis; None where a row or column stands in two places, or where their order is another."""
    places = sorted(set(pairs))
    if any(one[0] == two[0] or one[1] >= two[1] for one, two in pairwise(places)):
        return None
    return AxisMoves(tuple(old for old, _ in places), tuple(new - old for old, new in places))
