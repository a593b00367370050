"""Numbers that rows print: named by the head above them, in totals and comparisons, told where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forms.points import AGENCY, FORM, make_form, submit
from xltool.campaign.consolidate import consolidate_submissions, list_contributed
from xltool.forms import totals
from xltool.forms.printed_numbers import find_printed
from xltool.messages import DefinitionError, word_rule
from xltool.model import Agency, Reading, Submission
from xltool.periods import Period
from xltool.rules.judge import judge_readings

ROWS = ("order", "speed", "manner")


def scores_of(submission: Submission) -> list[object]:
    spec = make_form()
    return [submission.values[spec.index[f"points.{row}.score"]] for row in (*ROWS, "total")]


def test_a_total_is_a_printed_number_less_a_figure():
    spec = make_form()
    submission = submit(spec, [50, 0, 445, 30])
    assert scores_of(submission) == [250, 255, 0, 505]
    assert scores_of(submit(spec, [None, 0, 445, 30])) == [None, 255, 0, None]
    [score] = [rule for rule in spec.rules if rule.name == "points.score@speed"]
    assert word_rule(score, spec) == "得分 = 25.5 - 扣分"
    within = {rule.at: rule.linear.constant for rule in spec.rules if rule.id == "points.within"}
    assert within == {"order": 300, "speed": 255, "manner": 445, "total": 1000}
    half = {rule.at: (rule.linear.constant, rule.linear.decimals) for rule in spec.rules if rule.id == "points.half"}
    assert half["speed"] == (1275, 2)


def test_the_number_goes_on_from_the_row_above():
    form = FORM.replace('printed = ["2", "25.5"]', 'printed = ["2", "^"]').replace(
        'label = "服务态度", printed = ["3", "44.5"]', 'label = "服务态度", printed = ["3", "40"]'
    )
    block = make_form(form).tables[0].blocks[0]
    assert [find_printed(block, row.id, "分值") for row in block.rows] == ["30", "30", "40", "—", "100"]
    assert find_printed(block, "order", "代码") is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("= '分值' - deducted", "= '分数' - deducted", "no printed column has the head '分数'"),
        ('"30"]', '"三十"]', "row 'order' prints no number below '分值', but '三十'"),
        ('"30"]', '"31"]', "rule 'points.total' computes 'points.total.score' otherwise"),
        ("= '分值' - deducted", "= '分值'", "a rule that defines a total reads 'TOTAL = …'"),
        ("score = '分值' - deducted", "'分值' - deducted = score", "stands on the right side of a comparison"),
        ('consolidate = "never"', "", "must be never"),
        ('"4", "—"]', '"4", "—"], consolidate = "sum"', None),
        ('id = "speed",', 'id = "speed", consolidate = { deducted = "sum" },', "must be never"),
        (
            'per = "row"\nexpr = "deducted <= \'分值\'"',
            'per = "column"\nexpr = "order <= \'分值\'"',
            "'分值' is printed in rows: such a rule has per = \"row\"",
        ),
        ("deducted <= '分值'", "deducted needs '分值'", "'needs' takes no number"),
    ],
)
def test_what_is_wrong_with_a_printed_number_is_told(old, new, fault):
    assert old in FORM
    if fault is None:
        make_form(FORM.replace(old, new, 1))
        return
    with pytest.raises(DefinitionError) as told:
        make_form(FORM.replace(old, new, 1))
    assert fault in str(told.value)


def test_a_head_that_stands_twice_names_nothing():
    form = FORM.replace('printed_before = ["序号"]', 'printed_before = ["分值"]')
    with pytest.raises(DefinitionError, match="no printed column has the head '分值'"):
        make_form(form)


def test_a_wrong_score_is_found_with_what_it_should_be():
    spec = make_form()
    right = submit(spec, [50, 0, 45, 30])
    values = list(right.values)
    values[spec.index["points.order.score"]] = 520
    [judged] = judge_readings(spec, [Reading(replace(right, values=tuple(values)))])
    rules = [each for each in judged.findings if each.rule is not None]
    assert {each.rule for each in rules} == {"points.score@order", "points.total@score"}
    assert {(suspect.key, suspect.proposed) for each in rules for suspect in each.suspects} == {
        ("points.order.score", 250)
    }


def test_more_than_the_row_prints_is_told_with_the_number():
    spec = make_form()
    [judged] = judge_readings(spec, [Reading(submit(spec, [310, 0, 0, None]))])
    assert "points.within@order" in {each.rule for each in judged.findings}


def test_a_sum_has_the_score_of_the_own_unit():
    spec = make_form()
    agencies = [replace(AGENCY, code=f"654221-00{at}", name=f"中心{at}") for at in range(1, 4)]
    submissions = [submit(spec, [10 * at, 0, 5, None], agency) for at, agency in enumerate(agencies, 1)]
    county = Agency("654221", "县", "county")
    found = consolidate_submissions(spec, submissions, county, Period(2024), root_code=agencies[1].code)
    assert scores_of(found.total) == scores_of(submissions[1]) == [280, 255, 440, 975]
    at = spec.index["points.total.score"]
    assert list_contributed(spec, found, at) == [0, 975, 0]
    assert totals.recompute_totals(spec, found.total) == found.total
