from __future__ import annotations

from dataclasses import replace

from xltool.forms.number import format_figure
from xltool.model import NOT_APPLICABLE, FormSpec, Grid, Heading, Paragraph, Report, Submission
from xltool.report.assemble import assemble_report


def _lines(report: Report) -> list[str]:
    shown = []
    for part in report.parts:
        match part:
            case Heading():
                shown.append(f"{part.level} {part.text}")
            case Paragraph():
                shown.append(part.text)
            case Grid():
                shown.append(f"[{part.table}]")
    return shown


def _figures(report: Report) -> dict[str, str]:
    return {
        r.key: r.text for part in report.parts if isinstance(part, Grid) for r in part.rectangles if r.key is not None
    }


def test_everything_stands_in_official_order(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    assert report.title == "清河县教育局2024年政府信息公开工作年度报告"
    assert (report.agency, report.year, report.draft) == ("清河县教育局", 2024, False)
    assert _lines(report) == [
        "本报告按照规定的格式编写，统计期限为2024年1月1日至12月31日。",
        "联系方式：联系科室为办公室，通信地址为清河县人民路1号，邮政编码为100000，联系电话为010-00000000，"
        "网站为http://www.example.gov.cn/report。",
        "1 一、总体情况",
        "本年度工作平稳开展。",
        "2 （一）主动公开",
        "全年发布信息120条。",
        "其中通知公告30条。",
        "2 （二）依申请公开",
        "收到的申请都在期限内答复。",
        "2 （三）政府信息管理",
        "发布之前逐条审查。",
        "2 （四）平台建设",
        "网站栏目按时更新。",
        "2 （五）监督保障",
        "每季度检查一次。",
        "1 二、主动公开政府信息情况",
        "[disclosure]",
        "1 三、收到和处理政府信息公开申请情况",
        "[applications]",
        "1 四、政府信息公开行政复议、行政诉讼情况",
        "[disputes]",
        "1 五、存在的主要问题及改进情况",
        "公开的内容还不够细。",
        "明年补充办事指南。",
        "1 六、其他需要报告的事项",
        "本年度没有收取信息处理费。",
    ]


def test_every_cell_is_printed_once_with_its_own_figure(spec: FormSpec, submission: Submission) -> None:
    figures = _figures(assemble_report(spec, submission))
    assert len(figures) == len(spec.cells) == 200
    for cell, value in zip(spec.cells, submission.values, strict=True):
        assert figures[cell.key] == format_figure(value, cell.measure), cell.key
    assert figures["disclosure.fees.amount"] == "78.1561"


def test_zero_and_slash_print_zero_and_a_blank_prints_nothing(spec: FormSpec, submission: Submission) -> None:
    values = (0, NOT_APPLICABLE, None, *submission.values[3:])
    figures = _figures(assemble_report(spec, replace(submission, values=values)))
    assert [figures[cell.key] for cell in spec.cells[:3]] == ["0", "0", ""]


def test_nothing_is_invented_where_nothing_was_written(spec: FormSpec, submission: Submission) -> None:
    lines = _lines(assemble_report(spec, replace(submission, texts={})))
    assert lines == [
        "1 一、总体情况",
        "1 二、主动公开政府信息情况",
        "[disclosure]",
        "1 三、收到和处理政府信息公开申请情况",
        "[applications]",
        "1 四、政府信息公开行政复议、行政诉讼情况",
        "[disputes]",
        "1 五、存在的主要问题及改进情况",
        "1 六、其他需要报告的事项",
    ]


def test_an_empty_aspect_beside_written_ones_keeps_its_bare_heading(spec: FormSpec, submission: Submission) -> None:
    lines = _lines(
        assemble_report(
            spec, replace(submission, texts={"overview.requests": "没有收到申请。", "overview.platform": " \n\u3000\n"})
        )
    )
    assert [line for line in lines if line.startswith("2 ") or "申请。" in line] == [
        "2 （一）主动公开",
        "2 （二）依申请公开",
        "没有收到申请。",
        "2 （三）政府信息管理",
        "2 （四）平台建设",
        "2 （五）监督保障",
    ]


def test_an_overview_without_aspects_has_no_bare_headings(spec: FormSpec, submission: Submission) -> None:
    lines = _lines(assemble_report(spec, replace(submission, texts={"overview": "全部写在这里。"})))
    assert "全部写在这里。" in lines
    assert not [line for line in lines if line.startswith("2 ")]


def test_paragraphs_are_lines_without_blanks_around_them(spec: FormSpec, submission: Submission) -> None:
    lines = _lines(
        assemble_report(
            spec,
            replace(submission, texts={"preface": "\r\n\u3000\u3000第一段。 \r\n\n\t第二段。\u2028\x00\x1f\n第三段。"}),
        )
    )
    assert lines[:3] == ["第一段。", "第二段。", "第三段。"]


def test_contact_names_only_what_is_given(spec: FormSpec, submission: Submission) -> None:
    lines = _lines(
        assemble_report(spec, replace(submission, texts={"contact.phone": " 010-00000000 ", "contact.office": " "}))
    )
    assert lines[0] == "联系方式：联系电话为010-00000000。"
    assert not [
        line
        for line in _lines(assemble_report(spec, replace(submission, texts={"cover.preparer": "甲"})))
        if "甲" in line or "联系" in line
    ]


def test_the_printed_note_of_a_table_goes_with_its_grid(spec: FormSpec, submission: Submission) -> None:
    noted = replace(spec, tables=tuple(replace(table, note=f"注：{table.id}") for table in spec.tables))
    grids = [part for part in assemble_report(noted, submission).parts if isinstance(part, Grid)]
    assert [grid.note for grid in grids] == ["注：disclosure", "注：applications", "注：disputes"]


def test_a_draft_says_so(spec: FormSpec, submission: Submission) -> None:
    assert assemble_report(spec, submission, draft=True).draft


def test_figures_that_texts_name_are_put_in(spec: FormSpec, submission: Submission) -> None:
    texts = {
        "overview": "收到{applications.received.total}件，比上年{change.applications.received.total}件，见{附件}。"
        "{no.such}"
    }
    this = replace(submission, texts=texts)
    received = submission.values[spec.index["applications.received.total"]]
    assert isinstance(received, int)
    last = replace(submission, year=submission.year - 1)
    assert f"收到{received}件，比上年持平，见{{附件}}。{{no.such}}" in _lines(assemble_report(spec, this, prior=last))
    without = next(line for line in _lines(assemble_report(spec, this)) if line.startswith("收到"))
    assert without == f"收到{received}件，比上年{{change.applications.received.total}}件，见{{附件}}。{{no.such}}"
