"""Conditions on the lines of a list as parts of formulas, which say the same as `forms.list_terms`."""

from __future__ import annotations

from xltool.days import count_days
from xltool.forms.cell_checks import find_chosen, write_unwritten
from xltool.forms.list_terms import read_iso, trim_compared
from xltool.forms.sheet_names import HIDDEN
from xltool.messages import format_scaled
from xltool.model import ListColumn, ListCondition, PeriodEdge
from xltool.workbook.layout_plan import Plan


def write_condition(plan: Plan, column: ListColumn, condition: ListCondition, cells: str) -> str:
    """Which cells of a column meet a condition, as factors; where one is an error, so is the product."""
    sign, operand, unwritten = condition.sign, condition.operand, write_unwritten(cells)
    compared = "<>" if sign == "!=" else sign
    kind = column.entry
    if operand is None:
        return unwritten if sign == "is blank" else f"(1-{unwritten})"
    if kind is None:
        assert isinstance(operand, int)
        figure = format_scaled(operand, column.measure.decimals)
        return f"ISNUMBER({cells})*(ROUND({cells},{column.measure.decimals})={cells})*({cells}{compared}{figure})"
    if kind.form == "date":
        day = _write_day(plan, operand)
        return f"ISNUMBER({cells})*(INT({cells})={cells})*({cells}{compared}{day})"
    if kind.form == "several":
        found = find_chosen(str(operand), cells)
        return found if sign == "=" else f"(1-{unwritten})*(1-{found})"
    bare = f'TRIM(SUBSTITUTE(SUBSTITUTE({cells},CHAR(10),""),"\u3000",""))'
    words = trim_compared(str(operand)).replace('"', '""')
    alike = f'({bare}{compared}"{words}")'
    return alike if sign == "=" else f"(1-{unwritten})*{alike}"


def _write_day(plan: Plan, operand: object) -> str:
    if isinstance(operand, PeriodEdge):
        return plan.edges[operand].seen_from(HIDDEN)
    day = read_iso(operand)
    assert day is not None
    return str(count_days(day))
