"""Rules across forms that are written once for each row or column of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.across import PARK, fill
from xltool.forms.across import OtherReport, list_both_cells, read_across
from xltool.forms.spec import parse_spec
from xltool.forms.totals import recompute_totals
from xltool.messages import DefinitionError
from xltool.model import Submission
from xltool.rules.across import judge_across
from xltool.workbook.layout_plan import make_plan

GATE = """
id = "gate-counts"
title = "检票年报"
authority = "县文旅局"
basis = "县文旅字〔2024〕5号"
years = [2024]

[measure.count]
unit = "张"
decimals = 0

[[section]]
heading = "一、检票"
table = "gates"

[[table]]
id = "gates"
name = "表甲"
sheet = "表甲 检票"
title = "检票情况"
widths = [20, 20, 15, 15, 15, 15]

[[table.block]]
corner = "项目"
rows = [
  { id = "sold", label = "各口检票", rows = [{ id = "north", label = "北门" }, { id = "south", label = "南门" }] },
  { id = "void", label = "作废", absent = { child = "—" } },
]
columns = [
  { id = "child", label = "儿童" },
  { id = "adult", label = "成人" },
  { id = "group", label = "团体" },
  { id = "most", label = "最多一天" },
]
"""
PARK_FORM, GATE_FORM = parse_spec(PARK, "park_visits.toml"), parse_spec(GATE, "gate_counts.toml")


def read(expr: str, per: str = "column"):
    across = f"""
[[other]]
id = "gate"
form = "gate-counts"

[[other.rule]]
id = "passed"
per = "{per}"
expr = "{expr}"
text = "售出门票不少于检票"
basis = "县文旅字〔2024〕5号"
"""
    [other] = read_across(PARK_FORM, "park_visits.across.toml", across, {"gate-counts": GATE_FORM}.__getitem__)
    return other


def test_a_rule_is_written_for_each_column_that_both_have():
    other = read("tickets.sold >= sum(gate.gates.sold)")
    assert [rule.name for rule in other.rules] == ["gate.passed@adult", "gate.passed@child"]
    assert list_both_cells(other, other.rules[1].linear) == (
        ("tickets.sold.child",),
        ("gates.north.child", "gates.south.child"),
    )


def test_where_one_form_has_no_cell_it_is_not_written():
    other = read("tickets.sold >= gate.gates.void")
    assert [rule.name for rule in other.rules] == ["gate.passed@adult"]


def test_a_cell_that_is_named_in_full_is_the_same_at_each_place():
    other = read("if tickets.sold > 0 then tickets.sold.total >= gate.gates.north + gate.gates.south.most")
    assert [rule.linear.keys for rule in other.rules] == [
        ("tickets.sold.total", f"gate_gates.north.{at}", "gate_gates.south.most", f"tickets.sold.{at}")
        for at in ("child", "adult")  # as the table has them that is named first
    ]


def test_rows_go_as_columns_do():
    other = read("gate.gates.adult <= tickets.sold.total + gate.gates.most", "row")
    assert [rule.name for rule in other.rules] == ["gate.passed@north", "gate.passed@south", "gate.passed@void"]


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        ("tickets.sould >= gate.gates.north", "has no row 'sould'"),
        ("tickets.sold >= gate.gates.nrth", "table 'gate.gates' has no row 'nrth'"),
        ("tickets.sold >= gate.gats.north", "no table is named 'gate.gats'"),
        ("tickets.sold.adult >= gate.gates.north.adult", "names table.row, or table.column"),
        ("tickets.sold >= tickets.sold.adult", "names figures of both"),
        ("tickets.sold >= gate.gates.sold", "'sold' is a group of rows: write sum("),
        ("tickets.income >= gate.gates.north", "this side joins '万元' and '张'"),
    ],
)
def test_what_no_place_has_is_told(expr, told):
    with pytest.raises(DefinitionError) as error:
        read(expr)
    assert told in str(error.value)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_each_place_is_judged_by_itself(figures):
    adult, child, *gates = figures
    other = read("tickets.sold >= sum(gate.gates.sold)")
    mine = recompute_totals(PARK_FORM, fill(PARK_FORM, {"tickets.sold.adult": adult, "tickets.sold.child": child}))
    keys = ("gates.north.adult", "gates.south.adult", "gates.north.child", "gates.south.child")
    theirs: Submission = fill(GATE_FORM, dict(zip(keys, gates, strict=True)))
    places = {each.id: make_plan(each).place for each in (PARK_FORM, GATE_FORM)}
    found = judge_across(
        PARK_FORM, mine, [other], {"gate-counts": OtherReport(theirs, "gate.json")}, lambda spec: places[spec.id]
    )
    broken = {each.rule for each in found if each.code == "across.broken"}
    wanted = {"adult": adult < gates[0] + gates[1], "child": child < gates[2] + gates[3]}
    assert broken == {f"gate.passed@{at}" for at, is_broken in wanted.items() if is_broken}
    [untold] = judge_across(PARK_FORM, mine, [other], {}, lambda spec: places[spec.id])
    assert untold.data["what"] == "与《检票年报》的 2 条勾稽关系（gate.passed）"
