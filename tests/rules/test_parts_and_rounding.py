"""其中 as parts of a whole, which may overlap; sums that a form says are rounded: parsed, judged, told, solved."""

from __future__ import annotations

from random import Random

import pytest

from tests.forms.test_spec import GOOD, faults
from xltool.forms.spec import parse_spec
from xltool.model import Agency, Reading, Submission
from xltool.rules import plausible
from xltool.rules.broken_once import break_rules, change_figures
from xltool.rules.judge import judge_readings
from xltool.rules.matrix import Verdict
from xltool.rules.opinions import group_findings, word_opinion
from xltool.rules.validate import assess_rules
from xltool.workbook.layout_plan import make_plan

NOTE = "注：分项与合计因四舍五入不等，未作调整。"
TABLE = f"""
[[table]]
id = "people"
name = "表二"
sheet = "表二 人数"
title = "人数"
note = "{NOTE}"
widths = [15, 15, 20, 20]
[[table.block]]
corner = "项目"
measure = "MEASURE"
rows = [
  {{ id = "all", label = "总数" }},
  {{ id = "kinds", label = "其中", rows = [
    {{ id = "women", label = "女性" }}, {{ id = "old", label = "老年人" }}, {{ id = "disabled", label = "残疾人" }},
  ] }},
]
columns = [{{ id = "city", label = "城市" }}, {{ id = "town", label = "农村" }}]
"""
PARTS = 'per = "column"\nexpr = "women, old, disabled part_of all"'
ROUNDED = 'expr = "all.city = sum(kinds.city)"\ntolerance = "TOLERANCE"\nrounded = "因四舍五入不等"'


def make_text(rule, measure="count"):
    text = GOOD.replace("[[table]]", '[[section]]\nheading = "三、人数"\ntable = "people"\n\n[[table]]', 1)
    table = TABLE.replace("MEASURE", measure)
    return f'{text}{table}[[table.rule]]\nid = "parts"\n{rule}\ntext = "各项不应多于总数"\nbasis = "办字1号"\n'


def read(rule, measure="count"):
    return parse_spec(make_text(rule, measure), "county_survey.toml")


def judge(form, *figures):
    keys = [key for key in form.index if key.startswith("people.") and key.endswith(".city")]
    values = dict.fromkeys(form.index, 0) | dict(zip(keys, figures, strict=True))
    submission = Submission(
        form.id, 2024, Agency("1", "某局", "department"), tuple(values.values()), {"summary": "有。"}
    )
    [reading] = judge_readings(form, [Reading(submission)])
    said = [word_opinion(o, reading.findings, form, make_plan(form).place) for o in group_findings(reading.findings)]
    return {each.rule for each in reading.findings if each.rule}, said


def test_each_part_is_at_most_the_whole_and_the_whole_at_most_all_of_them():
    form = read(PARTS)
    names = [rule.name for rule in form.rules if rule.id == "people.parts"]
    assert names == [
        *(f"people.parts@{column}.{part}" for part in ("women", "old", "disabled") for column in ("city", "town")),
        *(f"people.parts@{column}" for column in ("city", "town")),
    ]
    assert judge(form, 10, 10, 4, 0) == (set(), [])
    rules, [said] = judge(form, 10, 11, 4, 0)
    assert rules == {"people.parts@city.women"}
    assert said.startswith("表二“城市”栏：女性 11，总数 10，相差 1")
    rules, [said] = judge(form, 10, 4, 3, 2)
    assert rules == {"people.parts@city"}
    assert "各项可以重叠，合起来不应少于总数" in said


def test_one_part_says_nothing_of_the_rest():
    form = read('per = "column"\nexpr = "women part_of all"')
    assert [rule.name for rule in form.rules][-2:] == ["people.parts@city", "people.parts@town"]
    assert judge(form, 10, 4, 0, 0) == (set(), [])
    assert judge(form, 10, 14, 0, 0)[0] == {"people.parts@city"}


@pytest.mark.parametrize(
    ("rule", "measure"),
    [(PARTS, "count"), (ROUNDED.replace("TOLERANCE", "1"), "count"), (ROUNDED.replace("TOLERANCE", "0.05"), "money")],
)
def test_figures_are_found_that_satisfy_them_and_each_is_broken_once(rule, measure):
    form = read(rule, measure)
    drawn = plausible.draw_full(form, Random(1), "department")
    assert set(assess_rules(form, drawn.this).values()) == {Verdict.PASS}
    made, _ = break_rules(form, drawn)
    [each] = [each for each in made if each.rule.id == "people.parts"]
    assert assess_rules(form, change_figures(form, drawn.this, each.changes))[each.rule.name] == Verdict.FAIL


@pytest.mark.parametrize(
    ("tolerance", "measure", "kept", "missed"),
    [("1", "count", 1, 2), ("0.05", "money", 5, 6), ("0.005", "money", 0, 1)],
)
def test_what_is_rounded_may_differ_by_that_and_no_more(tolerance, measure, kept, missed):
    form = read(ROUNDED.replace("TOLERANCE", tolerance), measure)
    [rule] = [rule for rule in form.rules if rule.id == "people.parts"]
    assert rule.linear.of_each
    for sign in (1, -1):
        assert judge(form, 1000 + sign * kept, 400, 300, 300) == (set(), [])
        rules, [said] = judge(form, 1000 + sign * missed, 400, 300, 300)
        assert rules == {"people.parts"}
        assert "应为" not in said, "which cell it is cannot be decided"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (ROUNDED.replace("TOLERANCE", "一点"), "'一点' is no tolerance"),
        (ROUNDED.replace("TOLERANCE", "0"), "'0' is no tolerance"),
        (ROUNDED.replace("TOLERANCE", "1").replace("不等", "有出入"), "these words stand in no 'note'"),
        (ROUNDED.replace("TOLERANCE", "1").replace(" = sum", " <= sum"), "is for a rule with '='"),
        (ROUNDED.partition("\nrounded")[0], "stand together"),
        ('per = "column"\nexpr = "women, old part_of"', "the rule ends where a cell is expected"),
        ('per = "column"\nexpr = "women, part_of all"', "the rule ends where a cell is expected"),
        ('per = "column"\nexpr = "women = 1, old part_of all"', "'=' does not belong here"),
        ('per = "column"\nexpr = "women, 3 part_of all"', "a number stands before a cell"),
        ('per = "column"\nexpr = "women, odl part_of all"', "has no row 'odl'"),
    ],
)
def test_what_is_wrong_is_told(rule, told):
    found = faults(make_text(rule)).faults
    assert any(told in fault.message for fault in found), [fault.message for fault in found]
