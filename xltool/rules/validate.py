"""Judges all rules of a form on many submissions at once.

Which do not hold, with both sides and the figures on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from xltool.forms.cover_conditions import gather_contents
from xltool.forms.list_terms import find_term_lines
from xltool.messages import finding
from xltool.model import Finding, FormSpec, Linear, ListNumbers, Submission, Value, is_earlier
from xltool.rules.matrix import Verdict, build_matrix, list_columns
from xltool.rules.stack import Stack, join_years, stack_values

_MOST_NAMED: Final = 12
"""So many lines of a list are named one by one."""


def find_broken_rules(
    spec: FormSpec, submissions: Sequence[Submission], stack: Stack, priors: Sequence[Sequence[Value]] | None = None
) -> list[list[Finding]]:
    """For each submission a finding for every rule that does not hold, with both sides and the figures on them.

    Of a sum no rule is judged that is about each submission by itself.

    With earlier values (`priors`, as `prior_year.align_earlier` has them) the stack has them too. A finding names this
    submission's cells only.
    """
    rules = build_matrix(spec, priors is not None)
    left, right = rules.compute_sides(stack)
    columns = list_columns(spec)
    found: list[list[Finding]] = [[] for _ in submissions]
    for at, number in zip(*np.nonzero(rules.compute_verdicts(stack, left, right) == Verdict.FAIL), strict=True):
        rule, linear = rules.rules[number], rules.linears[number]
        if linear.of_each and submissions[at].scope == "consolidated":
            continue
        if not linear.is_asked(gather_contents(spec, submissions[at])):
            continue
        if (
            priors is not None
            and linear.prior
            and all(priors[at][columns[key] - rules.cells] is None for key in _list_prior_keys(linear))
        ):
            linear = linear.alone or linear
        years = (*submissions[at].values, *(() if priors is None else priors[at]))
        values = {key: years[columns[key]] for key in linear.keys}
        facts: dict[str, Any] = {"left": int(left[at, number]), "right": int(right[at, number]), "values": values}
        if linear.lists:
            facts |= _tell_lists(spec, submissions[at], linear, stack.numbers[at])
        own, name = rules.own[number], rules.names[number]
        found[at].append(finding("rule.broken", *own, rule=name, severity=rule.severity, **facts))
    return found


def assess_rules(
    spec: FormSpec,
    values: Sequence[Value],
    prior: Sequence[Value] | None = None,
    contents: Mapping[str, str] = MappingProxyType({}),
    numbers: ListNumbers = MappingProxyType({}),
) -> dict[str, Verdict]:
    """The verdict of every rule on one submission's values, and on last year's where they are at hand, by rule name.

    One holds that is not asked beside what is chosen and filled in (`forms.cover_conditions`); `numbers` are what lists
    come to.
    """
    rules = build_matrix(spec, prior is not None)
    stack = stack_values([values], [numbers])
    stack = stack if prior is None else join_years(stack, stack_values([prior]))
    verdicts = rules.compute_verdicts(stack, *rules.compute_sides(stack))[0]
    return {
        rule.name: Verdict(int(verdict)) if rule.linear.is_asked(contents) else Verdict.PASS
        for rule, verdict in zip(rules.rules, verdicts, strict=True)
    }


def _tell_lists(spec: FormSpec, submission: Submission, linear: Linear, numbers: ListNumbers) -> dict[str, Any]:
    """What the lists of a rule come to, and in which lines, where these are few."""
    serials = (find_term_lines(spec, submission, term) for term, _ in linear.lists)
    return {
        "lists": tuple(numbers[term] for term, _ in linear.lists),
        "lines": tuple("、".join(map(str, each)) if len(each) <= _MOST_NAMED else "" for each in serials),
    }


def _list_prior_keys(linear: Linear) -> list[str]:
    return [key for key in linear.keys if is_earlier(key)]
