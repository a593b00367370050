"""The figures of another form that the lines of a list come to, each with its cases.

The plan is data: `forms.compiled`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xltool.forms.compiled import LedgerPlan
from xltool.forms.list_terms import select_lines
from xltool.forms.totals import compute_totals, find_definitions, resolve_inputs
from xltool.model import CellKey, ListRow, ListTerm, Submission, Value
from xltool.periods import Period


@dataclass(frozen=True, slots=True)
class Compilation:
    """What was compiled: the figures as a submission of the other form, and by cell the numbers of their lines."""

    plan: LedgerPlan
    submission: Submission
    lines: Mapping[CellKey, tuple[int, ...]]  # of counted cells and the totals over them alone


@dataclass(frozen=True, slots=True)
class CompiledDifference:
    """A cell in which the other form has not the figure that the lines come to."""

    key: CellKey
    compiled: int
    filled: Value


def compile_lines(plan: LedgerPlan, submission: Submission, period: Period) -> Compilation:
    """The figures that the lines of a submission come to for a period; other cells of the form stay blank."""
    rows = submission.lists.get(plan.row_list.id, ())
    counted: dict[CellKey, tuple[int, ...]] = {}
    met = {
        asked: frozenset(select_lines(ListTerm(plan.row_list.id, None, (asked,)), plan.row_list, rows, period))
        for asked in {asked for each in plan.cells for term in each.terms for asked in term.conditions}
    }  # many cells ask the same
    for each in plan.cells:
        taken = [frozenset.intersection(*(met[asked] for asked in term.conditions)) for term in each.terms]
        counted[each.key] = tuple(sorted(frozenset[int]().union(*taken)))
    spec = plan.target
    given = [len(counted[cell.key]) if cell.key in counted else None for cell in spec.cells]
    values = compute_totals(spec, given)
    definitions = find_definitions(spec.rules)
    for cell, value in zip(spec.cells, values, strict=True):
        if cell.total and value is not None:
            parts = [key for key, _ in resolve_inputs(cell.key, definitions)]
            counted[cell.key] = tuple(sorted({serial for key in parts for serial in counted.get(key, ())}))
    compiled = Submission(spec.id, period.year, submission.agency, values, scope=submission.scope, part=period.part)
    return Compilation(plan, compiled, {cell.key: counted[cell.key] for cell in spec.cells if cell.key in counted})


def name_case(plan: LedgerPlan, rows: Sequence[ListRow], serial: int) -> str:
    """What a case is called: its number, in a sum behind its agency; else its line."""
    line = rows[serial - 1]
    held = line.contents[plan.name]
    return " ".join(filter(None, (line.agency, f"第 {serial} 行" if held is None else str(held))))


def find_compiled_differences(compilation: Compilation, filled: Submission) -> Iterator[CompiledDifference]:
    """The compiled cells in which a submission of the same form has another figure, or none."""
    spec, ours = compilation.plan.target, compilation.submission.values
    for key in compilation.lines:
        at = spec.index[key]
        if isinstance(mine := ours[at], int) and mine != filled.values[at]:
            yield CompiledDifference(key, mine, filled.values[at])
