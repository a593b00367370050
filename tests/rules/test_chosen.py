"""Rules with a condition on what is chosen: asked where it is, silent else, here and in LibreOffice alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.forms.entries import FORM, WRITTEN, submit
from tests.workbook import calc
from xltool import preview
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.discrepancies import find_discrepancies
from xltool.forms.differences import compare_forms
from xltool.forms.sheet_names import HIDDEN
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, word_rule
from xltool.model import Agency, Reading
from xltool.periods import Period
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import group_findings, word_opinion
from xltool.workbook.cached_values import compute_cached_values
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook

RULES = """
[[table.rule]]
id = "done"
per = "row"
expr = "if state = '已整改' then found <= 4"
text = "已整改的不应多于四项"
basis = "表一"

[[table.rule]]
id = "late"
per = "row"
over = "fire"
expr = "if state in ('整改中', '未整改') then found <= 6"
text = "没有整改完的不应多于六项"
basis = "表一"

[[table.rule]]
id = "open"
per = "row"
over = "fire"
expr = "if state != '已整改' then found >= 2"
text = "没有整改完的至少两项"
basis = "表一"

[[table.rule]]
id = "kind"
per = "row"
over = "fire"
expr = "if office.kind = '公 立' then found <= 7"
text = "公立的不应多于七项"
basis = "表一"

[[table.rule]]
id = "others"
per = "row"
over = "fire"
expr = "if office.kind <> '公 立' then found <= 8"
text = "别的不应多于八项"
basis = "表一"

[[table.rule]]
id = "unlike"
per = "row"
over = "fire"
expr = "if found != 3 then found <= 30"
text = "不是三项的不应多于三十项"
basis = "表一"

