from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from xltool import api
from xltool.csvfile import make_inert
from xltool.forms.catalog import load_form
from xltool.model import NOT_APPLICABLE, Agency, FormSpec, Grid, Submission, Value
from xltool.report import data
from xltool.report.assemble import assemble_report
from xltool.report.html import to_html
from xltool.report.text import DRAFT_MARK

FORMULAS = (
    "=1+1",
    "+86 901",
    "-1",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "  =cmd|' /C calc'!A0",
    "\u3000=1",
    "'=1",
    "''甲",
    " '乙",
    "=",
)
SCRIPT = "</script><script>alert(1)</script><!--<script> & > \u2028 \u202e"


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _with(spec: FormSpec, submission: Submission, figures: dict[str, Value]) -> Submission:
    values = list(submission.values)
    for key, value in figures.items():
        values[spec.index[key]] = value
    return replace(submission, values=tuple(values))


def _dataset(page: str) -> Any:
    [script] = html.document_fromstring(page).iter("script")
    assert script.get("type") == "application/ld+json"
    return json.loads(script.text, parse_float=Decimal)


# ---------------------------------------------------------------- csv


def test_one_row_a_cell_with_everything_that_tells_it_from_the_others(spec: FormSpec, submission: Submission) -> None:
    rows = _rows(data.to_csv(spec, submission))
    assert [row["单元格"] for row in rows] == [cell.key for cell in spec.cells]
    row = rows[spec.index["applications.other_rest.enterprise"]]
    assert row == {
        "单位代码": "654221-015",
        "单位名称": "清河县教育局",
        "年份": "2024",
        "报表": "ogi-2021",
        "单元格": "applications.other_rest.enterprise",
        "表": "三、收到和处理政府信息公开申请情况",
        "分块": "",
        "行": "三、本年度办理结果 / （六）其他处理 / 3.其他",
        "栏": "申请人情况 / 法人或其他组织 / 商业企业",
        "指标": "3.其他 / 商业企业",
        "计量单位": "件",
        "数": str(spec.index["applications.other_rest.enterprise"] + 1),
        "备注": "",
    }
    fee = rows[spec.index["disclosure.fees.amount"]]
    assert (fee["分块"], fee["计量单位"], fee["数"]) == ("第二十条第（八）项", "万元", "78.1561")
    assert len({(row["表"], row["分块"], row["行"], row["栏"]) for row in rows}) == len(spec.cells)


def test_a_blank_stays_blank_and_a_slash_a_slash(spec: FormSpec, submission: Submission) -> None:
    given = _with(
        spec, submission, {"disclosure.regulations.issued": NOT_APPLICABLE, "disclosure.regulations.repealed": None}
    )
    assert [row["数"] for row in _rows(data.to_csv(spec, given))[:3]] == ["/", "", "3"]


@pytest.mark.parametrize(
    ("value", "written"), [(1, "0.000001"), (0, "0"), (10**15 - 1, "999999999.999999"), (50_000_000, "50")]
)
def test_digits_are_those_of_the_report(spec: FormSpec, submission: Submission, value: int, written: str) -> None:
    given = _with(spec, submission, {"disclosure.fees.amount": value})
    assert _rows(data.to_csv(spec, given))[spec.index["disclosure.fees.amount"]]["数"] == written


def test_a_figure_below_zero_is_a_figure_and_no_text() -> None:
    spec = load_form("ogi-2019")
    key = next(cell.key for cell in spec.cells if cell.measure.signed)
    agency = Agency("1", "甲", "county")
    values = tuple(-4 if cell.key == key else 0 for cell in spec.cells)
    assert _rows(data.to_csv(spec, Submission(spec.id, 2020, agency, values)))[spec.index[key]]["数"] == "-4"


def test_the_file_opens_as_chinese_text(spec: FormSpec, submission: Submission) -> None:
    content = data.to_csv(spec, submission)
    assert content.startswith("\ufeff单位代码,单位名称,".encode())
    assert content.count(b"\r\n") == len(spec.cells) + 1
    assert content == data.to_csv(spec, submission)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_run_and_each_can_be_had_back(spec: FormSpec, submission: Submission, text: str) -> None:
    given = replace(submission, agency=Agency(text, text, "county"))
    for row in _rows(data.to_csv(spec, given)):
        for field in ("单位代码", "单位名称"):
            assert row[field].startswith("'")
            assert row[field][1:] == text


