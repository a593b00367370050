"""Columns of lists that ask for another: filled in where a condition holds, days in order; what is wrong is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forms.lists import FORM, submit
from xltool.forms.list_demands import list_early, list_lone, pair_columns
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, render
from xltool.model import ListRow, Reading
from xltool.preview import make_preview
from xltool.rules.judge import judge_readings

ASKING = (
    FORM.replace('label = "收费（万元）",', 'label = "收费（万元）", required = "result = \'准予\' and early > 0",')
    .replace(
        'kind = "text", longest = 60 },\n]',
        'kind = "text", longest = 60, required = ["result = \'不予\'", "fee >= 10 and online is blank"] },\n'
        '  { id = "done", label = "办结日期", kind = "date", not_before = ["received", "told"] },\n'
        '  { id = "told", label = "告知日期", kind = "date", not_before = ["received"], '
        'required = "teller is not blank" },\n'
        '  { id = "teller", label = "告知人", kind = "text", '
        'required = ["told is not blank", "done is not blank"] },\n]',
        1,
    )
    .replace("widths = [6, 16, 14, 10, 12, 10, 10, 24]", "widths = [6, 16, 14, 10, 12, 10, 10, 24, 9, 9, 9]")
)
IDS = ("number", "received", "result", "fee", "early", "online", "remark", "done", "told", "teller")


def make_form(form: str = ASKING):
    return parse_spec(form, "permit_cases.toml")


def write_line(**contents):
    return ListRow(tuple(contents.get(name) for name in IDS))


def judge(*lines):
    spec = make_form()
    made = replace(submit(spec), lists={"cases": tuple(lines)})
    [judged] = judge_readings(spec, [Reading(made)])
    return spec, [found for found in judged.findings if found.code in {"list.lone", "list.order"}]


RIGHT = {"number": "1", "received": "2024-03-01", "result": "办理中"}


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"result": "准予", "early": 2}, "list.lone", "“办理结果”为“准予”、“比承诺提前”大于 0，没有填“收费（万元）”"),
        ({"result": "不予"}, "list.lone", "“办理结果”为“不予”，没有填“备注”"),
        ({"fee": 1000}, "list.lone", "“收费（万元）”不小于 10、“是否网办”空着，没有填“备注”"),
        ({"teller": "王五"}, "list.lone", "“告知人”填了，没有填“告知日期”"),
        ({"told": "2024-03-02"}, "list.lone", "“告知日期”填了，没有填“告知人”"),
        ({"told": "2024-02-29", "teller": "王五"}, "list.order", "“告知日期”早于“收件日期”"),
        ({"done": "2024-02-29", "teller": "王", "told": "2024-03-01"}, "list.order", "“办结日期”早于"),
    ],
)
def test_what_one_column_asks_of_another_is_told_with_its_line(more, code, said):
    spec, found = judge(write_line(**RIGHT), write_line(**{**RIGHT, "number": "2", **more}))
    assert {each.code for each in found} == {code}
    shown = "\n".join(render(each, spec, None) for each in found)
    assert said in shown
    assert "第 2 行" in shown


@pytest.mark.parametrize(
    "more",
    [
        {"result": "准予", "early": 0},
        {"result": "准予", "early": None},
        {"result": "准予", "early": 5, "fee": 0},
        {"fee": 1000, "online": "是"},
        {"told": "2024-03-01", "done": "2024-03-01", "teller": "王五"},
    ],
)
def test_what_is_not_asked_for_may_be_blank(more):
    assert judge(write_line(**{**RIGHT, **more}))[1] == []


def test_of_sums_and_of_empty_lines_nothing_is_asked():
    spec = make_form()
    [cases, _] = spec.lists
    assert list(list_lone(cases, [write_line()])) == list(list_early(cases, [write_line()])) == []
    wrong = replace(submit(spec), lists={"cases": (write_line(result="不予"),)}, scope="consolidated")
    [judged] = judge_readings(spec, [Reading(wrong)])
    assert not [found for found in judged.findings if found.code == "list.lone"]


def test_columns_that_require_each_other_stand_together():
    pairs = pair_columns(make_form().lists[0])
    assert {IDS[at]: {IDS[other] for other in others} for at, others in pairs.items() if others} == {
        "told": {"teller"},
        "teller": {"told"},
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"teller is not blank"', '"tellr is not blank"', "list 'cases' has no column 'tellr'"),
        ('"teller is not blank"', '"teller"', "expected =, !=, <, <=, >, >=, 'is blank' or 'is not blank' here"),
        ('"teller is not blank"', "3", "'required' of a column of a list must be true or false"),
        ('"teller is not blank"', '["teller is not blank", 3]', "'required'"),
        ('"teller is not blank"', '"received > period.start"', "is asked of its line alone: no 'period.'"),
        ("result = '不予'", "result = '否'", "'否' is none of the choices of 'result'"),
        ('not_before = ["received"]', 'not_before = ["receive"]', "'not_before' is between two columns of days"),
        ('not_before = ["received"]', 'not_before = ["fee"]', "'not_before' is between two columns of days"),
        ('not_before = ["received"]', 'not_before = ["told"]', "'not_before' is between two columns of days"),
    ],
)
def test_what_is_wrong_with_a_demand_is_told(old, new, fault):
    assert old in ASKING
    with pytest.raises(DefinitionError) as told:
        make_form(ASKING.replace(old, new))
    assert fault in str(told.value)


def test_a_preview_has_lines_in_which_nothing_is_wrong():
    made = make_preview(make_form())
    assert made.opinions == ()
    assert len(made.sample.lists["cases"]) == 3