[[rule]]
id = "held"
expr = 'if rules.means.content = "会议" then rules.meetings.content >= 1'
text = "开会宣传的应有会议"
severity = "warning"
basis = "表二"
"""


def write(rules=RULES):
    """The rule of table 1 stands below its total, the one of the form before the first table."""
    done, _, held = rules.partition("\n[[rule]]")
    before, total, after = FORM.partition('\n[[table.rule]]\nid = "total"')
    field = '[[text]]\nkey = "office.kind"\nlabel = "单位性质"\nplace = "cover"\n\n'
    before = before.replace("[[section]]", f"{field}[[section]]", 1)
    return f"{before}\n{done.strip()}\n{total}{after}" + (f"\n[[rule]]{held}" if held else "")


@pytest.fixture(scope="module")
def form():
    return parse_spec(write(), "hazard_list.toml")


CASES = {
    "right": ((3, 4, 4, 1), {}, set()),
    "more": ((5, 9, 4, 1), {}, {"hazards.done@fire"}),
    "other": ((5, 9, 4, 1), {"hazards.fire.state": "整改中"}, set()),
    "one of two": ((7, 9, 4, 1), {"hazards.fire.state": "未整改"}, {"hazards.late@fire"}),
    "the other of two": ((7, 9, 4, 1), {"hazards.fire.state": "整改中"}, {"hazards.late@fire"}),
    "barred": ((1, 4, 4, 1), {"hazards.fire.state": "整改中"}, {"hazards.open@fire"}),
    "not barred": ((1, 4, 4, 1), {}, set()),
    "barred and blank": ((1, 4, 4, 1), {"hazards.fire.state": ""}, set()),
    "field": ((9, 4, 4, 1), {"hazards.fire.state": "", "office.kind": " 公\u3000 立\n"}, {"hazards.kind@fire"}),
    "other field": ((9, 4, 4, 1), {"hazards.fire.state": "", "office.kind": "民营"}, {"hazards.others@fire"}),
    "no field": ((9, 4, 4, 1), {"hazards.fire.state": "", "office.kind": " "}, set()),
    "unlike": ((31, 4, 4, 1), {"hazards.fire.state": ""}, {"hazards.unlike@fire"}),
    "blank": ((5, 9, 4, 1), {"hazards.fire.state": ""}, set()),
    "wrong": ((5, 9, 4, 1), {"hazards.fire.state": "已整改、整改中"}, {"hazards.done@fire"}),
    "no figure": ((None, 9, 4, 1), {}, set()),
    "several": ((3, 4, 4, 0), {}, {"held"}),
    "alone": ((3, 4, 4, 0), {"rules.means.content": "会议"}, {"held"}),
    "none of it": ((3, 4, 4, 0), {"rules.means.content": "网站、网站专栏"}, set()),
}
"""Figures, what is chosen otherwise than usual, and which rules are broken."""


def make(form, name, **more):
    figures, chosen, _ = CASES[name]
    kind = {"office.kind": chosen["office.kind"]} if "office.kind" in chosen else {}
    written = {key: content for key, content in {**WRITTEN, **chosen}.items() if content and key not in kind}
    made = submit(form, figures, written)
    return replace(made, texts={**made.texts, **kind}, **more)


@pytest.mark.parametrize("name", CASES)
def test_it_is_asked_where_that_is_chosen(form, name):
    [judged] = judge_readings(form, [Reading(make(form, name))])
    assert {found.rule for found in judged.findings if found.rule} == CASES[name][2]
    [of_sum] = judge_readings(form, [Reading(make(form, name, scope="consolidated"))])
    assert not [found for found in of_sum.findings if found.rule]


def test_it_says_why_it_is_asked(form):
    [judged] = judge_readings(form, [Reading(make(form, "more"))])
    said = [
        word_opinion(each, judged.findings, form, make_plan(form).place) for each in group_findings(judged.findings)
    ]
    assert any("因为“消防”“整改情况”选了“已整改”，排查数 5，规定的数 4，相差 1" in each for each in said), said
    [rule] = [rule for rule in form.rules if rule.name == "held"]
    assert word_rule(rule, form) == "“宣传方式”选“会议”时，会议次数内容 不小于 1"
    worded = {rule.name: word_rule(rule, form) for rule in form.rules if rule.at == "fire"}
    assert worded["hazards.late@fire"] == "“消防”“整改情况”选“整改中”或“未整改”时，排查数 不大于 6"
    assert worded["hazards.open@fire"] == "“消防”“整改情况”选的不是“已整改”时，排查数 不小于 2"
    assert worded["hazards.others@fire"] == "“单位性质”填的不是“公 立”时，排查数 不大于 8"
    assert worded["hazards.unlike@fire"] == "排查数 不等于 3 时，排查数 不大于 30"


def test_rows_without_the_cell_have_no_such_rule(form):
    assert [rule.at for rule in form.rules if rule.id == "hazards.done"] == ["fire", "traffic", "mine"]


def test_libreoffice_says_the_same(form, tmp_path: Path):
    calc.require_office()
    made = {name: make(form, name) for name in CASES} | {"sum": make(form, "more", scope="consolidated")}
    files = {name: calc.spoiled(write_workbook(form, each)) for name, each in made.items()}
    plan = make_plan(form)
    for name, shown in calc.recalculated(files, tmp_path).items():
        ours = compute_cached_values(plan, made[name])
        spots = [spot for spot in calc.formula_spots(files[name]) if spot.sheet != HIDDEN]
        assert {spot: shown.get(spot) or "" for spot in spots} == {spot: ours[spot] or "" for spot in spots}, name


def test_a_preview_chooses_what_the_first_asks_for_and_says_what_it_cannot_break():
    both = RULES + RULES[RULES.index("[[rule]]") :].replace('"held"', '"else"').replace('"会议"', '"网站"').replace(
        "rules.means.content", "rules.office.content"
    ).replace('"网站"', '"否"')
    both += both[both.rindex("[[rule]]") :].replace('"else"', '"office"').replace('"否"', '"是"')
    made = preview.make_preview(parse_spec(write(both), "hazard_list.toml"))
    assert made.opinions == made.unbroken == ()
    assert {each.rule.id for each in made.tried} == {"hazards.done", "hazards.kind", "hazards.unlike", "held", "else"}
    assert {rule.id for rule in made.unasked} == {"hazards.late", "hazards.open", "hazards.others", "office"}
    assert made.sample.texts["office.kind"] == "公 立"
    assert made.sample.entries["rules.office.content"] == "否"
    assert "在样表所选的选项下不用审" in "\n".join(preview.list_rule_lines(made))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("if state = '已整改'", "if state = '整改完'", "'整改完' is none of the choices of 'state'"),
        ("if state = '已整改'", "if remark = '已整改'", "'remark' is no cell in which something is chosen"),
        ("if state = '已整改'", "if stat = '已整改'", "'stat' is no cell in which something is chosen"),
        ("if state = '已整改'", "if found = '已整改'", "'found' is no cell in which something is chosen"),
        ("if state = '已整改'", "if prior.state = '已整改'", "is of this year alone"),
        ("if state = '已整改'", "if state > '已整改'", "no row has cells for all of these names"),
        ("('整改中', '未整改')", "('整改中', '没整改')", "'没整改' is none of the choices of 'state'"),
        ("if state in ('整改中', '未整改')", "if state in ()", '\'if a in ("one", "other") then b <= c\''),
        ("if office.kind = '公 立'", "if office.kind = ' '", "a condition asks for words, and here are none"),
        ("if office.kind = '公 立'", "if office.sort = '公 立'", "and no field of words on the cover"),
        ("then found <= 7", "then found != 7", "'!' is not part of the rule language"),
        ("then found <= 4", "then found needs found", "'needs' has no condition"),
        ("rules.means.content = ", "rules.means.contents = ", "'rules.means.contents' is no cell"),
    ],
)
def test_what_is_wrong_is_told(old, new, told):
    assert RULES.count(old) == 1
    with pytest.raises(DefinitionError) as caught:
        parse_spec(write(RULES.replace(old, new)), "hazard_list.toml")
    assert told in str(caught.value)


def test_an_agency_is_asked_by_its_own_cover_where_many_are_added_up(form):
    kinds = ("公 立", "民营", "")
    submissions = [
        replace(make(form, "field"), agency=Agency(str(at), f"单位{at}", "county"), texts={"office.kind": kind})
        for at, kind in enumerate(kinds)
    ]
    summed = consolidate_submissions(form, submissions, Agency("9", "县", "county"), Period(2024), root_code="1")
    found = [(each.rule.name, each.agency.name) for each in find_discrepancies(form, summed)]
    assert ("hazards.kind@fire", "单位0") in found
    assert ("hazards.others@fire", "单位1") in found
    assert not [name for name, agency in found if agency == "单位2"]


def test_another_choice_is_a_difference(form):
    other = parse_spec(write(RULES.replace("'已整改'", "'未整改'")), "hazard_list.toml")
    assert ("rule", "算式不同") in [(each.kind, each.detail) for each in compare_forms(form, other).differences]
    assert list(compare_forms(form, replace(form)).differences) == []
