"""Every rule about last year and about proportions that the field has, each with its grade, at its very edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import figures
from xltool.model import Reading
from xltool.rules.judge import judge_readings

ROW, A, D = "disclosure.normative_documents", "applications", "disputes"


def tell(spec, this, last):
    """The grade of each rule and code told of two years, given as inputs by key, all others zero."""
    zeros = dict.fromkeys(spec.index, 0)
    one = figures.submission(spec, figures.summed(spec, zeros | this))
    prior = None if last is None else replace(figures.submission(spec, figures.summed(spec, zeros | last)), year=2023)
    [judged] = judge_readings(spec, [Reading(one)], [prior])
    return {(found.rule or found.code).partition("@")[0]: found.severity for found in judged.findings}


@pytest.mark.parametrize(
    ("this", "last", "name", "severity"),
    [
        (
            {f"{A}.carried_in.other": 3, f"{A}.granted.other": 3},
            {f"{A}.carried_out.other": 2, f"{A}.received.other": 4},
            "applications.carried_in",
            "error",
        ),
        (
            {f"{A}.carried_in.other": 2, f"{A}.granted.other": 2},
            {f"{A}.carried_out.research": 2, f"{A}.received.research": 4},
            "applications.carried_in_applicants",
            "warning",
        ),
        ({f"{ROW}.issued": 1, f"{ROW}.in_force": 5}, {f"{ROW}.in_force": 5}, "disclosure.in_force_carried", "error"),
        ({f"{ROW}.repealed": 6}, {f"{ROW}.in_force": 5}, "disclosure.repealed", "error"),
        ({f"{ROW}.issued": 2, f"{ROW}.in_force": 1}, None, "disclosure.in_force", "warning"),
        ({"disclosure.licensing.decisions": 231}, {"disclosure.licensing.decisions": 23}, "prior.jump", "warning"),
        ({"disclosure.licensing.decisions": 2}, {"disclosure.licensing.decisions": 23}, "prior.jump", "warning"),
        (
            {f"{D}.review.upheld": 1, f"{A}.received.other": 1, f"{A}.granted.other": 1},
            {f"{D}.review.pending": 2, f"{A}.received.other": 9, f"{A}.granted.other": 9},
            "disputes.pending",
            "warning",
        ),
        ({f"{D}.direct.other": 1}, {}, "disputes_need_applications", "warning"),
        (
            {f"{A}.received.other": 3, f"{A}.granted.other": 1, f"{A}.carried_out.other": 2},
            None,
            "applications.carried_out_share",
            "warning",
        ),
        (
            {f"{A}.received.other": 9, f"{A}.granted.other": 7, f"{A}.other_rest.other": 2},
            None,
            "applications.other_share",
            "warning",
        ),
        ({"disclosure.fees.amount": 10_000_000_000}, None, "amount.doubtful", "warning"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_one_step_over_the_edge_is_told_with_its_grade(spec, this, last, name, severity):
    assert tell(spec, this, last).get(name) == severity


@pytest.mark.parametrize(
    ("this", "last", "name"),
    [
        (
            {f"{A}.carried_in.other": 2, f"{A}.granted.other": 2},
            {f"{A}.carried_out.other": 2, f"{A}.received.other": 4},
            "applications.carried_in",
        ),
        ({f"{ROW}.issued": 1, f"{ROW}.in_force": 6}, {f"{ROW}.in_force": 5}, "disclosure.in_force_carried"),
        ({f"{ROW}.repealed": 5}, {f"{ROW}.in_force": 5}, "disclosure.repealed"),
        ({f"{ROW}.issued": 2, f"{ROW}.in_force": 2}, None, "disclosure.in_force"),
        ({"disclosure.licensing.decisions": 230}, {"disclosure.licensing.decisions": 23}, "prior.jump"),
        ({"disclosure.licensing.decisions": 20}, {"disclosure.licensing.decisions": 1}, "prior.jump"),
        ({f"{D}.review.upheld": 2}, {f"{D}.review.pending": 2}, "disputes.pending"),
        ({f"{D}.direct.other": 1}, {f"{A}.received.other": 1, f"{A}.granted.other": 1}, "disputes_need_applications"),
        (
            {f"{A}.received.other": 4, f"{A}.granted.other": 2, f"{A}.carried_out.other": 2},
            None,
            "applications.carried_out_share",
        ),
        (
            {f"{A}.received.other": 10, f"{A}.granted.other": 8, f"{A}.other_rest.other": 2},
            None,
            "applications.other_share",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_at_the_edge_nothing_is_told(spec, this, last, name):
    assert name not in tell(spec, this, last)


def test_no_rule_about_last_year_is_told_without_it(spec):
    """Each that looks at last year alone; needs is content with this year's applications."""
    across = {rule.id for rule in spec.rules if rule.linear.prior and rule.linear.alone is None}
    assert across == {
        "disclosure.in_force_carried",
        "disclosure.repealed",
        "applications.carried_in",
        "applications.carried_in_applicants",
        "disputes.pending",
    }
    values = {f"{A}.carried_in.other": 3, f"{A}.granted.other": 3, f"{ROW}.repealed": 7}
    assert across.isdisjoint(tell(spec, values, None))
