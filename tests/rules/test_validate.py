from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests import figures
from xltool.forms.operators import NEEDS
from xltool.model import NOT_APPLICABLE, PRIOR
from xltool.rules import validate
from xltool.rules.matrix import Verdict, build_matrix
from xltool.rules.stack import join_years, stack_values


@pytest.fixture(params=["ogi-2021", "ogi-2019"])
def form(request, spec, spec_2019):
    return spec if request.param == "ogi-2021" else spec_2019


def naive(rule, values, last_year=None):
    """A rule evaluated cell by cell, without matrices.

    True, False, or None over a blank, last year's blanks among them.
    """
    known = values | {PRIOR + key: value for key, value in (last_year or {}).items()}
    sides = []
    for terms in (rule.linear.left, rule.linear.right):
        figures = [(known.get(key), coefficient) for key, coefficient in terms]
        if rule.linear.operator is NEEDS:  # content with what there is of last year
            figures = [
                (known.get(key) or 0 if key.startswith(PRIOR) else known[key], coefficient)
                for key, coefficient in terms
            ]
        if any(value is None for value, _ in figures):
            return None
        sides.append(sum(coefficient * (0 if value is NOT_APPLICABLE else value) for value, coefficient in figures))
    left, right = sides
    return {"=": left == right, "<=": left <= right, ">=": left >= right, "needs": left <= 0 or right > 0}[
        rule.linear.operator.sign
    ]


VERDICTS = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}


def judgeable(form):
    """The rules that say something without last year."""
    return [rule for rule in form.rules if rule.id not in ACROSS]


ACROSS = {
    "disclosure.in_force_carried",
    "disclosure.repealed",
    "applications.carried_in",
    "applications.carried_in_applicants",
    "disputes.pending",
}
"""The rules that are nothing without last year's figures."""


def disturbed(form, rng):
    """Consistent figures of which a few are wrong, blank or `/`."""
    values = dict(figures.consistent(form, rng))
    for key in rng.sample(list(values), rng.choice([0, 1, 3, 30])):
        values[key] = rng.choice([None, NOT_APPLICABLE, 0, values[key] + 1, -1, 10**15 - 1])
    return values


def test_verdicts_are_those_of_a_naive_evaluation(form):
    rng = Random(7)
    many = [disturbed(form, rng) for _ in range(150)]
    stack = stack_values([figures.aligned(form, values) for values in many])
    rules = build_matrix(form)
    verdicts = rules.compute_verdicts(stack, *rules.compute_sides(stack))
    expected = [[VERDICTS[naive(rule, values)] for rule in judgeable(form)] for values in many]
    assert verdicts.tolist() == expected
    assert {int(verdict) for row in expected for verdict in row} == {-1, 0, 1}


def test_one_submission_is_assessed_as_many_are(form):
    values = disturbed(form, Random(11))
    found = validate.assess_rules(form, figures.aligned(form, values))
    assert found == {rule.name: VERDICTS[naive(rule, values)] for rule in judgeable(form)}


def test_verdicts_on_two_years_are_those_of_a_naive_evaluation(form):
    rng = Random(13)
    many = [(disturbed(form, rng), disturbed(form, rng)) for _ in range(150)]
    many += [(values, {}) for values, _ in many[:20]]
    this, last = (stack_values([figures.aligned(form, years[at]) for years in many]) for at in (0, 1))
    rules, both = build_matrix(form, prior=True), join_years(this, last)
    expected = [[VERDICTS[naive(rule, *years)] for rule in form.rules] for years in many]
    assert rules.compute_verdicts(both, *rules.compute_sides(both)).tolist() == expected
    seen = {(rule.id, verdict) for row in expected for rule, verdict in zip(form.rules, row, strict=True)}
    assert {verdict for rule, verdict in seen if rule == "applications.carried_in_applicants"} == set(Verdict)
    alone = build_matrix(form)
    assert [rule.name for rule in alone.rules] == [rule.name for rule in judgeable(form)]
    for values, _ in many[
        :20
    ]:  # without last year's figures the rules across years are unknown, and all others as ever
        two = validate.assess_rules(form, figures.aligned(form, values), (None,) * len(form.cells))
        one = validate.assess_rules(form, figures.aligned(form, values))
        assert two == one | {rule.name: Verdict.UNKNOWN for rule in form.rules if rule.id in ACROSS}


