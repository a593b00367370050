"""Rules with numbers of a regulation and with factors: judged, told, traced, solved; of no sum where each counts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

import xltool
from tests.forms.test_spec import GOOD
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.discrepancies import find_discrepancies, note_part
from xltool.forms.spec import parse_spec
from xltool.model import Agency, Linear, Reading, Submission
from xltool.periods import Period
from xltool.rules import plausible
from xltool.rules.broken_once import break_rules, change_figures
from xltool.rules.judge import judge_readings
from xltool.rules.matrix import Verdict
from xltool.rules.opinions import group_findings, word_opinion
from xltool.rules.validate import assess_rules
from xltool.workbook.layout_plan import make_plan

RULES = {
    "score": "score.points = 100 - lost.points",
    "often": "visits.points >= 4",
    "less": "lost.points < visits.points",
    "yuan": "paid.yuan <= 10000 * budget.wan",
    "share": "0.75 * budget.wan <= 0.0001 * paid.yuan + 0.35",
    "same": "asked.yuan = 10000 * grant.wan",
}
TABLE = """
[[table]]
id = "money"
name = "表二"
sheet = "表二 经费"
title = "经费"
widths = [30, 20]
[[table.block]]
corner = "项目"
rows = [{ id = "score", label = "得分" }, { id = "lost", label = "扣分" }, { id = "visits", label = "检查次数" }]
columns = [{ id = "points", label = "分、次" }]
[[table.block]]
corner = "项目"
measure = "money"
rows = [{ id = "budget", label = "预算" }, { id = "grant", label = "补助" }]
columns = [{ id = "wan", label = "万元" }]
[[table.block]]
corner = "项目"
measure = "yuan"
rows = [{ id = "paid", label = "支出" }, { id = "asked", label = "申请" }]
columns = [{ id = "yuan", label = "元" }]
"""
AGENCY = Agency("1", "某局", "department")


@pytest.fixture(scope="module")
def form():
    text = GOOD.replace(
        "decimals = 2\n", 'decimals = 2\nmaximum = 99999\n\n[measure.yuan]\nunit = "元"\ndecimals = 0\n'
    )
    text = text.replace("[[table]]", '[[section]]\nheading = "三、经费"\ntable = "money"\n\n[[table]]', 1)
    rules = "".join(
        f'[[table.rule]]\nid = "{name}"\nexpr = "{expr}"\ntext = "{name}的关系"\nbasis = "办字1号"\n'
        for name, expr in RULES.items()
    )
    return parse_spec(text + TABLE + rules, "county_survey.toml")


def held(form, **figures):
    """Figures that keep all rules, but for some."""
    right = {"score": 90, "lost": 10, "visits": 12, "budget": 200, "grant": 350, "paid": 20000, "asked": 35000}
    names = {key.split(".")[1]: key for key in form.index if key.startswith("money.")}
    changed = {names[name]: figure for name, figure in {**right, **figures}.items()}
    return Submission(form.id, 2024, AGENCY, tuple(changed.get(key, 0) for key in form.index), {"summary": "写了。"})


def broken(form, submission):
    [reading] = judge_readings(form, [Reading(submission)])
    found = [each for each in reading.findings if each.rule]
    place = make_plan(form).place
    return {each.rule for each in found}, [
        word_opinion(o, reading.findings, form, place) for o in group_findings(reading.findings)
    ]


def test_both_sides_are_whole_numbers_of_one_scale(form):
    rules = {rule.id.partition(".")[2]: rule.linear for rule in form.rules}
    assert rules["score"] == Linear(
        (("money.score.points", 1),), rules["score"].operator, (("money.lost.points", -1),), 100
    )
    assert (rules["often"].right, rules["often"].constant, rules["often"].of_each) == ((), 4, True)
    assert rules["yuan"].right == (("money.budget.wan", 100),)
    assert rules["share"].decimals == 4
    assert rules["share"].left == (("money.budget.wan", 75),)
    assert (rules["share"].right, rules["share"].constant) == ((("money.paid.yuan", 1),), 3500)
    assert not rules["share"].of_each or rules["share"].constant


@pytest.mark.parametrize(
    ("figures", "rule", "said"),
    [
        ({}, "", ""),
        ({"visits": 12, "lost": 11}, "score", "得分 90，100 - 扣分 11 = 89，相差 1"),
        ({"visits": 3, "lost": 2, "score": 98}, "often", "检查次数分、次 3，规定的数 4，相差 1"),
        ({"lost": 12, "score": 88}, "less", "扣分 12，检查次数 12，相差 0"),
        ({"paid": 20001}, "yuan", "支出元 20001，10000 × 预算万元 2 = 20000，相差 1"),
        ({"budget": 900}, "share", "0.75 × 预算万元 9 = 6.75，0.0001 × 支出元 20000 + 0.35 = 2.35，相差 4.4"),
    ],
)
def test_what_breaks_is_told_with_its_figures(form, figures, rule, said):
    rules, opinions = broken(form, held(form, **figures))
    assert rules == ({f"money.{rule}"} if rule else set())
    assert any(said in each for each in opinions) if rule else True


def test_the_wrong_cell_is_looked_for_in_equalities_with_numbers(form):
    _, opinions = broken(form, held(form, asked=53000))
    [said] = [each for each in opinions if "same的关系" in each]
    assert "53000 → 35000" in said
    assert "3.5 → 5.3" in said


def test_figures_are_found_that_satisfy_them_and_each_is_broken_once(form):
    drawn = plausible.draw_full(form, Random(3), "department")
    verdicts = assess_rules(form, drawn.this)
    assert set(verdicts.values()) == {Verdict.PASS}
    made, kept = break_rules(form, drawn)
    assert {rule.id for rule in kept} == {"accounts.faulty"}
    assert {each.rule.id for each in made} == {rule.id for rule in form.rules} - {"accounts.faulty"}
    for each in made:
        verdicts = assess_rules(form, change_figures(form, drawn.this, each.changes))
        assert verdicts[each.rule.name] == Verdict.FAIL


def test_a_number_counts_for_each_agency_and_not_for_their_sum(form):
    agencies = [
        replace(held(form, visits=number), agency=Agency(str(number), f"第{number}局", "department"))
        for number in (12, 17, 3)
    ]
    assert broken(form, agencies[0])[0] == set()
    assert broken(form, agencies[2])[0] == {"money.often", "money.less"}
    result = consolidate_submissions(form, agencies, Agency("0", "某县", "county"), Period(2024))
    assert broken(form, result.total)[0] == set()
    found = [each for each in find_discrepancies(form, result) if each.rule.id == "money.often"]
    assert [(each.agency.code, each.failing, note_part(each)) for each in found] == [
        ("3", False, "只核各单位，不核汇总数")
    ]


def test_explain_says_the_numbers(form):
    said = {rule.id: xltool.messages.word_rule(rule, form) for rule in form.rules}
    assert said["money.score"] == "得分 = 100 - 扣分"
    assert said["money.often"] == "检查次数分、次 不小于 4"
    assert said["money.share"] == "0.75 × 预算万元 不大于 0.0001 × 支出元 + 0.35"