@given(st.text())
def test_an_apostrophe_in_front_is_always_ours(text: str) -> None:
    written = make_inert(text)
    assert (written[1:] if written.startswith("'") else written) == text


def test_what_cannot_be_printed_is_not_in_it(spec: FormSpec, submission: Submission) -> None:
    given = replace(submission, agency=Agency("1", '甲\x00\ud800\r\n=乙\u202e,"', "county"))
    assert {row["单位名称"] for row in _rows(data.to_csv(spec, given))} == {'甲 =乙,"'}


def test_every_row_of_a_draft_says_so(spec: FormSpec, submission: Submission) -> None:
    assert {row["备注"] for row in _rows(data.to_csv(spec, submission, draft=True))} == {DRAFT_MARK}
    assert {row["备注"] for row in _rows(api.report(submission, "csv", draft=True))} == {DRAFT_MARK}


def test_the_figures_of_the_csv_are_those_of_the_tables(spec: FormSpec, submission: Submission) -> None:
    """Blank totals are computed for both."""
    given = _with(spec, submission, {"applications.received.total": None})
    page = html.document_fromstring(api.report(given, "html").decode())
    printed = [td.text_content() for td in page.xpath("//td[contains(@class, 'value')]")]
    in_tables = dict(zip(_keys(spec, given), printed, strict=True))
    assert in_tables["applications.received.total"]
    assert {row["单元格"]: row["数"] for row in _rows(api.report(given, "csv"))} == in_tables


def test_the_json_is_the_submission_document(submission: Submission) -> None:
    assert api.report(submission, "json") == api.dump(submission)
    assert api.report(submission, "json", draft=True) == api.dump(submission)


# ---------------------------------------------------------------- JSON-LD


def _keys(spec: FormSpec, submission: Submission) -> list[str]:
    """The keys of the figures in the order in which the page prints them."""
    grids = [part for part in assemble_report(spec, submission).parts if isinstance(part, Grid)]
    return [
        r.key for grid in grids for r in sorted(grid.rectangles, key=lambda r: (r.row, r.column)) if r.key is not None
    ]


def test_programs_read_the_same_figures_in_the_page_as_people(spec: FormSpec, submission: Submission) -> None:
    given = _with(
        spec, submission, {"disclosure.regulations.issued": NOT_APPLICABLE, "disclosure.regulations.repealed": None}
    )
    page = api.report(given, "html").decode()
    printed = [td.text_content() for td in html.document_fromstring(page).xpath("//td[contains(@class, 'value')]")]
    measured = _dataset(page)["variableMeasured"]
    assert len(measured) == len(spec.cells) == 200
    told = {variable["propertyID"]: str(variable.get("value", "")) for variable in measured}
    assert told == dict(zip(_keys(spec, given), printed, strict=True))
    assert told["disclosure.regulations.issued"] == "0"
    assert told["disclosure.fees.amount"] == "78.1561"
    assert "value" not in measured[1]
    for cell, variable in zip(spec.cells, measured, strict=True):
        assert (variable["@type"], variable["name"], variable["unitText"]) == (
            "PropertyValue",
            cell.label,
            cell.measure.unit,
        )


def test_the_data_set_says_whose_and_of_when_it_is(submission: Submission) -> None:
    dataset = _dataset(api.report(submission, "html").decode())
    assert (dataset["@context"], dataset["@type"]) == ("https://schema.org", "Dataset")
    assert dataset["name"] == "清河县教育局2024年政府信息公开工作年度报告"
    assert dataset["creator"] == {"@type": "Organization", "name": "清河县教育局"}
    assert dataset["temporalCoverage"] == "2024"
    assert "国办公开办函〔2021〕30号" in dataset["description"]
    assert not dataset.keys() & {"license", "creativeWorkStatus"}
    assert _dataset(api.report(submission, "html", draft=True).decode())["creativeWorkStatus"] == DRAFT_MARK


def test_no_text_of_an_agency_ends_the_script(spec: FormSpec, submission: Submission) -> None:
    given = replace(submission, agency=Agency("1", f"甲{SCRIPT}", "county"))
    linked = data.to_json_ld(spec, given, f"甲{SCRIPT}")
    assert not set(linked) & set("<>&\u202e\u2028")
    page = to_html(assemble_report(spec, given), linked)
    assert page.count("<script") == page.count("</script") == 1
    assert _dataset(page)["creator"]["name"] == "甲</script><script>alert(1)</script><!--<script> & >   "
