"""核对数 as witnesses: with the totals that were typed a second time in place of the computed ones rules cross.

Locked totals always agree with their parts, so that a wrong part is one of many. A total of another source does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.codes import CATALOGUE, CONTROL_DIFFERS
from xltool.forms.list_terms import reckon_lists
from xltool.model import Finding, FormSpec, Submission, Value
from xltool.rules.stack import join_years, stack_values
from xltool.rules.validate import find_broken_rules


def put_controls(spec: FormSpec, submission: Submission) -> Submission | None:
    """The submission, its totals completed, with 核对数 in place of those that are others; None where none is."""
    if not submission.controls:
        return None
    values = list(submission.values)
    for key, control in submission.controls.items():
        if isinstance(values[spec.index[key]], int):  # a total of what is blank is held against nothing
            values[spec.index[key]] = control
    return None if tuple(values) == submission.values else replace(submission, values=tuple(values))


def break_rules(spec: FormSpec, witness: Submission, last_year: Sequence[Value] | None) -> list[Finding]:
    """The rules that do not hold with 核对数 in place."""
    stack = stack_values([witness.values], [reckon_lists(spec, witness)])
    if last_year is None:
        return find_broken_rules(spec, [witness], stack)[0]
    return find_broken_rules(spec, [witness], join_years(stack, stack_values([last_year])), [last_year])[0]


def tell_controls(spec: FormSpec, broken: Sequence[Finding]) -> list[Finding]:
    """Of those rules the ones by which totals are computed, as what they are: differences from 核对数."""
    defining = {rule.name for rule in spec.rules if rule.defines is not None}
    mine = [found for found in broken if found.rule in defining]
    return [replace(found, code=CONTROL_DIFFERS, severity=CATALOGUE[CONTROL_DIFFERS].severity) for found in mine]


def point_at_parts(spec: FormSpec, found: Sequence[Finding]) -> list[Finding]:
    """The findings without totals among their suspects: these are locked, and it is the 核对数 that would be wrong."""
    return [
        replace(each, suspects=tuple(suspect for suspect in each.suspects if not spec.cell(suspect.key).total))
        for each in found
    ]
