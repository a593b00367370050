"""Figures that are last year's, cell for cell; small offices and what follows from last year say nothing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from xltool import api
from xltool.forms import catalog
from xltool.model import Reading
from xltool.rules.copied import FEWEST_COPIED, SURELY_COPIED
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import group_findings, word_opinion
from xltool.workbook.layout_plan import make_plan

SPEC = catalog.load_form("ogi-2021")
FREE = [
    cell.key
    for cell in SPEC.cells
    if not cell.total
    and cell.table.id != "disputes"
    and not cell.key.endswith((".carried_in", ".in_force", ".amount"))
    and ".carried_in." not in cell.key
]


def judge(this, last):
    """The findings of this kind on two years, given as figures by key, all others zero."""
    zeros = dict.fromkeys(SPEC.index, 0)
    one, two = (figures.submission(SPEC, figures.summed(SPEC, zeros | given)) for given in (this, last))
    [judged] = judge_readings(SPEC, [Reading(one)], [replace(two, year=2023)])
    return [found for found in judged.findings if found.code == "prior.copied"]


@pytest.mark.parametrize(
    ("same", "other", "severity"),
    [
        (FEWEST_COPIED - 1, 0, None),
        (FEWEST_COPIED, 0, "info"),
        (FEWEST_COPIED, 1, "info"),
        (FEWEST_COPIED, 2, None),
        (SURELY_COPIED, 0, "warning"),
        (SURELY_COPIED, 1, "info"),
        (30, 11, None),
    ],
)
def test_how_many_must_be_the_same(same, other, severity):
    keys = FREE[: same + other]
    last = {key: 11 + at for at, key in enumerate(keys)}
    this = {key: value + (7 if at >= same else 0) for at, (key, value) in enumerate(last.items())}
    assert [found.severity for found in judge(this, last)] == ([severity] if severity else [])


@given(st.lists(st.integers(0, 9), min_size=len(FREE), max_size=len(FREE)))
def test_small_figures_say_nothing_however_many_are_the_same(values):
    given_ = dict(zip(FREE, values, strict=True))
    assert judge(given_, given_) == []


def test_independent_years_of_large_offices_say_nothing():
    for seed in range(20):
        one, two = (figures.consistent(SPEC, Random(seed * 2 + at)) for at in range(2))
        assert judge(one, two) == []


def test_the_finding_says_how_many_of_how_many_and_where():
    last = {key: 20 + at for at, key in enumerate(FREE[:9])}
    [found] = judge(last, last)
    told = api.message(found, SPEC)
    assert "有 9 格，其中 9 格与上年完全相同" in told
    assert len(found.keys) == 9


def test_what_last_year_fixes_is_no_copy():
    """In force stays what it was where nothing is issued or repealed: one such cell more does not make five of four."""
    last = {key: 20 + at for at, key in enumerate(FREE[: FEWEST_COPIED - 1])}
    with_force = last | {"disclosure.normative_documents.in_force": 40}
    assert judge(with_force, with_force) == []


@pytest.mark.parametrize(
    ("this", "last", "hint"),
    [
        (781_561, "78.1561", "78.1561"),
        (500_000, "60", "50"),
        (781_561, "3000", ""),
        (7_815, "7.8", ""),
        (2_000, "60", ""),
    ],
)
def test_an_amount_ten_thousand_times_last_year_s_is_told_as_yuan(this, last, hint):
    key = "disclosure.fees.amount"
    scale = SPEC.cell(key).measure.scale
    zeros = dict.fromkeys(SPEC.index, 0)
    before = figures.submission(SPEC, zeros | {key: round(float(last) * scale)})
    [judged] = judge_readings(
        SPEC, [Reading(figures.submission(SPEC, zeros | {key: this * scale}))], [replace(before, year=2023)]
    )
    told = [api.message(found, SPEC) for found in judged.findings if found.code == "prior.jump"]
    assert len(told) == 1
    assert (f"像是按元填的，除以 10000 是 {hint} 万元" in told[0]) is bool(hint)


def test_an_old_workbook_sent_again_is_one_opinion():
    last = figures.submission(SPEC, figures.consistent(SPEC, Random(3)))
    [judged] = judge_readings(SPEC, [Reading(last)], [replace(last, year=last.year - 1)])
    (opinion,) = group_findings([each for each in judged.findings if each.severity != "info"])
    lead = judged.findings[opinion.findings[0]]
    assert (lead.code, opinion.severity, opinion.suspects) == ("prior.copied", "error", ())
    said = word_opinion(opinion, judged.findings, SPEC, make_plan(SPEC).place)
    assert "随之不平，改好自动平" in said and "有的关系与之不符，说明不是本年的数" in said


def test_what_is_broken_on_other_figures_than_last_years_is_told_beside():
    true = figures.consistent(SPEC, Random(3))
    last = figures.submission(SPEC, true)
    slip = figures.submission(SPEC, true | {"applications.carried_in.total": 1})
    [judged] = judge_readings(SPEC, [Reading(slip)], [replace(last, year=last.year - 1)])
    assert len(group_findings([each for each in judged.findings if each.severity != "info"])) > 1
