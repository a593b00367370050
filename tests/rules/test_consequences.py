"""One slip is one opinion: what stands on the same cells is told beside the cause, or under it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

import xltool
from tests import figures
from tests.forms import rates
from xltool import api
from xltool.model import Reading
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import find_pointed, group_findings, split_opinion, word_opinion
from xltool.workbook.layout_plan import make_plan

SPEC = xltool.form("ogi-2021")
PLACE = make_plan(SPEC).place
REGULATIONS = "disclosure.regulations"


def judge(values, last=None, **texts):
    """The findings on a submission that ask, and its opinions."""
    given = figures.submission(SPEC, values, **texts)
    prior = None if last is None else [replace(figures.submission(SPEC, last), year=given.year - 1)]
    (judged,) = api.check([Reading(given)], prior)
    found = [each for each in judged.findings if each.severity != "info" and each.keys]
    return found, group_findings(found)


def test_figures_where_an_agency_has_none_are_one_opinion_with_what_they_break():
    true = dict.fromkeys(SPEC.index, 0)
    found, opinions = judge(true | {f"{REGULATIONS}.issued": 3, f"{REGULATIONS}.repealed": 2})
    (opinion,) = opinions
    lead = [found[at] for at in opinion.findings if not found[at].follows]
    assert [each.code for each in lead] == ["cell.level", "cell.level"]
    said = word_opinion(opinion, found, SPEC, PLACE)
    assert "共 2 处" in said and "现行有效件数应不少于本年制发件数”随之不平，改好自动平" in said


def test_figures_typed_into_the_row_of_which_an_agency_has_none_are_the_empty_row_s_beside_it():
    documents = "disclosure.normative_documents"
    true = dict.fromkeys(SPEC.index, 0) | {f"{documents}.issued": 30, f"{documents}.in_force": 30}
    assert not judge(true)[1]
    astray = true | {f"{documents}.in_force": 0, f"{REGULATIONS}.in_force": 30}
    found, (opinion,) = judge(astray)
    said = word_opinion(opinion, found, SPEC, PLACE)
    assert "应为 0 或 /；可能是“行政规范性文件”的数填错了行。" in said and said.count("随之不平") == 1
    assert {found[at].code for at in opinion.findings} == {"cell.level", "rule.broken"}
    found, opinions = judge(astray | {f"{documents}.in_force": 7})
    assert not any("填错了行" in word_opinion(each, found, SPEC, PLACE) for each in opinions), "that row has its own"


def test_a_relation_over_the_very_cells_of_which_one_may_be_wrong_is_told_beside_them():
    documents = "disclosure.normative_documents"
    last = dict.fromkeys(SPEC.index, 0) | {f"{documents}.in_force": 19}
    true = last | {f"{documents}.issued": 16, f"{documents}.repealed": 1, f"{documents}.in_force": 34}
    assert not judge(true, last)[1]
    shifted = {f"{documents}.issued": 1, f"{documents}.repealed": 34, f"{documents}.in_force": 0}
    found, (opinion,) = judge(true | shifted, last)
    broken = {found[at].rule for at in opinion.findings if found[at].rule}
    assert {name.partition("@")[0] for name in broken} >= {"disclosure.in_force", "disclosure.in_force_carried"}


def test_the_row_of_which_an_agency_has_nothing_to_report_speaks_for_its_cell():
    true = dict.fromkeys(SPEC.index, 0)
    found, opinions = judge(true | {f"{REGULATIONS}.issued": 1}, true)
    (opinion,) = opinions
    (named,) = find_pointed(opinion)
    assert (named.key, named.proposed) == (f"{REGULATIONS}.issued", 0)
    assert named.why.startswith("本单位这一行没有数可填")
    assert {found[at].code for at in opinion.findings} == {"rule.broken", "cell.level"}


def test_two_rows_that_stand_apart_are_told_to_be_mixed_up():
    """Table 4: two bodies' cases in each other's places, totals typed."""
    true = figures.consistent(SPEC, Random(2))
    for outcome, (one, two) in zip(figures.OUTCOMES, ((5, 1), (40, 2), (7, 9), (3, 0)), strict=True):
        true |= {f"disputes.review.{outcome}": one, f"disputes.direct.{outcome}": two}
    true = figures.summed(SPEC, true)
    swapped = dict(true)
    for outcome in figures.OUTCOMES:
        here, there = f"disputes.review.{outcome}", f"disputes.direct.{outcome}"
        swapped |= {here: true[there], there: true[here]}
    found, (opinion,) = judge(swapped)
    assert {each.key: each.proposed for each in find_pointed(opinion)} == {
        key: true[key] for key in swapped if swapped[key] != true[key]
    }
    parts = split_opinion(opinion, found, SPEC, PLACE)
    assert parts.point.startswith("这两行的数可能填颠倒了")


def test_a_text_and_a_rule_on_one_cell_are_one_opinion_though_nothing_tells_which_cell_it_is():
    true = figures.consistent(SPEC, Random(4))
    wrong = figures.summed(
        SPEC, true | {"applications.received.enterprise": true["applications.received.enterprise"] + 4}
    )
    total = true["applications.received.total"]
    text = f"本年新收政府信息公开申请{total}件。"
    found, opinions = judge(wrong, **{"overview.requests": text})
    assert {found[at].code for opinion in opinions for at in opinion.findings} >= {"rule.broken", "text.figure"}
    assert len(opinions) == 1


@pytest.mark.parametrize(
    ("figures_of_rows", "opinions"),
    [
        ([1, 2, 0, 3, 3, 0], [["within@fire", "within@total"]]),  # the total goes with the row
        ([1, 2, 0, 3, 4, 0], [["within@fire", "within@total"], ["within@traffic"]]),
        ([1, 2, 0, 30, 3, 0], [["within@fire"]]),
    ],
)
def test_a_relation_broken_in_a_row_takes_that_of_the_totals_along(figures_of_rows, opinions):
    spec = rates.make_form()
    (judged,) = judge_readings(spec, [Reading(rates.submit(spec, figures_of_rows))])
    grouped = group_findings(judged.findings)
    told = [[judged.findings[at].rule.partition(".")[2] for at in each.findings] for each in grouped]
    assert told == opinions


def test_a_total_that_is_broken_by_more_than_its_parts_is_told_by_itself():
    spec = rates.make_form()
    given = rates.submit(spec, [1, 2, 0, 3, 3, 0])
    values = list(given.values)
    values[spec.index["hazards.total.rectified"]] = 90
    (judged,) = judge_readings(spec, [Reading(replace(given, values=tuple(values)))])
    assert {"hazards.within@fire", "hazards.within@total"} <= {
        each.rule for each in judged.findings if not each.follows
    }
