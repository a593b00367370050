"""Each rule of a list broken once in a line of its own, in previews too."""

from __future__ import annotations

from itertools import product

import pytest

from tests.forms.lists import FORM
from tests.forms.test_line_rules import ASKING
from xltool.forms.line_rules import list_broken
from xltool.forms.list_rows import list_missing, list_unfit
from xltool.forms.spec import parse_spec
from xltool.model import FormSpec
from xltool.preview import list_files, list_rule_lines, make_preview
from xltool.rules.broken_lines import break_lines

CONDITIONS = (
    "",
    "if result = '不予' then ",
    "if result != '准予' and online is not blank then ",
    "if received < '2024-03-01' and early >= 5 then ",
    "if remark is blank and fee > 2.5 then ",
    "if remark = '加急' then ",
)
SIDES = ("fee {} 2.5", "fee - 2 * early {} early + 1", "3 * fee {} early", "early {} 3")
IMPLIED = {(CONDITIONS[4], SIDES[0]), (CONDITIONS[3], SIDES[3])}
SIGNS = ("=", "<=", ">=", "<", ">")


def make_form(rule: str, *more: str) -> FormSpec:
    rules = "".join(
        f"""
[[list.rule]]
id = "r{at}"
expr = "{expr}"
text = "关系{at}"
basis = "1号"
"""
        for at, expr in enumerate((rule, *more))
    )
    text = FORM.replace('\n[[list]]\nid = "staff"', f'{rules}\n[[list]]\nid = "staff"', 1)
    text = text.replace('measure = "change"', 'measure = "ratio"').replace("[measure.change]", "[measure.ratio]")
    return parse_spec(text.replace('unit = "天"', 'unit = "万元"'), "permit_cases.toml")


@pytest.mark.parametrize(("condition", "sides", "sign"), [*product(CONDITIONS, SIDES, SIGNS)])
def test_every_rule_is_broken_in_a_line_that_is_right_otherwise(condition: str, sides: str, sign: str) -> None:
    if (condition, sides) in IMPLIED and sign.startswith(">"):
        return  # nothing breaks what its condition says already
    spec = make_form(condition + sides.format(sign), "if result = '准予' then fee <= 10000")
    made, kept = break_lines(spec, 2024, 3)
    assert not [rule for _, rule in kept if rule.id == "r0"]
    [first] = [each for each in made if each.rule.id == "r0"]
    assert [each.rule.id for each in list_broken(first.row_list, [first.broken])] == ["r0"]
    assert not list_missing(first.row_list, [first.broken]) and not list_unfit(first.row_list, [first.broken])


@pytest.mark.parametrize("rule", ["fee >= 0", "fee <= 10000", "fee - fee = 0", "if result = '准予' then fee <= 99999"])
def test_a_rule_that_nothing_breaks_is_told(rule: str) -> None:
    spec = make_form(rule)
    made = make_preview(spec)
    assert [each.id for _, each in made.unbroken_lines] == ["r0"] and made.lines == () == made.spoilt
    assert "   cases r0　关系0" in [*list_rule_lines(made)]


def test_a_preview_breaks_each_rule_of_a_list_in_a_line_of_its_own() -> None:
    spec = parse_spec(ASKING, "permit_cases.toml")
    made = make_preview(spec)
    assert [(each.made.rule.id, each.serial, each.book) for each in made.lines] == [("paid", 4, 0), ("parts", 5, 0)]
    [spoilt] = made.spoilt
    [cases, _] = spec.lists
    lines = spoilt.submission.lists["cases"]
    assert {each.rule.id: each.serials for each in list_broken(cases, lines)} == {"paid": [4], "parts": [5]}
    assert {found.data.get("check") for found in spoilt.found} == {"list.broken@cases.paid", "list.broken@cases.parts"}
    said = [*list_rule_lines(made)]
    assert any("改坏：附表一第 4 行" in line and "见 错例.xlsx" in line for line in said)
    assert any("附表一有 1 行不合“收费应等于两部分之和”" in line for line in said)
    assert {"样表.xlsx", "错例.xlsx", "规则.txt"} <= dict(list_files(made)).keys()
    assert make_preview(spec).lines == made.lines


def test_a_list_without_room_has_its_last_line_broken_by_itself() -> None:
    spec = parse_spec(ASKING.replace("limit = 40", "limit = 4"), "permit_cases.toml")
    made = make_preview(spec)
    assert [(each.made.rule.id, each.serial, each.book) for each in made.lines] == [("paid", 4, 0), ("parts", 4, None)]
    assert all(each.opinions for each in made.lines)
