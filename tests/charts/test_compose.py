"""Pictures as data: which bars a form's charts have, and what their amounts add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import figures
from tests.charts.samples import EDITIONS, made, value
from tests.figures import APPLICANTS
from xltool import api
from xltool.charts.picture import Amount, describe_picture
from xltool.forms.catalog import load_form

RESULTS = ["予以公开", "部分公开", "不予公开", "无法提供", "不予处理", "其他处理", "结转下年度"]
BEGINNINGS = ["granted", "partly_granted", "refused_", "unavailable_", "declined_", "other_", "carried_out"]


@EDITIONS
def test_the_form_itself_tells_the_groups_of_results(form: str) -> None:
    spec = load_form(form)
    submission = made(spec)
    results = api.pictures(submission)[0]
    assert [bar.label for bar in results.bars] == RESULTS
    assert (results.series, results.stacked) == (("自然人", "法人或其他组织"), True)
    rows = [row for row in figures.results(spec) if row != "processed_total"] + ["carried_out"]
    for bar, beginning in zip(results.bars, BEGINNINGS, strict=True):
        for amount, columns in zip(bar.amounts, (APPLICANTS[:1], APPLICANTS[1:]), strict=True):
            mine = [row for row in rows if row.startswith(beginning)]
            assert amount == Amount(
                sum(value(spec, submission, f"applications.{row}.{column}") for row in mine for column in columns)
            )
    assert sum(bar.length for bar in results.bars) == value(
        spec, submission, "applications.processed_total.total"
    ) + value(spec, submission, "applications.carried_out.total")


@EDITIONS
def test_applicants_come_with_the_heads_that_tell_whose_they_are(form: str) -> None:
    spec = load_form(form)
    submission = made(spec)
    applicants = api.pictures(submission)[1]
    below = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    assert [bar.label for bar in applicants.bars] == ["自然人", *(f"法人或其他组织：{name}" for name in below)]
    assert [bar.length for bar in applicants.bars] == [
        value(spec, submission, f"applications.received.{name}") for name in APPLICANTS
    ]


@pytest.mark.parametrize(
    ("form", "last"), [("ogi-2021", "ogi-2021"), ("ogi-2019", "ogi-2019"), ("ogi-2021", "ogi-2019")]
)
def test_this_year_beside_last(form: str, last: str) -> None:
    spec, older = load_form(form), load_form(last)
    submission = made(spec)
    prior = replace(made(older, 2), year=submission.year - 1)
    years = api.pictures(submission, prior)[2]
    keys = [
        "applications.received",
        "applications.carried_out",
        "applications.processed_total",
        "applications.granted",
        "disputes.review",
    ]
    assert [bar.label for bar in years.bars] == [
        "本年新收",
        "结转下年度",
        "办理结果总计",
        "予以公开",
        "行政复议",
        "行政诉讼",
    ]
    assert years.series == (f"{submission.year}年", f"{submission.year - 1}年")
    for whose, (given, its) in enumerate([(submission, spec), (prior, older)]):
        totals = [value(its, given, f"{key}.total") for key in keys]
        totals.append(value(its, given, "disputes.direct.total") + value(its, given, "disputes.after_review.total"))
        assert [bar.amounts[whose] for bar in years.bars] == [Amount(total) for total in totals]
    more = years.bars[0].length - years.bars[0].amounts[1].length * 2
    assert f"，{'增加' if more > 0 else '减少'}{abs(more)}件" in describe_picture(years)
    assert len(api.pictures(submission)) == 2


def test_what_is_missing_from_a_sum_is_told() -> None:
    spec = load_form("ogi-2021")
    changed = {f"applications__refused_inquiry__{column}": None for column in ("other", "total")}
    changed |= {f"applications__granted__{column}": None for column in (*APPLICANTS, "total")}
    submission = made(spec, **changed)
    results = api.pictures(submission)[0]
    assert (results.stacked, results.series) == (False, ("2024年",))
    assert results.bars[0].amounts == (Amount(None),)
    refused = results.bars[2].amounts[0]
    assert refused.blanks == 1
    assert (
        f"予以公开 未填，部分公开 {results.bars[1].length}件，不予公开 {refused.value}件（另有1格未填），"
        in describe_picture(results)
    )


def test_only_totals_and_totals_that_differ_are_shown_as_they_are() -> None:
    spec = load_form("ogi-2021")
    only = made(spec, **{f"applications__granted__{column}": None for column in APPLICANTS})
    assert api.pictures(only)[0].bars[0].amounts == (Amount(value(spec, only, "applications.granted.total")),)
    odd = made(spec, applications__granted__total=7)
    assert api.pictures(odd)[0].bars[0].amounts == (Amount(7),)
    assert api.pictures(odd)[0].series == ("2024年",)
