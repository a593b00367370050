"""The figures of another form that the lines of a list come to, each with its cases; what contradicts itself in a line.

The plan is data: `forms.compiled`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from xltool.forms.compiled import LedgerPlan
from xltool.forms.list_terms import select_lines
from xltool.forms.totals import compute_totals, find_definitions, resolve_inputs
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, ListRow, ListTerm, Submission, Value
from xltool.periods import Period

MOST_LINES_NAMED = 20


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


def find_line_faults(plan: LedgerPlan, rows: Sequence[ListRow]) -> Iterator[Finding]:
    """What contradicts itself within a line: one of two columns alone, days in the wrong order; one finding a pair."""
    for group in plan.together:
        for first in group:
            for second in group:
                yield from _tell_lone(plan, rows, first, second)
    for first, second in plan.needs:
        yield from _tell_lone(plan, rows, first, second)
    for group in plan.order:
        for first, second in pairwise(group):
            wrong = [
                serial
                for serial, row in enumerate(rows, 1)
                if isinstance(before := row.contents[first], str)
                and isinstance(after := row.contents[second], str)
                and after < before
            ]
            yield from _tell("list.order", plan, first, second, wrong)


def _tell_lone(plan: LedgerPlan, rows: Sequence[ListRow], first: int, second: int) -> Iterator[Finding]:
    """Lines that have something in the first column and nothing in the second."""
    numbered = enumerate(rows, 1)
    wrong = [serial for serial, row in numbered if row.contents[first] is not None and row.contents[second] is None]
    yield from _tell("list.lone", plan, first, second, wrong)


def _tell(code: str, plan: LedgerPlan, first: int, second: int, serials: Sequence[int]) -> Iterator[Finding]:
    if serials:
        columns = plan.row_list.columns
        yield finding(
            code,
            list=plan.row_list.name,
            column=columns[second].label,
            other=columns[first].label,
            count=len(serials),
            lines=join_first([str(serial) for serial in serials], MOST_LINES_NAMED, "行"),
        )
