"""Where the formulas that count cells find them in a form's workbook.

Neighbours as one area, texts in their frames, the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xltool.forms.list_checks import write_unfit
from xltool.forms.sheet_names import CHECKS, HIDDEN
from xltool.model import Cell, CellKey, Chosen, EntryCell, EntryKind, Linear, ListCondition, Measure, RowList, Table
from xltool.spreadsheet.a1 import cell_name, quote_sheet, range_name
from xltool.workbook.cell_conditions import write_met
from xltool.workbook.controls import refer_to_gaps
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.list_conditions import write_condition
from xltool.workbook.ranges import Run, find_cell, join_rectangles, refer_to_run, shift_to_last_year
from xltool.workbook.stated import refer_to_said


@dataclass(frozen=True)
class FormArea:
    """Neighbouring cells of one measure, as the 校验 sheet names them."""

    plan: Plan
    run: Run

    @property
    def reference(self) -> str:
        return refer_to_run(self.plan, self.run, CHECKS)

    @property
    def last_year(self) -> str:
        return refer_to_run(self.plan, shift_to_last_year(self.run), CHECKS)

    @property
    def measure(self) -> Measure:
        return find_cell(self.plan, self.run[0]).measure

    @property
    def size(self) -> int:
        return len(self.run)


@dataclass(frozen=True)
class FormEntryArea:
    """Entries of one kind, one below the other, as the 校验 sheet names them: by their copies."""

    plan: Plan
    run: Sequence[EntryCell]

    @property
    def reference(self) -> str:
        first, last = (self.plan.entry_copies[entry.key] for entry in (self.run[0], self.run[-1]))
        return f"{HIDDEN}!{range_name(first.row, first.column, last.row, last.column)}"

    @property
    def kind(self) -> EntryKind:
        return self.run[0].kind

    @property
    def size(self) -> int:
        return len(self.run)


def refer_to_list_column(plan: Plan, row_list: RowList, at: int) -> str:
    """The reference to a column of a list from other sheets.

    Both ends are locked: what is cut and pasted between them bends it no more than a frame.
    """
    head, end = plan.list_column(row_list, at)
    area = f"{cell_name(head.row, head.column, absolute=True)}:{cell_name(end.row, end.column, absolute=True)}"
    return f"{quote_sheet(row_list.sheet)}!{area}"


def list_unfit_formulas(plan: Plan) -> dict[Spot, str]:
    """The formulas of the very hidden sheet that count what is wrong in each column of each list."""
    return {
        plan.unfit[each.id, column.id]: write_unfit(each, column, refer_to_list_column(plan, each, at))
        for each in plan.spec.lists
        for at, column in enumerate(each.columns)
    }


class FormPlaces:
    """The places of one plan, as the kinds of checks of cells ask for them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.spec = plan, plan.spec
        self.level = plan.cover["level"].seen_from(CHECKS)
        self.scope = plan.meta["scope"].seen_from(CHECKS)

    def areas(self, cells: Iterable[Cell]) -> list[FormArea]:
        """The cells, as few areas as may be."""
        return [FormArea(self.plan, run) for run in join_rectangles(self.plan, cells)]

    def entry_areas(self, entries: Iterable[EntryCell]) -> list[FormEntryArea]:
        """The entries, as few areas as may be."""

        def column_first(entry: EntryCell) -> tuple[str, int, int]:
            spot = self.plan.cells[entry.key]
            return spot.sheet, spot.column, spot.row

        runs: list[list[EntryCell]] = []
        for entry in sorted(entries, key=column_first):
            if runs and runs[-1][-1].kind is entry.kind and self._stands_below(runs[-1][-1].key, entry.key):
                runs[-1].append(entry)
            else:
                runs.append([entry])
        return [FormEntryArea(self.plan, run) for run in runs]

    def _stands_below(self, upper: CellKey, lower: CellKey) -> bool:
        above = self.plan.entry_copies[upper]
        return self.plan.entry_copies[lower] == Spot(above.sheet, above.row + 1, above.column)

    def gaps(self, table: Table) -> str:
        """The reference to the differences of a table's totals from their 核对数."""
        return refer_to_gaps(self.plan, table, CHECKS)

    def list_column(self, row_list: RowList, at: int) -> str:
        """The reference to a column of a list: its head, its lines, and the locked cell that ends them."""
        return refer_to_list_column(self.plan, row_list, at)

    def list_condition(self, row_list: RowList, condition: ListCondition) -> str:
        """Which lines of a list meet a condition, as factors."""
        at = row_list.find_column(condition.column)
        assert at is not None
        return write_condition(self.plan, row_list.columns[at], condition, self.list_column(row_list, at))

    def met(self, demand: Chosen | Linear) -> str:
        """Whether the condition holds under which something must be filled in."""
        return write_met(self.plan, demand)

    def unfit_counts(self, row_list: RowList) -> str:
        """The reference to how many lines are wrong, column by column."""
        first, last = (self.plan.unfit[row_list.id, row_list.columns[at].id] for at in (0, -1))
        return f"{HIDDEN}!{range_name(first.row, first.column, last.row, last.column)}"

    def text(self, key: str) -> str:
        """The reference to the cell of a text."""
        return refer_in_frame(self.plan, self.plan.texts[key], CHECKS)

    def told(self, code: str) -> str:
        """The reference to what an office found in the texts under a code."""
        first, *_, last = (*self.plan.told[code].values(),) * 2
        return f"{HIDDEN}!{first.address}:{last.address}"

    def said(self) -> str:
        """The reference to what formulas say of the figures that texts state; empty where they look for nothing."""
        return refer_to_said(self.plan) if self.plan.stated else ""
