"""Reports of the other packaged forms as counties print them, and tables of one form in a report of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.published.reports import back, report
from xltool import api
from xltool.forms import catalog
from xltool.published.field_lines import read_field_line

PENALTIES = """<table><tr><td colspan="10">行政处罚实施数量（宗）</td><td rowspan="2">罚没金额（万元）</td></tr>
<tr><td>警告、通报批评</td><td>罚款</td><td>没收违法 所得、没收 非法财物</td><td>暂扣许可证、执照，降低资质等级</td>
<td>吊销许可证、执照</td><td>限制开展生产经营活动</td><td>责令停产停业、责令关闭、限制从业</td><td>行政 拘留</td>
<td>其他行政处罚</td><td>合计（宗）</td></tr>
<tr><td>12</td><td>34</td><td>5</td><td>1</td><td>1</td><td>1</td><td>2</td><td>0</td><td>3</td><td>59</td><td>56.78</td>
</tr></table>"""
LICENSING = """<table><tr><td colspan="5">行政许可实施数量（宗）</td></tr>
<tr><td>申请数量</td><td>受理数量</td><td>许可数量</td><td>不予许可数量</td><td>撤销许可数量</td></tr>
<tr><td>1234</td><td>1230</td><td>1200</td><td>20</td><td>1</td></tr></table>"""
PAGE = f"""<html><head><title>样例县2024年度行政执法统计年报</title></head><body>
<h1>样例县2024年度行政执法统计年报</h1>
<p>第一部分 样例县2024年度行政执法数据表</p><p>表一</p><p>样例县2024年度行政处罚实施情况统计表</p>
{PENALTIES}<p>表二</p><p>样例县2024年度行政许可实施情况统计表</p>{LICENSING}
<p>第二部分 样例县2024年度行政执法总体情况</p><p>本县落实三项制度。</p></body></html>"""


def tell(found, submission=None):
    return api.message(found, submission and api.form(submission.form))


def test_a_page_as_a_county_publishes_it():
    """Titles with the county's name in them, two of five tables, blanks within labels."""
    reading = api.read(PAGE.encode())
    submission = reading.submission
    assert (submission.form, submission.year, submission.agency.name) == ("enforcement-2024", 2024, "样例县")
    index, values = api.form(submission.form).index, submission.values
    money, total = (values[index[f"penalties.this_year.{name}"]] for name in ("money", "total"))
    assert (money, total, values[index["licensing.this_year.granted"]]) == (56_780_000, 59, 1200)
    assert submission.texts["overview"] == "本县落实三项制度。"
    told = [tell(found, submission) for found in reading.findings]
    assert any(each.startswith("表三缺 1 行：本年度；") for each in told), told
    assert not any("：；" in each or "六个部分" in each for each in told)


@pytest.mark.parametrize(("form", "year"), [("ogi-2021", 2024), ("ogi-2019", 2025), ("ogi-2019", 2020)])
def test_a_table_of_another_form_makes_a_report_no_other(form, year):
    """Its figures stay words of the report, and those of the report are what they were without it."""
    submission = replace(report(3, form), year=year)
    page = api.report(submission, "html").decode()
    usual = api.imported(page.encode()).reading.submission
    more = page.replace("</main>", f"{LICENSING}</main>")
    assert more != page
    read = api.imported(more.encode()).reading.submission
    assert (read.form, read.year, read.values) == (usual.form, year, usual.values)
    assert read.form == ("ogi-2021" if year > 2020 else "ogi-2019")
    gone = {key: text for key, text in usual.texts.items() if read.texts.get(key) != text}
    assert list(gone) in ([], ["other_matters"]) and all("1230" in read.texts[key] for key in gone)


def test_what_has_no_tables_is_told_the_tables_of_its_own_form():
    def told(title):
        return tell(
            api.imported(f"<html><body><p>{title}</p><p>见附件。</p></body></html>".encode()).reading.findings[0]
        )

    assert "（行政处罚、行政许可、行政强制、其他执法行为、执法证持证率）" in told("样例县2024年度行政执法统计年报")
    assert "（主动公开、依申请公开、复议诉讼）" in told("样例县2024年政府信息公开工作年度报告")
    assert "（主动公开、依申请公开、复议诉讼）" in told("样例县2024年工作总结")


def test_the_fields_below_a_report_are_no_part_of_its_last_text():
    """Filled in or not, as other offices space them; a sentence that begins alike is one."""
    spec = api.form("hazards-2024")
    given = {"foot.head": "甲", "foot.preparer": "乙 某", "foot.reported_on": "2024-07-12"}
    for line, told in (
        ("单位负责人：甲　　填表人：乙 某　　报出日期：2024年7月12日", given),
        ("单位负责人: 甲 填表人:乙 某 报出日期:2024年7月12日", given),
        ("单位负责人：　　　　　　填表人：　　　　　　报出日期：　　年　月　日", {}),
        ("单位负责人：____ 填表人：乙 某 报出日期：七月", {"foot.preparer": "乙 某", "foot.reported_on": "七月"}),
        ("单位负责人：每季度听取一次汇报。", None),
    ):
        assert read_field_line(spec, line) == told, line
    labels = [text.label for text in api.form("website-report-2017").texts if text.place == "foot"]
    long = "".join(f"{label}：" * 2000 for label in labels[:-1])
    assert read_field_line(api.form("website-report-2017"), long) is None  # in a moment, however often each stands
    sample = api.read((catalog.data_folder("samples") / "hazards-2024/2024Q1/000000-002.json").read_bytes()).submission
    for kind in ("docx", "html", "txt"):
        read = back(sample, kind).reading.submission
        assert sample.texts.items() - read.texts.items() == {("contact.phone", "0000-0000002")}  # of the cover alone
        assert read.values == sample.values


def test_a_round_trip_of_each_kind_still_has_its_form():
    submission = report(5)
    for kind in ("docx", "html", "txt"):
        assert back(submission, kind).reading.submission.form == "ogi-2021"
