"""What lists come to, in a workbook: the formulas that count lines and add up columns for totals and rules.

They stand on the very hidden sheet, each once, and look at a column from its head to the locked line that ends it, as
the checks of lists do. They are products of conditions and not COUNTIFS, to whose criteria `003` is 3, `*` is anything
and `<1` is a comparison. In the workbook of a sum, whose sheets of lists are longer, what the lines come to stands
written beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

from xltool.forms.cell_checks import write_unwritten
from xltool.forms.list_terms import find_term_measure, reckon_lists
from xltool.forms.sheet_names import HIDDEN
from xltool.messages import format_scaled
from xltool.model import ListTerm, ListTerms, RowList, Submission
from xltool.workbook.cached_figure import CachedValue, to_double
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.list_conditions import write_condition
from xltool.workbook.places import refer_to_list_column


def list_number_formulas(plan: Plan) -> dict[Spot, str]:
    """The formulas of what lists come to, by place."""
    return {spot: _write_number(plan, term) for term, spot in plan.numbers.items()}


def compute_number_values(plan: Plan, submission: Submission) -> dict[Spot, CachedValue]:
    """What these formulas show at first."""
    numbers = reckon_lists(plan.spec, submission)
    return {spot: to_double(numbers.get(term, 0), _find_decimals(plan, term)) for term, spot in plan.numbers.items()}


def list_summed_numbers(plan: Plan, submission: Submission) -> dict[Spot, CachedValue]:
    """What the lines of a sum come to, as it stands beside these formulas."""
    numbers: Mapping[ListTerm, int] = reckon_lists(plan.spec, submission) if submission.scope != "own" else {}
    return {plan.summed[term]: to_double(number, _find_decimals(plan, term)) for term, number in numbers.items()}


def write_list_sum(plan: Plan, lists: ListTerms, home: str, decimals: int) -> str:
    """What lists add to a side of so many decimals, each with its sign; nothing where none does."""
    shown = []
    for term, coefficient in lists:
        factor = format_scaled(abs(coefficient) * 10 ** _find_decimals(plan, term), decimals)
        times = "" if factor == "1" else f"{factor}*"
        shown.append(f"{'-' if coefficient < 0 else '+'}{times}{plan.numbers[term].seen_from(home)}")
    return "".join(shown)


def join_sums(cells: str, lists: str) -> str:
    """Cells and lists as one sum; the first of them needs no plus."""
    return cells + lists if cells else lists.removeprefix("+")


def _find_decimals(plan: Plan, term: ListTerm) -> int:
    return find_term_measure(_find_list(plan, term), term).decimals


def _find_list(plan: Plan, term: ListTerm) -> RowList:
    return next(each for each in plan.spec.lists if each.id == term.row_list)


def _write_number(plan: Plan, term: ListTerm) -> str:
    row_list = _find_list(plan, term)
    cells = {column.id: refer_to_list_column(plan, row_list, at) for at, column in enumerate(row_list.columns)}
    serials = refer_to_list_column(plan, row_list, 0)
    kept = [f"(ROW({serials})>ROW({serials.partition(':')[0]}))"]  # the head is no line
    if all(condition.sign == "is blank" for condition in term.conditions):
        kept.append(f"(1-{'*'.join(map(write_unwritten, cells.values()))})")
    for condition in term.conditions:
        at = row_list.find_column(condition.column)
        assert at is not None
        kept.append(write_condition(plan, row_list.columns[at], condition, cells[condition.column]))
    taken = f"--ISNUMBER(1/({'*'.join(kept)}))"
    if term.column is None:
        number = f"SUMPRODUCT({taken})"
    else:
        number = f"ROUND(SUMPRODUCT({taken},{cells[term.column]}),{_find_decimals(plan, term)})"
    whole = plan.summed[term].seen_from(HIDDEN)
    return f'IF({plan.meta["scope"].seen_from(HIDDEN)}="consolidated",{whole},{number})'
