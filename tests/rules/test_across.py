"""Two forms of one agency held against each other: exactly, or told that they were not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms.across import ACROSS, fill, read_pair
from xltool import messages
from xltool.forms.across import OtherReport
from xltool.model import NOT_APPLICABLE, ListRow
from xltool.rules.across import judge_across
from xltool.rules.opinions import group_findings, word_opinion
from xltool.workbook.layout_plan import make_plan

PARK, TILL, OTHERS = read_pair()


def locate(spec):
    return make_plan(spec).place


def refund(*kinds):
    return {"refunds": tuple(ListRow((f"A{at}", kind)) for at, kind in enumerate(kinds))}


def sell(adult=10, child=2, income=100, **more):
    figures = {"tickets.sold.adult": adult, "tickets.sold.child": child}
    return fill(
        PARK, {**figures, "tickets.income.adult": income, "tickets.income.child": 0}, source="park.xlsx", **more
    )


def take(printed=12, takings=10_000, lists=(), **more):
    return fill(TILL, {"till.printed.number": printed, "till.takings.number": takings}, lists=dict(lists), **more)


def judge(mine, theirs, others=OTHERS):
    reports = {"till-book": theirs if isinstance(theirs, str) else OtherReport(theirs, "till.xlsx")}
    return judge_across(PARK, mine, others, reports if theirs is not None else {}, locate)


def tell(found):
    return messages.render(found, PARK, locate(PARK))


def test_what_agrees_is_not_told():
    assert judge(sell(), take()) == []
    assert judge(sell(), take(14, lists=refund("成人", "儿童"))) == []


def test_one_sentence_names_both_workbooks_with_cells_figures_and_what_to_mend():
    [found] = judge(sell(), take(15, lists=refund("成人")))
    assert (found.code, found.severity, found.rule, found.keys) == (
        "across.broken",
        "error",
        "till.printed",
        ("tickets.sold.total",),
    )
    said = tell(found)
    for part in (
        "与《收银年报》（till.xlsx）对不上：售出门票合计等于打印票数减去退票。",
        "本表（park.xlsx）：表一“售出门票”行“合计”栏（D4）12；",
        "《收银年报》：表A“打印票数”行“数量”栏（B4）15、附表的行数 1（第 1 行）；12 应等于 14，相差 2。",
        "本表填错的，改表一“售出门票”行“合计”栏（D4）（合计，改它的各项），应为 14，重新报送本表；",
        "《收银年报》填错的，改那张表的表A“打印票数”行“数量”栏（B4）、附表，重新报送那张表。",
        "依据：县文旅字〔2024〕3号。",
    ):
        assert part in said
    assert found.data["others"] == (
        {"form": "till-book", "key": "till.printed.number", "sheet": "表A 收银", "address": "B4", "value": 15},
        {"form": "till-book", "key": "附表的行数", "sheet": "附表 退票", "address": "", "value": "1"},
    )
    [opinion] = group_findings([found])
    assert word_opinion(opinion, [found], PARK, locate(PARK)) == said


def test_units_are_joined_by_their_factor_and_a_remedy_of_the_rule_leads():
    [found] = judge(sell(income=101), take())
    assert (found.rule, found.severity) == ("till.money", "warning")
    assert "10100 应不大于 10000，相差 100" in tell(found)
    assert "改法：先核对门票存根。对照原始记录" in tell(found)
    assert judge(sell(income=100), take()) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "lead"),
    [
        ((10, 2, 13), 14, "本表的这些数另有勾稽关系不平，先查本表："),
        ((10, 2, None), 14, "对照原始记录，看是哪一张表填错："),
    ],
)
def test_the_one_whose_own_rules_are_broken_is_looked_at_first(mine, theirs, lead):
    adult, child, total = mine
    given = sell(adult, child)
    if total is not None:
        at = PARK.index["tickets.sold.total"]
        given = replace(given, values=(*given.values[:at], total, *given.values[at + 1 :]))
    [found] = judge(given, take(theirs))
    assert lead in tell(found)


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        (sell(), None, "没有同时给出这张表"),
        (sell(), "那个任务里它还没有报送", "那个任务里它还没有报送"),
        (sell(), take(year=2025), "它是2025 年度的"),
        (sell(), take(scope="consolidated"), "它的数是汇总的，本表是本级的"),
    ],
)
def test_what_is_not_there_is_told_as_not_judged(mine, theirs, why):
    [found] = judge(mine, theirs)
    assert (found.code, found.severity, found.keys) == ("across.unjudged", "info", ())
    assert tell(found) == (
        f"与《收银年报》的 3 条勾稽关系（till.printed、till.money、till.children）没有审核，不等于通过：{why}。"
    )


def test_a_blank_keeps_its_rules_from_being_judged_and_no_others():
    [found] = judge(sell(), take(None))
    assert "（till.printed、till.children）没有审核" in tell(found)
    assert "它的表A“打印票数”行“数量”栏（B4）没有数" in tell(found)
    [found] = judge(sell(None), take())
    assert "表一“售出门票”行“合计”栏（D4）没有数" in tell(found)
    [found] = judge(sell(), replace(take(), unread_lists=frozenset({"refunds"})))
    assert "（till.printed）没有审核，不等于通过：它的附表没有数" in tell(found)


def test_a_slash_is_nothing_and_a_condition_that_does_not_hold_asks_nothing():
    values = {"tickets.sold.adult": 12, "tickets.sold.child": NOT_APPLICABLE}
    values |= {"tickets.income.adult": 0, "tickets.income.child": 0}
    assert judge(fill(PARK, values), take(12)) == []
    assert [found.rule for found in judge(fill(PARK, values), take(0))] == ["till.printed"]
    assert [found.rule for found in judge(sell(10, 2), take(0))] == ["till.printed", "till.children"]


def test_a_number_of_a_rule_is_nothing_that_a_sum_is_asked():
    *_, others = read_pair(ACROSS.replace("- count(till.refunds)", "+ 5"))
    found = judge(sell(scope="consolidated"), take(scope="consolidated"), others)
    assert [each.rule for each in found] == []
    assert [each.rule for each in judge(sell(), take(), others)] == ["till.printed"]


@settings(max_examples=200, deadline=None)
@given(
    adult=st.integers(0, 10**6),
    child=st.integers(0, 3),
    income=st.integers(0, 10**6),
    printed=st.integers(0, 10**6) | st.none(),
    missed=st.integers(-1, 1) | st.none(),
    takings=st.integers(0, 10**8),
    refunds=st.lists(st.sampled_from(["成人", "儿童"]), max_size=4),
)
def test_verdicts_are_those_of_exact_arithmetic(adult, child, income, printed, missed, takings, refunds):
    if missed is not None:  # near the truth, else one never meets it
        printed = max(0, adult + child + len(refunds) + missed)
        takings = max(0, income * 100 + missed)
    found = judge(sell(adult, child, income), take(printed, takings, refund(*refunds)))
    broken = {each.rule for each in found if each.code == "across.broken"}
    unjudged = {name for each in found if each.code == "across.unjudged" for name in each.data["rules"]}
    expected, lacking = set(), set()
    if Fraction(income, 100) * 10_000 > takings:
        expected.add("till.money")
    if printed is None:
        lacking = {"till.printed", "till.children"}
    else:
        expected |= {"till.printed"} if adult + child != printed - len(refunds) else set()
        expected |= {"till.children"} if child > 0 and printed < child else set()
    assert (broken, unjudged) == (expected, lacking)
