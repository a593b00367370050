"""Periods: printed, read, stepped; and a form that is reported by month, quarter, half or school year goes its way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xltool
from tests.monthly import fill_in, form_text, write_forms
from xltool import api
from xltool.forms import catalog
from xltool.messages import DefinitionError
from xltool.model import PERIOD_KINDS
from xltool.periods import Period, fits_form, list_periods, parse_period, period_of
from xltool.published.hints import Hints

KINDS = [kind for kind in PERIOD_KINDS if kind not in {"year", "once"}]
PARTS = ["", "S", "H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"{month:02d}" for month in range(1, 13))]
periods = st.builds(Period, st.integers(1900, 2200), st.sampled_from(PARTS))
OF = {
    "month": Period(2024, "05"),
    "quarter": Period(2024, "Q3"),
    "half": Period(2024, "H1"),
    "school_year": Period(2023, "S"),
}


@pytest.fixture(autouse=True)
def _forms(tmp_path, monkeypatch):
    monkeypatch.setenv("XLTOOL_FORMS", str(write_forms(tmp_path / "forms", *KINDS, "once")))


@given(periods)
def test_what_is_printed_is_read_back(period):
    assert {parse_period(told) for told in (str(period), period.title, period.spoken, period.named)} == {period}


@given(periods)
def test_as_many_steps_back_as_a_year_has_parts_are_a_year(period):
    parts = [part for part in PARTS if Period(period.year, part).kind == period.kind]
    at, seen = period, []
    for _ in parts:
        seen.append(at)
        at = at.before
    assert at == period.last_year and len(set(seen)) == len(parts) and seen == sorted(seen, reverse=True)
    assert sum(each.opens_year for each in seen) == 1
    assert all(each.opens_year == (each.before.year < each.year) for each in seen)


@pytest.mark.parametrize(
    ("told", "period"),
    [
        ("２０２４年５月", "2024-05"),
        ("2024.5", "2024-05"),
        ("2024/05", "2024-05"),
        ("二〇二四年十二月", "2024-12"),
        ("2024年5月份", "2024-05"),
        ("2024 年 第三季度", "2024Q3"),
        ("2024年3季度", "2024Q3"),
        ("2024-q3", "2024Q3"),
        ("2024年上半年", "2024H1"),
        ("2024 h2", "2024H2"),
        ("2023—2024学年", "2023-2024"),
        ("2023~2024学年度", "2023-2024"),
        ("2023学年", "2023-2024"),
        ("2024年度", "2024"),
    ],
)
def test_how_people_write_them(told, period):
    assert str(parse_period(told)) == period


@pytest.mark.parametrize(
    "told",
    ["", "24-05", "2024-13", "2024-00", "2024Q5", "2024H3", "2023-2025", "2024-5-1", "5月", "2024年第五季度", "x"],
)
def test_what_is_none(told):
    assert parse_period(told) is None


def test_their_names():
    assert Period(2024, "01").before == Period(2023, "12")
    assert Period(2024, "H2").before.title == "2024年上半年"
    assert Period(2024, "Q1").before.title == "2023年第四季度"
    assert [each.interval for each in map(OF.get, KINDS)] == [
        "2024-01/2024-06",
        "2024-07/2024-09",
        "2024-05",
        "2023-09/2024-08",
    ]
    assert (Period(2024).spoken, Period(2024).named, Period(2024).title) == ("2024 年度", "2024年度", "2024年")


@pytest.mark.parametrize("every", PERIOD_KINDS)
def test_each_form_has_the_periods_of_its_kind_alone(every):
    spec = catalog.parse_form(form_text(every), f"window_{every}.toml")
    assert spec.every == every and spec.period == ""
    listed = list_periods(spec, 2024)
    assert listed == tuple(sorted(listed)) and all(fits_form(spec, period) for period in listed)
    assert sum(fits_form(spec, Period(2024, part)) for part in PARTS) == len(listed)


def test_a_kind_that_is_none_is_told_at_its_place():
    text = form_text("month").replace('period = "month"', 'period = "quater"')
    with pytest.raises(DefinitionError) as told:
        catalog.parse_form(text, "window_month.toml")
    assert str(told.value).replace("\u3000", "") == (
        "window_month.toml:7:11: 'period' must be year, half, quarter, month, school_year or once\n"
        ' 7 | period = "quater"\n'
        "   |           ^\n"
        "   = did you mean 'quarter'?"
    )


def test_days_of_a_year_stay_words_of_a_yearly_form():
    text = form_text("year").replace('period = "year"', 'period = "1 月 1 日至 12 月 31 日"')
    spec = catalog.parse_form(text, "window_year.toml")
    assert (spec.every, spec.period) == ("year", "1 月 1 日至 12 月 31 日")


@pytest.mark.parametrize("every", KINDS)
def test_workbook_document_and_report_say_the_period(every):
    period = OF[every]
    submission = fill_in(period, persons__now=7, firms__now=5, finished__now=9, waiting__now=3)
    assert period_of(submission) == period
    document = json.loads(api.dump(submission))
    assert (document["year"], document["period"]) == (period.year, str(period))
    assert xltool.read(api.dump(submission)).submission == replace(submission, source="")
    for kind in ("docx", "html", "md", "pdf"):
        report = xltool.report(submission, kind)
        if kind == "html":
            assert f"额敏县教育局{period.title}政务服务窗口办件统计表" in report.decode()
        if kind in {"docx", "html", "pdf"}:
            back = xltool.imported(report, hints=Hints(level="department")).reading
            assert period_of(back.submission) == period, back.findings
            assert back.submission.agency.name == "额敏县教育局"
            assert back.submission.values == submission.values
            assert not [found for found in xltool.verify(report, submission).findings if found.severity == "error"]
    other = xltool.verify(
        xltool.report(submission, "html"), replace(submission, part=period.before.part, year=period.before.year)
    )
    assert "verify.fact" in {found.code for found in other.findings}


@pytest.mark.parametrize("every", KINDS)
def test_the_sheets_say_the_period(every):
    import io

    import openpyxl

    period = OF[every]
    book = openpyxl.load_workbook(io.BytesIO(xltool.fill(fill_in(period))))
    shown = {str(cell.value) for name in ("填报说明", "封面") for row in book[name] for cell in row}
    assert {period.words.label, period.title, f"{period.title}政务服务窗口办件统计表　封面"} <= shown
    assert book["_xltool"]["B6"].value == str(period)
    assert not any("报告年度" in text or "2024 年" in text for text in shown)


def test_a_cover_of_another_month_is_told():
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(xltool.fill(fill_in(OF["month"]))))
    spot = next(cell for row in book["封面"] for cell in row if cell.value == "2024年5月")
    spot.value = "2024年4月"
    out = io.BytesIO()
    book.save(out)
    reading = xltool.read(out.getvalue())
    [told] = [found for found in reading.findings if found.code == "identity.conflict"]
    assert told.data["what"] == "报告期" and "2024-05" in told.data["found"] and "2024-04" in told.data["found"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"period": "2024"}, "2024-05"),
        ({"period": "2024Q2"}, "2024-05"),
        ({"period": "2023-05"}, "2024-05"),
        ({"period": None}, "不能为空"),
        ({}, "2024-05"),
    ],
)
def test_a_document_of_a_period_that_the_form_has_not(change, why):
    document = json.loads(api.dump(fill_in(OF["month"])))
    del document["period"]
    [told] = xltool.read(json.dumps(document | change).encode()).findings
    assert told.code == "document.schema" and told.data["field"] == "period" and why in told.data["why"]


def test_a_form_that_was_yearly_before_refuses_the_year(tmp_path, monkeypatch):
    text = form_text("year").replace("window-year", "window-month")
    (tmp_path / "forms" / "window_month.toml").write_text(text, "utf-8")
    year = fill_in(Period(2024), form="window-month")
    data = xltool.fill(year)
    write_forms(tmp_path / "forms", "month")
    [told] = xltool.read(data).findings
    assert told.code == "file.period"
    assert "2024 年度" in xltool.message(told, None) and "2024年12月" in xltool.message(told, None)
