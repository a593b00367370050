"""The cells that rules define: in terms of inputs alone, and their values in a submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from xltool.forms.list_terms import add_up_lists, reckon_lists
from xltool.forms.memo import derive_once
from xltool.model import (
    ADDED,
    NOT_APPLICABLE,
    Cell,
    CellKey,
    FormSpec,
    ListNumbers,
    ListTerm,
    ListTerms,
    Rule,
    Submission,
    Terms,
    Value,
)


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


def resolve_lists(key: CellKey, rules: dict[CellKey, Rule]) -> ListTerms:
    """What lists add to a total, to the totals among its parts too, scaled as it is."""
    sums: dict[ListTerm, int] = dict(rules[key].linear.lists)
    for part, coefficient in rules[key].linear.right:
        for term, times in resolve_lists(part, rules) if part in rules else ():
            sums[term] = sums.get(term, 0) + coefficient * times
    return tuple((term, times) for term, times in sums.items() if times)


def resolve_constant(key: CellKey, rules: dict[CellKey, Rule]) -> int:
    """What numbers alone add to a total, to the totals among its parts too, scaled as it is."""
    linear = rules[key].linear
    return linear.constant + sum(times * resolve_constant(part, rules) for part, times in linear.right if part in rules)


def compute_totals(
    spec: FormSpec, values: Sequence[Value], numbers: ListNumbers = MappingProxyType({})
) -> tuple[Value, ...]:
    """The values with every total computed from the inputs, and from what lists come to (`reckon_lists`).

    A total with a blank among its parts is blank, `/` counts as zero; one of a list that nobody read stays as it is.
    """
    result, figures = list(values), _figures_of(values)
    for at, parts, lists, constant in _plan_totals(spec):
        added = add_up_lists(lists, numbers)
        if added is not None:
            total = _sum_parts(figures, parts)
            result[at] = None if total is None else total + added + constant
    return tuple(result)


def recompute_totals(spec: FormSpec, submission: Submission) -> Submission:
    """The submission with every total computed from its inputs and lists."""
    values = compute_totals(spec, submission.values, reckon_lists(spec, submission))
    return replace(submission, values=values)


def complete_totals(spec: FormSpec, submission: Submission) -> tuple[Submission, tuple[CellKey, ...]]:
    """The submission with blank totals computed where all parts are there, and which they were.

    Given totals stay as they are.
    """
    values = submission.values
    if None not in values:
        return submission, ()
    whole = compute_totals(spec, values, reckon_lists(spec, submission))
    blanks = (at for at, value in enumerate(values) if value is None)
    found = {at: total for at in blanks if (total := whole[at]) is not None}
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
    for cell in cells:
        rule = defined.get(cell.key)
        if rule is not None and rule.linear.lists and cell.policy not in ADDED:
            yield (
                f"'{cell.key}' is computed from a list, whose lines stand below each other in a sum: "
                "its 'consolidate' must be sum",
                rule.id,
            )
        if rule is not None and any(not term.adds_up for term, _ in rule.linear.lists):
            yield (
                f"'{cell.key}' is computed from a list whose lines are joined in a sum: only the figures of a column "
                "that is added up make a total there, with conditions on the columns in 'join' at most",
                rule.id,
            )
    yield from _find_summed_constants(cells, defined)
    for rule in rules:
        if rule.defines is None:
            continue
        try:
            ways = defined, {**defined, rule.defines: rule}
            one, other = (
                (
                    dict(resolve_inputs(rule.defines, way)),
                    dict(resolve_lists(rule.defines, way)),
                    resolve_constant(rule.defines, way),
                )
                for way in ways
            )
        except RecursionError:
            yield f"rule '{rule.id}' defines '{rule.defines}' by way of itself", rule.id
            continue
        if one != other:
            yield (
                f"rule '{rule.id}' computes '{rule.defines}' otherwise than rule '{defined[rule.defines].id}'",
                rule.id,
            )


def _find_summed_constants(cells: Sequence[Cell], defined: dict[CellKey, Rule]) -> Iterator[tuple[str, str]]:
    """Totals with a number in them that a sum of agencies would add up, each rule once, with the rule to point at."""
    policies, told = {cell.key: cell.policy for cell in cells}, set[str]()
    for key, rule in defined.items():
        try:
            if rule.id in told or not rule.linear.constant:
                continue
            parts = (key, *(part for part, _ in resolve_inputs(key, defined)))
        except RecursionError:  # which is told of by itself
            continue
        if any(policies[part] != "never" for part in parts):
            told.add(rule.id)
            yield (
                f"'{key}' is computed with a number, which a sum of agencies would add once for each: "
                "its 'consolidate', and that of its parts, must be never",
                rule.id,
            )


TotalParts: TypeAlias = tuple[tuple[int, int], ...]
"""The inputs of a total by their places among the values, with coefficients."""


@derive_once
def _plan_totals(spec: FormSpec) -> tuple[tuple[int, TotalParts, ListTerms, int], ...]:
    """Every total of a form with its parts and what lists and numbers add to it, in the order of the form."""
    lists, constants = resolve_list_totals(spec), resolve_constants(spec)
    found = sorted(resolve_totals(spec).items())
    return tuple((at, parts, lists.get(at, ()), constants.get(at, 0)) for at, parts in found)


@derive_once
def resolve_totals(spec: FormSpec) -> dict[int, TotalParts]:
    """Every total of a form by place, with the inputs that make it up."""
    rules = find_definitions(spec.rules)
    return {
        spec.index[key]: tuple((spec.index[part], times) for part, times in resolve_inputs(key, rules)) for key in rules
    }


@derive_once
def resolve_list_totals(spec: FormSpec) -> dict[int, ListTerms]:
    """The totals of a form by place to which lists add, with these."""
    rules = find_definitions(spec.rules)
    found = {spec.index[key]: resolve_lists(key, rules) for key in rules}
    return {at: lists for at, lists in found.items() if lists}


@derive_once
def resolve_constants(spec: FormSpec) -> dict[int, int]:
    """The totals of a form by place to which numbers alone add, with these, scaled as the totals are."""
    rules = find_definitions(spec.rules)
    found = {spec.index[key]: resolve_constant(key, rules) for key in rules}
    return {at: constant for at, constant in found.items() if constant}


def _sum_parts(figures: Sequence[int | None], parts: TotalParts) -> int | None:
    known = [coefficient * figure for at, coefficient in parts if (figure := figures[at]) is not None]
    return sum(known) if len(known) == len(parts) else None


def _figures_of(values: Sequence[Value]) -> list[int | None]:
    """The values with `/` as zero."""
    return [0 if value is NOT_APPLICABLE else value for value in values]
