"""Which totals of a table may be typed a second time, from the register of cases, to be held against its own."""

from __future__ import annotations

from dataclasses import dataclass

from xltool.forms import totals
from xltool.forms.memo import derive_once
from xltool.model import CellKey, FormSpec, Table


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """The totals of a table: of rows that columns add up, of other rows, of columns, and of totals."""

    crossing: tuple[CellKey, ...] = ()
    rows: tuple[CellKey, ...] = ()
    columns: tuple[CellKey, ...] = ()
    whole: tuple[CellKey, ...] = ()

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """All of them, in this order."""
        return (*self.crossing, *self.rows, *self.columns, *self.whole)


@derive_once
def list_control_totals(spec: FormSpec, table: Table) -> ControlTotals:
    """The totals of a table that has a register to take them from (`control`); none of another."""
    if not table.control:
        return ControlTotals()
    defined = totals.find_definitions(spec.rules)
    rows: list[CellKey] = []
    columns: list[CellKey] = []
    whole: list[CellKey] = []
    added: set[str] = set()
    for cell in spec.cells:
        if cell.table is not table or not cell.total:
            continue
        parts = [spec.cell(key) for key, _ in defined[cell.key].linear.right]
        if any(part.total for part in parts):
            whole.append(cell.key)
        elif all(part.row is cell.row for part in parts):
            rows.append(cell.key)
        else:
            columns.append(cell.key)
            added |= {part.row.id for part in parts}
    crossing = [key for key in rows if spec.cell(key).row.id in added]
    others = [key for key in rows if key not in crossing]
    return ControlTotals(tuple(crossing), tuple(others), tuple(columns), tuple(whole))


def name_control(spec: FormSpec, key: CellKey) -> str:
    """What a total is called where it is typed again: “予以公开”行, “自然人”栏."""
    cell = spec.cell(key)
    in_column = key in list_control_totals(spec, cell.table).columns
    return f"“{cell.column.short}”栏" if in_column else f"“{cell.row.short}”行"