def test_consistent_figures_pass_every_rule(form):
    for seed in range(30):
        values = figures.consistent(form, Random(seed))
        assert set(validate.assess_rules(form, figures.aligned(form, values)).values()) == {Verdict.PASS}


def test_all_blank_is_unknown_and_all_zero_passes(form):
    assert set(validate.assess_rules(form, figures.aligned(form, {})).values()) == {Verdict.UNKNOWN}
    assert set(validate.assess_rules(form, (0,) * len(form.cells)).values()) == {Verdict.PASS}
    assert set(validate.assess_rules(form, (NOT_APPLICABLE,) * len(form.cells)).values()) == {Verdict.PASS}


def test_the_residual_of_a_sum_is_the_sum_of_residuals(form):
    rng = Random(3)
    rows = [[rng.randrange(10**12) for _ in form.cells] for _ in range(60)]
    rules = build_matrix(form)
    left, right = rules.compute_sides(stack_values(rows))
    total_left, total_right = rules.compute_sides(stack_values([[sum(column) for column in zip(*rows, strict=True)]]))
    assert ((left - right).sum(axis=0) == (total_left - total_right)[0]).all()
    assert (left != right).any()


def test_the_largest_figures_add_up_exactly(form):
    largest = tuple(cell.measure.maximum * cell.measure.scale for cell in form.cells)
    rules, year = build_matrix(form, prior=True), stack_values([largest])
    left, right = rules.compute_sides(join_years(year, year))
    for at, rule in enumerate(rules.rules):
        for side, terms in ((left, rule.linear.left), (right, rule.linear.right)):
            assert int(side[0, at]) == sum(
                coefficient * largest[form.index[key.removeprefix(PRIOR)]] for key, coefficient in terms
            )


def test_a_broken_rule_tells_both_sides_and_the_figures_on_them(spec):
    values = figures.consistent(spec, Random(5)) | {"disputes.review.total": 999}
    given = figures.submission(spec, values)
    (found,) = validate.find_broken_rules(spec, [given], stack_values([given.values]))
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
    found = validate.find_broken_rules(spec, given, stack_values([submission.values for submission in given]))
    assert [sorted(f.rule for f in mine) for mine in found] == [
        [],
        ["applications.applicants@carried_out", "applications.balance@total"],
        [],
    ]


def test_nothing_to_judge():
    stack = stack_values([])
    assert stack.figures.shape == (0, 0)


def test_booleans_are_no_figures(spec):
    stack = stack_values([(True,) * len(spec.cells)])
    assert not stack.figures.any()
    assert stack.figures.dtype == np.int64


def test_rules_across_years_are_left_aside(spec):
    assert all(not key.startswith(PRIOR) for linear in build_matrix(spec).linears for key in linear.keys)
    assert [rule.name for rule in build_matrix(spec).rules] == [rule.name for rule in judgeable(spec)]


def test_a_broken_rule_across_years_names_the_cells_of_this_year(spec):
    values = figures.consistent(spec, Random(5))
    last_year = dict.fromkeys(values, 0) | {"disputes.review.pending": 1000}
    given, before = figures.submission(spec, values), figures.aligned(spec, last_year)
    stack = join_years(stack_values([given.values]), stack_values([before]))
    (found,) = validate.find_broken_rules(spec, [given], stack, [before])
    (pending,) = [f for f in found if f.rule == "disputes.pending@review"]
    assert pending.keys == ("disputes.review.total",)
    assert pending.data["values"] == {
        "disputes.review.total": values["disputes.review.total"],
        "prior.disputes.review.pending": 1000,
    }
    assert all(key in spec.index for f in found for key in f.keys)
