from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests import figures
from xltool.model import NOT_APPLICABLE, PRIOR
from xltool.rules import validate
from xltool.rules.validate import Verdict


@pytest.fixture(params=["ogi-2021", "ogi-2019"])
def form(request, spec, spec_2019):
    return spec if request.param == "ogi-2021" else spec_2019


def naive(rule, values):
    """A rule evaluated cell by cell, without matrices: True, False, or None over a blank."""
    sides = []
    for terms in (rule.linear.left, rule.linear.right):
        if any(values[key] is None for key, _ in terms):
            return None
        sides.append(sum(coefficient * (0 if values[key] is NOT_APPLICABLE else values[key]) for key, coefficient in terms))
    left, right = sides
    return {"=": left == right, "<=": left <= right, ">=": left >= right, "needs": left <= 0 or right > 0}[rule.linear.operator]


def disturbed(form, rng):
    """Consistent figures of which a few are wrong, blank or `/`."""
    values = dict(figures.consistent(form, rng))
    for key in rng.sample(list(values), rng.choice([0, 1, 3, 30])):
        values[key] = rng.choice([None, NOT_APPLICABLE, 0, values[key] + 1, -1, 10**15 - 1])
    return values


def test_verdicts_are_those_of_a_naive_evaluation(form):
    rng = Random(7)
    many = [disturbed(form, rng) for _ in range(150)]
    stack = validate.stacked([figures.aligned(form, values) for values in many])
    matrix = validate.matrix(form)
    verdicts = matrix.verdicts(stack, *matrix.sides(stack))
    expected = [
        [{True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[naive(rule, values)] for rule in form.rules] for values in many
    ]
    assert verdicts.tolist() == expected
    assert {int(verdict) for row in expected for verdict in row} == {-1, 0, 1}


def test_one_submission_is_assessed_as_many_are(form):
    values = disturbed(form, Random(11))
    found = validate.assessed(form, figures.aligned(form, values))
    assert found == {
        rule.name: {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[naive(rule, values)] for rule in form.rules
    }


def test_consistent_figures_pass_every_rule(form):
    for seed in range(30):
        values = figures.consistent(form, Random(seed))
        assert set(validate.assessed(form, figures.aligned(form, values)).values()) == {Verdict.PASS}


def test_all_blank_is_unknown_and_all_zero_passes(form):
    assert set(validate.assessed(form, figures.aligned(form, {})).values()) == {Verdict.UNKNOWN}
    assert set(validate.assessed(form, (0,) * len(form.cells)).values()) == {Verdict.PASS}
    assert set(validate.assessed(form, (NOT_APPLICABLE,) * len(form.cells)).values()) == {Verdict.PASS}


def test_the_residual_of_a_sum_is_the_sum_of_residuals(form):
    rng = Random(3)
    rows = [[rng.randrange(10**12) for _ in form.cells] for _ in range(60)]
    matrix = validate.matrix(form)
    left, right = matrix.sides(validate.stacked(rows))
    total_left, total_right = matrix.sides(validate.stacked([[sum(column) for column in zip(*rows, strict=True)]]))
    assert ((left - right).sum(axis=0) == (total_left - total_right)[0]).all()
    assert (left != right).any()


def test_the_largest_figures_add_up_exactly(form):
    largest = tuple(cell.measure.maximum * cell.measure.scale for cell in form.cells)
    matrix = validate.matrix(form)
    left, right = matrix.sides(validate.stacked([largest]))
    for at, rule in enumerate(matrix.rules):
        for side, terms in ((left, rule.linear.left), (right, rule.linear.right)):
            assert int(side[0, at]) == sum(coefficient * largest[form.index[key]] for key, coefficient in terms)


def test_a_broken_rule_tells_both_sides_and_the_figures_on_them(spec):
    values = figures.consistent(spec, Random(5)) | {"disputes.review.total": 999}
    given = figures.submission(spec, values)
    (found,) = validate.broken(spec, [given], validate.stacked([given.values]))
    assert [(f.code, f.rule, f.severity) for f in found] == [("rule.broken", "disputes.outcomes@review", "error")]
    parts = [f"disputes.review.{outcome}" for outcome in figures.OUTCOMES]
    assert found[0].keys == ("disputes.review.total", *parts)
    assert found[0].data["left"] == 999
    assert found[0].data["right"] == sum(values[key] for key in parts)
    assert found[0].data["values"] == {key: values[key] for key in found[0].keys}
    assert type(found[0].data["left"]) is int


def test_findings_stay_with_their_submission(spec):
    good, wrong = figures.consistent(spec, Random(5)), figures.consistent(spec, Random(6))
    wrong = wrong | {"applications.carried_out.total": wrong["applications.carried_out.total"] + 1}
    given = [figures.submission(spec, values) for values in (good, wrong, good)]
    found = validate.broken(spec, given, validate.stacked([submission.values for submission in given]))
    assert [sorted(f.rule for f in mine) for mine in found] == [
        [],
        ["applications.applicants@carried_out", "applications.balance@total"],
        [],
    ]


def test_nothing_to_judge():
    stack = validate.stacked([])
    assert stack.figures.shape == (0, 0)


def test_booleans_are_no_figures(spec):
    stack = validate.stacked([(True,) * len(spec.cells)])
    assert not stack.figures.any()
    assert stack.figures.dtype == np.int64


def test_rules_across_years_are_left_aside(spec):
    assert all(not key.startswith(PRIOR) for rule in validate.matrix(spec).rules for key in rule.linear.keys)
    assert len(validate.matrix(spec).rules) == sum(not rule.linear.prior for rule in spec.rules)
