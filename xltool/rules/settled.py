"""What the office that made a sum let pass of its agencies, and what of the sum's findings that settles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from xltool.forms.checks import name_subject
from xltool.messages import finding, join_first, name_rule
from xltool.model import CellKey, Finding, FormSpec, Linear, Rule, Submission, Value, Waiver, is_earlier, summand_of

MAX_NAMED: Final = 12
"""How many words a sentence quotes."""


def settle_findings(
    spec: FormSpec, submission: Submission, found: Sequence[Finding]
) -> tuple[list[Finding], list[Finding]]:
    """The findings on a sum that still ask, and what is told of those that only figures let pass bring about.

    Such is a rule that the sum keeps without these figures, and a remark on cells to which nobody else adds.
    """
    rules = {rule.name: rule for rule in spec.rules}
    left: list[Finding] = []
    told: list[Finding] = []
    for each in found:
        waivers = _select_waivers(submission.waivers, each)
        rule = rules.get(each.rule or "")
        given = {key: submission.values[spec.index[key]] for key in each.keys if key in spec.index}
        if each.severity == "info" or not waivers or not _is_theirs(given, each, rule, waivers):
            left.append(each)
            continue
        title = name_rule(each.code, spec)
        what = f"{name_subject(rule, spec)}不平" if rule else f"{spec.any_cell(each.keys[0]).table.name}“{title}”"
        words = [f"{waiver.name}（{waiver.reason}，{waiver.person}）" for waiver in waivers]
        told.append(replace(each, severity="info"))
        told.append(finding("county.waived", *each.keys, what=what, agencies=join_first(words, MAX_NAMED, "个单位")))
    return left, told


def _select_waivers(waivers: Sequence[Waiver], found: Finding) -> list[Waiver]:
    """The words that are about a finding, one of each agency: with all its cells, and for just this place first."""
    names = (found.rule, (found.rule or "").partition("@")[0], found.code)
    chosen: dict[str, Waiver] = {}
    for name in names:
        for waiver in waivers:
            if waiver.rule == name and found.keys and waiver.values.keys() >= set(found.keys):
                chosen.setdefault(waiver.agency, waiver)
    return list(chosen.values())


def _is_theirs(given: Mapping[CellKey, Value], found: Finding, rule: Rule | None, waivers: Sequence[Waiver]) -> bool:
    """Whether a finding would not be there without the figures that were let pass."""
    if all(
        _add_values([waiver.values[key] for waiver in waivers]) == summand_of(value) for key, value in given.items()
    ):
        return True
    if rule is None or not rule.linear.operator.compares:
        return False
    linear = _find_judged(rule, found)
    parts = [_compute_residual(linear, waiver.values) for waiver in waivers]
    rest = found.data["left"] - found.data["right"] - sum(part for part in parts if part is not None)
    return None not in parts and bool(linear.operator.holds(rest, 0))


def _add_values(values: Sequence[Value]) -> int | None:
    """What values add up to; None when all are blank."""
    known = [number for value in values if (number := summand_of(value)) is not None]
    return sum(known) if known else None


def _find_judged(rule: Rule, found: Finding) -> Linear:
    """What was judged of a rule: without last year's figures where there were none."""
    prior = any(is_earlier(key) for key in found.data["values"])
    return rule.linear if prior or rule.linear.alone is None else rule.linear.alone


def _compute_residual(linear: Linear, values: Mapping[CellKey, Value]) -> int | None:
    """Left less right of one agency's figures; None where one of them is not known, as what its lists come to."""
    if linear.lists:
        return None
    residual = 0
    for sign, terms in ((1, linear.left), (-1, linear.right)):
        for key, times in terms:
            number = summand_of(values.get(key))
            if number is None:
                return None
            residual += sign * times * number
    return residual
