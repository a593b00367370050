"""Rules with a condition: asked where it holds, silent where it does not, told with why, solved, and of no sum."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.forms.test_spec import GOOD, faults
from xltool.forms.differences import compare_forms
from xltool.forms.spec import parse_spec
from xltool.messages import word_rule
from xltool.model import Agency, Reading, Submission
from xltool.rules import plausible
from xltool.rules.broken_once import break_rules, change_figures
from xltool.rules.judge import judge_readings
from xltool.rules.matrix import Verdict
from xltool.rules.opinions import group_findings, word_opinion
from xltool.rules.validate import assess_rules
from xltool.workbook.layout_plan import make_plan


def make_text(expr, per='per = "column"\n'):
    return f'{GOOD}[[table.rule]]\nid = "given"\n{per}expr = "{expr}"\ntext = "须有查处"\nbasis = "办字1号"\n'


def judge(form, scope="own", **figures):
    values = tuple(figures.get(key.split(".")[1], 0) if key.endswith("wechat") else 0 for key in form.index)
    submission = Submission(form.id, 2024, Agency("1", "某局", "department"), values, {"summary": "有。"}, scope=scope)
    [reading] = judge_readings(form, [Reading(submission)])
    said = [word_opinion(o, reading.findings, form, make_plan(form).place) for o in group_findings(reading.findings)]
    return {each.rule for each in reading.findings if each.rule}, [each for each in said if "须有查处" in each]


@pytest.fixture(scope="module")
def form():
    return parse_spec(make_text("if open + 2 * silent >= 10 then stale = 3"), "county_survey.toml")


@pytest.mark.parametrize(
    ("open_", "silent", "stale", "broken"),
    [
        (9, 0, 7, False),
        (10, 0, 3, False),
        (10, 0, 2, True),
        (6, 2, 4, True),
        (0, 0, 0, False),
        (None, 0, 2, False),
        (10, 0, None, False),
        (0, 0, None, False),
    ],
)
def test_it_is_asked_where_its_condition_holds(form, open_, silent, stale, broken):
    figures = {"open": open_, "silent": silent, "stale": stale, "faulty": None if stale is None else silent + stale}
    rules, said = judge(form, **figures)
    assert rules == ({"accounts.given@wechat"} if broken else set())
    assert len(said) == broken
    assert judge(form, "consolidated", **figures)[0] == set()


def test_it_says_why_it_is_asked_and_names_no_cell(form):
    _, [said] = judge(form, open=10, silent=1, stale=2, faulty=3)
    assert "因为在用 10 + 2 × 不回应 1 = 12 不小于 10，不更新 2，规定的数 3，相差 1" in said
    assert "应为" not in said
    [rule] = [rule for rule in form.rules if rule.name == "accounts.given@weibo"]
    assert word_rule(rule, form) == "在用 + 2 × 不回应 不小于 10 时，不更新 = 3"


@pytest.mark.parametrize(
    "expr",
    ["if open > 0 then stale > silent", "if open >= 1 then stale = 2 * silent + 3", "if silent = 0 then stale = 0"],
)
def test_figures_are_found_that_satisfy_it_and_it_is_broken_once(expr):
    form = parse_spec(make_text(expr), "county_survey.toml")
    drawn = plausible.draw_full(form, Random(4), "department")
    assert set(assess_rules(form, drawn.this).values()) == {Verdict.PASS}
    made, _ = break_rules(form, drawn)
    for each in made:
        assert assess_rules(form, change_figures(form, drawn.this, each.changes))[each.rule.name] == Verdict.FAIL
    assert ["accounts.given" in {each.rule.id for each in made}] == [not expr.startswith("if silent")]


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        ("if open then stale > 0", "expected '='"),
        ("if open > 0", "a condition reads 'if"),
        ("if open > 0 then stale", "expected '='"),
        ("if open > 0 then stale needs silent", "'needs' has no condition"),
        ("if prior.open > 0 then stale > 0", "is of this year alone"),
        ("if opne > 0 then stale > 0", "has no row 'opne'"),
        ("if open > 0 then stale > 0 then silent > 0", "'then' does not belong here"),
    ],
)
def test_what_is_wrong_is_told(expr, told):
    found = faults(make_text(expr)).faults
    assert any(told in fault.message or told in fault.hint for fault in found), [str(fault) for fault in found]


def test_a_difference_in_the_condition_is_a_difference(form):
    other = parse_spec(make_text("if open + 2 * silent >= 11 then stale = 3"), "county_survey.toml")
    assert [(each.kind, each.detail) for each in compare_forms(form, other).differences] == [("rule", "算式不同")]
    assert list(compare_forms(form, replace(form)).differences) == []
