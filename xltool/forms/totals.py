"""The cells that rules define: in terms of inputs alone, and their values in a submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from xltool.forms.memo import derive_once
from xltool.model import NOT_APPLICABLE, Cell, CellKey, FormSpec, Rule, Submission, Terms, Value


def find_definitions(rules: Sequence[Rule]) -> dict[CellKey, Rule]:
    """The rule that computes each total.

    Where a cell is defined twice (down and across), the first, which gives the same.
    """
    found: dict[CellKey, Rule] = {}
    for rule in rules:
        if rule.defines is not None:
            found.setdefault(rule.defines, rule)
    return found


def resolve_inputs(key: CellKey, rules: dict[CellKey, Rule]) -> Terms:
    """A total as a sum of inputs, totals among its parts resolved.

    Raises RecursionError when totals define each other.
    """
    sums: dict[CellKey, int] = {}
    for part, coefficient in rules[key].linear.right:
        for leaf, times in resolve_inputs(part, rules) if part in rules else ((part, 1),):
            sums[leaf] = sums.get(leaf, 0) + coefficient * times
    return tuple(sorted(sums.items()))


def compute_totals(spec: FormSpec, values: Sequence[Value]) -> tuple[Value, ...]:
    """The values with every total computed from the inputs.

    A total with a blank among its parts is blank, `/` counts as zero.
    """
    result, figures = list(values), _figures_of(values)
    for at, parts in _plan_totals(spec):
        result[at] = _sum_parts(figures, parts)
    return tuple(result)


def complete_totals(spec: FormSpec, submission: Submission) -> tuple[Submission, tuple[CellKey, ...]]:
    """The submission with blank totals computed where all parts are there, and which they were.

    Given totals stay as they are.
    """
    values = submission.values
    if None not in values:
        return submission, ()
    figures = _figures_of(values)
    found = {
        at: total
        for at, parts in _plan_totals(spec)
        if values[at] is None and (total := _sum_parts(figures, parts)) is not None
    }
    if not found:
        return submission, ()
    filled = list(values)
    for at, total in found.items():
        filled[at] = total
    return replace(submission, values=tuple(filled)), tuple(spec.cells[at].key for at in found)


def find_definition_faults(cells: Sequence[Cell], rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """What is wrong between totals and the rules that define them, each with the name to point at."""
    defined = find_definitions(rules)
    told: set[tuple[str, str]] = set()
    for cell in cells:
        name = cell.column.id if cell.column.total else cell.row.id
        if cell.total == (cell.key in defined) or (cell.table.id, name) in told:
            continue
        told.add((cell.table.id, name))
        if cell.total:
            yield f"'{cell.key}' is a total, but no rule with 'defines = true' computes it", name
        else:
            yield f"rule '{defined[cell.key].id}' defines '{cell.key}', which is not marked 'total = true'", name
    for rule in rules:
        if rule.defines is None:
            continue
        try:
            same = resolve_inputs(rule.defines, defined) == resolve_inputs(
                rule.defines, {**defined, rule.defines: rule}
            )
        except RecursionError:
            yield f"rule '{rule.id}' defines '{rule.defines}' by way of itself", rule.id
            continue
        if not same:
            yield (
                f"rule '{rule.id}' computes '{rule.defines}' otherwise than rule '{defined[rule.defines].id}'",
                rule.id,
            )


TotalParts: TypeAlias = tuple[tuple[int, int], ...]
"""The inputs of a total by their places among the values, with coefficients."""


@derive_once
def _plan_totals(spec: FormSpec) -> tuple[tuple[int, TotalParts], ...]:
    """Every total of a form with its parts, in the order of the form."""
    rules = find_definitions(spec.rules)
    parts = {
        spec.index[key]: tuple((spec.index[part], times) for part, times in resolve_inputs(key, rules)) for key in rules
    }
    return tuple(sorted(parts.items()))


def _sum_parts(figures: Sequence[int | None], parts: TotalParts) -> int | None:
    known = [coefficient * figure for at, coefficient in parts if (figure := figures[at]) is not None]
    return sum(known) if len(known) == len(parts) else None


def _figures_of(values: Sequence[Value]) -> list[int | None]:
    """The values with `/` as zero."""
    return [0 if value is NOT_APPLICABLE else value for value in values]
